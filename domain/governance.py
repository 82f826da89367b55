"""The governance report of a quarter: figures, the log of small numbers, the data dictionary.

Small numbers are hidden for every reader of it, whatever they are cleared for: it leaves the room.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import JSON, Enum, String, case, func, select
from sqlalchemy.orm import Session

from domain import governance_data, governance_facts, preferences, tables
from domain.audit import Entry
from domain.audit_log import SUBJECTS
from domain.errors import Invalid, NotPermitted
from domain.filters import day_words
from domain.governance_data import Kpi, Meaning, Recommendation
from domain.governance_facts import Facts, Period
from domain.governance_figures import FILES, WORKS, Found, hidden
from domain.matching import LONDON
from domain.people import Actor, Permission, Tier
from geo.suppress import Rule, suppress
from store.reading import as_text

STEP: Final = 5
"""Per cent to which a share of small numbers is rounded, so that no single record shows."""
HIDDEN: Final = "too few to show"
TOO_FEW: Final = "Too few to tell"
LONGEST: Final = timedelta(days=5 * 366)
RULE: Final = "preference/suppression"


@dataclass(frozen=True)
class Figure:
    """One figure as it is told: the words, its rows, and whether it asks for attention.

    ``value`` is a share (0 to 1), days or a count, rounded as it may be shown; None where it
    cannot be told. ``rows`` hold a name and words each.
    """

    kpi: Kpi
    words: str
    value: float | None
    rows: tuple[tuple[str, str], ...]
    note: str
    warns: bool


@dataclass(frozen=True)
class Override:
    """One line of the log of small numbers; ``who`` is the name in the log."""

    at: datetime
    who: str
    what: str


@dataclass(frozen=True)
class Field:
    """A field of the dataset: what it means, and in words how many records of its table tell it.

    ``newest`` is the day of the newest record of the table, None where it has no day.
    """

    meaning: Meaning
    table: str
    completeness: str
    newest: date | None


@dataclass(frozen=True)
class Line:
    """A recommendation with the figures that are its evidence."""

    recommendation: Recommendation
    evidence: tuple[Figure, ...]


@dataclass(frozen=True)
class Report:
    """All of a governance report."""

    period: Period
    rule: Rule
    groups: Mapping[str, str]
    figures: tuple[Figure, ...]
    overrides: tuple[Override, ...]
    fields: tuple[Field, ...]
    matrix: tuple[Line, ...]

    def of(self, group: str) -> tuple[Figure, ...]:
        """Return the figures of a group."""
        return tuple(each for each in self.figures if each.kpi.group == group)

    def rule_words(self) -> str:
        """Say how small numbers are hidden."""
        return (
            f"Where a figure says so, counts below {self.rule.threshold} are hidden and the others "
            f"rounded to {self.rule.to_nearest}; shares of them are rounded to {STEP} per cent."
        )


def quarter(day: date, back: int = 0) -> Period:
    """Return the quarter of a year that holds ``day``, or one of those before it."""
    number = day.year * 4 + (day.month - 1) // 3 - back
    first = date(number // 4, number % 4 * 3 + 1, 1)
    following = date((number + 1) // 4, (number + 1) % 4 * 3 + 1, 1)
    return Period(first, following - timedelta(days=1))


def read(
    session: Session, actor: Actor, since: date, until: date, now: datetime | None = None
) -> Report:
    """Work out the report of a period.

    Raises
    ------
    NotPermitted
        The actor may not read it, or their work is limited to an area: it is of the whole.
    Invalid
        The period begins after its end, or is longer than five years.
    """
    actor.must(Permission.GOVERN)
    if actor.area_ids:
        raise NotPermitted("The governance report is of the whole partnership.")
    if not timedelta(0) <= until - since <= LONGEST:
        raise Invalid("Choose a period of five years at most that begins before it ends.")
    chosen = preferences.read(session).suppression
    rule = Rule(chosen.threshold, chosen.to_nearest)
    period = Period(since, until)
    facts = governance_facts.read(session, actor, period, now or datetime.now(UTC))
    book = governance_data.book()
    overrides = tuple(_overrides(facts.entries))
    figures = tuple(
        told(kpi, _found(kpi, facts, overrides), rule)
        for kpi in book.kpis.values()
        if kpi.code in WORKS or kpi.code == "overrides"
    )
    by_code = {each.kpi.code: each for each in figures}
    return Report(
        period=period,
        rule=rule,
        groups=book.groups,
        figures=figures,
        overrides=overrides,
        fields=tuple(_fields(session, rule)),
        matrix=tuple(
            Line(each, tuple(by_code[code] for code in each.kpis if code in by_code))
            for each in governance_data.recommendations()
        ),
    )


def _found(kpi: Kpi, facts: Facts, overrides: Sequence[Override]) -> Found:
    return Found(number=len(overrides)) if kpi.code == "overrides" else WORKS[kpi.code](facts)


def told(kpi: Kpi, found: Found, rule: Rule) -> Figure:
    """Say what was found of a figure, with small numbers hidden where it asks for it."""
    words, value = _said(kpi, found, rule)
    rows = hidden(found.rows, rule) if kpi.hides else found.rows
    warns = kpi.warn_below is not None and value is not None and value < kpi.warn_below
    note = " ".join(filter(None, (found.words, kpi.about if warns or kpi.unit == "none" else "")))
    return Figure(kpi, words, value, tuple((name, _count(n)) for name, n in rows), note, warns)


def _said(kpi: Kpi, found: Found, rule: Rule) -> tuple[str, float | None]:
    if found.why_not:
        return found.why_not, None
    if kpi.unit == "share":
        return _share(kpi, found, rule)
    if found.number is None:
        return TOO_FEW, None
    if kpi.unit == "days":
        return f"{found.number:.0f} days", found.number
    if kpi.hides:
        (shown,) = suppress([int(found.number)], rule).values.tolist()
        return (HIDDEN.capitalize(), None) if shown is None else (f"about {shown:,}", float(shown))
    return f"{found.number:,.0f}", found.number


def _share(kpi: Kpi, found: Found, rule: Rule) -> tuple[str, float | None]:
    part, whole = found.part or 0, found.whole or 0
    if not whole:
        return "Nothing to count", None
    if not kpi.hides:
        return f"{part / whole:.0%} ({part:,} of {whole:,})", part / whole
    if whole < rule.threshold:
        return TOO_FEW, None
    share = round(100 * part / whole / STEP) * STEP
    (about,) = suppress([whole], rule).values.tolist()
    return f"about {share} % of about {about:,}", share / 100


def _count(number: int | None) -> str:
    return HIDDEN if number is None else f"{number:,}"


def _overrides(entries: Sequence[Entry]) -> Iterator[Override]:
    """Yield the files taken out at a sight that reads small numbers, and changes to the rule."""
    for each in entries:
        if each.action in FILES and int(each.changes.get("tier", 0) or 0) >= Tier.T3:
            what = f"{FILES[each.action]} at the sight of “{Tier(each.changes['tier']).title}”"
            yield Override(each.at.astimezone(LONDON), each.actor_name, what)
        elif each.action == "settings.change" and each.subject == RULE:
            said = ", ".join(_changed(name, each.changes[name]) for name in sorted(each.changes))
            yield Override(each.at.astimezone(LONDON), each.actor_name, f"The rule: {said}")


def _changed(name: str, values: Any) -> str:
    if not isinstance(values, list) or len(values) != 2:
        return name
    return f"{name.replace('_', ' ')} {values[0]} to {values[1]}"


def _fields(session: Session, rule: Rule) -> Iterator[Field]:
    """Yield each field of the dataset with how many records of its table tell it."""
    for meaning in governance_data.meanings():
        table = tables.METADATA.tables.get(meaning.table)
        if table is None or meaning.field not in table.c:
            continue
        query = select(func.count(), _telling(table.c[meaning.field])).select_from(table)
        whole, have = session.execute(query).one()
        name = SUBJECTS.get(meaning.table, meaning.table)
        yield Field(meaning, name, _complete(int(have or 0), whole, rule), _newest(session, table))


def _telling(column: Any) -> Any:
    """Count the records in which a column says something."""
    said = column.is_not(None)
    if isinstance(column.type, JSON):
        said &= as_text(column).not_in(("{}", "[]", "null"))
    elif isinstance(column.type, String) and not isinstance(column.type, Enum):
        said &= column != ""
    return func.sum(case((said, 1), else_=0))


def _complete(have: int, whole: int, rule: Rule) -> str:
    if not whole:
        return "no record"
    return TOO_FEW.lower() if whole < rule.threshold else f"{have / whole:.0%}"


DAYS: Final = ("last_evidence", "occurred_from", "month", "received_at", "signed_at", "recorded_at",
               "proposed_at")  # fmt: skip


def _newest(session: Session, table: Any) -> date | None:
    """Return the day of the newest record of a table."""
    name = next((each for each in DAYS if each in table.c), None)
    if name is None:
        return None
    found = session.scalar(select(func.max(table.c[name])))
    if isinstance(found, datetime):
        return found.astimezone(LONDON).date()
    return found if isinstance(found, date) else None


def period_words(period: Period) -> str:
    """Say a period: "1 July 2026 to 30 September 2026"."""
    return f"{day_words(period.since)} to {day_words(period.until)}"
