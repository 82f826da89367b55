"""The file of rejected rows: number, reason, and only the columns that we take."""

import csv
from typing import TextIO

import pandas as pd

from exchange.chunks import FORMULA

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


class Rejects:
    """Writes rejected rows as they come; keeps none. Without a file, it only counts."""

    def __init__(self, file: TextIO | None = None) -> None:
        self._writer = None if file is None else csv.writer(file)
        self._headed = False

    def write(self, numbers: list[int], reasons: list[str], frame: pd.DataFrame) -> None:
        """Write rows with their number in the file and why they were refused."""
        if self._writer is None or not numbers:
            return
        if not self._headed:
            self._writer.writerow(["row", "reason", *map(safe_cell, frame.columns)])
            self._headed = True
        cells = frame.itertuples(index=False, name=None)
        for number, reason, row in zip(numbers, reasons, cells, strict=True):
            self._writer.writerow([number, reason, *map(safe_cell, row)])


def safe_cell(value: object) -> str:
    """Write a cell so that no spreadsheet takes it for a formula: an apostrophe goes before it.

    A plain number stays a number.
    """
    if value is None or value == FORMULA:
        return ""
    text = str(value)
    if not text.startswith(DANGEROUS) or _is_number(text):
        return text
    return "'" + text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text[1:2].isdigit()
