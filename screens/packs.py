"""Packs: files for a meeting or a partner, what we know of an area, numbers for the case system."""

import re

import streamlit as st

from domain.people import Permission
from screens import area_card, desk, pack_list, pack_order, pack_references

MAKE, AREA, NUMBERS = "Make a pack", "What we know of an area", "Numbers for the case system"
NUMBER = re.compile(r"[1-9]\d{0,8}", re.ASCII)

desk.actor().must(Permission.EXPORT)
st.title("Packs", anchor=False)
part = st.segmented_control(
    "Part of the page", [MAKE, AREA, NUMBERS], default=MAKE, key="packs_part", required=True,
    label_visibility="collapsed",
)  # fmt: skip
if part == AREA:
    area_card.show()
elif part == NUMBERS:
    pack_references.show()
else:
    asked = {key: int(value) for key, value in st.query_params.to_dict().items()
             if NUMBER.fullmatch(value)}  # fmt: skip
    left, right = st.columns([3, 2], gap="large")
    with right:
        pack_list.show()
    with left:
        pack_order.show(asked)
