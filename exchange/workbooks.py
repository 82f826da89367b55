"""XLSX files: the first sheet with rows, cell by cell; formulas are never evaluated."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from domain.errors import Invalid
from exchange import files
from exchange.chunks import FORMULA, ROWS, Chunk, Description, frame_of, single

MOST_ROWS = 1_048_576  # what the format itself allows
MOST_COLUMNS = 200
NOT_READ = (ParseError, ValueError, TypeError, OSError, OverflowError)
DAMAGED = "The XLSX file is damaged. Please save it again."


class Workbook:
    """One XLSX file, of which one sheet is read."""

    def __init__(self, path: Path, *, sheet: str | None = None) -> None:
        files.check_zip(path)
        files.refuse_document_types(path)
        self.path = path
        with self._sheets() as sheets:
            self.sheets = tuple(sheets)
            if sheet is not None and sheet not in sheets:
                raise Invalid("There is no sheet of that name in the file.")
            self.sheet = sheet or self._first_with_rows(sheets)
            head = next(_rows(sheets[self.sheet]), ())
        self.columns = single([_text(cell) or "" for cell in _trimmed(head)])

    def description(self) -> Description:
        """Say what was found."""
        count = len(self.sheets)
        several = (f"Only one of the {count} sheets is read.",) if count > 1 else ()
        return Description("XLSX", self.columns, layers=self.sheets, notes=several)

    def chunks(self, size: int = ROWS) -> Iterator[Chunk]:
        """Yield the rows below the header, ``size`` at a time; empty rows are left out."""
        width = len(self.columns)
        with self._sheets() as sheets:
            numbers: list[int] = []
            kept: list[tuple[str | None, ...]] = []
            for number, row in enumerate(_rows(sheets[self.sheet]), 1):
                cells = tuple(map(_text, row[:width]))
                if number == 1 or not any(cells):
                    continue
                numbers.append(number)
                kept.append(cells + (None,) * (width - len(cells)))
                if len(kept) == size:
                    yield Chunk(np.array(numbers, np.int64), frame_of(self.columns, kept))
                    numbers, kept = [], []
            if kept:
                yield Chunk(np.array(numbers, np.int64), frame_of(self.columns, kept))

    def _first_with_rows(self, sheets: dict[str, ReadOnlyWorksheet]) -> str:
        for name, sheet in sheets.items():
            if any(_trimmed(next(_rows(sheet), ()))):
                return name
        raise Invalid("No sheet of the file has a header in its first row.")

    @contextmanager
    def _sheets(self) -> Iterator[dict[str, ReadOnlyWorksheet]]:
        try:
            book = load_workbook(self.path, read_only=True, data_only=False, keep_links=False)
        except (
            InvalidFileException,
            ParseError,
            KeyError,
            ValueError,
            TypeError,
            OSError,
        ) as error:
            raise Invalid("The XLSX file is damaged. Please save it again.") from error
        try:
            yield {
                each.title: each for each in book.worksheets if isinstance(each, ReadOnlyWorksheet)
            }
        finally:
            book.close()


def _rows(sheet: ReadOnlyWorksheet) -> Iterator[tuple[Any, ...]]:
    """Read rows without believing the dimensions that the sheet claims."""
    sheet.reset_dimensions()
    given: Any = sheet  # the stubs miss that this class has rows too
    rows = iter(given.iter_rows(max_col=MOST_COLUMNS, max_row=MOST_ROWS))
    while True:
        try:
            row = next(rows, None)
        except (KeyError, IndexError, *NOT_READ) as error:
            raise Invalid(DAMAGED) from error
        if row is None:
            return
        yield row


def _trimmed(row: tuple[Any, ...]) -> list[Any]:
    cells = list(row)
    while cells and cells[-1].value is None:
        cells.pop()
    return cells


def _text(cell: Any) -> str | None:
    """Write a cell as text; a formula is not evaluated."""
    value = cell.value
    if cell.data_type == "f":
        return FORMULA
    if isinstance(value, datetime):
        return _moment(value, str(cell.number_format))
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value is None else str(value).strip() or None


def _moment(value: datetime, shown_as: str) -> str:
    """Write a moment; a date that is shown without a time of day stays a date."""
    timed = value.time() != time() or "h" in shown_as.lower()
    return value.isoformat(" ", "seconds") if timed else value.date().isoformat()
