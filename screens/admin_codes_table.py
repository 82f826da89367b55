"""A code list as a table to be changed, and back."""

import math

import pandas as pd

from domain.code_editing import Line
from domain.codes import CodeList

COLUMNS = ["code", "label", "order", "retired"]


def table(listed: CodeList) -> pd.DataFrame:
    """Lay a list out to be changed."""
    rows = [(each.code, each.label, each.order, each.retired) for each in listed.values()]
    return pd.DataFrame(rows, columns=COLUMNS)


def lines(changed: pd.DataFrame) -> list[Line]:
    """Read the table back; rows that were left empty are nothing."""
    last = changed["order"].max()
    filled = changed[changed["code"].notna() & (changed["code"] != "")]
    return [
        Line(
            str(row.code).strip(),
            "" if pd.isna(row.label) else str(row.label),
            last + 1 if row.order is None or math.isnan(row.order) else float(row.order),
            bool(row.retired) and not pd.isna(row.retired),
        )
        for row in filled.itertuples()
    ]
