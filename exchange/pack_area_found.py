"""What the analyses of an area's records found, set for paper as the screen shows it."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from domain.errors import Invalid, NotPermitted
from domain.filters import Filters, joined
from domain.people import Actor, Permission, Tier
from domain.recipes import Method, Recipe
from exchange.pack_content import Block, Facts, Table, Words
from layers import analysis
from layers.analysis import Result

SHOWN: Final = 12
"""Rows of an analysis' table that are printed."""
HOT: Final = "Where records cluster"
ASKED: Final = (
    (HOT, Method.HOT_SPOTS),
    ("When they happen", Method.WHEN),
    ("Whether one follows another", Method.NEAR_REPEAT),
)


def analyses(session: Session, reader: Actor, filters: Filters) -> Iterator[tuple[str, Result]]:
    """Run the analyses that this reader may run; one that finds too little is left out."""
    if not reader.may(Permission.ANALYSE) or reader.tier < Tier.T3:
        return
    for title, method in ASKED:
        recipe = Recipe(method, "incidents", filters.to_query())
        try:
            yield title, analysis.run(session, reader, recipe)
        except (Invalid, NotPermitted):
            continue


def analysed(result: Result) -> Iterator[Block]:
    """Set a result as the screen does: the answer, its table, and what stands behind it."""
    yield Words(result.headline)
    for title, table in list(result.tables.items())[:1]:
        head = tuple(str(each) for each in table["columns"])
        if len(head) <= 8:  # a week by the hour is a picture on screen, and no table for a page
            rows = tuple(tuple(map(_cell, row)) for row in table["rows"][:SHOWN])
            yield Table(title, head, rows, _widths(head, rows))
            if len(table["rows"]) > SHOWN:
                yield Words(f"The first {SHOWN} of {len(table['rows'])} rows.", quiet=True)
    yield Facts((
        ("From when", _months(result)),
        ("From whom", f"{joined(result.sources)}: {result.records:,} records"),
        ("How sure", " ".join((*result.sure, *result.warnings))),
        ("How computed", " ".join(result.says)),
        ("It cannot say", " ".join(result.cannot)),
    ))  # fmt: skip


def _months(result: Result) -> str:
    if result.span is None:
        return "no month is told"
    first, last = (f"{date.fromisoformat(each):%B %Y}" for each in result.span)
    return first if first == last else f"{first} to {last}"


def _cell(value: object) -> str:
    if value is None:
        return "not told"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _widths(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> tuple[int, ...]:
    """Give each column room for its longest cell, and for its head as one word."""
    columns = zip(head, *rows, strict=True)
    return tuple(min(max(9, *map(len, column)), 18) for column in columns)
