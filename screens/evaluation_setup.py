"""Setting an evaluation before the plan starts: what, where, when, and what to compare with."""

from datetime import timedelta
from html import escape

import streamlit as st

from domain import codes, evaluation_reporting, evaluation_setting, matching
from domain.errors import Invalid
from domain.evaluation_counts import QUARTERS, chosen
from domain.evaluation_setting import Setting
from domain.evaluations import Outcome, ZoneKind
from domain.filters import DAY_NAMES, Filters
from layers import canvas
from screens import (
    desk,
    evaluation_compare,
    evaluation_ground,
    evaluation_map,
    evaluation_state,
)
from screens.admin_desk import quiet
from screens.evaluation_found import Found
from screens.evaluation_state import Opened, kept
from screens.map_filters import words

BEFORE = {False: "The weeks just before the start", True: "The same weeks a year earlier"}


def show(asked: Opened, found: Found | None) -> None:
    """Show the form, with a map beside it; ``found`` is what is to be changed."""
    st.title("Set an evaluation" if found is None else "Change what is fixed", anchor=False)
    quiet(
        "Fix it before the plan starts: a goal that is chosen afterwards always fits. "
        "What is changed later stays visible, with the reason."
    )
    form, beside = st.columns([3, 2], gap="large")
    before = None if found is None else found.setting
    with form:
        setting = ask(asked, before)
        save(setting, found)
    with beside, st.container(key="evaluation_beside"):
        st.header("Where", anchor=False)
        act = evaluation_map.show(
            zones(setting), offered=evaluation_compare.offered(),
            drawing=evaluation_ground.drawing(), height=420,
        )  # fmt: skip
    match act:
        case canvas.Drawn() | canvas.Cleared():
            evaluation_ground.take(act)
        case canvas.Picked(layer=evaluation_map.OFFERED, id=number):
            evaluation_compare.turn_over(number)


def ask(asked: Opened, before: Setting | None) -> Setting | None:
    """Ask for all that is fixed; None while there is no area."""
    st.header("1. The plan and its area", anchor=False)
    given = before or Setting("", None, matching.today() + timedelta(days=14))
    title = st.text_input("Name of the plan", key=kept("title", given.title), max_chars=120)
    area, place_id = evaluation_ground.area(asked.place, before)
    st.header("2. What is counted", anchor=False)
    outcome, query = counted(given)
    st.header("3. When", anchor=False)
    start, weeks, same_season = when(given, outcome)
    st.header("4. Next door", anchor=False)
    ring, metres = evaluation_ground.ring(before)
    st.header("5. What to compare with", anchor=False)
    draft = Setting(
        title or "Plan", area, start, weeks, outcome, query, same_season=same_season,
        ring=ring, ring_metres=metres, place_id=place_id,
    )  # fmt: skip
    other, reasons = evaluation_compare.ask(draft, before)
    st.header("6. Known beforehand", anchor=False)
    recording, campaign, notes = known(given)
    if area is None:
        return None
    return Setting(
        title, area, start, weeks, outcome, query, other, reasons, metres, ring, same_season,
        place_id, recording, campaign, notes,
    )  # fmt: skip


def counted(given: Setting) -> tuple[Outcome, str]:
    """Ask what is counted, and of what kind."""
    outcome = st.segmented_control(
        "Count", list(Outcome), key=kept("outcome", given.outcome), required=True,
        format_func=lambda each: words(each.words), label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    if outcome is Outcome.CONCERNS:
        return outcome, ""
    now, lists = chosen(given.query), codes.current()
    of_touches = outcome is Outcome.TOUCHES
    sources = lists.touch_sources if of_touches else lists.incident_sources
    with st.expander("Narrow it", icon=":material/filter_alt:"):
        source = several("Source", sources.offered(), now.sources, f"source {outcome.value}")
        if of_touches:
            return outcome, Filters(sources=frozenset(source)).to_query()
        harm = several("Type of harm", lists.harm_types.offered(), now.harm_types, "harm")
        days = several("Day of the week", dict(enumerate(DAY_NAMES)), now.weekdays, "days")
        hours = st.slider("Hours of the day", 0, 24, key=kept("hours", now.hours or (0, 24)),
                          format="%d:00")  # fmt: skip
    with desk.shown_errors():
        asked = Filters(weekdays=frozenset(days), hours=tuple(hours), harm_types=frozenset(harm),
                        sources=frozenset(source))  # fmt: skip
        return outcome, asked.to_query()
    return outcome, given.query


def several(label: str, options: dict, now: object, name: str) -> list:
    """Ask for any number of codes, shown by their words."""
    first = [each for each in options if each in set(now)]
    return st.multiselect(
        label, list(options), key=kept(name, first), placeholder="Any",
        format_func=lambda each: words(options[each]),
    )  # fmt: skip


def when(given: Setting, outcome: Outcome) -> tuple:
    """Ask for the start and for two equal periods."""
    left, right = st.columns(2)
    start = left.date_input("First day of the plan", key=kept("start", given.start),
                            format="DD/MM/YYYY")  # fmt: skip
    if outcome is Outcome.TOUCHES:
        months = {each: f"{count} months" for each, count in QUARTERS.items()}
        first = given.weeks if given.weeks in months else 13
        weeks = right.selectbox("Each period", list(months), format_func=months.get,
                                key=kept("months", first))  # fmt: skip
        quiet("Mentions are known by month alone, so start on the first of a month.")
    else:
        least, most = evaluation_setting.LEAST_WEEKS, evaluation_setting.MOST_WEEKS
        weeks = right.number_input("Weeks in each period", least, most,
                                   key=kept("weeks", given.weeks))  # fmt: skip
    same_season = st.radio(
        "The period before",
        list(BEFORE),
        format_func=BEFORE.get,
        key=kept("season", given.same_season),
    )
    return start or given.start, int(weeks), same_season


def known(given: Setting) -> tuple[bool, bool, str]:
    """Ask what could make counts rise or fall by itself."""
    recording = st.checkbox("The way of recording changes meanwhile",
                            key=kept("recording", given.recording_changed))  # fmt: skip
    campaign = st.checkbox("A campaign asks people to report", key=kept("campaign", given.campaign))
    notes = st.text_area("Notes", key=kept("notes", given.notes), max_chars=500, height=68)
    return recording, campaign, notes


def zones(setting: Setting | None) -> evaluation_map.Shapes:
    """Return the outlines that there are so far; what cannot be is said beside the buttons."""
    if setting is None:
        return {}
    try:
        return setting.zones.named
    except Invalid:
        shapes = {ZoneKind.AREA: setting.area, ZoneKind.COMPARISON: setting.comparison}
        return {kind: shape for kind, shape in shapes.items() if shape is not None}


def save(setting: Setting | None, found: Found | None) -> None:
    """Check the power, say why it comes late where it does, and fix it."""
    st.header("7. Could a change show?", anchor=False)
    if setting is None:
        quiet("Choose the plan's area first.")
        return
    power(setting)
    late = min(setting.start, setting.start if found is None else found.answer.start)
    reason = ""
    if late <= matching.today():
        ask_why = "Why it is set only now" if found is None else "Why it is changed"
        reason = st.text_input(ask_why, key=kept("reason", ""), max_chars=500,
                               help="It stays beside the answer.")  # fmt: skip
    with st.container(horizontal=True):
        if st.button("Set it" if found is None else "Save the change", type="primary",
                     key="fix_evaluation"):  # fmt: skip
            fix(setting, found, reason)
        if st.button("Cancel", key="cancel_evaluation"):
            evaluation_state.go(None if found is None else found.answer.id)


def fix(setting: Setting, found: Found | None, reason: str) -> None:
    """Fix it, or change what was fixed."""
    if found is None:
        done = "It is set. Nobody looks at figures before the end."
        evaluation_state.act(evaluation_setting.set_up, done, setting, late_reason=reason)
    else:
        evaluation_state.act(
            evaluation_setting.change, "The change is kept.", found.answer.id, setting,
            version=found.answer.version, reason=reason,
        )  # fmt: skip


def power(setting: Setting) -> None:
    """Say on request how large a fall would have to be to show, in plain words."""
    asked = (setting.area.wkb, setting.comparison and setting.comparison.wkb, setting.start,
             setting.weeks, setting.outcome, setting.query, setting.same_season)  # fmt: skip
    if st.button("Try it", icon=":material/troubleshoot:", key="power_check"):
        with desk.shown_errors(), st.spinner("Trying it on drawn towns"):
            with desk.reading() as (session, actor):
                titled = setting if setting.title else evaluation_compare.named(setting)
                told = evaluation_reporting.power_check(session, actor, titled)
            st.session_state[evaluation_state.POWER] = (asked, told["words"])
    of_what, told = st.session_state.get(evaluation_state.POWER, (None, ""))
    if of_what == asked:
        st.html(f'<p class="sg-power">{escape(told)}</p>')
    else:
        quiet("Small counts hide all but large falls. Longer periods or a larger comparison help.")
