"""Reading a posted form: its size is bounded, and it must come from our own page.

A form that brings files is held in memory alone, so that nothing of it touches the disk.

Two checks against forgery: what the browser says of the origin, and a token in the form that is
bound to a cookie of this browser (SameSite=Strict), to the form's address and to the sign-in.
"""

import asyncio
import hmac
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from domain import sessions
from domain.errors import Invalid, NotPermitted

TOKEN: Final = "form_token"  # noqa: S105 - the field's name
LARGEST: Final = 16 * 1024
STALE: Final = "This page was open for too long. Nothing was sent. Please try again."
SMALL: Final = 256 * 1024
PATIENCE: Final = 180.0  # seconds that a body with files may take
_ROOM: Final = asyncio.Semaphore(8)  # large bodies that are held in memory at once
_COOKIE: Final = "safeground_form"
_UNREAD: Final = "This could not be read. Please fill in the form again."


@dataclass(frozen=True)
class Form:
    """What was posted: the first value of each field, files, and whether the token was ours."""

    fields: dict[str, str]
    fresh: bool
    files: tuple[bytes, ...] = field(default=(), repr=False)

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

    def taken_with_files(
        self, take: Take, *, most: int, of_bytes: int
    ) -> Callable[[Request], object]:
        """Make ``take`` an endpoint for forms with ``most`` files of ``of_bytes`` at most."""

        async def endpoint(request: Request) -> Response:
            refuse_foreign(request)
            if _kind(request) == "multipart/form-data":
                fields, files = await _held(request, most, most * of_bytes + LARGEST)
            else:
                fields, files = await _fields(request), ()
            fresh = self._is_ours(request, fields.get(TOKEN, ""))
            return await run_in_threadpool(take, request, Form(fields, fresh, files))

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
    if _kind(request) != "application/x-www-form-urlencoded":
        raise Invalid("Send this as a plain form.")
    body = bytearray()
    async for part in _bounded(request, LARGEST, "This is too long. Please write less."):
        body += part
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=50, errors="strict")
    except ValueError as error:
        raise Invalid(_UNREAD) from error
    return dict(reversed(pairs))


class _InMemory(MultiPartParser):
    """Reads the parts of a form; a file stays in memory, whatever its size."""

    spool_max_size = 1 << 40


async def _held(
    request: Request, most: int, of_bytes: int
) -> tuple[dict[str, str], tuple[bytes, ...]]:
    """Read parts as `_parts` does; few large bodies at once, and none for ever.

    A small body never waits, so that nobody who sends files slowly keeps others from reporting.
    """
    told = request.headers.get("content-length", "")
    is_small = told.isdecimal() and int(told) <= SMALL
    try:
        async with nullcontext() if is_small else _ROOM, asyncio.timeout(PATIENCE):
            return await _parts(request, most, of_bytes)
    except TimeoutError as error:
        raise Invalid("This took too long to arrive. Please send it without files.") from error


async def _parts(
    request: Request, most: int, of_bytes: int
) -> tuple[dict[str, str], tuple[bytes, ...]]:
    """Read the fields of a form and the files that were chosen, empty ones left out."""
    heavy = (
        f"That is too much to send at once. Please choose fewer or smaller files, {most} at most."
    )
    stream = _bounded(request, of_bytes, heavy)
    reader = _InMemory(
        request.headers, stream, max_files=most, max_fields=50, max_part_size=LARGEST
    )
    try:
        given = await reader.parse()
    except MultiPartException as error:
        raise Invalid(_UNREAD if "Too many files" not in error.message else heavy) from error
    try:
        pairs = list(given.multi_items())
        files = [await each.read() for _, each in pairs if isinstance(each, UploadFile)]
    finally:
        await given.close()
    fields = {name: each for name, each in reversed(pairs) if isinstance(each, str)}
    return fields, tuple(each for each in files if each)


async def _bounded(request: Request, most: int, otherwise: str) -> AsyncGenerator[bytes, None]:
    """Pass a body on as it comes; what says that it is longer, or is, is refused."""
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > most:
        raise Invalid(otherwise)
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise Invalid(otherwise)
        yield part


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _token(cookie: str, action: str, signed_in: str) -> str:
    bound = f"{action}\n{signed_in}".encode(errors="replace")
    return hmac.new(cookie.encode(errors="replace"), bound, sha256).hexdigest()
