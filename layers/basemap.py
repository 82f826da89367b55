"""What lies under everything: the operator's base map, and how it becomes a layer.

Five kinds: none; a local file of tiles (the invented town's is one) that this server hands out;
and an address of XYZ tiles, of a WMS or of a WMTS. Only with the last three does a reader's
browser ask another host, which then learns where people look: an operator's choice, never ours.
A key in such an address is seen by every reader's browser.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import folium
from branca.element import MacroElement
from folium.template import Template

from domain import preferences
from domain.errors import Invalid
from layers.archive import opened
from layers.graticule import Graticule

SAMPLE_TOWN: Final = Path(__file__).resolve().parents[1] / "data" / "sample" / "eldermere.pmtiles"
_ANYWHERE: Final = frozenset({"s", "key"})
_TILE: Final = frozenset({"z", "x", "y"})
_MATRIX: Final = frozenset({"TileMatrix", "TileRow", "TileCol"})
_MORE: Final = frozenset({"TileMatrixSet", "Layer", "layer", "Style", "style"})
_ORDER: Final = ("z", "x", "y", "TileMatrix", "TileRow", "TileCol", "TileMatrixSet", "Layer",
                 "layer", "Style", "style", "r", "s", "key")  # fmt: skip
_PLACE: Final = re.compile(r"\{([^{}]*)\}")
_ZOOMSTACK: Final = frozenset({"surfacewater", "greenspaces", "names"})
_TYPES: Final = ("image/png", "image/jpeg", "image/webp")
_VERSIONS: Final = ("1.3.0", "1.1.1")
_DEEPEST: Final = 22


@dataclass(frozen=True)
class NoBasemap:
    """Plain ground with the National Grid on it."""


@dataclass(frozen=True)
class LocalFile:
    """A PMTiles or MBTiles file on this server, vector or raster, served at ``/basemap``."""

    path: Path
    attribution: str = ""


@dataclass(frozen=True)
class Xyz:
    """An address with ``{z}``, ``{x}``, ``{y}`` and, where it needs one, ``{key}``."""

    address: str
    attribution: str
    key: str = ""
    max_zoom: int = 19


@dataclass(frozen=True)
class Wms:
    """A Web Map Service: ``layers`` as in its capabilities, separated by commas."""

    address: str
    layers: str
    attribution: str
    key: str = ""
    media_type: str = "image/png"
    version: str = "1.3.0"


@dataclass(frozen=True)
class Wmts:
    """A Web Map Tile Service, in a Web Mercator tile matrix set whose matrices are the zooms.

    Asked by key and value or, where the address holds ``{TileMatrix}``, ``{TileRow}`` and
    ``{TileCol}`` as in its capabilities, by that template.
    """

    address: str
    layer: str
    attribution: str
    key: str = ""
    matrix_set: str = "EPSG:3857"
    style: str = "default"
    media_type: str = "image/png"
    max_zoom: int = 19


Basemap = NoBasemap | LocalFile | Xyz | Wms | Wmts

KINDS: Final[dict[str, type[Any]]] = {
    "none": NoBasemap,
    "file": LocalFile,
    "xyz": Xyz,
    "wms": Wms,
    "wmts": Wmts,
}


def read(setting: Mapping[str, Any]) -> Basemap:
    """Make a base map of a setting such as ``{"kind": "xyz", "address": ..., ...}``.

    Raises :class:`Invalid`, with what to put right, where it is not one that can be drawn.
    """
    kind = KINDS.get(str(setting.get("kind")))
    if kind is None:
        raise Invalid("A base map is one of: " + ", ".join(KINDS) + ".")
    values = {name: value for name, value in setting.items() if name != "kind"}
    try:
        if kind is LocalFile:
            values["path"] = Path(str(values.get("path")))
        basemap: Basemap = kind(**values)
        check(basemap)
    except (TypeError, AttributeError) as error:
        raise Invalid("The base map's setting is not complete, or says too much.") from error
    return basemap


def installed(chosen: preferences.BaseMap) -> Basemap:
    """Return the base map that an administrator chose; the invented town's by default.

    Raises :class:`Invalid` where it cannot be drawn.
    """
    if chosen.kind is preferences.BaseMapKind.SAMPLE:
        return LocalFile(SAMPLE_TOWN, "Eldermere: an invented town")
    return read(chosen.setting)


def write(basemap: Basemap) -> dict[str, Any]:
    """Write the setting that :func:`read` makes ``basemap`` of."""
    kind = next(name for name, made in KINDS.items() if isinstance(basemap, made))
    values = {name: getattr(basemap, name) for name in basemap.__dataclass_fields__}
    if isinstance(basemap, LocalFile):
        values["path"] = str(basemap.path)
    return {"kind": kind, **values}


def check(basemap: Basemap) -> None:
    """Raise :class:`Invalid` where ``basemap`` cannot be drawn; a local file is opened."""
    match basemap:
        case NoBasemap():
            return
        case LocalFile():
            opened(basemap.path)
        case Xyz():
            _check_address(basemap, needs=_TILE, more=frozenset({"r"}))
        case Wms():
            _check_address(basemap)
            _check_kind(basemap.media_type)
            if basemap.version not in _VERSIONS:
                raise Invalid("The version of the map service is 1.3.0 or 1.1.1.")
        case Wmts() if _by_template(basemap):
            _check_address(basemap, needs=_MATRIX, more=_MORE)
        case Wmts():
            _check_address(basemap)
            _check_kind(basemap.media_type)
    if isinstance(basemap, Xyz | Wmts) and not 0 <= basemap.max_zoom <= _DEEPEST:
        raise Invalid(f"The deepest zoom is a number from 0 to {_DEEPEST}.")


def local_file(basemap: Basemap) -> Path | None:
    """Return the file that ``/basemap`` serves, if any."""
    return basemap.path if isinstance(basemap, LocalFile) else None


def drawn(basemap: Basemap) -> MacroElement:
    """Make the layer to add to a map, in its pane ``ground``."""
    match basemap:
        case NoBasemap():
            return Graticule()
        case LocalFile():
            return Ground(basemap)
        case Wms():
            return folium.raster_layers.WmsTileLayer(
                url=_with_key(basemap.address, basemap.key),
                layers=basemap.layers,
                fmt=basemap.media_type,
                version=basemap.version,
                attr=escape(basemap.attribution),
                pane="ground",
                max_zoom=_DEEPEST,
            )
        case Xyz() | Wmts():
            return _pictures(basemap)


class Ground(MacroElement):
    """A local file of tiles, painted by ``static/ground.js``."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            Safeground.ground({{ this._parent.get_name() }}, {{ this.spec|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, basemap: LocalFile) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Ground"
        about = opened(basemap.path).about
        west, south, east, north = about.bounds
        changed = basemap.path.stat().st_mtime_ns
        self.spec = {
            "url": f"/basemap/{{z}}/{{x}}/{{y}}?v={changed}",
            "vector": about.is_vector,
            "scheme": "zoomstack" if set(about.layers) >= _ZOOMSTACK else "town",
            "zooms": about.zooms,
            "bounds": [[south, west], [north, east]],
            "attribution": escape(basemap.attribution or _words(about.attribution)),
        }


def _pictures(basemap: Xyz | Wmts) -> folium.TileLayer:
    address = basemap.address if isinstance(basemap, Xyz) else _wmts_address(basemap)
    return folium.TileLayer(
        tiles=address.replace("{key}", quote(basemap.key, safe="")),
        attr=escape(basemap.attribution) or " ",
        pane="ground",
        max_native_zoom=basemap.max_zoom,
        max_zoom=_DEEPEST,
    )


def _by_template(basemap: Wmts) -> bool:
    return "{TileMatrix}" in basemap.address


def _wmts_address(basemap: Wmts) -> str:
    start = _with_key(basemap.address, basemap.key)
    if _by_template(basemap):
        return _PLACE.sub(lambda place: _filled(basemap, place[1]), start)
    asked = urlencode(
        {
            "service": "WMTS",
            "request": "GetTile",
            "version": "1.0.0",
            "layer": basemap.layer,
            "style": basemap.style,
            "tilematrixset": basemap.matrix_set,
            "format": basemap.media_type,
        }
    )
    join = "&" if "?" in start else "?"
    return f"{start}{join}{asked}&tilematrix={{z}}&tilerow={{y}}&tilecol={{x}}"


def _filled(basemap: Wmts, place: str) -> str:
    """Return what stands in a template instead of ``{place}``."""
    known = {
        "tilematrix": "{z}",
        "tilerow": "{y}",
        "tilecol": "{x}",
        "tilematrixset": quote(basemap.matrix_set, safe=":"),
        "layer": quote(basemap.layer, safe=""),
        "style": quote(basemap.style, safe=""),
    }
    return known.get(place.lower(), f"{{{place}}}")


def _with_key(address: str, key: str) -> str:
    return address.replace("{key}", quote(key, safe=""))


def _check_address(
    basemap: Xyz | Wms | Wmts,
    *,
    needs: frozenset[str] = frozenset(),
    more: frozenset[str] = frozenset(),
) -> None:
    """Refuse what is no address, and places in it that the map would not know how to fill."""
    address = basemap.address
    try:
        parts = urlsplit(address)
        sound = parts.scheme in ("https", "http") and parts.hostname and not parts.username
    except ValueError:
        sound = False
    if not sound or re.search(r"[\s<>\"'`\\]", address):
        raise Invalid("The base map's address begins with https:// and a host, and has no spaces.")
    named = set(_PLACE.findall(address))
    if not named >= needs:
        raise Invalid(f"The address of the tiles needs {_listed(needs)}.")
    if not named <= needs | more | _ANYWHERE:
        raise Invalid(f"The address may hold {_listed(needs | more | _ANYWHERE)}, nothing else.")
    if ("key" in named) != bool(basemap.key):
        raise Invalid("An address with {key} needs a key, and a key needs {key} in the address.")


def _check_kind(media_type: str) -> None:
    if media_type not in _TYPES:
        raise Invalid("Ask the map service for PNG, JPEG or WebP pictures.")


def _listed(places: frozenset[str]) -> str:
    *first, last = (f"{{{each}}}" for each in sorted(places, key=_ORDER.index))
    return f"{', '.join(first)} and {last}"


def _words(markup: str) -> str:
    """Take the words out of an attribution that a file gives as HTML."""
    return re.sub(r"<[^<>]*>", "", markup).strip()
