"""What somebody told of two places of the invented town, shared and answered since."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.accounts import User
from domain.annotations import Annotation, AnnotationState
from domain.audit import action
from domain.concern_evidence import DEFAULT_CONDITIONS
from domain.concerns import Basis, Concern, ConcernEvent, ConcernItem, ConcernState, Source, Still
from domain.matching import LONDON
from domain.people import Actor, Permission, Role
from domain.places import Place

Given = dict[str, Any]
TOLD = (
    "reporter_role",
    "worries",
    "helps",
    "times",
    "days",
    "ways_known",
    "words",
    "answer",
)


@action("sample.put_concerns", needs=Permission.RUN_JOBS)
def put_concerns(session: Session, _actor: Actor, concerns: list[Given]) -> int:
    """Put the invented concerns, unless their places have any; return how many."""
    places = {each.reference: each for each in session.scalars(select(Place))}
    people = {each.username: each for each in session.scalars(select(User))}
    told = set(session.scalars(select(Concern.place_id)))
    fresh = [
        each
        for each in concerns
        if each["place"] in places and places[each["place"]].id not in told
    ]
    for each in fresh:
        _put(session, people[each["by"]], places[each["place"]], each)
    return len(fresh)


def _put(session: Session, by: User, place: Place, given: Given) -> None:
    """Put what somebody told us of the place before, shared and answered; no code opens it."""
    received, shared, answered = (
        datetime.fromisoformat(given[name]).astimezone(UTC)
        for name in ("received", "shared", "answered")
    )
    concern = Concern(
        receipt_hash=secrets.token_hex(32),
        submission_hash=secrets.token_hex(32),
        state=ConcernState.FED_BACK,
        source=Source.PUBLIC,
        received_at=received,
        decided_at=shared,
        answered_at=answered,
        still=Still(given["still"]),
        sources=1,
        shape=place.shape.centroid,
        precision=place.precision,
        place_type=place.place_type,
        place_id=place.id,
        **{part: given[part] for part in TOLD},
    )
    note = Annotation(
        place_id=place.id,
        kind="worry",
        text=given["statement"],
        noted_on=received.astimezone(LONDON).date(),
        made_at=shared,
        author_id=by.id,
        author_role=Role.COORDINATOR,
        state=AnnotationState.SHARED,
        tier=place.tier,
        precision=place.precision,
        shape=place.shape.centroid,
    )
    session.add_all([concern, note])
    session.flush()
    steps = {"received": received, "shared": shared, "fed_back": answered}
    session.add_all(_events(concern.id, by.name, steps))
    session.add(_item(concern.id, note.id, given))


def _events(concern_id: int, by: str, steps: dict[str, datetime]) -> Iterator[ConcernEvent]:
    states = (ConcernState.RECEIVED, ConcernState.SHARED, ConcernState.FED_BACK)
    for (kind, at), state in zip(steps.items(), states, strict=True):
        yield ConcernEvent(concern_id=concern_id, at=at, kind=kind, state=state, actor_name=by)


def _item(concern_id: int, note_id: int, given: Given) -> ConcernItem:
    return ConcernItem(
        concern_id=concern_id,
        text=given["statement"],
        kind="worry",
        basis=Basis.FACT,
        grade_source=given["grade"][0],
        information=given["grade"][1],
        conditions=DEFAULT_CONDITIONS,
        annotation_id=note_id,
    )
