"""The map's address: layers, colours, filters, what is chosen and where the map opens.

All of it is in the URL, so that a view can be sent to someone, who sees it with their own
permissions. It is hostile text like any other: what is not known is dropped.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import streamlit as st

from domain import codes, filters
from domain.filters import Filters
from domain.people import Actor
from layers import canvas, catalogue
from screens import held_address

PAGE = "map"
_NUMBER = r"-?\d{1,3}(?:\.\d{1,6})?"
_VIEW = re.compile(rf"({_NUMBER}),({_NUMBER}),(\d{{1,2}})", re.ASCII)
_PICK = re.compile(r"([a-z_]{1,32}):([\w-]{1,40})", re.ASCII)
_COLOUR = re.compile(r"([a-z_]{1,32}):([a-z_]{1,32})", re.ASCII)


@dataclass(frozen=True)
class MapState:
    """What one address of the map asks for, as far as this reader may have it."""

    layers: tuple[str, ...]
    filters: Filters
    colours: Mapping[str, str] = field(default_factory=dict)
    picked: tuple[str, str] | None = None
    view: canvas.View | None = None

    def to_params(self) -> dict[str, str]:
        """Return the parameters of the address; `read` makes the same state of them."""
        asked = dict(
            pair.split("=", 1) for pair in self.filters.to_query().split("&") if "=" in pair
        )
        asked["layers"] = ",".join(self.layers)
        if self.colours:
            asked["colour"] = ",".join(f"{name}:{by}" for name, by in sorted(self.colours.items()))
        if self.picked:
            asked["pick"] = ":".join(self.picked)
        return asked

    def colour(self, name: str) -> str:
        """Return the column that a layer is coloured by, "" for its own first."""
        return self.colours.get(name, "")

    def having(self, **changes: object) -> "MapState":
        """Return this state with some of it changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def read(params: Mapping[str, str], actor: Actor) -> MapState:
    """Read an address; layers that the reader may not see are dropped without a word of them."""
    offered = {layer.name: layer for layer in catalogue.seen_by(actor)}
    if "layers" in params:
        wanted = dict.fromkeys(params["layers"].split(",")[:40])
        layers = tuple(name for name in wanted if name in offered)
    else:
        layers = tuple(name for name, layer in offered.items() if layer.shown_first)
    pick = _PICK.fullmatch(params.get("pick", ""))
    return MapState(
        layers=catalogue.kept_apart(layers),
        filters=filters.parse(params, codes.current()),
        colours=_colours(params.get("colour", ""), offered),
        picked=(pick[1], pick[2]) if pick and pick[1] in offered else None,
        view=_view(params.get("view", "")),
    )


def current(actor: Actor) -> MapState:
    """Return the state of the page's own address, or what `go` is about to put there."""
    return read(held_address.told(PAGE), actor)


def go(state: MapState) -> None:
    """Put ``state`` into the address and run the page again."""
    held_address.go(PAGE, state.to_params())


def keep(state: MapState) -> None:
    """Put ``state`` into the address, without running the page again."""
    held_address.shown(PAGE)
    params = state.to_params()
    if st.query_params.to_dict() != params:
        st.query_params.from_dict(params)


def turn() -> int:
    """Return a number for the keys of what asks for layers, colours and filters; see `afresh`."""
    return int(st.session_state.get("map_turn", 0))


def afresh() -> None:
    """Let all that asks read the address anew.

    A browser sends what it holds for a key that it knows again with its next act, so forgetting
    the value here would not do: another number makes other keys of them.
    """
    st.session_state["map_turn"] = turn() + 1


def _colours(text: str, offered: Mapping[str, object]) -> dict[str, str]:
    pairs = (_COLOUR.fullmatch(part) for part in text[:1_000].split(","))
    return {
        pair[1]: pair[2]
        for pair in pairs
        if pair and pair[1] in offered and pair[2] in catalogue.CATALOGUE[pair[1]].colours
    }


def _view(text: str) -> canvas.View | None:
    found = _VIEW.fullmatch(text)
    if found is None:
        return None
    latitude, longitude, zoom = float(found[1]), float(found[2]), int(found[3])
    if not (49 <= latitude <= 61 and -9 <= longitude <= 2 and 5 <= zoom <= 19):
        return None
    return canvas.View(latitude, longitude, zoom, (6, 19))
