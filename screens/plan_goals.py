"""Goals of a plan: what should be different, how one will know, and how things stand now."""

from html import escape
from typing import Any

import streamlit as st

from domain import assessment_forms, goals, matching
from domain.filters import day_words
from domain.goals import MOST, PlanGoal
from domain.people import Permission
from domain.place_card import PlaceCard
from domain.plan_board import Card
from domain.plans import Plan
from screens import desk, place_held, place_state

EXAMPLE = """<div class="sg-beside"><div class="sg-strong"><h3>A change</h3>
<p>“18 of 25 young people can name an adult they trust here.” Something is different for them.</p>
</div><div class="sg-worry"><h3>An effort</h3><p>“We handed out 200 leaflets.” We were busy; nobody
knows whether anything changed.</p></div></div>"""


def show(card: PlaceCard, goal: PlanGoal, number: int, held: list[Card]) -> None:
    """Show a goal, its actions, and what may be done with it."""
    with st.container(border=True, key=f"goal_{goal.id}"):
        st.html(f'<div class="sg-goal"><h3>{number}. {escape(goal.statement)}</h3>'
                f'<dl class="sg-facts">{facts(goal)}</dl></div>')  # fmt: skip
        if hint := goals.hint(goal.measure):
            st.html(f'<p class="sg-mind"><strong>Mind:</strong> {escape(hint)}</p>')
        rows = "".join(place_held.row(each) for each in held)
        st.html(f'<ul class="sg-acts">{rows}</ul>' if rows
                else '<p class="sg-quiet">No action yet.</p>')  # fmt: skip
        if desk.actor().may(Permission.PLAN):
            steps(card, goal)


def facts(goal: PlanGoal) -> str:
    """Write what shows that a goal is reached."""
    side = assessment_forms.sides().get(goal.side)
    now = (
        f"{goal.baseline_value} ({day_words(goal.baseline_on)})"
        if goal.baseline_value and goal.baseline_on
        else f"Not known: {goal.baseline_why_none}" if goal.baseline_why_none
        else "Not written yet"
    )  # fmt: skip
    rows = [
        ("Shown by", goal.measure or "Not written yet"),
        ("Measured by", goal.method),
        ("At the start", now),
        ("Aim", goal.target),
        ("Side", side.label if side else ""),
        ("Looked at again", day_words(goal.review_on) if goal.review_on else ""),
    ]
    return "".join(f"<dt>{name}</dt><dd>{escape(words)}</dd>" for name, words in rows if words)


def steps(card: PlaceCard, goal: PlanGoal) -> None:
    """Offer to add an action, or to change or drop the goal."""
    ready = bool(goal.measure) and goal.has_baseline
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Add an action", key=f"act_for_{goal.id}", icon=":material/add:",
                     disabled=not ready):  # fmt: skip
            place_state.go(card.id, place_state.PLAN, goal.id)
        with st.popover("Change", icon=":material/edit:"):
            change(goal)
        with st.popover("Drop", icon=":material/remove:"):
            drop(goal)
    if not ready:
        st.html('<p class="sg-quiet">First a measure and how things stand now, or why that is not '
                "known. Then an action can be added.</p>")  # fmt: skip


def change(goal: PlanGoal) -> None:
    """Ask what of a goal changes."""
    version = place_state.held("goal", goal.id, goal.version)
    with st.form(f"goal_{goal.id}_{version}_{place_state.turn()}", border=False):
        given = asked(goal)
        st.html('<p class="sg-quiet">The plan is then approved again.</p>')
        pressed = st.form_submit_button("Keep the goal", type="primary")
    if pressed:
        place_state.act(goals.change, "The goal is changed.", goal.id, version=version, **given)


def drop(goal: PlanGoal) -> None:
    """Ask why a goal ends."""
    version = place_state.held("goal", goal.id, goal.version)
    with st.form(f"drop_goal_{goal.id}_{version}", border=False):
        reason = st.text_input("Why is it no longer worked for?", max_chars=300)
        pressed = st.form_submit_button("Drop the goal")
    if pressed:
        place_state.act(goals.drop, "The goal is dropped.", goal.id, version=version, reason=reason)


def add(card: PlaceCard, plan: Plan, there: int) -> None:
    """Ask for another goal, with an example of change against effort."""
    if not desk.actor().may(Permission.PLAN) or card.merged_into or there >= MOST:
        return
    with st.expander("Add a goal", expanded=not there, icon=":material/flag:"):
        st.html(EXAMPLE)
        with st.form(f"new_goal_{plan.id}_{there}_{place_state.turn()}", border=False):
            given = asked(None)
            pressed = st.form_submit_button("Add this goal", type="primary")
        if pressed:
            place_state.act(goals.add, "The goal is added.", plan.id, **given)


def asked(goal: PlanGoal | None) -> dict[str, Any]:
    """Ask all that a goal says."""
    sides = assessment_forms.sides()
    key = f"goal_field_{goal.id if goal else 'new'}_{place_state.turn()}"

    def words(name: str, label: str, most: int = 300, tip: str = "") -> str:
        now = getattr(goal, name) if goal else ""
        return st.text_input(label, now, max_chars=most, help=tip or None, key=f"{key}_{name}")

    side_now = list(sides).index(goal.side) if goal and goal.side in sides else 0
    given: dict[str, Any] = {
        "statement": words("statement", "What does a safe place look like here?", tip=(
            "A positive sentence about the place: “Young people have somewhere to go after six.”")),
        "side": st.selectbox("Which side of the triangle is it about?", list(sides), side_now,
                             format_func=lambda code: sides[code].label, key=f"{key}_side"),
        "measure": words("measure", "What will show it? A change, not an effort."),
        "method": words("method", "How will you measure it?", tip=(
            "The easiest is to ask or look again, in the same way as in the assessment.")),
    }  # fmt: skip
    left, right = st.columns(2)
    with left:
        given["baseline_value"] = words("baseline_value", "How do things stand now?", 200)
        given["baseline_on"] = st.date_input(
            "Measured on", goal.baseline_on if goal else None, max_value=matching.today(),
            format="DD/MM/YYYY", key=f"{key}_on",
        )  # fmt: skip
    with right:
        given["baseline_why_none"] = words("baseline_why_none", "If that is not known: why?")
        given["review_on"] = st.date_input(
            "Look at it again on", goal.review_on if goal else None, format="DD/MM/YYYY",
            key=f"{key}_review",
        )  # fmt: skip
    given["target"] = words("target", "What do you aim for?")
    return given
