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
from screens import desk, map_state, map_time
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
    wide = actor.may(Permission.SEE_PLACES)
    what = of_places(now) if wide else {}
    when = hours_and_days(now)
    agency = several("Agency", agencies(), now.agencies, "f_agency") if wide else ()
    area = several("Area", all_areas(), now.areas, "f_area")
    clearing = st.container()
    whose = {"agencies": frozenset(agency), "areas": frozenset(area)}
    try:
        asked = Filters(since=since, until=until, **when, **what, **whose)
    except Invalid as error:
        st.error(str(error))
        asked = now
    if clearing.button(
        "Clear all filters", icon=":material/filter_alt_off:", key="clear_all_filters",
        disabled=asked.is_empty and now.is_empty,
    ):  # fmt: skip
        map_state.afresh()
        map_state.go(state.having(filters=Filters()))
    st.html(f'<p class="sg-quiet">{escape(asked.describe())}</p>')
    return state.having(filters=asked)


def of_places(now: Filters) -> dict[str, frozenset]:
    """Ask what harm, what kind of place and from whom; for those who see places."""
    lists = codes.current()
    states = {each.value: each.words.capitalize() for each in Status}
    sources = {**lists.incident_sources.offered(), **lists.touch_sources.offered()}
    harm = several("Type of harm", lists.harm_types.offered(), now.harm_types, "f_harm")
    types = several("Type of place", lists.place_types.offered(), now.place_types, "f_types")
    status = several("State of the place", states, [s.value for s in now.statuses], "f_status")
    source = several("Source", sources, now.sources, "f_source")
    return {
        "harm_types": frozenset(harm),
        "place_types": frozenset(types),
        "statuses": frozenset(map(Status, status)),
        "sources": frozenset(source),
    }


def hours_and_days(now: Filters) -> dict[str, object]:
    """Ask for days of the week and hours of the day."""
    days = several("Day of the week", dict(enumerate(DAY_NAMES)), now.weekdays, "f_days")
    hours = st.slider(
        "Hours of the day", 0, 24, now.hours or (0, 24), key=keyed("f_hours"), format="%d:00",
        help="Records whose hour is not known are left out when you narrow the hours.",
    )  # fmt: skip
    return {"weekdays": frozenset(days), "hours": None if tuple(hours) == (0, 24) else tuple(hours)}


def period(now: Filters) -> tuple[date | None, date | None]:
    """Ask for a period: one of the usual ones, or two dates."""
    names = list(PERIODS)
    start = names.index("Choose dates") if now.since or now.until else 0
    name = st.selectbox("Period", names, index=start, key=keyed("f_period"))
    days = PERIODS[name]
    if days is None:
        return None, None
    if days:
        return date.today() - timedelta(days=days), None  # noqa: DTZ011 - a day as people count it
    first, last = st.columns(2)
    since = first.date_input("From", now.since, key=keyed("f_since"), format="DD/MM/YYYY")
    until = last.date_input("To", now.until, key=keyed("f_until"), format="DD/MM/YYYY")
    return since, until


def several(label: str, options: dict, chosen: object, key: str) -> list:
    """Ask for any number of codes, shown by their words."""
    kept = [each for each in options if each in set(chosen)]
    return st.multiselect(
        label, list(options), kept, key=keyed(key), format_func=lambda each: words(options[each]),
        placeholder="Any",
    )  # fmt: skip


def keyed(name: str) -> str:
    """Return the key of a filter until all of them are cleared."""
    return f"{name}_{map_state.turn()}"


def words(text: str) -> str:
    """Begin a label with a capital."""
    return text[:1].upper() + text[1:]


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
