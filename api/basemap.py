"""The base map's tiles, out of a local file."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from layers.archive import DEEPEST, Archive, opened


def basemap_routes(
    get_source: Callable[[], Path | None], guard: Callable[[Request], None]
) -> list[Route]:
    """Serve ``/basemap/{z}/{x}/{y}`` in the XYZ scheme from the file that ``get_source`` names.

    ``guard`` is called before anything else and raises where the request may not be answered.
    204 where there is no file, no such tile, or none that deep. Raises ``Invalid`` where the file
    cannot be read.
    """

    def tile(request: Request) -> Response:
        guard(request)
        path = get_source()
        if path is None:
            return Response(status_code=204)
        at = (request.path_params["z"], request.path_params["x"], request.path_params["y"])
        return _answer(request, opened(path), at)

    return [Route("/basemap/{z:int}/{x:int}/{y:int}", tile, methods=["GET"])]


def _answer(request: Request, archive: Archive, at: tuple[int, int, int]) -> Response:
    z, x, y = at
    if z > DEEPEST or max(x, y) >= 2**z:
        return Response(status_code=204)
    found = archive.tile(z, x, y)
    if found is None:
        return Response(status_code=204, headers={"Cache-Control": "private, max-age=3600"})
    mark = f'"{hashlib.sha256(found.data).hexdigest()[:32]}"'
    kept = "max-age=604800" if request.query_params.get("v") else "no-cache"
    headers = {
        "ETag": mark,
        "Cache-Control": f"private, {kept}",
        "Vary": "Cookie, Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if mark in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    as_it_is = found.gzipped and "gzip" in request.headers.get("accept-encoding", "")
    if as_it_is:
        headers["Content-Encoding"] = "gzip"
    data = found.data if as_it_is else found.plain()
    return Response(data, media_type=archive.about.media_type, headers=headers)
