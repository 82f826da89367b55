"""What hangs on an annotation: replies, who was named in them, and how words read before."""

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from domain.people import Role
from store.database import Base


class ReplyKind(Enum):
    """What a line of a thread is."""

    REPLY = "reply"
    RESOLVED = "resolved"
    REOPENED = "reopened"


class Reply(Base):
    """One line of a thread: a reply, or the reason why it was resolved or opened again.

    ``tier`` is the annotation's when it was written: who was told something below it later does
    not read what others wrote before.
    """

    __tablename__ = "annotation_reply"
    __sealed__ = frozenset({"text"})

    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"), index=True)
    kind: Mapped[ReplyKind]
    text: Mapped[str] = mapped_column(String(1000))
    tier: Mapped[int]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    author_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(index=True)
    edited_at: Mapped[datetime | None]
    withdrawn: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)


class Mention(Base):
    """An agency or a role that an annotation, or a reply to it, asks to look."""

    __tablename__ = "annotation_mention"

    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"), index=True)
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("annotation_reply.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    role: Mapped[Role | None] = mapped_column(index=True)


class Edit(Base):
    """How an annotation, or one reply to it, read before it was changed.

    ``tier`` is what it took to read that: words that were narrowed do not come to light again.
    """

    __tablename__ = "annotation_edit"
    __sealed__ = frozenset({"before"})

    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"), index=True)
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("annotation_reply.id"), index=True)
    at: Mapped[datetime]
    actor_name: Mapped[str] = mapped_column(String(120))
    tier: Mapped[int]
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
