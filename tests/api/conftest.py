"""A browser's request, put to routes without a server."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import BaseRoute

from domain.errors import SafegroundError
from web.door import refuse


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Headers
    body: bytes


@pytest.fixture
def ask() -> Callable[..., Answer]:
    """Ask routes for an address: ``ask(routes, "/assets/x", {"if-none-match": ...})``."""

    def request(
        routes: Sequence[BaseRoute],
        address: str,
        headers: Mapping[str, str] | None = None,
        method: str = "GET",
    ) -> Answer:
        sent: list[dict] = []

        async def receive() -> dict:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict) -> None:
            sent.append(message)

        path, _, query = address.partition("?")
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "scheme": "http",
            "server": ("localhost", 80),
            "client": ("127.0.0.1", 1),
            "headers": [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()],
        }
        app = Starlette(routes=list(routes), exception_handlers={SafegroundError: refuse})
        asyncio.run(app(scope, receive, send))
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return Answer(sent[0]["status"], Headers(raw=sent[0]["headers"]), body)

    return request
