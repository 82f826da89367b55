"""What open maps follow: a question that costs next to nothing while nothing has changed."""

import hashlib
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.door import actor_in
from domain import codes, filters, matching
from layers import catalogue, live
from store.database import Store

MEDIA_TYPE: Final = "application/json"
HEADERS: Final = {
    "Cache-Control": "private, no-cache",
    "Vary": "Cookie",
    "X-Content-Type-Options": "nosniff",
}


def live_routes(store: Store) -> list[Route]:
    """Serve ``/live/{layer}``, with the filters and ``colour`` of a map as its parameters.

    Who asks is looked up each time, and never counts as a person's act. While the tables that the
    layer is made of are at the same revision the answer is 304, whatever is in them.
    """

    def answer(request: Request) -> Response:
        name = request.path_params["layer"]
        with store.reading() as session:
            actor = actor_in(session, request)
            live.check(actor, name)
            known = (actor.scope, catalogue.revision(session, name), matching.today())
            mark = _mark(*known, str(request.url.query))
            headers = {**HEADERS, "ETag": mark}
            if mark in request.headers.get("if-none-match", ""):
                return Response(status_code=304, headers=headers)
            asked = filters.parse(request.query_params, codes.current())
            colour = request.query_params.get("colour", "")
            body = live.read(session, actor, name, asked, colour)
        return Response(body, media_type=MEDIA_TYPE, headers=headers)

    return [Route("/live/{layer}", answer, methods=["GET"])]


def _mark(*known: object) -> str:
    return f'"{hashlib.sha256(repr(known).encode()).hexdigest()[:32]}"'
