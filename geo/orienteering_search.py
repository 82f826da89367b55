"""Ruin and recreate: take some stops out of a plan, put others in where they pay most, repeat.

Worse plans are taken with a chance that falls (simulated annealing). What comes up on the way is
put together anew (:mod:`geo.orienteering_pool`); the moves are in :mod:`geo.orienteering_moves`.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import exp

import numpy as np

from geo import orienteering_fleet as fleet
from geo.orienteering_free import Free
from geo.orienteering_moves import Kit
from geo.orienteering_pool import Pool
from geo.orienteering_problem import Ask, Clock, Progress
from geo.orienteering_schedule import SLACK, Orders, Rules

SHARE, LARGE, MORE = 0.6, 60, 0.85
"""Of the time, at most, before CP-SAT has its turn; with so many stops, of which it seldom proves
anything, this much."""
ROUNDS, LEG, FEW, IDLE = 400, 1_500, 40, 5
"""Rounds for a second of the time limit; rounds of a leg, at most and for each stop; and legs
without success that end the search."""
FIRST, MOST_STARTS, RACES, RACING = 15, 16, 6, 0.5
"""Rounds of the first leg of a race, plans that begin one at most, races that there should be time
for, and the loss taken half seriously in them."""
COOL = 0.05
"""What is left of the heat at the end of a leg."""
TEMPERS = ((0.3, 0.2), (1.0, 0.0), (0.1, 0.6))
"""Of legs: the loss taken half seriously at first, as a share of a usual score, and how often a
stop that was left out is put in by force."""
FLEET, FLEET_ROUNDS = 0.6, 240
"""Of the time, at most, for PyVRP, and its rounds for a second of the time limit."""
LEAST = 0.2
"""Seconds below which routes are not combined."""
POOLED = 0.06
"""Plans that come this near to the best give their routes to be combined."""
KEPT = 200
"""Good plans that are remembered for ``Ask.vary``."""


@dataclass
class Found:
    """What the search found: the best orders, others that are good, and how it ended."""

    best: Orders
    worth: float
    rounds: int = 0
    fleet_rounds: int = 0
    whole: bool = True
    pool: Pool | None = None
    others: dict[tuple[tuple[int, ...], ...], float] = field(default_factory=dict)

    @property
    def how(self) -> str:
        """How it was found, for a sentence."""
        own = f"uin and recreate, {self.rounds:,} rounds"
        return f"PyVRP, {self.fleet_rounds:,} rounds; r{own}" if self.fleet_rounds else f"R{own}"

    def take(self, other: "Found") -> None:
        """Take over what another search found."""
        if other.worth > self.worth + SLACK:
            self.best, self.worth = other.best, other.worth
        if self.pool is not None and other.pool is not None:
            self.pool.take(other.pool)
        self.others |= other.others
        self.fleet_rounds += other.fleet_rounds


def search(rules: Rules, ask: Ask, clock: Clock, progress: Progress | None = None) -> Found:
    """Search for so many rounds as the time limit is worth, or until the time is up.

    The rounds are cut into legs from several beginnings, for one long search settles in one kind
    of plan. Where teams go at any time, the beginnings race one another. Legs or races that find
    nothing better in a row end it.
    """
    kit = Kit(rules, np.random.default_rng(ask.seed))
    begun = kit.recreate([[] for _ in range(rules.teams)], kit.value, thrift=1.0)
    pool = Pool(rules, kit.value)
    found = Found(begun, kit.worth(begun), pool=pool if pool.works else None)
    run, idle, part = _Run(kit, ask, clock, progress, int(ask.time_limit * ROUNDS), found), 0, 0
    whole = _by_fleet(run) if fleet.fits(rules) else True
    while run.goes_on and idle < IDLE:
        before = found.worth
        if kit.free is not None and rules.teams > 1:
            _race(run, kit.free, first=part == 0)
        else:
            fresh = begun if part == 0 else kit.anew()
            heat, kit.forced = TEMPERS[part % len(TEMPERS)]
            _leg(run, found.best if part % 2 else fresh, min(LEG, FEW * rules.n), heat)
        _combine(kit, found, clock)
        part += 1
        idle = 0 if found.worth > before + SLACK else idle + 1
    found.whole = found.whole and whole
    return found


@dataclass(frozen=True)
class _Run:
    """A whole search: its moves, its limits, and what it found so far."""

    kit: Kit
    ask: Ask
    clock: Clock
    progress: Progress | None
    rounds: int
    found: Found

    @property
    def goes_on(self) -> bool:
        """Whether there are time, rounds and score left to be had."""
        found = self.found
        return found.whole and found.rounds < self.rounds and not self.all_in

    @property
    def all_in(self) -> bool:
        """Whether every stop that can be reached is in the plan."""
        return _all_in(self.kit, self.found)


def _all_in(kit: Kit, found: Found) -> bool:
    return found.worth >= kit.ceiling - SLACK


def _share(rules: Rules) -> float:
    """Return the part of the time that is the search's."""
    return MORE if rules.n > LARGE else SHARE


def _by_fleet(run: _Run) -> bool:
    """Let PyVRP go first, in as many threads as may be; tell whether the clock let it end."""
    turns = [_Turn(run, number) for number in range(max(1, run.ask.workers))]
    with ThreadPoolExecutor(len(turns)) as beside:
        others = [beside.submit(each.search) for each in turns[1:]]
        ended = True  # for the others too, if whoever waits for the plan gives up
        try:
            turns[0].search()
            ended = _all_in(run.kit, turns[0].found)
        finally:
            for each in turns:
                each.given_up = ended
        for other in others:
            other.result()
    for each in turns:
        run.found.take(each.found)
    whole = run.kit.recreate(run.found.best, run.kit.value, thrift=1.0)  # there may be room left
    _note(run.found, run.ask, whole, run.kit.worth(whole))
    return not any(each.late for each in turns)


class _Turn:
    """One of the searches by PyVRP, with a seed and plans of its own: so none waits for another."""

    def __init__(self, run: _Run, number: int) -> None:
        begun = run.found
        pool = Pool(run.kit.rules, run.kit.value) if begun.pool is not None else None
        self.run, self.number, self.found = run, number, Found(begun.best, begun.worth, pool=pool)
        self.late = self.given_up = False

    def search(self) -> None:
        """Search; the first one tells how far it is."""
        kit, ask = self.run.kit, self.run.ask
        seed = ask.seed * max(1, ask.workers) + self.number
        worth = self.found.worth
        fleet.search(kit.rules, kit.value, worth, seed=seed, enough=self._enough, seen=self._seen)

    def _enough(self) -> bool:
        run, clock = self.run, self.run.clock
        rounds, self.late = self.found.fleet_rounds, clock.spent > clock.seconds * FLEET
        if self.number == 0 and run.progress is not None and rounds % 200 == 1:
            score = run.kit.rules.score(self.found.best)
            run.progress(clock.spent / clock.seconds, score, np.inf)
        done = rounds >= run.ask.time_limit * FLEET_ROUNDS or _all_in(run.kit, self.found)
        if done or self.late or self.given_up:
            return True
        self.found.fleet_rounds += 1
        return False

    def _seen(self, orders: Orders) -> None:
        _note(self.found, self.run.ask, orders, self.run.kit.worth(orders))


def _race(run: _Run, free: Free, *, first: bool) -> None:
    """Begin from many plans; after each leg, twice as long as the last, the better half stays."""
    kit, rounds = run.kit, FIRST
    field = [kit.scattered(free) for _ in range(_starts(run.rounds))]
    if first:
        field[0] = run.found.best
    while run.goes_on:
        legs = [_leg(run, each, rounds, RACING) for each in field]
        if len(legs) == 1:
            return
        legs.sort(key=kit.worth, reverse=True)
        field, rounds = legs[: len(legs) // 2], 2 * rounds


def _starts(rounds: int) -> int:
    """Return how many plans begin a race, so that there is time for several races."""
    starts = MOST_STARTS
    while starts > 2 and FIRST * starts * starts.bit_length() * RACES > rounds:
        starts //= 2
    return starts


def _leg(run: _Run, now: Orders, rounds: int, heat: float) -> Orders:
    """Better a plan by simulated annealing; less time at the same score is better as well.

    ``heat`` as in `TEMPERS`. Returns the best plan of the leg.
    """
    kit, clock, found = run.kit, run.clock, run.found
    price, until = kit.price(now), clock.seconds * _share(kit.rules)
    best, most = now, kit.worth(now)
    level = most - price * kit.minutes_spent(now)
    rounds = min(rounds, run.rounds - found.rounds)
    for at in range(rounds):
        if clock.spent > until:
            found.whole = False
            break
        found.rounds += 1
        tried = kit.round(now)
        worth = kit.worth(tried)
        height = worth - price * kit.minutes_spent(tried)
        warm = heat * kit.usual * COOL ** (at / rounds)
        if height >= level or kit.random.random() < exp((height - level) / warm):
            now, level = tried, height
        if worth > most:
            best, most = tried, worth
        _note(found, run.ask, tried, worth)
        if run.progress is not None and found.rounds % 200 == 0:
            run.progress(clock.spent / clock.seconds, kit.rules.score(found.best), np.inf)
        if run.all_in:
            break
    return best


def _note(found: Found, ask: Ask, tried: Orders, worth: float) -> None:
    """Keep a plan that is the best so far, or good enough to be of use."""
    if worth > found.worth + SLACK:
        found.best, found.worth = tried, worth
    if found.pool is not None and worth >= found.worth * (1 - POOLED):
        found.pool.add(tried, worth)
    if ask.vary > 0 and worth >= found.worth * (1 - ask.vary) and len(found.others) < KEPT:
        found.others[tuple(map(tuple, tried))] = worth


def _combine(kit: Kit, found: Found, clock: Clock) -> None:
    """Put the routes of all legs together anew; what comes of it is filled and shortened."""
    left = clock.seconds * _share(kit.rules) - clock.spent
    if found.pool is None or left < LEAST or _all_in(kit, found):
        return
    made = found.pool.combined(left)
    if made is None:
        return
    made = kit.recreate(made, kit.value, thrift=1.0)
    if (worth := kit.worth(made)) > found.worth + SLACK:
        found.best, found.worth = made, worth


def choose(rules: Rules, found: Found, best: Orders, ask: Ask) -> Orders:
    """Return the best plan, or with ``vary`` one that is near to it, by the seed."""
    if not ask.vary > 0:
        return best
    least = rules.score(best) * (1 - ask.vary) - SLACK
    missing = len(rules.missing(best))
    fit = [[list(each) for each in orders] for orders in found.others
           if rules.score(orders) >= least and len(rules.missing(orders)) <= missing]  # fmt: skip
    random = np.random.default_rng((ask.seed, len(fit)))
    return fit[int(random.integers(len(fit)))] if fit else best
