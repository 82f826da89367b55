"""Agencies, the people in them, and the capacities (grants) in which they act."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from domain import codes, passwords
from domain.audit import action
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.people import Actor, Kind, Permission, Role, Tier
from domain.wording import own_name
from store.database import Base

if TYPE_CHECKING:
    from domain.areas import Area

USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,78}[a-z0-9]")
DEMO_PASSWORD = "eldermere-in-the-sea"  # noqa: S105 - shown on the sign-in page of the sample
CHANGED = "Someone else changed this {what} while you had it open. Look at it again, then decide."


class Agency(Base):
    """An organisation of the partnership."""

    __tablename__ = "agency"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(32))  # a code of agency_kinds
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class User(Base):
    """Someone who signs in; what they may do stands in their grants.

    Sign-ins made up to ``signed_out_at`` are over. ``must_change`` is set while the password is
    one that we gave out. ``version`` moves with each change that an administrator makes.
    """

    __tablename__ = "app_user"
    __sealed__ = frozenset({"password_hash"})
    __unlogged__ = frozenset({"failures"})

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change: Mapped[bool] = mapped_column(default=False)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    signed_out_at: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(default=True)
    demo: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    agency: Mapped[Agency] = relationship()
    grants: Mapped[list["Grant"]] = relationship(back_populates="user", order_by="Grant.id")

    def is_locked(self, now: datetime) -> bool:
        """Say whether too many wrong tries keep this person out at ``now``."""
        return self.locked_until is not None and self.locked_until > now


class Grant(Base):
    """One capacity of a user: a role, within an area or everywhere, at the role's tier or another.

    ``tier`` is None where the role's own clearance holds (`domain.people.CLEARANCE`). ``grader``
    says that the person was trained to grade by codes. A grant is never deleted: one that was
    withdrawn has ``expires`` in the past.
    """

    __tablename__ = "user_grant"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    role: Mapped[Role]
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    tier: Mapped[int | None]
    expires: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
    grader: Mapped[bool] = mapped_column(default=False)
    user: Mapped[User] = relationship(back_populates="grants")
    area: Mapped["Area | None"] = relationship()

    @property
    def clearance(self) -> Tier | None:
        """The tier that this grant sets, or None for the role's own."""
        return None if self.tier is None else Tier(self.tier)

    def holds(self, now: datetime) -> bool:
        """Say whether this grant counts at ``now``."""
        return self.expires is None or self.expires > now

    @property
    def title(self) -> str:
        """What a person reads of it: "police, Eastgate ward"."""
        return self.role.value + (f", {self.area.name}" if self.area else "")


R = TypeVar("R", Agency, User)


def named(session: Session, username: str) -> User | None:
    """Return who has this username, however it was typed, or None."""
    username = _username(username)
    if not USERNAME.fullmatch(username):  # the database is not asked for just anything
        return None
    return session.scalar(select(User).where(User.username == username))


def demos(session: Session) -> list[User]:
    """Return the demo sign-ins, which the sample's sign-in page shows to everyone."""
    return list(session.scalars(select(User).where(User.demo, User.active).order_by(User.id)))


def agencies(session: Session, actor: Actor) -> list[Agency]:
    """Return every agency by name, those that are closed included."""
    actor.must(Permission.MANAGE_USERS)
    return list(session.scalars(select(Agency).order_by(Agency.name)))


def agency_names(session: Session, actor: Actor) -> dict[int, str]:
    """Return the names of the agencies by id, for whoever may read of places."""
    actor.must(Permission.SEE_PLACES)
    rows = session.execute(select(Agency.id, Agency.name).order_by(Agency.name))
    return {row.id: row.name for row in rows}


def own_agency(session: Session, actor: Actor) -> Agency | None:
    """Return the agency of the person who acts; None for those who belong to none."""
    return None if actor.agency_id is None else session.get(Agency, actor.agency_id)


def own_kind(session: Session, actor: Actor) -> str:
    """Return the kind of the actor's own agency, a code of ``agency_kinds``; "" for none."""
    found = own_agency(session, actor)
    return "" if found is None else found.kind


def users(session: Session, actor: Actor) -> list[User]:
    """Return everyone by name, with ``agency``, ``grants`` and their ``area`` at hand."""
    actor.must(Permission.MANAGE_USERS)
    query = select(User).order_by(User.name, User.id)
    return list(session.scalars(query.options(*_whole())))


def user(session: Session, actor: Actor, user_id: int) -> User:
    """Return one person, with ``agency``, ``grants`` and their ``area`` at hand."""
    actor.must(Permission.MANAGE_USERS)
    query = select(User).where(User.id == user_id).options(*_whole())
    return _found(session.scalar(query), "person")


@action("agency.add", needs=Permission.MANAGE_USERS)
def add_agency(session: Session, _actor: Actor, *, name: str, kind: str) -> Agency:
    """Add an organisation to the partnership."""
    agency = Agency(name=_name(name), kind=codes.check("agency_kinds", kind))
    session.add(agency)
    _flush(session, "There is an agency of that name already.")
    return agency


@action("agency.change", needs=Permission.MANAGE_USERS)
def change_agency(
    session: Session,
    _actor: Actor,
    agency_id: int,
    *,
    version: int,
    name: str,
    kind: str,
    active: bool = True,
) -> Agency:
    """Rename an organisation, change its kind, close it or open it again.

    Raises
    ------
    Conflict
        Someone changed it since ``version``, the name is taken, or people are still active in it.
    """
    agency = _locked(session, Agency, agency_id, version, "agency")
    if agency.active and not active and _has_people(session, agency_id):
        raise Conflict("People of this agency can still sign in. Deactivate them first.")
    agency.name, agency.active = _name(name), active
    if kind != agency.kind:
        agency.kind = codes.check("agency_kinds", kind)
    agency.version += 1
    _flush(session, "There is an agency of that name already.")
    return agency


@action("user.add", needs=Permission.MANAGE_USERS)
def add_user(
    session: Session, _actor: Actor, *, username: str, name: str, agency_id: int
) -> tuple[User, str]:
    """Add a person without any capacity; return them and the one-time password to hand over."""
    given = passwords.one_time()
    return _add_user(session, username, name, agency_id, given, must_change=True), given


@action("user.add_demo", needs=Permission.MANAGE_USERS)
def add_demo(session: Session, actor: Actor, *, username: str, name: str, agency_id: int) -> User:
    """Add a demo sign-in with the password that everyone knows; for the sample town only."""
    if actor.kind not in (Kind.SYSTEM, Kind.OPERATOR):
        raise NotPermitted("Demo sign-ins come with the sample town only.")
    added = _add_user(session, username, name, agency_id, DEMO_PASSWORD, must_change=False)
    added.demo = True
    return added


@action("user.change", needs=Permission.MANAGE_USERS)
def change_user(
    session: Session, _actor: Actor, user_id: int, *, version: int, name: str, agency_id: int
) -> User:
    """Correct a person's name or agency."""
    person = _locked(session, User, user_id, version, "person")
    if agency_id != person.agency_id:
        person.agency_id = _open_agency(session, agency_id).id
    person.name = _name(name)
    person.version += 1
    return person


@action("user.reset_password", needs=Permission.MANAGE_USERS)
def reset_password(session: Session, actor: Actor, user_id: int, *, version: int) -> str:
    """Give a new one-time password and end every sign-in; return the password to hand over."""
    person = _other(session, actor, user_id, version)
    if person.demo:
        raise Conflict("This is a demo sign-in. Its password stays as the sign-in page shows it.")
    given = passwords.one_time()
    _set_password(person, given, must_change=True)
    person.version += 1
    return given


@action("user.change_password", needs=Permission.SIGN_IN)
def change_password(session: Session, actor: Actor, *, old: str, new: str) -> None:
    """Change one's own password; every sign-in of this person ends.

    Raises
    ------
    Invalid
        ``old`` is not the password, or ``new`` breaks a rule (`domain.passwords.check`).
    """
    person = _found(session.get(User, actor.id, with_for_update=True), "account")
    if person.demo:
        raise NotPermitted("Demo sign-ins keep their password, so that others can use them.")
    if not passwords.matches(person.password_hash, old):
        raise Invalid("The password that you have now is not right.")
    if new == old:
        raise Invalid("Choose a password that is not the one you have now.")
    passwords.check(new, username=person.username)
    _set_password(person, new, must_change=False)


@action("user.deactivate", needs=Permission.MANAGE_USERS)
def deactivate(session: Session, actor: Actor, user_id: int, *, version: int) -> None:
    """Shut a person out: every sign-in ends now and none begins; their records stay."""
    keep_one_administrator(session, without_user=user_id)
    person = _other(session, actor, user_id, version)
    person.active, person.signed_out_at = False, datetime.now(UTC)
    person.version += 1


@action("user.activate", needs=Permission.MANAGE_USERS)
def activate(session: Session, actor: Actor, user_id: int, *, version: int) -> None:
    """Let a person sign in again, with the grants that they still hold."""
    person = _other(session, actor, user_id, version)
    _open_agency(session, person.agency_id)
    person.active = True
    person.version += 1


@action("user.unlock", needs=Permission.MANAGE_USERS)
def unlock(session: Session, _actor: Actor, user_id: int) -> None:
    """Let a person try again at once after too many wrong passwords."""
    person = _found(session.get(User, user_id, with_for_update=True), "person")
    person.failures, person.locked_until = 0, None


@action("user.sign_out", needs=Permission.MANAGE_USERS)
def sign_out_user(session: Session, _actor: Actor, user_id: int) -> None:
    """End every sign-in of a person; open pages of theirs stop at the next look-up."""
    person = _found(session.get(User, user_id, with_for_update=True), "person")
    person.signed_out_at = datetime.now(UTC)


def keep_one_administrator(
    session: Session, *, without_user: int | None = None, without_grant: int | None = None
) -> None:
    """Refuse with `Conflict` a change after which nobody could manage users for good.

    Locks every administrator's grant first, so that two who remove each other wait in line.
    """
    administers = Grant.role == Role.ADMINISTRATOR
    session.execute(select(Grant.id).where(administers).order_by(Grant.id).with_for_update()).all()
    query = select(Grant.id, Grant.user_id).join(Grant.user)
    lasting = session.execute(query.where(administers, User.active, Grant.expires.is_(None))).all()
    left = [row for row in lasting if row.id != without_grant and row.user_id != without_user]
    if lasting and not left:
        raise Conflict("This is the last administrator. Make someone else one first.")


def _whole() -> tuple[ORMOption, ORMOption]:
    return joinedload(User.agency), selectinload(User.grants).joinedload(Grant.area)


def _found(record: R | None, what: str) -> R:
    if record is None:
        raise NotFound(f"That {what} is not there.")
    return record


def _locked(session: Session, model: type[R], number: int, version: int, what: str) -> R:
    """Read a record under lock; `Conflict` if it is not the ``version`` that was looked at."""
    record = _found(session.get(model, number, with_for_update=True), what)
    if record.version != version:
        raise Conflict(CHANGED.format(what=what))
    return record


def _other(session: Session, actor: Actor, user_id: int, version: int) -> User:
    if actor.id == user_id:
        raise NotPermitted("You may not change your own account here. Ask another administrator.")
    return _locked(session, User, user_id, version, "person")


def _open_agency(session: Session, agency_id: int) -> Agency:
    agency = _found(session.get(Agency, agency_id, with_for_update=True), "agency")
    if not agency.active:
        raise Conflict("This agency is closed. Open it again, or choose another.")
    return agency


def _has_people(session: Session, agency_id: int) -> bool:
    query = select(User.id).where(User.agency_id == agency_id, User.active).limit(1)
    return session.scalar(query) is not None


def _add_user(
    session: Session, username: str, name: str, agency_id: int, password: str, *, must_change: bool
) -> User:
    username = _username(username)
    if not USERNAME.fullmatch(username):
        raise Invalid("Use 3 to 80 letters, digits and . _ - @ + for the username.")
    person = User(
        username=username,
        name=_name(name),
        agency_id=_open_agency(session, agency_id).id,
        password_hash=passwords.hashed(password),
        must_change=must_change,
    )
    session.add(person)
    _flush(session, "That username is taken. Choose another.")
    return person


def _set_password(person: User, password: str, *, must_change: bool) -> None:
    person.password_hash, person.must_change = passwords.hashed(password), must_change
    person.failures, person.locked_until = 0, None
    person.signed_out_at = datetime.now(UTC)


def _username(text: str) -> str:
    """Return a username as it is kept: what people type differs in case, width and blanks."""
    return unicodedata.normalize("NFKC", text[:200]).strip().casefold()


def _name(text: str) -> str:
    """Return a name as it is kept: in one line, identifiers but names masked, not too long."""
    return own_name(text, "the name", 120)


def _flush(session: Session, taken: str) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(taken) from error
