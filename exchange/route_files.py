"""Stops and travel times in, and a patrol's routes out: JSON, GPX or GeoPackage by the ending."""

import csv
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import gpxpy.gpx
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS
from shapely import LineString

from domain.errors import Invalid
from exchange import points
from exchange.mapping import plain
from geo.space import Floats, to_wgs84

ENDINGS = (".json", ".gpx", ".gpkg")
NEAR_NOTHING = 1_000.0
"""Coordinates all so near to 0, 0 are no place in Britain (it is sea) but plain numbers."""
_NUMBERS = ("score", "dwell", "open", "close")
NO_CRS = (
    "The stops are not told in a system of coordinates, so GPX and GeoPackage cannot place them. "
    "Write JSON, or name the system with --crs."
)


@dataclass(frozen=True)
class Stops:
    """Stops as a file tells them, in the order of its rows.

    Attributes
    ----------
    ids
        As written.
    x, y
        Metres in ``crs``; plain numbers, or NaN, where that is ``None``.
    score, dwell
        0 where the cell is empty.
    opens, closes
        Minutes from the beginning of the shift; infinite where the cell is empty.
    """

    ids: tuple[str, ...]
    x: Floats
    y: Floats
    crs: CRS | None
    score: Floats
    dwell: Floats
    opens: Floats
    closes: Floats

    def find(self, wanted: str, option: str) -> int:
        """Return the row of a stop, from 0; ``Invalid`` names the option where there is none."""
        if wanted not in self.ids:
            raise Invalid(f"{option} must be the id of a stop, and there is none with that id.")
        return self.ids.index(wanted)


@dataclass(frozen=True)
class Line:
    """A row of a route: which stop (its row, from 0), and when; minutes from the shift's start."""

    stop: int
    arrives: float
    begins: float
    leaves: float


@dataclass(frozen=True)
class Told:
    """One team's route, with start and end, as it is written to a file."""

    team: int
    lines: tuple[Line, ...]
    duration: float
    score: float
    way: LineString | None = None


def read_stops(path: Path, *, crs: str | None, layer: str | None, placed: bool) -> Stops:
    """Read stops: ``id``, ``score``, and if they are there ``dwell``, ``open`` and ``close``.

    Coordinates are read as every analysis reads them (:func:`exchange.points.read`), and all rows
    need one, for a matrix goes by rows. They are plain numbers with ``crs`` "none", and where x
    and y are all within ``NEAR_NOTHING`` of 0; without ``placed`` they may also be missing.
    """
    bare = points.table(path, layer=layer)
    if bare.attrs["left_out"]:
        raise Invalid("Some rows of the stops cannot be read, and a route needs them all.")
    x, y, known = _plain_spots(bare)
    near = known and bool((np.abs(np.concatenate([x, y])) <= NEAR_NOTHING).all())
    if crs is not None and crs.lower() == "none":
        if not known:
            raise Invalid("With --crs none every stop needs numbers called x and y.")
        return _stops(bare, x, y, None)
    if near and crs is None:
        return _stops(bare, x, y, None)
    try:
        frame = points.read(path, crs=crs, layer=layer)
    except Invalid:
        if placed:
            raise
        return _stops(bare, x, y, None)  # a matrix tells all that a route needs
    if len(frame) != len(bare):
        raise Invalid("Every stop needs a place. " + " ".join(points.notes(frame)))
    spots = shapely.get_coordinates(np.asarray(frame.geometry.array, dtype=object))
    return _stops(bare, spots[:, 0], spots[:, 1], frame.crs)


def _plain_spots(frame: pd.DataFrame) -> tuple[Floats, Floats, bool]:
    names = {plain(str(each)): str(each) for each in frame.columns}
    if "x" not in names or "y" not in names:
        nothing = np.full(len(frame), np.nan)
        return nothing, nothing, False
    x, y = (points.numbers(frame, names[each]) for each in ("x", "y"))
    return x, y, bool(np.isfinite(x).all() and np.isfinite(y).all())


def _stops(frame: pd.DataFrame, x: Floats, y: Floats, crs: CRS | None) -> Stops:
    names = {plain(str(each)): str(each) for each in frame.columns}
    if "id" not in names or "score" not in names:
        raise Invalid("The stops need columns called id and score.")
    ids = tuple("" if each is None else str(each).strip() for each in frame[names["id"]])
    if "" in ids or len(set(ids)) < len(ids):
        raise Invalid("Every stop needs an id of its own.")
    found = {each: _numbers(frame, names.get(each)) for each in _NUMBERS}
    for name in ("score", "dwell"):
        found[name] = np.nan_to_num(found[name], nan=0.0)
        if (found[name] < 0).any():
            raise Invalid(f"Row {_row(frame, found[name] < 0)}: {name} must be 0 or more.")
    opens = np.where(np.isnan(found["open"]), -np.inf, found["open"])
    closes = np.where(np.isnan(found["close"]), np.inf, found["close"])
    if (opens > closes).any():
        raise Invalid(f"Row {_row(frame, opens > closes)}: the stop closes before it opens.")
    return Stops(ids, x, y, crs, found["score"], found["dwell"], opens, closes)


def _numbers(frame: pd.DataFrame, column: str | None) -> Floats:
    if column is None:
        return np.full(len(frame), np.nan)
    values = points.numbers(frame, column)
    wrong = np.isnan(values) & frame[column].notna().to_numpy()
    if wrong.any():
        raise Invalid(f"Row {_row(frame, wrong)}: {plain(column)} is not a number.")
    return values


def _row(frame: pd.DataFrame, wrong: Any) -> int:
    return int(frame.index[np.flatnonzero(wrong)[0]])


def read_matrix(path: Path, size: int) -> Floats:
    """Read travel times: CSV without header, rows and columns in the order of the stops.

    In the units of the budget. An empty cell, "inf" or "nan" is no way.
    """
    if not path.is_file():
        raise Invalid("There is no such file of travel times.")
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [row for row in csv.reader(file) if row]
        matrix = np.array([[_minutes(cell) for cell in row] for row in rows], dtype=float)
    except (ValueError, UnicodeDecodeError, csv.Error) as error:
        raise Invalid(
            "The matrix must be a CSV of numbers without header, a row and a column for each stop."
        ) from error
    if matrix.shape != (size, size):
        raise Invalid(
            f"The matrix must have {size} rows and {size} columns, one of each for each stop, "
            "in their order."
        )
    if (matrix < 0).any():
        raise Invalid("The matrix holds a travel time below 0.")
    np.fill_diagonal(matrix, 0.0)
    return matrix


def _minutes(cell: str) -> float:
    text = cell.strip().lower()
    value = float(text) if text not in {"", "nan"} else np.inf
    return value if value == value else np.inf  # noqa: PLR0124 - NaN


def check(out: Path, crs: CRS | None, *inputs: Path) -> None:
    """Refuse a file that cannot be written, before anything is reckoned."""
    if out.suffix.lower() not in ENDINGS:
        raise Invalid("The file to write must end in .json, .gpx or .gpkg.")
    if not out.parent.is_dir():
        raise Invalid("There is no such folder to write to. Make it first, or name another.")
    if out.is_dir() or any(each.exists() and out.exists() and out.samefile(each)
                           for each in inputs):  # fmt: skip
        raise Invalid("That file cannot be replaced. Name another to write.")
    if crs is None and out.suffix.lower() != ".json":
        raise Invalid(NO_CRS)


def write(out: Path, stops: Stops, routes: Sequence[Told], summary: dict[str, Any]) -> None:
    """Write routes; the file gets its name when all of it is written.

    JSON holds ``summary`` and the times of each stop. GPX (WGS 84) holds the stops as waypoints,
    a route a team, and the way along the streets as a track. GeoPackage holds the layers
    ``stops`` and ``routes`` in the system of the stops.
    """
    kind = out.suffix.lower()
    with tempfile.TemporaryDirectory(prefix=".safeground-", dir=out.parent) as private:
        draft = Path(private) / f"draft{kind}"
        if kind == ".json":
            draft.write_text(_json(stops, routes, summary), "utf-8")
        elif kind == ".gpx":
            draft.write_text(_gpx(stops, routes), "utf-8")
        else:
            _geopackage(draft, stops, routes)
        draft.replace(out)


def _json(stops: Stops, routes: Sequence[Told], summary: dict[str, Any]) -> str:
    told = {**summary, "routes": [
        {**short, "score": _tidy(each.score), "stops": [
            {"id": stops.ids[line.stop], "arrives": _tidy(line.arrives),
             "begins": _tidy(line.begins), "leaves": _tidy(line.leaves)}
            for line in each.lines]}
        for short, each in zip(summary["routes"], routes, strict=True)]}  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _tidy(value: float) -> float:
    return round(float(value), 6)


def _clock(minutes: float) -> str:
    """Write minutes from the shift's start as hours and minutes: "+1:05"."""
    return f"+{timedelta(minutes=round(minutes))}"[:-3]


def _frames(stops: Stops, routes: Sequence[Told]) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    rows = [
        {"team": each.team, "number": at, "id": stops.ids[line.stop],
         "score": float(stops.score[line.stop]), "arrives": line.arrives,
         "begins": line.begins, "leaves": line.leaves,
         "geometry": shapely.Point(stops.x[line.stop], stops.y[line.stop])}
        for each in routes for at, line in enumerate(each.lines, start=1)
    ]  # fmt: skip
    ways = [
        {"team": each.team, "duration": each.duration, "score": each.score,
         "stops": len(each.lines), "geometry": each.way or _straight(stops, each)}
        for each in routes
    ]  # fmt: skip
    spots = gpd.GeoDataFrame(
        rows, columns=["team", "number", "id", "score", "arrives", "begins", "leaves", "geometry"],
        geometry="geometry", crs=stops.crs,
    )  # fmt: skip
    return spots, gpd.GeoDataFrame(ways, geometry="geometry", crs=stops.crs)


def _straight(stops: Stops, told: Told) -> LineString:
    spots = [(stops.x[line.stop], stops.y[line.stop]) for line in told.lines]
    return LineString(spots if len(spots) > 1 else spots * 2)


def _geopackage(draft: Path, stops: Stops, routes: Sequence[Told]) -> None:
    spots, ways = _frames(stops, routes)
    pyogrio.write_dataframe(spots, draft, layer="stops", driver="GPKG", geometry_type="Point")
    pyogrio.write_dataframe(ways, draft, layer="routes", driver="GPKG", append=True)


def _gpx(stops: Stops, routes: Sequence[Told]) -> str:
    spots, ways = (to_wgs84(each) for each in _frames(stops, routes))
    made = gpxpy.gpx.GPX()
    made.creator = "Safeground"
    for row in spots.drop_duplicates(["id"]).itertuples():
        made.waypoints.append(_point(gpxpy.gpx.GPXWaypoint, row))
    for team, rows in spots.groupby("team"):
        route = gpxpy.gpx.GPXRoute(name=f"Team {team}", number=int(team))
        route.points = [_point(gpxpy.gpx.GPXRoutePoint, row) for row in rows.itertuples()]
        made.routes.append(route)
    for told, row in zip(routes, ways.itertuples(), strict=True):
        if told.way is not None:
            track = gpxpy.gpx.GPXTrack(name=f"Team {told.team}")
            segment = gpxpy.gpx.GPXTrackSegment(
                [gpxpy.gpx.GPXTrackPoint(round(lat, 6), round(lon, 6))
                 for lon, lat in shapely.get_coordinates(row.geometry)]
            )  # fmt: skip
            track.segments.append(segment)
            made.tracks.append(track)
    return str(made.to_xml())


def _point(kind: Any, row: Any) -> Any:
    return kind(
        round(row.geometry.y, 6), round(row.geometry.x, 6), name=row.id,
        description=f"arrive {_clock(row.arrives)}, leave {_clock(row.leaves)}",
    )  # fmt: skip
