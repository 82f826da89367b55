"""Ways that young people go: drawn on a map, or told by two spots; never one from a home."""

from html import escape

import geopandas as gpd
import streamlit as st
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry
from streamlit_folium import st_folium

from domain import assessing, assessment_forms, assessments, places, search
from domain.assessments import Assessment, AssessmentJourney
from geo.space import to_wgs84
from layers import canvas
from layers.symbols import Look
from screens import assess_keep, desk, map_draw, map_ground, map_view, place_state
from screens.admin_desk import quiet

WAY = Look("#1d4f5c", "", weight=4.0)
PLACE = Look("#5b3a8c", "shield", size=26)
LABEL = "Map of the journeys. The list names them; a way can also be told by two spots."
DRAWN, TURN, DEALT = "journey_drawn", "journey_turn", "journey_act"


def show(now: Assessment) -> None:
    """Show the journeys of a draft, and let one be added or taken out."""
    with desk.reading() as (session, actor):
        ways = assessments.journeys(session, actor, now.id)
    quiet("Ways to school, to alternative provision, to a club or a stop. Draw the way that all "
          "go, from a stop to a gate: never one that begins at a home.")  # fmt: skip
    listed(ways)
    chart(now, ways, draw=True)
    add(now)
    if ways:
        drop(now, ways)


def listed(ways: list[AssessmentJourney]) -> None:
    """List the journeys in words."""
    kinds = assessment_forms.methods().journeys
    rows = "".join(
        f"<li><strong>{escape(each.label)}</strong><span>"
        f"{escape(assessment_forms.label(kinds, each.kind))}</span><span>{escape(each.notes)}"
        "</span></li>"
        for each in ways
    )
    st.html(f'<ul class="sg-rows">{rows}</ul>' if rows else '<p class="sg-quiet">None yet.</p>')


def chart(now: Assessment, ways: list[AssessmentJourney], *, draw: bool = False) -> None:
    """Draw the journeys and the place; with ``draw`` the reader can add one."""
    with desk.reading() as (session, actor):
        place = places.find(session, actor, now.place_id)
    shapes = [place.shape, *(each.shape for each in ways)]
    around = gpd.GeoSeries(shapes, crs=27700).buffer(120)
    west, south, east, north = to_wgs84(around).total_bounds.tolist()
    items: list[canvas.Item | None] = [
        framed("journey_ways", [each.label for each in ways], [each.shape for each in ways], WAY)
        if ways
        else None,
        framed("journey_place", [place.name], [place.shape], PLACE),
        canvas.GoTo((west, south, east, north), mark=f"journeys {now.id} {len(ways)}", zoom=17),
        canvas.Drawing(st.session_state.get(TURN, 0), tools=("line", "area")) if draw else None,
    ]
    view = st.session_state.setdefault("place_view", map_view.home())
    with st.container(key="assess_map"):
        told = st_folium(
            canvas.base(map_ground.ground(), view, label=LABEL),
            feature_group_to_add=canvas.overlay(*items),
            returned_objects=[],
            key=f"journeys_{now.id}",
            height=320,
            use_container_width=True,
        )
    if draw:
        take(canvas.heard(told))


def framed(name: str, names: list[str], shapes: list[BaseGeometry], look: Look) -> canvas.Shapes:
    """Draw shapes (EPSG:27700) with their names as tips."""
    frame = gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=27700)
    return canvas.Shapes(name, to_wgs84(frame), look, tip=("name",), press=False)


def take(act: canvas.Act | None) -> None:
    """Keep what was drawn until it is added."""
    if act is None or act.at == st.session_state.get(DEALT):
        return
    st.session_state[DEALT] = act.at
    match act:
        case canvas.Drawn(turn=turn, shape=shape) if turn == st.session_state.get(TURN, 0):
            st.session_state[DRAWN] = shape
        case canvas.Cleared():
            st.session_state.pop(DRAWN, None)


def add(now: Assessment) -> None:
    """Ask what a journey is, drawn or told by two spots."""
    shape = st.session_state.get(DRAWN)
    if shape is not None:
        st.success("Drawn. Say what it is, and add it.", icon=":material/check:")
    kinds = assessment_forms.methods().journeys
    version = place_state.held("assessment", now.id, now.version)
    with st.form(f"journey_{now.id}_{version}", border=False):
        left, right = st.columns(2, gap="large")
        kind = left.selectbox(
            "Kind of way", list(kinds), format_func=lambda code: kinds[code].label
        )
        label = left.text_input("What people call it", max_chars=120)
        notes = right.text_area("What was found on it", max_chars=1000, height=120)
        begins = left.text_input(
            "If you did not draw it: from (street, stop or place)", max_chars=100
        )
        ends = right.text_input("To (street, gate or place)", max_chars=100)
        pressed = st.form_submit_button("Add this way", type="primary")
    if pressed:
        shape = map_draw.in_bng(shape) if shape is not None else told(begins, ends)
        if shape is None:
            st.warning("Draw the way on the map, or name two spots that are known.")
            return
        with desk.shown_errors():
            with desk.writing() as (session, actor):
                assessing.add_journey(
                    session, actor, now.id, version=version, kind=kind, label=label, shape=shape,
                    notes=notes,
                )  # fmt: skip
            cleared("The way is added.")


def told(begins: str, ends: str) -> BaseGeometry | None:
    """Return the straight line between two spots that are known by name, or None."""
    with desk.reading() as (session, _actor):
        hits = [search.whereabouts(session, text, 1) for text in (begins, ends)]
    if not all(hits):
        return None
    spots = [Point(found[0].easting, found[0].northing) for found in hits]
    return LineString(spots) if spots[0] != spots[1] else None


def drop(now: Assessment, ways: list[AssessmentJourney]) -> None:
    """Take a journey out of a draft."""
    version = place_state.held("assessment", now.id, now.version)
    names = {each.id: each.label for each in ways}
    with (
        st.popover("Take one out", icon=":material/delete:"),
        st.form(f"journey_out_{now.id}_{version}", border=False),
    ):
        number = st.selectbox("Which?", list(names), format_func=names.get)
        pressed = st.form_submit_button("Take it out")
    if pressed:
        with desk.shown_errors():
            with desk.writing() as (session, actor):
                assessing.drop_journey(session, actor, now.id, number, version=version)
            cleared("It is taken out.")


def cleared(done: str) -> None:
    """Put the drawing away, and look at everything afresh."""
    st.session_state.pop(DRAWN, None)
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1
    st.session_state[assess_keep.KEPT] = ""
    place_state.say(done)
