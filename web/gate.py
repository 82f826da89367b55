"""The gate before the pages: no page, no socket and no file of a page for strangers.

Streamlit answers its pages, its socket, uploads and downloads to anyone. This stands before it:
what is not listed here as public, or as a route that checks for itself, needs a sign-in that
counts. Pages get the headers that keep other sites from framing them, and the browser from
asking other hosts than this one and the operator's base map.
"""

from collections.abc import MutableMapping
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain import preferences, sessions
from domain.sessions import Visit
from store.database import Store
from web.door import go, sign_in_first
from web.page import HEADERS

PUBLIC: Final = (
    "/static/",  # Streamlit's own scripts, styles and fonts
    "/component/",  # scripts of installed components
    "/_stcore/bidi-components/",
    "/assets/",
    "/web/",
    "/report/",  # the public may report a place, and ask what came of it
)
FRAMES: Final = "/component/"
PUBLIC_PAGES: Final = frozenset(
    {
        "/_stcore/health",
        "/_stcore/host-config",
        "/favicon.png",
        "/favicon.ico",
        "/healthz",
        "/robots.txt",
        "/report",
        "/today",  # where "Leave this site" leads: it looks like nothing of ours
    }
)
CHECKING: Final = ("/tiles/", "/basemap/", "/calendar/", "/live/")
CHECKING_PAGES: Final = frozenset(
    {
        "/sign-in",
        "/sign-out",
        "/sign-out-everywhere",
        "/signed-out",
        "/account",
        "/account/calendar",
        "/account/calendar.ics",
        "/account/calendar/end",
        "/change-password",
        "/capacity",
    }
)
LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Gate:
    """ASGI middleware that lets strangers see the sign-in page and nothing of the app.

    With ``local_only`` (the sample) it answers this machine alone, under a name of this machine.
    """

    def __init__(self, app: ASGIApp, *, store: Store, local_only: bool = False) -> None:
        self.app = app
        self.store = store
        self.local_only = local_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        refusal, hosts = await self._judge(scope)
        if refusal is None:
            await self.app(scope, receive, _with_headers(send, scope["path"], hosts))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, send)

    async def _judge(self, scope: Scope) -> tuple[Response | None, str]:
        """Return the answer to give instead, if any, and the hosts that the base map asks."""
        if self.local_only and not _is_local(scope):
            message = "The sample town is shown on the machine that it runs on, and nowhere else."
            return JSONResponse({"error": message}, status_code=403, headers=HEADERS), ""
        public = _passes(scope["path"])
        if public and not _is_frame(scope):
            return None, ""
        visit, hosts = await run_in_threadpool(self._look_up, HTTPConnection(scope))
        if public:
            return None, hosts
        if visit is None:
            return _refusal(scope, "/sign-in"), ""
        if visit.must_change:
            return _refusal(scope, "/change-password"), ""
        return None, hosts

    def _look_up(self, connection: HTTPConnection) -> tuple[Visit | None, str]:
        with self.store.reading() as session:
            visit = sessions.visit(session, sessions.token_in(connection.cookies))
            wants_hosts = visit is not None and _wants_page(connection.headers)
            hosts = " ".join(preferences.read(session).base_map.hosts) if wants_hosts else ""
        return visit, hosts


def policy(hosts: str) -> str:
    """Return the content security policy of the app's pages; ``hosts`` serve the base map.

    Tried in Chromium with charts, tables, uploads and a folium map: Streamlit starts its page,
    and folium its map, with inline scripts; both style inline; icons and table pictures are data
    addresses. What changes on the map reaches it as a script that streamlit-folium evaluates.
    """
    return (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval';"
        " style-src 'self' 'unsafe-inline';"
        f" img-src 'self' data: blob: {hosts}; connect-src 'self' {hosts}; font-src 'self' data:;"
        " worker-src 'self' blob:; frame-src 'self'; object-src 'none'; base-uri 'self';"
        " form-action 'self'; frame-ancestors 'self'"
    )


def _passes(path: str) -> bool:
    pages = path in PUBLIC_PAGES or path in CHECKING_PAGES
    return pages or path.startswith(PUBLIC + CHECKING)


def _is_frame(scope: Scope) -> bool:
    """Say whether a component's own page is asked for: the map is one, and draws the base map."""
    return scope["path"].startswith(FRAMES) and _wants_page(Headers(scope=scope))


def _is_local(scope: Scope) -> bool:
    """Ask the address and the name: a foreign name for this machine is an attack on the sample."""
    client = scope.get("client")
    name = urlsplit(f"//{Headers(scope=scope).get('host', '')}").hostname
    return (client is None or client[0] in LOCAL) and name in LOCAL


def _wants_page(headers: Headers) -> bool:
    return "text/html" in headers.get("accept", "")


def _refusal(scope: Scope, page: str) -> Response:
    is_page = scope["type"] == "http" and scope["method"] == "GET"
    if not is_page or not _wants_page(Headers(scope=scope)):
        return JSONResponse({"error": "Please sign in."}, status_code=401, headers=HEADERS)
    if page == "/change-password":
        return go(page)
    return sign_in_first(scope["path"], scope["query_string"].decode("latin-1"))


def _with_headers(send: Send, path: str, hosts: str) -> Send:
    """Add the headers of the app's pages to an answer that brings none of its own."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start" and not path.startswith(CHECKING):
            _add(message, hosts)
        await send(message)

    return sending


def _add(message: MutableMapping[str, Any], hosts: str) -> None:
    headers = MutableHeaders(scope=message)
    if "content-security-policy" not in headers:
        if headers.get("content-type", "").startswith("text/html"):
            headers["Content-Security-Policy"] = policy(hosts)
        headers["X-Frame-Options"] = "SAMEORIGIN"
        headers["Referrer-Policy"] = "same-origin"
    headers["X-Content-Type-Options"] = "nosniff"
