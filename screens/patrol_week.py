"""Planning a week: which days, how many teams, which places; and who gets how many visits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from html import escape

import streamlit as st
from shapely import MultiLineString, Point

from domain import matching, patrol_weeks
from domain.errors import Invalid
from domain.filters import day_words
from domain.matching import LONDON
from domain.patrol_allocating import LEAVING, SHARING, Share
from domain.patrol_candidates import Choice
from domain.patrol_planning import NO_SECTION_60, SECTION_60
from domain.patrol_rules import DWELL, Shift, Stop, broken
from exchange import patrol_week as solving
from exchange.patrol_week import Asked, Tour, Wanted, Week
from screens import desk, patrol_map, patrol_plan, patrol_state
from screens.admin_desk import plain, quiet
from screens.patrol_dose import table
from screens.patrol_plan import FIRST_TACTICS, clock, proposed
from screens.patrol_state import WEEK, kept, key

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
USUAL = ("Thursday", "Friday", "Saturday")
AHEAD = 4
"""Weeks that are offered."""
TICKED, SHOWN = 6, 10
SECONDS = 2
"""For each shift."""


@dataclass
class Made:
    """A week that was worked out and is not kept yet."""

    monday: date
    asked: Asked
    wanted: list[Wanted]
    reasons: dict[int, tuple[str, ...]]
    week: Week


def show() -> None:
    """Show the form, or what came of it."""
    patrol_state.hold()
    made = st.session_state.get(WEEK)
    if isinstance(made, Made) and not st.session_state.get("patrol_form"):
        result(made)
    else:
        form()


def form() -> None:
    """Ask for the days, the teams and the places, and share the week out."""
    st.title("Plan a week", anchor=False)
    found = [each for each in patrol_plan.choices() if each.approved]
    teams, starts, own = patrol_plan.police()
    left, right = st.columns([5, 6], gap="medium")
    with left:
        monday, shifts, start, number = days(teams, own, starts)
        chosen = places(found)
        how = rounds()
        pressed = st.button("Share the week out", type="primary", icon=":material/date_range:",
                            key="week_solve", width="stretch")  # fmt: skip
    with right:
        patrol_map.show([(each.name, each.zone) for each in chosen], start=start, numbered=False)
        st.html(f'<div class="sg-mind"><p>{escape(SHARING)}</p></div>')
    if pressed:
        with desk.shown_errors():
            begin(monday, shifts, start, chosen, {**how, "teams": number})


def mondays() -> list[date]:
    """Return the Mondays of the weeks that may be planned."""
    today = matching.today()
    first = today - timedelta(days=today.weekday())
    return [first + timedelta(weeks=number) for number in range(AHEAD)]


def week_of(monday: date) -> str:
    """Name a week by its Monday."""
    return f"Week of {day_words(monday)}"


def days(
    teams: dict[int, str], own: int | None, starts: dict[str, Point]
) -> tuple[date, tuple[Shift, ...], Point | None, int]:
    """Ask for the week, its days and hours, and how many teams go at once."""
    st.header("1. The week", anchor=False)
    offered = mondays()
    monday = st.selectbox("Week", offered, format_func=week_of, key=kept("monday", offered[1]))
    chosen = st.pills("Days", DAYS, selection_mode="multi", key=kept("days", list(USUAL)))
    first, last, count = st.columns(3)
    begins = first.time_input("From", step=1800, key=kept("from", time(18)))
    ends = last.time_input("Until", step=1800, key=kept("until", time(23)))
    number = count.number_input("Teams at once", 1, solving.MOST_TEAMS, key=kept("teams", 2))
    title = st.text_input("Name", max_chars=90, key=kept("title", "Evening round"))
    found = patrol_plan.details(teams, own, starts)
    on = [monday + timedelta(days=at) for at, name in enumerate(DAYS) if name in chosen]
    shifts = tuple(in_utc(found.shift(title, each, begins, ends)) for each in on)
    return monday, shifts, patrol_plan.spot_of(found.start, starts), int(number)


def in_utc(shift: Shift) -> Shift:
    """Count a shift's hours as they pass, also in the night when clocks change."""
    return replace(
        shift,
        valid_from=shift.valid_from.astimezone(UTC),
        valid_to=shift.valid_to.astimezone(UTC),
    )


def places(found: Sequence[Choice]) -> list[Choice]:
    """Let the planner tick places that a meeting agreed, the neediest first."""
    st.header("2. Where", anchor=False)
    if not found:
        st.info("No place is in plan or review. A meeting agrees a plan for a place first.")
    quiet("Places in plan or review, the neediest first. Need never counts police records.")
    chosen = []
    ranked = sorted(found, key=lambda each: (-each.score, each.place_id))
    for number, each in enumerate(ranked):
        if number == SHOWN:
            more = st.expander(f"{len(ranked) - SHOWN} more places", key=key("more"))
        with st.container(gap=None) if number < SHOWN else more:
            on = st.checkbox(plain(each.name), key=kept(f"tick{each.place_id}", number < TICKED))
            hours = each.hours.words if each.hours else "Any hour of the shift."
            quiet(f"{' '.join(each.reasons[:2])} {hours}")
        chosen += [each] if on else []
    return chosen


def rounds() -> dict[str, int]:
    """Ask how often a shift comes by, for a break, and whether some hours are left alone."""
    st.header("3. The rounds", anchor=False)
    one, other, third = st.columns(3)
    visits = one.number_input("Visits to a place in a shift, at most", 1, 3, key=kept("visits", 1))
    pause = other.number_input("Break, minutes", 0, 90, step=15, key=kept("pause", 0))
    dwell = third.number_input("Minutes of a visit", *DWELL, key=kept("dwell", 12))
    compare = st.toggle(
        "Leave some hours without a patrol, to compare", key=kept("compare", value=True)
    )
    quiet(LEAVING)
    return {"visits": int(visits), "pause": int(pause), "dwell": int(dwell), "compare": compare}


def begin(
    monday: date, shifts: tuple[Shift, ...], start: Point | None, chosen: Sequence[Choice],
    how: dict[str, int],
) -> None:  # fmt: skip
    """Solve what was asked and open what came of it."""
    if shifts and SECTION_60.search(
        f"{shifts[0].title} {shifts[0].purpose} {shifts[0].legal_basis}"
    ):
        raise Invalid(NO_SECTION_60)
    if start is None:
        raise Invalid("Choose where the shifts start, or type a grid reference.")
    with desk.reading() as (session, actor):
        urgent = patrol_weeks.urgent(session, actor)
    wanted = [_wanted(each, shifts, how, urgent=each.place_id in urgent) for each in chosen]
    asked = Asked(
        shifts=shifts, start=start, teams=how["teams"], visits=how["visits"], pause=how["pause"],
        streets=desk.house().streets, time_limit=SECONDS * max(1, len(shifts)),
        seed=monday.toordinal() * 7 + patrol_state.turn(), compare=bool(how["compare"]),
    )  # fmt: skip
    put(Made(monday, asked, wanted, {each.place_id: each.reasons for each in chosen},
             patrol_plan.worked_out(partial(solving.solve, asked, wanted))))  # fmt: skip


def put(made: Made) -> None:
    """Show a week that was worked out."""
    st.session_state[WEEK] = made
    st.session_state.pop("patrol_form", None)
    st.rerun()


def _wanted(
    each: Choice, shifts: Sequence[Shift], how: dict[str, int], *, urgent: bool
) -> Wanted:  # fmt: skip
    first = shifts[0] if shifts else None
    at = first.valid_from if first else datetime.now(UTC)
    stop = Stop(
        opens=at, closes=at, arrive=at, why=each.why, dwell=how["dwell"], place_id=each.place_id,
        zone=each.zone, name=each.name, tactics=FIRST_TACTICS, to_do=each.to_do,
        action_id=each.action_id, most_minutes=max(45, how["dwell"]),
    )  # fmt: skip
    hours = {number: _hours(each, shift) for number, shift in enumerate(shifts)}
    return Wanted(stop, max(each.score, 0.01), hours, urgent)


def _hours(each: Choice, shift: Shift) -> tuple[datetime, datetime]:
    opens, closes, _ = proposed(each, shift)
    return opens.astimezone(UTC), closes.astimezone(UTC)


def result(made: Made) -> None:
    """Show who gets how many visits, each team's rounds and what is left alone; keep it."""
    week = made.week
    st.title(week_of(made.monday), anchor=False)
    patrol_state.said()
    faults = [f"{each.shift.title}: {said}" for each in week.tours
              for said in broken(each.shift, each.solved.stops)]  # fmt: skip
    for each in faults:
        st.warning(plain(each), icon=":material/rule:")
    visits = sum(each.planned for each in week.shares)
    st.html(f'<p class="sg-entry">{escape(head(made, visits))}</p>')
    keep(made, sound=not faults and bool(week.rounds))
    st.header("Who gets how many visits", anchor=False)
    st.html(given(made))
    quiet(SHARING)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        st.header("Shift by shift", anchor=False)
        for number, shift in enumerate(made.asked.shifts):
            one(made, number, shift)
    with right:
        drawn(made)
        if week.left:
            st.html(f'<div class="sg-mind"><p>{escape(LEAVING)}</p></div>')


def head(made: Made, visits: int) -> str:
    """Say what the week holds and how good it is."""
    shifts, teams = len(made.asked.shifts), made.asked.teams
    told = [
        f"{visits} visits to {sum(each.planned > 0 for each in made.week.shares)} places",
        f"{shifts} shift{'' if shifts == 1 else 's'}",
        f"{teams} team{'' if teams == 1 else 's'}",
    ]
    said = [made.week.words, *made.week.notes]
    if teams > 1 and any(not each.solved.stops for each in made.week.tours):
        said.append("In some shifts a team has nothing to do: plan for one fewer, or tick more.")
    return f"{' · '.join(told)}. {' '.join(said)}"


def keep(made: Made, *, sound: bool) -> None:
    """Offer to save the week as drafts, to draw it anew or to go back."""
    count = len(made.week.rounds)
    with st.container(horizontal=True, gap="small"):
        save = st.button(f"Save {count} draft{'' if count == 1 else 's'}", type="primary",
                         icon=":material/save:", disabled=not sound, key="week_save")  # fmt: skip
        again = st.button("Draw it again", icon=":material/casino:", key="week_again")
        back = st.button("Back to the places", icon=":material/arrow_back:", key="week_back")
    if back:
        st.session_state["patrol_form"] = True
        st.rerun()
    if again:
        with desk.shown_errors():
            asked = replace(made.asked, seed=made.asked.seed + 1)
            week = patrol_plan.worked_out(partial(solving.solve, asked, made.wanted))
            put(Made(made.monday, asked, made.wanted, made.reasons, week))
    if save:
        saved(made, count)


def saved(made: Made, count: int) -> None:
    """Write the week down, and open the list."""
    done = False
    with desk.shown_errors(), desk.writing() as (session, actor):
        patrol_weeks.plan_week(
            session, actor, made.monday, made.week.rounds, shares=made.week.shares,
            left=made.week.left, seed=made.asked.seed,
        )  # fmt: skip
        done = True
    if done:
        st.session_state[patrol_state.SAID] = (
            f"{count} draft{' is' if count == 1 else 's are'} saved. Somebody else authorises them."
        )
        patrol_state.go()


def given(made: Made) -> str:
    """Write what each place gets, and why."""
    heads = ("Place", "Visits", "Why so many", "Left without a patrol")
    return table("What each place gets", heads, [_given(made, each) for each in made.week.shares])


def _given(made: Made, each: Share) -> tuple[str, ...]:
    why = " ".join([each.words, *made.reasons.get(each.place_id, ())[:2]])
    visits = f"{each.planned}" if each.planned == each.meant else f"{each.planned} of {each.meant}"
    alone = [left for left in made.week.left if left.place_id == each.place_id]
    return (escape(each.name), visits, escape(why), "; ".join(map(span, alone)) or "never")


def span(left: patrol_weeks.Left) -> str:
    """Say the hours in which a place is left alone."""
    opens, closes = left.opens.astimezone(LONDON), left.closes.astimezone(LONDON)
    return f"{opens:%A}, {opens:%H:%M} to {closes:%H:%M}"


def one(made: Made, number: int, shift: Shift) -> None:
    """Show one shift: each team's stops in their order, and what is left alone."""
    begins, ends = shift.valid_from.astimezone(LONDON), shift.valid_to.astimezone(LONDON)
    tours = [each for each in made.week.tours if each.number == number]
    names = {each.place_id: each.stop.name for each in made.wanted}
    alone = [names[each.place_id] for each in made.week.left if each.shift == number]
    left = f"<p class='sg-quiet'>Left without a patrol: {escape(', '.join(alone))}.</p>"
    st.html(
        f'<div class="sg-stop"><h3>{begins:%A} {begins.day} {begins:%B}, {begins:%H:%M} to '
        f"{ends:%H:%M}</h3>{''.join(map(tour, tours))}{left if alone else ''}</div>"
    )


def tour(each: Tour) -> str:
    """Write one team's stops in a line."""
    stops = [f"{clock(stop.arrive.astimezone(LONDON))} {stop.name}" for stop in each.solved.stops]
    back = clock(each.solved.back.astimezone(LONDON))
    told = f"{' · '.join(stops)} · back at {back}" if stops else "nothing to do in this shift"
    return f"<p><strong>Team {each.team}:</strong> {escape(told)}</p>"


def drawn(made: Made) -> None:
    """Draw the rounds of one shift."""
    numbers = range(len(made.asked.shifts))
    shown = st.segmented_control(
        "Shift on the map", numbers, default=0, key=key("shown"), required=True,
        format_func=lambda at: f"{made.asked.shifts[at].valid_from.astimezone(LONDON):%a %-d %b}",
    )  # fmt: skip
    tours = [each.solved for each in made.week.tours if each.number == shown]
    zones = [(stop.name, stop.zone) for each in tours for stop in each.stops]
    ways = [each.way for each in tours if each.way is not None]
    patrol_map.show(zones, way=MultiLineString(ways) if ways else None, start=made.asked.start)
