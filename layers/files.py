"""Where the browser finds our scripts, styles and fonts: all of them on this server.

Every address ends in one mark made of the lock and of our own files, so that a browser may keep
what it has until something changes, and then asks for all of it anew.
"""

import hashlib
from pathlib import Path
from typing import Final

OWN: Final = Path(__file__).with_name("static")
"""Our own scripts and styles, served as ``/assets/own/...``."""

_LOCK: Final = Path(__file__).resolve().parents[1] / "package-lock.json"

SCRIPTS: Final = (
    "leaflet/leaflet.js",
    "protomaps/protomaps-leaflet.js",
    "geoman/leaflet-geoman.js",
    "own/map.js",
    "own/lettering.js",
    "own/ground.js",
    "own/graticule.js",
    "own/shapes.js",
    "own/tiles.js",
    "own/live.js",
    "own/drawing.js",
    "own/swipe.js",
    "own/together.js",
    "own/timeline.js",
)
STYLES: Final = (
    "leaflet/leaflet.css",
    "geoman/leaflet-geoman.css",
    "own/map.css",
)


def address(name: str) -> str:
    """Give the address of one asset, such as ``/assets/own/fonts.css?v=...``."""
    return f"/assets/{name}?v={MARK}"


def _mark() -> str:
    parts = (each.read_bytes() for each in (_LOCK, *sorted(OWN.iterdir())))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


MARK: Final = _mark()
