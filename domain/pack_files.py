"""Packs that a job made: kept for whoever asked until they fetch them, and for a few days at most.

They lie in the store and not in a folder, so that any process of the app can hand them over.
"""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import ForeignKey, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain.audit import action
from domain.errors import Invalid, NotFound
from domain.people import Actor, Permission
from store.database import Base

KEPT: Final = timedelta(days=3)
LARGEST: Final = 200_000_000
"""Bytes of a pack that are kept at most."""


class PackFile(Base):
    """One file with packs and their manifest, of one job and one person."""

    __tablename__ = "pack_file"
    __sealed__ = frozenset({"content"})

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(index=True)


@action("pack.keep", needs=Permission.EXPORT)
def keep(session: Session, actor: Actor, job_id: int, *, name: str, content: bytes) -> PackFile:
    """Keep what a job made for the person who asked for it.

    Raises
    ------
    Invalid
        It is too large.
    NotFound
        Nobody is named.
    """
    if len(content) > LARGEST:
        raise Invalid("These packs are too large together. Ask for fewer at once.")
    if actor.id is None:
        raise NotFound("Nobody asked for this pack.")
    made = PackFile(
        job_id=job_id,
        user_id=actor.id,
        name=name,
        content=content,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        made_at=datetime.now(UTC),
    )
    session.add(made)
    session.flush()
    return made


def of_job(session: Session, actor: Actor, job_id: int) -> PackFile:
    """Return the file of one's own job, its ``content`` read only when asked for.

    Raises
    ------
    NotPermitted
        The actor may not export any more.
    NotFound
        There is none, it is somebody else's, or it was deleted since.
    """
    actor.must(Permission.EXPORT)
    query = select(PackFile).where(PackFile.job_id == job_id, PackFile.user_id == (actor.id or -1))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("That pack is not kept any more. Make it again.")
    return found


def mine(session: Session, actor: Actor) -> list[PackFile]:
    """Return one's own files that are still there, the latest first."""
    actor.must(Permission.EXPORT)
    query = select(PackFile).where(PackFile.user_id == (actor.id or -1))
    return list(session.scalars(query.order_by(PackFile.id.desc())))


@action("pack.sweep", needs=Permission.RUN_JOBS)
def sweep(session: Session, _actor: Actor, now: datetime | None = None) -> int:
    """Delete the files that were kept long enough; return how many."""
    old = (now or datetime.now(UTC)) - KEPT
    found = list(session.scalars(select(PackFile).where(PackFile.made_at < old)))
    for each in found:
        session.delete(each)
    return len(found)
