"""Assessments of places: the triangle, how it was found out, who was heard, and the sign-off.

This file holds the tables, the state machine and the readings; `domain.assessing` changes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import JSON, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import assessment_forms, case_work
from domain.case_data import Choices
from domain.errors import Conflict
from domain.people import Actor
from store.columns import Geometry27700
from store.database import Base


class AssessmentState(Enum):
    """Where an assessment stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SIGNED_OFF = "signed_off"
    SET_ASIDE = "set_aside"

    @property
    def words(self) -> str:
        """What people read: "in review"."""
        return self.value.replace("_", " ")


A = AssessmentState
MOVES: dict[AssessmentState, frozenset[AssessmentState]] = {
    A.DRAFT: frozenset({A.IN_REVIEW, A.SET_ASIDE}),
    A.IN_REVIEW: frozenset({A.DRAFT, A.SIGNED_OFF, A.SET_ASIDE}),
    A.SIGNED_OFF: frozenset(),
    A.SET_ASIDE: frozenset(),
}
OPEN = frozenset({A.DRAFT, A.IN_REVIEW})


class Assessment(case_work.CaseRow):
    """One assessment of a place, in words about the place; no person is named in it.

    ``triangle``: {side: {part: words}}. ``environment``: {item: {"answer": code, "note": words}}.
    ``equity``: {group: band}. ``sara``: {step or corner: words}. Codes: `domain.assessment_forms`.
    """

    __tablename__ = "assessment"
    __sealed__ = frozenset(
        {
            "trigger",
            "young_people_how",
            "young_people_why_not",
            "triangle",
            "inequalities",
            "environment",
            "equity",
            "analysis",
            "sara",
            "disagreement",
            "said",
        }
    )

    state: Mapped[AssessmentState] = mapped_column(default=A.DRAFT, index=True)
    version: Mapped[int] = mapped_column(default=1)
    trigger: Mapped[str] = mapped_column(String(300), default="")
    lead_role: Mapped[str] = mapped_column(String(120), default="")
    lead_agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    started: Mapped[date]
    due: Mapped[date]
    methods: Mapped[list[str]] = mapped_column(JSON, default=list)
    young_people_how: Mapped[str] = mapped_column(Text, default="")
    young_people_band: Mapped[str] = mapped_column(String(32), default="")
    young_people_why_not: Mapped[str] = mapped_column(String(1000), default="")
    triangle: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    inequalities: Mapped[str] = mapped_column(Text, default="")
    environment: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    equity: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    analysis: Mapped[str] = mapped_column(Text, default="")
    sara: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    disagreement: Mapped[str] = mapped_column(Text, default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    author_name: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    signed_by_name: Mapped[str] = mapped_column(String(120), default="")
    said: Mapped[str] = mapped_column(String(500), default="")  # with the last decision on it


class AssessmentJourney(Base):
    """A way that young people go, such as to school, and what was found on it."""

    __tablename__ = "assessment_journey"
    __sealed__ = frozenset({"label", "notes", "shape"})

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))  # a code of the journeys
    label: Mapped[str] = mapped_column(String(120))
    notes: Mapped[str] = mapped_column(String(1000), default="")
    shape: Mapped[BaseGeometry] = mapped_column(Geometry27700())


@dataclass(frozen=True)
class Row:
    """One line of a comparison: what it is about, before and now; empty where nothing is told."""

    section: str
    about: str
    before: str
    now: str

    @property
    def changed(self) -> bool:
        """Say whether the two differ."""
        return self.before != self.now


def find(session: Session, actor: Actor, assessment_id: int) -> Assessment:
    """Return an assessment that ``actor`` may read.

    Raises
    ------
    NotPermitted
        The actor reads neutral cards alone.
    NotFound
        It is not there, or not for this reader.
    """
    return case_work.find(session, actor, Assessment, assessment_id, "assessment")


def opened(session: Session, actor: Actor, assessment_id: int, version: int) -> Assessment:
    """Lock an assessment, through its place, and refuse one that has moved on.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        As in `find`; or someone changed it since it was read.
    """
    found = case_work.locked(session, actor, Assessment, assessment_id, "assessment")
    case_work.same(found, version, "assessment")
    return found


def of_place(session: Session, actor: Actor, place_id: int) -> list[Assessment]:
    """Return the assessments of a place, the latest first; none for readers of neutral cards.

    Raises
    ------
    NotFound
        The place is not there, or not for this reader.
    """
    return case_work.of_place(session, actor, place_id, Assessment)


def latest_signed(
    session: Session, place_id: int, before_id: int | None = None
) -> Assessment | None:
    """Return the last assessment of a place that was signed off (before another), or None."""
    query = select(Assessment).where(
        Assessment.place_id == place_id, Assessment.state == A.SIGNED_OFF
    )
    if before_id is not None:
        query = query.where(Assessment.id < before_id)
    return session.scalars(query.order_by(Assessment.id.desc()).limit(1)).one_or_none()


def journeys(session: Session, actor: Actor, assessment_id: int) -> list[AssessmentJourney]:
    """Return the journeys of an assessment that ``actor`` may read."""
    found = find(session, actor, assessment_id)
    query = select(AssessmentJourney).where(AssessmentJourney.assessment_id == found.id)
    return list(session.scalars(query.order_by(AssessmentJourney.id)))


def move(assessment: Assessment, state: AssessmentState) -> None:
    """Bring an assessment to ``state``, along `MOVES` only.

    Raises
    ------
    Conflict
        There is no way from where it stands.
    """
    if state not in MOVES[assessment.state]:
        raise Conflict(
            f"This assessment is {assessment.state.words}. It cannot be {state.words} from there."
        )
    assessment.state = state
    assessment.version += 1


def missing(assessment: Assessment) -> tuple[str, ...]:
    """Say in plain sentences what an assessment lacks before it can be signed off."""
    said = [
        f"The side “{side.label}” has nothing in it yet."
        for code, side in assessment_forms.sides().items()
        if not any(assessment.triangle.get(code, {}).values())
    ]
    if not (assessment.young_people_how or assessment.young_people_why_not):
        said.append("Say how young people were heard, or why they were not.")
    if assessment.young_people_how and not assessment.young_people_band:
        said.append("Say in a band how many young people were heard.")
    if not assessment.methods:
        said.append("Say by which ways you found out.")
    if not assessment.analysis:
        said.append("Write the analysis: what must change here first, and why.")
    return tuple(said)


def compare(before: Assessment | None, now: Assessment) -> list[Row]:
    """Put two assessments side by side, the rows in the order of the form.

    Every row in which either has something; `Row.changed` tells which differ.
    """
    old = _rows(before) if before is not None else {}
    new = _rows(now)
    return [
        Row(*about, old.get(about, ""), new.get(about, ""))
        for about in new
        if old.get(about) or new.get(about)
    ]


def _rows(assessment: Assessment) -> dict[tuple[str, str], str]:
    form = assessment_forms
    walk, equity, known = form.walk(), form.equity(), form.methods()
    bands = {code: form.label(equity.bands, band) for code, band in assessment.equity.items()}
    walked = {item: _walked(found) for item, found in assessment.environment.items()}
    return {
        **{
            (side.label, part.label): assessment.triangle.get(code, {}).get(part.code, "")
            for code, side in form.sides().items()
            for part in side.parts.values()
        },
        ("How we found out", "Methods"): ", ".join(
            each.label for code, each in known.methods.items() if code in assessment.methods
        ),
        ("Young people", "How they were heard"): assessment.young_people_how,
        ("Young people", "How many"): form.label(known.involved, assessment.young_people_band),
        ("Young people", "Why they were not heard"): assessment.young_people_why_not,
        **_labelled("Walk", walk.items, walked),
        **_labelled("Who may be under-seen", equity.groups, bands),
        ("Inequalities", "Note"): assessment.inequalities,
        **_labelled("Problem analysis", form.sara().all, assessment.sara),
        ("Analysis", "What must change first"): assessment.analysis,
        ("Analysis", "Where we disagreed"): assessment.disagreement,
    }


def _labelled(section: str, known: Choices, found: Mapping[str, str]) -> dict[tuple[str, str], str]:
    return {(section, each.label): found.get(code, "") for code, each in known.items()}


def _walked(found: Mapping[str, str]) -> str:
    answer = assessment_forms.label(assessment_forms.walk().answers, found.get("answer", ""))
    return f"{answer}: {found['note']}" if found.get("note") else answer
