"""Analyses of the layers' records: a recipe goes in, a result of counts and words comes out.

Only what the reader may see goes in (`catalogue`), and no single record comes out: cells, tables
and sentences. The same recipe on the same revision gives the same numbers, which the fingerprint
proves.
"""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.metadata import version
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from domain import areas, codes
from domain.areas import AreaKind
from domain.errors import Invalid, NotPermitted
from domain.incidents import TimeKnown
from domain.insights import Made
from domain.people import Actor, Permission, Tier
from domain.recipes import Recipe
from domain.visibility import reach
from geo.clock import Instants
from geo.space import BNG, Floats
from layers import catalogue
from layers.columns import NEVER, NO_DAY, Columns, Words
from layers.index import Standing
from layers.selection import Selection, select_records

Progress = Callable[[float, str], None]
CELLS = "cells.parquet"
REST = "result.json"
LARGEST_PACK = 200_000_000
DAMAGE = (
    zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError, EOFError, TypeError,
    AttributeError, RuntimeError,
)  # fmt: skip
"""What the readers of a zip, of GeoParquet and of JSON raise at bytes that are none."""


@dataclass(frozen=True)
class Records:
    """What is analysed, as columns; arrays of shape ``(n,)``.

    ``x`` and ``y`` in metres (EPSG:27700); ``start`` and ``end`` in UTC, NaT where not known, and
    NaT too where only the month is (then ``month`` alone tells it); ``month`` counts from January
    1970 in London, below 0 where not known; ``who`` numbers the voices of ``voices``; ``moved``:
    the spot is approximate. ``area`` is the area of study, None where no outline is known.
    """

    x: Floats
    y: Floats
    start: Instants
    end: Instants
    month: NDArray[np.int64]
    who: NDArray[np.int64]
    voices: tuple[str, ...]
    moved: NDArray[np.bool_]
    area: BaseGeometry | None = None

    def __len__(self) -> int:
        return len(self.x)

    @property
    def span(self) -> tuple[date, date] | None:
        """The first and the last month that records are of, as the first day of each."""
        known = self.month[self.month >= 0]
        if not known.size:
            return None
        return month_of(int(known.min())), month_of(int(known.max()))


@dataclass(frozen=True)
class Result:
    """What an analysis found.

    Attributes
    ----------
    headline
        The answer in one sentence.
    cells
        What is drawn (EPSG:27700): ``label``, ``code`` (a class of the method's scale), ``words``,
        ``count`` and the method's own numbers; one row a cell, the strongest first.
    tables
        Tables by title: ``{"columns": [...], "rows": [[...]]}``, each value plain.
    says, sure, cannot
        What it means, how sure it is, and what it cannot say.
    warnings
        What to mind, by rule.
    records, span, sources
        How many records went in, from which months, from whom.
    """

    headline: str
    cells: gpd.GeoDataFrame
    tables: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    sure: tuple[str, ...] = ()
    cannot: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    records: int = 0
    span: tuple[str, str] | None = None
    sources: tuple[str, ...] = ()


def read(session: Session, actor: Actor, recipe: Recipe) -> Records:
    """Return the records that a recipe asks for, as far as ``actor`` may see them.

    Raises
    ------
    NotPermitted
        The actor may not run analyses, or is not cleared for counts below the threshold.
    """
    standing, found = _asked(session, actor, recipe)
    records = _of(standing.columns, found.rows, recipe.layer)
    return replace(records, area=_area_of_study(session, actor, recipe))


def count(session: Session, actor: Actor, recipe: Recipe) -> int:
    """Return how many records a recipe asks for, without reading them; errors as of `read`."""
    return len(_asked(session, actor, recipe)[1])


def run(
    session: Session, actor: Actor, recipe: Recipe, progress: Progress = lambda _share, _words: None
) -> Result:
    """Run a recipe for ``actor``.

    Raises
    ------
    NotPermitted
        See :func:`read`.
    Invalid
        There is too little to tell, or the settings do not fit the records; the message says so.
    """
    from layers.analysis_methods import METHODS  # they are made of what is above

    progress(0.0, "Reading the records")
    records = read(session, actor, recipe)
    if not len(records):
        raise Invalid("No records match. Choose a longer period or fewer filters.")
    try:
        return METHODS[recipe.method](records, recipe, progress)
    except ValueError as error:  # what the science refuses, it refuses in words
        raise Invalid(str(error)) from error


def made(session: Session, recipe: Recipe, result: Result) -> Made:
    """Pack a result to be kept, with the revision of the records that it stands on."""
    return Made(
        summary={
            "headline": result.headline,
            "records": result.records,
            "span": list(result.span or ()),
            "warnings": len(result.warnings),
        },
        result=pack(result),
        revision=revision(session, recipe),
        fingerprint=fingerprint(result),
        app_version=version("safeground"),
    )


def revision(session: Session, recipe: Recipe) -> str:
    """Return a key that moves with every change to what the recipe reads."""
    return "-".join(map(str, catalogue.revision(session, recipe.layer)))


def fingerprint(result: Result) -> str:
    """Return a digest of every number and word of a result: equal for equal results alone."""
    digest = hashlib.sha256(_rest(result).encode())
    digest.update(b"".join(shapely.to_wkb(result.cells.geometry.to_numpy()).tolist()))
    for name, column in result.cells.drop(columns=result.cells.geometry.name).items():
        digest.update(f"{name}{column.tolist()!r}".encode())
    return digest.hexdigest()


def pack(result: Result) -> bytes:
    """Write a result as a zip of GeoParquet and JSON; nothing in it is ever executed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        cells = io.BytesIO()
        result.cells.to_parquet(cells, index=False)
        archive.writestr(CELLS, cells.getvalue())
        archive.writestr(REST, _rest(result))
    return out.getvalue()


def unpack(kept: bytes) -> Result:
    """Read what :func:`pack` wrote.

    Raises
    ------
    Invalid
        It is damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(kept)) as archive:
            if sum(each.file_size for each in archive.infolist()) > LARGEST_PACK:
                raise Invalid("This result is too large to be opened.")
            cells = gpd.read_parquet(io.BytesIO(archive.read(CELLS)))
            rest = json.loads(archive.read(REST))
        told: Any = {
            name: tuple(value) if isinstance(value, list) else value for name, value in rest.items()
        }
        return Result(cells=cells, **told)
    except DAMAGE as error:
        raise Invalid(
            "This result is damaged and cannot be opened. Run its recipe again."
        ) from error


def nothing_drawn() -> gpd.GeoDataFrame:
    """Return cells of a result that has nothing for the map."""
    columns: dict[str, list[object]] = {"label": [], "code": [], "words": [], "count": []}
    return gpd.GeoDataFrame(columns, geometry=[], crs=BNG)


def table(columns: list[str], rows: Any) -> dict[str, Any]:
    """Return a table of plain values: numbers to six places, NaN as None."""
    return {"columns": columns, "rows": [[_plain(value) for value in row] for row in rows]}


def month_of(number: int) -> date:
    """Return the first day of a month by its number from January 1970."""
    return date(1970 + number // 12, number % 12 + 1, 1)


def _asked(session: Session, actor: Actor, recipe: Recipe) -> tuple[Standing, Selection]:
    actor.must(Permission.ANALYSE)
    if actor.tier < Tier.T3:
        raise NotPermitted("Analyses need the clearance of a safeguarding meeting.")
    layer, _ = catalogue.check(actor, recipe.layer)
    assert layer.held is not None, "analyses are made of what is held as columns"
    return select_records(session, actor, layer.held, recipe.filters)


def _rest(result: Result) -> str:
    return json.dumps(
        {
            "headline": result.headline,
            "tables": dict(result.tables),
            "says": result.says,
            "sure": result.sure,
            "cannot": result.cannot,
            "warnings": result.warnings,
            "records": result.records,
            "span": result.span,
            "sources": result.sources,
        },
        allow_nan=False,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return round(value, 6) if np.isfinite(value) else None
    return value


def _area_of_study(session: Session, actor: Actor, recipe: Recipe) -> BaseGeometry | None:
    """Return where records could have been: the areas asked for within the reader's own."""
    outlines = list(reach(session, actor, areas=recipe.filters.areas).outlines)
    whole = areas.frame(session, actor, AreaKind.PARTNERSHIP)
    if len(whole):
        outlines.append(shapely.union_all(whole.geometry.to_numpy()))
    if not outlines:
        return None
    area = shapely.intersection_all(outlines)
    if area.is_empty:
        raise Invalid("That area is empty. Choose another.")
    return area


def _of(columns: Columns, rows: NDArray[np.int32], layer: str) -> Records:
    """Take the chosen records out of an index."""
    told = {name: _words(columns.words[name], rows) for name in WORDS[layer]}
    monthly = told["time_known"] == MONTHLY if "time_known" in told else np.ones(len(rows), bool)
    who, voices = pd.factorize(_voices(told), sort=True)
    day = columns.day[rows]
    month = day.astype("M8[D]").astype("M8[M]").astype(np.int64)
    return Records(
        x=columns.east[rows],
        y=columns.north[rows],
        start=_instants(columns.since[rows], monthly),
        end=_instants(columns.until[rows], monthly),
        month=np.where(day == NO_DAY, -1, month),
        who=who.astype(np.int64),
        voices=tuple(map(str, voices)),
        moved=_moved(told),
    )


WORDS = {
    "incidents": ("source", "agency", "precision", "time_known"),
    "touches": ("source", "precision"),
}
MONTHLY = TimeKnown.MONTH.value


def _words(told: Words, rows: NDArray[np.int32]) -> NDArray[np.object_]:
    return np.asarray(np.array(told.words, dtype=object)[told.codes[rows]])


def _voices(told: Mapping[str, NDArray[np.object_]]) -> NDArray[np.object_]:
    """Name who told of each record: the source, and the agency where one is told."""
    known = codes.current()
    sources = known.incident_sources if "agency" in told else known.touch_sources
    pairs = pd.DataFrame({"source": told["source"], "agency": told.get("agency", "")})
    each, distinct = pd.factorize(pd.MultiIndex.from_frame(pairs))
    names = [
        sources.label(source) + (f" ({agency})" if agency else "") for source, agency in distinct
    ]
    return np.asarray(np.array(names, dtype=object)[each])


def _moved(told: Mapping[str, NDArray[np.object_]]) -> NDArray[np.bool_]:
    """Say whose spot was moved by its publisher or is only roughly known."""
    known = codes.current()
    vague = {each.code for each in known.precision.values() if each.approximate}
    moved = {each.code for each in known.incident_sources.values() if each.approximate}
    return np.isin(told["precision"], list(vague)) | np.isin(told["source"], list(moved))


def _instants(microseconds: NDArray[np.int64], monthly: NDArray[np.bool_]) -> Instants:
    at = microseconds.astype("M8[us]")
    return np.asarray(np.where((microseconds == NEVER) | monthly, np.datetime64("NaT", "us"), at))
