"""Meetings about places: planned, open, closed, minutes approved, minutes given out.

The acts on the meeting itself; who is in the room, the agenda, notes, decisions and minutes stand
in the ``meeting_*`` files beside it.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import case_work, meeting_kinds
from domain.accounts import User
from domain.audit import action
from domain.errors import Conflict, Invalid, NotFound
from domain.meeting_seats import remember
from domain.meeting_tables import HELD, MOVES, Meeting, MeetingEvent, MeetingState, readable
from domain.people import PERMISSIONS, Actor, Permission
from domain.wording import one_line

LONGEST = 8 * 60
"""Minutes that a meeting lasts at most."""
S = MeetingState


@action("meeting.plan", needs=Permission.RECORD)
def plan(
    session: Session,
    actor: Actor,
    *,
    kind: str,
    starts_at: datetime,
    title: str = "",
    lasts: int | None = None,
    held_where: str = "",
    online: bool = False,
    chair_role: str = "",
    chair_id: int | None = None,
    recorder_id: int | None = None,
) -> Meeting:
    """Plan a meeting; who plans it records it, unless another is named.

    Raises
    ------
    NotPermitted, Invalid
        Nobody is named; there is no such kind; a person named is not there; words or length
        cannot be taken.
    """
    planner = case_work.person(actor)
    of = meeting_kinds.kind(kind)
    chair, recorder = _named(session, chair_id), _named(session, recorder_id or planner)
    made = Meeting(
        kind=of.code,
        title=one_line(title, "the title", 120) or of.label,
        starts_at=starts_at,
        lasts=_length(lasts if lasts is not None else of.minutes),
        held_where=one_line(held_where, "where it is held", 200),
        online=online,
        chair_role=one_line(chair_role, "the chair's role", 120) or of.chair,
        chair_id=chair.id if chair else None,
        chair_name=chair.name if chair else "",
        recorder_id=recorder.id if recorder else None,
        recorder_name=recorder.name if recorder else "",
        statements={},
        minutes={},
    )
    session.add(made)
    session.flush()
    return made


@action("meeting.change", needs=Permission.RECORD)
def change(
    session: Session,
    actor: Actor,
    meeting_id: int,
    *,
    version: int,
    starts_at: datetime,
    lasts: int,
    held_where: str,
    online: bool,
    chair_id: int | None,
    recorder_id: int | None,
) -> Meeting:
    """Change when and where a planned meeting is held, and who chairs and records it.

    Raises
    ------
    NotFound, Conflict, Invalid
        It is not there for this actor; it was held or changed since; as in `plan`.
    """
    found = opened(session, actor, meeting_id, S.PLANNED)
    case_work.same(found, version, "meeting")
    chair, recorder = _named(session, chair_id), _named(session, recorder_id)
    found.starts_at, found.lasts = starts_at, _length(lasts)
    found.held_where, found.online = one_line(held_where, "where it is held", 200), online
    found.chair_id, found.chair_name = (chair.id, chair.name) if chair else (None, "")
    found.recorder_id = recorder.id if recorder else None
    found.recorder_name = recorder.name if recorder else ""
    found.version += 1
    return found


@action("meeting.cancel", needs=Permission.RECORD)
def cancel(session: Session, actor: Actor, meeting_id: int, *, version: int) -> Meeting:
    """Cancel a planned meeting; its line stays.

    Raises
    ------
    NotFound, Conflict
        It is not there for this actor; it was held or changed since.
    """
    found = opened(session, actor, meeting_id, S.PLANNED)
    case_work.same(found, version, "meeting")
    move(found, S.CANCELLED)
    return found


@action("meeting.open", needs=Permission.RECORD)
def begin(
    session: Session, actor: Actor, meeting_id: int, *, now: datetime | None = None
) -> Meeting:
    """Open a planned meeting: from now on it speaks of what is known at this instant.

    Raises
    ------
    NotFound, Conflict
        It is not there for this actor; it was opened before.
    """
    case_work.person(actor)
    found = opened(session, actor, meeting_id, S.PLANNED)
    found.as_at = now or datetime.now(UTC)
    found.since = last_met(session, found.kind, found.as_at)
    move(found, S.OPEN)
    remember(session, actor, found, "opened", now=now)
    return found


@action("meeting.read_out", needs=Permission.RECORD)
def read_out(
    session: Session,
    actor: Actor,
    meeting_id: int,
    statement: str,
    *,
    now: datetime | None = None,
) -> Meeting:
    """Note that a statement was read out.

    Raises
    ------
    NotFound, Conflict, Invalid
        The meeting is not open, or not there for this actor; there is no such statement.
    """
    found = opened(session, actor, meeting_id, S.OPEN)
    if statement not in meeting_kinds.book().statements:
        raise Invalid("There is no such statement to read out.")
    at = now or datetime.now(UTC)
    found.statements = {**found.statements, statement: at.isoformat()}
    remember(session, actor, found, f"read_{statement}"[:32], now=at)
    return found


def find(session: Session, actor: Actor, meeting_id: int, *, lock: bool = False) -> Meeting:
    """Return a meeting that ``actor`` may know of; with ``lock`` nobody else changes it meanwhile.

    Raises
    ------
    NotPermitted
        The actor takes no part in meetings.
    NotFound
        It is not there, or they are not asked to it: the two read the same.
    """
    actor.must(Permission.MEET)
    query = select(Meeting).where(Meeting.id == meeting_id, readable(actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found: Meeting | None = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("That meeting is not there.")
    return found


def opened(session: Session, actor: Actor, meeting_id: int, *states: MeetingState) -> Meeting:
    """Lock a meeting that stands in one of ``states``.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        As in `find`; it stands elsewhere.
    """
    found = find(session, actor, meeting_id, lock=True)
    if found.state not in states:
        raise Conflict(f"This meeting is {found.state.words}. Please look at it again.")
    return found


def listed(session: Session, actor: Actor, limit: int = 100) -> list[Meeting]:
    """Return the meetings that ``actor`` may know of, the latest first.

    Raises
    ------
    NotPermitted
        The actor takes no part in meetings.
    """
    actor.must(Permission.MEET)
    query = select(Meeting).where(readable(actor)).order_by(Meeting.starts_at.desc(), Meeting.id)
    return list(session.scalars(query.limit(limit)))


def last_met(session: Session, kind: str, until: datetime) -> datetime:
    """Return the instant of which the last meeting of a kind spoke; else one interval back."""
    query = select(Meeting.as_at).where(
        Meeting.kind == kind, Meeting.state.in_(HELD), Meeting.as_at < until
    )
    found: datetime | None = session.scalars(query.order_by(Meeting.as_at.desc()).limit(1)).first()
    return found or until - timedelta(days=meeting_kinds.kind(kind).every_days)


def before(session: Session, meeting: Meeting) -> Meeting | None:
    """Return the last meeting of the same kind that was held before this one."""
    query = select(Meeting).where(
        Meeting.kind == meeting.kind, Meeting.state.in_(HELD), Meeting.id != meeting.id
    )
    if meeting.as_at is not None:
        query = query.where(Meeting.as_at < meeting.as_at)
    return session.scalars(query.order_by(Meeting.as_at.desc()).limit(1)).first()


def events(session: Session, actor: Actor, meeting_id: int) -> list[MeetingEvent]:
    """Return what happened in the room, the first first.

    Raises
    ------
    NotPermitted, NotFound
        As in `find`.
    """
    find(session, actor, meeting_id)
    query = select(MeetingEvent).where(MeetingEvent.meeting_id == meeting_id)
    return list(session.scalars(query.order_by(MeetingEvent.id)))


def recorders(session: Session, actor: Actor) -> dict[int, str]:
    """Return who may chair or record a meeting: name by id, for whoever plans one."""
    actor.must(Permission.RECORD)
    return running(session)


def running(session: Session) -> dict[int, str]:
    """Return who runs meetings: name by id, for work that checked the reader."""
    now = datetime.now(UTC)
    roles = [role for role, may in PERMISSIONS.items() if Permission.RECORD in may]
    query = select(User).where(User.active).order_by(User.name)
    return {
        each.id: each.name
        for each in session.scalars(query)
        if any(grant.role in roles and grant.holds(now) for grant in each.grants)
    }


def move(meeting: Meeting, state: MeetingState) -> None:
    """Bring a meeting to ``state``, along `MOVES` only.

    Raises
    ------
    Conflict
        There is no way from where it stands.
    """
    if state not in MOVES[meeting.state]:
        raise Conflict(f"This meeting is {meeting.state.words}.")
    meeting.state = state
    meeting.version += 1


def _named(session: Session, user_id: int | None) -> User | None:
    if user_id is None:
        return None
    found = session.get(User, user_id)
    if found is None or not found.active:
        raise Invalid("That person is not there. Please choose another.")
    return found


def _length(minutes: int) -> int:
    if not 5 <= minutes <= LONGEST:
        raise Invalid(f"A meeting lasts from 5 minutes to {LONGEST // 60} hours.")
    return minutes
