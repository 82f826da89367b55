"""The form of an action: what, who, until when, and its checks."""

from datetime import date, timedelta
from html import escape
from typing import Any

import streamlit as st

from domain import accounts, matching, plan_proposing, power_editions
from domain.goals import PlanGoal
from domain.place_card import PlaceCard
from domain.plan_actions import PlanAction
from domain.powers import Power
from screens import desk, place_state, power_words

CHECKS = {
    "legal_check": "Legal check: who was asked, and what did they say?",
    "proportionality": "Why is it proportionate, and why would nothing milder do?",
    "young_people_effect": "What does it do to young people here, and how are they cared for?",
    "displacement_check": "Where might harm, or young people, move to?",
    "equality_check": "Who is over-represented among those affected?",
}


def propose(card: PlaceCard, goal: PlanGoal, code: str) -> None:
    """Ask for an action under a goal."""
    with desk.reading() as (session, _actor):
        power = power_editions.catalogue(session).get(code)
    if power is not None:
        st.html(f"<h2>{escape(power.tool)}</h2>{power_words.facts(power)}")
        for each in power.cautions(matching.today()):
            st.html(f'<p class="sg-mind">{escape(each)}</p>')
    with st.form(f"propose_{goal.id}_{code}_{place_state.turn()}", border=False):
        given = asked(None, power)
        pressed = st.form_submit_button("Add this action", type="primary")
    if pressed:
        with desk.shown_errors():
            with desk.writing() as (session, actor):
                plan_proposing.propose(session, actor, goal.id, tactic_code=code, **given)
            st.session_state.pop("plan_tactic", None)
            st.session_state[place_state.SAID] = (
                "The action is added. Its agency is asked to take it on."
            )
            place_state.go(card.id, place_state.PLAN)


def asked(found: PlanAction | None, power: Power | None, *, checks: bool = True) -> dict[str, Any]:
    """Ask all that an action says; ``found`` is one that is changed."""
    key = f"action_{found.id if found else 'new'}_{place_state.turn()}"
    given = {"what": area("what", "What is to be done?", found, key, 500)}
    left, right = st.columns(2)
    with left:
        given["owner_agency_id"] = owner(found, key)
        given["due"] = st.date_input(
            "Due on", found.due if found else matching.today() + timedelta(days=28),
            format="DD/MM/YYYY", key=f"{key}_due",
        )  # fmt: skip
    with right:
        given["owner_role"] = st.text_input(
            "Which role does it?", found.owner_role if found else "", max_chars=120,
            help="A role, not a name: “Licensing officer”.", key=f"{key}_role",
        )  # fmt: skip
        given["lapse_on"] = lapse(found, power, key)
    given["evidence_needed"] = st.text_input(
        "What will show that it was done?", found.evidence_needed if found else "", max_chars=300,
        key=f"{key}_evidence",
    )  # fmt: skip
    if checks:
        bound = power is not None or (found is not None and found.tactic_code)
        why = (
            "A power needs all five before the plan can be approved."
            if bound
            else "They help here too, even where no power is used."
        )
        st.html(f'<h2>Checks</h2><p class="sg-quiet">{why}</p>')
        for name, label in CHECKS.items():
            given[name] = area(name, label, found, key, 300)
    return given


def area(name: str, label: str, found: PlanAction | None, key: str, most: int) -> str:
    """Ask for a few sentences."""
    now = getattr(found, name) if found else ""
    return st.text_area(label, now, max_chars=most, height=70, key=f"{key}_{name}")


def owner(found: PlanAction | None, key: str) -> int | None:
    """Ask which agency owns it; nobody to begin with."""
    with desk.reading() as (session, actor):
        names = accounts.agency_names(session, actor)
    now = list(names).index(found.owner_agency_id) if found else None
    return st.selectbox("Which agency owns it?", list(names), index=now, format_func=names.get,
                        placeholder="Choose an agency", key=f"{key}_owner")  # fmt: skip


def lapse(found: PlanAction | None, power: Power | None, key: str) -> date | None:
    """Ask for the last day of a time-limited measure."""
    if found is not None and found.lapse_on is not None:
        return found.lapse_on  # a later day is given by `renew`, with what it rests on
    days = power.longest_days if power is not None else None
    tip = f"It lasts {days} days at most. " if days else ""
    return st.date_input(
        "Last day, if it is limited in time", None, format="DD/MM/YYYY", key=f"{key}_lapse",
        help=tip + "After it the measure shows as lapsed, never as active.",
    )  # fmt: skip
