"""One action in full: what was agreed, its checks, where it comes from, and the next step."""

from html import escape
from operator import attrgetter

import streamlit as st

from domain import case_timeline, case_work, goals, matching, plan_actions, plan_board
from domain.case_timeline import Entry
from domain.filters import day_words
from domain.people import Permission
from domain.plan_actions import PlanAction
from domain.plan_board import Card
from screens import action_steps, action_words, desk, place_state, place_timeline, power_words
from screens.plan_action_form import CHECKS


def show(number: int) -> None:
    """Show an action, or say that it is not there."""
    with desk.shown_errors():
        with desk.reading() as (session, actor):
            found = plan_actions.find(session, actor, number)
            wanted = plan_board.Board(place_ids=[found.place_id])
            (card,) = [
                each for each in plan_board.cards(session, actor, wanted) if each.id == number
            ]
            line = case_timeline.of_place(session, actor, found.place_id)
            goal = None
            if found.plan_id and case_work.reads_cases(actor):
                goal = next(
                    (each for each in goals.of_plan(session, actor, found.plan_id)
                     if each.id == found.goal_id), None)  # fmt: skip
        left, right = st.columns([3, 2], gap="large")
        with left:
            head(card)
            facts(found)
            tactic(found)
        with right:
            action_steps.show(found, card)
            begun(card, found, line, goal.statement if goal else "")


def head(card: Card) -> None:
    """Say what is to be done, by whom, and where it stands."""
    st.html(
        f'<div class="sg-case"><h1>{escape(card.what)}</h1><p>{action_words.chip(card)} '
        f'<span class="{"sg-late" if card.overdue or card.lapsing else ""}">'
        f"{escape(action_words.due(card))}</span></p>"
        f'<p class="sg-entry">{escape(card.agency)}, {escape(card.owner_role)} · '
        f'<a class="sg-link" target="_self" href="{place_state.address(card.place_id)}">'
        f"{escape(card.place)}</a></p></div>"
    )
    if card.lapsing and card.lapses_in is not None:
        st.warning(f"This measure lapses after {day_words(card.lapse_on)}. Renew it, or plan what "
                   "follows.", icon=":material/hourglass_bottom:")  # fmt: skip


def facts(found: PlanAction) -> None:
    """Show what was agreed, and what came of it."""
    rows = [
        ("What came of it", found.outcome),
        ("What shows it", found.evidence_needed),
        ("Said last", found.said),
        ("Why it could not wait", found.immediate_reason),
        ("Approved by", found.approved_by_name),
        ("Looked at again by", day_words(found.look_again_by) if found.look_again_by else ""),
        ("Found then", found.looked_again),
        ("Due", day_words(found.due)),
        ("Proposed", f"{place_state.when(found.proposed_at)} by {found.proposed_by_name}"),
        ("Answered", answered(found)),
        ("Done", done(found)),
    ]  # fmt: skip
    if not case_work.reads_cases(desk.actor()):
        rows = [
            (name, words) for name, words in rows if name not in ("Proposed", "Answered", "Done")
        ]
    told = "".join(f"<dt>{name}</dt><dd>{escape(words)}</dd>" for name, words in rows if words)
    st.html(f'<dl class="sg-facts">{told}</dl>')
    checked = [(label, getattr(found, name)) for name, label in CHECKS.items()]
    if any(words for _, words in checked) or found.tactic_code:
        told = "".join(f"<dt>{label}</dt><dd>{escape(words) or 'Not answered yet'}</dd>"
                       for label, words in checked)  # fmt: skip
        st.html(f'<h2>Checks</h2><dl class="sg-facts">{told}</dl>')


def answered(found: PlanAction) -> str:
    """Say who answered for the agency."""
    if found.answered_at is None:
        return ""
    return f"{place_state.when(found.answered_at)} by {found.answered_by_name}"


def done(found: PlanAction) -> str:
    """Say who said that it was done, and who confirmed it."""
    if found.done_at is None:
        return ""
    said = f"{place_state.when(found.done_at)} by {found.done_by_name}"
    return said + (f"; confirmed by {found.verified_by_name}" if found.verified_by_name else "")


def tactic(found: PlanAction) -> None:
    """Show the row of the catalogue as it stood when it was chosen."""
    if found.tactic:
        st.html(
            f'<details class="sg-data sg-tactic"><summary>The power or tactic, as the catalogue '
            f"had it: {escape(str(found.tactic.get('tool', '')))}</summary>"
            f"{power_words.table(found.tactic)}<p>{escape(power_words.ADVICE)}</p></details>"
        )


def begun(card: Card, found: PlanAction, line: list[Entry], goal: str) -> None:
    """Lead back from an action to its goal, its plan, the assessment and the first concern."""
    st.header("Where it comes from", anchor=False)
    steps = [step for step in trail(card, found, line, goal) if step[1]]
    rows = "".join(
        f'<li><span class="sg-quiet">{name}</span> {linked(words, to)}</li>'
        for name, words, to in steps
    )
    whole = place_state.address(card.place_id, place_state.TIMELINE, of=("action", card.id))
    st.html(
        f'<ol class="sg-trail">{rows}</ol><p class="sg-entry"><a class="sg-link" '
        f'target="_self" href="{whole}">What belongs to it on the timeline</a></p>'
    )


def trail(
    card: Card, found: PlanAction, line: list[Entry], goal: str
) -> list[tuple[str, str, str]]:
    """Return each step back: its name, its words and its address, "" where it leads nowhere."""
    first = {each.kind: each for each in sorted(line, key=attrgetter("at"), reverse=True)}
    of = place_state
    concern, assessed = first.get("concern"), first.get("assessment")
    may = desk.actor().may(Permission.MODERATE)
    plan = of.address(card.place_id, of.PLAN)
    return [
        ("Goal", goal, plan),
        ("Plan", "Its plan" if found.plan_id and goal else "", plan),
        ("Assessment", f"Begun on {day(assessed)}" if assessed else "",
         of.address(card.place_id, of.ASSESSMENT)),
        ("First concern", f"Told on {day(concern)}" if concern else "",
         f"/concerns?concern={concern.about[1]}" if concern and may
         else of.address(card.place_id, of.TIMELINE)),
        ("Place", card.place, of.address(card.place_id)),
    ]  # fmt: skip


def day(entry: Entry) -> str:
    """Return the day of a line."""
    return day_words(entry.at.astimezone(matching.LONDON).date())


def linked(words: str, to: str) -> str:
    """Write words, as a link where they lead somewhere."""
    told = escape(place_timeline.short(words, 90))
    return f'<a class="sg-link" target="_self" href="{to}">{told}</a>' if to else told
