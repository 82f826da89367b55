"""Routes that are answered before Streamlit's own middleware, which they have no use for."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp, ExceptionHandler, Receive, Scope, Send


class Ahead:
    """ASGI middleware that answers what lies ``under`` a path by ``routes`` of its own.

    A map asks for dozens of tiles at once: the session, the compression and the hundred other
    routes that each would be taken through cost more than the tile. It stands behind the gate.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        under: str,
        routes: Sequence[BaseRoute],
        handlers: Mapping[Any, ExceptionHandler],
    ) -> None:
        self.app = app
        self.under = under
        self.answering = ExceptionMiddleware(Router(routes), handlers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        ahead = scope["type"] == "http" and scope["path"].startswith(self.under)
        await (self.answering if ahead else self.app)(scope, receive, send)
