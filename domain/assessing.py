"""Writing an assessment: start, save, submit, send back, sign off by a second person."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TypedDict, Unpack

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import assessment_forms as forms
from domain import case_clock, case_work, matching
from domain.assessments import (
    OPEN,
    Assessment,
    AssessmentJourney,
    AssessmentState,
    missing,
    move,
    opened,
)
from domain.audit import action
from domain.case_data import chosen
from domain.drawing import drawn
from domain.errors import Conflict, Invalid, NotFound
from domain.people import Actor, Permission
from domain.status import Status
from domain.visibility import must_reach
from domain.wording import one_line, taken

A = AssessmentState
MOST_JOURNEYS = 20
LONG = 4000


class Parts(TypedDict, total=False):
    """What of an assessment can be written; what is left out stays as it is."""

    trigger: str
    lead_role: str
    methods: Iterable[str]
    young_people_how: str
    young_people_band: str
    young_people_why_not: str
    triangle: Mapping[str, Mapping[str, str]]
    inequalities: str
    environment: Mapping[str, Mapping[str, str]]
    equity: Mapping[str, str]
    analysis: str
    sara: Mapping[str, str]
    disagreement: str


@action("assessment.start", needs=Permission.ASSESS)
def start(session: Session, actor: Actor, place_id: int, **parts: Unpack[Parts]) -> Assessment:
    """Start an assessment of a place that is being assessed, in a plan or in review.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        Nobody is named, or they read neutral cards alone; the place is not there for this actor
        or not that far; another assessment is open; something cannot be taken.
    """
    author = case_work.person(actor)
    case_work.must_read_cases(actor)
    place = case_work.worked_on(session, actor, place_id)
    if place.status not in (Status.ASSESSING, Status.PLAN, Status.REVIEW):
        raise Conflict(f"This place is {place.status.words}. Bring it to be assessed first.")
    other = select(Assessment.id).where(Assessment.place_id == place.id, Assessment.state.in_(OPEN))
    if session.scalar(other.limit(1)) is not None:
        raise Conflict("An assessment of this place is open already. Please go on with that one.")
    today = matching.today()
    made = Assessment(
        place_id=place.id,
        state=A.DRAFT,
        lead_agency_id=actor.agency_id,
        started=today,
        due=case_clock.due("assessment", today),
        author_id=author,
        author_name=actor.name,
        made_at=datetime.now(UTC),
        **_empty(),
    )
    _write(made, parts)
    session.add(made)
    session.flush()
    return made


@action("assessment.save", needs=Permission.ASSESS)
def save(
    session: Session, actor: Actor, assessment_id: int, *, version: int, **parts: Unpack[Parts]
) -> Assessment:
    """Write parts of a draft; answers not given stay, empty words take an answer away.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        As in `start`; it is not a draft; someone else changed it first.
    """
    case_work.person(actor)
    found = _draft(session, actor, assessment_id, version)
    _write(found, parts)
    found.version += 1
    return found


@action("assessment.add_journey", needs=Permission.ASSESS)
def add_journey(
    session: Session,
    actor: Actor,
    assessment_id: int,
    *,
    version: int,
    kind: str,
    label: str,
    shape: BaseGeometry,
    notes: str = "",
) -> AssessmentJourney:
    """Add a way that young people go (``shape`` in EPSG:27700: a line or an area) to a draft.

    Draw the way that all go, from a stop to a gate: never one that begins at a home.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        As in `save`; it lies outside the actor's area; there are too many.
    """
    case_work.person(actor)
    found = _draft(session, actor, assessment_id, version)
    way = drawn(shape)
    must_reach(session, actor, way)
    if way.geom_type in ("Point", "MultiPoint"):
        raise Invalid("Draw the way as a line or an area.")
    there = select(AssessmentJourney.id).where(AssessmentJourney.assessment_id == found.id)
    if len(session.scalars(there).all()) >= MOST_JOURNEYS:
        raise Invalid(f"An assessment has {MOST_JOURNEYS} journeys at most.")
    journey = AssessmentJourney(
        assessment_id=found.id,
        kind=chosen(forms.methods().journeys, kind, "a kind of journey"),
        label=one_line(label, "the name of the journey", 120, needed=True),
        notes=taken(notes, "the notes", 1000),
        shape=way,
    )
    session.add(journey)
    found.version += 1
    session.flush()
    return journey


@action("assessment.drop_journey", needs=Permission.ASSESS)
def drop_journey(
    session: Session, actor: Actor, assessment_id: int, journey_id: int, *, version: int
) -> Assessment:
    """Take a journey out of a draft.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        As in `save`; the journey is not one of this assessment.
    """
    case_work.person(actor)
    found = _draft(session, actor, assessment_id, version)
    journey = session.get(AssessmentJourney, journey_id)
    if journey is None or journey.assessment_id != found.id:
        raise NotFound("That journey is not there.")
    session.delete(journey)
    found.version += 1
    return found


@action("assessment.submit", needs=Permission.ASSESS)
def submit(session: Session, actor: Actor, assessment_id: int, *, version: int) -> Assessment:
    """Give a draft to a second person to look at.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        As in `save`.
    Invalid
        It lacks something: the message says all of it.
    """
    case_work.person(actor)
    found = opened(session, actor, assessment_id, version)
    _must_be_whole(found)
    move(found, A.IN_REVIEW)
    found.submitted_at = datetime.now(UTC)
    return found


@action("assessment.send_back", needs=Permission.APPROVE)
def send_back(
    session: Session, actor: Actor, assessment_id: int, *, version: int, reason: str
) -> Assessment:
    """Give an assessment back to its author, with what is to be done.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        As in `save`; it is not in review; there is no reason.
    """
    return _left(session, actor, assessment_id, version=version, reason=reason, state=A.DRAFT)


@action("assessment.sign_off", needs=Permission.APPROVE)
def sign_off(
    session: Session, actor: Actor, assessment_id: int, *, version: int, note: str = ""
) -> Assessment:
    """Sign an assessment off, as another person than its author.

    Raises
    ------
    NotPermitted
        The actor wrote it, or reads neutral cards alone.
    NotFound, Conflict, Invalid
        It is not there for this actor; not in review, or changed since; it lacks something.
    """
    found = opened(session, actor, assessment_id, version)
    signer = case_work.another(actor, found.author_id, "this assessment")
    _must_be_whole(found)
    move(found, A.SIGNED_OFF)
    found.signed_at = datetime.now(UTC)
    found.signed_by_id, found.signed_by_name = signer, actor.name
    found.said = taken(note, "the note", 500)
    return found


@action("assessment.set_aside", needs=Permission.ASSESS)
def set_aside(
    session: Session, actor: Actor, assessment_id: int, *, version: int, reason: str
) -> Assessment:
    """End an assessment that is not finished, with a reason.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        As in `save`; it is signed off already; there is no reason.
    """
    return _left(session, actor, assessment_id, version=version, reason=reason, state=A.SET_ASIDE)


def _left(
    session: Session,
    actor: Actor,
    assessment_id: int,
    *,
    version: int,
    reason: str,
    state: AssessmentState,
) -> Assessment:
    case_work.person(actor)
    found = opened(session, actor, assessment_id, version)
    found.said = taken(reason, "the reason", 500, needed=True)
    move(found, state)
    return found


def _draft(session: Session, actor: Actor, assessment_id: int, version: int) -> Assessment:
    found = opened(session, actor, assessment_id, version)
    if found.state is not A.DRAFT:
        raise Conflict(f"This assessment is {found.state.words}. Only a draft is changed.")
    return found


def _must_be_whole(found: Assessment) -> None:
    if lacks := missing(found):
        raise Invalid(" ".join(lacks))


def _empty() -> dict[str, object]:
    """Return the parts of an assessment in which nothing is written yet."""
    words = {"young_people_how": "", "young_people_band": "", "young_people_why_not": ""}
    return {
        **words,
        **dict.fromkeys(("trigger", "lead_role", "inequalities", "analysis", "disagreement"), ""),
        "methods": [],
        **{name: {} for name in ("triangle", "environment", "equity", "sara")},
    }


WORDS = {
    "trigger": ("why it began", 300),
    "young_people_how": ("how young people were heard", LONG),
    "young_people_why_not": ("why young people were not heard", 1000),
    "inequalities": ("the note on inequalities", LONG),
    "analysis": ("the analysis", LONG),
    "disagreement": ("where you disagreed", LONG),
}


def _write(found: Assessment, parts: Parts) -> None:
    for name, (field, longest) in WORDS.items():
        if name in parts:
            setattr(found, name, taken(str(parts.get(name)), field, longest))
    if "lead_role" in parts:
        found.lead_role = one_line(parts["lead_role"], "the lead's role", 120)
    if "methods" in parts:
        known = forms.methods().methods
        found.methods = sorted({chosen(known, each, "a method") for each in parts["methods"]})
    if "young_people_band" in parts:
        found.young_people_band = _band(parts["young_people_band"])
    if "triangle" in parts:
        found.triangle = forms.triangle_taken(found.triangle, parts["triangle"])
    if "environment" in parts:
        found.environment = forms.walk_taken(found.environment, parts["environment"])
    if "equity" in parts:
        found.equity = forms.equity_taken(found.equity, parts["equity"])
    if "sara" in parts:
        found.sara = forms.answers_taken(found.sara, parts["sara"], forms.sara().all)


def _band(band: str) -> str:
    return chosen(forms.methods().involved, band, "a band") if band else ""
