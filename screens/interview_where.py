"""Choosing a spot: by a name, street, postcode or grid reference, or by a press on the map."""

from collections.abc import Sequence

import geopandas as gpd
import streamlit as st
from shapely import Point
from streamlit_folium import st_folium

from domain import gazetteer, places, search
from domain.filters import Filters
from domain.search import Hit
from domain.visibility import sees_names
from geo.space import bng_from_lonlat, lonlat_from_bng, to_wgs84
from layers import canvas, catalogue
from layers.sight import Sight
from layers.symbols import Look
from screens import desk, interview_state, map_ground, map_state, map_view
from screens.admin_desk import quiet
from screens.interview_state import Spot
from screens.map_panel import ICONS, plain

LABEL = "Map to press a spot on. You can also type where it is."
PUT = Look("#1d4f5c", "circle", size=28)


def ask(label: str) -> Spot | None:
    """Ask for a spot; return it once it is chosen."""
    found = interview_state.spot()
    if found is None:
        text = st.text_input(
            label, key=interview_state.key("find"), icon=":material/search:", max_chars=100,
            placeholder="Name, street, postcode or grid reference",
        )  # fmt: skip
        if text:
            hits(text)
        else:
            quiet("Or press the spot on the map.")
        return None
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/location_on: **{plain(found.name)}**")
        if st.button("Another spot", type="tertiary", key=interview_state.key("another")):
            interview_state.take(None)
    return found


def hits(text: str) -> None:
    """List what was found; a press chooses it."""
    with desk.reading() as (session, actor):
        found = search.search(session, actor, text, limit=6)
    if not found:
        st.info("Nothing found. Try part of a name, or press the spot on the map.")
    with st.container(key="entries"):
        for index, hit in enumerate(found):
            label = f"**{plain(hit.name)}**  \n{plain(hit.detail)}"
            key = interview_state.key(f"hit{index}")
            if st.button(label, key=key, width="stretch", icon=ICONS.get(hit.kind)):
                interview_state.take(_of_hit(hit))


def show(put: Sequence[Spot] = ()) -> None:
    """Draw the map with the places of concern, what was put down, and the spot that is chosen."""
    view = st.session_state.setdefault("interview_view", map_view.home())
    with st.container(key="interview_map"):
        told = st_folium(
            canvas.base(map_ground.ground(), view, label=LABEL),
            feature_group_to_add=canvas.overlay(*_places(), *_put(put), *_pin()),
            returned_objects=[],
            key="interview_canvas",
            height=480,
            use_container_width=True,
        )
    act = canvas.heard(told)
    if act is None or act.at == st.session_state.get(interview_state.ACT):
        return
    st.session_state[interview_state.ACT] = act.at
    match act:
        case canvas.Spot():
            interview_state.take(_pressed(act))
        case canvas.Picked(layer="places", id=number) if number.isdecimal():
            with desk.shown_errors():
                interview_state.take(_of_place(int(number)))


def _places() -> list[canvas.Item]:
    actor = desk.actor()
    if catalogue.sight(actor, "places") is Sight.NONE:
        return []
    nothing = map_state.MapState((), Filters())
    return [map_view.item(catalogue.CATALOGUE["places"], nothing, actor)]


def _put(put: Sequence[Spot]) -> list[canvas.Item]:
    if not put:
        return []
    numbers = [str(number) for number in range(1, len(put) + 1)]
    frame = gpd.GeoDataFrame(
        {"number": numbers, "name": [each.name for each in put]},
        geometry=[Point(each.easting, each.northing) for each in put],
        crs=27700,
    )
    looks = {each: Look(PUT.colour, PUT.shape, each[:2], size=PUT.size) for each in numbers}
    return [
        canvas.Shapes("put", to_wgs84(frame), looks, by="number", tip=("name",), press=False)
    ]  # fmt: skip


def _pin() -> list[canvas.Item]:
    found = interview_state.spot()
    if found is None:
        return []
    lon, lat = lonlat_from_bng([found.easting], [found.northing])
    at = float(lon[0]), float(lat[0])
    mark = f"{interview_state.turn()} {found.easting:.0f} {found.northing:.0f}"
    return [canvas.Pin(at[1], at[0]), canvas.GoTo((*at, *at), mark=mark, zoom=15)]


def _pressed(act: canvas.Spot) -> Spot:
    east, north = bng_from_lonlat([act.longitude], [act.latitude])
    point = Point(east[0], north[0])
    with desk.reading() as (session, actor):
        nearest = gazetteer.near(session, actor, point)
    name = f"Near {nearest.street.name}" if nearest.street else nearest.grid_ref or "The spot"
    return Spot(name, point.x, point.y)


def _of_hit(hit: Hit) -> Spot:
    return Spot(hit.name, hit.easting, hit.northing, hit.place_id)


def _of_place(number: int) -> Spot:
    with desk.reading() as (session, actor):
        place = places.find(session, actor, number)
    middle = search.middle_of(place.shape)
    if sees_names(actor):
        return Spot(place.name, middle.x, middle.y, place.id)
    square = search.to_square(middle)
    return Spot(place.neutral_name, square.x, square.y, place.id)
