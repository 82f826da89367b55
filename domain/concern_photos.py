"""Photographs of a concern: sealed like the words first told, opened and covered by moderators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import audit, photographs
from domain.audit import action
from domain.concern_erasing import LONGEST, uncovered
from domain.concern_keys import Keys
from domain.concerns import (
    UNDECIDED,
    Concern,
    ConcernPhoto,
    locked,
    must_moderate,
    remember,
)
from domain.errors import Conflict, Invalid, NotFound
from domain.people import Actor, Permission
from domain.photographs import MOST_BOXES, Box, Picture
from domain.preferences import Moderation
from domain.visibility import reach

MOST = 2
"""Photographs that one report can hold."""
GONE = "That photograph is not there, or it is erased."


@dataclass(frozen=True)
class Kept:
    """One photograph as a list tells of it: whether the original lives, what was blacked out."""

    id: int
    original: bool
    covered: bool
    boxes: int
    version: int


def wanted(given: Sequence[Picture], rules: Moderation) -> tuple[Picture, ...]:
    """Return the photographs that a report may bring; the partnership may take none.

    Raises
    ------
    Invalid
        Photographs are switched off, or there are too many.
    """
    if given and not rules.photographs:
        raise Invalid("Photographs are not taken here. Please send the report without.")
    if len(given) > MOST:
        raise Invalid(f"Please choose {MOST} photographs at most.")
    return tuple(given)


def add(session: Session, keys: Keys, concern: Concern, pictures: Sequence[Picture]) -> None:
    """Seal the photographs of a concern that is being taken in."""
    session.add_all(
        ConcernPhoto(concern_id=concern.id, original=keys.seal_bytes(each.jpeg), boxes=0, version=1)
        for each in pictures
    )


def of(session: Session, actor: Actor, concern_id: int) -> list[Kept]:
    """List the photographs of a concern, without opening any."""
    must_moderate(actor)
    concern = session.get(Concern, concern_id)
    if concern is None or not reach(session, actor).holds(concern.shape):
        raise NotFound("That concern is not there.")
    query = select(
        ConcernPhoto.id,
        ConcernPhoto.original.is_not(None),
        ConcernPhoto.covered.is_not(None),
        ConcernPhoto.boxes,
        ConcernPhoto.version,
    ).where(ConcernPhoto.concern_id == concern_id)
    found = session.execute(query.order_by(ConcernPhoto.id))
    return [Kept(row[0], bool(row[1]), bool(row[2]), row[3], row[4]) for row in found]


@action("concern.open_photo", needs=Permission.MODERATE)
def open_photo(
    session: Session, actor: Actor, keys: Keys, photo_id: int, now: datetime | None = None
) -> Picture:
    """Return a photograph, as it was covered last; each opening is in the log.

    Raises
    ------
    NotFound
        It is not there for this actor, or it is erased.
    """
    now = now or datetime.now(UTC)
    concern, photo = _found(session, actor, photo_id)
    picture = _picture(keys, concern, photo, now)
    audit.note(session, f"concern/{concern.id}", {"opened": "photograph"})
    remember(session, actor, concern, "photo_opened", now)
    return picture


def look(
    session: Session, actor: Actor, keys: Keys, photo_id: int, now: datetime | None = None
) -> Picture:
    """Return a photograph that the actor has opened before, for the next run of the same page."""
    must_moderate(actor)
    photo = session.get(ConcernPhoto, photo_id)
    concern = None if photo is None else session.get(Concern, photo.concern_id)
    if photo is None or concern is None or not reach(session, actor).holds(concern.shape):
        raise NotFound(GONE)
    return _picture(keys, concern, photo, now or datetime.now(UTC))


@action("concern.cover_photo", needs=Permission.MODERATE)
def cover_photo(
    session: Session,
    actor: Actor,
    keys: Keys,
    photo_id: int,
    *,
    boxes: Sequence[Box],
    version: int,
    now: datetime | None = None,
) -> ConcernPhoto:
    """Black out ``boxes``, beside those of before; none says that nothing needs to be covered.

    What is covered stays when the original is erased.

    Raises
    ------
    NotFound, Conflict, Invalid
        It is not there for this actor; somebody else covered it meanwhile; too many boxes.
    """
    now = now or datetime.now(UTC)
    concern, photo = _found(session, actor, photo_id, version)
    if photo.boxes + len(boxes) > MOST_BOXES:
        raise Invalid(f"Black out {MOST_BOXES} parts at most. Erase the photograph if more shows.")
    painted = photographs.cover(_picture(keys, concern, photo, now), boxes)
    photo.covered = keys.seal_bytes(painted.jpeg)
    photo.boxes += len(boxes)
    photo.version += 1
    remember(session, actor, concern, "photo_covered", now, boxes=len(boxes))
    return photo


@action("concern.uncover_photo", needs=Permission.MODERATE)
def uncover_photo(
    session: Session,
    actor: Actor,
    photo_id: int,
    *,
    version: int,
    now: datetime | None = None,
) -> ConcernPhoto:
    """Begin the covering of a photograph anew, while its original lives."""
    now = now or datetime.now(UTC)
    concern, photo = _found(session, actor, photo_id, version)
    if photo.original is None:
        raise Conflict("The original is erased. What is black stays black.")
    photo.covered, photo.boxes = None, 0
    photo.version += 1
    remember(session, actor, concern, "photo_uncovered", now)
    return photo


@action("concern.erase_photo", needs=Permission.MODERATE)
def erase_photo(
    session: Session,
    actor: Actor,
    photo_id: int,
    *,
    version: int,
    now: datetime | None = None,
) -> None:
    """Erase a photograph at once, the original and what was covered."""
    concern, photo = _found(session, actor, photo_id, version)
    photo.covered = None
    uncovered(session, photo)
    remember(session, actor, concern, "photo_erased", now or datetime.now(UTC))


def _found(
    session: Session, actor: Actor, photo_id: int, version: int | None = None
) -> tuple[Concern, ConcernPhoto]:
    """Lock a photograph's concern and read both afresh; refuse what somebody else changed."""
    must_moderate(actor)
    first = session.get(ConcernPhoto, photo_id)
    if first is None:
        raise NotFound(GONE)
    concern = locked(session, first.concern_id)
    photo = session.get(ConcernPhoto, photo_id, populate_existing=True)
    if photo is None or not reach(session, actor).holds(concern.shape):
        raise NotFound(GONE)
    if version is not None and photo.version != version:
        raise Conflict("Someone else worked on this photograph. Please look at it again.")
    return concern, photo


def _picture(keys: Keys, concern: Concern, photo: ConcernPhoto, now: datetime) -> Picture:
    """Open what was covered, or the original while it may be read."""
    is_over = concern.state not in UNDECIDED or now - concern.received_at >= LONGEST
    sealed = photo.covered or (None if is_over else photo.original)
    if sealed is None:
        raise NotFound(GONE)
    return Picture(keys.open_bytes(sealed))
