"""Deciding on an item: what, why, by whom, on what evidence; and what still stands in the way."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import (
    audit,
    case_work,
    meeting_evidence,
    meeting_items,
    meeting_kinds,
    meetings,
    places,
)
from domain.audit import action
from domain.errors import Conflict, Invalid, NotFound
from domain.meeting_evidence import Shown
from domain.meeting_items import ItemState, MeetingItem
from domain.meeting_moving import Step, Wish, act
from domain.meeting_seats import room
from domain.meeting_tables import Meeting, MeetingState
from domain.people import Actor, Permission, Tier
from domain.places import Place
from domain.wording import taken
from store.database import Base


class MeetingDecision(Base):
    """One decision; a later one on the same item stands in its place and this one stays.

    ``evidence`` is the canonical JSON of what it was made on, ``fingerprint`` its SHA-256,
    ``tier`` what the room was cleared for. ``place_id`` outlives the place.
    """

    __tablename__ = "meeting_decision"
    __sealed__ = frozenset({"words", "reason", "evidence", "still_missing"})

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("meeting_item.id"), index=True)
    place_id: Mapped[int | None] = mapped_column(index=True)
    code: Mapped[str] = mapped_column(String(32))
    words: Mapped[str] = mapped_column(String(500), default="")
    reason: Mapped[str] = mapped_column(String(500))
    also_referred: Mapped[bool] = mapped_column(default=False)
    moved: Mapped[bool] = mapped_column(default=False)
    still_missing: Mapped[str] = mapped_column(Text, default="")  # one sentence a line
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    decider_name: Mapped[str] = mapped_column(String(120))
    decider_role: Mapped[str] = mapped_column(String(120), default="")
    recorded_by_name: Mapped[str] = mapped_column(String(120))
    decided_at: Mapped[datetime]
    as_at: Mapped[datetime]
    tier: Mapped[int]
    screening_id: Mapped[int | None] = mapped_column(ForeignKey("screening.id"))
    evidence: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True)
class Decided:
    """What came of deciding: whether the place moved, and what still has to be there before."""

    decision: MeetingDecision
    moved: bool
    missing: tuple[str, ...]


@action("meeting.decide", needs=Permission.RECORD)
def decide(
    session: Session,
    actor: Actor,
    item_id: int,
    code: str,
    *,
    version: int,
    reason: str,
    shown: Shown = meeting_evidence.NOTHING,
    words: str = "",
    also_referred: bool = False,
    into_id: int | None = None,
    move: bool = True,
    now: datetime | None = None,
) -> Decided:
    """Write down what the meeting decided of an item, with what it was decided on.

    A screening decision is written down as one. Where the decision leads to another state and
    nothing is missing, the place is moved there; otherwise what is missing is kept with it, and
    the place stays. ``into_id`` is the place that the item's becomes a part of, for a merge.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        Nobody is named; the item is not there for this actor, was changed since, or waits for the
        closed part; the meeting is not open; this kind of meeting does not decide that; there is
        no reason; nothing says on what a place was decided.
    """
    recorder = case_work.person(actor)
    meeting, item = meeting_items.opened(session, actor, item_id, version, MeetingState.OPEN)
    chosen = meeting_kinds.choice(meeting.kind, code)
    why = taken(reason, "the reason", 500, needed=True)
    cleared = room(session, meeting).tier
    place = _place(session, actor, meeting, item, cleared)
    if place is not None and not shown.recipe:
        raise Invalid("Say on what it is decided: open the place first.")
    now = now or datetime.now(UTC)
    facts = _facts(meeting, item, place, code, why, also_referred=also_referred, now=now)
    evidence = meeting_evidence.freeze(facts, shown)
    step = Step()
    if place is not None and move:
        step = act(session, actor, place, Wish(chosen, why, also_referred, into_id))
    made = MeetingDecision(
        item_id=item.id,
        place_id=item.place_id,
        code=code,
        words=taken(words, "the decision", 500),
        reason=why,
        also_referred=also_referred,
        moved=step.moved,
        still_missing="\n".join(step.missing),
        decided_at=now,
        tier=int(cleared),
        screening_id=step.screening.id if step.screening else None,
        evidence=evidence,
        fingerprint=meeting_evidence.fingerprint(evidence),
        **_deciders(meeting, actor, recorder),
    )
    session.add(made)
    item.state, item.deferred_why = ItemState.DECIDED, ""
    item.version += 1
    session.flush()
    return Decided(made, step.moved, step.missing)


def _deciders(meeting: Meeting, actor: Actor, recorder: int) -> dict[str, Any]:
    """Return who decided, who wrote it down and how far back the meeting looked."""
    return {
        "meeting_id": meeting.id,
        "decider_id": meeting.chair_id or recorder,
        "decider_name": meeting.chair_name or actor.name,
        "decider_role": meeting.chair_role,
        "recorded_by_name": actor.name,
        "as_at": _as_at(meeting),
    }


def of_meeting(session: Session, actor: Actor, meeting_id: int) -> dict[int, MeetingDecision]:
    """Return the decision that stands for each item that ``actor`` may read in full, by item.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not know of the meeting.
    """
    seen = {each.id for each in meeting_items.lines(session, actor, meeting_id)}
    query = select(MeetingDecision).where(MeetingDecision.meeting_id == meeting_id)
    found = session.scalars(query.order_by(MeetingDecision.id))
    return {each.item_id: each for each in found if each.item_id in seen}


def of_place(session: Session, actor: Actor, place_id: int) -> list[MeetingDecision]:
    """Return the meetings' decisions on a place, the latest first; none for neutral cards.

    Raises
    ------
    NotFound
        The place is not there, or not for this reader.
    """
    places.find(session, actor, place_id)
    if not case_work.reads_cases(actor):
        return []
    query = select(MeetingDecision).where(
        MeetingDecision.place_id == place_id, MeetingDecision.tier <= actor.tier
    )
    return list(session.scalars(query.order_by(MeetingDecision.id.desc())))


def find(session: Session, actor: Actor, decision_id: int) -> MeetingDecision:
    """Return a decision that ``actor`` may read: its meeting, its place and its tier allow it.

    Raises
    ------
    NotPermitted
        The actor reads neutral cards alone.
    NotFound
        It is not there, or not for this reader.
    """
    case_work.must_read_cases(actor)
    found = session.get(MeetingDecision, decision_id)
    if found is None or found.tier > actor.tier:
        raise NotFound("That decision is not there.")
    meetings.find(session, actor, found.meeting_id)
    if found.place_id is not None and session.get(Place, found.place_id) is not None:
        places.find(session, actor, found.place_id)
    return found


def _place(
    session: Session, actor: Actor, meeting: Meeting, item: MeetingItem, cleared: Tier
) -> Place | None:
    if item.restricted and not meeting.closed_part:
        raise Conflict("This item waits for the closed part.")
    if item.place_id is None:
        return None
    place = places.find(session, actor, item.place_id)
    if place.tier > cleared:
        raise Conflict("Someone in the room may not know of this place. They step out first.")
    return place


def _facts(
    meeting: Meeting,
    item: MeetingItem,
    place: Place | None,
    code: str,
    why: str,
    *,
    also_referred: bool,
    now: datetime,
) -> dict[str, Any]:
    return {
        "meeting": meeting.id,
        "kind": meeting.kind,
        "item": item.id,
        "place": item.place_id,
        "reference": None if place is None else place.reference,
        "code": code,
        "reason": why,
        "also_referred": also_referred,
        "decided_at": now.isoformat(),
        "as_at": _as_at(meeting).isoformat(),
    }


def _as_at(meeting: Meeting) -> datetime:
    assert meeting.as_at is not None, "an open meeting has its instant"
    return meeting.as_at


def revisions(session: Session) -> dict[str, int]:
    """Return how often the records that a decision may rest on had changed."""
    names = ("place", "incident", "place_touch", "annotation", "premises", "plan_action")
    return dict(zip(names, audit.revision(session, names), strict=True))
