"""Agencies, the people in them, and the capacities (grants) in which they act."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.people import Role, Tier
from store.database import Base


class Agency(Base):
    """An organisation of the partnership."""

    __tablename__ = "agency"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(32))  # a code of agency_kinds
    active: Mapped[bool] = mapped_column(default=True)


class User(Base):
    """Someone who signs in; what they may do stands in their grants."""

    __tablename__ = "app_user"
    __sealed__ = frozenset({"password_hash"})
    __unlogged__ = frozenset({"failures"})

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    password_hash: Mapped[str] = mapped_column(String(200))
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(default=True)
    demo: Mapped[bool] = mapped_column(default=False)
    agency: Mapped[Agency] = relationship()
    grants: Mapped[list["Grant"]] = relationship(back_populates="user", order_by="Grant.id")


class Grant(Base):
    """One capacity of a user: a role, within an area or everywhere, at the role's tier or another.

    ``tier`` is None where the role's own clearance holds (`domain.people.CLEARANCE`).
    """

    __tablename__ = "user_grant"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    role: Mapped[Role]
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    tier: Mapped[int | None]
    expires: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
    user: Mapped[User] = relationship(back_populates="grants")

    @property
    def clearance(self) -> Tier | None:
        """The tier that this grant sets, or None for the role's own."""
        return None if self.tier is None else Tier(self.tier)
