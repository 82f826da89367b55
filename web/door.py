"""Who knocks, and how we say no: for the routes beside the pages."""

import logging
import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from domain import sessions
from domain.errors import NotSignedIn, SafegroundError
from domain.sessions import SignInRules, Visit
from store.database import Store
from web.page import HEADERS, page, wants_page

log = logging.getLogger(__name__)
TITLES: Final = {
    401: "Please sign in",
    403: "You may not do this",
    404: "This is not here",
    409: "Someone else was first",
    422: "Something is not right yet",
    429: "Too many tries",
}


@dataclass(frozen=True)
class Door:
    """Knows visitors by their cookie; ``secure`` keeps cookies to TLS."""

    store: Store
    rules: SignInRules
    secure: bool

    def visit(self, request: Request) -> Visit | None:
        """Return the sign-in that the browser's cookie stands for, if it counts."""
        with self.store.reading() as session:
            return sessions.visit(session, sessions.token_in(request.cookies))

    def let_in(self, response: Response, token: str) -> Response:
        """Put the session's token into the browser's cookie."""
        response.set_cookie(
            self._cookie, token, httponly=True, samesite="lax", secure=self.secure, path="/"
        )
        return response

    def let_out(self, response: Response) -> Response:
        """Take the session's cookie out of the browser."""
        response.delete_cookie(
            self._cookie, httponly=True, samesite="lax", secure=self.secure, path="/"
        )
        return response

    @property
    def _cookie(self) -> str:
        return sessions.SECURE_COOKIE if self.secure else sessions.COOKIE


def local_path(text: str) -> str:
    """Return ``text`` where it is a path of this server, and "/" where it is anything else."""
    plain = text.isprintable() and "\\" not in text and len(text) <= 2000
    if not plain or not text.startswith("/") or text.startswith("//"):
        return "/"
    return "/" if urlsplit(text).path == "/sign-in" else text


def go(path: str) -> Response:
    """Send the browser to a path of ours by GET."""
    return RedirectResponse(path, status_code=303, headers={"Cache-Control": "no-store"})


def sign_in_first(path: str, query: str = "") -> Response:
    """Send the browser to the sign-in page, and from there back to where it wanted to go."""
    wanted = f"{path}?{query}" if query else path
    return go("/sign-in" if wanted == "/" else f"/sign-in?next={quote(wanted, safe='/')}")


def refuse(request: Request, error: Exception) -> Response:
    """Answer a `SafegroundError`: a page for a browser, JSON for a program, with its status."""
    if not isinstance(error, SafegroundError):
        raise error
    if not wants_page(request):
        return JSONResponse({"error": str(error)}, status_code=error.status, headers=HEADERS)
    if isinstance(error, NotSignedIn) and request.method == "GET":
        return sign_in_first(request.url.path, request.url.query)
    title = TITLES.get(error.status, "This cannot be done")
    return page("refused", title=title, status=error.status, message=str(error))


def broken(request: Request, error: Exception) -> Response:
    """Answer any other error, our own mistake: logged with an id, shown by the id alone."""
    number = secrets.token_hex(4)
    log.error("failure %s on %s %s", number, request.method, request.url.path, exc_info=error)
    message = f"Something went wrong on our side. It is noted as {number}. Please try again."
    if not wants_page(request):
        return JSONResponse({"error": message}, status_code=500, headers=HEADERS)
    return page("refused", title="This did not work", status=500, message=message)
