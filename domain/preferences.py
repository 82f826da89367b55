"""What an administrator sets while the app runs: base map, retention, thresholds."""

from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from store.database import Base


class Preference(Base):
    """One setting of the installation by name."""

    __tablename__ = "preference"
    __sealed__ = frozenset({"value"})  # a base map's address may hold a key

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    value: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)
