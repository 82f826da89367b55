"""The map of a result: its cells over the ground, the boundaries under them."""

from dataclasses import replace
from typing import Any, Literal

import geopandas as gpd
import streamlit as st
from streamlit_folium import st_folium

from domain.filters import Filters
from geo.space import to_wgs84
from layers import analysis_looks, canvas, catalogue
from layers.sight import Sight
from layers.swipe import Swipe, Together
from layers.symbols import swatch
from screens import desk, map_ground, map_state, map_view
from screens.insight_found import Found

LABEL = "Map of the result. The table below has its strongest cells."
OUTLINES = ("wards", "partnership")
MARGIN = 0.002


def show(found: Found, place: str = "one", *, box: canvas.LonLatBox | None = None) -> None:
    """Show a result's cells; ``place`` tells two maps of a page apart, ``box`` is where to look.

    With a box they show the same ground from then on: where one is moved, the other goes too.
    """
    if "insight_view" not in st.session_state:
        st.session_state["insight_view"] = map_view.home()
    with st.container(key=f"insight_map_{place}"):
        told = st_folium(
            canvas.base(map_ground.ground(), st.session_state["insight_view"], label=LABEL),
            feature_group_to_add=canvas.overlay(
                *outlines(),
                *cells(found, place),
                *_moves(found, place, box),
                None if box is None else Together(),
            ),
            returned_objects=[],
            key=f"insight_canvas_{place}",
            height=460,
            use_container_width=True,
        )
    act = canvas.heard(told)
    if act is not None and act.at != st.session_state.get(f"insight_act_{place}"):
        st.session_state[f"insight_act_{place}"] = act.at
        deal_with(act, found)


def deal_with(act: canvas.Act, found: Found) -> None:
    """Choose the cell that was pressed, or say how a result is shared."""
    match act:
        case canvas.Picked(id=cell):
            choose(found, cell)
        case canvas.Viewed():
            st.toast("Send the address of this page. Who may run analyses opens this result.")


def choose(found: Found, cell: str, *, move: bool = False) -> None:
    """Choose a cell by its number, and run the page again to show it."""
    turn = st.session_state.get("insight_cell", (0, "", 0))[2]
    st.session_state["insight_cell"] = (found.id, cell, turn + move)
    st.rerun()


def chosen(found: Found) -> str:
    """Return the number of the chosen cell of this result, "" without one."""
    number, cell, _ = st.session_state.get("insight_cell", (0, "", 0))
    return cell if number == found.id else ""


def outlines() -> list[canvas.Item]:
    """Return the boundaries that this reader may see, never to be pressed."""
    actor = desk.actor()
    nothing = map_state.MapState((), Filters())
    return [
        map_view.item(catalogue.CATALOGUE[name], nothing, actor)
        for name in OUTLINES
        if catalogue.sight(actor, name) is not Sight.NONE
    ]


def swipe(one: Found, other: Found) -> None:
    """Show two results over one ground, the first left of a line that the reader pulls."""
    if "insight_view" not in st.session_state:
        st.session_state["insight_view"] = map_view.home()
    box = box_of(one, other)
    with st.container(key="insight_map_swipe"):
        st_folium(
            canvas.base(map_ground.ground(), st.session_state["insight_view"], label=LABEL),
            feature_group_to_add=canvas.overlay(
                Swipe("Where the first result ends and the second begins"),
                *outlines(),
                *halves(one, "left"),
                *halves(other, "right"),
                None if box is None else canvas.GoTo(box, mark=f"both {box}", zoom=15),
            ),
            returned_objects=[],
            key="insight_canvas_swipe",
            height=460,
            use_container_width=True,
        )


def halves(found: Found, side: Literal["left", "right"]) -> list[canvas.Item]:
    """Draw the cells of one side, without signs, which no pane can cut."""
    looks = {
        code: replace(look, shape="", letter="")
        for code, look in analysis_looks.looks(found.method).items()
    }
    pressed, joined = _drawn(found.id, found.fingerprint, found)
    told = ("label", "told", "words")
    return [
        canvas.Shapes(f"{side}_rest", joined, looks, by="code", pane=side, press=False),
        canvas.Shapes(f"{side}_cells", pressed, looks, by="code", tip=told, pane=side),
    ]


def cells(found: Found, place: str = "one") -> list[canvas.Item]:
    """Draw the cells: the strongest to be pressed, the others by class."""
    pressed, joined = _drawn(found.id, found.fingerprint, found)
    looks = analysis_looks.looks(found.method)
    back = canvas.Shapes(f"{place}_rest", joined, looks, by="code", pane="areas", press=False)
    front = canvas.Shapes(
        f"{place}_cells", pressed, looks, by="code", tip=("label", "told", "words"), pane="shapes"
    )
    return [back, front]


@st.cache_data(max_entries=12, show_spinner=False)
def _drawn(
    number: int,  # noqa: ARG001 - a part of the key, as is the next
    fingerprint: str,  # noqa: ARG001
    _found: Found,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    parts = analysis_looks.drawn(_found.result.cells)
    told = [analysis_looks.in_words(_found.method, code) for code in parts.pressed["code"]]
    return to_wgs84(parts.pressed.assign(told=told)), to_wgs84(parts.joined)


def box_of(*results: Found) -> canvas.LonLatBox | None:
    """Return the box in degrees that holds every cell of these results."""
    frames = [each.result.cells.geometry for each in results if len(each.result.cells)]
    if not frames:
        return None
    bounds = [to_wgs84(gpd.GeoSeries(each)).total_bounds.tolist() for each in frames]
    west, south, east, north = zip(*bounds, strict=True)
    return min(west), min(south), max(east), max(north)


def _moves(found: Found, place: str, box: canvas.LonLatBox | None) -> list[canvas.Item]:
    """Mark the chosen cell, and bring into view what is asked for: all of it, or that cell."""
    cell = chosen(found)
    whole = box or box_of(found)
    if cell:
        turn = st.session_state["insight_cell"][2]
        row = found.result.cells[found.result.cells.index.astype(str) == cell]
        mark: list[Any] = [canvas.Chosen(f"{place}_cells", cell)]
        if turn and len(row):
            west, south, east, north = to_wgs84(row.geometry).total_bounds.tolist()
            near = (west - MARGIN, south - MARGIN, east + MARGIN, north + MARGIN)
            return [*mark, canvas.GoTo(near, mark=f"cell {found.id} {cell} {turn}", zoom=15)]
        return mark
    return [] if whole is None else [canvas.GoTo(whole, mark=f"result {whole}", zoom=15)]


def legend(found: Found) -> None:
    """Say what each colour and sign means; only what is drawn."""
    rows = analysis_looks.legend(found.method, found.result.cells["code"]).values()
    lines = [
        f"<li>{swatch(look, 'point' if look.shape else 'area')} {words}</li>"
        for look, words in rows
    ]
    if lines:
        st.html(f'<ul class="sg-legend sg-legend-row">{"".join(lines)}</ul>')
