"""What statements weigh (3x5x2), how they may be handled, and what may not rest on weak ones.

Codes are set and read by trained graders; everyone else reads the same in plain words. What the
community tells is "2 D C" until a grader says otherwise. Handling conditions go wherever the
statement goes: onto the card, into packs and into every file.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain.annotations import Annotation, AnnotationState, rows
from domain.audit import action
from domain.concerns import Concern, ConcernItem, Source, remember
from domain.errors import Invalid, NotFound
from domain.insights import InsightPlace
from domain.people import Actor, Permission
from domain.places import Place, Status
from domain.touches import PlaceTouch
from domain.wording import one_line
from store.database import Base

SOURCES = {"1": "from a reliable source", "2": "untested", "3": "from an unreliable source"}
INFORMATION = {
    "A": "first-hand",
    "B": "second-hand, and backed by something else",
    "C": "second-hand",
    "D": "not known how they know",
    "E": "suspected to be false",
}
HANDLING = {
    "P": "Sharing is permitted.",
    "C": "Sharing is permitted with conditions.",
}
DEFAULT_CONDITIONS = "Not to be passed on outside the partnership. Ask the moderator first."
BEYOND = frozenset({Status.ASSESSING, Status.PLAN, Status.REVIEW})
"""States of a place that need more than weak material."""
WEAK = ("D", "E")
VOICES = 2
"""Independent sources that make "D" material more than a lone one."""


class IntelligenceItem(Base):
    """How a note is to be handled that came back, sanitised, from the force's own system."""

    __tablename__ = "intelligence_item"
    __sealed__ = frozenset({"conditions"})

    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"), unique=True)
    handling: Mapped[str] = mapped_column(String(1))
    conditions: Mapped[str] = mapped_column(String(300))


class Known(Enum):
    """How a reporter knows, in plain words, for moderators who are not trained graders."""

    FIRST_HAND = "A"
    SECOND_HAND_BACKED = "B"
    SECOND_HAND = "C"
    UNKNOWN = "D"
    DOUBTED = "E"

    @property
    def words(self) -> str:
        """What people read: "first-hand"."""
        return INFORMATION[self.value]


@dataclass(frozen=True)
class Grade:
    """A grade in codes: source 1 to 3, information A to E, handling P or C with conditions."""

    source: str = "2"
    information: str = "D"
    handling: str = "C"
    conditions: str = DEFAULT_CONDITIONS

    def __post_init__(self) -> None:
        for value, known, what in (
            (self.source, SOURCES, "The source is 1, 2 or 3."),
            (self.information, INFORMATION, "The information is A, B, C, D or E."),
            (self.handling, HANDLING, "The handling is P or C."),
        ):
            if value not in known:
                raise Invalid(what)
        said = one_line(self.conditions, "the conditions", 300)
        if self.handling == "C" and not said:
            raise Invalid("Say under which conditions it may be shared.")
        object.__setattr__(self, "conditions", said if self.handling == "C" else "")


@dataclass(frozen=True)
class Told:
    """A grade as one reader may see it; ``code`` is empty but for trained graders.

    ``words``: "first-hand, untested". ``conditions`` go with every export; a person wrote them.
    ``grade`` is what a trained grader can change: that of a statement of a concern.
    """

    words: str
    code: str
    handling: str
    conditions: str
    basis: str
    grade: Grade | None = None

    @property
    def handled(self) -> str:
        """How it may be passed on, in one line; a person wrote the conditions."""
        return " ".join(filter(None, [self.handling, self.conditions]))

    @property
    def line(self) -> str:
        """All of it in one line: "hearsay; second-hand, untested (2·C·C)"."""
        told = "; ".join(filter(None, [self.basis, self.words]))
        return f"{told} ({self.code})" if self.code else told


def set_grade(item: ConcernItem, grade: Grade, *, trained: bool) -> None:
    """Write ``grade`` on a statement."""
    item.grade_source, item.information = grade.source, grade.information
    item.handling, item.conditions = grade.handling, grade.conditions
    item.trained = trained


def told(actor: Actor, item: ConcernItem) -> Told:
    """Return the grade of a statement as ``actor`` may read it."""
    code = f"{item.grade_source}·{item.information}·{item.handling}"
    trained = actor.may(Permission.GRADE)
    return Told(
        words=f"{INFORMATION[item.information]}, {SOURCES[item.grade_source]}",
        code=code if trained else "",
        handling=HANDLING[item.handling],
        conditions=item.conditions,
        basis=item.basis.value,
        grade=_grade(item) if trained else None,
    )


def _grade(item: ConcernItem) -> Grade:
    conditions = item.conditions or DEFAULT_CONDITIONS
    return Grade(item.grade_source, item.information, item.handling, conditions)


def grades_of(session: Session, actor: Actor, annotation_ids: Iterable[int]) -> dict[int, Told]:
    """Return the grade of each note that has one, by the note's id.

    For notes that ``actor`` may know of, from concerns and of others; handling conditions go with
    every export of them.
    """
    known = rows(actor).where(Annotation.id.in_(list(annotation_ids)))
    query = (
        known.join(ConcernItem, ConcernItem.annotation_id == Annotation.id, isouter=True)
        .join(IntelligenceItem, IntelligenceItem.annotation_id == Annotation.id, isouter=True)
        .with_only_columns(Annotation, ConcernItem, IntelligenceItem)
    )
    found = {
        note.id: _of_note(actor, note, handled) if item is None else told(actor, item)
        for note, item, handled in session.execute(query)
    }
    return {number: each for number, each in found.items() if each is not None}


def _of_note(actor: Actor, note: Annotation, handled: IntelligenceItem | None) -> Told | None:
    """Return the grade that a note has of its own; none where nobody gave it one."""
    if not (note.information or note.grade_source or handled):
        return None
    handling = handled.handling if handled else ""
    words = (INFORMATION.get(note.information, ""), SOURCES.get(note.grade_source, ""))
    code = "·".join(filter(None, [note.grade_source, note.information, handling]))
    return Told(
        words=", ".join(filter(None, words)),
        code=code if actor.may(Permission.GRADE) else "",
        handling=HANDLING.get(handling, ""),
        conditions=handled.conditions if handled else "",
        basis=note.basis.value if note.basis else "",
    )


@action("concern.regrade", needs=Permission.GRADE)
def regrade(session: Session, actor: Actor, annotation_id: int, grade: Grade) -> ConcernItem:
    """Give a shared statement another grade, as a trained grader.

    Raises
    ------
    NotFound
        The note is not there for this actor, or came from no concern.
    """
    known = rows(actor).where(Annotation.id == annotation_id).with_only_columns(Annotation.id)
    query = select(ConcernItem).where(ConcernItem.annotation_id.in_(known)).with_for_update()
    item = session.scalar(query)
    concern = None if item is None else session.get(Concern, item.concern_id)
    if item is None or concern is None:
        raise NotFound("That note did not come from a concern.")
    before = f"{item.grade_source}{item.information}{item.handling}"
    set_grade(item, grade, trained=True)
    note = session.get_one(Annotation, annotation_id)
    note.grade_source, note.information = item.grade_source, item.information
    now = f"{grade.source}{grade.information}{grade.handling}"
    remember(session, actor, concern, "regraded", datetime.now(UTC), grades=[before, now])
    return item


def check_move(session: Session, place: Place, status: Status) -> None:
    """Refuse to move ``place`` beyond watching on material that is doubted, or lone and unknown.

    Raises
    ------
    Invalid
        All that is recorded at the place is graded E, or is D from one source alone.
    """
    if status in BEYOND and rests_on_weak(session, place):
        raise Invalid(
            "All that is known of this place so far is doubted, or comes from one untested source. "
            "It stays watched until something else is known: a second source, a first-hand "
            "account, or a note of what a colleague knows."
        )


def rests_on_weak(session: Session, place: Place) -> bool:
    """Say whether a place has graded statements and nothing stronger than E or a lone D.

    A note that a colleague wrote without a grade is what that colleague knows, and strong enough.
    """
    shared = (Annotation.place_id == place.id) & (Annotation.state == AnnotationState.SHARED)
    told = _statements(session, shared)
    noted = session.execute(
        select(Annotation.information, Annotation.author_id).where(
            shared, Annotation.id.not_in(_FROM_CONCERNS), Annotation.information.in_(WEAK)
        )
    ).all()
    if not (told or noted) or any(row.information in "ABC" for row in told):
        return False
    unknown = {row.id: row for row in told if row.information == "D"}
    colleagues = {row.author_id for row in noted if row.information == "D"}
    if _voices(unknown.values()) + len(colleagues) >= VOICES:
        return False
    stronger = Annotation.id.not_in(_FROM_CONCERNS) & Annotation.information.not_in(WEAK)
    others = (
        select(func.count(Annotation.id)).where(shared, stronger),
        select(func.count(PlaceTouch.id)).where(PlaceTouch.place_id == place.id),
        select(func.count(InsightPlace.id)).where(InsightPlace.place_id == place.id),
    )
    return not any(session.scalar(each) for each in others)


_FROM_CONCERNS = select(ConcernItem.annotation_id).where(ConcernItem.annotation_id.is_not(None))


def _statements(session: Session, shared: ColumnElement[bool]) -> Sequence[Any]:
    """Read what concerns told of a place: grade, concern, and how many stand behind it."""
    query = (
        select(
            ConcernItem.information,
            Concern.id,
            Concern.sources,
            Concern.source,
            Concern.reporter_id,
        )
        .join(Annotation, Annotation.id == ConcernItem.annotation_id)
        .join(Concern, Concern.id == ConcernItem.concern_id)
        .where(shared)
    )
    return session.execute(query).all()


def _voices(concerns: Iterable[Any]) -> int:
    """Count the independent sources of several concerns; one partner is one, however often."""
    listed = list(concerns)
    partners = [each.reporter_id for each in listed if each.source is Source.PARTNER]
    heard: int = sum(each.sources for each in listed)
    return heard - len(partners) + len(set(partners))
