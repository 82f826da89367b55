"""Areas: partnership, wards, LSOAs and beats, each with the vintage of its boundary."""

from enum import Enum

from shapely.geometry.base import BaseGeometry
from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.columns import Geometry27700
from store.database import Base


class AreaKind(Enum):
    """What kind of boundary it is."""

    PARTNERSHIP = "partnership"
    WARD = "ward"
    LSOA = "lsoa"
    BEAT = "beat"


class Area(Base):
    """One named boundary in metres, as it stood in its vintage (``2021``, ``May 2025``)."""

    __tablename__ = "area"
    __table_args__ = (UniqueConstraint("kind", "code", "vintage"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[AreaKind]
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    vintage: Mapped[str] = mapped_column(String(20))
    outline: Mapped[BaseGeometry] = mapped_column(Geometry27700())
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
