"""Two places that are one, one place that is two: history is kept on both."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import case_carry, evaluations, insights, matching, patrol_weeks, patrols
from domain.annotations import Annotation
from domain.audit import action
from domain.drawing import drawn
from domain.errors import Invalid, NotFound, NotPermitted
from domain.people import Actor, Kind, Permission, Tier
from domain.place_changes import opened
from domain.places import Place, PlaceEvent, PlaceGuardian, Status, find, remember
from domain.touches import PlaceTouch
from domain.visibility import is_restricted, reach, sees_names
from domain.wording import one_line, taken

SAID = {
    "noted": "Noted",
    "moved": "Moved on",
    "changed": "Changed",
    "outline": "Drawn anew",
    "merged": "Merged",
    "split": "Split",
    "visited": "Visited on patrol",
    "reviewed": "Reviewed",
    "shared": "Shared more widely",
    "taken_back": "Shared no longer",
    "withdrawn": "Shown to fewer readers",
}


@dataclass(frozen=True)
class Line:
    """One line of a place's history as a reader may see it.

    ``status`` is the state after it. ``reason`` and ``who`` are empty for readers below tier T3.
    ``other`` is the other place of a merge or a split, where this reader may know of it; ``visit``
    the patrol's visit that it tells of. With ``day_only`` the hour of ``at`` is not told.
    """

    at: datetime
    kind: str
    said: str
    status: Status | None
    reason: str
    who: str
    changed: tuple[str, ...]
    other: int | None
    had_outline: bool
    visit: int | None = None
    day_only: bool = False


def lines(session: Session, actor: Actor, place_id: int) -> list[Line]:
    """Return the history of a place, the newest first.

    Raises
    ------
    NotFound
        The place is not there, or not for this reader.
    """
    find(session, actor, place_id)
    query = (
        select(PlaceEvent)
        .where(PlaceEvent.place_id == place_id)
        .order_by(PlaceEvent.at.desc(), PlaceEvent.id.desc())
    )
    return [_line(session, actor, event) for event in session.scalars(query)]


@action("place.merge", needs=Permission.MERGE_PLACES)
def merge(session: Session, actor: Actor, keep_id: int, duplicate_id: int, *, reason: str) -> Place:
    """Make ``duplicate_id`` a part of ``keep_id``; return the place that is kept.

    Annotations, touches, guardians and names are carried over, the stricter tier holds, and what
    was first and last known is widened. The duplicate keeps its own row, outline, words and
    history, archived. A merge is the one way into the archive beside `place_changes.move`.

    Raises
    ------
    NotFound, Conflict, Invalid
        One is not there for this actor; one was merged before; they are the same, there is no
        reason, or a sealed place would come to light.
    """
    if keep_id == duplicate_id:
        raise Invalid("Choose two different places to merge.")
    why = taken(reason, "the reason", 500, needed=True)
    locked = {each: opened(session, actor, each, None) for each in sorted((keep_id, duplicate_id))}
    keep, duplicate = locked[keep_id], locked[duplicate_id]
    if is_restricted(duplicate.place_type) and not is_restricted(keep.place_type):
        raise Invalid("A home, refuge or dwelling cannot become a part of an open place.")
    _carry(session, keep, duplicate)
    _widen(keep, duplicate)
    duplicate.status, duplicate.status_reason = Status.ARCHIVED, why
    duplicate.merged_into_id = keep.id
    for place in (keep, duplicate):
        place.version += 1
    remember(session, actor, keep, "merged", why, other=duplicate.id, took=True)
    remember(session, actor, duplicate, "merged", why, other=keep.id, shape=duplicate.shape)
    return keep


@action("place.split", needs=Permission.MERGE_PLACES)
def split(
    session: Session,
    actor: Actor,
    place_id: int,
    shape_a: BaseGeometry,
    shape_b: BaseGeometry,
    *,
    name: str,
    neutral_name: str,
    reason: str,
    version: int,
) -> Place:
    """Draw a place as ``shape_a`` and a new one beside it as ``shape_b``; return the new one.

    The new place starts with all that was known of the old: state, harm, strengths, worries,
    guardians. Annotations and touches that lie in ``shape_b`` alone move to it.

    Raises
    ------
    NotFound, Conflict, Invalid, NotPermitted
        It is not there for this actor; someone else changed it first; a shape, name or reason
        cannot be taken; a shape lies outside the actor's area.
    """
    old = opened(session, actor, place_id, version)
    why = taken(reason, "the reason", 500, needed=True)
    part_a, part_b = drawn(shape_a), drawn(shape_b)
    where = reach(session, actor)
    if not (where.holds(part_a) and where.holds(part_b)):
        raise NotPermitted("That lies outside your area.")
    before = old.shape
    new = _part_of(actor, old, part_b, name, neutral_name)
    session.add(new)
    old.shape = part_a
    old.version += 1
    session.flush()
    _part(session, old, new)
    remember(session, actor, old, "split", why, other=new.id, shape=before)
    remember(session, actor, new, "split", why, other=old.id, shape=before)
    return new


def _carry(session: Session, keep: Place, duplicate: Place) -> None:
    for note in session.scalars(select(Annotation).where(Annotation.place_id == duplicate.id)):
        note.place_id = keep.id
    for touch in session.scalars(select(PlaceTouch).where(PlaceTouch.place_id == duplicate.id)):
        touch.place_id = keep.id
    guards = select(PlaceGuardian.premises_id).where(PlaceGuardian.place_id == keep.id)
    there = set(session.scalars(guards))
    for guard in session.scalars(
        select(PlaceGuardian).where(PlaceGuardian.place_id == duplicate.id)
    ):
        if guard.premises_id in there:
            session.delete(guard)
        else:
            guard.place_id = keep.id
    insights.carry(session, keep.id, duplicate.id)
    case_carry.carry(session, keep.id, duplicate.id)
    evaluations.carry(session, keep.id, duplicate.id)
    patrols.carry(session, keep.id, duplicate.id)
    patrol_weeks.carry(session, keep.id, duplicate.id)
    for earlier in session.scalars(select(Place).where(Place.merged_into_id == duplicate.id)):
        earlier.merged_into_id = keep.id


def _widen(keep: Place, duplicate: Place) -> None:
    names = dict.fromkeys([*keep.aliases, duplicate.name, *duplicate.aliases])
    keep.aliases = [name for name in names if name != keep.name]
    harms = {*keep.harm_further, duplicate.harm_primary, *duplicate.harm_further}
    keep.harm_further = sorted(harms - {keep.harm_primary})
    keep.tier = max(keep.tier, duplicate.tier)
    keep.first_noted = min(keep.first_noted, duplicate.first_noted)
    keep.last_evidence = _latest(keep.last_evidence, duplicate.last_evidence)
    keep.review_due = _earliest(keep.review_due, duplicate.review_due)


def _latest(*days: date | None) -> date | None:
    return max((day for day in days if day), default=None)


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day), default=None)


ALIKE = (
    "place_type",
    "precision",
    "status",
    "status_reason",
    "harm_primary",
    "harm_further",
    "strengths",
    "worries",
    "owner_agency_id",
    "tier",
    "marking",
    "first_noted",
    "last_evidence",
    "review_due",
)


def _part_of(actor: Actor, old: Place, shape: BaseGeometry, name: str, neutral_name: str) -> Place:
    alike: dict[str, Any] = {each: getattr(old, each) for each in ALIKE}
    return Place(
        name=one_line(name, "the name", 120, needed=True),
        neutral_name=one_line(neutral_name, "the neutral name", 120, needed=True),
        shape=shape,
        created_by=actor.id if actor.kind is Kind.USER else None,
        version=1,
        **alike,
    )


def _part(session: Session, old: Place, new: Place) -> None:
    """Give the new place what lies in it alone, and the guardians of the old."""
    for note in session.scalars(select(Annotation).where(Annotation.place_id == old.id)):
        if _lies_in(note.shape, new, old):
            note.place_id = new.id
    for touch in session.scalars(select(PlaceTouch).where(PlaceTouch.place_id == old.id)):
        if _lies_in(touch.spot, new, old):
            touch.place_id = new.id
    for guard in session.scalars(select(PlaceGuardian).where(PlaceGuardian.place_id == old.id)):
        session.add(PlaceGuardian(place_id=new.id, premises_id=guard.premises_id))


def _lies_in(shape: BaseGeometry, new: Place, old: Place) -> bool:
    return new.shape.intersects(shape) and not old.shape.intersects(shape)


def _line(session: Session, actor: Actor, event: PlaceEvent) -> Line:
    names = sees_names(actor)
    day_only = _day_only(actor, event)
    day = event.at.astimezone(matching.LONDON).date()
    return Line(
        at=matching.midnight(day) if day_only else event.at,
        kind=event.kind,
        said=SAID.get(event.kind, event.kind.capitalize()),
        status=event.status,
        reason=event.reason if names else "",
        who=event.actor_name if names else "",
        changed=tuple(event.details.get("changed", ())) if names else (),
        other=_other(session, actor, event),
        had_outline=event.shape is not None,
        visit=event.details.get("visit"),
        day_only=day_only,
    )


def _day_only(actor: Actor, event: PlaceEvent) -> bool:
    """Say whether only the day is told: of a patrol's visit, to readers below tier T4."""
    return event.kind == "visited" and actor.tier < Tier.T4


def _other(session: Session, actor: Actor, event: PlaceEvent) -> int | None:
    other = event.details.get("other")
    try:
        return find(session, actor, other).id if isinstance(other, int) else None
    except NotFound:
        return None
