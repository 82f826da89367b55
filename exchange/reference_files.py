"""Numbers of places as CSV, out to the case system and back; nothing else goes either way."""

import csv
from io import StringIO
from typing import Final

from domain import codes, place_references
from domain.errors import Invalid
from domain.people import Actor
from domain.place_references import Taken, Told
from store.database import Store

OUT: Final = ("place_number", "neutral_name", "place_type", "key")
BACK: Final = ("place_number", "key")
LARGEST: Final = 1_000_000
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
NOT_ASKED: Final = (
    "This file has columns that are not asked for. Leave place_number and key alone in it: nothing "
    "about a child or a case may come here."
)


def export(store: Store, actor: Actor, system: str) -> bytes:
    """Write the places that ``actor`` may know of as CSV (UTF-8), and note that it left.

    Raises
    ------
    NotPermitted
        The actor may not export.
    """
    types = codes.current().place_types
    with store.reading() as session:
        rows = place_references.known(session, actor, system)
    with store.writing() as session:
        place_references.log(session, actor, system=system, rows=len(rows))
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(OUT)
    writer.writerows(
        [*map(cell, (each.number, each.name, types.label(each.place_type), each.key))]
        for each in rows
    )
    return out.getvalue().encode("utf-8-sig")


def read(content: bytes) -> list[Told]:
    """Read what another system sent back; values are never quoted in an error.

    The columns of `export` may come back as they are; only number and key are looked at.

    Raises
    ------
    Invalid
        It is too large, no CSV in UTF-8, or has other columns or too many rows.
    """
    if len(content) > LARGEST:
        raise Invalid("This file is larger than 1 MB. Send numbers and keys alone.")
    try:
        text = content.decode("utf-8-sig")
        rows = list(csv.reader(StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid("This is no CSV in UTF-8. Save it as “CSV UTF-8” and send it again.") from (
            error
        )
    head = [each.strip().lower() for each in rows[0]] if rows else []
    if not set(BACK) <= set(head):
        raise Invalid("The file needs the columns place_number and key, with these names.")
    if set(head) - set(OUT) or len(set(head)) != len(head):
        raise Invalid(NOT_ASKED)
    if len(rows) - 1 > place_references.MOST:
        raise Invalid(f"A file has {place_references.MOST:,} rows at most.")
    at, key = head.index("place_number"), head.index("key")
    return [
        Told(row, _of(cells, at), _of(cells, key))
        for row, cells in enumerate(rows[1:], 2)
        if _of(cells, key)
    ]


def take(store: Store, actor: Actor, system: str, content: bytes) -> Taken:
    """Keep the keys of a file that came back; errors as of `read` and `place_references.take`."""
    told = read(content)
    with store.writing() as session:
        return place_references.take(session, actor, system, told)


def _of(cells: list[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""


def cell(text: str) -> str:
    """Keep a spreadsheet from taking what a person wrote for a formula."""
    return f"'{text}" if text[:1] in FORMULA else text
