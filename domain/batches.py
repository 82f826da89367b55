"""Import batches: what came in, from whom, when, and how to take it out again."""

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from store.database import Base


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
