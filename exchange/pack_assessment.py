"""How a place was assessed, in a pack: the triangle beside last time's, and the weights."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from sqlalchemy.orm import Session

from domain import assessments, weighting
from domain.assessments import Assessment, AssessmentState
from domain.filters import day_words
from domain.matching import LONDON
from domain.people import Actor
from domain.place_card import PlaceCard
from domain.weighting import CONTEXTS, MOST, ContextWeighting
from exchange import pack_charts
from exchange.pack_content import Block, Facts, Heading, Table, Words, sentence

JUDGED: Final = (
    "People judged how much each context weighs, from 0 (plays no part) to 5 (must change first). "
    "Nothing of it is computed."
)


def blocks(session: Session, reader: Actor, card: PlaceCard) -> Iterator[Block]:
    """Yield the latest assessment and weighting of a place; nothing for neutral cards."""
    held = [
        each
        for each in assessments.of_place(session, reader, card.id)
        if each.state is not AssessmentState.SET_ASIDE
    ]
    if held:
        now = held[0]
        before = assessments.latest_signed(session, card.id, now.id)
        yield Facts(tuple(_facts(now, before)))
        yield from _found(now, before)
    elif not card.neutral:
        yield Words("This place was not assessed yet.")
    for each in weighting.of_place(session, reader, card.id)[:1]:
        yield from _weights(each)


def _facts(now: Assessment, before: Assessment | None) -> Iterator[tuple[str, str]]:
    yield "Stands", sentence(now.state.words)
    yield "Begun", f"{day_words(now.started)} by {now.author_name}"
    if now.signed_at is not None:
        day = day_words(now.signed_at.astimezone(LONDON).date())
        yield "Signed off", f"{day} by {now.signed_by_name}"
    else:
        yield "Due", day_words(now.due)
    if now.lead_role:
        yield "Led by", now.lead_role
    if now.trigger:
        yield "Begun because", now.trigger
    if before is not None and before.signed_at is not None:
        yield "Last time", day_words(before.signed_at.astimezone(LONDON).date())


def _found(now: Assessment, before: Assessment | None) -> Iterator[Block]:
    """Put what was found in tables by part, beside what was found last time."""
    rows = [each for each in assessments.compare(before, now) if each.now or each.before]
    for section, listed in groupby(rows, key=lambda each: each.section):
        yield Heading(section)
        if before is None:
            told = tuple((each.about, each.now) for each in listed)
            yield Table(f"{section}: what was found", ("About", "Found"), told, (3, 9))
        else:
            both = tuple((each.about, each.before, each.now) for each in listed)
            yield Table(f"{section}: last time and now", ("About", "Last time", "Now"), both,
                        (3, 5, 5))  # fmt: skip


def _weights(judged: ContextWeighting) -> Iterator[Block]:
    yield Heading("What weighs most")
    yield pack_charts.bubbles({CONTEXTS[name]: each for name, each in judged.weights.items()}, MOST)
    day = day_words(judged.judged_at.astimezone(LONDON).date())
    yield Facts((("Why", judged.rationale), ("Judged by", f"{sentence(judged.judged_by)}, {day}")))
    yield Words(JUDGED, quiet=True)
