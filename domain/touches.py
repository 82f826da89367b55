"""Place touches: places named in missing episodes, without the episode and without the child.

Nothing here joins two touches of one episode (domain, 3.3): no episode, person or case number is
kept, and dates are months.
"""

from datetime import date

from shapely import Point
from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from store.columns import Geometry27700
from store.database import Base


class PlaceTouch(Base):
    """One mention of a place in a missing episode, by its role in it."""

    __tablename__ = "place_touch"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    source: Mapped[str] = mapped_column(String(32))
    role: Mapped[str] = mapped_column(String(32), index=True)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    residential: Mapped[bool] = mapped_column(default=False)  # where someone lives: sealed
    month: Mapped[date] = mapped_column(index=True)
    time_band: Mapped[str] = mapped_column(String(32))
    day_type: Mapped[str] = mapped_column(String(32))
    duration_band: Mapped[str] = mapped_column(String(32))
    distance_band: Mapped[str] = mapped_column(String(32))
    cross_border: Mapped[bool | None]
    transport_mode: Mapped[str] = mapped_column(String(32))
    push_factors: Mapped[list[str]] = mapped_column(JSON, default=list)
    pull_factors: Mapped[list[str]] = mapped_column(JSON, default=list)
    harm_indicators: Mapped[list[str]] = mapped_column(JSON, default=list)
    precision: Mapped[str] = mapped_column(String(16))
    spot: Mapped[Point] = mapped_column(Geometry27700("POINT"))
