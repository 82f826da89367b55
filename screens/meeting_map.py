"""The map of a meeting: a place and what lies around it, never more than the room may see.

Everything is read as the room's reader and sent with the page: tiles would be fetched by the
browser of whoever presents, with that person's own clearance.
"""

from collections.abc import Iterable

import geopandas as gpd
import streamlit as st
from streamlit_folium import st_folium

from domain.errors import NotFound, NotPermitted
from domain.meeting_changes import Change, ChangeKind
from domain.people import Actor
from domain.place_card import PlaceCard
from geo.space import Box, to_wgs84
from layers import canvas, catalogue, present, replay
from layers.sight import Sight
from layers.symbols import Look
from screens import desk, map_ground, map_view

LABEL = "Map of the place. The card beside it says what it shows."
MOST = 600
"""Records of a layer that are drawn at most around one place."""
LOOKS = {
    ChangeKind.ESCALATED.value: Look("#a01c2e", "triangle", "E"),
    ChangeKind.NEW.value: Look("#1d4f5c", "circle", "N"),
    ChangeKind.OVERDUE.value: Look("#8a5a00", "square", "O"),
    ChangeKind.LAPSING.value: Look("#b35c00", "wedge", "L"),
    ChangeKind.MOVED.value: Look("#5b3a8c", "diamond", "M"),
    ChangeKind.MERGED.value: Look("#4f5b66", "pentagon", "J"),
    ChangeKind.IMPROVED.value: Look("#1b7a5a", "shield", "I"),
}


def place(card: PlaceCard, reader: Actor) -> None:
    """Draw one place in its surroundings, as ``reader`` may see them."""
    box = replay.around(card)
    view = st.session_state.setdefault("room_view", map_view.home())
    with st.container(key="room_map"):
        st_folium(
            canvas.base(map_ground.ground(), view, label=LABEL),
            feature_group_to_add=canvas.overlay(
                *around(reader, box),
                canvas.Chosen("places", str(card.id)),
                canvas.GoTo(degrees(box), mark=f"place {card.id} {int(reader.tier)}", zoom=17),
            ),
            returned_objects=[],
            key="room_canvas",
            height=560,
            use_container_width=True,
        )


def changes(found: Iterable[Change]) -> None:
    """Draw the places that changed, each by its most pressing change, and nothing else."""
    actor = desk.actor()
    kinds: dict[int, str] = {}
    for each in found:
        kinds.setdefault(each.place_id, each.kind.value)
    shown = layer(actor, "places", None)
    chosen = shown[shown.index.isin(list(kinds))].assign(
        kind=lambda frame: [kinds[number] for number in frame.index]
    )
    view = st.session_state.setdefault("since_view", map_view.home())
    box = tuple(chosen.total_bounds.tolist()) if len(chosen) else None
    with st.container(key="since_map"):
        st_folium(
            canvas.base(map_ground.ground(), view, label="Map of the places that changed."),
            feature_group_to_add=canvas.overlay(
                canvas.Shapes("changes", chosen, LOOKS, by="kind", tip=("label", "detail"),
                              press=False),
                None if box is None else canvas.GoTo(box, mark=f"since {box}", zoom=15),
            ),
            returned_objects=[],
            key="since_canvas",
            height=380,
            use_container_width=True,
        )  # fmt: skip


def around(reader: Actor, box: Box) -> list[canvas.Item]:
    """Return what ``reader`` may see in ``box`` (EPSG:27700), from the bottom up."""
    order = ("incidents", "touches", "annotations", "premises", "places")
    return [item for name in order if (item := drawn(reader, name, box)) is not None]


def drawn(reader: Actor, name: str, box: Box) -> canvas.Item | None:
    """Draw one layer feature by feature, or None where ``reader`` may not see it."""
    seen = catalogue.sight(reader, name)
    if seen is Sight.NONE:
        return None
    frame = layer(reader, name, box).head(MOST)
    pane = "areas" if seen.is_count else "shapes"
    looks = present.looks(catalogue.CATALOGUE[name], seen, "")
    return canvas.Shapes(
        name, frame, looks, by="look", tip=("label", "detail"), fade="fade", pane=pane, press=False
    )


def layer(reader: Actor, name: str, box: Box | None) -> gpd.GeoDataFrame:
    """Read a layer as ``reader`` may see it, in degrees, as it reads to a person."""
    seen = catalogue.sight(reader, name)
    try:
        with desk.store().reading() as session:
            frame = catalogue.read(session, reader, name, box)
    except (NotFound, NotPermitted):
        return gpd.GeoDataFrame({"label": [], "detail": []}, geometry=[], crs=4326)
    return to_wgs84(present.presented(catalogue.CATALOGUE[name], seen, frame))


def degrees(box: Box) -> canvas.LonLatBox:
    """Turn a box in metres into degrees."""
    west, south, east, north = box
    corners = gpd.GeoSeries(gpd.points_from_xy([west, east], [south, north]), crs=27700)
    return tuple(to_wgs84(corners).total_bounds.tolist())
