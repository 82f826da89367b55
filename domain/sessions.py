"""Sign-ins: a random id in the browser's cookie, its hash here, and the actor it stands for."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from store.database import Base


class SignIn(Base):
    """One signed-in browser; found by the hash of the cookie's value, ended by time or revocation."""

    __tablename__ = "sign_in"
    __sealed__ = frozenset({"token_hash"})
    __unlogged__ = frozenset({"seen_at"})

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey("user_grant.id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
