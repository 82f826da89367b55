"""The panel beside the map: find, layers with their legend, filters, the list, and one record."""

from html import escape

import streamlit as st
from shapely import Point

from domain import gazetteer, search
from domain.people import Actor, Permission
from geo.space import bng_from_lonlat, lonlat_from_bng
from layers import canvas, catalogue, present
from layers.layer import Layer
from layers.sight import Sight
from layers.symbols import swatch
from screens import (
    desk,
    map_card,
    map_draw,
    map_filters,
    map_list,
    map_reports,
    map_share,
    map_state,
    map_view,
)
from screens.map_state import MapState

LAYERS, FILTERS, LIST, RECORD = "Layers", "Filters", "List", "Details"


def show(state: MapState, actor: Actor) -> MapState:
    """Show the panel, and return the state as its widgets leave it."""
    if not actor.may(Permission.SEE_PLACES):
        map_reports.way(actor)
    find(state, actor)
    map_share.show(state)
    if map_draw.is_open():
        map_draw.show(state, actor)
        return state
    sections = [LAYERS, FILTERS, LIST, *([RECORD] if state.picked else [])]
    wanted = st.session_state.pop("open_section", None)
    if wanted in sections:
        st.session_state["section"] = wanted
    if st.session_state.get("section") not in sections:
        st.session_state["section"] = LIST if RECORD not in sections else RECORD
    section = st.segmented_control(
        "Part of the panel", sections, key="section", label_visibility="collapsed",
        required=True, width="stretch",
    )  # fmt: skip
    match section:
        case "Layers":
            return layers(state, actor)
        case "Filters":
            return map_filters.show(state, actor)
        case "List":
            map_list.show(state, actor)
        case "Details":
            map_card.show(state, actor)
    return state


def choose(state: MapState, name: str, number: str, *, move: bool) -> None:
    """Choose a record, open its details, and bring it into view where asked."""
    turn = st.session_state["go_turn"] = st.session_state.get("go_turn", 0) + 1
    st.session_state["go_to"] = (name, number, turn) if move else None
    st.session_state["open_section"] = RECORD
    map_state.go(state.having(picked=(name, number)))


def drop_pin(latitude: float, longitude: float) -> None:
    """Put a pin on bare ground."""
    st.session_state["pin"] = (latitude, longitude, "")
    st.rerun()


def marks() -> list[canvas.Item]:
    """Return the pin and where the last search leads, for the map."""
    pin = st.session_state.get("pin")
    if pin is None:
        return []
    latitude, longitude, asked = pin
    dropped = canvas.Pin(latitude, longitude)
    if not asked:
        return [dropped]
    box = (longitude, latitude, longitude, latitude)
    return [dropped, canvas.GoTo(box, mark=asked, zoom=16)]


def find(state: MapState, actor: Actor) -> None:
    """Search by name, street, postcode, grid reference or coordinates; or tell of the pin."""
    text = st.text_input(
        "Find a place, street, postcode or grid reference",
        key="find",
        placeholder="Find a place, street or postcode",
        icon=":material/search:",
        label_visibility="collapsed",
        max_chars=120,
    )
    if text and text != st.session_state.get("found_for"):
        hits(state, actor, text)
    elif st.session_state.get("pin"):
        pin_words(actor)


def hits(state: MapState, actor: Actor, text: str) -> None:
    """List what was found; choosing one moves the map there."""
    with desk.reading() as (session, who):
        found = search.search(session, who, text)
    if not found:
        st.info("Nothing found. Try part of a name, a postcode or a grid reference.")
        return
    with st.container(key="found"):
        for index, hit in enumerate(found):
            label = f"**{plain(hit.name)}**  \n{plain(hit.detail)}"
            if st.button(label, key=f"hit{index}", width="stretch", icon=ICONS.get(hit.kind)):
                st.session_state["found_for"] = text
                if hit.place_id is not None and catalogue.sight(actor, "places") is not Sight.NONE:
                    layers_now = tuple(dict.fromkeys([*state.layers, "places"]))
                    choose(state.having(layers=layers_now), "places", str(hit.place_id), move=True)
                lon, lat = lonlat_from_bng([hit.easting], [hit.northing])
                st.session_state["pin"] = (float(lat[0]), float(lon[0]), f"{text}/{index}")
                st.rerun()


def pin_words(actor: Actor) -> None:
    """Say what is nearest to the pin, and offer to note something there."""
    latitude, longitude, _ = st.session_state["pin"]
    east, north = bng_from_lonlat([longitude], [latitude])
    with desk.reading() as (session, who):
        nearest = gazetteer.near(session, who, Point(east[0], north[0]))
    with st.container(border=True):
        st.markdown(f"**Your pin**  \n{plain(nearest.words())}")
        if actor.may(Permission.REPORT):
            st.link_button(
                "Report this spot", map_reports.address(st.session_state["pin"]),
                icon=":material/campaign:", width="stretch",
            )  # fmt: skip
        if st.button("Remove the pin", icon=":material/close:", type="tertiary"):
            st.session_state.pop("pin")
            st.rerun()


def layers(state: MapState, actor: Actor) -> MapState:
    """Choose what is drawn; each layer explains itself by its legend."""
    map_draw.offer(actor)
    map_reports.show(actor)
    map_share.saved()
    offered = catalogue.seen_by(actor)
    chosen = []
    colours = dict(state.colours)
    for layer in offered:
        key = f"layer_{layer.name}_{map_state.turn()}"
        st.session_state[key] = st.session_state.get(key, layer.name in state.layers)
        if st.toggle(layer.title_for(actor), key=key, help=layer.about):
            chosen.append(layer.name)
            explain(layer, state, actor, colours)
    shown = catalogue.kept_apart(chosen)
    if len(shown) < len(chosen):
        st.info(APART, icon=":material/visibility_off:")
    return state.having(layers=shown, colours=colours)


def explain(layer: Layer, state: MapState, actor: Actor, colours: dict[str, str]) -> None:
    """Show a layer's legend: what is drawn, what each mark means, and how precisely."""
    seen = catalogue.sight(actor, layer.name)
    if len(layer.colours) > 1 and not seen.is_count:
        options = list(layer.colours)
        picked = st.selectbox(
            f"Colour {layer.title.lower()} by",
            options,
            index=options.index(present.colour_column(layer, state.colour(layer.name))),
            format_func=FIELDS.__getitem__,
            key=f"colour_{layer.name}_{map_state.turn()}",
        )
        if picked != options[0]:
            colours[layer.name] = picked
        else:
            colours.pop(layer.name, None)
    told = map_view.legend(layer, state, actor, colours.get(layer.name, ""))
    if not told.rows:
        st.html(f'<p class="sg-quiet">{escape(EMPTY.get(layer.name, NOTHING))}</p>')
        return
    rows = "".join(
        f"<li>{swatch(look, told.kind)}<span>{escape(words)}</span></li>"
        for look, words in told.rows
    )
    st.html(f'<ul class="sg-legend">{rows}</ul><p class="sg-quiet">{escape(told.note)}</p>')


def plain(text: str) -> str:
    """Return text with nothing in it that Streamlit's markdown would read as more than text."""
    return "".join(f"\\{each}" if each in MARKDOWN else each for each in text)


MARKDOWN = set("\\`*_{}[]()#+-.!|<>~$:")
FIELDS = {
    "harm_primary": "type of harm",
    "place_type": "type of place",
    "source": "source",
    "role": "part played",
    "kind": "kind",
    "status": "state",
}
APART = (
    "Young people's map is looked at by itself. Layers with police records are not drawn while it "
    "is on."
)
NOTHING = "None of these are found with the filters that are set."
EMPTY = {"hot_spots": "Too few records in this period to tell a hot spot from chance."}
ICONS = {
    search.CONCERN: ":material/shield:",
    search.SPOT: ":material/my_location:",
    gazetteer.STREET: ":material/add_road:",
    gazetteer.POSTCODE: ":material/markunread_mailbox:",
    gazetteer.PLACE: ":material/location_city:",
    gazetteer.FEATURE: ":material/location_on:",
}
