"""Annotations: one thing known of a place or spot, a worry or a strength, in looked-over words."""

from datetime import date, datetime
from enum import Enum

from shapely.geometry.base import BaseGeometry
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from domain.people import Role, Tier
from store.columns import Geometry27700
from store.database import Base


class AnnotationState(Enum):
    """A partner's report waits until a coordinator shares or declines it."""

    WAITING = "waiting"
    SHARED = "shared"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Annotation(Base):
    """A worry, a strength or a note at a spot, along a line or over an area."""

    __tablename__ = "annotation"

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))  # a code of annotation_kinds
    text: Mapped[str] = mapped_column(String(500))
    noted_on: Mapped[date]
    made_at: Mapped[datetime]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    author_role: Mapped[Role | None]
    state: Mapped[AnnotationState]
    tier: Mapped[int] = mapped_column(default=int(Tier.T2))
    precision: Mapped[str] = mapped_column(String(16))
    shape: Mapped[BaseGeometry] = mapped_column(Geometry27700())
    version: Mapped[int] = mapped_column(default=1)
