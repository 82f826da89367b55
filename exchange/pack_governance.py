"""The quarterly governance report: figures, the log of small numbers, dictionary and matrix."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from domain import currency, governance
from domain.filters import day_words
from domain.governance import Figure, Report, period_words
from exchange.pack_binding import Made, Whose, bound
from exchange.pack_content import Block, Facts, Heading, Section, Table, Words, moment

ABOUT: Final = (
    "Figures of work on places, for those who govern it. No child is counted anywhere; small "
    "numbers are hidden for every reader of this report, whatever they are cleared for."
)
NO_FIGURE: Final = "No figure: shown by the product itself"
BLANK: Final = ("", "")


def make(session: Session, whose: Whose, since: date, until: date) -> Made:
    """Gather the governance report of a period.

    Raises
    ------
    NotPermitted, Invalid
        As in `governance.read`.
    """
    report = governance.read(session, whose.reader, since, until, whose.at)
    period = period_words(report.period)
    cover = (
        ("For", whose.recipient),
        ("Period", period),
        ("Small numbers", report.rule_words()),
        ("As at", f"{moment(whose.at)}, Europe/London"),
    )
    content = bound(
        session,
        whose,
        kind="Governance report",
        title=period,
        subtitle="Figures, small numbers, dataset, audit and quality matrix",
        cover=(Facts(cover), Words(ABOUT)),
        sections=_sections(session, whose, report),
        markings=(),
    )
    recipe = {
        "kind": "governance",
        "number": since.year * 10_000 + since.month * 100 + since.day,
        "since": since.isoformat(),
        "until": until.isoformat(),
        "figures": len(report.figures),
        **whose.recipe(),
    }
    return Made(content, recipe)


def _sections(session: Session, whose: Whose, report: Report) -> Iterator[Section]:
    yield Section("Figures at a glance", tuple(_glance(report)), fresh=True)
    for code, label in report.groups.items():
        figures = report.of(code)
        if figures:
            blocks = [block for each in figures for block in _figure(each)]
            yield Section(label, tuple(blocks))
    yield Section("Small numbers that were shown", tuple(_overrides(report)), fresh=True)
    yield Section("Audit and quality matrix", tuple(_matrix(report)), fresh=True)
    yield Section("Data dictionary", tuple(_dictionary(report)), fresh=True)
    rows = (
        ("Data", currency.line(session, whose.reader).words()),
        ("Read", f"{moment(whose.at)}, Europe/London"),
        ("Small numbers", report.rule_words()),
    )
    said = "Places that are sealed above this reader are not counted. The past is counted from "
    said += "what the records say now; states of places are those of today."
    yield Section("How this report was made", (Facts(rows), Words(said)))


def _glance(report: Report) -> Iterator[Block]:
    rows = tuple(
        (report.groups[each.kpi.group], each.kpi.name, each.words) for each in report.figures
    )
    yield Table("All figures of this period", ("Group", "Figure", "Told"), rows, (3, 5, 4))
    if warned := [each for each in report.figures if each.warns]:
        yield Words(" ".join(f"{each.kpi.name}: {each.note}" for each in warned))


def _figure(each: Figure) -> Iterator[Block]:
    yield Heading(each.kpi.name)
    facts = (
        ("Told", each.words),
        ("Worked out as", each.kpi.formula),
        ("From", each.kpi.source),
        ("Small numbers", "Hidden" if each.kpi.hides else "As they are"),
        ("Note", each.note),
    )
    yield Facts(tuple((name, words) for name, words in facts if words))
    if each.rows:
        yield Table(f"{each.kpi.name}, in parts", ("Part", "Count"), each.rows, (6, 2))


def _overrides(report: Report) -> Iterator[Block]:
    yield Words("Nobody can set the rule below five. Those cleared for safeguarding meetings read "
                "numbers as they are; each file that left at such a sight stands here, and each "
                "change to the rule.")  # fmt: skip
    if report.overrides:
        rows = tuple((moment(each.at), each.who, each.what) for each in report.overrides)
        yield Table("Log of small numbers", ("When", "Who", "What"), rows, (3, 3, 6))
    else:
        yield Words("There was none in this period.")


def _matrix(report: Report) -> Iterator[Block]:
    yield Words("Recommendations are put in our own words: check them against the source before "
                "you quote them. The last columns are for the audit group to fill.")  # fmt: skip
    rows = tuple(
        (f"{each.recommendation.says} ({each.recommendation.source})", each.recommendation.shows,
         "; ".join(f"{one.kpi.name}: {one.words}" for one in each.evidence) or NO_FIGURE, *BLANK)
        for each in report.matrix
    )  # fmt: skip
    head = ("Recommended", "How it is met", "Evidence", "Met?", "Next step")
    yield Table("Recommendations with their evidence", head, rows, (5, 5, 5, 2, 2))


def _dictionary(report: Report) -> Iterator[Block]:
    yield Words("The place half of the agreed dataset. What is missing is not made up.")
    rows = tuple(
        (each.table, each.meaning.name, each.meaning.meaning, each.completeness,
         day_words(each.newest) if each.newest else "no day")
        for each in report.fields
    )  # fmt: skip
    head = ("Record", "Field", "Meaning", "Told in", "Newest record")
    yield Table("Fields of the dataset", head, rows, (3, 3, 6, 2, 3))
