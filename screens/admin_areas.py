"""Areas and the dates of their boundaries."""

import pandas as pd
import streamlit as st

from domain import areas
from domain.grants import KINDS
from domain.people import Permission
from screens import desk
from screens.admin_desk import said, say

desk.actor().must(Permission.MANAGE_AREAS)
st.title("Areas and boundaries")
st.write(
    "Wards, LSOAs and beats are counted in, and a person's work can be limited to one. Each set has"
    " the date of its boundaries; the newest is used, older ones stay for comparison until you"
    " remove them."
)
said()
with desk.reading() as (session, actor):
    kinds = areas.kinds(session, actor)
    sets = [
        (kind, vintage, areas.frame(session, actor, kind, vintage=vintage))
        for kind, vintages in kinds.items()
        for vintage in vintages
    ]

if not sets:
    st.info("There are no boundaries yet. Someone who may import adds them on the import page.")
    st.stop()

st.dataframe(
    pd.DataFrame(
        [
            (KINDS[kind], vintage, len(frame), "in use" if kinds[kind][0] == vintage else "kept")
            for kind, vintage, frame in sets
        ],
        columns=["Kind", "Boundaries of", "Areas", "Use"],
    ),
    hide_index=True,
)

names = {(kind, vintage): f"{KINDS[kind]}, {vintage}" for kind, vintage, _ in sets}
looked, removed = st.columns(2, gap="large")
with looked:
    seen = st.selectbox("Look at a set", names, format_func=names.get)
    frame = next(each for *key, each in sets if tuple(key) == seen)
    shown = pd.DataFrame(frame[["code", "name"]])
    shown["area"] = (frame.geometry.area / 1e6).round(2)
    shown.columns = ["Code", "Name", "Square kilometres"]
    st.dataframe(shown, hide_index=True, width="stretch")
with removed, st.form("remove"):
    st.markdown("## Remove a set")
    st.write("Its boundaries go from the map, counts and filters. You can import them again.")
    gone = st.selectbox("Which", names, None, format_func=names.get)
    sure = st.checkbox("Yes, remove these boundaries")
    sent = st.form_submit_button("Remove")
if sent and gone and not sure:
    removed.warning("Tick the box to say that you are sure.")
elif sent and gone:
    with removed, desk.shown_errors():
        with desk.writing() as (session, actor):
            count = areas.remove_vintage(session, actor, *gone)
        say(f"{names[gone]}: {count} areas were removed.")
