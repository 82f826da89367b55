"""Insights: results of analyses that were kept, with the recipe that makes them again.

A result is made of counts in cells and tables, never of single records, and is read only by those
who could have made it: people who may run analyses, at the maker's clearance or above and not
limited to another area than the maker was.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import places
from domain.audit import action
from domain.errors import Conflict, Invalid, NotFound
from domain.people import Actor, Permission, Tier
from domain.recipes import Recipe
from domain.visibility import reach
from domain.wording import one_line
from store.database import Base

DRAFT_DAYS = 7
"""So long a result that nobody kept by name can be opened again."""
LARGEST = 20_000_000
"""Bytes of a result that are kept at most."""


class Insight(Base):
    """One result: a draft until it has a title."""

    __tablename__ = "insight"
    __sealed__ = frozenset({"title", "recipe", "summary", "result"})

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120), default="")
    recipe: Mapped[dict[str, Any]] = mapped_column(JSON)
    summary: Mapped[dict[str, Any]] = mapped_column(JSON)
    result: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    revision: Mapped[str] = mapped_column(String(200))
    fingerprint: Mapped[str] = mapped_column(String(64))
    app_version: Mapped[str] = mapped_column(String(32))
    tier: Mapped[int]
    scope: Mapped[str] = mapped_column(String(200), default="")
    made_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    made_by_name: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1)


class InsightPlace(Base):
    """An insight named as evidence for a place."""

    __tablename__ = "insight_place"
    __table_args__ = (UniqueConstraint("insight_id", "place_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    insight_id: Mapped[int] = mapped_column(ForeignKey("insight.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    named_at: Mapped[datetime]
    named_by_name: Mapped[str] = mapped_column(String(120))


@dataclass(frozen=True)
class Made:
    """What was computed: a summary in plain values, the packed result, and what it stands on."""

    summary: dict[str, Any]
    result: bytes
    revision: str
    fingerprint: str
    app_version: str


@action("insight.record", needs=Permission.ANALYSE)
def record(session: Session, actor: Actor, recipe: Recipe, made: Made) -> Insight:
    """Put a result down as a draft, to be opened, compared, named or left.

    Raises
    ------
    Invalid
        The result is too large to be kept.
    """
    if len(made.result) > LARGEST:
        raise Invalid("This result is too large to be kept. Choose larger cells or a smaller area.")
    insight = Insight(
        recipe=recipe.as_json(),
        summary=made.summary,
        result=made.result,
        revision=made.revision,
        fingerprint=made.fingerprint,
        app_version=made.app_version,
        tier=Tier.SEALED if actor.tier >= Tier.SEALED else Tier.T3,
        scope=_scope(actor),
        made_by=actor.id,
        made_by_name=actor.name,
        made_at=datetime.now(UTC),
    )
    session.add(insight)
    return insight


@action("insight.keep", needs=Permission.ANALYSE)
def keep(session: Session, actor: Actor, insight_id: int, *, title: str, version: int) -> Insight:
    """Keep a result under a title, or give it another.

    Raises
    ------
    NotFound
        It is not there, or not for this reader.
    Conflict
        Someone changed it meanwhile.
    Invalid
        The title is empty or too long.
    """
    insight = _find(session, actor, insight_id, lock=True)
    if insight.version != version:
        raise Conflict("Someone changed this result meanwhile. Load it again.")
    insight.title = one_line(title, "the title", 120, needed=True)
    insight.version += 1
    return insight


@action("insight.remove", needs=Permission.ANALYSE)
def remove(session: Session, actor: Actor, insight_id: int) -> None:
    """Remove a result of one's own that is not named as evidence.

    Raises
    ------
    NotFound
        It is not there, or not one's own.
    Conflict
        A place names it as evidence.
    """
    insight = _find(session, actor, insight_id, lock=True)
    if insight.made_by != actor.id:
        raise NotFound("That result is not one of yours.")
    if session.scalar(select(InsightPlace.id).where(InsightPlace.insight_id == insight.id)):
        raise Conflict("A place names this result as evidence, so it stays.")
    session.delete(insight)


@action("insight.name_evidence", needs=Permission.EDIT_PLACES)
def name_evidence(session: Session, actor: Actor, insight_id: int, place_id: int) -> InsightPlace:
    """Name a kept result as evidence for a place that one can see.

    Raises
    ------
    NotFound
        The result or the place is not there, or not for this reader.
    Invalid
        The result has no title yet.
    Conflict
        It is named already.
    """
    insight = _find(session, actor, insight_id, lock=True)
    place = places.find(session, actor, place_id)
    if not insight.title:
        raise Invalid("Keep the result under a title first.")
    known = select(InsightPlace.id).where(
        InsightPlace.insight_id == insight.id, InsightPlace.place_id == place.id
    )
    if session.scalar(known):
        raise Conflict("This place names the result as evidence already.")
    link = InsightPlace(
        insight_id=insight.id,
        place_id=place.id,
        named_at=datetime.now(UTC),
        named_by_name=actor.name,
    )
    session.add(link)
    return link


@action("insight.sweep", needs=Permission.RUN_JOBS)
def sweep(session: Session, _actor: Actor, now: datetime | None = None) -> int:
    """Delete the drafts that nobody kept; return how many."""
    old = (now or datetime.now(UTC)) - timedelta(days=DRAFT_DAYS)
    drafts = session.scalars(select(Insight).where(Insight.title == "", Insight.made_at < old))
    found = list(drafts)
    for draft in found:
        session.delete(draft)
    return len(found)


def find(session: Session, actor: Actor, insight_id: int) -> Insight:
    """Return a result that ``actor`` may read.

    Raises
    ------
    NotPermitted
        The actor may not run analyses.
    NotFound
        It is not there, or not for this reader.
    """
    actor.must(Permission.ANALYSE)
    return _find(session, actor, insight_id)


def kept(session: Session, actor: Actor, limit: int = 200) -> list[Insight]:
    """Return the results with a title that ``actor`` may read, the latest first."""
    actor.must(Permission.ANALYSE)
    query = _readable(actor).where(Insight.title != "").order_by(Insight.id.desc())
    return list(session.scalars(query.limit(limit)))


def of_place(session: Session, actor: Actor, place_id: int) -> list[Insight]:
    """Return the results named as evidence for a place, as far as ``actor`` may read them."""
    if not actor.may(Permission.ANALYSE):
        return []
    query = _readable(actor).join(InsightPlace, InsightPlace.insight_id == Insight.id)
    return list(
        session.scalars(query.where(InsightPlace.place_id == place_id).order_by(Insight.id))
    )


def evidence_of(session: Session, actor: Actor, insight_id: int) -> list[places.Place]:
    """Return the places that name a result as evidence, as far as ``actor`` knows of them."""
    insight = find(session, actor, insight_id)
    query = (
        select(places.Place)
        .join(InsightPlace, InsightPlace.place_id == places.Place.id)
        .where(InsightPlace.insight_id == insight.id, places.known(actor))
    )
    where = reach(session, actor)
    return [
        each
        for each in session.scalars(query.order_by(places.Place.name))
        if where.holds(each.shape)
    ]


def carry(session: Session, keep_id: int, duplicate_id: int) -> None:
    """Hand the evidence of a place that is merged to the one that is kept."""
    links = {link.insight_id: link for link in _links(session, keep_id)}
    for link in _links(session, duplicate_id):
        if link.insight_id in links:
            session.delete(link)
        else:
            link.place_id = keep_id


def _links(session: Session, place_id: int) -> list[InsightPlace]:
    return list(session.scalars(select(InsightPlace).where(InsightPlace.place_id == place_id)))


def _find(session: Session, actor: Actor, insight_id: int, *, lock: bool = False) -> Insight:
    query = _readable(actor).where(Insight.id == insight_id)
    insight: Insight | None = session.scalars(query.with_for_update() if lock else query).first()
    if insight is None:
        raise NotFound("That result is not there.")
    return insight


def _readable(actor: Actor) -> Any:
    """Select what a reader could have made as well; who works everywhere reads every area's."""
    query = select(Insight).where(Insight.tier <= int(actor.tier))
    return query.where(Insight.scope == _scope(actor)) if actor.area_ids else query


def _scope(actor: Actor) -> str:
    return ",".join(map(str, sorted(actor.area_ids)))
