"""Saved views: a name for an address of the map; it opens with the reader's own permissions."""

import re
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import ForeignKey, Select, String, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import codes
from domain.audit import action
from domain.errors import Conflict, Invalid, NotFound
from domain.filters import KEYS, parse
from domain.people import Actor, Kind, Permission
from domain.wording import one_line
from store.database import Base


class SavedView(Base):
    """The filters, layers and position of the map, under a name of its owner's."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("user_id", "name"),)
    __sealed__ = frozenset({"name", "query"})  # they tell where its owner was looking

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(String(2000))
    saved_at: Mapped[datetime]


MOST = 100
LONGEST = 2_000
_KEY = re.compile(r"[a-z_]{1,20}", re.ASCII)
_VALUE = re.compile(r"[A-Za-z0-9_.,:\-]{0,300}", re.ASCII)


@action("view.save", needs=Permission.SAVE_VIEWS)
def save(
    session: Session, actor: Actor, name: str, query: str, *, replace: bool = False
) -> SavedView:
    """Save the filters, layers and position of the map under a name of the actor's own.

    Filters are read and written anew; of the rest only short plain values are kept.

    Raises
    ------
    Conflict
        There is such a name already, and it is not to be replaced.
    Invalid
        The name or the view cannot be taken, or there are too many.
    """
    owner = _owner(actor)
    title = one_line(name, "the name", 80, needed=True)
    kept = clean(query)
    views = {view.name: view for view in session.scalars(_of(owner).with_for_update())}
    view = views.get(title)
    if view is not None and not replace:
        raise Conflict("You have a view of that name. Choose another name, or replace it.")
    if view is None:
        if len(views) >= MOST:
            raise Invalid(f"You can save {MOST} views. Please remove one first.")
        view = SavedView(user_id=owner, name=title)
        session.add(view)
    view.query, view.saved_at = kept, datetime.now(UTC)
    _write(session)
    return view


@action("view.remove", needs=Permission.SAVE_VIEWS)
def remove(session: Session, actor: Actor, view_id: int) -> None:
    """Remove one of the actor's own views.

    Raises
    ------
    NotFound
        It is not there, or not theirs.
    """
    view = session.get(SavedView, view_id)
    if view is None or view.user_id != actor.id:
        raise NotFound("That view is not there.")
    session.delete(view)


def mine(session: Session, actor: Actor) -> list[SavedView]:
    """Return the actor's own views by name; none for someone who has no account."""
    actor.must(Permission.SAVE_VIEWS)
    if actor.kind is not Kind.USER or actor.id is None:
        return []
    return list(session.scalars(_of(actor.id)))


def clean(query: str) -> str:
    """Return the query of a map's address as it may be kept: filters anew, the rest if plain.

    Raises
    ------
    Invalid
        It is too long.
    """
    if len(query) > 4 * LONGEST:
        raise Invalid("That view holds too much to be saved. Please choose less.")
    given = dict(parse_qsl(query.lstrip("?")))
    rest = {
        key: value
        for key, value in sorted(given.items())
        if key not in KEYS and _KEY.fullmatch(key) and _VALUE.fullmatch(value)
    }
    filters = parse(given, codes.current()).to_query()
    kept = "&".join(filter(None, [filters, urlencode(rest, safe=",-:")]))
    if len(kept) > LONGEST:
        raise Invalid("That view holds too much to be saved. Please choose less.")
    return kept


def _owner(actor: Actor) -> int:
    if actor.kind is not Kind.USER or actor.id is None:
        raise Invalid("Only someone with an account can save views.")
    return actor.id


def _of(owner: int) -> Select[SavedView]:
    return select(SavedView).where(SavedView.user_id == owner).order_by(SavedView.name)


def _write(session: Session) -> None:
    """Send the row now: another page of the same person may have taken the name meanwhile."""
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("You have a view of that name. Choose another name.") from error
