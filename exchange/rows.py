"""Rows on their way in: text by field, and for each row why it is refused, if it is."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from domain import codes, identifiers
from exchange.chunks import FORMULA, Chunk
from exchange.mapping import Mapping

Texts: TypeAlias = NDArray[np.object_]
Mask: TypeAlias = NDArray[np.bool_]

YES = frozenset({"yes", "y", "true", "t", "1", "x"})
NO = frozenset({"no", "n", "false", "f", "0"})
BETWEEN = re.compile(r"[;|]")


@dataclass
class Rows:
    """A chunk under a mapping. ``reason`` is None for a row that can be taken.

    The first reason found for a row is kept; what it says never quotes a cell.
    """

    chunk: Chunk
    mapping: Mapping
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.reason: Texts = np.full(len(self), None, dtype=object)
        self._texts: dict[str, Texts] = {}

    def __len__(self) -> int:
        return len(self.chunk.numbers)

    @property
    def good(self) -> Mask:
        """The rows that nothing speaks against so far."""
        return empty(self.reason)

    def refuse(self, mask: Mask, reason: str) -> None:
        """Refuse the rows of ``mask`` unless they are refused already."""
        self.reason[mask & self.good] = reason

    def has(self, name: str) -> bool:
        """Say whether a field is given at all, by a column or for every row alike."""
        return name in self.mapping.columns or name in self.mapping.constants

    def text(self, name: str) -> Texts:
        """Return a field's text, stripped; None where it is empty or the field is not given."""
        if name not in self._texts:
            self._texts[name] = self._read(name)
        return self._texts[name]

    def required(self, name: str, title: str) -> Texts:
        """Return a field's text and refuse the rows that lack it."""
        values = self.text(name)
        self.refuse(empty(values), f"there is no {title}")
        return values

    def words(self, name: str, limit: int) -> Texts:
        """Return free text with every identifier masked, cut to ``limit`` characters."""
        values = self.text(name)
        masked = objects(identifiers.mask_series(list(values)))
        self.counts["masked"] += int((masked != values).sum())
        long = [isinstance(each, str) and len(each) > limit for each in masked]
        self.counts["shortened"] += sum(long)
        return objects([cut(each, limit) for each in masked])

    def limited(self, name: str, limit: int, title: str) -> Texts:
        """Return a field's text and refuse the rows where it is longer than ``limit``."""
        values = self.text(name)
        long = np.array([each is not None and len(each) > limit for each in values], dtype=bool)
        self.refuse(long, f"the {title} is longer than {limit} characters")
        return values

    def coded(
        self,
        name: str,
        kind: str,
        title: str,
        default: str | None = None,
        values: Texts | None = None,
    ) -> Texts:
        """Return codes of list ``kind``, given as code or label; another word refuses the row."""
        values = self.text(name) if values is None else values
        known = {word: _code(kind, word) for word in set(values) - {None}}
        found = objects([default if each is None else known[each] for each in values])
        self.refuse(~empty(values) & empty(found), f"the {title} is not in the list of codes")
        return found

    def several(self, name: str, kind: str, title: str) -> Texts:
        """Return lists of codes, written in one cell with semicolons between."""
        values = self.text(name)
        known: dict[str | None, list[str] | None] = {None: []}
        known |= {word: _codes(kind, word) for word in set(values) - {None}}
        found = objects([known[each] for each in values])
        wrong = np.array([each is None for each in found], dtype=bool)
        self.refuse(wrong, f"one of the {title} is not in the list of codes")
        return objects([known[None] if each is None else each for each in found])

    def flag(self, name: str, title: str) -> Texts:
        """Return True, False or None (not known) for words such as yes and no."""
        values = [None if each is None else each.casefold() for each in self.text(name)]
        known = [each is None or each in YES or each in NO or each in ("unknown", "not known")
                 for each in values]  # fmt: skip
        self.refuse(~np.array(known, dtype=bool), f"{title} is neither yes nor no")
        return objects([True if each in YES else False if each in NO else None for each in values])

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return numbers, NaN where there is none; 1,234 and 1,5 are read as people mean them."""
        values = pd.Series(self.text(name), dtype=object)
        found = pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=np.nan, copy=True)
        odd = np.flatnonzero(np.isnan(found) & ~empty(values.to_numpy()))
        found[odd] = [_number(values.iloc[at]) for at in odd]
        return found

    def taken(self, where: Mask, fields: Iterable[str], texts: Iterable[str]) -> pd.DataFrame:
        """Return the columns of ``fields`` in the rows of ``where``; ``texts`` are masked."""
        columns = {self.mapping.columns[name]: name for name in fields}
        frame = self.chunk.frame.loc[where, list(columns)].copy()
        for column, name in columns.items():
            if name in texts:
                frame[column] = identifiers.mask_series(frame[column])
        return frame

    def _read(self, name: str) -> Texts:
        column = self.mapping.columns.get(name)
        if column is None:
            return np.full(len(self), self.mapping.constants.get(name), dtype=object)
        given = self.chunk.frame[column].to_numpy(dtype=object)
        values = objects([None if each is None else each.strip() or None for each in given])
        self.refuse(values == FORMULA, "a cell holds a formula; give the value itself")
        return values


def objects(values: Any) -> Texts:
    """Make a one-dimensional array of Python objects, also of lists and shapes."""
    return np.fromiter(values, dtype=object, count=len(values))


def empty(values: Texts) -> Mask:
    """Say where there is nothing."""
    return np.asarray(pd.isna(values), dtype=bool)


def cut(text: str | None, limit: int) -> str | None:
    """Shorten a text; None stays None."""
    return text if text is None or len(text) <= limit else text[: limit - 1] + "…"


def _code(kind: str, word: str) -> str | None:
    offered = codes.current()[kind]
    if word in offered:
        return word
    plain = word.casefold()
    return next(
        (
            each.code
            for each in offered.values()
            if plain in (each.code.casefold(), each.label.casefold())
        ),
        None,
    )


def _codes(kind: str, cell: str) -> list[str] | None:
    found = [_code(kind, word.strip()) for word in BETWEEN.split(cell) if word.strip()]
    return None if None in found else list(dict.fromkeys(each for each in found if each))


def _number(text: str) -> float:
    plain = re.sub(r"\s", "", text)
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        return float(plain.replace(",", ""))
    if re.fullmatch(r"[-+]?\d+,\d+", plain):
        return float(plain.replace(",", "."))
    return float("nan")
