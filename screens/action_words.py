"""How an action reads wherever it is shown: its state as a mark with words, its days, its link."""

from html import escape

from domain.filters import day_words
from domain.plan_actions import Standing
from domain.plan_board import Card
from domain.plan_steps import Step
from screens.note_form import sentence

D = Standing
MARKS = {
    D.PROPOSED: ("○", "sg-mark"),
    D.ACCEPTED: ("◔", "sg-mark sg-mark-on"),
    D.IN_PROGRESS: ("◑", "sg-mark sg-mark-on"),
    D.IN_FORCE: ("■", "sg-mark sg-mark-on"),
    D.DONE: ("●", "sg-mark sg-mark-done"),
    D.VERIFIED: ("✓", "sg-mark sg-mark-done"),
    D.DECLINED: ("✕", "sg-mark sg-mark-off"),
    D.CANCELLED: ("✕", "sg-mark sg-mark-off"),
    D.LAPSED: ("◇", "sg-mark sg-mark-off"),
}
STEPS = {
    Step.ACCEPT: "Accept it",
    Step.DECLINE: "Decline it",
    Step.BEGIN: "Begin it",
    Step.FINISH: "It is done",
    Step.VERIFY: "Confirm that it is done",
    Step.SEND_BACK: "Send it back",
    Step.CANCEL: "Cancel it",
    Step.SET_DUE: "Change the day",
}
DONE = {
    Step.ACCEPT: "accepted",
    Step.DECLINE: "declined, with your reason",
    Step.BEGIN: "in progress",
    Step.FINISH: "done",
    Step.VERIFY: "confirmed as done",
    Step.SEND_BACK: "back in progress",
    Step.CANCEL: "cancelled",
    Step.SET_DUE: "due on another day",
}
OPEN = frozenset({D.PROPOSED, D.ACCEPTED, D.IN_PROGRESS, D.IN_FORCE})


def is_open(card: Card) -> bool:
    """Say whether something is still to be done, or holds."""
    return card.standing in OPEN


def address(number: int) -> str:
    """Return the address of one action."""
    return f"/actions?action={number}"


def chip(card: Card) -> str:
    """Show where an action stands, by a sign and by words."""
    return mark(card.standing)


def mark(standing: Standing) -> str:
    """Show a standing, by a sign and by words."""
    sign, look = MARKS[standing]
    return f'<span class="{look}"><span aria-hidden="true">{sign}</span> {words(standing)}</span>'


def words(standing: Standing) -> str:
    """Say a standing as people read it."""
    return escape(sentence(standing.words))


def due(card: Card) -> str:
    """Say when an action is due or was, and when its measure lapses."""
    said = []
    if card.standing in (D.PROPOSED, D.ACCEPTED, D.IN_PROGRESS):
        said.append(f"{'was due' if card.overdue else 'due'} {day_words(card.due)}")
    if card.lapse_on is not None:
        lapsed = card.standing is D.LAPSED
        said.append(f"{'lapsed after' if lapsed else 'lapses after'} {day_words(card.lapse_on)}")
    if card.lapsing and card.lapses_in is not None:
        said.append("lapses today" if card.lapses_in == 0 else f"{days(card.lapses_in)} left")
    if card.immediate:
        said.append("immediate" + ("" if card.approved else ", waits for approval"))
    return sentence(" · ".join(said))


def days(number: int) -> str:
    """Count days in words."""
    return "1 day" if number == 1 else f"{number} days"
