"""The answer of an evaluation: the words first, what to mind, then what was counted and drawn."""

from collections.abc import Iterable, Mapping
from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from domain import evaluation_measuring
from domain.evaluation_reading import Answer
from domain.evaluations import Asked
from screens import desk, evaluation_charts, evaluation_map, evaluation_state, evaluation_words
from screens.admin_desk import quiet
from screens.evaluation_found import Found

EARLY = "Said before the answer is worked out, so that it stands beside it whatever comes."


def show(found: Found) -> None:
    """Show the answer as far as this reader may see it."""
    answer = found.answer
    if not answer.exact:
        lower(answer)
        return
    result = answer.result
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.header("What was counted", anchor=False)
        st.html(facts(evaluation_words.counted(result)))
        against(answer)
    with right:
        people(found)
        mind(result)
    drawn(found)
    figures(result)


def lower(answer: Answer) -> None:
    """Show the counts to a reader below the meeting, the small ones hidden."""
    st.header("What was counted", anchor=False)
    st.html(facts(evaluation_words.counted(answer.result)))
    quiet("Small counts are hidden and others rounded, so there are no shares.")
    mind(answer.result)


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """Write names and sentences as a list."""
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{escape(told)}</dd>" for name, told in rows)
    return f'<dl class="sg-facts sg-flush">{lines}</dl>'


def against(answer: Answer) -> None:
    """Say how the change stands against elsewhere, and what else can be read."""
    result = answer.result
    rows = evaluation_words.compared(result)
    if rows:
        st.header("Against elsewhere", anchor=False)
        st.html(facts(rows))
    counted = answer.outcome.words
    more = [evaluation_words.moved(result), evaluation_words.windows(result, counted),
            evaluation_words.course(result), evaluation_words.pattern(result, counted)]  # fmt: skip
    for told in filter(None, more):
        st.html(f'<p class="sg-entry">{escape(told)}</p>')
    quiet(evaluation_words.RANGE)
    if result["verdict"] == "too_few" and result["power"]:
        st.html(f'<p class="sg-mind">{escape(result["power"]["words"])}</p>')


def mind(result: Mapping[str, Any]) -> None:
    """List what to bear in mind, the weightiest first."""
    st.header("What to bear in mind", anchor=False)
    lines = "".join(f"<li>{escape(each)}</li>" for each in result["caveats"])
    st.html(f'<ul class="sg-list">{lines}</ul>')


def people(found: Found) -> None:
    """Show what young people, guardians and the community say, and let who may add to it."""
    answer = found.answer
    st.header("What people say", anchor=False)
    if answer.measures:
        st.html(facts((label(each.asked), asked(each)) for each in answer.measures))
        st.altair_chart(
            evaluation_charts.people(answer.measures), width="stretch",
            alt="Shares of people who agreed before and after; the sentences above say the same.",
        )  # fmt: skip
    else:
        quiet("Nobody was asked yet. Ask young people and guardians whether they feel safer.")
    if evaluation_state.may_set(desk.actor()):
        with st.popover("Add what people said", icon=":material/forum:"):
            measure(answer)


def label(asked: Asked) -> str:
    """Name who was asked."""
    return evaluation_words.sentence(asked.value)


def asked(each: Any) -> str:
    """Say a question and how many agreed."""
    few = min(each.asked_before, each.asked_after) < FEW
    return (
        f"“{each.question}”: {each.agreed_before} of {each.asked_before} agreed before, "
        f"{each.agreed_after} of {each.asked_after} after."
        f"{' Few were asked, so chance weighs much.' if few else ''}"
    )


FEW = 20


def measure(answer: Answer) -> None:
    """Ask how many agreed, of how many, before and after."""
    if not answer.result:
        quiet(EARLY)
    key = evaluation_state.key
    with st.form(key("measure"), border=False):
        who = st.selectbox("Who was asked", list(Asked), format_func=label, key=key("asked"))
        question = st.text_input("What they agreed to", max_chars=200, key=key("question"),
                                 placeholder="Such as I feel safe here after dark")  # fmt: skip
        before, after = numbers("Before", key), numbers("After", key)
        if st.form_submit_button("Add it", type="primary"):
            evaluation_state.act(
                evaluation_measuring.measure, "It stands beside the counts now.", answer.id,
                asked=who, question=question, before=before, after=after, version=answer.version,
            )  # fmt: skip


def numbers(when: str, key: Any) -> tuple[int, int]:
    """Ask how many agreed and how many were asked."""
    left, right = st.columns(2)
    most = evaluation_measuring.MOST_PEOPLE
    agreed = left.number_input(f"{when}: agreed", 0, most, 0, key=key(f"agreed {when}"))
    whole = right.number_input(f"{when}: were asked", 0, most, 0, key=key(f"whole {when}"))
    return int(agreed), int(whole)


def drawn(found: Found) -> None:
    """Draw the changes with their intervals, the weeks, and where the outlines lie."""
    result = found.answer.result
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.header("How sure that is", anchor=False)
        st.altair_chart(
            evaluation_charts.changes(rows(result)), width="stretch",
            alt="Changes with their ranges, against no change; the sentences above say the same.",
        )  # fmt: skip
        quiet("A line that crosses “no change” may be chance alone. What lies beyond is drawn at "
              "the edge.")  # fmt: skip
        weeks(result)
    with right:
        st.header("Where", anchor=False)
        evaluation_map.show(found.zones.named)


def rows(result: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Return the ratios that are drawn, each with its name and its sentence."""
    zones = evaluation_words.ZONES
    named = [(zones[name], each["rate_ratio"]) for name, each in result["areas"].items()
             if name != "displacement_control"]  # fmt: skip
    against = evaluation_words.AGAINST.items()
    named += [(name, result[key]) for key, name in against if result[key]]
    sure = [(name, each) for name, each in named if each["interval"] != [None, None]]
    return [(name, evaluation_words.ratio(each), each) for name, each in sure]


def weeks(result: Mapping[str, Any]) -> None:
    """Draw week by week; mentions in missing episodes are known by month alone."""
    if not result["series"]:
        return
    st.header("Week by week", anchor=False)
    for title, chart in evaluation_charts.weekly(result["series"], result["periods"]).items():
        alt = f"{title}: counts by week before and after the start."
        st.altair_chart(chart, width="stretch", alt=alt)
    if result["interrupted"]:
        st.header("Against its own course", anchor=False)
        began = date.fromisoformat(result["periods"]["after"][0])
        st.altair_chart(
            evaluation_charts.course(result["interrupted"], began), width="stretch",
            alt="Weekly counts, the line through them, and the line as it would have gone on.",
        )  # fmt: skip
        quiet("The dashed line is the earlier course drawn on. It knows nothing of the comparison.")


def figures(result: Mapping[str, Any]) -> None:
    """Show every figure to who reckons with them, and why some are missing."""
    with st.expander("All figures", icon=":material/table_rows:"):
        st.dataframe(pd.DataFrame(evaluation_words.table(result)), hide_index=True,
                     width="stretch", height="content")  # fmt: skip
        absent = evaluation_words.missing(result)
        if absent:
            st.html(f"<h5>Not told, and why</h5>{facts(absent)}")
        if result["power"]:
            st.html(f'<p class="sg-quiet">{escape(result["power"]["words"])}</p>')
