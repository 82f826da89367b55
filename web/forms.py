"""Reading a posted form: its size is bounded, and it must come from our own page.

Two checks against forgery: what the browser says of the origin, and a token in the form that is
bound to a cookie of this browser (SameSite=Strict), to the form's address and to the sign-in.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from domain import sessions
from domain.errors import Invalid, NotPermitted

TOKEN: Final = "form_token"  # noqa: S105 - the field's name
LARGEST: Final = 16 * 1024
STALE: Final = "This page was open for too long. Nothing was sent. Please try again."
_COOKIE: Final = "safeground_form"


@dataclass(frozen=True)
class Form:
    """What was posted: the first value of each field, and whether the token was ours."""

    fields: dict[str, str]
    fresh: bool

    def __getitem__(self, name: str) -> str:
        """Return a field as it was typed, or "" where it is missing."""
        return self.fields.get(name, "")


Show = Callable[[Request], Response]
Take = Callable[[Request, Form], Response]


@dataclass(frozen=True)
class Forms:
    """Makes and checks the tokens of forms; ``secure`` binds the cookie to TLS and this host."""

    secure: bool

    @property
    def cookie(self) -> str:
        """The name of the cookie that tokens are bound to."""
        return f"__Host-{_COOKIE}" if self.secure else _COOKIE

    def shown(self, request: Request, show: Callable[[Callable[[str], str]], Response]) -> Response:
        """Give ``show`` what makes the token of a form's address, and set the cookie it needs."""
        kept = request.cookies.get(self.cookie, "")
        value = kept if len(kept) >= 32 else secrets.token_urlsafe(32)
        signed_in = sessions.token_in(request.cookies) or ""
        response = show(lambda action: _token(value, action, signed_in))
        if value != kept:
            response.set_cookie(
                self.cookie, value, httponly=True, samesite="strict", secure=self.secure
            )
        return response

    def taken(self, take: Take) -> Callable[[Request], object]:
        """Make ``take`` an endpoint: reads and checks the form, and runs it beside the loop."""

        async def endpoint(request: Request) -> Response:
            refuse_foreign(request)
            fields = await _fields(request)
            form = Form(fields, fresh=self._is_ours(request, fields.get(TOKEN, "")))
            return await run_in_threadpool(take, request, form)

        return endpoint

    def _is_ours(self, request: Request, token: str) -> bool:
        kept = request.cookies.get(self.cookie, "")
        signed_in = sessions.token_in(request.cookies) or ""
        expected = _token(kept, request.url.path, signed_in)
        return len(kept) >= 32 and hmac.compare_digest(token.encode(), expected.encode())


def refuse_foreign(request: Request) -> None:
    """Refuse with `NotPermitted` a request that the browser says another site began."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    foreign_site = site not in (None, "same-origin", "none")
    foreign_origin = origin is not None and origin.partition("://")[2] != request.headers.get(
        "host"
    )
    if foreign_site or foreign_origin:
        raise NotPermitted("This was sent from another site. Open Safeground and do it there.")


async def _fields(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Invalid("Send this as a plain form.")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise Invalid("This is too long. Please write less.")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=50, errors="strict")
    except ValueError as error:
        raise Invalid("This could not be read. Please fill in the form again.") from error
    return dict(reversed(pairs))


def _token(cookie: str, action: str, signed_in: str) -> str:
    bound = f"{action}\n{signed_in}".encode(errors="replace")
    return hmac.new(cookie.encode(errors="replace"), bound, sha256).hexdigest()
