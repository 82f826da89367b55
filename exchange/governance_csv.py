"""The figures of a period and the data dictionary as one CSV, small numbers hidden in it."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO

from sqlalchemy.orm import Session

from domain import governance
from domain.audit import action, note
from domain.governance import Report
from domain.governance_facts import Period
from domain.people import Actor, Permission
from exchange.reference_files import cell
from store.database import Store

HEAD = ("part", "code", "name", "told", "how", "source", "newest")


def export(store: Store, actor: Actor, period: Period) -> bytes:
    """Write the report of a period as CSV (UTF-8), and note that it left.

    Raises
    ------
    NotPermitted, Invalid
        As in `governance.read`; or the actor may not export.
    """
    with store.reading() as session:
        report = governance.read(session, actor, period.since, period.until)
    with store.writing() as session:
        log(session, actor, period=period)
    out = StringIO()
    writer = csv.writer(out)
    made = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    writer.writerow(["OFFICIAL-SENSITIVE", f"{period.since} to {period.until}", actor.name, made])
    writer.writerow(HEAD)
    writer.writerows([*map(cell, row)] for row in _rows(report))
    return out.getvalue().encode("utf-8-sig")


@action("governance.export", needs=Permission.EXPORT)
def log(session: Session, _actor: Actor, *, period: Period) -> None:
    """Note that the figures of a period left."""
    days = {"since": period.since.isoformat(), "until": period.until.isoformat()}
    note(session, "governance", days)


def _rows(report: Report) -> Iterator[tuple[str, ...]]:
    for each in report.figures:
        kpi = each.kpi
        yield "figure", kpi.code, kpi.name, each.words, kpi.formula, kpi.source, ""
        for name, words in each.rows:
            yield "part of a figure", kpi.code, name, words, "", "", ""
    for field in report.fields:
        newest = "" if field.newest is None else field.newest.isoformat()
        code = f"{field.meaning.table}.{field.meaning.field}"
        name, meaning = field.meaning.name, field.meaning.meaning
        yield "field", code, name, field.completeness, meaning, "", newest
