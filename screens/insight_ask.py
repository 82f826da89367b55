"""The question: which records, from when and where, and what is asked of them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import streamlit as st

from domain import codes, jobs
from domain.errors import Invalid
from domain.filters import DAY_NAMES, Filters
from domain.people import Actor, Permission
from domain.recipes import LAYERS, PARAMETERS, Method, Parameter, Recipe, Value
from exchange import insights
from layers import analysis, catalogue
from layers.sight import Sight
from screens import desk, insight_state, map_filters

ALL, CHOSEN = "All dates", "Choose dates"
PERIODS: Mapping[str, int] = {
    ALL: 0, "Last 3 months": 91, "Last 12 months": 365, "Last 2 years": 730, CHOSEN: 0,
}  # fmt: skip
EMPTY: Mapping[str, Any] = {
    "q_period": ALL, "q_since": None, "q_until": None, "q_areas": (), "q_harm": (),
    "q_source": (), "q_days": (), "q_hours": (0, 24),
}  # fmt: skip


def offered(actor: Actor) -> list[str]:
    """Return the layers that this reader may ask of."""
    return [name for name in LAYERS if catalogue.sight(actor, name) is not Sight.NONE]


def recipe(actor: Actor) -> Recipe | None:
    """Ask, and return what is asked; None, with the reason shown, where it cannot be asked."""
    _remember()
    left, right = st.columns(2)
    titles = {name: catalogue.CATALOGUE[name].title for name in offered(actor)}
    layer = left.selectbox("Records", list(titles), format_func=titles.get, key="q_layer")
    period = right.selectbox("Period", list(PERIODS), key="q_period")
    method = _method(layer)
    since, until = _days(period)
    areas = _several("Area", map_filters.all_areas(), "q_areas")
    with st.expander("Filters"):
        narrowed = _filters(layer)
    with st.expander("Settings"):
        settings = {each.name: _setting(method, each) for each in PARAMETERS[method]}
    try:
        asked = Filters(since=since, until=until, areas=frozenset(areas), **narrowed)
        return Recipe(method, layer, asked.to_query(), settings)
    except Invalid as error:
        st.error(str(error), icon=":material/error:")
        return None


def look(asked: Recipe) -> None:
    """Run what is asked: at once where it is quick, else as a job."""
    number: int | None = None
    with desk.shown_errors():
        with desk.reading() as (session, actor):
            records = analysis.count(session, actor, asked)
        if insights.is_long(asked, records):
            begin(asked)
            st.rerun()
        else:
            with st.spinner("Looking"):
                number = insights.put_down(desk.store(), actor, asked)
    if number is not None:
        insight_state.go(number)


def begin(asked: Recipe) -> None:
    """Ask for the work as a job; the page goes on."""
    with desk.writing() as (session, actor):
        st.session_state["insight_job"] = jobs.submit(session, actor, "insight", asked.as_json()).id


def take_over(asked: Recipe, number: int) -> None:
    """Fill the question as it was asked for the result that is opened, once for each."""
    if st.session_state.get("q_of") == number:
        return
    narrowed = asked.filters
    dated = narrowed.since or narrowed.until
    st.session_state.update(
        q_of=number,
        q_layer=asked.layer,
        q_method=asked.method,
        q_period=CHOSEN if dated else ALL,
        q_since=narrowed.since,
        q_until=narrowed.until,
        q_areas=[each for each in map_filters.all_areas() if each in narrowed.areas],
        q_harm=sorted(narrowed.harm_types),
        q_source=sorted(narrowed.sources),
        q_days=sorted(narrowed.weekdays),
        q_hours=narrowed.hours or (0, 24),
    )
    for name, value in asked.parameters.items():
        st.session_state[f"q_{asked.method.name}_{name}"] = value


def _remember() -> None:
    """Keep what was asked while the page is away: Streamlit forgets a widget that is not drawn."""
    kept = st.session_state.setdefault("q_kept", {})
    kept.update({key: st.session_state[key] for key in EMPTY if key in st.session_state})
    for key, value in EMPTY.items():
        st.session_state.setdefault(key, kept.get(key, value))


def _method(layer: str) -> Method:
    answers = LAYERS[layer]
    if st.session_state.get("q_method") not in answers:
        st.session_state["q_method"] = answers[0]
    chosen: Method = st.radio(
        "What do you want to know?", answers, format_func=lambda each: each.question,
        key="q_method",
    )  # fmt: skip
    return chosen


def _days(period: str) -> tuple[date | None, date | None]:
    if period == CHOSEN:
        first, last = st.columns(2)
        since = first.date_input("From", key="q_since", format="DD/MM/YYYY")
        return since, last.date_input("To", key="q_until", format="DD/MM/YYYY")
    back = PERIODS[period]
    return (date.today() - timedelta(days=back) if back else None), None  # noqa: DTZ011 - as people count


def _filters(layer: str) -> dict[str, Any]:
    """Ask for what matters to these records."""
    lists = codes.current()
    known = lists.touch_sources if layer == "touches" else lists.incident_sources
    asked = {"sources": frozenset(_several("Source", known.offered(), "q_source"))}
    if layer == "touches":
        return asked
    hours = st.slider(
        "Hours of the day", 0, 24, key="q_hours", format="%d:00",
        help="Records whose hour is not known are left out when you narrow the hours.",
    )  # fmt: skip
    return {
        **asked,
        "harm_types": frozenset(_several("Type of harm", lists.harm_types.offered(), "q_harm")),
        "weekdays": frozenset(_several("Day of the week", dict(enumerate(DAY_NAMES)), "q_days")),
        "hours": None if tuple(hours) == (0, 24) else tuple(hours),
    }


def _several(label: str, options: Mapping[Any, str], key: str) -> list[Any]:
    st.session_state[key] = [each for each in st.session_state.get(key, ()) if each in options]
    return st.multiselect(
        label, list(options), key=key, placeholder="Any",
        format_func=lambda each: map_filters.words(options[each]),
    )  # fmt: skip


def _setting(method: Method, each: Parameter) -> Value:
    key = f"q_{method.name}_{each.name}"
    st.session_state.setdefault(key, each.default)
    about = each.about or None
    if each.choices:
        return st.selectbox(
            each.title, list(each.choices), format_func=each.choices.get, key=key, help=about
        )
    return st.number_input(each.title, each.least, each.most, step=each.step, key=key, help=about)


def nothing_open(actor: Actor) -> None:
    """Say what the page is for, or what to do first where there are no records at all."""
    with desk.reading() as (session, who):
        there = any(
            analysis.count(session, who, Recipe(LAYERS[name][0], name)) for name in offered(who)
        )
    if there:
        st.html(
            '<div class="sg-answer"><h1>Insight</h1><p>Choose what you want to know, then press '
            "Look. You see where or when records cluster, how sure that is, and what it cannot "
            'say.</p><p class="sg-quiet">A result counts records in squares. It never names a '
            "person, and it says nothing of what will happen.</p></div>"
        )
        return
    st.html('<div class="sg-answer"><h1>Insight</h1></div>')
    st.info("There are no records to look at yet. Import incidents first.", icon=":material/info:")
    if actor.may(Permission.IMPORT):
        st.html('<a class="sg-link" href="/import_data" target="_self">Go to Import</a>')
