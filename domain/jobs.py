"""Jobs: long work as a row that one spawned process claims, reports on and ends."""

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from store.database import Base


class JobState(Enum):
    """Where a job stands; a dead heartbeat makes it failed, never silent."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Base):
    """Work asked for by an actor in one capacity, whose permission is checked again at run time."""

    __tablename__ = "job"
    __sealed__ = frozenset({"arguments"})
    __unlogged__ = frozenset({"progress", "message", "heartbeat"})

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("user_grant.id"))
    state: Mapped[JobState] = mapped_column(default=JobState.WAITING, index=True)
    progress: Mapped[float] = mapped_column(default=0.0)
    message: Mapped[str] = mapped_column(String(300), default="")
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    asked_at: Mapped[datetime]
    heartbeat: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
