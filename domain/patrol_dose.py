"""Dose: what patrols promised and what they delivered, by place, hour and week, and how fairly.

A patrol's day begins at six in the morning in London, so that a night shift is one day's.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import codes, matching, places
from domain.errors import Invalid
from domain.filters import day_words
from domain.matching import LONDON
from domain.patrols import Patrol, PatrolState, PatrolStop, PatrolVisit
from domain.people import Actor, Permission, Tier
from domain.places import Place
from domain.visibility import reach, sees_names
from geo.dose import OVER, UNDER, Breach, Regularity, Target, breaches, regularity

MORNING = timedelta(hours=6)
FEWEST = 10
"""Visits below which a rate is not told."""
TOLD = (PatrolState.TASKED, PatrolState.UNDER_WAY, PatrolState.CLOSED)
LONGEST = 400
REGULARITY = (
    "Regularity is the mean of two shares: how concentrated visits are on few hours, and how many "
    "came within half an hour of the day before. Above 0.6 somebody could learn when a visit comes."
)
OTHER = "Zones that are no place on the map"
DWELL = (9.5, 15.5)
"""Minutes are recorded whole: half a minute either way is no departure."""


@dataclass(frozen=True)
class Departure:
    """A departure from what was meant: the day (None for all), in words, too little or too much."""

    day: date | None
    words: str
    under: bool


@dataclass(frozen=True)
class PlaceDose:
    """What one place was to get and got; minutes, and counts of visits.

    ``share`` of the stops that were promised; ``level`` is "as meant", "too little", "too much"
    or "too little and too much": all but the first are amber. ``regularity`` is None where there
    were too few visits to tell.
    """

    place_id: int | None
    name: str
    promised: int
    visits: int
    skipped: int
    unplanned: int
    minutes_promised: int
    minutes: int
    share: float | None
    level: str
    departures: tuple[Departure, ...]
    regularity: Regularity | None


@dataclass(frozen=True)
class Span:
    """Minutes promised and delivered in one hour of the day, or one week from its Monday."""

    label: str
    promised: int
    delivered: int

    @property
    def level(self) -> str:
        """Too little below four fifths of what was promised, too much above six fifths."""
        if self.delivered < 0.8 * self.promised:
            return "too little"
        return "too much" if self.delivered > 1.2 * self.promised else "as meant"


@dataclass(frozen=True)
class Equity:
    """Powers beside visits, of one place or of all; rates per 100 visits from 10 visits on."""

    name: str
    visits: int
    stops: int
    searches: int
    dispersals: int
    under_18: tuple[tuple[str, int], ...]

    def rate(self, count: int) -> float | None:
        """Return ``count`` per 100 visits, or None where there were too few visits."""
        return None if self.visits < FEWEST else 100 * count / self.visits


@dataclass(frozen=True)
class Dose:
    """The dose of some days; hours are of six together for readers below tier T4."""

    since: date
    until: date
    places: tuple[PlaceDose, ...]
    hours: tuple[Span, ...]
    weeks: tuple[Span, ...]
    share: float | None
    equity: tuple[Equity, ...]

    def words(self) -> tuple[str, ...]:
        """Say what it shows and how it was counted."""
        amber = sum(each.level != "as meant" for each in self.places)
        promised = sum(each.promised for each in self.places)
        if not promised:
            return ("Nothing was promised in these days.",)
        kept = "not known" if self.share is None else f"{self.share:.0%}"
        return (
            f"{kept} of {promised:,} promised stops were made.",
            f"{amber} of {len(self.places)} places did not get the dose that was meant.",
            "Too little and too much are both amber. A day here begins at 06:00.",
            REGULARITY,
            "Visits show effort. Whether anything changed is another question.",
        )


def dose(
    session: Session, actor: Actor, *, since: date, until: date, now: datetime | None = None
) -> Dose:
    """Return what was promised and delivered from ``since`` to ``until`` (London, inclusive).

    What lies ahead is in it for nobody. Places that this reader may not know of, and zones that
    are no place, are counted together.

    Raises
    ------
    NotPermitted
        The actor may not read what patrols delivered.
    Invalid
        The days are the wrong way round, or more than 400.
    """
    actor.must(Permission.SEE_PATROLS)
    if not timedelta(0) <= until - since <= timedelta(days=LONGEST):
        raise Invalid(f"Choose up to {LONGEST} days, the first before the last.")
    begins, ends = _instants(since, until, now or datetime.now(UTC))
    stops = _stops(session, begins, ends)
    visits = _visits(session, begins, ends)
    names = _names(
        session, actor, {each.place_id for each in stops} | {each.place_id for each in visits}
    )
    told = _places(stops, visits, names)
    step = 1 if actor.tier >= Tier.T4 else 6
    return Dose(
        since=since,
        until=until,
        places=told,
        hours=_hours(stops, visits, step),
        weeks=_weeks(stops, visits),
        share=_share(stops, visits),
        equity=_equity(visits, names),
    )


def day_of(moment: datetime) -> date:
    """Return the patrol's day of an instant: from six in the morning in London."""
    return (moment.astimezone(LONDON).replace(tzinfo=None) - MORNING).date()


def _instants(since: date, until: date, now: datetime) -> tuple[datetime, datetime]:
    last = matching.midnight(until + timedelta(days=1)) + MORNING
    return matching.midnight(since) + MORNING, min(last, now)


def _stops(session: Session, begins: datetime, ends: datetime) -> list[PatrolStop]:
    query = (
        select(PatrolStop)
        .join(Patrol, Patrol.id == PatrolStop.patrol_id)
        .where(Patrol.state.in_(TOLD), PatrolStop.arrive >= begins, PatrolStop.closes < ends)
    )
    return list(session.scalars(query.order_by(PatrolStop.arrive, PatrolStop.id)))


def _visits(session: Session, begins: datetime, ends: datetime) -> list[PatrolVisit]:
    query = select(PatrolVisit).where(
        PatrolVisit.arrived_at >= begins, PatrolVisit.arrived_at < ends
    )
    return list(session.scalars(query.order_by(PatrolVisit.arrived_at, PatrolVisit.id)))


def _names(session: Session, actor: Actor, ids: Iterable[int | None]) -> dict[int | None, str]:
    """Return the names of the places that this reader may know of."""
    where = reach(session, actor)
    query = select(Place).where(Place.id.in_([each for each in ids if each]), places.known(actor))
    return {
        each.id: each.name if sees_names(actor) else each.neutral_name
        for each in session.scalars(query)
        if where.holds(each.shape)
    }


def _places(
    stops: list[PatrolStop], visits: list[PatrolVisit], names: dict[int | None, str]
) -> tuple[PlaceDose, ...]:
    ids = sorted(names, key=lambda each: (names[each], each))
    parts = [
        _place(
            each,
            names[each],
            [stop for stop in stops if stop.place_id == each],
            [visit for visit in visits if visit.place_id == each],
        )
        for each in ids
    ]
    rest = [each for each in stops if each.place_id not in names]
    others = [each for each in visits if each.place_id not in names]
    if rest or others:
        parts.append(_sum(OTHER, rest, others))
    return tuple(parts)


def _place(
    place_id: int | None, name: str, stops: list[PatrolStop], visits: list[PatrolVisit]
) -> PlaceDose:
    made = [each for each in visits if not each.skip_reason]
    days = [day_of(each.arrived_at).toordinal() for each in made]
    starts = [_minutes(each.arrived_at) for each in made]
    stayed = [each.stayed for each in made]
    found = breaches(days, starts, stayed, _targets(stops))
    under, over = (any(each.what in kinds for each in found) for kinds in (UNDER, OVER))
    levels = [word for word, is_so in (("too little", under), ("too much", over)) if is_so] or [
        "as meant"
    ]
    return replace(
        _sum(name, stops, visits),
        place_id=place_id,
        level=" and ".join(levels),
        departures=tuple(map(_departure, found)),
        regularity=regularity(days, [each % 1440 for each in starts]),
    )


def _sum(name: str, stops: list[PatrolStop], visits: list[PatrolVisit]) -> PlaceDose:
    made = [each for each in visits if not each.skip_reason]
    share = _share(stops, visits)
    return PlaceDose(
        place_id=None,
        name=name,
        promised=len(stops),
        visits=len(made),
        skipped=len(visits) - len(made),
        unplanned=sum(each.stop_id is None for each in made),
        minutes_promised=sum(each.dwell for each in stops),
        minutes=sum(each.stayed for each in made),
        share=share,
        level="as meant" if share is None or share >= 1 else "too little",
        departures=(),
        regularity=None,
    )


def _share(stops: list[PatrolStop], visits: list[PatrolVisit]) -> float | None:
    """Return the share of ``stops`` that were visited; None where there are none."""
    made = {each.stop_id for each in visits if not each.skip_reason}
    return len(made & {each.id for each in stops}) / len(stops) if stops else None


def _targets(stops: list[PatrolStop]) -> dict[int, Target]:
    return {
        day_of(each.arrive).toordinal(): Target(
            each.visits_a_day, each.spacing, each.most_minutes, DWELL
        )
        for each in stops
    }


def _minutes(moment: datetime) -> float:
    """Minutes on London's clock, running on over days."""
    local = moment.astimezone(LONDON).replace(tzinfo=None)
    return (local - datetime(2000, 1, 1)) / timedelta(minutes=1)  # noqa: DTZ001 - wall clock


def _departure(found: Breach) -> Departure:
    day = None if found.day is None else date.fromordinal(found.day)
    amount = round(found.amount)
    said = {
        "too few visits": f"{amount} visit{'' if amount == 1 else 's'} too few",
        "too many minutes": f"{amount} minutes too many",
        "too soon after the last": f"{amount} minutes too soon after the last visit",
        "too short": f"a visit {found.amount:.0f} minutes too short",
        "too long": f"a visit {found.amount:.0f} minutes too long",
        "too regular": f"too regular: {found.amount:.2f}",
    }
    return Departure(day, said[found.what], found.what in UNDER)


def _hours(stops: list[PatrolStop], visits: list[PatrolVisit], step: int) -> tuple[Span, ...]:
    meant, got = Counter[int](), Counter[int]()
    for stop in stops:
        meant[stop.arrive.astimezone(LONDON).hour // step] += stop.dwell
    for visit in visits:
        got[visit.arrived_at.astimezone(LONDON).hour // step] += visit.stayed
    return tuple(Span(_clock(index, step), meant[index], got[index]) for index in range(24 // step))


def _clock(index: int, step: int) -> str:
    return f"{index * step:02d}:00 to {(index + 1) * step % 24:02d}:00"


def _weeks(stops: list[PatrolStop], visits: list[PatrolVisit]) -> tuple[Span, ...]:
    meant, got = Counter[date](), Counter[date]()
    for stop in stops:
        meant[_monday(stop.arrive)] += stop.dwell
    for visit in visits:
        got[_monday(visit.arrived_at)] += visit.stayed
    return tuple(Span(day_words(each), meant[each], got[each]) for each in sorted(meant | got))


def _monday(moment: datetime) -> date:
    day = day_of(moment)
    return day - timedelta(days=day.weekday())


def _equity(visits: list[PatrolVisit], names: dict[int | None, str]) -> tuple[Equity, ...]:
    """Return powers beside visits: of everything first, then by place."""
    groups: defaultdict[str, list[PatrolVisit]] = defaultdict(list)
    made = [each for each in visits if not each.skip_reason]
    for each in made:
        groups[names.get(each.place_id, OTHER)].append(each)
    by_place = [_powers(name, groups[name]) for name in sorted(groups)]
    return (_powers("All places", made), *by_place)


def _powers(name: str, visits: list[PatrolVisit]) -> Equity:
    known = codes.current()
    counts: Counter[str] = Counter()
    for visit in visits:
        for code, count in visit.powers.items():
            counts[known.powers_used[code].group if code in known.powers_used else ""] += count
    bands = Counter(each.under_18 for each in visits if each.under_18)
    return Equity(
        name=name,
        visits=len(visits),
        stops=counts["stop"],
        searches=counts["search"],
        dispersals=counts["dispersal"],
        under_18=tuple((known.people_bands.label(band), bands[band]) for band in sorted(bands)),
    )
