"""A small map of an evaluation: plan area, ring, comparison; and drawing on it."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import streamlit as st
from shapely.geometry.base import BaseGeometry
from streamlit_folium import st_folium

from domain.evaluations import ZoneKind
from geo.space import to_wgs84
from layers import canvas
from layers.symbols import Look, swatch
from screens import evaluation_state, map_ground, map_view
from screens.insight_map import outlines

LABEL = "Map of the plan's area, the ring around it and the comparison. The text says which."
LOOKS = {
    ZoneKind.COMPARISON: (Look("#6b3d7d", "square", "C", weight=2.5), "Comparison"),
    ZoneKind.RING_COMPARISON: (
        Look("#6b3d7d", "", weight=1.5, fill=0.05, dash="4 5"), "Next door to the comparison",
    ),
    ZoneKind.RING: (Look("#8a5a00", "", weight=2, fill=0.08, dash="6 4"), "Next door"),
    ZoneKind.AREA: (Look("#1d4f5c", "circle", "A", weight=3, fill=0.2), "The plan's area"),
}  # fmt: skip
OFFERED = "offered"
MARGIN = 150

Shapes = Mapping[ZoneKind, BaseGeometry]


def show(
    shapes: Shapes,
    *,
    height: int = 330,
    offered: Sequence[BaseGeometry] = (),
    drawing: canvas.Drawing | None = None,
) -> canvas.Act | None:
    """Draw outlines (EPSG:27700) and return what was done on the map, once for each act.

    ``offered`` are what could be compared with, numbered, to be pressed.
    """
    view = st.session_state.setdefault("evaluation_view", map_view.home())
    with st.container(key="evaluation_map"):
        told = st_folium(
            canvas.base(map_ground.ground(), view, label=LABEL),
            feature_group_to_add=canvas.overlay(
                *outlines(), *_offered(offered), *_zones(shapes), _whole(shapes, offered), drawing
            ),
            returned_objects=[],
            key="evaluation_canvas",
            height=height,
            use_container_width=True,
        )
    legend(shapes, bool(offered))
    act = canvas.heard(told)
    if act is None or act.at == st.session_state.get("evaluation_act"):
        return None
    st.session_state["evaluation_act"] = act.at
    return act


def _zones(shapes: Shapes) -> list[canvas.Item]:
    there = [kind for kind in LOOKS if kind in shapes]
    words = [LOOKS[kind][1] for kind in there]
    frame = gpd.GeoDataFrame(
        {"kind": [kind.value for kind in there], "words": words},
        geometry=[shapes[kind] for kind in there],
        crs=27700,
    )
    if not there:
        return []
    looks = {kind.value: look for kind, (look, _) in LOOKS.items()}
    return [canvas.Shapes("zones", to_wgs84(frame), looks, by="kind", tip=("words",), press=False)]


def _offered(offered: Sequence[BaseGeometry]) -> list[canvas.Item]:
    """Draw what could be compared with, numbered; a press chooses it or takes it back."""
    if not offered:
        return []
    numbers = [str(number) for number in range(1, len(offered) + 1)]
    frame = gpd.GeoDataFrame({"number": numbers}, geometry=list(offered), crs=27700)
    looks = {number: Look("#5c5852", "square", number, weight=2, fill=0.1) for number in numbers}
    frame["words"] = [f"Could be compared with: {number}" for number in numbers]
    return [canvas.Shapes(OFFERED, to_wgs84(frame), looks, by="number", tip=("words",))]


def _whole(shapes: Shapes, offered: Sequence[BaseGeometry]) -> canvas.GoTo | None:
    """Bring all outlines into view, again where they change."""
    every = [*shapes.values(), *offered]
    if not every:
        return None
    around = to_wgs84(gpd.GeoSeries(every, crs=27700).buffer(MARGIN)).total_bounds.tolist()
    box = west, south, east, north = tuple(round(each, 5) for each in around)
    return canvas.GoTo((west, south, east, north), zoom=16,
                       mark=f"evaluation {evaluation_state.turn()} {box}")  # fmt: skip


def legend(shapes: Shapes, offered: bool) -> None:
    """Say what each outline is; only what is drawn."""
    rows = [f"<li>{swatch(look, 'area')} {words}</li>"
            for kind, (look, words) in reversed(LOOKS.items()) if kind in shapes]  # fmt: skip
    if offered:
        look = Look("#5c5852", "square", "1", weight=2, fill=0.1)
        rows.append(f"<li>{swatch(look, 'area')} Could be compared with</li>")
    if rows:
        st.html(f'<ul class="sg-legend sg-legend-row">{"".join(rows)}</ul>')
