"""Answers that leave at once.

Streamlit opens its listening socket without naming the protocol, so asyncio does not know that
it is TCP and leaves Nagle's algorithm on: the body of an answer then waits for the browser to
acknowledge the headers, which it puts off for 40 ms. Every tile, script and style on a connection
in use was that much later.
"""

import socket

from starlette.types import ASGIApp, Receive, Scope, Send


class Prompt:
    """ASGI middleware that sends what is written without waiting for more (TCP_NODELAY).

    The connection is found through uvicorn's own object; under another server nothing is done.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Set the option, and pass the request on."""
        if scope["type"] == "http":
            _leave_at_once(receive)
        await self.app(scope, receive, send)


def _leave_at_once(receive: Receive) -> None:
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    connection = None if transport is None else transport.get_extra_info("socket")
    if connection is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
