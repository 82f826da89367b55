"""The map of a patrol: its zones in their order and the way between them."""

from collections.abc import Sequence

import geopandas as gpd
import streamlit as st
from shapely import Point
from shapely.geometry.base import BaseGeometry
from streamlit_folium import st_folium

from geo.space import to_wgs84
from layers import canvas
from layers.symbols import Look, swatch
from screens import map_ground, map_view, patrol_state

LABEL = "Map of the patrol. The list beside it says where it goes and when."
ACCENT, QUIET = "#1d4f5c", "#5c5852"
WAY = Look("#b35c00", "", weight=4)
START = Look("#5b3a8c", "diamond", "S")
OFFERED = Look(QUIET, "square", "", weight=2, fill=0.1)
MARGIN = 120


def show(
    zones: Sequence[tuple[str, BaseGeometry]],
    *,
    way: BaseGeometry | None = None,
    start: Point | None = None,
    numbered: bool = True,
    height: int = 520,
) -> None:
    """Draw named zones (EPSG:27700), numbered in their order, the way and the start."""
    view = st.session_state.setdefault("patrol_view", map_view.home())
    with st.container(key="patrol_map"):
        st_folium(
            canvas.base(map_ground.ground(), view, label=LABEL),
            feature_group_to_add=canvas.overlay(
                *_way(way), *_zones(zones, numbered), *_start(start), _whole(zones, way, start)
            ),
            returned_objects=[],
            key="patrol_canvas",
            height=height,
            use_container_width=True,
        )
    legend(way is not None, start is not None, numbered)


def _zones(zones: Sequence[tuple[str, BaseGeometry]], numbered: bool) -> list[canvas.Item]:
    if not zones:
        return []
    numbers = [str(number) for number in range(1, len(zones) + 1)]
    frame = gpd.GeoDataFrame(
        {"number": numbers, "name": [name for name, _ in zones]},
        geometry=[shape for _, shape in zones],
        crs=27700,
    )
    looks = {
        each: Look(ACCENT, "circle", each[:2], weight=2.5, fill=0.2) if numbered else OFFERED
        for each in numbers
    }
    return [
        canvas.Shapes("stops", to_wgs84(frame), looks, by="number", tip=("name",), press=False)
    ]  # fmt: skip


def _way(way: BaseGeometry | None) -> list[canvas.Item]:
    if way is None:
        return []
    frame = gpd.GeoDataFrame({"words": ["The way"]}, geometry=[way], crs=27700)
    return [canvas.Shapes("way", to_wgs84(frame), WAY, press=False)]


def _start(start: Point | None) -> list[canvas.Item]:
    if start is None:
        return []
    frame = gpd.GeoDataFrame({"words": ["Start and end"]}, geometry=[start], crs=27700)
    return [canvas.Shapes("start", to_wgs84(frame), START, tip=("words",), press=False)]


def _whole(
    zones: Sequence[tuple[str, BaseGeometry]], way: BaseGeometry | None, start: Point | None
) -> canvas.GoTo | None:
    """Bring everything into view, again where it changes."""
    every = [shape for _, shape in zones] + [each for each in (way, start) if each is not None]
    if not every:
        return None
    around = to_wgs84(gpd.GeoSeries(every, crs=27700).buffer(MARGIN)).total_bounds.tolist()
    west, south, east, north = (round(each, 4) for each in around)
    mark = f"patrol {patrol_state.turn()} {west} {south} {east} {north}"
    return canvas.GoTo((west, south, east, north), zoom=16, mark=mark)


def legend(way: bool, start: bool, numbered: bool) -> None:
    """Say what is drawn."""
    look = Look(ACCENT, "circle", "1", weight=2.5, fill=0.2) if numbered else OFFERED
    words = "A stop, numbered in order" if numbered else "A place that may be visited"
    rows = [f"<li>{swatch(look, 'area')} {words}</li>"]
    if way:
        rows.append(f"<li>{swatch(WAY, 'line')} The way</li>")
    if start:
        rows.append(f"<li>{swatch(START, 'point')} Start and end</li>")
    st.html(f'<ul class="sg-legend sg-legend-row">{"".join(rows)}</ul>')
