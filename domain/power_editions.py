"""The catalogue of powers as it stands here: the file's rows, and those that were edited since.

Every change of a row is kept whole, with who made it and why, and none is ever deleted: the latest
edition counts, and one without a row goes back to the file's own. Plans keep the row as it stood.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import codes, matching, powers
from domain.audit import action
from domain.errors import Conflict, Invalid
from domain.people import Actor, Permission
from domain.powers import InForce, Power
from domain.wording import one_line, taken
from store.database import Base

LOCAL = "L"
"""The first letter of the codes of rows that were added here."""
APPLIES = ("place", "premises", "business", "tenancy", "adult", "child", "vehicle", "online")
BASES = {
    "seen": "The text of the law was seen",
    "confirm": "The text of the law was not seen yet: confirm it first",
}
LONGEST_DAYS = 3650


class PowerEdition(Base):
    """One row of the catalogue as somebody wrote it here; ``number`` counts the row's editions.

    ``row`` is missing where the file's own row counts again.
    """

    __tablename__ = "power_edition"
    __table_args__ = (UniqueConstraint("code", "number"),)
    __sealed__ = frozenset({"row", "why"})

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), index=True)
    number: Mapped[int]
    row: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    why: Mapped[str] = mapped_column(String(300))
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    made_by_name: Mapped[str] = mapped_column(String(120))


class Wording(TypedDict):
    """What of a row can be written; see `domain.powers.Power` for what each means."""

    tool: str
    law: str
    who_starts: str
    applies_to: Iterable[str]
    place_types: Iterable[str]
    agencies: Iterable[str]
    threshold: str
    limits: str
    longest_days: int | None
    in_force: InForce
    in_force_from: date | None
    in_force_until: date | None
    in_force_note: str
    jurisdiction: str
    least_intrusive_rank: int
    affects_young_people_directly: bool
    suggested: bool
    reviewed_on: date
    review_by: date
    reviewer: str
    source: str
    basis: str


@dataclass(frozen=True)
class Row:
    """A row as it stands. ``version`` counts its editions here: 0 where there is none."""

    power: Power
    version: int
    own: bool
    changed_on: date | None = None


def catalogue(session: Session) -> dict[str, Power]:
    """Return every row by its code, as it stands here."""
    return {code: row.power for code, row in rows(session).items()}


def power(session: Session, code: str) -> Power:
    """Return one row as it stands here.

    Raises
    ------
    Invalid
        There is none of that code.
    """
    return powers.power(code, catalogue(session))


def rows(session: Session) -> dict[str, Row]:
    """Return every row by its code, with how often it was edited here."""
    found = {code: Row(each, 0, own=False) for code, each in powers.of_file().items()}
    months = powers.review_months()
    for each in session.scalars(_latest()):
        on = each.made_at.astimezone(matching.LONDON).date()
        if each.row is not None:
            found[each.code] = Row(
                powers.row_of(each.row, months), each.number, own=True, changed_on=on
            )
        elif each.code in found:
            found[each.code] = replace(found[each.code], version=each.number)
    return found


def history(session: Session, actor: Actor, code: str) -> list[PowerEdition]:
    """Return what was made of a row here, the latest first.

    Raises
    ------
    NotPermitted
        The actor neither takes on actions nor keeps the catalogue.
    """
    if not actor.may(Permission.MANAGE_POWERS):
        actor.must(Permission.ACT)
    query = select(PowerEdition).where(PowerEdition.code == code)
    return list(session.scalars(query.order_by(PowerEdition.number.desc())))


@action("power.change", needs=Permission.MANAGE_POWERS)
def change(
    session: Session,
    actor: Actor,
    code: str,
    *,
    version: int,
    why: str,
    **wording: Unpack[Wording],
) -> PowerEdition:
    """Write a row of the catalogue anew, with a reason; what it said before is kept.

    Raises
    ------
    Conflict, Invalid
        Someone changed it since ``version``; there is none of that code; something lacks, cannot
        be taken, or nothing differs.
    """
    now = _row(session, code, version)
    fresh = _checked(code, wording)
    if fresh == now.power:
        raise Invalid("Nothing differs from the row as it stands.")
    return _kept(session, actor, fresh, code=code, number=version + 1, why=why)


@action("power.add", needs=Permission.MANAGE_POWERS)
def add(session: Session, actor: Actor, *, why: str, **wording: Unpack[Wording]) -> PowerEdition:
    """Add a row to the catalogue, with a reason; its code is given.

    Raises
    ------
    Conflict, Invalid
        Someone else adds one at this moment; something lacks or cannot be taken.
    """
    taken_codes = rows(session).keys()
    number = next(each for each in range(1, 1000) if f"{LOCAL}{each:02}" not in taken_codes)
    code = f"{LOCAL}{number:02}"
    return _kept(session, actor, _checked(code, wording), code=code, number=1, why=why)


@action("power.restore", needs=Permission.MANAGE_POWERS)
def restore(session: Session, actor: Actor, code: str, *, version: int, why: str) -> PowerEdition:
    """Let the row that came with the catalogue's file count again.

    Raises
    ------
    Conflict, Invalid
        Someone changed it since ``version``; the file has no such row, or it counts already.
    """
    now = _row(session, code, version)
    if code not in powers.of_file():
        raise Invalid("This row was added here. Say that it is no longer in force instead.")
    if not now.own:
        raise Invalid("The row that came with the catalogue counts already.")
    return _kept(session, actor, None, code=code, number=version + 1, why=why)


def _latest() -> Any:
    last = select(PowerEdition.code, func.max(PowerEdition.number).label("number"))
    of = last.group_by(PowerEdition.code).subquery()
    both = (PowerEdition.code == of.c.code) & (PowerEdition.number == of.c.number)
    return select(PowerEdition).join(of, both).order_by(PowerEdition.code)


def _row(session: Session, code: str, version: int) -> Row:
    found = rows(session).get(code)
    if found is None:
        raise Invalid("That is not in the catalogue of powers and tactics.")
    if found.version != version:
        raise Conflict("Someone else changed this row meanwhile. Look at it again, then decide.")
    return found


def _kept(
    session: Session, actor: Actor, row: Power | None, *, code: str, number: int, why: str
) -> PowerEdition:
    made = PowerEdition(
        code=code,
        number=number,
        row=None if row is None else row.as_json(),
        why=taken(why, "the reason", 300, needed=True),
        made_at=datetime.now(UTC),
        made_by_id=actor.id,
        made_by_name=actor.name,
    )
    session.add(made)
    _flush(session)
    return made


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("Someone else changed the catalogue meanwhile. Look again.") from error


def _checked(code: str, given: Wording) -> Power:
    """Return a row of what was written, or say what lacks."""
    known = codes.current()
    if not given["tool"].strip() or not given["law"].strip() or not given["who_starts"].strip():
        raise Invalid("Say what it is called, in which law it stands, and who may start it.")
    if not 1 <= given["least_intrusive_rank"] <= 10:
        raise Invalid("Say how intrusive it is: from 1, the least, to 10.")
    if given["longest_days"] is not None and not 1 <= given["longest_days"] <= LONGEST_DAYS:
        raise Invalid(f"A measure lasts from 1 to {LONGEST_DAYS} days, or has no limit.")
    if given["basis"] not in BASES:
        raise Invalid("Say whether the text of the law was seen.")
    _check_days(given)
    return Power(
        code=code,
        tool=one_line(given["tool"], "what it is called", 200, needed=True),
        law=one_line(given["law"], "the law", 300, needed=True),
        who_starts=one_line(given["who_starts"], "who may start it", 300, needed=True),
        applies_to=_among(given["applies_to"], APPLIES, "what it is used on"),
        place_types=_among(given["place_types"], known.place_types, "the kinds of place"),
        agencies=_among(given["agencies"], known.agency_kinds, "the agencies", needed=True),
        threshold=taken(given["threshold"], "when it may be used", 500),
        limits=taken(given["limits"], "the limits", 500),
        longest_days=given["longest_days"],
        in_force=given["in_force"],
        in_force_from=given["in_force_from"],
        in_force_until=given["in_force_until"],
        in_force_note=taken(given["in_force_note"], "the note on whether it is in force", 300),
        jurisdiction=one_line(given["jurisdiction"], "where it holds", 120, needed=True),
        least_intrusive_rank=given["least_intrusive_rank"],
        affects_young_people_directly=given["affects_young_people_directly"],
        suggested=given["suggested"],
        reviewed_on=given["reviewed_on"],
        review_by=given["review_by"],
        reviewer=one_line(given["reviewer"], "who checked it", 120, needed=True),
        source=one_line(given["source"], "the source", 300, needed=True),
        basis=given["basis"],
    )


def _check_days(given: Wording) -> None:
    if given["reviewed_on"] > matching.today():
        raise Invalid("The day on which it was checked is still to come.")
    if given["review_by"] <= given["reviewed_on"]:
        raise Invalid("Check it again after the day on which it was checked.")
    first, last = given["in_force_from"], given["in_force_until"]
    if first is not None and last is not None and last < first:
        raise Invalid("It ends before it begins. Please swap the days.")
    if given["in_force"] is not InForce.YES and not given["in_force_note"].strip():
        raise Invalid("Say in the note what is known of whether it is in force.")


def _among(
    given: Iterable[str], known: Iterable[str], what: str, *, needed: bool = False
) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(given))
    if set(chosen) - set(known):
        raise Invalid(f"Please choose {what} from the list.")
    if needed and not chosen:
        raise Invalid(f"Please choose {what}.")
    return chosen
