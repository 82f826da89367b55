"""``safeground route``: stops chosen and put in order for a patrol, within a budget of minutes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import shapely
import typer

from cli.analyses import plainly, show, tell
from domain.errors import Invalid
from exchange import route_files, street_network
from exchange.route_files import Line, Stops, Told

if TYPE_CHECKING:
    from geo.network import Ways
    from geo.orienteering import Plan, Problem, Route
    from geo.space import Floats

WALKING = 4.8
_Mode = Literal["foot", "cycle", "vehicle"]


@dataclass(frozen=True)
class _Shift:
    """Who goes, from where to where (rows of the stops), and for how long."""

    budget: float
    teams: int
    start: int | None
    end: int | None


@dataclass
class _Travel:
    """Minutes between stops, and the ways if there are streets."""

    minutes: "Floats"
    ways: "Ways | None" = None
    notes: list[str] = field(default_factory=list)


def route(  # noqa: PLR0917 - typer names them
    stops: Annotated[
        Path, typer.Argument(metavar="STOPS", help="File with id, x and y or lon and lat, score")
    ],
    budget: Annotated[float, typer.Option(metavar="MINUTES", help="Length of the shift")],
    out: Annotated[Path, typer.Option(help="File to write: .json, .gpx or .gpkg")],
    start: Annotated[str | None, typer.Option(help="Id of the stop to start at")] = None,
    end: Annotated[str | None, typer.Option(help="Id of the stop to end at")] = None,
    teams: Annotated[int, typer.Option(min=1, max=50, help="Teams that go at once")] = 1,
    matrix: Annotated[
        Path | None, typer.Option(help="CSV of travel times between the stops")
    ] = None,
    streets: Annotated[Path | None, typer.Option(help="File of streets to travel by")] = None,
    mode: Annotated[_Mode | None, typer.Option(help="How streets are travelled")] = None,
    speed: Annotated[
        float | None, typer.Option(help="Kilometres an hour in a straight line")
    ] = None,
    crs: Annotated[
        str | None, typer.Option(help="System of the coordinates; none for plain numbers")
    ] = None,
    time_limit: Annotated[float, typer.Option(help="Seconds to search")] = 10.0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same plan")] = 1,
    vary: Annotated[
        float, typer.Option(min=0.0, max=0.5, help="Share of the score given for surprise")
    ] = 0.0,
    layer: Annotated[str | None, typer.Option(help="Layer or sheet of STOPS")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON")] = False,
) -> None:
    """Choose stops and put them in order, so that a shift scores most (team orienteering).

    STOPS has id, x and y (or lon and lat), score, dwell, and if wanted open and close: between
    which minutes of the shift a visit may begin. The answer says its score and a bound that no
    plan can exceed. Nothing is stored.

    Travel is by --matrix (rows and columns in the order of STOPS), or by --streets, or in a
    straight line at 4.8 km an hour. With --start alone the tour comes back to it; without either
    it begins and ends at any of its stops.

        safeground route stops.csv --budget 240 --start HQ --end HQ --out patrol.json --json

        safeground route stops.csv --budget 240 --start HQ --streets town.gpkg --mode foot
            --teams 2 --out patrol.gpx

        safeground route stops.csv --budget 46 --start 0 --end 31 --matrix times.csv
            --time-limit 30 --seed 7 --out patrol.gpkg
    """  # fmt: skip
    from geo.orienteering import Ask, NoRoom, solve  # brings in OR-Tools, which others do without

    _checked(budget, time_limit, matrix, streets, mode, speed)
    read = route_files.read_stops(stops, crs=crs, layer=layer, placed=matrix is None)
    inputs = [each for each in (stops, matrix, streets) if each is not None]
    route_files.check(out, read.crs, *inputs)
    shift = _shift(read, budget, teams, start, end)
    travel = _travel(read, matrix, streets, mode or "foot", speed)
    problem, rows = _problem(read, shift, travel.minutes)
    try:
        plan = solve(problem, Ask(time_limit, seed, vary=vary))
    except NoRoom as error:
        raise Invalid(str(error)) from error
    routes = [_told(read, shift, rows, each, travel.ways) for each in plan.routes]
    summary = _summary(read, shift, plan, routes)
    notes = [*travel.notes, *_notes(shift, read, plan)]
    route_files.write(out, read, routes, {**summary, "method": plan.method, "notes": notes})
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        _print(summary, routes, read)
    tell(notes)


def _checked(  # noqa: PLR0917 - as the options stand
    budget: float, time_limit: float, matrix: Path | None, streets: Path | None,
    mode: str | None, speed: float | None,
) -> None:  # fmt: skip
    if not 0 < budget < np.inf:
        raise Invalid("Give --budget in minutes, above 0.")
    if not 0 < time_limit <= 3_600:
        raise Invalid("Give --time-limit in seconds, above 0 and at most 3600.")
    if matrix is not None and streets is not None:
        raise Invalid("Give --matrix or --streets, not both.")
    if mode is not None and streets is None:
        raise Invalid("--mode says how streets are travelled: give --streets as well.")
    if speed is not None and (matrix is not None or streets is not None):
        raise Invalid("--speed is for straight lines, without --matrix and --streets.")
    if speed is not None and not 0 < speed < np.inf:
        raise Invalid("Give --speed in kilometres an hour, above 0.")


def _shift(stops: Stops, budget: float, teams: int, start: str | None, end: str | None) -> _Shift:
    """Find start and end; one without the other is both."""
    first = None if start is None else stops.find(start, "--start")
    last = None if end is None else stops.find(end, "--end")
    return _Shift(budget, teams, last if first is None else first, first if last is None else last)


def _travel(
    stops: Stops, matrix: Path | None, streets: Path | None, mode: _Mode, speed: float | None
) -> _Travel:
    from geo import network

    if matrix is not None:
        return _Travel(route_files.read_matrix(matrix, len(stops.ids)))
    if streets is not None:
        return _by_streets(stops, streets, mode)
    if stops.crs is None:
        if speed is not None:
            raise Invalid("Plain coordinates have no metres, so --speed means nothing for them.")
        note = "Coordinates were taken as plain numbers: distances are in units of the budget."
        return _Travel(network.straight(stops.x, stops.y, speed=None), notes=[note])
    note = f"Travel is in a straight line at {speed or WALKING:g} km an hour."
    return _Travel(network.straight(stops.x, stops.y, speed=speed or WALKING), notes=[note])


def _by_streets(stops: Stops, path: Path, mode: _Mode) -> _Travel:
    from geo import network

    if stops.crs is None:
        raise Invalid("Streets need stops in a system of coordinates. Name it with --crs.")
    box = (stops.x.min(), stops.y.min(), stops.x.max(), stops.y.max())
    with plainly():
        graph = network.graph(street_network.read(path, stops.crs, box), mode)
        ways = network.Ways(graph, stops.x, stops.y)
    notes = []
    if off := len(ways.off):
        which = "1 stop is" if off == 1 else f"{off:,} stops are"
        gone = "was left out: row" if off == 1 else "were left out: rows"
        notes.append(f"{which} more than {network.NEAR:g} m from any street for {mode} and "
                     f"{gone} {_rows((ways.off + 2).tolist())}.")  # fmt: skip
    on = np.flatnonzero(ways.at.edge >= 0)
    cut = int(np.isinf(ways.minutes[np.ix_(on, on)]).sum())
    if cut:
        notes.append(f"Between {cut:,} of {len(on) * (len(on) - 1):,} pairs of stops there is no "
                     f"way by {mode}.")  # fmt: skip
    return _Travel(ways.minutes, ways, notes)


def _rows(which: "Sequence[int]") -> str:
    """Write the numbers of rows, a few of many; a header is row 1."""
    few = ", ".join(map(str, which[:8]))
    return f"{few} and more" if len(which) > 8 else few


def _problem(stops: Stops, shift: _Shift, minutes: "Floats") -> "tuple[Problem, list[int]]":
    """Put the problem together; and the rows of its stops, start and end not among them."""
    from geo.orienteering import Problem, Stop, Team

    ends = {shift.start, shift.end}
    rows = [row for row in range(len(stops.ids)) if row not in ends]
    made = tuple(
        Stop(row, float(stops.score[row]), float(stops.dwell[row]), _windows(stops, row))
        for row in rows
    )
    leaves, _ = _at_start(stops, shift)
    closes = shift.budget
    if shift.end is not None:
        rest = 0.0 if shift.end == shift.start else float(stops.dwell[shift.end])
        if float(stops.opens[shift.end]) + rest > shift.budget:
            raise Invalid("The end opens too late for this budget. Give more minutes.")
        closes = min(shift.budget - rest, float(stops.closes[shift.end]))
    team = Team(shift.start, shift.end, closes, leaves)
    _fits(shift, minutes, leaves, closes)
    return Problem(made, (team,) * shift.teams, (minutes,)), rows


def _fits(shift: _Shift, minutes: "Floats", leaves: float, closes: float) -> None:
    """Refuse a shift that is too short for its start and end alone."""
    way = 0.0
    if shift.start is not None and shift.end is not None and shift.start != shift.end:
        way = float(minutes[shift.start, shift.end])
    if not np.isfinite(way):
        raise Invalid("There is no way from the start to the end.")
    if leaves + way > closes + 1e-9:
        raise Invalid(
            f"The budget of {shift.budget:g} does not fit: from start to end alone takes "
            f"{leaves + way:g}, and the end must be reached by {closes:g}. Give more minutes."
        )


def _windows(stops: Stops, row: int) -> tuple[tuple[float, float], ...]:
    opens, closes = float(stops.opens[row]), float(stops.closes[row])
    return ((opens, closes),) if np.isfinite(opens) or np.isfinite(closes) else ()


def _at_start(stops: Stops, shift: _Shift) -> tuple[float, float]:
    """Return when a team leaves the start and when its dwell there begins."""
    if shift.start is None:
        return 0.0, 0.0
    begins = max(0.0, float(stops.opens[shift.start]))
    if begins + float(stops.dwell[shift.start]) > shift.budget:
        raise Invalid("The start does not fit the budget. Give more minutes.")
    return begins + float(stops.dwell[shift.start]), begins


def _told(stops: Stops, shift: _Shift, rows: list[int], made: "Route", ways: "Ways | None") -> Told:
    """Write one team's route by the rows of the file, start and end included."""
    lines = [Line(rows[each.stop], each.arrives, each.begins, each.leaves) for each in made.visits]
    duration = made.finishes
    if shift.start is not None:
        leaves, begins = _at_start(stops, shift)
        lines.insert(0, Line(shift.start, 0.0, begins, leaves))
    if shift.end is not None:
        begins = max(made.finishes, float(stops.opens[shift.end]))
        rest = 0.0 if shift.end == shift.start else float(stops.dwell[shift.end])
        duration = begins + rest
        lines.append(Line(shift.end, made.finishes, begins, duration))
    score = float(sum(stops.score[each] for each in {line.stop for line in lines}))
    return Told(made.team + 1, tuple(lines), duration, score, _way(lines, ways))


def _way(lines: list[Line], ways: "Ways | None") -> shapely.LineString | None:
    if ways is None or len(lines) < 2:
        return None
    parts = [ways.path(one.stop, other.stop) for one, other in pairwise(lines)]
    spots = np.vstack([shapely.get_coordinates(part) for part in parts if part is not None])
    return shapely.LineString(spots)


def _summary(stops: Stops, shift: _Shift, plan: "Plan", routes: list[Told]) -> dict[str, Any]:
    ends = float(sum(stops.score[each] for each in {shift.start, shift.end} - {None}))
    score, bound = plan.score + ends, plan.bound + ends
    return {
        "score": _tidy(score),
        "bound": _tidy(bound),
        "gap": _tidy((bound - score) / bound if bound > 0 else 0.0),
        "routes": [
            {"team": each.team, "order": [stops.ids[line.stop] for line in each.lines],
             "duration": _tidy(each.duration)}
            for each in routes
        ],
    }  # fmt: skip


def _tidy(value: float) -> float | int:
    short = round(float(value), 6)
    return int(short) if short == int(short) else short


def _notes(shift: _Shift, stops: Stops, plan: "Plan") -> list[str]:
    notes = []
    if shift.start is None:
        notes.append("No --start was given: each tour begins and ends at any of its stops.")
    elif shift.start == shift.end and stops.dwell[shift.start] > 0:
        notes.append("The dwell at the start was counted once, before setting out.")
    if not plan.repeatable:
        notes.append(
            "The time limit cut the search short, so the same seed may give another plan of much "
            "the same score."
        )
    return notes


def _print(summary: dict[str, Any], routes: list[Told], stops: Stops) -> None:
    sure = "no plan can score more" if summary["gap"] == 0 else (
        f"no plan can score more than {summary['bound']:g}: at most {summary['gap']:.1%} is missing"
    )  # fmt: skip
    typer.echo(f"Score {summary['score']:g}; {sure}.")
    for each in routes:
        typer.echo(f"\nTeam {each.team}: {each.duration:.1f} minutes, score {each.score:g}.")
        rows = [
            (stops.ids[line.stop], f"{line.arrives:.1f}", f"{line.begins:.1f}",
             f"{line.leaves:.1f}", f"{stops.score[line.stop]:g}")
            for line in each.lines
        ]  # fmt: skip
        if rows:
            show(("stop", "arrive", "begin", "leave", "score"), rows)
