"""The gazetteer: places, streets and postcodes by name, for search without the internet."""

from shapely import Point
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from store.columns import Geometry27700
from store.database import Base


class GazetteerEntry(Base):
    """One name and where it is. ``sought`` is the name as it is compared: capitals, no marks."""

    __tablename__ = "gazetteer"
    __table_args__ = (Index("ix_gazetteer_kind_sought", "kind", "sought"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))  # place, street, postcode, feature
    name: Mapped[str] = mapped_column(String(120))
    sought: Mapped[str] = mapped_column(String(120), index=True)
    district: Mapped[str] = mapped_column(String(120), default="")
    source: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(64), unique=True)
    terminated: Mapped[bool] = mapped_column(default=False)
    spot: Mapped[Point] = mapped_column(Geometry27700("POINT"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
