"""The filters: when, what harm, what kind of place, from whom, where."""

from datetime import date, timedelta
from html import escape

import streamlit as st

from domain import accounts, areas, audit, codes
from domain.areas import AreaKind
from domain.errors import Invalid
from domain.filters import DAY_NAMES, Filters
from domain.people import Actor, Permission
from domain.status import Status
from screens import desk, map_time
from screens.map_state import MapState

PERIODS = {
    "All dates": None,
    "Last 4 weeks": 28,
    "Last 3 months": 91,
    "Last 12 months": 365,
    "Choose dates": 0,
}


def show(state: MapState, actor: Actor) -> MapState:
    """Show the filters as the address has them, and return the state that they leave."""
    now = state.filters
    for note in now.notes:
        st.warning(note, icon=":material/link_off:")
    since, until = period(now)
    map_time.offer(state)
    lists = codes.current()
    wide = actor.may(Permission.SEE_PLACES)
    harm = (
        several("Type of harm", lists.harm_types.offered(), now.harm_types, "f_harm")
        if wide
        else ()
    )
    types = several("Type of place", lists.place_types.offered(), now.place_types, "f_types")
    states = {each.value: each.words.capitalize() for each in Status}
    status = (
        several("State of the place", states, [s.value for s in now.statuses], "f_status")
        if wide
        else ()
    )
    sources = {**lists.incident_sources.offered(), **lists.touch_sources.offered()}
    source = several("Source", sources, now.sources, "f_source") if wide else ()
    days = several("Day of the week", dict(enumerate(DAY_NAMES)), now.weekdays, "f_days")
    hours = st.slider(
        "Hours of the day", 0, 24, now.hours or (0, 24), key="f_hours", format="%d:00",
        help="Records whose hour is not known are left out when you narrow the hours.",
    )  # fmt: skip
    agency = several("Agency", agencies(), now.agencies, "f_agency") if wide else ()
    area = several("Area", all_areas(), now.areas, "f_area")
    clearing = st.container()
    try:
        asked = Filters(
            since=since,
            until=until,
            weekdays=frozenset(days),
            hours=None if tuple(hours) == (0, 24) else tuple(hours),
            harm_types=frozenset(harm),
            place_types=frozenset(types),
            statuses=frozenset(map(Status, status)),
            sources=frozenset(source),
            agencies=frozenset(agency),
            areas=frozenset(area),
        )
    except Invalid as error:
        st.error(str(error))
        asked = now
    nothing = asked.is_empty and now.is_empty
    if clearing.button(
        "Clear all filters",
        icon=":material/filter_alt_off:",
        disabled=nothing,
        key="clear_all_filters",
    ):
        clear()
        return state.having(filters=Filters())
    st.html(f'<p class="sg-quiet">{escape(asked.describe())}</p>')
    return state.having(filters=asked)


def period(now: Filters) -> tuple[date | None, date | None]:
    """Ask for a period: one of the usual ones, or two dates."""
    names = list(PERIODS)
    start = names.index("Choose dates") if now.since or now.until else 0
    name = st.selectbox("Period", names, index=start, key="f_period")
    days = PERIODS[name]
    if days is None:
        return None, None
    if days:
        return date.today() - timedelta(days=days), None  # noqa: DTZ011 - a day as people count it
    first, last = st.columns(2)
    since = first.date_input("From", now.since, key="f_since", format="DD/MM/YYYY")
    until = last.date_input("To", now.until, key="f_until", format="DD/MM/YYYY")
    return since, until


def several(label: str, options: dict, chosen: object, key: str) -> list:
    """Ask for any number of codes, shown by their words."""
    kept = [each for each in options if each in set(chosen)]
    return st.multiselect(
        label, list(options), kept, key=key, format_func=lambda each: words(options[each]),
        placeholder="Any",
    )  # fmt: skip


def words(text: str) -> str:
    """Begin a label with a capital."""
    return text[:1].upper() + text[1:]


def clear() -> None:
    """Forget what the widgets hold."""
    for key in [key for key in st.session_state if str(key).startswith("f_")]:
        del st.session_state[key]
    st.query_params.from_dict(
        {
            key: value
            for key, value in st.query_params.items()
            if key in ("layers", "colour", "pick")
        }
    )
    st.rerun()


def agencies() -> dict[int, str]:
    """Return the agencies by id."""
    with desk.reading() as (session, actor):
        moment = audit.revision(session, ("agency",))
    return _agencies(actor.scope, moment, actor)


@st.cache_data(max_entries=16, show_spinner=False)
def _agencies(scope: str, moment: tuple[int, ...], _actor: Actor) -> dict[int, str]:  # noqa: ARG001
    with desk.store().reading() as session:
        return accounts.agency_names(session, _actor)


KINDS = {
    AreaKind.PARTNERSHIP: "partnership",
    AreaKind.WARD: "ward",
    AreaKind.LSOA: "small area",
    AreaKind.BEAT: "beat",
}


def all_areas() -> dict[int, str]:
    """Return the areas by id that the reader may choose among; wards alone for who sees counts."""
    with desk.reading() as (session, actor):
        moment = audit.revision(session, ("area",))
    return _areas(actor.scope, moment, actor)


@st.cache_data(max_entries=16, show_spinner=False)
def _areas(scope: str, moment: tuple[int, ...], _actor: Actor) -> dict[int, str]:  # noqa: ARG001
    with desk.store().reading() as session:
        wide = _actor.may(Permission.SEE_PLACES)
        frames = {
            kind: areas.frame(session, _actor, kind)
            for kind in areas.kinds(session, _actor)
            if wide or kind is AreaKind.WARD
        }
    return {
        int(number): f"{name} ({KINDS[kind]})"
        for kind, frame in frames.items()
        for number, name in frame["name"].items()
    }
