"""What can be set while the app runs: names, base map, small numbers, and how long records stay."""

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from domain import codes, digests, preferences
from domain.matching import LONDON
from domain.people import Permission
from domain.preferences import (
    ASKED,
    LEAST_SHOWN,
    BaseMap,
    BaseMapKind,
    Partnership,
    Preferences,
    Retention,
    Suppression,
)
from geo.suppress import Rule, suppress
from layers import basemap
from screens import admin_reports, desk
from screens.admin_desk import said, say

KINDS = {
    BaseMapKind.SAMPLE: "The invented town, where it is installed",
    BaseMapKind.NONE: "None: plain ground",
    BaseMapKind.FILE: "A file of tiles on this server (MBTiles or PMTiles)",
    BaseMapKind.XYZ: "Tiles from an address (XYZ)",
    BaseMapKind.WMS: "A web map service (WMS)",
    BaseMapKind.WMTS: "A web map tile service (WMTS)",
}
FIELDS = {
    "address": "Address (https://…)",
    "layers": "Layers, as the service names them, with commas between",
    "layer": "Layer, as the service names it",
    "path": "Path of the file on this server",
    "attribution": "Attribution: who made the map",
    "key": "Key, put where the address says {key}",
    "matrix_set": "Tile matrix set, one in Web Mercator",
    "style": "Style",
}
CHOICES = {
    "version": ("Version", ["1.3.0", "1.1.1"]),
    "media_type": ("Kind of picture", ["image/png", "image/jpeg", "image/webp"]),
}
HOW = {
    BaseMapKind.XYZ: "Such as https://tiles.example.org/{z}/{x}/{y}.png?key={key}",
    BaseMapKind.WMS: "The address before the question mark, or with ?key={key} at its end. The"
    " service must know EPSG:3857.",
    BaseMapKind.WMTS: "The address before the question mark, or with ?key={key} at its end; or the"
    " service's template with {TileMatrix}, {TileRow} and {TileCol}.",
}
TRIED = [0, 1, 2, 4, 5, 6, 8, 12, 23, 147]


def keep(chosen: Preferences, group: preferences.Group) -> None:
    """Keep one group of settings."""
    with desk.writing() as (session, actor):
        preferences.change(session, actor, group, version=chosen.version(group))
    say("Saved. It holds from now on, for everyone.")


def partnership(chosen: Preferences) -> None:
    """Name, marking and how far outside an import may reach."""
    markings = {each.code: each.label for each in codes.current().markings.values()}
    now = chosen.partnership
    with st.form("partnership"):
        name = st.text_input("Name of the partnership", now.name, max_chars=80)
        marking = st.selectbox(
            "Marking of new places",
            markings,
            list(markings).index(now.marking) if now.marking in markings else 0,
            format_func=markings.get,
        )
        margin = st.number_input(
            "How far outside the boundary an imported record may lie, in metres",
            0,
            50_000,
            now.margin,
            step=100,
        )
        sent = st.form_submit_button("Save", type="primary")
    if sent:
        with desk.shown_errors():
            keep(chosen, Partnership(name, marking, margin))


def ground(chosen: Preferences) -> None:
    """Choose the base map."""
    now = chosen.base_map
    kinds = list(KINDS)
    kind = st.selectbox("Base map", kinds, kinds.index(now.kind), format_func=KINDS.get)
    if kind in (BaseMapKind.XYZ, BaseMapKind.WMS, BaseMapKind.WMTS):
        st.warning(
            "Every reader's browser will ask this other host, which can then tell where people"
            " look. A key in the address can be read by every reader.",
            icon=":material/travel_explore:",
        )
    with st.form("base_map"):
        given = {
            name: st.text_input(
                FIELDS[name],
                getattr(now, name),
                max_chars=500,
                type="password" if name == "key" else "default",
                help=HOW.get(kind) if name == "address" else None,
            )
            for name in ASKED[kind]
            if name in FIELDS
        }
        for name, (label, offered) in CHOICES.items():
            if name in ASKED[kind]:
                now_at = offered.index(getattr(now, name)) if getattr(now, name) in offered else 0
                given[name] = st.selectbox(label, offered, now_at)
        if "max_zoom" in ASKED[kind]:
            given["max_zoom"] = st.number_input("Deepest zoom of its tiles", 0, 22, now.max_zoom)
        sent = st.form_submit_button("Save", type="primary")
    if sent:
        with desk.shown_errors():
            wanted = BaseMap(kind, **given)
            if kind is not BaseMapKind.SAMPLE:
                basemap.read(wanted.setting)  # opens a file, looks through an address
            keep(chosen, wanted)


def small_numbers(chosen: Preferences) -> None:
    """Choose what is hidden and how the rest is rounded, with a look at what that does."""
    now = chosen.suppression
    left, right = st.columns(2, gap="large")
    with left:
        threshold = st.number_input("Hide counts below", LEAST_SHOWN, 100, now.threshold)
        nearest = st.number_input("Round the others to the nearest", 1, 100, now.to_nearest)
        wanted = Suppression(threshold, nearest)
        sent = st.button("Save", type="primary", disabled=wanted == now, key="small")
    shown = suppress(np.array(TRIED), Rule(threshold, nearest)).words()
    right.markdown("## What readers with suppressed counts will see")
    right.dataframe(
        pd.DataFrame({"Counted": TRIED, "Shown": shown}), hide_index=True, width="stretch"
    )
    if sent:
        with desk.shown_errors():
            keep(chosen, wanted)


def retention(chosen: Preferences) -> None:
    """Choose how long records stay."""
    now = chosen.retention
    st.write(
        "The usual values are in the fields. The force's own schedule holds for what the police"
        " send. These are the values that are kept and shown; the erasure itself comes with the"
        " trust work."
    )
    with st.form("retention"):
        wanted = replace(
            now,
            review_months=st.number_input(
                "Months until a place is reviewed", 1, 60, now.review_months
            ),
            archive_months=st.number_input(
                "Months from stepping down to the archive", 1, 120, now.archive_months
            ),
            concern_months=st.number_input(
                "Months that a raw report stays after the decision", 1, 60, now.concern_months
            ),
            original_days=st.number_input(
                "Days that masked words stay at the latest", 1, 28, now.original_days
            ),
        )
        sent = st.form_submit_button("Save", type="primary")
    if sent:
        with desk.shown_errors():
            keep(chosen, Retention(**vars(wanted)))


def reports(chosen: Preferences) -> None:
    """Choose how reports are taken."""
    admin_reports.show(chosen, keep)


def mail() -> None:
    """Say which digests could not be sent, and when they are tried again."""
    with desk.reading() as (session, actor):
        found = digests.trouble(session, actor)
    if found is None:
        return
    again = f" Tried again at {found.again.astimezone(LONDON):%H:%M}." if found.again else ""
    people = "1 person" if found.people == 1 else f"{found.people} people"
    st.error(
        f"The daily digest could not be sent to {people}. {' '.join(found.words)}{again}",
        icon=":material/mail:",
    )


desk.actor().must(Permission.MANAGE_SETTINGS)
st.title("Settings")
said()
mail()
with desk.reading() as (session, _actor):
    settings = preferences.read(session)
tabs = st.tabs(["Partnership", "Base map", "Small numbers", "Retention", "Reports"])
parts = (partnership, ground, small_numbers, retention, reports)
for tab, part in zip(tabs, parts, strict=True):
    with tab, st.columns([3, 2])[0]:
        part(settings)
