"""One evaluation: where it stands, the next step, what is fixed, and its history."""

from html import escape

import streamlit as st

from domain import evaluation_reporting, evaluation_setting
from domain.evaluations import EvaluationState
from domain.filters import day_words
from screens import (
    desk,
    evaluation_answer,
    evaluation_list,
    evaluation_map,
    evaluation_recipe,
    evaluation_state,
    evaluation_words,
    place_state,
)
from screens.evaluation_found import Found


def show(found: Found) -> None:
    """Show an evaluation from its answer down to its history."""
    head(found)
    evaluation_state.said()
    may = evaluation_state.may_set(desk.actor())
    if found.open and may:
        steps(found)
    if found.answer.result:
        evaluation_answer.show(found)
    elif found.answer.exact:
        waiting(found)
    if found.answer.exact:
        evaluation_recipe.show(found)
        history(found)


def head(found: Found) -> None:
    """Say the answer, or where it stands, largest; then what it is about."""
    answer = found.answer
    place = ""
    if found.place_id is not None:
        name = evaluation_list.names().get(found.place_id, "the place")
        place = f"At {evaluation_list.link(found.place_id, name)}. "
    lead = evaluation_words.lead(answer) if answer.result else ""
    gravest = answer.result.get("caveats", ())[:1]
    minded = "".join(
        f'<p class="sg-mind"><strong>Mind:</strong> {escape(each)}</p>' for each in gravest
    )
    st.html(
        f'<div class="sg-answer"><p class="sg-kicker">{escape(answer.title)}</p>'
        f"<h1>{escape(words(found))}</h1>"
        f'<p class="sg-entry">{escape(lead)}</p>'
        f'<p class="sg-quiet">{place}{escape(evaluation_words.about(answer))}</p>{minded}</div>'
    )


def words(found: Found) -> str:
    """Say the answer in the words that the rule chose, or why there is none."""
    answer = found.answer
    if answer.result:
        return evaluation_words.said(answer.result)[0]
    if answer.state is EvaluationState.STOPPED:
        return "Stopped. There is no answer."
    if found.over:
        return "The period is over. The answer can be worked out."
    if found.begun:
        return f"Under way until {day_words(found.until)}. No figure before then."
    return f"Set. The plan starts on {day_words(answer.start)}."


def steps(found: Found) -> None:
    """Offer the next step, and the two others: change it, give it up."""
    with st.container(horizontal=True, key="evaluation_steps"):
        if found.over:
            if st.button("Work out the answer", type="primary", icon=":material/balance:"):
                report(found)
        elif found.begun and found.answer.state is EvaluationState.SET:
            begin(found)
        if st.button("Change what is fixed", icon=":material/edit:"):
            evaluation_state.go(found.answer.id, setting=True)
        with st.popover("Stop it", icon=":material/cancel:"):
            stop(found)


def begin(found: Found) -> None:
    """Let it be noted that the plan has begun."""
    if st.button("The plan has begun", type="primary", icon=":material/play_arrow:"):
        evaluation_state.act(
            evaluation_setting.begin, "Noted: the plan has begun.", found.answer.id,
            version=found.answer.version,
        )  # fmt: skip


def report(found: Found) -> None:
    """Work the answer out, once."""
    with st.spinner("Counting, and holding it against chance"):
        evaluation_state.act(
            evaluation_reporting.report, "The answer is worked out and stays as it is.",
            found.answer.id, version=found.answer.version,
        )  # fmt: skip


def stop(found: Found) -> None:
    """Give the evaluation up, with the reason."""
    st.write("It stays on the list with your reason. There will be no answer.")
    reason = st.text_input("Why", max_chars=500, key=evaluation_state.key("stop"))
    if st.button("Stop it", key="stop_evaluation"):
        evaluation_state.act(
            evaluation_setting.stop, "It is stopped.", found.answer.id,
            version=found.answer.version, reason=reason,
        )  # fmt: skip


def waiting(found: Found) -> None:
    """Show what is fixed, what people say so far, and whether a change could show."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.header("What is fixed", anchor=False)
        st.html(evaluation_answer.facts(evaluation_recipe.fixed(found)))
        if found.open and evaluation_state.may_set(desk.actor()):
            power(found)
        evaluation_answer.people(found)
    with right:
        st.header("Where", anchor=False)
        evaluation_map.show(found.zones.named)


def power(found: Found) -> None:
    """Say on request how large a fall would have to be."""
    if st.button("Could a change show?", icon=":material/troubleshoot:", key="power_kept"):
        with desk.shown_errors(), st.spinner("Trying it on drawn towns"):
            with desk.reading() as (session, actor):
                told = evaluation_reporting.power_check(session, actor, found.setting)
            st.info(told["words"], icon=":material/troubleshoot:")


def history(found: Found) -> None:
    """Say who did what when, with the reasons."""
    with st.expander("History", icon=":material/history:"):
        lines = "".join(
            f"<li>{escape(place_state.when(each.at))}: {escape(each.kind)} by "
            f"{escape(each.actor_name)}{escape(reasoned(each))}</li>"
            for each in found.answer.history
        )
        st.html(f'<ul class="sg-list">{lines}</ul>')


def reasoned(event: object) -> str:
    """Say what was changed and why."""
    changed = ", ".join(evaluation_recipe.NAMES.get(each, each) for each in event.changed)
    what = f" ({changed})" if changed else ""
    return f"{what}. {event.reason}" if event.reason else f"{what}."
