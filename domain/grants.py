"""Giving and withdrawing capacities: who may act as what, where, how far and until when."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import accounts, identifiers
from domain.accounts import Grant, User
from domain.areas import Area, AreaKind
from domain.audit import action
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.people import CLEARANCE, Actor, Permission, Role, Tier

RAISED = frozenset({Role.PRACTITIONER, Role.POLICE, Role.ANALYST, Role.COORDINATOR})
"""Roles whose tier may be raised; partners and administrators never see more than their own."""
GRADERS = frozenset({Role.PRACTITIONER, Role.COORDINATOR})
"""Roles in which a person grades by codes only once they were trained; others bring it, or not."""

KINDS = {
    AreaKind.PARTNERSHIP: "Partnership",
    AreaKind.WARD: "Ward",
    AreaKind.LSOA: "LSOA",
    AreaKind.BEAT: "Beat",
}


@action("grant.give", needs=Permission.MANAGE_USERS)
def give(
    session: Session,
    actor: Actor,
    user_id: int,
    *,
    role: Role,
    area_id: int | None = None,
    tier: Tier | None = None,
    expires: datetime | None = None,
    reason: str = "",
    grader: bool = False,
) -> Grant:
    """Give a person one more capacity: a role, everywhere or in one area, for good or until.

    A ``grader`` was trained in 3x5x2, and sets and reads its codes.

    Raises
    ------
    NotPermitted
        ``user_id`` is the actor's own.
    Invalid
        A tier above the role's own without a reason, or for a role that is never raised; an end
        that has passed; an administrator of one area; a reason that identifies someone; a trained
        grader in a role that grades nothing, or that grades without.
    Conflict
        The person is deactivated, or holds this role in this area already.
    """
    person = _other(session, actor, user_id)
    if not person.active:
        raise Conflict("This person is deactivated. Activate them first.")
    if expires is not None and expires <= datetime.now(UTC):
        raise Invalid("Choose an end that is still to come.")
    _check_area(session, role, area_id)
    _check_tier(role, tier, reason)
    if grader and role not in GRADERS:
        raise Invalid("Practitioners and coordinators alone can be marked as trained graders.")
    if any((each.role, each.area_id) == (role, area_id) for each in held(session, user_id)):
        raise Conflict("This person holds that role there already. Withdraw it first.")
    grant = Grant(
        user_id=user_id,
        role=role,
        area_id=area_id,
        tier=None if tier is None or tier is CLEARANCE[role] else int(tier),
        expires=expires,
        reason=_reason(reason),
        grader=grader,
    )
    session.add(grant)
    session.flush()
    return grant


@action("grant.withdraw", needs=Permission.MANAGE_USERS)
def withdraw(session: Session, actor: Actor, grant_id: int) -> None:
    """End a capacity now; pages that are open in it stop at the next look-up.

    Raises
    ------
    NotPermitted
        It is the actor's own.
    Conflict
        It has ended already, or no administrator would be left.
    """
    accounts.keep_one_administrator(session, without_grant=grant_id)
    grant = session.get(Grant, grant_id, with_for_update=True)
    if grant is None:
        raise NotFound("That role is not there.")
    _other(session, actor, grant.user_id)
    now = datetime.now(UTC)
    if not grant.holds(now):
        raise Conflict("This role has ended already.")
    grant.expires = now


def areas(session: Session, actor: Actor) -> dict[int, str]:
    """Return every area that a grant can be limited to: "Ward: East (May 2025)" by id."""
    actor.must(Permission.MANAGE_USERS)
    query = select(Area.id, Area.kind, Area.name, Area.vintage)
    rows = session.execute(query.order_by(Area.kind, Area.name, Area.vintage.desc()))
    return {row.id: f"{KINDS[row.kind]}: {row.name} ({row.vintage})" for row in rows}


def held(session: Session, user_id: int, now: datetime | None = None) -> list[Grant]:
    """Return the grants of a user that count at ``now``, the oldest first."""
    now = now or datetime.now(UTC)
    query = select(Grant).where(Grant.user_id == user_id).order_by(Grant.id)
    return [grant for grant in session.scalars(query) if grant.holds(now)]


def _other(session: Session, actor: Actor, user_id: int) -> User:
    if actor.id == user_id:
        raise NotPermitted("You may not change your own roles. Ask another administrator.")
    person = session.get(User, user_id, with_for_update=True)
    if person is None:
        raise NotFound("That person is not there.")
    return person


def _check_area(session: Session, role: Role, area_id: int | None) -> None:
    if area_id is None:
        return
    if role is Role.ADMINISTRATOR:
        raise Invalid("An administrator works for the whole partnership. Leave the area empty.")
    if session.get(Area, area_id) is None:
        raise NotFound("That area is not there.")


def _check_tier(role: Role, tier: Tier | None, reason: str) -> None:
    if tier is None or tier <= CLEARANCE[role]:
        return
    if role not in RAISED:
        raise Invalid(f"The tier of a {role.value} cannot be raised.")
    if not reason.strip():
        raise Invalid("Say why this person needs a higher tier than their role has.")


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if len(reason) > 300:
        raise Invalid("Say it in at most 300 characters.")
    if found := identifiers.find(reason):
        raise Invalid(identifiers.explain(found, "The reason"))
    return reason
