"""An independent look at a planned week: its rules in words, none of the solver's code.

Only the stops, the asked week and the travel minutes are read; all else is reckoned here.
"""

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

MINUTE = timedelta(minutes=1)


def faults(asked, wanted, minutes, week):
    """Return what is wrong with a week, in sentences; nothing where it keeps every rule."""
    node = {each.stop.place_id: at for at, each in enumerate(wanted, 1)}
    hours = {each.stop.place_id: each.hours for each in wanted}
    found = []
    visits = defaultdict(list)
    for tour in week.tours:
        found += _tour(asked, tour, node, minutes)
        for stop in tour.solved.stops:
            visits[stop.place_id].append((tour.number, stop))
            opens, closes = hours[stop.place_id][tour.number]
            if stop.arrive < opens or stop.arrive + stop.dwell * MINUTE > closes:
                found.append("a visit outside of the hours of its place")
            if not stop.opens <= stop.arrive <= stop.closes - stop.dwell * MINUTE:
                found.append("a visit outside of the window that its card names")
    for place, made in visits.items():
        found += _place(asked, place, made, week)
    left = {(each.place_id, each.shift) for each in week.left}
    if left & {(place, number) for place, made in visits.items() for number, _ in made}:
        found.append("a place is visited in a shift in which it is left alone")
    teams = defaultdict(set)
    for tour in week.tours:
        teams[tour.number].add(tour.team)
    if any(teams[number] != set(range(1, asked.teams + 1)) for number in range(len(asked.shifts))):
        found.append("a team without a tour")
    return found


def _tour(asked, tour, node, minutes):
    """Check that a team can be where it should be when it should, and has its break."""
    found = []
    begins, ends = asked.shifts[tour.number].valid_from, asked.shifts[tour.number].valid_to
    now, at, slack = begins, 0, []
    for stop in tour.solved.stops:
        way = minutes[at, node[stop.place_id]] * MINUTE
        if stop.arrive < now + way:
            found.append("a stop is reached sooner than one can go")
        slack += [(now, stop.arrive - way), (now + way, stop.arrive)]  # rest, go; or go, rest
        now, at = stop.arrive + stop.dwell * MINUTE, node[stop.place_id]
        if not 10 <= stop.dwell <= 15:
            found.append("a dwell that is none")
    home = now + (minutes[at, 0] * MINUTE if at else timedelta(0))
    if home > ends:
        found.append("the shift is too short for the tour")
    slack.append((now, ends - (home - now)))
    third = (ends - begins) // 3
    if asked.pause and tour.solved.stops and home > begins + 2 * third:
        rest = asked.pause * MINUTE
        if not any(
            max(first, begins + third) + rest <= last
            and max(first, begins + third) <= begins + 2 * third + MINUTE
            for first, last in slack
        ):
            found.append("a break that was due has no room")
    return found


def _place(asked, place, made, week):
    found = []
    share = next(each for each in week.shares if each.place_id == place)
    if len(made) != share.planned:
        found.append("what is told of a place is not what it gets")
    if len(made) > share.meant:
        found.append("a place gets more than it is meant to get")
    by_shift = defaultdict(list)
    for number, stop in made:
        by_shift[number].append(stop)
    for stops in by_shift.values():
        stops.sort(key=lambda each: each.arrive)
        if len(stops) > asked.visits or any(each.visits_a_day != len(stops) for each in stops):
            found.append("a shift goes there too often, or promises another number")
        if sum(each.dwell for each in stops) > stops[0].most_minutes:
            found.append("more minutes than the most of a day")
        for before, after in pairwise(stops):
            if after.arrive - before.arrive - before.dwell * MINUTE < before.spacing * MINUTE:
                found.append("two visits to a place are too near one another")
    return found
