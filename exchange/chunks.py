"""What every reader gives: a description of the file, and its rows chunk by chunk."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ROWS = 50_000
FORMULA = "\ufdd0"  # stands where a spreadsheet held a formula: no text has this character

Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file, in order.

    ``numbers`` are the rows' numbers as a spreadsheet shows them (a header is row 1); ``frame``
    holds text, ``None`` where a cell is empty, a column each, with the same length; ``shapes``
    are shapely geometries or ``None``, in the file's own coordinate system; ``broken`` maps a row
    number to why the row could not even be read.
    """

    numbers: NDArray[np.int64]
    frame: pd.DataFrame
    shapes: Shapes | None = None
    broken: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Description:
    """What is known of a file before its rows are read.

    ``crs`` is what the file says of its coordinates ("EPSG:27700", a WKT), or None; ``rows`` is
    None where only a full reading would tell, and ``expected`` is then a guess by the size.
    ``notes`` are sentences for a person.
    """

    format: str
    columns: tuple[str, ...]
    has_header: bool = True
    geometry: bool = False
    crs: str | None = None
    rows: int | None = None
    expected: int | None = None
    layers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Source:
    """An open file. ``chunks(size)`` starts at the first row each time that it is called."""

    description: Description
    chunks: Callable[[int], Iterator[Chunk]]
    sha256: str
    size: int


def frame_of(columns: tuple[str, ...], rows: list[Any]) -> pd.DataFrame:
    """Build a frame of Python objects from rows of equal length."""
    if not columns:  # shapes alone
        return pd.DataFrame(index=pd.RangeIndex(len(rows)))
    if not rows:
        return pd.DataFrame({name: pd.Series([], dtype=object) for name in columns})
    return pd.DataFrame(
        {
            name: pd.Series(np.array(values, dtype=object), dtype=object)
            for name, values in zip(columns, zip(*rows, strict=True), strict=True)
        }
    )


def single(names: list[str]) -> tuple[str, ...]:
    """Make column names usable: none empty, none twice, none longer than a line."""
    result: dict[str, None] = {}
    for position, given in enumerate(names, 1):
        name = " ".join(str(given or "").split())[:80] or f"column {position}"
        while name in result:
            name = f"{name} ({position})"
        result[name] = None
    return tuple(result)
