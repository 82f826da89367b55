"""Areas and the dates of their boundaries."""

import geopandas as gpd
import pandas as pd
import streamlit as st

from domain import areas
from domain.areas import AreaKind
from domain.grants import KINDS
from domain.people import Permission
from screens import desk
from screens.admin_desk import said, say

Sets = dict[tuple[AreaKind, str], gpd.GeoDataFrame]
"""The areas of each set of boundaries, by its kind and date."""


def overview(sets: Sets, newest: dict[AreaKind, str]) -> None:
    """List the sets, and which of them is in use."""
    rows = [
        (KINDS[kind], vintage, len(frame), "in use" if newest[kind] == vintage else "kept")
        for (kind, vintage), frame in sets.items()
    ]
    columns = ["Kind", "Boundaries of", "Areas", "Use"]
    st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True)


def look(sets: Sets) -> None:
    """Show the areas of one set."""
    frame = sets[st.selectbox("Look at a set", sets, format_func=title)]
    shown = pd.DataFrame(frame[["code", "name"]])
    shown["area"] = (frame.geometry.area / 1e6).round(2)
    shown.columns = ["Code", "Name", "Square kilometres"]
    st.dataframe(shown, hide_index=True, width="stretch")


def remove(sets: Sets) -> None:
    """Remove one set, once that is confirmed."""
    with st.form("remove"):
        st.markdown("## Remove a set")
        st.write("Its boundaries go from the map, counts and filters. You can import them again.")
        gone = st.selectbox("Which", sets, None, format_func=title)
        sure = st.checkbox("Yes, remove these boundaries")
        sent = st.form_submit_button("Remove")
    if not sent or gone is None:
        return
    if not sure:
        st.warning("Tick the box to say that you are sure.")
        return
    with desk.shown_errors():
        with desk.writing() as (session, actor):
            count = areas.remove_vintage(session, actor, *gone)
        say(f"{title(gone)}: {count} areas were removed.")


def title(one: tuple[AreaKind, str]) -> str:
    """Name a set."""
    return f"{KINDS[one[0]]}, {one[1]}"


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
    sets = {
        (kind, vintage): areas.frame(session, actor, kind, vintage=vintage)
        for kind, vintages in kinds.items()
        for vintage in vintages
    }
if sets:
    overview(sets, {kind: vintages[0] for kind, vintages in kinds.items()})
    looked, removed = st.columns(2, gap="large")
    with looked:
        look(sets)
    with removed:
        remove(sets)
else:
    st.info(
        "There are no boundaries yet. An analyst or a coordinator adds them on the Import page:"
        " wards, LSOAs, beats and the partnership's own outline, each as one file."
    )
