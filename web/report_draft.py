"""A report that is not sent yet: it travels with its reporter, sealed, and is kept nowhere else.

The answers lie in cookies of the reporter's own browser, encrypted under a key of the house, so
that nobody at a shared computer reads them, and nobody changes them. They die when they are sent,
when the reporter leaves, when the browser closes, and after 24 hours.
"""

import base64
import json
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

import shapely
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from shapely.geometry.base import BaseGeometry
from starlette.requests import Request
from starlette.responses import Response

from domain import concern_submitting
from domain.concern_keys import Keys
from domain.concern_submitting import Report
from domain.concerns import Still
from domain.errors import Invalid
from domain.photographs import Picture

LIFE: Final = 24 * 3600.0
SENT_LIFE: Final = 30 * 60.0
ORDER: Final = ("where", "spot", "kind", "worries", "when", "words", "you", "contact", "check")
UNSAID: Final = "other"
_COOKIE: Final = "safeground_report"
_PIECE = 3_500  # a browser keeps 4,096 of name and value
_PIECES = 3


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What was answered so far; ``shape`` is WKT in EPSG:27700, ``ends`` seconds since 1970.

    ``spot`` is what the spot is called ("North Bank, street"), ``precision`` how sure the reporter
    is of it, which makes it chosen. ``code`` is the receipt's, once it was sent.
    """

    submission: str
    ends: float
    danger: bool = False
    sought: str = ""
    spot: str = ""
    shape: str = ""
    precision: str = ""
    near: str = ""
    place_type: str = ""
    worries: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    still: str = Still.UNKNOWN.value
    words: str = ""
    ways_known: str = ""
    role: str = ""
    under_18: bool = False
    on_behalf: bool = False
    contact: str = field(default="", repr=False)
    code: str = field(default="", repr=False)

    @property
    def place(self) -> BaseGeometry:
        """The spot, route or area in metres (EPSG:27700)."""
        return shapely.from_wkt(self.shape)

    @property
    def missing(self) -> str:
        """The first step that still has to be answered; "check" where none has."""
        needs = {
            "where": self.sought or self.shape,
            "spot": self.shape and self.precision,
            "kind": self.place_type,
            "worries": self.worries or self.helps,
            "you": self.ways_known,
        }
        return next((step for step, answer in needs.items() if not answer), "check")

    def before(self, step: str) -> str | None:
        """Return the step that must be answered before ``step`` can be shown, if any."""
        first = self.missing
        return first if ORDER.index(first) < ORDER.index(step) else None

    def after(self, step: str) -> str:
        """Return where an answer to ``step`` leads: on, or back to the answers once there are all.

        A new spot is chosen again even in a report that is complete otherwise.
        """
        if self.missing == "check" or self.before(ORDER[ORDER.index(step) + 1]):
            return self.missing
        return ORDER[ORDER.index(step) + 1]

    def report(self, honeypot: str, photos: tuple[Picture, ...] = ()) -> Report:
        """Return what is sent to the domain; photographs are never part of a draft."""
        return Report(
            shape=self.place,
            precision=self.precision,
            place_type=self.place_type,
            worries=self.worries,
            helps=self.helps,
            times=self.times,
            days=self.days,
            still=Still(self.still),
            words=self.words,
            where=self.near,
            ways_known=self.ways_known,
            role=self.role or UNSAID,
            under_18=self.under_18,
            contact="" if self.under_18 else self.contact,
            danger=self.danger,
            honeypot=honeypot,
            on_behalf=self.on_behalf,
            photos=photos,
        )


@dataclass(frozen=True)
class Drafts:
    """Reads and keeps drafts in a browser's cookies; ``secure`` binds them to TLS and this host."""

    keys: Keys
    secure: bool
    clock: Callable[[], float] = time.time

    def new(self, *, danger: bool) -> Draft:
        """Begin a report, with an id of its own so that it is never taken twice."""
        submission = concern_submitting.new_submission()
        return Draft(submission=submission, ends=self.clock() + LIFE, danger=danger)

    def sent(self, draft: Draft, code: str) -> Draft:
        """Return what is left of a draft that was sent: its receipt, for half an hour."""
        return Draft(submission=draft.submission, ends=self.clock() + SENT_LIFE, code=code)

    def read(self, request: Request) -> Draft | None:
        """Return the draft in the browser's cookies; none where it is old, changed or not ours."""
        sealed = "".join(request.cookies.get(name, "") for name in self._names())
        if not sealed:
            return None
        try:
            given = json.loads(zlib.decompress(self._seals().decrypt(sealed.encode())))
        except (InvalidToken, UnicodeEncodeError):
            return None
        draft = _made(given)
        return draft if draft.ends > self.clock() else None

    def keep(self, response: Response, draft: Draft) -> Response:
        """Put ``draft`` into the browser's cookies; they go when the browser closes.

        Raises
        ------
        Invalid
            It holds more than a browser takes.
        """
        plain = json.dumps(asdict(draft), ensure_ascii=False, separators=(",", ":"))
        sealed = self._seals().encrypt(zlib.compress(plain.encode(errors="replace"), 9)).decode()
        if len(sealed) > _PIECE * _PIECES:
            raise Invalid("This is too long. Please write less.")
        for number, name in enumerate(self._names()):
            piece = sealed[number * _PIECE : (number + 1) * _PIECE]
            if piece:
                response.set_cookie(name, piece, **self._flags())
            else:
                response.delete_cookie(name, **self._flags())
        return response

    def wipe(self, response: Response) -> Response:
        """Take the draft out of the browser."""
        for name in self._names():
            response.delete_cookie(name, **self._flags())
        return response

    def _names(self) -> Iterator[str]:
        start = f"__Host-{_COOKIE}" if self.secure else _COOKIE
        return (start if number == 0 else f"{start}_{number}" for number in range(_PIECES))

    def _flags(self) -> dict[str, Any]:
        return {"httponly": True, "samesite": "strict", "secure": self.secure, "path": "/"}

    def _seals(self) -> MultiFernet:
        """Return keys for drafts alone, made of the house's: neither opens the other's."""
        marks = map(bytes.fromhex, self.keys.marks("draft", "cookie"))
        return MultiFernet([Fernet(base64.urlsafe_b64encode(mark)) for mark in marks])


def _made(given: dict[str, Any]) -> Draft:
    """Make a draft of its JSON; an earlier or later version of Safeground may have written it."""
    known = {each.name for each in fields(Draft)} & given.keys()
    values: dict[str, Any] = {name: given[name] for name in known}
    for name, value in values.items():
        values[name] = tuple(value) if isinstance(value, list) else value
    return Draft(**values)
