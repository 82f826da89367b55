"""What can be done with an annotation: write it, change it, take it back.

Places are reported under ``/report``. Reports that were drawn on the map before it wait here until
each is shared or declined.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, TypedDict, Unpack

from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from domain import codes, matching, mentions, places
from domain.annotations import Annotation, AnnotationState, Sketch, rows
from domain.audit import action
from domain.concern_evidence import INFORMATION, SOURCES
from domain.concerns import Basis
from domain.drawing import drawn
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.people import Actor, Kind, Permission, Tier
from domain.thread_tables import Edit
from domain.visibility import must_reach, reach


class Changes(TypedDict, total=False):
    """What of an annotation can be changed; what is left out stays as it is."""

    kind: str
    text: str
    noted_on: date
    shape: BaseGeometry
    precision: str
    tier: int
    sketch: Sketch
    basis: Basis | None
    grade_source: str
    information: str
    valid_from: date | None
    valid_until: date | None


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
    sketch: Sketch = Sketch.PLAIN,
    basis: Basis | None = None,
    grade_source: str = "",
    information: str = "",
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Annotation:
    """Put a worry, a strength or a note on the map (EPSG:27700), for all who may read its tier.

    How it is known (``information``, A to E) anyone may say in plain words; the source
    (``grade_source``, 1 to 3) trained graders alone.

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
        session,
        actor,
        {
            "kind": kind,
            "text": text,
            "shape": shape,
            "precision": precision,
            "tier": tier,
            "sketch": sketch,
            "basis": basis,
            "grade_source": grade_source,
            "information": information,
            "valid_from": valid_from,
            "valid_until": valid_until,
        },
    )
    must_reach(session, actor, values["shape"])
    return _made(session, actor, noted_on, place_id=place_id, **values)


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
    return _set(session, note, state=AnnotationState.SHARED, **_checked(session, actor, changes))


@action("annotation.decline", needs=Permission.MODERATE)
def decline(session: Session, actor: Actor, annotation_id: int, *, version: int) -> Annotation:
    """Decline a report that waits; its author still reads it.

    Raises
    ------
    NotFound, Conflict
        It is not there; it was decided on or changed first.
    """
    note = _waiting(session, actor, annotation_id, version)
    return _set(session, note, state=AnnotationState.DECLINED)


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
    return _set(session, note, state=AnnotationState.WITHDRAWN)


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

    Once a report was shared its author can only withdraw it: the words were looked over. How a
    shared note read before stays readable for those who are cleared (`threads.edits`).

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
    values = _checked(session, actor, changes)
    if looked_over and "shape" in values:
        must_reach(session, actor, values["shape"])
    _in_order(
        values.get("valid_from", note.valid_from), values.get("valid_until", note.valid_until)
    )
    session.add_all(_before(actor, note, values))
    return _set(session, note, **values)


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


def _before(actor: Actor, note: Annotation, values: dict[str, Any]) -> Iterator[Edit]:
    """Put down how a shared note read before; a report that waits is its author's own draft."""
    changed = {name: getattr(note, name) for name in values if getattr(note, name) != values[name]}
    if changed and note.state is AnnotationState.SHARED:
        yield Edit(
            annotation_id=note.id,
            at=datetime.now(UTC),
            actor_name=actor.name,
            tier=note.tier,
            before={name: _plain(value) for name, value in changed.items()},
        )


def _plain(value: Any) -> Any:
    """Return a value for the history; of a shape, that it was another is enough."""
    if isinstance(value, BaseGeometry):
        return "changed"
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _made(
    session: Session,
    actor: Actor,
    noted_on: date | None,
    **values: Any,
) -> Annotation:
    _in_order(values.get("valid_from"), values.get("valid_until"))
    note = Annotation(
        state=AnnotationState.SHARED,
        made_at=datetime.now(UTC),
        noted_on=_past(noted_on or matching.today()),
        author_id=actor.id if actor.kind is Kind.USER else None,
        author_role=actor.role,
        version=1,
        **values,
    )
    session.add(note)
    _ask(session, note)
    return note


def _set(session: Session, note: Annotation, **values: Any) -> Annotation:
    for name, value in values.items():
        setattr(note, name, value)
    note.version += 1
    if "text" in values:
        _ask(session, note)
    return note


def _ask(session: Session, note: Annotation) -> None:
    """Keep whom the words of a note ask to look."""
    named = [target for _, _, target in mentions.spans(note.text, mentions.targets(session))]
    session.flush()
    mentions.rewritten(session, note.id, None, named)


def _checked(session: Session, actor: Actor, given: Changes) -> dict[str, Any]:
    """Return each value that is given as it is kept."""
    values = {name: _TAKES[name](actor, value) for name, value in given.items() if name != "text"}
    if "text" in given:
        values["text"], _ = mentions.read(session, given["text"], "the note", 500)
    return values


def _past(day: date) -> date:
    if day > matching.today():
        raise Invalid("That day has not come yet.")
    return day


def _in_order(first: date | None, last: date | None) -> None:
    if first and last and first > last:
        raise Invalid("The last day on which it holds comes before the first. Please look again.")


def _source(actor: Actor, value: str) -> str:
    if value and not actor.may(Permission.GRADE):
        raise NotPermitted(f"You may not {Permission.GRADE.value}.")
    return _among(("", *SOURCES), value, "The source is 1, 2 or 3.")


def _among(known: Iterable[str], value: str, otherwise: str) -> str:
    if value not in known:
        raise Invalid(otherwise)
    return value


def _tier(actor: Actor, value: int) -> int:
    if not Tier.T2 <= value <= max(actor.tier, Tier.T2):
        raise Invalid("Choose a level of detail from partner agency up to your own.")
    return int(value)


_TAKES: dict[str, Callable[[Actor, Any], Any]] = {
    "kind": lambda _actor, value: codes.check("annotation_kinds", value),
    "noted_on": lambda _actor, value: _past(value),
    "shape": lambda _actor, value: drawn(value),
    "precision": lambda _actor, value: codes.check("precision", value),
    "tier": _tier,
    "sketch": lambda _actor, value: Sketch(value),
    "basis": lambda _actor, value: None if value is None else Basis(value),
    "grade_source": _source,
    "information": lambda _actor, value: _among(
        ("", *INFORMATION), value, "The information is A, B, C, D or E."
    ),
    "valid_from": lambda _actor, value: value,
    "valid_until": lambda _actor, value: value,
}
