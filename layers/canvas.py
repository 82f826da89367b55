"""The map that a screen shows: a constant base, and over it what changes.

streamlit-folium mounts a map anew when its own script changes, and leaves it alone when only the
group added to it does. So :func:`base` says the same on every run of a page, and all that a
filter, a choice or a search changes goes into :func:`overlay`. In the browser ``static/map.js``
compares the overlay with what is shown and touches only the layers that differ.

streamlit-folium's own reports (a rerun for every pan, a click without the feature's number) are
switched off by ``returned_objects=[]``; our script tells what the reader did, and :func:`heard`
makes it a :class:`Picked`, :class:`Spot`, :class:`Drawn` or :class:`Cleared`. The value stays
there on later runs of the page: an act is new where its ``at`` is not the one last dealt with.

A whole page::

    acts = st_folium(
        canvas.base(basemap, canvas.View(51.5, -0.1, 13)),
        feature_group_to_add=canvas.overlay(
            canvas.Tiles("incidents", "/tiles/incidents/{z}/{x}/{y}.mvt?" + query, Look("#7a5195")),
            canvas.Shapes("places", places, LOOKS, by="status", tip=["name"]),
            canvas.Chosen("places", place_id),
            canvas.GoTo((west, south, east, north), mark=f"place {place_id}"),
            canvas.Drawing(turn=turn),
        ),
        returned_objects=[], key="map", height=640, use_container_width=True,
    )
    match canvas.heard(acts):
        case canvas.Picked(layer="places", id=place) as act if act.at != desk.dealt_with:
            ...

Build the base on every run (folium keeps what was added to it), inside ``st.container(key="map")``
whose frame the page's style gives its height: ``.st-key-map iframe { height: ... }``.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal, Protocol

import folium
import geopandas as gpd
import pandas as pd
import shapely
from folium.template import Template
from shapely.geometry.base import BaseGeometry

from layers.acts import Act, Cleared, Drawn, Picked, Spot, Viewed, heard
from layers.basemap import Basemap, drawn
from layers.files import SCRIPTS, STYLES, address
from layers.symbols import Look

__all__ = [
    "Act",
    "Chosen",
    "Cleared",
    "Drawing",
    "Drawn",
    "GoTo",
    "Item",
    "Picked",
    "Pin",
    "Shapes",
    "Spot",
    "Tiles",
    "View",
    "Viewed",
    "as_json",
    "base",
    "heard",
    "overlay",
]

Pane = Literal["areas", "tiles", "shapes", "left", "right"]
Tool = Literal["point", "line", "area", "arrow", "words"]
LonLatBox = tuple[float, float, float, float]

LETTERS_FROM: Final = 14
"""From this zoom on symbols have their full size and letter; before, they are small."""

MANY: Final = Look("#4f5b66")
"""How a tiled point looks that stands for several, of whatever kinds: neutral."""

_OTHERWISE: Final = ""


@dataclass(frozen=True)
class View:
    """Where the map opens (degrees of WGS 84, zoom) and how far it may be zoomed."""

    latitude: float
    longitude: float
    zoom: int
    zooms: tuple[int, int] = (8, 19)


class Item(Protocol):
    """Something to show, or to do once, on the map."""

    kind: ClassVar[str]

    @property
    def name(self) -> str:
        """Which one it is among those of its kind."""
        ...

    def spec(self) -> dict[str, Any]:
        """Return what the browser is told, apart from kind and name."""
        ...


@dataclass(frozen=True)
class Shapes:
    """Features drawn one by one, each with its symbol: for up to about a thousand.

    ``frame`` is in WGS 84 (EPSG:4326), its index the numbers that a press tells. ``look`` is one
    for all, or one for each value of the column ``by`` (the key "" for any other). ``tip`` names
    the columns whose text shows under the pointer and is read by screen readers, the first one
    strong. ``fade`` names a column of opacities from 0 to 1. ``press`` is whether a press tells.
    ``sketch`` names a column that says which lines end in a head ("arrow") and which points stand
    with their words ("words"). ``live`` is an address on this server that the browser asks now and
    then for the same item as it is by then (`as_json`), and of which it swaps this item alone.
    Text is put into the page as text: columns may hold anything.
    """

    name: str
    frame: gpd.GeoDataFrame = field(repr=False)
    look: Look | Mapping[str, Look]
    by: str | None = None
    tip: Sequence[str] = ()
    fade: str | None = None
    pane: Pane = "shapes"
    press: bool = True
    sketch: str | None = None
    live: str = ""
    kind: ClassVar[str] = "shapes"

    def spec(self) -> dict[str, Any]:
        """Return looks and GeoJSON.

        Raises
        ------
        ValueError
            The frame is not in WGS 84, or ``live`` is not on this server.
        """
        if self.frame.crs is None or self.frame.crs.to_epsg() != 4326:
            raise ValueError("shapes are drawn from a frame in EPSG:4326")
        if self.live:
            _must_be_ours(self.live)
        return {
            "looks": _looks(self.look),
            "pane": self.pane,
            "press": self.press,
            "data": {"type": "FeatureCollection", "features": self._features()},
            **({"live": self.live} if self.live else {}),
        }

    def _features(self) -> list[dict[str, Any]]:
        stored = self.frame.geometry.to_numpy()
        shown = self.frame[~(shapely.is_missing(stored) | shapely.is_empty(stored))]
        rounded = shapely.transform(shown.geometry.to_numpy(), lambda at: at.round(6))
        inside = shapely.get_coordinates(shapely.point_on_surface(rounded)).round(6).tolist()
        known = _looks(self.look)
        looks = [_OTHERWISE] * len(shown)
        if self.by:
            looks = [each if each in known else _OTHERWISE for each in shown[self.by].astype(str)]
        tips = [[str(told) for told in row if _is_told(told)] for row in _rows(shown, self.tip)]
        fades = [1.0] * len(shown) if self.fade is None else _opacities(shown[self.fade])
        features = [
            {
                "type": "Feature",
                "id": str(number),
                "geometry": json.loads(geometry),
                "properties": {"look": look, "tip": tip, "fade": fade, "at": at},
            }
            for number, geometry, look, tip, fade, at in zip(
                shown.index, shapely.to_geojson(rounded), looks, tips, fades, inside, strict=True
            )
        ]
        if self.sketch is not None:
            for feature, drawn_as in zip(features, shown[self.sketch], strict=True):
                feature["properties"]["sketch"] = str(drawn_as)
        return features


@dataclass(frozen=True)
class Tiles:
    """Any number of features, as vector tiles that the browser fetches from ``url``.

    ``url`` is an address on this server with ``{z}``, ``{x}``, ``{y}``; whatever a filter changes
    is in its query, and a changed address swaps the tiles without a blink. ``source`` is the
    layer's name inside the tiles (``name`` by default).

    A feature's number is its attribute ``id`` or its MVT id. A point with ``n`` stands for that
    many, looks like ``many`` above one, has no number and is opened by zooming in; with
    ``declutter`` the points of a crowded tile are gathered so in the browser. ``fade`` is a
    feature's opacity. ``look``, ``by`` and ``tip`` are as for :class:`Shapes`, from attributes.
    Shaded areas belong into the pane "areas", under the names of the base map. ``press`` is
    whether a press finds a feature.
    """

    name: str
    url: str
    look: Look | Mapping[str, Look]
    by: str | None = None
    tip: Sequence[str] = ()
    source: str | None = None
    zooms: tuple[int, int] = (0, 22)
    pane: Pane = "tiles"
    many: Look = MANY
    declutter: bool = True
    press: bool = True
    kind: ClassVar[str] = "tiles"

    def spec(self) -> dict[str, Any]:
        """Return looks and address; :class:`ValueError` where that is not on this server."""
        _must_be_ours(self.url)
        return {
            "url": self.url,
            "looks": _looks(self.look),
            "by": self.by or "",
            "otherwise": _OTHERWISE,
            "tip": list(self.tip),
            "source": self.source or self.name,
            "zooms": list(self.zooms),
            "many": self.many.spec(),
            "declutter": self.declutter,
            "press": self.press,
            "pane": self.pane,
        }


@dataclass(frozen=True)
class Chosen:
    """Which feature of which layer stands out; at most one in an overlay."""

    layer: str
    id: str
    name: str = ""
    kind: ClassVar[str] = "chosen"

    def spec(self) -> dict[str, Any]:
        """Return which one."""
        return {"layer": self.layer, "id": str(self.id)}


@dataclass(frozen=True)
class GoTo:
    """Move the map to ``box`` (west, south, east, north), once for each ``mark``.

    A point is a box without extent: the map then goes to ``zoom``, which is also the closest for
    a larger box. Leave it in the overlay; the reader may move on, until the mark changes.
    """

    box: LonLatBox
    mark: str
    zoom: int = 17
    name: str = ""
    kind: ClassVar[str] = "go"

    def spec(self) -> dict[str, Any]:
        """Return the corners as Leaflet has them, latitude first."""
        west, south, east, north = self.box
        return {"bounds": [[south, west], [north, east]], "zoom": self.zoom, "asked": self.mark}


@dataclass(frozen=True)
class Pin:
    """A pin on a bare spot; ``label`` is what a screen reader says."""

    latitude: float
    longitude: float
    label: str = "The spot you chose"
    name: str = "pin"
    kind: ClassVar[str] = "pin"

    def spec(self) -> dict[str, Any]:
        """Return where, latitude first."""
        return {"at": [self.latitude, self.longitude], "label": self.label}


@dataclass(frozen=True)
class Drawing:
    """Tools to draw with. A new ``turn`` clears what was drawn; without it the tools are gone.

    With a ``shape`` (WGS 84) that shape is there to be changed from the start.
    """

    turn: int
    tools: Sequence[Tool] = ("point", "line", "area")
    shape: BaseGeometry | None = None
    name: str = "drawing"
    kind: ClassVar[str] = "drawing"

    def spec(self) -> dict[str, Any]:
        """Return the tools, the turn and the shape to change."""
        told = None if self.shape is None else json.loads(shapely.to_geojson(self.shape))
        return {"turn": self.turn, "tools": list(self.tools), "geometry": told}


class _Canvas(folium.Map):
    """A folium map whose every link is on this server and that folium's extras stay out of."""

    default_js = [(name, address(name)) for name in SCRIPTS]
    default_css = [(name, address(name)) for name in STYLES]
    _template = Template(
        """
        {% macro header(this, kwargs) %}{% endmacro %}
        {% macro html(this, kwargs) %}
            <div class="folium-map" id={{ this.get_name()|tojson }} ></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map(
                {{ this.get_name()|tojson }},
                {...{{ this.options|tojavascript }}, center: {{ this.location|tojson }}}
            );
            Safeground.begin({{ this.get_name() }}, {{ this.told|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, view: View, told: Mapping[str, Any]) -> None:
        super().__init__(
            location=[view.latitude, view.longitude],
            zoom_start=view.zoom,
            tiles=None,
            zoom_control=False,
            bounce_at_zoom_limits=False,
        )
        least, most = view.zooms
        self.options.update(min_zoom=least, max_zoom=most)
        self.told = told


class _Overlay(folium.FeatureGroup):
    """What is over the base map, as one list that the browser compares with what it shows."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.featureGroup();
            Safeground.show({{ this._parent.get_name() }}, {{ this.told }});
        {% endmacro %}
        """
    )

    def __init__(self, items: Sequence[Item]) -> None:
        super().__init__()
        self.told = f"[{','.join(map(_told, items))}]"


def base(
    basemap: Basemap,
    view: View,
    *,
    label: str = "Map. All that it shows is in the list as well.",
    remember: str = "",
) -> folium.Map:
    """Make the constant map: base map, scale, buttons and panes, everything from this server.

    With ``remember``, a name such as the session's, the browser's tab keeps the view and opens
    there again under the same name. Make it anew on every run: it is cheap, and folium keeps
    what was added to it.
    """
    made = _Canvas(view, {"label": label, "remember": remember, "letters_from": LETTERS_FROM})
    made.add_child(drawn(basemap))
    return made


def overlay(*items: Item | None) -> folium.FeatureGroup:
    """Put over the base map, from the bottom up, all ``items`` but None."""
    return _Overlay([item for item in items if item is not None])


def _looks(look: Look | Mapping[str, Look]) -> dict[str, dict[str, Any]]:
    """Key looks by value; the first stands for any other value where none is named for it."""
    if isinstance(look, Look):
        return {_OTHERWISE: look.spec()}
    looks = {str(key): each.spec() for key, each in look.items()}
    return {_OTHERWISE: next(iter(looks.values())), **looks}


def _rows(frame: gpd.GeoDataFrame, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    if not columns:
        return [()] * len(frame)
    return list(frame[list(columns)].itertuples(index=False, name=None))


def _opacities(column: "pd.Series[Any]") -> list[float]:
    """Opacities from 0 to 1; fully drawn where none is known."""
    return column.astype(float).fillna(1.0).clip(0, 1).tolist()


def _is_told(value: Any) -> bool:
    return bool(pd.notna(value)) and value != ""


def _must_be_ours(address: str) -> None:
    if not address.startswith("/") or address.startswith("//"):
        raise ValueError("it comes from this server: its address begins with one slash")


def as_json(item: Item) -> str:
    """Write one item as JSON, with a mark that is the same while nothing of it changes."""
    spec = {"kind": item.kind, "name": item.name, **item.spec()}
    text = json.dumps(spec, separators=(",", ":"), allow_nan=False)
    mark = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f'{{"mark":"{mark}",{text[1:]}'


def _told(item: Item) -> str:
    """Write one item as a JavaScript literal that no text in it can end or leave.

    A brace pair is broken up too: streamlit-folium reads ``{{'name'}}`` in a script as its own.
    """
    text = as_json(item)
    for sign in "<>&'":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text.replace("{{", "\\u007b\\u007b")
