"""Import batches: what came in, from whom, when, and how to take it out again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain.areas import Area
from domain.audit import action, load, remove
from domain.errors import Conflict, NotFound
from domain.gazetteer import GazetteerEntry
from domain.identifiers import mask
from domain.incidents import Incident
from domain.people import Actor, Permission
from domain.premises import Premises
from domain.touches import PlaceTouch
from store.bulk import Columns
from store.database import Base

TABLES: dict[str, type[Base]] = {
    "incident": Incident,
    "place_touch": PlaceTouch,
    "premises": Premises,
    "area": Area,
    "gazetteer": GazetteerEntry,
}


class BatchState(Enum):
    """Where a batch stands; an undone batch keeps its line but none of its rows."""

    LOADING = "loading"
    DONE = "done"
    UNDONE = "undone"


class ImportBatch(Base):
    """One file taken in: counts, never contents."""

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    target: Mapped[str] = mapped_column(String(32))  # incident, place_touch, area, gazetteer...
    source: Mapped[str] = mapped_column(String(80))  # who gave the file, as people call it
    preset: Mapped[str] = mapped_column(String(40), default="")
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[BatchState] = mapped_column(default=BatchState.LOADING)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    read: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    duplicates: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    reasons: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # reason -> rows


class ColumnMemory(Base):
    """Which column of a source's files holds what, as it was last confirmed by a person."""

    __tablename__ = "column_memory"

    id: Mapped[int] = mapped_column(primary_key=True)
    target: Mapped[str] = mapped_column(String(32))
    source: Mapped[str] = mapped_column(String(80))
    columns: Mapped[dict[str, Any]] = mapped_column(JSON)


@dataclass(frozen=True)
class Counts:
    """What became of the rows of a file."""

    read: int
    accepted: int
    duplicates: int
    rejected: int
    reasons: dict[str, int]


def giver(name: str) -> str:
    """Return who gave a file as it is kept and compared: one line, masked, 80 characters."""
    return mask(" ".join(name.split()))[:80]


@action("batch.import", needs=Permission.IMPORT)
def take_in(
    session: Session,
    actor: Actor,
    *,
    target: str,
    table: type[Base],
    chunks: Iterable[Columns],
    counts: Counts,
    source: str,
    preset: str,
    file_name: str,
    sha256: str,
    started_at: datetime,
) -> ImportBatch:
    """Take in the rows of one file: the batch is the one entry in the log.

    ``chunks`` are columns of ``table`` (geometries in EPSG:27700) without ``batch_id``.

    Raises
    ------
    Conflict
        Someone took in some of the same rows meanwhile.
    """
    batch = ImportBatch(
        target=target,
        source=giver(source),
        preset=preset[:40],
        file_name=mask(file_name)[-200:],
        sha256=sha256,
        state=BatchState.DONE,
        started_at=started_at,
        finished_at=datetime.now(UTC),
        user_id=actor.id,
        read=counts.read,
        accepted=counts.accepted,
        duplicates=counts.duplicates,
        rejected=counts.rejected,
        reasons=counts.reasons,
    )
    session.add(batch)
    session.flush()
    try:
        for columns in chunks:
            rows = len(next(iter(columns.values())))
            load(session, table, {**columns, "batch_id": [batch.id] * rows})
    except IntegrityError as error:
        raise Conflict("Someone took in some of these rows meanwhile. Please try again.") from error
    return batch


@action("batch.undo", needs=Permission.IMPORT)
def undo(session: Session, _actor: Actor, batch_id: int) -> int:
    """Take every row of a batch out again; return how many there were.

    Raises
    ------
    NotFound
        There is no such batch.
    Conflict
        It was undone before, or other records stand on its rows.
    """
    batch = session.get(ImportBatch, batch_id, with_for_update=True)
    if batch is None:
        raise NotFound("That import is not there.")
    if batch.state is not BatchState.DONE:
        raise Conflict("That import was undone before.")
    table = TABLES[batch.target]
    try:
        removed = remove(session, table, "batch_id", batch_id)
    except IntegrityError as error:
        raise Conflict(
            "Other records stand on what came with this import (people's areas, or guardians of "
            "places), so it cannot be undone. Nothing was changed."
        ) from error
    batch.state = BatchState.UNDONE
    return removed


@action("columns.remember", needs=Permission.IMPORT)
def remember(
    session: Session, _actor: Actor, *, target: str, source: str, columns: dict[str, Any]
) -> None:
    """Keep which column of a source's files holds what, in place of what was kept before."""
    kept = _memory(session, target, source)
    if kept is None:
        session.add(ColumnMemory(target=target, source=giver(source), columns=columns))
    elif kept.columns != columns:
        kept.columns = columns


def recall(session: Session, actor: Actor, target: str, source: str) -> dict[str, Any] | None:
    """Return the columns that were last confirmed for a source, or None."""
    actor.must(Permission.IMPORT)
    kept = _memory(session, target, source)
    return None if kept is None else dict(kept.columns)


def listed(session: Session, actor: Actor, limit: int = 50) -> list[ImportBatch]:
    """Return the latest batches, the newest first."""
    actor.must(Permission.IMPORT)
    query = select(ImportBatch).order_by(ImportBatch.id.desc()).limit(limit)
    return list(session.scalars(query))


def same_file(
    session: Session, actor: Actor, *, target: str, source: str, preset: str, sha256: str
) -> ImportBatch | None:
    """Return the batch that took in this very file in this very way, unless it was undone."""
    actor.must(Permission.IMPORT)
    query = select(ImportBatch).where(
        ImportBatch.sha256 == sha256,
        ImportBatch.target == target,
        ImportBatch.source == giver(source),
        ImportBatch.preset == preset[:40],
        ImportBatch.state == BatchState.DONE,
    )
    return session.scalars(query.order_by(ImportBatch.id).limit(1)).first()


def _memory(session: Session, target: str, source: str) -> ColumnMemory | None:
    query = select(ColumnMemory).where(
        ColumnMemory.target == target, ColumnMemory.source == giver(source)
    )
    return session.scalars(query).first()
