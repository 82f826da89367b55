"""What is erased of a concern, and when: originals, contacts, marks of sources, old words.

The original of masked words and of photographs goes on the decision, and after 28 days at the
latest whatever happens. A contact goes within so many days of the decision. Raw words, and what is
left of photographs, go after the months that the partnership keeps reports.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from domain import preferences
from domain.audit import action
from domain.concerns import (
    UNDECIDED,
    Concern,
    ConcernContact,
    ConcernPhoto,
    ConcernState,
    remember,
)
from domain.people import Actor, Permission

LONGEST = timedelta(days=28)
MONTH = timedelta(days=30)
BATCH = 500


def decided(session: Session, concern: Concern, now: datetime) -> None:
    """Erase what ends with the decision: the originals, and how the report's source was counted."""
    concern.decided_at = concern.decided_at or now
    concern.original = None
    concern.bundle = None
    for photo in _photos(session, concern.id):
        uncovered(session, photo)


def uncovered(session: Session, photo: ConcernPhoto) -> None:
    """Erase what of a photograph was not looked over; the covered one stays, where there is one."""
    photo.original = None
    if photo.covered is None:
        session.delete(photo)


def erase_words(session: Session, concern: Concern) -> bool:
    """Erase all that a reporter gave in words; say whether there was anything."""
    had = bool(concern.words or concern.near_words or concern.original)
    concern.words, concern.near_words, concern.original, concern.found = "", "", None, []
    concern.bundle = None
    photos = _photos(session, concern.id)
    for photo in photos:
        session.delete(photo)
    return erase_contact(session, concern.id) or had or bool(photos)


def erase_contact(session: Session, concern_id: int) -> bool:
    """Erase how to reach a reporter; say whether it was there."""
    query = select(ConcernContact).where(ConcernContact.concern_id == concern_id)
    contact = session.scalar(query)
    if contact is None:
        return False
    session.delete(contact)
    return True


@action("concern.sweep", needs=Permission.RUN_JOBS)
def sweep(session: Session, actor: Actor, now: datetime | None = None) -> int:
    """Erase what has reached its end; return of how many concerns. Call it at least once a day."""
    now = now or datetime.now(UTC)
    rules = preferences.read(session).retention
    days = min(timedelta(days=rules.original_days), LONGEST)
    return (
        _originals(session, actor, now, now - days)
        + _contacts(session, actor, now, now - days)
        + _old_words(session, actor, now, now - rules.concern_months * MONTH)
    )


def _originals(session: Session, actor: Actor, now: datetime, before: datetime) -> int:
    """Erase originals of decided concerns, and all that came before ``before``."""
    gone = or_(Concern.received_at <= before, Concern.state.not_in(UNDECIDED))
    photos = select(ConcernPhoto.concern_id).where(ConcernPhoto.original.is_not(None))
    kept = or_(Concern.original.is_not(None), Concern.id.in_(photos))
    query = select(Concern).where(kept, gone).with_for_update()
    found = session.scalars(query).all()
    for concern in found:
        concern.original = None
        for photo in _photos(session, concern.id):
            uncovered(session, photo)
        remember(session, actor, concern, "original_erased", now)
    return len(found)


def _contacts(session: Session, actor: Actor, now: datetime, before: datetime) -> int:
    query = (
        select(Concern)
        .join(ConcernContact, ConcernContact.concern_id == Concern.id)
        .where(Concern.decided_at.is_not(None), Concern.decided_at <= before)
    )
    found = session.scalars(query).all()
    for concern in found:
        erase_contact(session, concern.id)
        remember(session, actor, concern, "contact_erased", now)
    return len(found)


def _old_words(session: Session, actor: Actor, now: datetime, before: datetime) -> int:
    photos = select(ConcernPhoto.concern_id)
    told = or_(Concern.words != "", Concern.near_words != "", Concern.id.in_(photos))
    over = and_(Concern.decided_at.is_not(None), Concern.decided_at <= before)
    query = select(Concern).where(told, over, Concern.state != ConcernState.MERGED)
    found = session.scalars(query.limit(BATCH).with_for_update()).all()
    for concern in found:
        erase_words(session, concern)
        remember(session, actor, concern, "words_erased", now)
    return len(found)


def _photos(session: Session, concern_id: int) -> list[ConcernPhoto]:
    query = select(ConcernPhoto).where(ConcernPhoto.concern_id == concern_id)
    return list(session.scalars(query.order_by(ConcernPhoto.id)))
