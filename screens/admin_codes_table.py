"""A code list as a table to be changed, and back."""

import math

import pandas as pd

from domain.code_editing import Line
from domain.codes import CodeList

COLUMNS = ["code", "label", "order", "retired"]
SEALS = "place_types"
"""The list whose codes can be sealed as homes and refuges are."""


def table(listed: CodeList) -> pd.DataFrame:
    """Lay a list out to be changed."""
    columns = [*COLUMNS, "restricted"] if listed.name == SEALS else COLUMNS
    rows = [[getattr(each, name) for name in columns] for each in listed.values()]
    return pd.DataFrame(rows, columns=columns)


def lines(changed: pd.DataFrame) -> list[Line]:
    """Read the table back; rows that were left empty are nothing."""
    last = changed["order"].max()
    filled = changed[changed["code"].notna() & (changed["code"] != "")]
    return [
        Line(
            str(row.code).strip(),
            "" if pd.isna(row.label) else str(row.label),
            last + 1 if row.order is None or math.isnan(row.order) else float(row.order),
            _ticked(row.retired),
            _ticked(getattr(row, "restricted", False)),
        )
        for row in filled.itertuples()
    ]


def _ticked(value: object) -> bool:
    """Read a box; one of a new row that nobody touched is empty."""
    return value is True or value == 1
