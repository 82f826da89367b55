"""Positions of a radio or a phone: minutes inside zones are worked out, and nothing else stays.

A file is read from memory and never written anywhere. What comes out is the stop, when the stay
began, to the minute, and how many minutes it was.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import numpy as np
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from shapely.geometry.base import BaseGeometry

from domain.errors import Invalid
from geo.dose import stays
from geo.space import bng_from_lonlat

LARGEST: Final = 20 * 1024 * 1024
MOST: Final = 500_000
SHORTEST: Final = 1.0
"""Minutes below which somebody only passed through."""
TIMES: Final = ("time", "timestamp", "datetime", "utc", "date_time")
ACROSS: Final = ("lon", "longitude", "lng", "x", "easting")
UP: Final = ("lat", "latitude", "y", "northing")


@dataclass(frozen=True)
class Inside:
    """One stay: the stop's id, when it began (UTC, to the minute), and whole minutes.

    ``key`` is made of these, so that a file that is read twice makes nothing double.
    """

    stop_id: int
    began: datetime
    minutes: int

    @property
    def key(self) -> str:
        """The key under which the visit is recorded."""
        told = f"positions {self.stop_id} {self.began:%Y-%m-%dT%H:%M}"
        return hashlib.sha256(told.encode()).hexdigest()[:32]


def minutes_inside(content: bytes, zones: Sequence[tuple[int, BaseGeometry]]) -> list[Inside]:
    """Work out the stays in ``zones`` (stop id, area in EPSG:27700) from a GPX or CSV file.

    A CSV has a time (ISO 8601; UTC where it names no zone) and longitude and latitude, or
    easting and northing, under those names.

    Raises
    ------
    Invalid
        It is neither, is damaged or too large, or holds no positions with times.
    """
    if len(content) > LARGEST:
        raise Invalid("This file is too large. Give the positions of one shift.")
    read = _gpx if content.lstrip()[:1] == b"<" else _csv
    times, east, north = read(content)
    found = stays(times, east, north, [zone for _stop, zone in zones])
    return [
        Inside(zones[each.zone][0], _to_minute(each.began), max(1, round(each.minutes)))
        for each in found
        if each.minutes >= SHORTEST
    ]


def _to_minute(moment: np.datetime64) -> datetime:
    seconds = int(moment.astype("datetime64[s]").astype(np.int64))
    return datetime.fromtimestamp(seconds, UTC).replace(second=0)


def _gpx(content: bytes) -> tuple[Any, Any, Any]:
    rows: list[tuple[datetime, float, float]] = []
    try:
        for _event, element in iterparse(io.BytesIO(content), ("end",), forbid_dtd=True):
            if str(element.tag).rsplit("}", 1)[-1] != "trkpt":
                continue
            told = next((each.text for each in element if str(each.tag).endswith("time")), None)
            if told:
                rows.append(_row(told, element.get("lon", ""), element.get("lat", "")))
            element.clear()
    except (DefusedXmlException, ParseError, LookupError, ValueError) as error:
        raise Invalid("This GPX file is damaged, or is none.") from error
    return _arrays(rows, degrees=True)


def _csv(content: bytes) -> tuple[Any, Any, Any]:
    try:
        lines = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        names = {name.strip().lower(): name for name in lines.fieldnames or ()}
        time, across, up = (_first(names, known) for known in (TIMES, ACROSS, UP))
        rows = [_row(line[names[time]], line[names[across]], line[names[up]]) for line in lines]
    except (ValueError, TypeError, KeyError, csv.Error) as error:
        raise Invalid(
            "Give a CSV with a time and longitude and latitude in each row, or a GPX file."
        ) from error
    return _arrays(rows, degrees=across not in ("x", "easting"))


def _first(names: dict[str, str], known: Iterable[str]) -> str:
    """Return the first of ``known`` that is among ``names``; "" is a column's name nowhere."""
    return next((each for each in known if each in names), "")


def _row(told: str, across: str, up: str) -> tuple[datetime, float, float]:
    moment = datetime.fromisoformat(told.strip())
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC), float(across), float(up)


def _arrays(rows: list[tuple[datetime, float, float]], *, degrees: bool) -> tuple[Any, Any, Any]:
    if len(rows) < 2:
        raise Invalid("There are no positions with times in this file.")
    if len(rows) > MOST:
        raise Invalid("These are too many positions. Give those of one shift.")
    times = np.array([each.replace(tzinfo=None) for each, _x, _y in rows], dtype="datetime64[ms]")
    x, y = np.array([(x, y) for _time, x, y in rows]).T
    east, north = bng_from_lonlat(x, y) if degrees else (x, y)
    kept = np.isfinite(east) & np.isfinite(north)
    return times[kept], east[kept], north[kept]


def left(stay: Inside) -> datetime:
    """Return when a stay ended, to the minute."""
    return stay.began + timedelta(minutes=stay.minutes)
