"""The browser's files: map scripts, styles and fonts, public, and only those that are listed."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from layers.files import OWN

MANIFEST: Final = "manifest.json"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
}
_KEPT: Final = "public, max-age=31536000, immutable"
_ASKED: Final = "public, no-cache"


def asset_routes(folder: Path) -> list[Route]:
    """Serve ``/assets/...``: what the manifest in ``folder`` lists, and our own under ``own/``.

    An address with the mark of ``layers.files.address`` is kept for a year, any other is asked
    for again each time and answered 304 when nothing changed. A name that is not listed is 404,
    whatever it points to.
    """

    def asset(request: Request) -> Response:
        path = _listed(folder).get(request.path_params["name"])
        if path is None or path.suffix not in _TYPES or not path.is_file():
            return Response("There is no such file.", status_code=404, media_type="text/plain")
        mark = f'"{_digest(path, path.stat().st_mtime_ns)}"'
        headers = {
            "ETag": mark,
            "Cache-Control": _KEPT if request.query_params.get("v") else _ASKED,
            "X-Content-Type-Options": "nosniff",
        }
        if mark in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(path.read_bytes(), media_type=_TYPES[path.suffix], headers=headers)

    return [Route("/assets/{name:path}", asset, methods=["GET"])]


def missing_assets(folder: Path) -> list[str]:
    """Names of the files that should be in ``folder`` and are not; the manifest itself is one."""
    names = _manifest(folder)
    if not names:
        return [MANIFEST]
    return [name for name in names if not (folder / name).is_file()]


def _listed(folder: Path) -> dict[str, Path]:
    own = {f"own/{path.name}": path for path in OWN.iterdir() if path.is_file()}
    return {name: folder / name for name in _manifest(folder)} | own


def _manifest(folder: Path) -> tuple[str, ...]:
    path = folder / MANIFEST
    try:
        return _names(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return ()


@lru_cache(maxsize=8)
def _names(path: Path, _changed: int) -> tuple[str, ...]:
    return tuple(json.loads(path.read_text("utf-8"))["files"])


@lru_cache(maxsize=256)
def _digest(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:32]
