"""The moves of the search: a plan ruined in part and made whole again.

Where a stop may go in is worked out for all stops and all places of a route at once, with the
latest moment at which each place of the route may still be reached (Savelsbergh's forward time
slack). Breaks and spacing are looked at one by one, for the stops that pay most.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geo.orienteering_free import Free, Table
from geo.orienteering_schedule import SLACK, Orders, Rules
from geo.orienteering_shorten import shortened
from geo.space import Floats

Ints = NDArray[np.int64]

PRICE = 0.3
"""What is left of the worth of a minute where it is saved."""
LONGEST, WIDE = 20, 0.3
"""Stops of a run that is taken out, at most, but for this share of rounds."""
SHUN, NOISE = (0.0, 0.3), (0.1, 0.4)
"""How many of the stops taken out are not put back, and how much likings are shaken."""
DRAWN = 4
"""Stops about which a route begins, at most."""
TINY = 1e-6
REMEMBERED = 20_000
"""Routes whose costs are remembered."""


class Kit:
    """The moves: what they know of a problem, and what they remember of routes."""

    def __init__(self, rules: Rules, random: np.random.Generator) -> None:
        self.rules, self.random = rules, random
        self.weight = float(rules.scores.sum()) + 1.0  # a locked stop outweighs all others
        self.value = rules.scores.copy()
        self.value[rules.locked] += self.weight
        n = rules.n
        self.way = rules.travel[:, :, :n].copy()
        # with the dwell, and read by where one goes to
        self.onward = rules.travel[:, :n].transpose(0, 2, 1) + rules.dwell
        self.minutes, self.dwell = rules.travel.tolist(), rules.dwell.tolist()
        self.every = np.arange(n)
        self._tables: dict[tuple[int, tuple[int, ...]], tuple[Floats, Ints, float]] = {}
        self.free = Free(rules) if rules.timeless and rules.direct and rules.n else None
        self._free_tables: dict[tuple[int, tuple[int, ...]], Table] = {}
        self._short: dict[tuple[int, tuple[int, ...]], tuple[int, ...]] = {}
        most = max((len(each) for each in rules.windows), default=1)
        self.first = np.full((most, rules.n), np.inf)
        self.last = np.full((most, rules.n), -np.inf)
        for stop, windows in enumerate(rules.windows):
            for at, (first, last) in enumerate(windows):
                self.first[at, stop], self.last[at, stop] = first, last
        some = rules.scores[rules.may.any(axis=0) & (rules.scores > 0)]
        self.usual = float(np.median(some)) if some.size else 1.0
        self.ceiling = float(self.value[rules.may.any(axis=0)].sum())
        self.forced = 0.0
        near = np.minimum(rules.travel[0], rules.travel[0].T)[: rules.n, : rules.n]
        self.near = np.argsort(near, axis=1)

    def price(self, orders: Orders) -> float:
        """Return what a minute saved is worth beside the score: a part of what it earns."""
        shifts = sum(team.closes - team.opens for team in self.rules.problem.teams)
        return PRICE * self.rules.score(orders) / max(shifts, SLACK)

    def anew(self) -> Orders:
        """Make a plan from nothing, at random enough to be another one."""
        noisy = np.exp(self.random.normal(0.0, 1.0, self.rules.n))
        return self.recreate([[] for _ in range(self.rules.teams)], self.value * noisy, thrift=1.0)

    def scattered(self, free: Free) -> Orders:
        """Make a plan about stops drawn at random for each team."""
        orders: Orders = [[] for _ in range(self.rules.teams)]
        for team, order in enumerate(orders):
            for stop in self.random.integers(self.rules.n, size=self.random.integers(DRAWN + 1)):
                table = free.table(team, order)
                fits = np.isfinite(free.costs(team, table)[stop])
                if fits and not any(stop in each for each in orders):
                    order.insert(int(table.where[stop]), int(stop))
        noisy = np.exp(self.random.normal(0.0, 0.5, self.rules.n))
        return self.recreate(orders, self.value * noisy, thrift=1.0)

    def worth(self, orders: Orders) -> float:
        """Return the score of a plan, and what the locked stops in it weigh beside that."""
        return float(sum(self.value[stop] for order in orders for stop in order))

    def minutes_spent(self, orders: Orders) -> float:
        """Return when the teams are at their ends, summed."""
        if self.free is not None:
            return sum(self._free_table(self.free, team, order).minutes
                       for team, order in enumerate(orders))  # fmt: skip
        return sum(self._table(team, order)[2] for team, order in enumerate(orders))

    def round(self, orders: Orders) -> Orders:
        """Take stops out and put others in."""
        random = self.random
        held = [stop for order in orders for stop in order]
        left = self._ruined([list(each) for each in orders])
        noisy = np.exp(random.normal(0.0, random.choice(NOISE), self.rules.n))
        if held and (shun := random.choice(SHUN)):
            kept = {stop for order in left for stop in order}
            for stop in held:
                if stop not in kept and random.random() < shun:
                    noisy[stop] *= 1e-3
        return self.recreate(left, self.value ** random.choice((0.5, 1.0, 1.5)) * noisy,
                             thrift=float(random.choice((0.5, 1.0, 1.0))))  # fmt: skip

    def _ruined(self, orders: Orders) -> Orders:
        held = [stop for order in orders for stop in order]
        if not held:
            return orders
        how = self.random.random()
        if how < self.forced:
            return self._forced(orders, held)
        if how > 0.9:
            size = int(self.random.integers(1, 2 + len(held) // 4))
            gone = set(self.random.choice(held, size, replace=False).tolist())
            return [[stop for stop in order if stop not in gone] for order in orders]
        return self._cut(orders)

    def _forced(self, orders: Orders, held: list[int]) -> Orders:
        """Put in a stop that was left out, and take out what pays least until it fits."""
        out = self.value > 0
        out[held] = False
        if not out.any():
            return orders
        stop = int(self.random.choice(np.flatnonzero(out)))
        team = int(self.random.integers(len(orders)))
        if not self.rules.may[team, stop]:
            return orders
        own, dwell = self.rules.travel[team], self.rules.dwell
        path = np.array([self.rules.start, *orders[team], self.rules.end])
        more = own[path[:-1], stop] + own[stop, path[1:]] - own[path[:-1], path[1:]]
        order = orders[team]
        order.insert(int(more.argmin()), stop)
        while len(order) > 1 and self.rules.walk(team, order, ()) is None:
            path = np.array([self.rules.start, *order, self.rules.end])
            less = own[path[:-2], path[1:-1]] + own[path[1:-1], path[2:]] - own[path[:-2], path[2:]]
            saves = (less + dwell[order] + TINY) / (self.value[order] + TINY)
            saves *= self.random.uniform(0.5, 1.5, len(order))
            saves[order.index(stop)] = -1.0
            del order[int(saves.argmax())]
        return orders

    def _cut(self, orders: Orders) -> Orders:
        """Take runs out near one another: a run each of some routes, about one stop."""
        middle = int(self.random.integers(self.rules.n))
        strings = int(self.random.integers(1, min(len(orders), 3) + 1))
        where = {stop: team for team, order in enumerate(orders) for stop in order}
        cut = set[int]()
        for stop in self.near[middle].tolist():
            team = where.get(stop)
            if team is None or team in cut:
                continue
            order = orders[team]
            most = len(order) if self.random.random() < WIDE else min(len(order), LONGEST)
            long = int(self.random.integers(1, most + 1))
            at = order.index(stop)
            first = max(0, min(at - int(self.random.integers(long)), len(order) - long))
            orders[team] = order[:first] + order[first + long :]
            cut.add(team)
            if len(cut) == strings:
                break
        return orders

    def recreate(self, orders: Orders, liking: Floats, *, thrift: float) -> Orders:
        """Put stops in, the best liked for the minutes they cost first."""
        rules = self.rules
        if not (rules.plain and rules.direct):  # taking a stop out may break what follows it
            orders = self._mended(orders)
        if self.free is None:
            return self._filled(orders, liking, thrift)
        while True:
            orders = [self._shorter(team, order) for team, order in enumerate(orders)]
            held = sum(map(len, orders))
            orders = self._filled_freely(self.free, orders, liking, thrift)
            if sum(map(len, orders)) == held:
                if (traded := self.free.traded(orders)) is None:
                    return orders
                orders = traded

    def _filled_freely(self, free: Free, orders: Orders, liking: Floats, thrift: float) -> Orders:
        """Put in what fits, where no moment is fixed."""
        out = self.value > 0
        out[[stop for order in orders for stop in order]] = False
        liking = np.where(out, liking, 0.0)
        tables = [self._free_table(free, team, order) for team, order in enumerate(orders)]
        pays = np.stack([liking / (free.costs(team, each) + TINY) ** thrift
                         for team, each in enumerate(tables)])  # fmt: skip
        while True:
            team, stop = divmod(int(pays.argmax()), self.rules.n)
            if not pays[team, stop] > 0:
                return orders
            orders[team].insert(int(tables[team].where[stop]), stop)
            liking[stop] = 0.0
            pays[:, stop] = 0.0
            tables[team] = free.with_one_more(team, orders[team], stop, tables[team])
            self._free_tables[team, tuple(orders[team])] = tables[team]
            pays[team] = liking / (free.costs(team, tables[team]) + TINY) ** thrift

    def _free_table(self, free: Free, team: int, order: Sequence[int]) -> Table:
        key = (team, tuple(order))
        if key not in self._free_tables:
            if len(self._free_tables) > REMEMBERED:
                self._free_tables.clear()
            self._free_tables[key] = free.table(team, order)
        return self._free_tables[key]

    def _filled(self, orders: Orders, liking: Floats, thrift: float) -> Orders:
        """Put in what fits."""
        rules = self.rules
        if not rules.n:
            return orders
        out = self.value > 0
        out[[stop for order in orders for stop in order]] = False
        liking = np.where(out, liking, 0.0)
        tables = [self._table(team, order) for team, order in enumerate(orders)]
        pays = np.stack([liking / (each[0] + TINY) ** thrift for each in tables])
        while True:
            team, stop = divmod(int(pays.argmax()), rules.n)
            if not pays[team, stop] > 0:
                return orders
            order = orders[team]
            order.insert(int(tables[team][1][stop]), stop)
            if not (rules.plain and rules.direct) and not self._keeps(orders, team):
                order.remove(stop)
                pays[team, stop] = 0.0
                continue
            liking[stop] = 0.0
            pays[:, stop] = 0.0
            tables[team] = self._table(team, order)
            pays[team] = liking / (tables[team][0] + TINY) ** thrift

    def _mended(self, orders: Orders) -> Orders:
        """Empty routes that no longer keep the rules."""
        mended: Orders = [[] for _ in orders]
        for team, order in enumerate(orders):
            mended[team] = order
            if not self._keeps(mended, team):
                mended[team] = []
        return mended

    def _keeps(self, orders: Orders, team: int) -> bool:
        if self.rules.spaced:
            return self.rules.timed(orders) is not None
        return self.rules.walk(team, orders[team], ()) is not None

    def _table(self, team: int, order: Sequence[int]) -> tuple[Floats, Ints, float]:
        """Return for each stop the least minutes it costs to put it in, and where in the order.

        And when the team is at its end.

        Routes that a round left alone are remembered.
        """
        key = (team, tuple(order))
        if key not in self._tables:
            if len(self._tables) > REMEMBERED:
                self._tables.clear()
            self._tables[key] = self._costs(team, order)
        return self._tables[key]

    def _costs(self, team: int, order: Sequence[int]) -> tuple[Floats, Ints, float]:
        rules = self.rules
        timed = (
            self._lean(team, order) if rules.plain and rules.direct else self._timed(team, order)
        )
        if timed is None:
            return np.full(rules.n, np.inf), np.zeros(rules.n, dtype=np.int64), np.inf
        leaves, arrives = timed
        path = np.array([rules.start, *order, rules.end])
        reach = leaves[:, None] + self.way[team].take(path[:-1], axis=0)
        if not rules.timeless:
            reach = self._gone_through(reach)
        reach += self.onward[team].take(path[1:], axis=0)
        costs = reach - arrives[:, None]
        costs[reach > self._latest(team, order)[:, None] + SLACK] = np.inf
        where = costs.argmin(axis=0)
        least = np.maximum(costs[where, self.every], 0.0)
        least[~rules.may[team]] = np.inf
        return least, where, float(arrives[-1])

    def _timed(self, team: int, order: Sequence[int]) -> tuple[Floats, Floats] | None:
        """Return when start and stops are left, and when stops and end are reached."""
        timed = self.rules.walk(team, order, ())
        if timed is None:
            return None
        leaves = [self.rules.problem.teams[team].opens, *(each.leaves for each in timed.visits)]
        return np.array(leaves), np.array([*(each.arrives for each in timed.visits),
                                           timed.finishes])  # fmt: skip

    def _lean(self, team: int, order: Sequence[int]) -> tuple[Floats, Floats]:
        """Time a route that is known to keep the rules, where nothing but windows rule."""
        minutes, at = self.minutes[team], self.rules.start
        now = self.rules.problem.teams[team].opens
        leaves, arrives = [now], []
        for stop in order:
            now += minutes[at][stop]
            arrives.append(now)
            for first, last in self.rules.windows[stop]:
                if now <= last + SLACK:
                    now = first if first > now else now
                    break
            now += self.dwell[stop]
            leaves.append(now)
            at = stop
        arrives.append(now + minutes[at][self.rules.end])
        return np.array(leaves), np.array(arrives)

    def _gone_through(self, moments: Floats) -> Floats:
        """Return when visits begin that are reached at ``moments``, infinity where too late."""
        begins = np.full_like(moments, np.inf)
        for first, last in zip(self.first, self.last, strict=True):
            may = moments <= last + SLACK
            np.minimum(begins, np.where(may, np.maximum(moments, first), np.inf), out=begins)
        return begins

    def _latest(self, team: int, order: Sequence[int]) -> Floats:
        """Return the last moment at which each stop, and the end, may be reached."""
        minutes, after = self.minutes[team], self.rules.end
        latest = [self.rules.problem.teams[team].closes]
        for stop in reversed(order):
            must = latest[-1] - minutes[stop][after] - self.dwell[stop]
            best = -np.inf
            for first, last in self.rules.windows[stop]:
                if first <= must + SLACK:
                    best = last if last < must else must
            latest.append(best)
            after = stop
        return np.array(latest[::-1])

    def _shorter(self, team: int, order: list[int]) -> list[int]:
        """Shorten a route where time rules nothing; routes that were seen are remembered."""
        key = (team, tuple(order))
        if key not in self._short:
            if len(self._short) > REMEMBERED:
                self._short.clear()
            self._short[key] = tuple(
                shortened(self.rules.travel[team], self.rules.start, self.rules.end, order)
            )
        return list(self._short[key])
