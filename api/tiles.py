"""Vector tiles of the catalogue's layers, as the person behind the cookie may see them."""

import hashlib

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.door import Who
from domain import codes, filters
from domain.errors import Invalid, NotFound, NotPermitted
from geo import tiling
from layers import catalogue, tiles
from layers.sight import Sight
from store.database import Store

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"


def tile_routes(store: Store, who: Who) -> list[Route]:
    """Serve ``/tiles/{layer}/{z}/{x}/{y}.mvt``; filters and ``colour`` are its parameters.

    The ETag holds the reader's whole scope and the revisions of what the layer is made of, and
    permission is checked before it is compared.
    """

    def tile(request: Request) -> Response:
        actor = who(request)
        name, at = _asked(request)
        layer = catalogue.CATALOGUE.get(name)
        if layer is None:
            raise NotFound("There is no such layer on this map.")
        if catalogue.sight(actor, name) is Sight.NONE:
            raise NotPermitted("This layer is not for your role.")
        asked = filters.parse(request.query_params, codes.current())
        colour = request.query_params.get("colour", "")
        with store.reading() as session:
            known = (actor.scope, catalogue.revision(session, name), str(request.url.query), at)
            mark = f'"{hashlib.sha256(repr(known).encode()).hexdigest()[:32]}"'
            headers = {"ETag": mark, "Cache-Control": "private, no-cache", "Vary": "Cookie"}
            if mark in request.headers.get("if-none-match", ""):
                return Response(status_code=304, headers=headers)
            body = tiles.tile(session, actor, layer, at, asked, colour=colour)
        return Response(body, media_type=MEDIA_TYPE, headers=headers)

    return [Route("/tiles/{layer}/{z:int}/{x:int}/{y:int}.mvt", tile, methods=["GET"])]


def _asked(request: Request) -> tuple[str, tuple[int, int, int]]:
    asked = request.path_params
    at = (asked["z"], asked["x"], asked["y"])
    try:
        tiling.tile_box(*at)
    except ValueError as error:
        raise Invalid(str(error)) from error
    return asked["layer"], at
