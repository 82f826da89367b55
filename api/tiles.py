"""Vector tiles of the catalogue's layers, as the person behind the cookie may see them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from anyio import CapacityLimiter, to_thread
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ExceptionHandler, Receive, Scope, Send

from api.ahead import Ahead
from api.door import actor_in
from domain import codes, filters, matching
from domain.errors import Invalid
from geo import tiling
from layers import catalogue, tiles
from store.database import Store

MEDIA_TYPE: Final = "application/vnd.mapbox-vector-tile"
AT_ONCE: Final = 2
"""Tiles made at the same time: they are work for the processor, and more would only wait."""
SQUEEZED: Final = 1_000
"""Bytes from which a tile is compressed."""


def tile_routes(store: Store) -> list[Route]:
    """Serve ``/tiles/{layer}/{z}/{x}/{y}.mvt``; filters and ``colour`` are its parameters.

    Who asks is looked up for each tile. The ETag holds the reader's whole scope, the revisions
    of what the layer is made of and the day (old records fade), and permission is checked before
    it is compared.
    """
    return [Route("/tiles/{layer}/{z:int}/{x:int}/{y:int}.mvt", _Tiles(store), methods=["GET"])]


def tiles_ahead(store: Store, handlers: Mapping[Any, ExceptionHandler]) -> Middleware:
    """Answer tiles before Streamlit's own middleware; errors go to ``handlers``."""
    return Middleware(Ahead, under="/tiles/", routes=tile_routes(store), handlers=handlers)


@dataclass
class _Tiles:
    """The route as a plain ASGI application, with threads of its own."""

    store: Store
    limiter: CapacityLimiter | None = field(default=None, init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.limiter is None:
            self.limiter = CapacityLimiter(AT_ONCE)
        response = await to_thread.run_sync(self.answer, Request(scope), limiter=self.limiter)
        await response(scope, receive, send)

    def answer(self, request: Request) -> Response:
        """Check, compare and draw, all in one reading of the database."""
        with self.store.reading() as session:
            actor = actor_in(session, request)
            name, at = _asked(request)
            layer, _ = catalogue.check(actor, name)
            moment = catalogue.revision(session, name)
            mark = _mark(actor.scope, moment, str(request.url.query), at, matching.today())
            headers = {
                "ETag": mark,
                "Cache-Control": "private, no-cache",
                "Vary": "Cookie, Accept-Encoding",
            }
            if mark in request.headers.get("if-none-match", ""):
                return Response(status_code=304, headers=headers)
            asked = filters.parse(request.query_params, codes.current())
            colour = request.query_params.get("colour", "")
            found = tiles.drawn(session, actor, tiles.Sheet(layer, at, colour), asked)
        body = found.body
        if len(body) > SQUEEZED and "gzip" in request.headers.get("accept-encoding", ""):
            body = found.squeezed
            headers["Content-Encoding"] = "gzip"
        return Response(body, media_type=MEDIA_TYPE, headers=headers)


def _mark(*known: object) -> str:
    return f'"{hashlib.sha256(repr(known).encode()).hexdigest()[:32]}"'


def _asked(request: Request) -> tuple[str, tuple[int, int, int]]:
    asked = request.path_params
    at = (asked["z"], asked["x"], asked["y"])
    try:
        tiling.tile_box(*at)
    except ValueError as error:
        raise Invalid(str(error)) from error
    return asked["layer"], at
