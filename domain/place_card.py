"""The card of a place: what is known of it, as one reader may see it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from shapely import Point
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import annotations, codes, insights, matching, place_history, premises
from domain.accounts import Agency
from domain.concern_evidence import Grade, Told, grades_of
from domain.filters import day_words
from domain.gazetteer import grid_reference, near
from domain.people import Actor, Permission
from domain.place_evidence import Evidence, evidence
from domain.places import MOVES, Place, PlaceGuardian, Status, find
from domain.premises import Premises, open_now
from domain.search import middle_of, to_square
from domain.visibility import reach, sees_names


@dataclass(frozen=True)
class Guardian:
    """A premises that guards a place. ``open_now`` is None where its hours are not known.

    ``premises_id``, ``name`` and ``opening`` are 0 and empty for a reader of neutral cards: a shop
    beside a place gives the place's own name away.
    """

    premises_id: int
    name: str
    roles: tuple[str, ...]
    opening: dict[str, Any]
    open_now: bool | None
    trained: bool | None
    trusted: bool | None
    willing: bool | None


@dataclass(frozen=True)
class Note:
    """An annotation as the card shows it. A person wrote ``text`` and ``handling``: escape them.

    ``grade`` says how surely it is known ("hearsay; second-hand, untested") and ``handling`` how it
    may be passed on; both are empty where nobody said. ``given`` is the grade that this reader, a
    trained grader, may change; none for everybody else.
    """

    id: int
    kind: str
    text: str
    noted_on: date
    precision: str
    mine: bool
    grade: str = ""
    handling: str = ""
    given: Grade | None = None


@dataclass(frozen=True)
class Named:
    """An analysis that was named as evidence. A person wrote ``title``: escape it."""

    id: int
    title: str


@dataclass(frozen=True)
class PlaceCard:
    """A place as one reader may see it; words in it are a person's: escape them.

    Below tier T3 ``name`` is the neutral name, ``spot`` the middle of a square of 100 m,
    guardians have no names, and ``shape``, ``worries``, ``status_reason``, ``address`` and
    ``aliases`` are empty. ``moves`` are
    the states it can next be moved to, where the reader may move it.
    """

    id: int
    name: str
    neutral: bool
    aliases: tuple[str, ...]
    place_type: str
    type_label: str
    status: Status
    status_reason: str
    moves: tuple[Status, ...]
    review_due: date | None
    overdue: bool
    harm_primary: str
    harm_further: tuple[str, ...]
    strengths: str
    worries: str
    address: str
    location: str
    spot: Point
    shape: BaseGeometry | None
    precision: str
    owner: str
    marking: str
    handling: str
    tier: int
    first_noted: date
    last_evidence: date | None
    merged_into: int | None
    version: int
    evidence: Evidence
    guardians: tuple[Guardian, ...]
    notes: tuple[Note, ...]
    analyses: tuple[Named, ...]
    history: tuple[place_history.Line, ...]

    def review_words(self) -> str:
        """Say when the place is looked at again, and whether that is late."""
        if self.review_due is None:
            return "No review date is set."
        if self.overdue:
            return f"The review was due on {day_words(self.review_due)} and is overdue."
        return f"The review is due on {day_words(self.review_due)}."

    def precision_words(self) -> tuple[str, ...]:
        """Say how surely the spot is known, and how it was counted."""
        note = codes.current().precision.get(self.precision)
        lines = [note.note if note else "It is not known how surely this spot is known."]
        if self.neutral:
            lines.append("You see the place to the nearest street, under a neutral name.")
        return (*lines, *self.evidence.words())


def card(session: Session, actor: Actor, place_id: int, *, at: datetime | None = None) -> PlaceCard:
    """Return the card of a place as ``actor`` may see it, as of ``at`` (aware; now by default).

    Raises
    ------
    NotPermitted
        The actor may not read place cards.
    NotFound
        The place is not there, or not for this reader.
    """
    actor.must(Permission.SEE_PLACES)
    now = at or datetime.now(UTC)
    today = now.astimezone(matching.LONDON).date()
    place = find(session, actor, place_id)
    notes = annotations.of_place(session, actor, place.id)
    grades = grades_of(session, actor, [note.id for note in notes])
    known = codes.current()
    return PlaceCard(
        id=place.id,
        place_type=place.place_type,
        type_label=known.place_types.label(place.place_type),
        status=place.status,
        moves=_moves(actor, place),
        review_due=place.review_due,
        overdue=place.review_due is not None and place.review_due < today,
        harm_primary=place.harm_primary,
        harm_further=tuple(place.harm_further),
        strengths=place.strengths,
        precision=place.precision,
        owner=_owner(session, place),
        marking=place.marking,
        handling=known.markings[place.marking].handling if place.marking in known.markings else "",
        tier=place.tier,
        first_noted=place.first_noted,
        last_evidence=place.last_evidence,
        merged_into=place.merged_into_id,
        version=place.version,
        evidence=evidence(session, actor, place, [note.noted_on for note in notes], today=today),
        guardians=_guardians(session, actor, place, now),
        notes=tuple(_note(actor, note, grades.get(note.id)) for note in notes),
        analyses=tuple(
            Named(each.id, each.title) for each in insights.of_place(session, actor, place.id)
        ),
        history=tuple(place_history.lines(session, actor, place.id)),
        **_at_depth(session, actor, place),
    )


def _at_depth(session: Session, actor: Actor, place: Place) -> dict[str, Any]:
    """Return what differs between a reader of names and one of neutral cards."""
    middle = middle_of(place.shape)
    street = near(session, actor, middle).street
    at_street = [street.name] if street else []
    if not sees_names(actor):
        return {
            "name": place.neutral_name,
            "neutral": True,
            "aliases": (),
            "status_reason": "",
            "worries": "",
            "address": "",
            "location": ", ".join([*at_street, grid_reference(middle, 6)]),
            "spot": to_square(middle),
            "shape": None,
        }
    return {
        "name": place.name,
        "neutral": False,
        "aliases": tuple(place.aliases),
        "status_reason": place.status_reason,
        "worries": place.worries,
        "address": place.address,
        "location": ", ".join(
            [*([place.address] if place.address else at_street), grid_reference(middle)]
        ),
        "spot": middle,
        "shape": place.shape,
    }


def _moves(actor: Actor, place: Place) -> tuple[Status, ...]:
    if not actor.may(Permission.EDIT_PLACES):
        return ()
    return tuple(status for status in Status if status in MOVES[place.status])


def _owner(session: Session, place: Place) -> str:
    agency = session.get(Agency, place.owner_agency_id) if place.owner_agency_id else None
    return agency.name if agency else ""


def _guardians(session: Session, actor: Actor, place: Place, now: datetime) -> tuple[Guardian, ...]:
    where = reach(session, actor)
    query = (
        select(Premises)
        .join(PlaceGuardian, PlaceGuardian.premises_id == Premises.id)
        .where(PlaceGuardian.place_id == place.id, premises.known(actor))
        .order_by(Premises.name, Premises.id)
    )
    known = [each for each in session.scalars(query) if where.holds(each.spot)]
    named = sees_names(actor)
    return tuple(_guardian(each, now, named=named) for each in known)


def _guardian(found: Premises, now: datetime, *, named: bool) -> Guardian:
    return Guardian(
        premises_id=found.id if named else 0,
        name=found.name if named else "",
        roles=tuple(found.roles),
        opening=dict(found.opening) if named else {},
        open_now=open_now(found.opening, now),
        trained=found.trained,
        trusted=found.trusted,
        willing=found.willing,
    )


def _note(actor: Actor, note: annotations.Annotation, told: Told | None) -> Note:
    return Note(
        id=note.id,
        kind=note.kind,
        text=note.text,
        noted_on=note.noted_on,
        precision=note.precision,
        mine=note.author_id is not None and note.author_id == actor.id,
        grade=told.line if told else "",
        handling=told.handled if told else "",
        given=told.grade if told else None,
    )
