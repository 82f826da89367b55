"""How each figure of governance is worked out: one function a figure, over records read once."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any

from domain import assessment_forms, codes, concern_days
from domain.concerns import Concern, ConcernState
from domain.filters import joined
from domain.governance_facts import Facts
from domain.matching import LONDON
from domain.plan_actions import OPEN, is_active
from domain.plan_reviews import Displacement, Result
from domain.status import Status
from geo.suppress import Rule, suppress_parts

IN_TIME = 2
"""Working days in which a concern is decided."""
FINE = ("exact", "building", "street")
"""Codes of a spot that is a place's own."""
RETAINED = {
    "concern.sweep": "Words of reports erased",
    "sharing.take_back": "Sharing taken back",
    "expiry.withdraw": "Places withdrawn to fewer readers",
}
FILES = {
    "pack.export": "Packs",
    "layers.export": "Layers",
    "insight.export": "Analyses",
    "patrol.export": "Patrol sheets",
    "audit.export": "Audit log",
    "references.export": "Numbers of places",
    "governance.export": "Governance figures",
}


@dataclass(frozen=True)
class Found:
    """What was counted: a share (``part`` of ``whole``), or a ``number``; and its ``rows``.

    ``why_not`` says why there is none. ``adds_up``: the rows are parts of the number.
    """

    part: int | None = None
    whole: int | None = None
    number: float | None = None
    rows: tuple[tuple[str, int], ...] = ()
    words: str = ""
    why_not: str = ""


Work = Callable[[Facts], Found]


def concerns(facts: Facts) -> Found:
    """Count concerns by the way they came."""
    ways = Counter(each.source.value.capitalize() for each in _received(facts))
    return Found(number=ways.total(), rows=tuple(sorted(ways.items())))


def moderated(facts: Facts) -> Found:
    """Say how many were decided in time, of those that are decided or older than that."""
    done, due = 0, 0
    for each in _received(facts):
        at = each.decided_at or facts.now
        age = concern_days.age(each.received_at, at)
        if each.decided_at is not None or age > IN_TIME:
            due += 1
            done += each.decided_at is not None and age <= IN_TIME
    return Found(done, due)


def fed_back(facts: Facts) -> Found:
    """Say of how many decided concerns the reporter was told what came of it."""
    decided = [each for each in facts.concerns if _decided(facts, each.decided_at)]
    return Found(sum(each.answered_at is not None for each in decided), len(decided))


def typed(facts: Facts) -> Found:
    """Say how many incidents tell the harm."""
    return _share(facts.told, lambda key: key[1])


def timed(facts: Facts) -> Found:
    """Say how many incidents tell the hour."""
    return _share(facts.told, lambda key: key[2])


def precise(facts: Facts) -> Found:
    """Say how many incidents have a spot of their own."""
    return _share(facts.told, lambda key: key[3] in FINE)


def graded(facts: Facts) -> Found:
    """Say how many statements of decided concerns a trained grader graded."""
    wanted = {each.id for each in facts.concerns if _decided(facts, each.decided_at)
              and each.state is not ConcernState.REJECTED}  # fmt: skip
    held = [trained for number, trained in facts.items if number in wanted]
    return Found(sum(held), len(held))


def sources(facts: Facts) -> Found:
    """Say how many of the sources of incidents told of anything."""
    known = codes.current().incident_sources
    there = {source for source, *_ in facts.told} & known.keys()
    return Found(len(there), len(known), words=_absent(known, there))


def currency(facts: Facts) -> Found:
    """Return the median days since the last evidence over live places, as of today."""
    live = [each for each in facts.places if each.status not in _ENDED]
    today = facts.now.astimezone(LONDON).date()
    days = [(today - each.last_evidence).days for each in live if each.last_evidence]
    none = len(live) - len(days)
    said = f"{none} of {len(live)} live places have no evidence with a day." if none else ""
    if not days:
        return Found(words=said, why_not="No live place has evidence with a day.")
    return Found(number=max(median(days), 0), words=said)


_ENDED = frozenset({Status.ARCHIVED, Status.STEPPED_DOWN})


def balance(facts: Facts) -> Found:
    """Say how many of the shared strengths and worries are strengths."""
    strong, worried = facts.notes.get("strength", 0), facts.notes.get("worry", 0)
    return Found(strong, strong + worried)


def touches(facts: Facts) -> Found:
    """Count mentions in missing episodes by their part."""
    roles = codes.current().touch_roles
    found = Counter[str]()
    for (role, _, _), count in facts.touched.items():
        found[_capital(roles.label(role))] += count
    return Found(number=found.total(), rows=tuple(sorted(found.items())))


def usable(facts: Facts) -> Found:
    """Say how many mentions are linked to a place that we know."""
    return _share(facts.touched, lambda key: key[1])


def border(facts: Facts) -> Found:
    """Say how many mentions crossed a boundary, of those that say whether they did."""
    told = {key: count for key, count in facts.touched.items() if key[2] is not None}
    return _share(told, lambda key: bool(key[2]))


def place_yield(_facts: Facts) -> Found:
    """Say why there is no yield of episodes."""
    return Found(why_not="No episode is kept here.")


def interviews(facts: Facts) -> Found:
    """Say how many return interviews were held within 72 hours."""
    return Found(*facts.interviews)


def patrols(facts: Facts) -> Found:
    """Count patrol visits and their minutes."""
    visits, minutes = facts.visits
    return Found(number=visits, words=f"{minutes:,} minutes in all.")


def places(facts: Facts) -> Found:
    """Count the places by state."""
    here = [each.status for each in facts.places if each.status is not Status.ARCHIVED]
    states: Counter[Status] = Counter(here)
    rows = tuple((_capital(each.words), states[each]) for each in Status if states[each])
    return Found(number=states.total(), rows=rows)


def assessed(facts: Facts) -> Found:
    """Count the assessments that were signed off, and the days that they took."""
    took = [(_day(each.signed_at) - each.started).days for each in facts.assessments]
    said = f"They took {median(took):.0f} days in the middle." if took else ""
    return Found(number=len(took), words=said)


def voice(facts: Facts) -> Found:
    """Say in how many signed assessments young people were heard."""
    heard = sum(bool(each.young_people_how) for each in facts.assessments)
    return Found(heard, len(facts.assessments))


def ready(facts: Facts) -> Found:
    """Say how many open plans have a measure and a baseline for each goal."""
    held = [facts.goals[each.id] for each in facts.plans if facts.goals.get(each.id)]
    whole = sum(all(goal.measure and goal.has_baseline for goal in each) for each in held)
    return Found(whole, len(held))


def late(facts: Facts) -> Found:
    """Count the late actions by agency."""
    until = facts.period.until
    owners = Counter(
        facts.agencies.get(each.owner_agency_id, "")
        for each in facts.actions
        if each.state in OPEN and each.due < until
    )
    return Found(number=owners.total(), rows=tuple(sorted(owners.items())))


def reviewed(facts: Facts) -> Found:
    """Say how many reviews that fell due were held by their day."""
    done, due = 0, 0
    for number, each in enumerate(facts.reviews):
        if facts.period.holds(each.next_on) and each.next_on is not None:
            due += 1
            later = [one.held_on for one in facts.reviews[number + 1 :]
                     if one.plan_id == each.plan_id]  # fmt: skip
            done += bool(later) and min(later) <= each.next_on
    return Found(done, due)


def goals(facts: Facts) -> Found:
    """Say how many goals got better, of those that were judged."""
    judged = Counter(each.result for each in facts.results)
    rows = tuple((_capital(each.value), judged[each]) for each in Result)
    return Found(judged[Result.BETTER], judged.total(), rows=rows if judged else ())


def moved(facts: Facts) -> Found:
    """Say how many reviews looked whether harm moved."""
    held = [each for each in facts.reviews if facts.period.holds(each.held_on)]
    looked = sum(each.displacement is not Displacement.NOT_LOOKED_AT for each in held)
    return Found(looked, len(held))


def seen(facts: Facts) -> Found:
    """Say how many answers on under-seen groups tell more than that it is not known."""
    groups = assessment_forms.equity().groups
    rows = tuple(
        (each.label, sum(one.equity.get(code, UNASKED) != UNASKED for one in facts.assessments))
        for code, each in groups.items()
    )
    told = sum(count for _, count in rows)
    return Found(told, len(groups) * len(facts.assessments), rows=rows if facts.assessments else ())


UNASKED = "not_known"


def direct(facts: Facts) -> Found:
    """Say how many active actions affect young people directly."""
    until = facts.period.until
    active = [each for each in facts.actions
              if each.tactic and is_active(each.state, each.lapse_on, until)]  # fmt: skip
    return Found(sum(bool(each.tactic.get(DIRECT)) for each in active), len(active))


DIRECT = "affects_young_people_directly"


def exports(facts: Facts) -> Found:
    """Count the files that were taken out, by kind."""
    kinds = Counter(FILES[each.action] for each in facts.entries if each.action in FILES)
    return Found(number=kinds.total(), rows=tuple(sorted(kinds.items())))


def access(facts: Facts) -> Found:
    """Count the roles that were given and withdrawn."""
    said = {"grant.give": "Given", "grant.withdraw": "Withdrawn"}
    kinds = Counter(said[each.action] for each in facts.entries if each.action in said)
    return Found(number=kinds.total(), rows=tuple(sorted(kinds.items())))


def retention(facts: Facts) -> Found:
    """Count the sweeps that erased or withdrew."""
    kinds = Counter(RETAINED[each.action] for each in facts.entries if each.action in RETAINED)
    return Found(number=kinds.total(), rows=tuple(sorted(kinds.items())))


WORKS: Mapping[str, Work] = {
    "concerns": concerns,
    "moderated": moderated,
    "fed_back": fed_back,
    "typed": typed,
    "timed": timed,
    "precise": precise,
    "graded": graded,
    "sources": sources,
    "currency": currency,
    "balance": balance,
    "touches": touches,
    "usable": usable,
    "yield": place_yield,
    "interviews": interviews,
    "border": border,
    "patrols": patrols,
    "places": places,
    "assessed": assessed,
    "voice": voice,
    "ready": ready,
    "late": late,
    "reviewed": reviewed,
    "goals": goals,
    "moved": moved,
    "seen": seen,
    "direct": direct,
    "exports": exports,
    "access": access,
    "retention": retention,
}
"""Each figure by its code in the data; the log of small numbers is counted by who lists it."""


def hidden(rows: Iterable[tuple[str, int]], rule: Rule) -> tuple[tuple[str, int | None], ...]:
    """Hide the small among rows that add up, with a partner, so that none is had from the total."""
    listed = list(rows)
    if not listed:
        return ()
    shown = suppress_parts([count for _, count in listed], rule).values.tolist()
    return tuple((name, count) for (name, _), count in zip(listed, shown, strict=True))


def _received(facts: Facts) -> list[Concern]:
    period = facts.period
    return [each for each in facts.concerns if period.begins <= each.received_at < period.ends]


def _decided(facts: Facts, at: datetime | None) -> bool:
    return at is not None and facts.period.begins <= at < facts.period.ends


def _share(told: Mapping[Any, int], wanted: Callable[[Any], bool]) -> Found:
    return Found(sum(count for key, count in told.items() if wanted(key)), sum(told.values()))


def _absent(known: codes.CodeList, there: Collection[str]) -> str:
    missing = [known.label(code) for code in known if code not in there]
    return f"Nothing from: {joined(missing)}." if missing else "Every source told of something."


def _day(at: datetime | None) -> date:
    if at is None:
        raise ValueError("a signed assessment has a day")
    return at.astimezone(LONDON).date()


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
