"""What was said: masked words, choices in words, the spot on a map, and what lies near."""

from html import escape

import geopandas as gpd
import streamlit as st
from streamlit_folium import st_folium

from domain import codes, concern_queue, search
from domain.codes import CodeList
from domain.concern_moderating import open_contact, open_original
from domain.concerns import UNDECIDED, Concern, Source, Still
from domain.filters import Filters, joined
from domain.identifiers import Kind
from geo.space import to_wgs84
from layers import canvas
from layers.symbols import Look
from screens import concern_photos, concern_state, concern_waiting, desk, map_ground, map_view
from screens.admin_desk import quiet
from screens.note_form import sentence

SPOT, OTHER, PLACE = (
    Look("#882255", "diamond", size=30),
    Look("#882255", "circle", size=20),
    Look("#5b3a8c", "shield", size=26),
)
STILL = {Still.YES: "yes", Still.NO: "no", Still.UNKNOWN: "not known"}
WAYS = {
    Source.PUBLIC: "by the public form",
    Source.PARTNER: "from a partner who was signed in",
    Source.PHONE: "by phone, taken by a partner",
}
LABEL = "Map of the spot, with the places and concerns near it. The lists below name them."


def show(concern: Concern) -> None:
    """Show all that a moderator may know of a concern."""
    st.header("What was said", anchor=False)
    words = escape(concern.words) or "No words: only what was chosen below."
    st.html(f'<blockquote class="sg-told">{words}</blockquote>')
    if concern.found:
        st.html(f'<p class="sg-quiet">Taken out before it was kept: {escape(taken(concern))}.</p>')
    sealed(concern)
    concern_photos.show(concern)
    rows = "".join(f"<dt>{name}</dt><dd>{escape(told)}</dd>" for name, told in facts(concern))
    st.html(f'<dl class="sg-facts">{rows}</dl>')
    belongs(concern)
    around(concern)


def belongs(concern: Concern) -> None:
    """Lead to the place that it is linked to, or to the concern that it is one with."""
    if concern.place_id is not None:
        listed("Linked to the place", [(named(concern), f"/place?place={concern.place_id}")])
    elif concern.merged_into_id is not None:
        other = concern.merged_into_id
        listed("Merged with", [(f"Concern number {other}", address(other))])


def named(concern: Concern) -> str:
    """Name the place that a concern is linked to, as this reader may read it."""
    known = map_view.reading("places", Filters())["name"].to_dict()
    return known.get(concern.place_id, "the place")


def address(number: int) -> str:
    """Return where a concern is opened."""
    return f"/concerns?concern={number}"


def quoted(title: str, words: str) -> None:
    """Show somebody's words as text, under a title."""
    st.html(
        f'<p class="sg-quiet">{escape(title)}</p><blockquote class="sg-told">{escape(words)}'
        "</blockquote>"
    )


def taken(concern: Concern) -> str:
    """Name the kinds of identifiers that were masked."""
    return joined([Kind(each).label for each in dict.fromkeys(concern.found)])


def facts(concern: Concern) -> list[tuple[str, str]]:
    """Return what was chosen, in words; nothing that was left open."""
    lists = codes.current()
    told = [
        ("Worries", labels(lists.concern_worries, concern.worries)),
        ("Helps", labels(lists.concern_helps, concern.helps)),
        ("When", joined([labels(lists.time_bands, concern.times),
                         labels(lists.day_types, concern.days)])),
        ("Still happening", STILL[concern.still]),
        ("How they know", lists.ways_known.label(concern.ways_known)),
        ("Who tells us", lists.reporter_roles.label(concern.reporter_role)
         + (", under 18" if concern.under_18 else "")),
        ("Where", concern.near_words),
        ("How sure", lists.precision.label(concern.precision)),
        ("Came", f"{WAYS[concern.source]}, {concern_state.when(concern.received_at)}"),
        ("Answer given", concern.answer),
    ]  # fmt: skip
    return [(name, words) for name, words in told if words]


def labels(known: CodeList, chosen: list[str]) -> str:
    """Name what was chosen from a list."""
    return "; ".join(known.label(code) for code in chosen)


def sealed(concern: Concern) -> None:
    """Offer the original and the contact while they live; what is opened is kept nowhere."""
    with desk.reading() as (session, actor):
        kept = concern_queue.find(session, actor, concern.id)
        lives = kept.original is not None and kept.state in UNDECIDED
        contact = concern_queue.has_contact(session, actor, concern.id)
    offered = (
        (lives, "Open what was typed", open_original),
        (contact, "Open how to reach them", open_contact),
    )
    pressed = [
        work for there, label, work in offered if there and st.button(label, key=work.__name__)
    ]
    if lives or contact:
        quiet("Opening leaves a line in the log with your name. It closes with your next act.")
    for work in pressed:
        with desk.shown_errors():
            with desk.writing() as (session, actor):
                typed = work(session, actor, desk.keys(), concern.id)
            st.html(f'<blockquote class="sg-told sg-sealed">{escape(typed)}</blockquote>')


def around(concern: Concern) -> None:
    """Show the spot, and the places and concerns near it that this reader may know."""
    places = near_places(concern)
    with desk.reading() as (session, actor):
        others = concern_queue.near_concerns(session, actor, concern.id)
        known = [concern_waiting.where(session, actor, each) for each in others]
    chart(concern, places, others)
    near = zip(places["name"], places["metres"], places.index, strict=True)
    listed(
        "Places near",
        [(f"{name} ({metres:.0f} m)", f"/place?place={number}") for name, metres, number in near],
    )
    listed(
        "Other concerns near",
        [
            (f"{sentence(each.state.words)}: {name}", address(each.id))
            for each, name in zip(others, known, strict=True)
        ],
    )


def near_places(concern: Concern) -> gpd.GeoDataFrame:
    """Return the places that it may be of, nearest first: ``name``, ``metres``, EPSG:27700."""
    with desk.reading() as (session, actor):
        found = concern_queue.near_places(session, actor, concern.shape, concern.place_type)
    known = map_view.reading("places", Filters())
    near = known.loc[[each.id for each in found if each.id in known.index], ["name", "geometry"]]
    return near.assign(metres=near.distance(concern.shape))


def chart(concern: Concern, places: gpd.GeoDataFrame, others: list[Concern]) -> None:
    """Draw the spot and what is near."""
    at = to_wgs84(gpd.GeoSeries([search.middle_of(concern.shape)], crs=27700)).iloc[0]
    items: list[canvas.Item] = []
    if len(places):
        items.append(drawn("concern_places", places, PLACE))
    if others:
        shapes = [each.shape for each in others]
        names = [f"Concern {each.id}" for each in others]
        items.append(drawn("concern_others", framed(names, shapes), OTHER))
    items.append(drawn("concern_spot", framed(["This concern"], [concern.shape]), SPOT))
    with st.container(key="concern_map"):
        st_folium(
            canvas.base(map_ground.ground(), canvas.View(at.y, at.x, 16, (6, 19)), label=LABEL),
            feature_group_to_add=canvas.overlay(*items),
            returned_objects=[],
            key=f"concern_canvas_{concern.id}",
            height=300,
            use_container_width=True,
        )


def framed(names: list[str], shapes: list) -> gpd.GeoDataFrame:
    """Put shapes (EPSG:27700) and their names into a frame."""
    return gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=27700)


def drawn(name: str, frame: gpd.GeoDataFrame, look: Look) -> canvas.Shapes:
    """Draw a frame with its names as tips."""
    return canvas.Shapes(name, to_wgs84(frame), look, tip=("name",), press=False)


def listed(title: str, lines: list[tuple[str, str]]) -> None:
    """List words under a title, each a link to the address beside it; or say that none is known."""
    links = [
        f'<a class="sg-link" href="{at}" target="_self">{escape(words)}</a>' for words, at in lines
    ]
    rows = "".join(f"<li>{each}</li>" for each in links or ["None known."])
    st.html(f'<p class="sg-quiet">{title}</p><ul class="sg-list">{rows}</ul>')
