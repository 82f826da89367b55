"""Planning a shift: what it is for, where it may go and when; the order is worked out."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from html import escape
from threading import Event
from typing import TypeVar

import streamlit as st
from shapely import Point
from sqlalchemy import select

from domain import codes, matching, patrol_candidates
from domain.accounts import Agency
from domain.errors import Invalid
from domain.matching import LONDON
from domain.patrol_candidates import Choice
from domain.patrol_planning import NO_SECTION_60, SECTION_60
from domain.patrol_rules import DWELL, Shift, Stop
from exchange import patrol_solving
from exchange.patrol_solving import Asked, Candidate
from geo import gridref
from layers import catalogue
from screens import desk, patrol_exception, patrol_map, patrol_route, patrol_state
from screens.admin_desk import plain, quiet
from screens.patrol_state import Draft, kept, key

T = TypeVar("T")
PURPOSES = [
    "Children feel safe on their way home, and adults who harm find no room.",
    "Young people and staff know us and can tell us what worries them.",
    "Be seen where the lights and sight-lines are not mended yet.",
]
BASES = [
    "Common law duty to keep the peace and protect life",
    "Children Act 2004 section 11: regard to safeguarding children",
    "Crime and Disorder Act 1998 section 17",
]
PREMISES = "premises"
FIRST_TACTICS = ("be_seen", "talk_staff", "talk_young", "ask_safe")
SHOWN = 8
"""Places that the form ticks or shows before the others."""
TICKED = 5
EVENING = time(18)
STEP = timedelta(minutes=30)
LONGEST = 60


def show(patrol_id: int | None) -> None:
    """Show the form, or what came of it; a patrol that is there is opened to be changed."""
    if patrol_id is not None and patrol_state.draft() is None:
        patrol_route.reopen(patrol_id)
    patrol_state.hold()
    draft = patrol_state.draft()
    if draft is not None and not st.session_state.get("patrol_form"):
        patrol_route.show(draft, patrol_id)
        return
    form()


def form() -> None:
    """Ask for the shift, the places and their hours, and solve."""
    st.title("Plan a shift", anchor=False)
    found = choices()
    teams, starts, own = police()
    left, right = st.columns([5, 6], gap="medium")
    with left:
        shift, start = asked_shift(teams, own, starts)
        chosen = candidates(found, shift)
        chosen += patrol_exception.show(found, shift)
        how = effort()
        pressed = st.button("Work out the order", type="primary", icon=":material/route:",
                            key="patrol_solve", width="stretch")  # fmt: skip
    with right:
        zones = [(each.stop.name, each.stop.zone) for each in chosen if each.stop.zone is not None]
        patrol_map.show(zones, start=start, numbered=False)
    if pressed:
        with desk.shown_errors():
            begin(shift, start, chosen, how)


def choices() -> list[Choice]:
    """Return the places that may be visited, read once for each time that the form is opened."""
    name = f"patrol_choices_{patrol_state.turn()}"
    if name not in st.session_state:
        with desk.reading() as (session, actor):
            st.session_state[name] = patrol_candidates.choices(session, actor)
    found: list[Choice] = st.session_state[name]
    return found


def begin(
    shift: Shift, start: Point | None, chosen: Sequence[Candidate], how: Mapping[str, float]
) -> None:
    """Solve what was asked and open what came of it."""
    if SECTION_60.search(f"{shift.title} {shift.purpose} {shift.legal_basis}"):
        raise Invalid(NO_SECTION_60)
    if start is None:
        raise Invalid("Choose where the shift starts, or type a grid reference.")
    asked = Asked(
        shift=shift,
        start=start,
        visits=int(how["visits"]),
        pause=int(how["pause"]),
        streets=desk.house().streets,
        time_limit=float(how["limit"]),
        seed=int(how["seed"]),
    )
    # what is promised is what dose is measured against
    meant = [replace(each, stop=replace(each.stop, visits_a_day=asked.visits)) for each in chosen]
    solved = worked_out(partial(patrol_solving.solve, asked, meant))
    st.session_state[patrol_state.DRAFT] = Draft(asked, meant, solved)
    st.session_state.pop("patrol_form", None)
    st.rerun()


def worked_out(solve: Callable[[Callable[[float, float, float], None]], T]) -> T:
    """Solve beside the page, which shows how far it is; leaving the page stops the search."""
    gone, told = Event(), [0.0, 0.0, 0.0]

    def progress(share: float, best: float, bound: float) -> None:
        told[:] = share, best, bound
        if gone.is_set():
            raise Invalid("The search was stopped.")

    bar = st.progress(0.0, "Reading the streets")
    with ThreadPoolExecutor(1) as beside:
        work = beside.submit(solve, progress)
        try:
            while not work.done():
                bar.progress(min(max(told[0], 0.0), 1.0), words(*told))
                gone.wait(0.1)
        finally:
            gone.set()
        bar.empty()
        return work.result()


def words(share: float, best: float, bound: float) -> str:
    """Say how far the search is."""
    if not share:
        return "Reading the streets"
    met = f" It meets {best / bound:.0%} of the need at least." if bound > 0 else ""
    return f"Looking for a better order.{met}"


def known_starts(session, actor) -> dict[str, Point]:
    """Return premises of partners by name, where a shift may start."""
    shown = catalogue.read(session, actor, PREMISES)
    own = zip(shown["name"], shown.geometry, strict=True)
    return dict(sorted(own, key=lambda each: ("police" not in each[0].lower(), each[0])))


@dataclass(frozen=True)
class Details:
    """What holds for a shift beside its times."""

    style: str
    agency_id: int
    start: str
    purpose: str
    basis: str

    def shift(self, title: str, on: date, begins: time, ends: time) -> Shift:
        """Make the shift of a day, which may end on the next."""
        valid_from = datetime.combine(on, begins, LONDON)
        valid_to = datetime.combine(on, ends, LONDON)
        if valid_to <= valid_from:
            valid_to = datetime.combine(on + timedelta(days=1), ends, LONDON)
        return Shift(
            title=title, purpose=self.purpose, legal_basis=self.basis, style=self.style,
            agency_id=self.agency_id, valid_from=valid_from, valid_to=valid_to, start=self.start,
        )  # fmt: skip


def asked_shift(
    teams: dict[int, str], own: int | None, starts: dict[str, Point]
) -> tuple[Shift, Point | None]:
    """Ask for what holds for the whole shift."""
    st.header("1. The shift", anchor=False)
    title = st.text_input("Name", max_chars=120, key=kept("title", "Evening round"))
    day, first, last = st.columns([3, 2, 2])
    on = day.date_input("Day", format="DD/MM/YYYY", key=kept("day", next_evening()))
    begins = first.time_input("From", step=1800, key=kept("from", EVENING))
    ends = last.time_input("Until", step=1800, key=kept("until", time(23)))
    found = details(teams, own, starts)
    return found.shift(title, on, begins, ends), spot_of(found.start, starts)


def next_evening(now: datetime | None = None) -> date:
    """Return the day of the next evening round that has not begun at ``now``, in London."""
    now = now or datetime.now(LONDON)
    return now.date() + timedelta(days=now.time() >= EVENING)


def details(teams: dict[int, str], own: int | None, starts: dict[str, Point]) -> Details:
    """Ask how, by whom, from where, what for and on what basis."""
    styles = codes.current().patrol_styles
    one, other = st.columns(2)
    style = one.selectbox("How", list(styles), format_func=styles.label, key=key("style"))
    agency = other.selectbox(
        "Team", list(teams), format_func=lambda each: teams[each], key=key("team"),
        index=list(teams).index(own) if own in teams else 0,
    )  # fmt: skip
    place = st.selectbox(
        "Starts and ends at", list(starts), key=key("start"), accept_new_options=True,
        index=0 if starts else None, placeholder="A name above, or a grid reference",
    )  # fmt: skip
    with st.expander("Purpose and legal basis"):
        purpose = st.selectbox("Purpose", PURPOSES, accept_new_options=True, key=key("purpose"))
        basis = st.selectbox("Legal basis", BASES, accept_new_options=True, key=key("basis"))
        quiet("Choose what fits, or type your own words.")
    return Details(style, agency or 0, place or "", purpose or "", basis or "")


def police() -> tuple[dict[int, str], dict[str, Point], int | None]:
    """Return the police teams by id, the starts by name, and the reader's own team."""
    with desk.reading() as (session, actor):
        teams = {
            each.id: each.name
            for each in session.scalars(
                select(Agency).where(Agency.active, Agency.kind == "police").order_by(Agency.name)
            )
        }
        return teams, known_starts(session, actor), actor.agency_id


def spot_of(text: str | None, starts: dict[str, Point]) -> Point | None:
    """Return where a name or a grid reference is."""
    if not text or text in starts:
        return starts.get(text or "")
    found = gridref.parse_location(text)
    return None if found is None else Point(found.easting, found.northing)


def candidates(found: Sequence[Choice], shift: Shift) -> list[Candidate]:
    """Let the planner tick places that a meeting agreed, and say when to come."""
    st.header("2. Where and when", anchor=False)
    agreed = [each for each in found if each.approved]
    if not agreed:
        st.info("No place is in plan or review. A meeting agrees a plan for a place first.")
    quiet("Places in plan or review, the neediest first. Need never counts police records.")
    with st.expander("How each visit is made"):
        dwell = st.slider("Minutes of a visit", *DWELL, key=kept("dwell", 12))
        spacing = st.slider("Minutes between two visits at one place", 30, 360, step=10,
                            key=kept("spacing", 120))  # fmt: skip
        most = st.slider("Most minutes a day at one place", 15, 120, step=5,
                         key=kept("most", 45))  # fmt: skip
    made = []
    ticked = [each.place_id for each in agreed if each.actions][:TICKED]
    for number, each in enumerate(agreed):
        if number == SHOWN:
            holder = st.expander(f"{len(agreed) - SHOWN} more places", key=key("more"))
        with st.container() if number < SHOWN else holder:
            on = each.place_id in ticked
            with st.container(gap="small"):
                one = choice(each, shift, ticked=on, dwell=dwell, spacing=spacing, most=most)
        made += [] if one is None else [one]
    return made


def choice(
    each: Choice, shift: Shift, *, ticked: bool, dwell: int, spacing: int, most: int
) -> Candidate | None:
    """Show one place with its reasons; ticked, ask for its hours and what the team must know."""
    name = f"{each.place_id}"
    on = st.checkbox(plain(each.name), key=kept(f"tick{name}", ticked))
    agreed = "; ".join(card.what for card in each.actions[:2])
    said = [f"Agreed: {agreed}" if agreed else "No action is open here.", *each.reasons[:2]]
    st.html(f'<p class="sg-quiet">{escape(" ".join(said))}</p>')
    if not on:
        return None
    windows = hours(each, shift, name)
    with st.expander("What the team reads"):
        why = st.text_area("Why here", max_chars=300, key=kept(f"why{name}", each.why))
        to_do = st.text_area("What to do", max_chars=300, key=kept(f"do{name}", each.to_do))
        never = st.text_area("What not to do", max_chars=300, key=kept(f"not{name}", ""))
        care = st.text_input("Take care, no-go", max_chars=300, key=kept(f"care{name}", ""))
        labels = codes.current().patrol_tactics
        tactics = st.multiselect("Agreed tactics", list(labels), format_func=labels.label,
                                 key=kept(f"tactics{name}", list(FIRST_TACTICS)))  # fmt: skip
    stop = Stop(
        opens=shift.valid_from, closes=shift.valid_to, arrive=shift.valid_from, why=why,
        dwell=dwell, place_id=each.place_id, zone=each.zone, name=each.name,
        tactics=tuple(tactics), to_do=to_do, not_to_do=never, hazards=care, spacing=spacing,
        most_minutes=max(most, dwell), action_id=each.action_id,
    )  # fmt: skip
    return Candidate(stop, max(each.score, 0.01), windows)


def hours(each: Choice, shift: Shift, name: str) -> tuple[tuple[datetime, datetime]]:
    """Ask between which hours to come, the hours proposed that its records fall in."""
    stamps, now = [shift.valid_from], shift.valid_from + STEP
    while now < shift.valid_to:
        stamps.append(now)
        now += STEP
    stamps.append(shift.valid_to)
    begin, end, fits = proposed(each, shift)
    first = max((at for at in stamps if at <= begin), default=stamps[0])
    last = min((at for at in stamps if at >= end), default=stamps[-1])
    mark = f"{shift.valid_from:%m%d%H%M}{shift.valid_to:%H%M}"
    one, other = st.columns(2)
    opens = one.selectbox(
        "From", stamps[:-1], format_func=clock, key=kept(f"from{name}{mark}", first)
    )
    closes = other.selectbox(
        "Until", stamps[1:], format_func=clock, key=kept(f"until{name}{mark}", last)
    )
    told = "Too little is recorded to tell its hours: the whole shift."
    if each.hours is not None:
        told = each.hours.words + ("" if fits else " This shift lies outside of them.")
    quiet(told)
    return ((opens, closes),)


def clock(moment: datetime) -> str:
    """Write a time of the shift."""
    return f"{moment:%H:%M}"


def proposed(each: Choice, shift: Shift) -> tuple[datetime, datetime, bool]:
    """Return the part of the shift in which the place's records fall, else the whole shift."""
    whole = shift.valid_from, shift.valid_to
    if each.hours is None:
        return *whole, False
    for day in (-1, 0, 1):
        on = shift.valid_from.date() + timedelta(days=day)
        opens = datetime.combine(on, time(each.hours.first), LONDON)
        closes = opens + timedelta(hours=patrol_candidates.HOURS)
        begin, end = max(opens, shift.valid_from), min(closes, shift.valid_to)
        if end - begin >= timedelta(hours=1):
            return begin, end, True
    return *whole, False


def effort() -> dict[str, float]:
    """Ask how many visits, for a break, and how long to search."""
    st.header("3. The round", anchor=False)
    one, other = st.columns(2)
    visits = one.number_input("Visits to a place, at most", 1, 4, key=kept("visits", 1))
    pause = other.number_input("Break, minutes", 0, 90, step=15, key=kept("pause", 0))
    with st.expander("Search"):
        limit = st.slider("Seconds to search, at most", 1, LONGEST, key=kept("limit", 5))
        seed = st.number_input("Number of the draw", 1, 9_999, key=kept("seed", _drawn()))
        quiet(
            "Order and times are drawn by this number, so that nobody learns when you come. The "
            "same number gives the same round."
        )
    return {"visits": visits, "pause": pause, "limit": limit, "seed": seed}


def _drawn() -> int:
    """Return another number each day, and for each turn of the form."""
    return (matching.today().toordinal() * 7 + patrol_state.turn()) % 9_999 + 1
