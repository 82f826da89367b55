"""Reviews of a plan: each goal measured again, what moved, what was heard; and its closure."""

from datetime import timedelta
from html import escape

import streamlit as st

from domain import case_clock, matching, plan_reviews
from domain.filters import day_words
from domain.goals import PlanGoal
from domain.people import Permission
from domain.place_card import PlaceCard
from domain.plan_reviews import (
    Confidence,
    Displacement,
    Judged,
    Outcome,
    PlanReview,
    Result,
    Review,
)
from domain.plans import Plan, PlanState
from domain.status import Status
from screens import desk, place_state
from screens.note_form import sentence

RESULTS = {
    Result.BETTER: ("▲", "Better"),
    Result.SAME: ("=", "The same"),
    Result.WORSE: ("▼", "Worse"),
    Result.UNKNOWN: ("?", "Not known"),
}
SURE = {
    Confidence.SURE: "Sure",
    Confidence.FAIRLY_SURE: "Fairly sure",
    Confidence.NOT_SURE: "Not sure",
}
MOVED = {
    Displacement.NOT_SEEN: "Looked for, not seen",
    Displacement.SOME: "Some",
    Displacement.MUCH: "Much",
    Displacement.NOT_LOOKED_AT: "Not looked at",
}
L = PlanState


def show(card: PlaceCard, plan: Plan, version: int, open_goals: list[PlanGoal]) -> None:
    """Show the reviews that were held, the form for the next, and the closure."""
    with desk.reading() as (session, actor):
        reviews = plan_reviews.of_plan(session, actor, plan.id)
        stands = plan_reviews.closable(session, plan)
    st.header("Reviews", anchor=False)
    held(reviews, open_goals)
    if plan.state is L.APPROVED and card.status in (Status.PLAN, Status.REVIEW):
        if desk.actor().may(Permission.PLAN):
            expanded = card.status is Status.REVIEW and not reviews
            with st.expander("Hold a review", icon=":material/rate_review:", expanded=expanded):
                form(plan, version, open_goals, len(reviews))
            closing(plan, version, stands, reviews)
    elif plan.state is L.CLOSING:
        close(plan, version)
    elif not reviews:
        st.html('<p class="sg-quiet">A plan is reviewed once it is approved.</p>')


def held(reviews: list[PlanReview], goals: list[PlanGoal]) -> None:
    """Show each review: the goals side by side with their results, then what was heard."""
    names = {each.id: each for each in goals}
    for each in reviews:
        with desk.reading() as (session, _):
            results = plan_reviews.results_of(session, each)
        rows = "".join(result(one, names.get(one.goal_id)) for one in results)
        facts = "".join(
            f"<dt>{name}</dt><dd>{escape(words)}</dd>" for name, words in said(each) if words
        )
        st.html(
            f'<section class="sg-review"><h3>{day_words(each.held_on)}: '
            f"{escape(each.outcome.words)}</h3>"
            '<div class="sg-scroll" tabindex="0" role="region" aria-label="Results by goal">'
            '<table class="sg-table"><thead><tr><th scope="col">Goal</th><th scope="col">At the '
            'start</th><th scope="col">Now</th><th scope="col">Result</th></tr></thead>'
            f'<tbody>{rows}</tbody></table></div><dl class="sg-facts">{facts}</dl></section>'
        )


def result(one: plan_reviews.GoalResult, goal: PlanGoal | None) -> str:
    """Write one goal's result: a sign and a word, and how sure."""
    sign, word = RESULTS[one.result]
    name = goal.statement if goal else "A goal that has ended"
    start = goal.baseline_value or "not known" if goal else ""
    return (
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(start)}</td>'
        f"<td>{escape(one.value)}<br><span class='sg-quiet'>{escape(one.evidence)}</span></td>"
        f'<td><strong><span aria-hidden="true">{sign}</span> {word}</strong><br>'
        f'<span class="sg-quiet">{SURE[one.confidence]}</span></td></tr>'
    )


def said(each: PlanReview) -> list[tuple[str, str]]:
    """Say what a review heard and found beside the goals."""
    moved = MOVED[each.displacement] + (f": {each.displaced}" if each.displaced else "")
    return [
        ("Young people say", each.young_people_view),
        ("Guardians say", each.guardian_view),
        ("Moved elsewhere", moved),
        ("Unintended", each.unintended),
        ("What was done", each.effort),
        ("What we learned", each.learning),
        ("Next review", day_words(each.next_on) if each.next_on else "none set"),
        ("Held by", each.held_by_name),
    ]


def form(plan: Plan, version: int, goals: list[PlanGoal], number: int) -> None:
    """Ask how each goal stands, what was heard, and what is decided."""
    key = f"review_{plan.id}_{number}_{version}_{place_state.turn()}"
    with st.form(key, border=False):
        judged = [judge(goal, index, key) for index, goal in enumerate(goals, 1)]
        young = long("What do young people say, or why were they not asked?", f"{key}_young")
        guards = long("What do guardians say?", f"{key}_guards")
        unintended = long("What else happened that nobody intended?", f"{key}_unintended")
        left, right = st.columns(2)
        moved = left.selectbox("Did harm or young people move elsewhere?", list(Displacement), 3,
                               format_func=MOVED.__getitem__, key=f"{key}_moved")  # fmt: skip
        where = right.text_input("Where to?", max_chars=1000, key=f"{key}_where")
        effort = long("What was done since?", f"{key}_effort")
        learned = long("What did we learn?", f"{key}_learned")
        left, right = st.columns(2)
        outcome = left.selectbox("What is decided?", list(Outcome), key=f"{key}_outcome",
                                 format_func=lambda each: sentence(each.words))  # fmt: skip
        clock = case_clock.clocks()["review"].days
        next_on = right.date_input(
            "Next review", None, min_value=matching.today() + timedelta(days=1),
            format="DD/MM/YYYY", key=f"{key}_next",
            help=f"Left empty: in {clock} days, unless the plan ends.",
        )  # fmt: skip
        pressed = st.form_submit_button("Keep the review", type="primary")
    if pressed:
        review = Review(
            judged=judged, outcome=outcome, unintended=unintended, young_people_view=young,
            displacement=moved, displaced=where, guardian_view=guards, effort=effort,
            learning=learned, next_on=next_on,
        )  # fmt: skip
        place_state.act(plan_reviews.hold, "The review is kept.", plan.id, review, version=version)


def judge(goal: PlanGoal, number: int, key: str) -> Judged:
    """Ask how one goal stands against its start."""
    start = goal.baseline_value or "not known"
    st.html(f'<div class="sg-goal"><h3>{number}. {escape(goal.statement)}</h3>'
            f'<p class="sg-quiet">Shown by: {escape(goal.measure.rstrip("."))}. At the start: '
            f"{escape(start)}.</p></div>")  # fmt: skip
    first, second, third = st.columns([2, 2, 3])
    result = first.selectbox(f"Goal {number} is", list(Result), 3, key=f"{key}_{goal.id}_is",
                             format_func=lambda each: " ".join(RESULTS[each]))  # fmt: skip
    value = second.text_input("Measured now", max_chars=200, key=f"{key}_{goal.id}_value")
    evidence = third.text_input("What shows it", max_chars=500, key=f"{key}_{goal.id}_shown")
    sure = st.segmented_control("How sure?", list(Confidence), default=Confidence.NOT_SURE,
                                format_func=SURE.__getitem__, key=f"{key}_{goal.id}_sure",
                                required=True)  # fmt: skip
    return Judged(goal.id, result, value, evidence, sure)


def long(label: str, key: str) -> str:
    """Ask for some sentences."""
    return st.text_area(label, max_chars=1000, height=80, key=key)


def closing(plan: Plan, version: int, stands: tuple[str, ...], reviews: list[PlanReview]) -> None:
    """Say what stands in the way of closing, or ask a second person for it."""
    if not reviews or reviews[0].outcome not in plan_reviews.ENDS:
        return
    st.header("Close the plan", anchor=False)
    if stands:
        rows = "".join(f"<li>{escape(each)}</li>" for each in stands)
        st.html(f'<p class="sg-entry">Still missing:</p><ul class="sg-lacks">{rows}</ul>')
        return
    with st.form(f"closing_{plan.id}_{version}", border=False):
        reason = st.text_area("Why can it be closed?", max_chars=500, height=80)
        pressed = st.form_submit_button("Ask a second person to close it", type="primary")
    if pressed:
        place_state.act(
            plan_reviews.ask_closure, "It waits for a second person to close it.", plan.id,
            version=version, reason=reason,
        )  # fmt: skip


def close(plan: Plan, version: int) -> None:
    """Let another person close the plan, or keep it running."""
    actor = desk.actor()
    if not actor.may(Permission.APPROVE):
        st.info("It waits for a coordinator to close it.", icon=":material/hourglass_top:")
        return
    said = st.text_area("Why does it go on?", max_chars=500, height=80, key=f"go_on_{plan.id}",
                        help="Needed to keep it running.")  # fmt: skip
    asked = actor.id == plan.asked_by_id
    if asked:
        st.info("You asked to close it. A second person does.", icon=":material/group:")
    with st.container(horizontal=True):
        yes = not asked and st.button("Close the plan", type="primary", key=f"close_{plan.id}")
        no = st.button("Keep it running", key=f"keep_{plan.id}")
    if yes:
        place_state.act(
            plan_reviews.approve_closure, "The plan is closed.", plan.id, version=version
        )
    if no:
        place_state.act(
            plan_reviews.refuse_closure, "The plan goes on.", plan.id, version=version, reason=said
        )
