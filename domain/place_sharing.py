"""Sharing a place with more readers: with a neutral name, a look at harm, and a day it ends on.

A place goes to fewer readers freely, and to more only through here. After its day the sweep takes
it back.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import case_clock, case_data, case_work, matching, places
from domain.audit import action
from domain.case_data import Choices
from domain.errors import Conflict, Invalid, NotFound
from domain.filters import day_words
from domain.people import Actor, Permission, Tier
from domain.places import Place
from domain.visibility import is_restricted
from domain.wording import one_line, taken

FILE = "assessment/sharing.json"


class PlaceSharing(case_work.CaseRow):
    """One decision to share a place more widely, and how it ended.

    ``answers``: {question: words}, of `questions`. ``ends_on`` is the last day that it holds.
    """

    __tablename__ = "place_sharing"
    __sealed__ = frozenset({"neutral_name", "answers", "right_of_reply", "reason", "ended_why"})

    from_tier: Mapped[int]
    to_tier: Mapped[int]
    neutral_name: Mapped[str] = mapped_column(String(120))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    right_of_reply: Mapped[str] = mapped_column(String(1000))
    reason: Mapped[str] = mapped_column(String(500))
    ends_on: Mapped[date] = mapped_column(index=True)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    decided_by_name: Mapped[str] = mapped_column(String(120))
    decided_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(String(500), default="")


@action("sharing.begin", needs=Permission.EDIT_PLACES)
def share_more_widely(
    session: Session,
    actor: Actor,
    place_id: int,
    *,
    tier: Tier,
    version: int,
    neutral_name: str,
    answers: Mapping[str, str],
    right_of_reply: str,
    ends_on: date,
    reason: str,
) -> PlaceSharing:
    """Let more readers see a place until ``ends_on``, the last day that it holds.

    Parameters
    ----------
    tier
        The new, lower tier; partner agency (T2) at the least.
    answers
        Words for each of `questions`.
    right_of_reply
        How the owner's right of reply was considered.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        Nobody is named; the place is not there for this actor, or changed since.
    Invalid
        It is a home, refuge or dwelling; the tier is not lower; the neutral name tells the
        place's own; an answer, the reason or the day is missing or cannot be taken.
    """
    decider = case_work.person(actor)
    place = case_work.worked_on(session, actor, place_id)
    case_work.same(place, version, "place")
    if is_restricted(place.place_type):
        raise Invalid("Homes, refuges and dwellings stay sealed.")
    if not Tier.T2 <= tier < place.tier:
        raise Invalid("Choose a wider circle than now: partner agencies at the widest.")
    made = PlaceSharing(
        place_id=place.id,
        from_tier=place.tier,
        to_tier=int(tier),
        neutral_name=_neutral(place, neutral_name),
        answers=_answered(answers),
        right_of_reply=taken(right_of_reply, "the owner's right of reply", 1000, needed=True),
        reason=taken(reason, "the reason", 500, needed=True),
        ends_on=_end(ends_on),
        decided_by_id=decider,
        decided_by_name=actor.name,
        decided_at=datetime.now(UTC),
    )
    session.add(made)
    place.tier, place.neutral_name = int(tier), made.neutral_name
    place.version += 1
    session.flush()
    places.remember(session, actor, place, "shared", made.reason, sharing=made.id)
    return made


@action("sharing.take_back", needs=Permission.EDIT_PLACES)
def take_back(session: Session, actor: Actor, sharing_id: int, *, reason: str) -> Place:
    """End a wider sharing before its day.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        Nobody is named; it is not there for this actor; it has ended; there is no reason.
    """
    case_work.person(actor)
    found = session.get(PlaceSharing, sharing_id)
    if found is None:
        raise NotFound("That sharing is not there.")
    if not actor.tier >= found.from_tier:
        raise Invalid("You would not see this place any more. Ask someone who would.")
    place = case_work.worked_on(session, actor, found.place_id)
    session.refresh(found)
    if found.ended_at is not None:
        raise Conflict("This sharing has ended already.")
    _end_it(session, actor, place, found, taken(reason, "the reason", 500, needed=True))
    return place


@action("sharing.end", needs=Permission.RUN_JOBS)
def sweep(session: Session, actor: Actor, today: date | None = None) -> int:
    """Take back what was shared more widely and whose last day has passed; return how many."""
    day = today or matching.today()
    query = select(PlaceSharing).where(PlaceSharing.ended_at.is_(None), PlaceSharing.ends_on < day)
    found = session.scalars(query.order_by(PlaceSharing.place_id, PlaceSharing.id)).all()
    for sharing in found:
        place = session.get(Place, sharing.place_id, with_for_update=True)
        if place is not None:
            why = f"It was shared more widely until {day_words(sharing.ends_on)}."
            _end_it(session, actor, place, sharing, why)
    return len(found)


def of_place(session: Session, actor: Actor, place_id: int) -> list[PlaceSharing]:
    """Return the sharings of a place, the latest first; none for readers of neutral cards.

    Raises
    ------
    NotFound
        The place is not there, or not for this reader.
    """
    return case_work.of_place(session, actor, place_id, PlaceSharing)


def questions() -> Choices:
    """Return the questions to answer before a place is shared more widely."""
    return case_data.read(FILE, _questions)


def latest_end(today: date | None = None) -> date:
    """Return the latest day until which a place can be shared more widely from now."""
    return case_clock.due("sharing", today or matching.today())


def _questions(content: Mapping[str, Any]) -> Choices:
    return case_data.choices(content["questions"])


def _end_it(session: Session, actor: Actor, place: Place, sharing: PlaceSharing, why: str) -> None:
    sharing.ended_at, sharing.ended_why = datetime.now(UTC), why
    if place.tier < sharing.from_tier:
        place.tier = sharing.from_tier
        place.version += 1
        places.remember(session, actor, place, "taken_back", why, sharing=sharing.id)


def _neutral(place: Place, name: str) -> str:
    kept = one_line(name, "the neutral name", 120, needed=True)
    own = [place.name, place.address, *place.aliases]
    if any(each and each.casefold() in kept.casefold() for each in own):
        raise Invalid("The neutral name tells what the place is called. Choose another.")
    return kept


def _answered(answers: Mapping[str, str]) -> dict[str, str]:
    kept = {}
    for code, question in questions().items():
        field = f"the answer on {question.label.lower()}"
        kept[code] = taken(answers.get(code, ""), field, 500, needed=True)
    return kept


def _end(day: date) -> date:
    today = matching.today()
    latest = latest_end(today)
    if not today < day <= latest:
        raise Invalid(f"Choose a last day from tomorrow to {day_words(latest)}.")
    return day
