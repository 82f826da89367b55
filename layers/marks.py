"""What is told of a mark in a tile, worked out for the records of that tile alone.

The words are those of `layers/present.py`; here they are put together by numbers, each different
text once.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from domain.incidents import TimeKnown
from domain.matching import today
from geo import mvt, varints
from layers import present
from layers.columns import NO_DAY, Columns, Ints
from layers.index import codes_key
from layers.layer import Layer

Told: TypeAlias = tuple[Ints, Sequence[object]]
"""The number of each record's text or number, shape (n,), and what the numbers stand for."""

_EPOCH = date(1970, 1, 1).toordinal()
_UNKNOWN = -(10**9)
_MONTHS = 10**8
"""Months are numbered from here, so that no day has their number."""


def look(layer: Layer, told: Columns, rows: NDArray[np.int32], colour: str) -> Told:
    """Return what each record is coloured by."""
    column = told.words[present.colour_column(layer, colour)]
    return column.codes[rows].astype(np.int64), column.words


def fade(told: Columns, rows: NDArray[np.int32]) -> Told:
    """Return the opacity of each record by its age; a day that is not known lies long ago."""
    which, shades = _shades()
    now = today().toordinal() - _EPOCH
    since = np.minimum(np.maximum(told.day[rows], now - present.FADED_DAYS), now)
    return which[now - since], shades


@lru_cache(maxsize=1)
def _shades() -> tuple[Ints, Sequence[object]]:
    """Return the opacity of each number of days: its number, and the opacities."""
    days = np.arange(present.FADED_DAYS + 1, dtype=float)
    shades, which = np.unique(present.faded(days), return_inverse=True)
    return which.astype(np.int64), shades.tolist()


def label(layer: Layer, told: Columns, rows: NDArray[np.int32]) -> Told:
    """Return the heading of each record."""
    column = told.words[layer.title_column]
    return column.codes[rows].astype(np.int64), _in_words(layer, layer.title_column, column.words)


def detail(layer: Layer, told: Columns, rows: NDArray[np.int32]) -> Told:
    """Return what each record's second line says: harm or part, when, source and how surely."""
    which, lines = _lines(layer, told, rows)
    return which, lines(np.arange(which.max(initial=-1) + 1))


def details(layer: Layer, told: Columns) -> tuple[NDArray[np.int32], mvt.Texts]:
    """Return the second line of every record, for tiles: put together when first drawn."""
    which, lines = _lines(layer, told, np.arange(len(told), dtype=np.int32))
    return which.astype(np.int32), mvt.Texts(int(which.max(initial=-1)) + 1, lines)


def _lines(
    layer: Layer, told: Columns, rows: NDArray[np.int32]
) -> tuple[Ints, Callable[[varints.Ints], list[str]]]:
    """Return the number of each record's line, and what puts the lines of some numbers together."""
    names = present.detail_columns(layer)
    parts = [told.words[name].codes[rows].astype(np.int64) for name in names]
    words = [_in_words(layer, name, told.words[name].words) for name in names]
    when, days = pd.factorize(_when(layer, told, rows))
    parts.insert(1, when.astype(np.int64))
    words.insert(1, [_when_words(day) or layer.when_missing for day in days.tolist()])
    sizes = [len(each) for each in words]
    which, whole = pd.factorize(np.ravel_multi_index(parts, sizes) if len(rows) else parts[0])

    def lines(numbers: varints.Ints) -> list[str]:
        each = np.unravel_index(whole[numbers], sizes)
        return [
            " · ".join(filter(None, [words[column][at] for column, at in enumerate(row)]))
            for row in zip(*(part.tolist() for part in each), strict=True)
        ]

    return which.astype(np.int64), lines


def _when(layer: Layer, told: Columns, rows: NDArray[np.int32]) -> Ints:
    """Give the day of each record a number, or its month where no more is known or told."""
    day = told.day[rows]
    months = day.astype("M8[D]").astype("M8[M]").astype(np.int64) + _MONTHS
    when = day.astype(np.int64)
    if layer.when_column == "month":
        when = months
    elif "time_known" in told.words:
        known = told.words["time_known"]
        month = np.array([word == TimeKnown.MONTH.value for word in known.words], dtype=bool)
        when = np.where(month[known.codes[rows]], months, when)
    return np.where(day == NO_DAY, _UNKNOWN, when)


@lru_cache(maxsize=20_000)
def _when_words(when: int) -> str:
    if when == _UNKNOWN:
        return ""
    if when >= _MONTHS // 2:
        years, month = divmod(when - _MONTHS, 12)
        return f"{date(1970 + years, month + 1, 1):%b %Y}"
    day = date.fromordinal(when + _EPOCH)
    return f"{day.day} {day:%b %Y}"


def _in_words(layer: Layer, column: str, words: tuple[str, ...]) -> list[str]:
    """Write the words of a column as they are read; kept until the code lists change."""
    key = (layer.name, column, words, codes_key())
    if key not in _READ:
        if len(_READ) > _MOST_READ:
            _READ.clear()
        _READ[key] = [present.in_words(layer, column, word) for word in words]
    return _READ[key]


_READ: dict[tuple[str, str, tuple[str, ...], int], list[str]] = {}
_MOST_READ = 256
