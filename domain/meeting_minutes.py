"""Minutes: made of what was recorded, approved by a second person, given out by agency.

Once they are approved they are frozen. Everybody reads of them what their tier and today's
permissions allow: the same minutes, never more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import case_work, concern_days, meeting_items, meeting_kinds, meeting_seats, meetings
from domain.accounts import Agency
from domain.audit import action
from domain.errors import Conflict, NotFound, NotPermitted
from domain.meeting_actions import MeetingAction
from domain.meeting_deciding import MeetingDecision
from domain.meeting_evidence import canonical, fingerprint
from domain.meeting_items import MeetingItem
from domain.meeting_seats import remember
from domain.meeting_tables import HELD, Meeting, MeetingMember, MeetingState, Presence
from domain.meeting_words import spoken, told_to_all
from domain.people import PERMISSIONS, Actor, Permission, Role, Tier
from domain.places import Place, find
from store.database import Base

TARGET = 2
"""Working days after the meeting within which its minutes are given out."""
UNKNOWN = "A place of which nothing is kept any more"


class MeetingCopy(Base):
    """The minutes as they went to one agency; ``fingerprint`` is of what it could then read."""

    __tablename__ = "meeting_copy"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    agency: Mapped[str] = mapped_column(String(120))
    tier: Mapped[int]
    items: Mapped[int]
    left_out: Mapped[int]
    sent_at: Mapped[datetime]
    sent_by_name: Mapped[str] = mapped_column(String(120))
    fingerprint: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True)
class Entry:
    """One item of the minutes as one reader may see it; words are a person's: escape them."""

    item_id: int
    place_id: int | None
    name: str
    says: str
    state: str
    notes: str
    decision: str
    words: str
    reason: str
    decided_by: str
    also_referred: bool
    missing: tuple[str, ...]
    fingerprint: str
    decision_id: int | None
    actions: tuple[Mapping[str, Any], ...]
    next_step: str
    deferred_why: str


@dataclass(frozen=True)
class Minutes:
    """The minutes as one reader may see them. ``left_out`` counts items that are not for them.

    ``due`` is the last day of the target; ``frozen`` says that they were approved.
    """

    meeting: Meeting
    present: tuple[str, ...]
    apologies: tuple[str, ...]
    conflicts: tuple[str, ...]
    statements: tuple[str, ...]
    entries: tuple[Entry, ...]
    left_out: int
    due: date
    late: bool
    frozen: bool
    fingerprint: str


@action("minutes.approve", needs=Permission.RECORD)
def approve(
    session: Session,
    actor: Actor,
    meeting_id: int,
    *,
    version: int,
    now: datetime | None = None,
) -> Meeting:
    """Approve the minutes, which freezes them: the chair does, not the recorder where they differ.

    Raises
    ------
    NotPermitted
        The actor recorded them and another chaired, or they neither chaired nor can stand in.
    NotFound, Conflict
        The meeting is not there for this actor, is not closed, or was changed since.
    """
    person = case_work.person(actor)
    meeting = meetings.opened(session, actor, meeting_id, MeetingState.CLOSED)
    case_work.same(meeting, version, "meeting")
    if person == meeting.recorder_id and _another_could(session, meeting, person):
        raise NotPermitted("You recorded these minutes. The chair approves them.")
    whole = _whole(session, meeting)
    meeting.minutes = whole
    meeting.minutes_hash = fingerprint(canonical(whole))
    meeting.approved_by_id, meeting.approved_by_name = person, actor.name
    meeting.approved_at = now or datetime.now(UTC)
    meetings.move(meeting, MeetingState.APPROVED)
    remember(session, actor, meeting, "minutes_approved", now=meeting.approved_at)
    return meeting


@action("minutes.distribute", needs=Permission.RECORD)
def distribute(
    session: Session, actor: Actor, meeting_id: int, *, now: datetime | None = None
) -> list[MeetingCopy]:
    """Give the approved minutes out: each agency that was asked reads them at its people's tier.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        The meeting is not there for this actor; its minutes are not approved, or given out.
    """
    case_work.person(actor)
    meeting = meetings.opened(session, actor, meeting_id, MeetingState.APPROVED)
    now = now or datetime.now(UTC)
    meeting.distributed_at = now
    meetings.move(meeting, MeetingState.DISTRIBUTED)
    made = []
    for (agency_id, agency), tier in _recipients(session, meeting).items():
        read = _read(session, _reader(agency, agency_id, tier), meeting)
        made.append(
            MeetingCopy(
                meeting_id=meeting.id,
                agency_id=agency_id,
                agency=agency,
                tier=int(tier),
                items=len(read.entries),
                left_out=read.left_out,
                sent_at=now,
                sent_by_name=actor.name,
                fingerprint=read.fingerprint,
            )
        )
    session.add_all(made)
    remember(session, actor, meeting, "minutes_given_out", now=now)
    return made


def minutes(session: Session, actor: Actor, meeting_id: int) -> Minutes:
    """Return the minutes of a meeting that was held, as ``actor`` may read them.

    Before they are given out, those who run meetings read them alone.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        The actor may not know of the meeting, or not read its minutes yet; it was not held yet.
    """
    meeting = meetings.find(session, actor, meeting_id)
    if meeting.state not in HELD:
        raise Conflict(f"This meeting is {meeting.state.words}. It has no minutes yet.")
    if meeting.state is not MeetingState.DISTRIBUTED and not actor.may(Permission.RECORD):
        raise NotPermitted("The minutes are not given out yet.")
    return _read(session, actor, meeting)


def copies(session: Session, actor: Actor, meeting_id: int) -> list[MeetingCopy]:
    """Return to whom the minutes went, by agency, for those who run meetings.

    Raises
    ------
    NotPermitted, NotFound
        The actor runs no meetings; the meeting is not there for them.
    """
    actor.must(Permission.RECORD)
    meetings.find(session, actor, meeting_id)
    query = select(MeetingCopy).where(MeetingCopy.meeting_id == meeting_id)
    return list(session.scalars(query.order_by(MeetingCopy.agency)))


def is_proven(meeting: Meeting) -> bool:
    """Say whether the frozen minutes are those that were approved."""
    return fingerprint(canonical(meeting.minutes)) == meeting.minutes_hash


def _another_could(session: Session, meeting: Meeting, person: int) -> bool:
    """Say whether somebody else chaired, or was in the room and runs meetings."""
    if meeting.chair_id is not None:
        return meeting.chair_id != person
    there = {
        each.user_id
        for each in meeting_seats.members(session, meeting.id)
        if each.arrived_at is not None and each.user_id not in (None, person)
    }
    return bool(there & meetings.running(session).keys())


def _whole(session: Session, meeting: Meeting) -> dict[str, Any]:
    """Write down all of the meeting in plain values; what each reader gets is chosen of it."""
    members = meeting_seats.members(session, meeting.id)
    decisions: dict[int, MeetingDecision] = {}
    query = select(MeetingDecision).where(MeetingDecision.meeting_id == meeting.id)
    for each in session.scalars(query.order_by(MeetingDecision.id)):
        decisions[each.item_id] = each
    names = {each.id: each.name for each in session.scalars(select(Agency))}
    tasks: dict[int, list[dict[str, Any]]] = {}
    for task in session.scalars(
        select(MeetingAction)
        .where(MeetingAction.meeting_id == meeting.id)
        .order_by(MeetingAction.id)
    ):
        tasks.setdefault(task.item_id, []).append(_task(task, names))
    return {
        "present": [each.called for each in members if each.arrived_at is not None],
        "apologies": [each.called for each in members if each.presence is Presence.APOLOGIES],
        "conflicts": [f"{each.called}: {each.conflict}" for each in members if each.conflict],
        "statements": [
            each.label
            for code, each in meeting_kinds.book().statements.items()
            if code in meeting.statements
        ],
        "items": [
            _item(session, each, decisions.get(each.id), tasks.get(each.id, []))
            for each in meeting_items.items(session, meeting.id)
        ],
    }


def _task(task: MeetingAction, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "what": task.what,
        "agency_id": task.owner_agency_id,
        "agency": names[task.owner_agency_id],
        "role": task.owner_role,
        "due": task.due.isoformat(),
    }


def _item(
    session: Session,
    item: MeetingItem,
    decision: MeetingDecision | None,
    tasks: list[dict[str, Any]],
) -> dict[str, Any]:
    place = session.get(Place, item.place_id) if item.place_id else None
    return {
        "item": item.id,
        "place": item.place_id,
        "tier": item.tier if place is None else place.tier,
        "name": place.name if place else item.title,
        "neutral": place.neutral_name if place else item.title,
        "reasons": item.reasons,
        "state": item.state.words,
        "notes": item.notes,
        "next": item.next_step,
        "deferred_why": item.deferred_why,
        "decision": _decided(decision),
        "actions": tasks,
    }


def _decided(found: MeetingDecision | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "id": found.id,
        "label": meeting_kinds.decision_label(found.code),
        "words": found.words,
        "reason": found.reason,
        "by": ", ".join(filter(None, (found.decider_name, found.decider_role))),
        "also_referred": found.also_referred,
        "missing": found.still_missing.splitlines(),
        "tier": found.tier,
        "fingerprint": found.fingerprint,
    }


def _read(session: Session, actor: Actor, meeting: Meeting) -> Minutes:
    whole = meeting.minutes or _whole(session, meeting)
    full = actor.tier >= Tier.T3
    entries = [_entry(actor, each) for each in whole["items"] if _is_for(session, actor, each)]
    due = concern_days.due(meeting.closed_at or datetime.now(UTC), TARGET)
    done = (meeting.distributed_at or datetime.now(UTC)).date()
    return Minutes(
        meeting=meeting,
        present=tuple(whole["present"]),
        apologies=tuple(whole["apologies"]),
        conflicts=tuple(whole["conflicts"]) if full else (),
        statements=tuple(whole["statements"]),
        entries=tuple(entries),
        left_out=len(whole["items"]) - len(entries),
        due=due,
        late=done > due,
        frozen=bool(meeting.minutes),
        fingerprint=fingerprint(canonical([_plain(each) for each in entries])),
    )


def _is_for(session: Session, actor: Actor, given: Mapping[str, Any]) -> bool:
    """Say whether an item is for this reader: at the tier it had then, and by today's permission.

    Of a place that is not kept any more, readers of full cards keep the line.
    """
    if given["tier"] > actor.tier:
        return False
    if given["place"] is None:
        return True
    if session.get(Place, given["place"]) is None:
        return actor.tier >= Tier.T3
    try:
        find(session, actor, given["place"])
    except NotFound:
        return False
    return True


def _entry(actor: Actor, given: Mapping[str, Any]) -> Entry:
    full = actor.tier >= Tier.T3
    decision = given["decision"] or {}
    if full and decision.get("tier", 0) > actor.tier:
        decision = {"label": decision["label"]}
    name = given["name"] if full else given["neutral"]
    reasons = given["reasons"] if full else told_to_all(given["reasons"])
    actions = [each for each in given["actions"] if full or each["agency_id"] == actor.agency_id]
    return Entry(
        item_id=given["item"],
        place_id=given["place"],
        name=name,
        says=spoken(name, reasons, {}) if given["place"] else "",
        state=given["state"],
        notes=given["notes"] if full else "",
        decision=decision.get("label", ""),
        words=decision.get("words", "") if full else "",
        reason=decision.get("reason", "") if full else "",
        decided_by=decision.get("by", ""),
        also_referred=bool(decision.get("also_referred")) and full,
        missing=tuple(decision.get("missing", ())) if full else (),
        fingerprint=decision.get("fingerprint", "") if full else "",
        decision_id=decision.get("id") if full else None,
        actions=tuple(actions),
        next_step=given["next"] if full else "",
        deferred_why=given["deferred_why"] if full else "",
    )


def _plain(entry: Entry) -> dict[str, Any]:
    return {**vars(entry), "missing": list(entry.missing), "actions": list(entry.actions)}


def _recipients(session: Session, meeting: Meeting) -> dict[tuple[int | None, str], Tier]:
    """Return each agency asked, with the least that its people there are cleared for."""
    found: dict[tuple[int | None, str], Tier] = {}
    for each in _asked(meeting_seats.members(session, meeting.id)):
        key = (each.agency_id, each.agency)
        found[key] = min(found.get(key, Tier.SEALED), Tier(each.tier))
    return found


def _asked(members: Iterable[MeetingMember]) -> list[MeetingMember]:
    return [each for each in members if each.agency]


def _reader(agency: str, agency_id: int | None, tier: Tier) -> Actor:
    """Return a reader who stands for an agency; it can read and nothing else."""
    reads = PERMISSIONS[Role.PRACTITIONER] & {Permission.SEE_PLACES, Permission.MEET}
    return Actor(agency, agency_id=agency_id, tier=tier, permissions=frozenset(reads))
