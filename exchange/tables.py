"""CSV files, row by row: byte order mark, encoding, separator and header found out."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import numpy as np

from domain.errors import Invalid
from exchange.chunks import ROWS, Chunk, Description, frame_of, single

LONGEST_LINE = 1 << 20
MOST_COLUMNS = 500
SEPARATORS = (",", ";", "\t", "|")
_DATA = re.compile(
    r"[-+]?\d[\d.,:/\- ]*%?|\d{4}-\d{2}(-\d{2}.*)?|https?://.*|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"
)


class Table:
    """One CSV file and how it is written."""

    def __init__(self, path: Path, *, utf8: bool, header: bool | None = None) -> None:
        self.path = path
        self.encoding = _encoding(path, utf8=utf8)
        sample = self._sample()
        self.separator = _separator(sample)
        a_line = sum(len(line.encode()) for line in sample) / max(1, len(sample))
        self.expected = int(path.stat().st_size / max(1.0, a_line))
        first = list(csv.reader(sample, delimiter=self.separator))
        if not first:
            raise Invalid("The file holds no rows.")
        if len(first[0]) > MOST_COLUMNS:
            raise Invalid(f"The file has more than {MOST_COLUMNS} columns.")
        self.header = _looks_like_header(first) if header is None else header
        width = Counter(map(len, first)).most_common(1)[0][0]
        given = first[0] if self.header else [f"column {at}" for at in range(1, width + 1)]
        self.columns = single(given)

    def description(self) -> Description:
        """Say what was found."""
        note = () if self.encoding != "cp1252" else ("The text is in the old Windows encoding.",)
        return Description(
            "CSV", self.columns, has_header=self.header, expected=self.expected, notes=note
        )

    def chunks(self, size: int = ROWS) -> Iterator[Chunk]:
        """Yield the rows, ``size`` at a time; a row of another width is given as broken."""
        with self._lines() as lines:
            reader = csv.reader(lines, delimiter=self.separator)
            first = 1
            if self.header:
                next(reader)
                first = 2
            while True:
                rows = _read(reader, size, first)
                if not rows:
                    return
                yield self._chunk(rows, first)
                first += len(rows)

    def _chunk(self, rows: list[list[str]], first: int) -> Chunk:
        width, kept, numbers = len(self.columns), [], []
        broken: dict[int, str] = {}
        for number, row in enumerate(rows, first):
            if len(row) == width:
                kept.append(row)
                numbers.append(number)
            elif any(cell.strip() for cell in row):  # an empty line is no row
                broken[number] = f"the row has {len(row)} columns, not {width}"
        return Chunk(np.array(numbers, np.int64), frame_of(self.columns, kept), broken=broken)

    def _sample(self) -> list[str]:
        with self._lines() as lines:
            return list(islice(lines, 200))

    @contextmanager
    def _lines(self) -> Iterator[Iterator[str]]:
        with self.path.open(encoding=self.encoding, errors="replace", newline="") as file:
            yield _bounded(file)


def _bounded(file: io.TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise Invalid(f"Line {number} is too long to be a row of a table.")
        yield line.replace("\0", "")


def _read(reader: Iterator[list[str]], size: int, first: int) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        rows.extend(islice(reader, size))
    except csv.Error as error:
        at = first + len(rows)
        raise Invalid(
            f"From row {at} on the file cannot be read: a quotation mark is left open, "
            "or a cell is far too long."
        ) from error
    return rows


def _encoding(path: Path, *, utf8: bool) -> str:
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if utf8 and b"\0" not in head:
        return "utf-8-sig"
    if head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if head[::2].count(0) > len(head) // 4:
        return "utf-16-be"
    return "cp1252"


def _separator(sample: list[str]) -> str:
    """Choose the separator that gives the most rows the same, largest number of columns."""

    def score(separator: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in csv.reader(sample, delimiter=separator) if row)
        if not widths:
            return 0, 0
        width, rows = widths.most_common(1)[0]
        return (rows / widths.total() if width > 1 else 0), width

    return max(SEPARATORS, key=score)


def _looks_like_header(rows: list[list[str]]) -> bool:
    """Say whether the first row holds different words: no numbers, dates, links or postcodes."""
    first = [cell.strip() for cell in rows[0]]
    filled = [cell for cell in first if cell]
    if not filled or len(set(filled)) < len(filled) or len(filled) < len(first) / 2:
        return False
    return not any(_DATA.fullmatch(cell) for cell in filled)
