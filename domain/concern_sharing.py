"""How a concern becomes part of what is known of a place, and how its reporter hears of it."""

from datetime import UTC, date, datetime
from typing import Unpack

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import annotation_changes, place_changes, places
from domain.audit import action
from domain.concern_answers import answered
from domain.concern_erasing import decided
from domain.concern_near import JOINED
from domain.concerns import (
    Concern,
    ConcernItem,
    ConcernState,
    Source,
    locked,
    move,
    opened,
    remember,
)
from domain.errors import Conflict, Invalid, NotFound
from domain.matching import LONDON
from domain.people import Actor, Permission, Tier
from domain.place_changes import Details
from domain.places import Place
from domain.visibility import reach

S = ConcernState
TOLD = frozenset({S.SHARED, S.FED_BACK})
DOUBTED = "E"


@action("concern.link", needs=Permission.MODERATE)
def link(
    session: Session,
    actor: Actor,
    concern_id: int,
    *,
    place_id: int,
    version: int,
    now: datetime | None = None,
) -> Concern:
    """Say of which place a graded concern is.

    Raises
    ------
    NotFound, Conflict
        The concern or the place is not there for this actor; somebody else worked on it first.
    """
    concern = opened(session, actor, concern_id, version)
    place = places.find(session, actor, place_id)
    if place.merged_into_id is not None:
        raise Conflict("This place was merged into another. Please choose that one.")
    return _link(session, actor, concern, place, now or datetime.now(UTC))


@action("concern.make_place", needs=Permission.MODERATE)
def make_place(
    session: Session,
    actor: Actor,
    concern_id: int,
    *,
    version: int,
    shape: BaseGeometry | None = None,
    now: datetime | None = None,
    **details: Unpack[Details],
) -> Concern:
    """Make a new place, which starts as watched, of a graded concern.

    ``details`` are those of `domain.place_changes.add`; the spot, its precision and the kind of
    place are the reporter's unless they are given.

    Raises
    ------
    NotFound, Conflict, Invalid, NotPermitted
        As in `link` and `domain.place_changes.add`.
    """
    now = now or datetime.now(UTC)
    concern = opened(session, actor, concern_id, version)
    given: Details = {
        "place_type": concern.place_type,
        "precision": concern.precision,
        "first_noted": _day(concern),
        **details,
    }
    drawn = concern.shape if shape is None else shape
    place = place_changes.add(session, actor, shape=drawn, **given)
    return _link(session, actor, concern, place, now)


@action("concern.merge", needs=Permission.MODERATE)
def merge(
    session: Session,
    actor: Actor,
    concern_id: int,
    *,
    into_id: int,
    version: int,
    now: datetime | None = None,
) -> Concern:
    """Join a graded concern to another of the same thing: it backs that one up as one voice more.

    Where the other is shared already, so is this one at once. A voice counts once, whatever its
    volume, and a doubted report adds none.

    Raises
    ------
    NotFound, Conflict, Invalid
        One of them is not there for this actor, or cannot be joined as it stands.
    """
    now = now or datetime.now(UTC)
    if into_id == concern_id:
        raise Invalid("Choose another concern to merge this one with.")
    for number in sorted((concern_id, into_id)):  # in order, so that two never deadlock
        locked(session, number)
    concern = opened(session, actor, concern_id, version)
    kept = locked(session, into_id)
    if not reach(session, actor).holds(kept.shape):
        raise NotFound("That concern is not there.")
    if kept.state not in JOINED:
        raise Conflict(f"The other concern is {kept.state.words}. Nothing can be joined to it.")
    move(concern, S.MERGED)
    concern.merged_into_id = kept.id
    for further in _merged(session, concern):
        further.merged_into_id = kept.id
        further.version += 1
    kept.version += 1
    remember(session, actor, concern, "merged", now, into=kept.id)
    remember(session, actor, kept, "joined", now, other=concern.id)
    if kept.state in TOLD:
        _follow(session, actor, kept, now)
        _count(session, kept)
        _touch(session, actor, kept, _day(concern))
    return concern


@action("concern.share", needs=Permission.MODERATE)
def share(
    session: Session,
    actor: Actor,
    concern_id: int,
    *,
    version: int,
    tier: int = Tier.T2,
    now: datetime | None = None,
) -> Concern:
    """Make each statement of a linked concern a note on its place, in the moderator's words.

    The reporter's own words stay on the concern; their original is erased, and of the sources
    only the count is kept. What is merged with it is shared with it. The note lies where the
    place lies: the reporter's spot goes no further.

    Raises
    ------
    NotFound, Conflict, Invalid
        The concern or its place is not there for this actor; somebody else worked on it first;
        the tier cannot be taken.
    """
    now = now or datetime.now(UTC)
    concern = opened(session, actor, concern_id, version)
    move(concern, S.SHARED)
    place = _place(session, actor, concern)
    for item in _items(session, concern):
        note = annotation_changes.annotate(
            session,
            actor,
            kind=item.kind,
            text=item.text,
            shape=place.shape,
            precision=place.precision,
            noted_on=_day(concern),
            place_id=place.id,
            tier=max(int(tier), place.tier),
            basis=item.basis,
            information=item.information,
        )
        session.flush()
        note.grade_source = item.grade_source  # a moderator's "untested" is no grader's code
        item.annotation_id = note.id
    remember(session, actor, concern, "shared", now, place=place.id)
    _follow(session, actor, concern, now)
    _count(session, concern)
    decided(session, concern, now)
    latest = max(map(_day, [concern, *_merged(session, concern)]))
    _touch(session, actor, concern, latest)
    return concern


@action("concern.feed_back", needs=Permission.MODERATE)
def feed_back(
    session: Session,
    actor: Actor,
    concern_id: int,
    *,
    answer: str,
    version: int,
    now: datetime | None = None,
) -> Concern:
    """Write what we tell the reporter: what changed for the place, never what the police do.

    Reporters whose concerns were merged with it hear the same, unless they were answered before.

    Raises
    ------
    NotFound, Conflict, Invalid
        It is not there for this actor, or not shared or rejected yet; the answer cannot be taken.
    """
    now = now or datetime.now(UTC)
    words = answered(answer)
    concern = opened(session, actor, concern_id, version)
    others = [each for each in _merged(session, concern) if each.state is S.SHARED]
    for each in (concern, *others):
        move(each, S.REJECTED if each.state is S.REJECTED else S.FED_BACK)
        each.answer, each.answered_at = words, now
        remember(session, actor, each, "fed_back", now, said=words)
    return concern


def _link(session: Session, actor: Actor, concern: Concern, place: Place, now: datetime) -> Concern:
    move(concern, S.LINKED)
    concern.place_id = place.id
    remember(session, actor, concern, "linked", now, place=place.id)
    return concern


def _place(session: Session, actor: Actor, concern: Concern) -> Place:
    """Lock the place of a concern, or the one that it became part of since."""
    place = places.find(session, actor, concern.place_id or 0, lock=True)
    if place.merged_into_id is not None:
        place = places.find(session, actor, place.merged_into_id, lock=True)
        concern.place_id = place.id
    return place


def _follow(session: Session, actor: Actor, kept: Concern, now: datetime) -> None:
    """Share what is merged with a concern that is shared."""
    for each in _merged(session, kept):
        if each.state is S.MERGED:
            move(each, S.SHARED)
            each.place_id = kept.place_id
            remember(session, actor, each, "shared", now, into=kept.id)
            each.sources = 1 if each.independent else 0
            decided(session, each, now)


def _count(session: Session, kept: Concern) -> None:
    """Count the independent sources of a concern and of what is merged with it.

    The public's are those marked as a voice of their own; a partner is one, however often; a
    call is one. Doubted reports back nothing up.
    """
    joined = [kept, *(each for each in _merged(session, kept) if each.state in TOLD)]
    counted = [each for each in joined if each is kept or not _is_doubted(session, each)]
    partners = {each.reporter_id for each in counted if each.source is Source.PARTNER}
    others = [each for each in counted if each.source is not Source.PARTNER and each.independent]
    kept.sources = len(partners) + len(others)


def _is_doubted(session: Session, concern: Concern) -> bool:
    return all(each.information == DOUBTED for each in _items(session, concern))


def _touch(session: Session, actor: Actor, concern: Concern, day: date) -> None:
    """Move the place's last evidence on to ``day``."""
    place = _place(session, actor, concern)
    if place.last_evidence is None or place.last_evidence < day:
        place.last_evidence = day
        place.version += 1
        places.remember(session, actor, place, "changed", "", changed=["last_evidence"])


def _merged(session: Session, concern: Concern) -> list[Concern]:
    query = select(Concern).where(Concern.merged_into_id == concern.id).order_by(Concern.id)
    return list(session.scalars(query.with_for_update()))


def _items(session: Session, concern: Concern) -> list[ConcernItem]:
    query = select(ConcernItem).where(ConcernItem.concern_id == concern.id)
    return list(session.scalars(query.order_by(ConcernItem.id)))


def _day(concern: Concern) -> date:
    return concern.received_at.astimezone(LONDON).date()
