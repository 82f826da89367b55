"""Concerns: what the community tells us of a place, held in quarantine until it was looked over.

This file holds the tables and the one state machine. Nothing of a concern reaches anyone but
moderators before it is shared, and then only the moderator's own words do.
"""

from datetime import datetime
from enum import Enum
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain.errors import Conflict, NotFound, NotPermitted
from domain.people import Actor, Kind, Permission
from domain.visibility import reach
from domain.wording import taken
from store.columns import Geometry27700
from store.database import Base


class ConcernState(Enum):
    """Where a concern stands on its way from a report to an answer."""

    RECEIVED = "received"
    DANGER_CHECKED = "danger_checked"
    REDACTED = "redacted"
    GRADED = "graded"
    LINKED = "linked"
    MERGED = "merged"
    SHARED = "shared"
    FED_BACK = "fed_back"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> str:
        """What moderators call it: "checked for danger"."""
        return WORDS[self]


S = ConcernState
WORDS: dict[ConcernState, str] = {
    S.RECEIVED: "received",
    S.DANGER_CHECKED: "checked for danger",
    S.REDACTED: "put into our words",
    S.GRADED: "graded",
    S.LINKED: "linked to a place",
    S.MERGED: "merged with another",
    S.SHARED: "shared",
    S.FED_BACK: "answered",
    S.REJECTED: "not taken further",
    S.WITHDRAWN: "withdrawn",
}

_OUT = frozenset({S.REJECTED, S.WITHDRAWN})
MOVES: dict[ConcernState, frozenset[ConcernState]] = {
    S.RECEIVED: frozenset({S.DANGER_CHECKED}) | _OUT,
    S.DANGER_CHECKED: frozenset({S.REDACTED}) | _OUT,
    S.REDACTED: frozenset({S.REDACTED, S.GRADED}) | _OUT,
    S.GRADED: frozenset({S.REDACTED, S.GRADED, S.LINKED, S.MERGED}) | _OUT,
    S.LINKED: frozenset({S.REDACTED, S.LINKED, S.SHARED}) | _OUT,
    S.MERGED: frozenset({S.SHARED}) | _OUT,
    S.SHARED: frozenset({S.FED_BACK}),
    S.FED_BACK: frozenset({S.FED_BACK}),
    S.REJECTED: frozenset({S.REJECTED}),
    S.WITHDRAWN: frozenset(),
}
"""The only ways from one state to the next; a rejected concern can still be given an answer."""

OPEN = frozenset({S.RECEIVED, S.DANGER_CHECKED, S.REDACTED, S.GRADED, S.LINKED})
"""What waits for a moderator."""
UNDECIDED = OPEN | {S.MERGED}
"""What is still in quarantine: nobody but moderators knows of it."""


class Source(Enum):
    """By which way a concern came."""

    PUBLIC = "public"
    PARTNER = "partner"
    PHONE = "phone"


class Still(Enum):
    """Whether it goes on."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Basis(Enum):
    """What a statement is, as the moderator marks it."""

    FACT = "fact"
    OPINION = "opinion"
    HEARSAY = "hearsay"


class Concern(Base):
    """One report: where, what kind of place, what worries and what helps, in masked words.

    ``original`` is what was typed, encrypted, where something in it was masked; it is erased on
    the decision, and after 28 days at the latest. ``independent`` says that it counts as a voice of
    its own; ``bundle`` names the flood that it came in, if any, and ends with the decision, when
    ``sources`` keeps the count alone. ``receipt_hash`` and ``submission_hash`` are keyed hashes.
    """

    __tablename__ = "concern"
    __sealed__ = frozenset(
        {
            "receipt_hash",
            "submission_hash",
            "reporter_role",
            "under_18",
            "place_type",
            "worries",
            "helps",
            "times",
            "days",
            "still",
            "words",
            "near_words",
            "found",
            "ways_known",
            "original",
            "independent",
            "bundle",
            "sources",
            "reason",
            "answer",
            "shape",
            "precision",
            "place_id",
            "merged_into_id",
        }
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    receipt_hash: Mapped[str] = mapped_column(String(64), unique=True)
    submission_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[ConcernState] = mapped_column(default=S.RECEIVED, index=True)
    version: Mapped[int] = mapped_column(default=1)
    source: Mapped[Source]
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    reporter_role: Mapped[str] = mapped_column(String(32))  # a code of reporter_roles
    under_18: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime] = mapped_column(index=True)
    decided_at: Mapped[datetime | None] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    danger: Mapped[bool] = mapped_column(default=False)
    place_type: Mapped[str] = mapped_column(String(32))  # a code of place_types
    worries: Mapped[list[str]] = mapped_column(JSON, default=list)  # codes of concern_worries
    helps: Mapped[list[str]] = mapped_column(JSON, default=list)  # codes of concern_helps
    times: Mapped[list[str]] = mapped_column(JSON, default=list)  # codes of time_bands
    days: Mapped[list[str]] = mapped_column(JSON, default=list)  # codes of day_types
    still: Mapped[Still] = mapped_column(default=Still.UNKNOWN)
    words: Mapped[str] = mapped_column(Text, default="")
    near_words: Mapped[str] = mapped_column(Text, default="")
    found: Mapped[list[str]] = mapped_column(JSON, default=list)  # kinds of identifiers masked
    ways_known: Mapped[str] = mapped_column(String(32))  # a code of ways_known
    original: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    independent: Mapped[bool] = mapped_column(default=True)
    bundle: Mapped[str | None] = mapped_column(String(16), index=True)
    sources: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(32), default="")  # a code of concern_reasons
    answer: Mapped[str] = mapped_column(Text, default="")
    precision: Mapped[str] = mapped_column(String(16))
    shape: Mapped[BaseGeometry] = mapped_column(Geometry27700())
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("concern.id"), index=True)


class ConcernContact(Base):
    """How to reach a reporter who wished it: apart from the concern, and encrypted."""

    __tablename__ = "concern_contact"
    __sealed__ = frozenset({"sealed"})

    id: Mapped[int] = mapped_column(primary_key=True)
    concern_id: Mapped[int] = mapped_column(ForeignKey("concern.id"), unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ConcernPhoto(Base):
    """One photograph of a concern, encrypted, for moderators alone.

    ``original`` is painted anew from the pixels that were sent, and is erased with the concern's
    own original; ``covered`` is the same with ``boxes`` parts blacked out, and stays as long as
    the reporter's words do.
    """

    __tablename__ = "concern_photo"
    __sealed__ = frozenset({"original", "covered"})

    id: Mapped[int] = mapped_column(primary_key=True)
    concern_id: Mapped[int] = mapped_column(ForeignKey("concern.id"), index=True)
    original: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    covered: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    boxes: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)


class ConcernItem(Base):
    """One statement of a concern in the moderator's words, with one grade (3x5x2).

    ``annotation_id`` is what it became on a place once it was shared.
    """

    __tablename__ = "concern_item"
    __sealed__ = frozenset(
        {"text", "kind", "basis", "grade_source", "information", "handling", "conditions"}
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    concern_id: Mapped[int] = mapped_column(ForeignKey("concern.id"), index=True)
    text: Mapped[str] = mapped_column(String(500))
    kind: Mapped[str] = mapped_column(String(16))  # a code of annotation_kinds
    basis: Mapped[Basis]
    grade_source: Mapped[str] = mapped_column(String(1), default="2")
    information: Mapped[str] = mapped_column(String(1), default="D")
    handling: Mapped[str] = mapped_column(String(1), default="C")
    conditions: Mapped[str] = mapped_column(String(300), default="")
    trained: Mapped[bool] = mapped_column(default=False)
    annotation_id: Mapped[int | None] = mapped_column(ForeignKey("annotation.id"), index=True)


class ConcernEvent(Base):
    """One line of a concern's history: what was done, by whom, and the state after it."""

    __tablename__ = "concern_event"
    __sealed__ = frozenset({"said", "details"})

    id: Mapped[int] = mapped_column(primary_key=True)
    concern_id: Mapped[int] = mapped_column(ForeignKey("concern.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(24))
    state: Mapped[ConcernState]
    actor_name: Mapped[str] = mapped_column(String(120))
    said: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class DutyAlert(Base):
    """Someone may be in danger: it stands until a duty contact says that they have seen it.

    Until then the duty contact is called again at ``call_again_at``; ``calls`` counts how often,
    and ``call_fault`` says why the last call did not go out.
    """

    __tablename__ = "duty_alert"

    id: Mapped[int] = mapped_column(primary_key=True)
    concern_id: Mapped[int] = mapped_column(ForeignKey("concern.id"), index=True)
    raised_at: Mapped[datetime]
    raised_by: Mapped[str] = mapped_column(String(120))
    acknowledged_at: Mapped[datetime | None] = mapped_column(index=True)
    acknowledged_by: Mapped[str] = mapped_column(String(120), default="")
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    calls: Mapped[int] = mapped_column(default=0)
    call_again_at: Mapped[datetime | None]
    call_fault: Mapped[str] = mapped_column(String(200), default="")


def opened(session: Session, actor: Actor, concern_id: int, version: int) -> Concern:
    """Lock a concern that a moderator works on, and refuse one that has moved on.

    Raises
    ------
    NotFound, Conflict
        It is not there for this actor; somebody changed it since it was read.
    """
    concern = locked(session, concern_id)
    if not reach(session, actor).holds(concern.shape):
        raise NotFound("That concern is not there.")
    if concern.version != version:
        raise Conflict(
            "Someone else worked on this concern while you had it open. "
            "Please look at it again, then decide."
        )
    return concern


def locked(session: Session, concern_id: int) -> Concern:
    """Lock a concern and read it afresh; SQLite's writing already holds the one lock.

    Raises
    ------
    NotFound
        It is not there.
    """
    concern = session.get(Concern, concern_id, with_for_update=True, populate_existing=True)
    if concern is None:
        raise NotFound("That concern is not there.")
    return concern


def move(concern: Concern, state: ConcernState) -> None:
    """Bring a concern to ``state``, along `MOVES` only.

    Raises
    ------
    Conflict
        There is no way from where it stands.
    """
    if state not in MOVES[concern.state]:
        raise Conflict(
            f"This concern is {concern.state.words}. From there it cannot be {state.words}."
        )
    concern.state = state
    concern.version += 1


def remember(
    session: Session,
    actor: Actor,
    concern: Concern,
    kind: str,
    at: datetime,
    *,
    said: str = "",
    **details: Any,
) -> None:
    """Add a line to the history of ``concern``; ``said`` is masked, ``details`` codes and ids."""
    session.add(
        ConcernEvent(
            concern_id=concern.id,
            at=at,
            kind=kind,
            state=concern.state,
            actor_name=actor.name,
            said=taken(said, "this", 10_000),
            details=details,
        )
    )


def raise_alert(session: Session, actor: Actor, concern: Concern, at: datetime) -> DutyAlert:
    """Call the duty contact to a concern; the alert stands until somebody acknowledges it."""
    concern.danger = True
    alert = DutyAlert(concern_id=concern.id, raised_at=at, raised_by=actor.name)
    session.add(alert)
    return alert


def must_moderate(actor: Actor) -> None:
    """Refuse everyone but a person who decides on reports: not even the operator reads these."""
    actor.must(Permission.MODERATE)
    if actor.kind is not Kind.USER:
        raise NotPermitted("Only a moderator who is signed in reads reports.")
