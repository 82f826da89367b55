"""Screening: what is decided of a place that was named, by whom and why."""

from datetime import UTC, datetime
from enum import Enum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import case_work
from domain.audit import action
from domain.errors import Conflict
from domain.people import Actor, Permission
from domain.status import Status
from domain.wording import taken


class Decision(Enum):
    """What can be decided of a place that was named."""

    NO_ACTION = "no_action"
    WATCH = "watch"
    ASSESS = "assess"
    MERGE = "merge"
    FIRST_CONTACT = "first_contact"
    URGENT = "urgent"

    @property
    def words(self) -> str:
        """What people read: "assess it"."""
        return WORDS[self]


WORDS = {
    Decision.NO_ACTION: "no action",
    Decision.WATCH: "watch it",
    Decision.ASSESS: "assess it",
    Decision.MERGE: "merge it with another place",
    Decision.FIRST_CONTACT: "pass it to First Contact",
    Decision.URGENT: "act now, and assess it",
}
OPENS = frozenset({Decision.ASSESS, Decision.URGENT})
"""Decisions after which a place can be assessed."""
SCREENED = frozenset({Status.WATCH, Status.STEPPED_DOWN})
"""States from which a place is screened."""


class Screening(case_work.CaseRow):
    """One decision. ``also_referred``: the place was referred beside a child; no child is named."""

    __tablename__ = "screening"
    __sealed__ = frozenset({"reason"})

    decided_at: Mapped[datetime]
    decision: Mapped[Decision]
    reason: Mapped[str] = mapped_column(String(500))
    also_referred: Mapped[bool] = mapped_column(default=False)
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    decider_name: Mapped[str] = mapped_column(String(120))


@action("screening.decide", needs=Permission.EDIT_PLACES)
def decide(
    session: Session,
    actor: Actor,
    place_id: int,
    decision: Decision,
    *,
    reason: str,
    also_referred: bool = False,
) -> Screening:
    """Write down what was decided of a watched or stepped-down place; it moves nothing by itself.

    Raises
    ------
    NotFound, Conflict, Invalid, NotPermitted
        The place is not there for this actor, or further on already; there is no reason; nobody
        is named as decider.
    """
    decider = case_work.person(actor)
    place = case_work.worked_on(session, actor, place_id)
    why = taken(reason, "the reason", 500, needed=True)
    if place.status not in SCREENED:
        raise Conflict(f"This place is {place.status.words}: it was screened before.")
    made = Screening(
        place_id=place.id,
        decided_at=datetime.now(UTC),
        decision=decision,
        reason=why,
        also_referred=also_referred,
        decider_id=decider,
        decider_name=actor.name,
    )
    session.add(made)
    session.flush()
    return made


def of_place(session: Session, actor: Actor, place_id: int) -> list[Screening]:
    """Return the decisions on a place, the latest first; none for readers of neutral cards.

    Raises
    ------
    NotFound
        The place is not there, or not for this reader.
    """
    return case_work.of_place(session, actor, place_id, Screening)
