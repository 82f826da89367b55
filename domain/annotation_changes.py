"""What can be done with an annotation: write it, report it, decide on it, take it back."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypedDict, Unpack

from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from domain import codes, matching, places
from domain.annotations import Annotation, AnnotationState, rows
from domain.audit import action
from domain.drawing import drawn
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.people import Actor, Kind, Permission, Tier
from domain.visibility import must_reach, reach
from domain.wording import taken


class Changes(TypedDict, total=False):
    """What of an annotation can be changed; what is left out stays as it is."""

    kind: str
    text: str
    noted_on: date
    shape: BaseGeometry
    precision: str
    tier: int


@action("annotation.annotate", needs=Permission.ANNOTATE)
def annotate(
    session: Session,
    actor: Actor,
    *,
    kind: str,
    text: str,
    shape: BaseGeometry,
    precision: str,
    noted_on: date | None = None,
    place_id: int | None = None,
    tier: int = Tier.T2,
) -> Annotation:
    """Put a worry, a strength or a note on the map (EPSG:27700), for all who may read its tier.

    Raises
    ------
    NotPermitted
        It lies outside the actor's area.
    Invalid, NotFound
        Something cannot be taken; the place is not there for this actor.
    """
    if place_id is not None:
        places.find(session, actor, place_id)
    values = _checked(
        actor, {"kind": kind, "text": text, "shape": shape, "precision": precision, "tier": tier}
    )
    must_reach(session, actor, values["shape"])
    return _made(session, actor, AnnotationState.SHARED, noted_on, place_id=place_id, **values)


@action("annotation.report", needs=Permission.REPORT)
def report(
    session: Session,
    actor: Actor,
    *,
    kind: str,
    text: str,
    shape: BaseGeometry,
    precision: str,
    noted_on: date | None = None,
) -> Annotation:
    """Tell the partnership of a spot (EPSG:27700); it waits until somebody decides on it.

    Raises
    ------
    Invalid
        Something cannot be taken; the message says how to put it right.
    """
    values = _checked(actor, {"kind": kind, "text": text, "shape": shape, "precision": precision})
    return _made(session, actor, AnnotationState.WAITING, noted_on, tier=int(Tier.T2), **values)


@action("annotation.share", needs=Permission.MODERATE)
def share(
    session: Session,
    actor: Actor,
    annotation_id: int,
    *,
    version: int,
    text: str | None = None,
    place_id: int | None = None,
    tier: int = Tier.T2,
) -> Annotation:
    """Share a report that waits, in other words or about a place where these are given.

    Raises
    ------
    NotFound, Conflict, Invalid
        It is not there; it was decided on or changed first; something cannot be taken.
    """
    note = _waiting(session, actor, annotation_id, version)
    if place_id is not None:
        note.place_id = places.find(session, actor, place_id).id
    changes: Changes = {"tier": tier} if text is None else {"tier": tier, "text": text}
    return _set(note, state=AnnotationState.SHARED, **_checked(actor, changes))


@action("annotation.decline", needs=Permission.MODERATE)
def decline(session: Session, actor: Actor, annotation_id: int, *, version: int) -> Annotation:
    """Decline a report that waits; its author still reads it.

    Raises
    ------
    NotFound, Conflict
        It is not there; it was decided on or changed first.
    """
    note = _waiting(session, actor, annotation_id, version)
    return _set(note, state=AnnotationState.DECLINED)


@action("annotation.withdraw", needs=Permission.SEE_MAP)
def withdraw(session: Session, actor: Actor, annotation_id: int, *, version: int) -> Annotation:
    """Take back what you wrote yourself, while it waits or is shared.

    Raises
    ------
    NotFound, Conflict
        It is not there, or not yours; it was decided on or changed first.
    """
    note = _opened(session, actor, annotation_id, version)
    if note.author_id is None or note.author_id != actor.id:
        raise NotFound("That note is not there.")
    if note.state not in (AnnotationState.WAITING, AnnotationState.SHARED):
        raise Conflict(f"This was already {note.state.value}.")
    return _set(note, state=AnnotationState.WITHDRAWN)


@action("annotation.change", needs=Permission.SEE_MAP)
def change(
    session: Session,
    actor: Actor,
    annotation_id: int,
    *,
    version: int,
    **changes: Unpack[Changes],
) -> Annotation:
    """Change what you wrote yourself, or, as one who decides on reports, what you may read.

    Once a report was shared its author can only withdraw it: the words were looked over.

    Raises
    ------
    NotFound, NotPermitted, Conflict, Invalid
        It is not there for this actor, or not theirs to change; what is shared would lie outside
        their area; it was changed, declined or withdrawn first; something cannot be taken.
    """
    note = _opened(session, actor, annotation_id, version)
    mine = note.author_id is not None and note.author_id == actor.id
    if not (mine or actor.may(Permission.MODERATE)):
        raise NotPermitted("You may only change what you wrote yourself.")
    if note.state not in (AnnotationState.WAITING, AnnotationState.SHARED):
        raise Conflict(f"This was already {note.state.value}.")
    looked_over = note.state is AnnotationState.SHARED
    if looked_over and not (actor.may(Permission.ANNOTATE) or actor.may(Permission.MODERATE)):
        raise Conflict("This was already shared. You can withdraw it and report it anew.")
    values = _checked(actor, changes)
    if looked_over and "shape" in values:
        must_reach(session, actor, values["shape"])
    return _set(note, **values)


def _opened(session: Session, actor: Actor, annotation_id: int, version: int) -> Annotation:
    """Lock an annotation that is to be changed, and refuse one that has moved on."""
    query = rows(actor, decided=True).where(Annotation.id == annotation_id)
    afresh = query.with_for_update(of=Annotation).execution_options(populate_existing=True)
    note: Annotation | None = session.scalars(afresh).one_or_none()
    if note is None:
        raise NotFound("That note is not there.")
    is_own = note.author_id is not None and note.author_id == actor.id
    if not (is_own or reach(session, actor).holds(note.shape)):
        raise NotFound("That note is not there.")
    if note.version != version:
        raise Conflict(
            "Someone else changed this note while you had it open. "
            "Please look at it again, then make your change."
        )
    return note


def _waiting(session: Session, actor: Actor, annotation_id: int, version: int) -> Annotation:
    note = _opened(session, actor, annotation_id, version)
    if note.state is not AnnotationState.WAITING:
        raise Conflict(f"This was already {note.state.value}.")
    return note


def _made(
    session: Session,
    actor: Actor,
    state: AnnotationState,
    noted_on: date | None,
    **values: Any,
) -> Annotation:
    note = Annotation(
        state=state,
        made_at=datetime.now(UTC),
        noted_on=_past(noted_on or matching.today()),
        author_id=actor.id if actor.kind is Kind.USER else None,
        author_role=actor.role,
        version=1,
        **values,
    )
    session.add(note)
    return note


def _set(note: Annotation, **values: Any) -> Annotation:
    for name, value in values.items():
        setattr(note, name, value)
    note.version += 1
    return note


def _checked(actor: Actor, given: Changes) -> dict[str, Any]:
    """Return each value that is given as it is kept."""
    return {name: _TAKES[name](actor, value) for name, value in given.items()}


def _past(day: date) -> date:
    if day > matching.today():
        raise Invalid("That day has not come yet.")
    return day


def _tier(actor: Actor, value: int) -> int:
    if not Tier.T2 <= value <= max(actor.tier, Tier.T2):
        raise Invalid("Choose a level of detail from partner agency up to your own.")
    return int(value)


_TAKES: dict[str, Callable[[Actor, Any], Any]] = {
    "kind": lambda _actor, value: codes.check("annotation_kinds", value),
    "text": lambda _actor, value: taken(value, "the note", 500, needed=True),
    "noted_on": lambda _actor, value: _past(value),
    "shape": lambda _actor, value: drawn(value),
    "precision": lambda _actor, value: codes.check("precision", value),
    "tier": _tier,
}
