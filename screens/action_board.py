"""The board of actions: by where they stand, or as a list in which several are taken at once."""

from collections.abc import Callable
from html import escape

import pandas as pd
import streamlit as st

from domain import case_clock, matching, plan_board, plan_steps
from domain.people import Permission
from domain.plan_actions import Standing
from domain.plan_board import Card
from domain.plan_steps import REASONED, Pick, Step
from screens import action_words, desk, place_state
from screens.note_form import sentence

D = Standing
COLUMNS = {
    "To answer": (D.PROPOSED,),
    "Accepted": (D.ACCEPTED,),
    "In progress": (D.IN_PROGRESS, D.IN_FORCE),
    "Done": (D.DONE, D.VERIFIED),
    "Ended": (D.LAPSED, D.DECLINED, D.CANCELLED),
}
MINE, ALL, LATE, LAPSING, URGENT = (
    "My agency's", "All", "Overdue", "Lapsing soon", "Immediate",
)  # fmt: skip
BOARD, LIST = "Board", "List"
MOST = 25
"""How many cards a column of the board shows."""


def show() -> None:
    """Show the actions that this reader may read, as they narrow them."""
    with desk.reading() as (session, actor):
        every = plan_board.cards(session, actor)
        mine = actor.agency_id
    if not every:
        st.info(
            "No action yet. Actions begin in the plan of a place: open a place, set a goal, and "
            "add what would help.",
            icon=":material/task_alt:",
        )
        return
    found, view = narrowed(every, mine)
    st.html(f'<p class="sg-entry">{escape(counts(found))}</p>')
    if not found:
        st.info("Nothing here. Take something out of the search.")
    elif view == BOARD:
        board(found)
    else:
        listed(found)


def narrowed(every: list[Card], mine: int | None) -> tuple[list[Card], str]:
    """Ask which actions, and how to show them."""
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    own = any(each.agency_id == mine for each in every)
    which = left.segmented_control(
        "Which", [MINE, ALL, LATE, LAPSING, URGENT], default=MINE if own else ALL,
        key="actions_which", required=True, label_visibility="collapsed",
    )  # fmt: skip
    view = right.segmented_control("View", [BOARD, LIST], default=BOARD, key="actions_view",
                                   required=True, label_visibility="collapsed")  # fmt: skip
    kept: Callable[[Card], bool] = {
        MINE: lambda each: each.agency_id == mine,
        ALL: lambda _: True,
        LATE: lambda each: each.overdue,
        LAPSING: lambda each: each.lapsing,
        URGENT: lambda each: each.immediate,
    }[which]
    found = [each for each in every if kept(each)]
    agencies = {each.agency_id: each.agency for each in found}
    if len(agencies) > 1:
        chosen = st.pills("Agency", sorted(agencies, key=lambda one: agencies[one]),
                          selection_mode="multi", format_func=agencies.get, key="actions_agency",
                          label_visibility="collapsed")  # fmt: skip
        found = [each for each in found if not chosen or each.agency_id in chosen]
    return found, view


def counts(found: list[Card]) -> str:
    """Say how many there are, how many are late, and how many lapse."""
    number = len(found)
    late = sum(each.overdue for each in found)
    soon = sum(each.lapsing for each in found)
    days = case_clock.clocks()["lapsing"].days
    return (
        f"{number} {'action' if number == 1 else 'actions'}. {late or 'None'} overdue. "
        f"{soon or 'None'} {'lapses' if soon == 1 else 'lapse'} within {days} days."
    )


def board(found: list[Card]) -> None:
    """Show columns by where actions stand; nothing that lapsed is among what is in hand."""
    with st.container(key="action_board"):
        columns = st.columns(len(COLUMNS), gap="small")
        for column, (title, standings) in zip(columns, COLUMNS.items(), strict=True):
            cards = [each for each in found if each.standing in standings]
            more = len(cards) - MOST
            rest = f'<p class="sg-quiet">{more} more in the list</p>' if more > 0 else ""
            shown = "".join(map(card, cards[:MOST])) or '<p class="sg-quiet">None</p>'
            column.html(f"<h2>{escape(title)} ({len(cards)})</h2>{shown}{rest}")


def card(each: Card) -> str:
    """Write one card."""
    late = " sg-late" if each.overdue or each.lapsing else ""
    return (
        f'<article class="sg-act"><h3><a class="sg-link" target="_self" '
        f'href="{action_words.address(each.id)}">{escape(each.what)}</a></h3>'
        f"<p>{action_words.chip(each)}</p>"
        f'<p class="{late.strip()}">{escape(action_words.due(each))}</p>'
        f'<p class="sg-quiet">{escape(each.agency)}, {escape(each.owner_role)}<br>'
        f'<a class="sg-link" target="_self" href="{place_state.address(each.place_id)}">'
        f"{escape(each.place)}</a></p></article>"
    )


def listed(found: list[Card]) -> None:
    """Show a table from which several are chosen, and what can be done with all of them."""
    rows = pd.DataFrame(
        {
            "What": [each.what for each in found],
            "Place": [each.place for each in found],
            "Agency": [each.agency for each in found],
            "Stands": [sentence(each.standing.words) for each in found],
            "Due": [each.due for each in found],
            "Overdue": ["Overdue" if each.overdue else "" for each in found],
            "Lapses after": [each.lapse_on for each in found],
            "Open": [action_words.address(each.id) for each in found],
        }
    )
    days = st.column_config.DateColumn
    picked = st.dataframe(
        rows, hide_index=True, on_select="rerun", selection_mode="multi-row",
        key=f"actions_table_{place_state.turn()}", height=min(38 + 35 * len(rows), 420),
        column_config={
            "What": st.column_config.TextColumn(width="large"),
            "Due": days(format="D MMM YYYY"),
            "Lapses after": days(format="D MMM YYYY"),
            "Open": st.column_config.LinkColumn(display_text="Open"),
        },
    )  # fmt: skip
    chosen = [found[at] for at in picked.selection.rows if at < len(found)]
    if chosen:
        together(chosen)
    elif desk.actor().may(Permission.ACT):
        st.html('<p class="sg-quiet">Choose rows to take one step with several at once.</p>')


def together(chosen: list[Card]) -> None:
    """Take one step with all that are chosen, or with none."""
    steps = [step for step in Step if all(step in each.steps for each in chosen)]
    number = len(chosen)
    st.header(f"{number} {'action' if number == 1 else 'actions'} chosen", anchor=False)
    if not steps:
        st.info("There is no step that you may take with all of these. Choose fewer.")
        return
    step = st.segmented_control(
        "Step",
        steps,
        default=steps[0],
        required=True,
        format_func=action_words.STEPS.__getitem__,
        key="bulk_step",
    )
    with st.form(f"bulk_{place_state.turn()}_{step.value}", border=False):
        said = st.text_input(sentence(REASONED[step]), max_chars=300) if step in REASONED else ""
        due = (
            st.date_input("New day", matching.today(), format="DD/MM/YYYY")
            if step is Step.SET_DUE else None
        )  # fmt: skip
        pressed = st.form_submit_button(f"{action_words.STEPS[step]}: all {number}", type="primary")
    if pressed:
        picks = [Pick(each.id, each.version) for each in chosen]
        place_state.act(
            plan_steps.change_many, f"{number} actions: {action_words.DONE[step]}.", picks, step,
            said=said, due=due,
        )  # fmt: skip
