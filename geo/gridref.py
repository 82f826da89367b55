"""Grid references of the Ordnance Survey, and the other ways in which people tell a spot."""

import math
import re
from dataclasses import dataclass

from geo.space import Box, bng_from_lonlat

_LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
_COLUMNS, _ROWS, _SQUARE = 7, 13, 100_000
_LATITUDES, _LONGITUDES = (49.0, 61.0), (-9.0, 2.0)

_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_ANGLE = re.compile(
    rf"""(?P<before>[NSEW])?\s*
    (?P<degrees>{_NUMBER})\s*(?:°|º|deg(?:rees)?|d)?
    (?:\s*(?P<minutes>\d+(?:\.\d+)?)\s*(?:['\u2032\u2019]|min(?:utes)?|m))?
    (?:\s*(?P<seconds>\d+(?:\.\d+)?)\s*(?:["\u2033\u201d]|''|sec(?:onds)?|s(?=\s*[NSEW])))?
    \s*(?P<after>[NSEW](?![a-z]))?""",
    re.VERBOSE | re.IGNORECASE,
)
_BARE_ANGLE = re.compile(
    r"""(?P<before>[NSEW])?\s*(?P<degrees>\d+)\s+(?P<minutes>\d+(?:\.\d+)?)
    (?:\s+(?P<seconds>\d+(?:\.\d+)?))?\s*(?P<after>[NSEW](?![a-z]))?""",
    re.VERBOSE | re.IGNORECASE,
)
_METRES = re.compile(
    rf"(?:e(?:astings?)?\s*[:=]?\s*)?({_NUMBER})\s*m?e?"
    rf"(?:\s*[,;/]\s*|\s+)"
    rf"(?:n(?:orthings?)?\s*[:=]?\s*)?({_NUMBER})\s*m?n?",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"(?<![\d.])(\d{1,3}),(\d{3})(?=[\s;,]+\d{1,3},\d{3}$|$)")
_NAMED = re.compile(r"\b(?:lat(?:itude)?|lon(?:g(?:itude)?)?)\b\s*[:=]?", re.IGNORECASE)


@dataclass(frozen=True)
class GridRef:
    """A square of the National Grid: its south-west corner and its side, in metres (27700)."""

    easting: float
    northing: float
    size: float

    @property
    def centre(self) -> tuple[float, float]:
        """The middle of the square."""
        return self.easting + self.size / 2, self.northing + self.size / 2

    @property
    def box(self) -> Box:
        """All of the square."""
        return self.easting, self.northing, self.easting + self.size, self.northing + self.size


@dataclass(frozen=True)
class Location:
    """A spot that somebody typed: metres (EPSG:27700), how it was read, and how fine it is.

    A grid reference names a square of side ``size`` metres, and the spot is the middle of it.
    The other ways name a point, and ``size`` is 0.
    """

    easting: float
    northing: float
    read_as: str
    size: float = 0


def parse(text: str) -> GridRef:
    """Read a grid reference of any length: "NZ27", "nz 274 421", "NZ2743142155".

    Raises
    ------
    ValueError
        It is none, or lies off the National Grid; the message is fit for a person.
    """
    found = re.fullmatch(r"([A-Z]{2})((?:\s*\d+)*)", text.strip().upper(), re.ASCII)
    if found is None:
        raise ValueError("A grid reference is two letters and then figures, such as NZ 274 421.")
    groups = found[2].split()
    figures = "".join(groups)
    if len(figures) % 2 or (len(groups) == 2 and len(groups[0]) != len(groups[1])):
        raise ValueError("A grid reference has as many figures for easting as for northing.")
    if len(figures) > 12:
        raise ValueError("A grid reference has at most twelve figures.")
    west, south = _corner(found[1])
    half = len(figures) // 2
    size = _SQUARE / 10**half
    across, up = int(figures[:half] or 0), int(figures[half:] or 0)
    return GridRef(*(round(edge, 1) for edge in (west + across * size, south + up * size, size)))


def format(easting: float, northing: float, digits: int = 6) -> str:  # noqa: A001
    """Write the grid reference of the square that holds a point (metres, EPSG:27700).

    ``digits`` is how many figures there are in all: 4 for a square of 1 km, 6 for 100 m,
    10 for 1 m. Figures are cut, never rounded: the square holds the point.

    Raises
    ------
    ValueError
        The point is off the National Grid, or ``digits`` is not 0, 2, 4, 6, 8, 10 or 12.
    """
    if digits not in range(0, 13, 2):
        raise ValueError("A grid reference has 0, 2, 4, 6, 8, 10 or 12 figures.")
    if not (0 <= easting < _COLUMNS * _SQUARE and 0 <= northing < _ROWS * _SQUARE):
        raise ValueError("That point is off the British National Grid.")
    column, east = divmod(easting, _SQUARE)
    row, north = divmod(northing, _SQUARE)
    half = digits // 2
    parts = [f"{int(along * 10**half / _SQUARE):0{half}d}" for along in (east, north) if half]
    return " ".join([_letters(int(column), int(row)), *parts])


def parse_location(text: str) -> Location | None:
    """Read a spot in Britain from whatever a person typed; None where it is no such thing.

    Understood: a grid reference with at least two figures; easting and northing in metres;
    latitude and longitude (WGS 84), decimal or in degrees, minutes and seconds, with or
    without N, S, E, W, and in either order, since no British latitude is a longitude too.
    A short grid reference can look like the first half of a postcode ("SE11"): where a
    gazetteer is at hand, ask it first.
    """
    cleaned = text.strip().replace("\N{MINUS SIGN}", "-")
    if len(cleaned) > 100:
        return None
    return _grid_reference(cleaned) or _metres(cleaned) or _degrees(cleaned)


def _corner(letters: str) -> tuple[int, int]:
    """Return the south-west corner of a square of 100 km, counted from the grid's origin."""
    if "I" not in letters:
        (row5, column5), (row, column) = (divmod(_LETTERS.index(each), 5) for each in letters)
        east, north = (column5 - 2) * 5 + column, (3 - row5) * 5 + 4 - row
        if 0 <= east < _COLUMNS and 0 <= north < _ROWS:
            return east * _SQUARE, north * _SQUARE
    raise ValueError("Those two letters are no square of the British National Grid.")


def _letters(column: int, row: int) -> str:
    """Write the two letters of a square of 100 km; A is in the north-west, there is no I."""
    large = (3 - row // 5) * 5 + column // 5 + 2
    small = (4 - row % 5) * 5 + column % 5
    return _LETTERS[large] + _LETTERS[small]


def _grid_reference(text: str) -> Location | None:
    if not re.fullmatch(r"[A-Za-z]{2}[\s\d]*\d", text, re.ASCII):
        return None
    try:
        square = parse(text)
    except ValueError:
        return None
    return Location(*square.centre, "grid reference", square.size)


def _metres(text: str) -> Location | None:
    found = _METRES.fullmatch(_GROUPED.sub(r"\1\2", text))
    if found is None:
        return None
    easting, northing = float(found[1]), float(found[2])
    if not (0 <= easting < _COLUMNS * _SQUARE and 0 <= northing < _ROWS * _SQUARE):
        return None
    if max(easting, northing) <= 360:  # a pair of angles
        return None
    return Location(easting, northing, "easting and northing")


def _degrees(text: str) -> Location | None:
    pair = _two_angles(_NAMED.sub(" ", text).strip())
    if pair is None:
        return None
    (first, axis), (second, other) = pair
    swapped = axis == "EW" or other == "NS" or _is_longitude(first)
    if swapped and (axis == "NS" or other == "EW"):
        return None
    lat, lon = (second, first) if swapped else (first, second)
    if not (_LATITUDES[0] <= lat <= _LATITUDES[1] and _is_longitude(lon)):
        return None
    easting, northing = (float(each) for each in bng_from_lonlat(lon, lat))
    if math.isnan(easting):  # outside of what OSTN15 covers
        return None
    read_as = "longitude and latitude" if swapped else "latitude and longitude"
    return Location(easting, northing, read_as)


def _is_longitude(degrees: float) -> bool:
    return _LONGITUDES[0] <= degrees <= _LONGITUDES[1]


def _two_angles(text: str) -> tuple[tuple[float, str], tuple[float, str]] | None:
    """Split a text into two angles, trying each gap; the axis is "NS", "EW" or unknown ("")."""
    gaps = re.finditer(r"\s*[,;/]\s*|\s+|(?<=[NSEWnsew])(?=\s*[-+\d])", text)
    for gap in gaps:
        first, second = _angle(text[: gap.start()]), _angle(text[gap.end() :])
        if first and second:
            return first, second
    return None


def _angle(text: str) -> tuple[float, str] | None:
    found = _ANGLE.fullmatch(text) or _BARE_ANGLE.fullmatch(text)
    if found is None:
        return None
    minutes, seconds = float(found["minutes"] or 0), float(found["seconds"] or 0)
    side = (found["before"] or found["after"] or "").upper()
    if minutes >= 60 or seconds >= 60 or (found["before"] and found["after"]):
        return None
    degrees = float(found["degrees"])
    size = abs(degrees) + minutes / 60 + seconds / 3600
    south_or_west = side in ("S", "W") or found["degrees"].startswith("-")
    axis = next((each for each in ("NS", "EW") if side and side in each), "")
    return -size if south_or_west else size, axis
