"""Floods: how much one source sends, told without keeping who it is.

A source's address is hashed with a salt that is drawn anew each day, and both live in this
process's memory alone: nothing of a source is written to the database, to a log or to a concern.
What a concern keeps until its decision is whether it counts as a source of its own and, within a
flood, a random word for the flood. Several processes count each for itself.
"""

import hmac
import ipaddress
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock

from shapely import Point

from domain.errors import TooMany
from domain.matching import LONDON

HOUR = timedelta(hours=1)
WRONG_CODES = 10
"""Wrong codes that one source may try in an hour."""
NEAR = 500.0
"""Metres within which a second report of one source on one day adds no voice."""
MOST_SOURCES = 50_000
BUSY = (
    "Many reports came from your connection in a short time. Nothing that was sent is lost. "
    "Please wait an hour and try again. If someone is in danger now, call 999."
)
LOCKED = "That was tried too often from your connection. Please wait an hour and try again."


@dataclass
class _Source:
    """What one source did today."""

    sent: list[datetime] = field(default_factory=list)
    spots: list[Point] = field(default_factory=list)
    wrong: list[datetime] = field(default_factory=list)
    bundle: str | None = None


@dataclass(frozen=True)
class Allowed:
    """What is told of a report's source: whether it is a voice of its own, and of which flood."""

    independent: bool
    bundle: str | None


class Floods:
    """The sources of today, each under a hash that means nothing tomorrow; safe with threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._day: date | None = None
        self._salt = b""
        self._sources: OrderedDict[bytes, _Source] = OrderedDict()

    def __repr__(self) -> str:
        return "Floods(...)"

    def check(self, source: str, now: datetime, *, per_hour: int, per_day: int) -> None:
        """Refuse a report from a source that sent as many as it may.

        Raises
        ------
        TooMany
            The source has to wait; never longer than until tomorrow.
        """
        with self._lock:
            found = self._of(source, now)
            if len(found.sent) >= per_day or _within(found.sent, now) >= per_hour:
                raise TooMany(BUSY)

    def count(self, source: str, now: datetime, spot: Point, *, burst: int) -> Allowed:
        """Count one report at ``spot`` (EPSG:27700) that is being kept.

        From the ``burst``-th within an hour on, reports are one bundle and none is a voice.
        """
        with self._lock:
            found = self._of(source, now)
            told_near = any(spot.distance(each) <= NEAR for each in found.spots)
            found.sent.append(now)
            found.spots = [*found.spots, spot][-200:]
            if _within(found.sent, now) >= burst:
                found.bundle = found.bundle or secrets.token_hex(8)
                return Allowed(independent=False, bundle=found.bundle)
            return Allowed(independent=not told_near, bundle=None)

    def may_look(self, source: str, now: datetime) -> None:
        """Refuse a source that tried too many wrong codes.

        Raises
        ------
        TooMany
            It has to wait for an hour.
        """
        with self._lock:
            if _within(self._of(source, now).wrong, now) >= WRONG_CODES:
                raise TooMany(LOCKED)

    def wrong(self, source: str, now: datetime) -> None:
        """Count one wrong code."""
        with self._lock:
            self._of(source, now).wrong.append(now)

    def _of(self, source: str, now: datetime) -> _Source:
        today = now.astimezone(LONDON).date()
        if today != self._day:
            self._day, self._salt = today, secrets.token_bytes(32)
            self._sources.clear()
        mark = hmac.digest(self._salt, _network(source).encode(errors="replace"), "sha256")
        found = self._sources.setdefault(mark, _Source())
        self._sources.move_to_end(mark)
        while len(self._sources) > MOST_SOURCES:
            self._sources.popitem(last=False)
        return found


def _within(times: list[datetime], now: datetime) -> int:
    return sum(1 for each in times if now - each < HOUR)


def _network(source: str) -> str:
    """Return what one subscriber has: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        address = ipaddress.ip_address(source.strip())
    except ValueError:
        return source
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
        return str(address.ipv4_mapped)
    return str(address)
