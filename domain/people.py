"""Who may do and see what: roles, tiers, permissions and the actor, computed in one place.

An actor is a person in one capacity (a grant: role, area, tier), or one of the fixed three that
are not people: the public, the system and the operator at the command line. Nothing here is kept
as a flag on a record.
"""

from dataclasses import dataclass, field
from enum import Enum, IntEnum
from hashlib import sha256

from domain.errors import NotPermitted


class Role(Enum):
    """What a person is here for."""

    PARTNER = "community partner"
    PRACTITIONER = "practitioner"
    POLICE = "police"
    ANALYST = "analyst"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"


class Tier(IntEnum):
    """How much detail a reader is cleared for, from nothing to sealed (design, section 3)."""

    T0 = 0
    T1 = 1
    T2 = 2
    T3 = 3
    T4 = 4
    SEALED = 5

    @property
    def title(self) -> str:
        """What the tier is called where people read it."""
        return TIER_TITLES[self]


TIER_TITLES = {
    Tier.T0: "Everyone",
    Tier.T1: "Community partner",
    Tier.T2: "Partner agency",
    Tier.T3: "Safeguarding meeting",
    Tier.T4: "Police and analysts",
    Tier.SEALED: "Sealed",
}


class Permission(Enum):
    """One thing that can be done; the value completes "You may not ..."."""

    SEE_MAP = "open the map"
    SEE_PLACES = "read place cards"
    SEE_HOT_SPOTS = "see hot spots"
    ANALYSE = "run analyses"
    SUBMIT_CONCERN = "report a concern"
    REPORT = "report what you have seen"
    ANNOTATE = "annotate the map"
    EDIT_PLACES = "add or change places"
    MERGE_PLACES = "merge or split places"
    ASSESS = "assess places"
    PLAN = "make plans and set goals"
    APPROVE = "approve plans and assessments"
    ACT = "take on actions"
    PATROL = "plan and record patrols"
    AUTHORISE = "authorise patrols"
    SEE_PATROLS = "read what patrols delivered"
    MEET = "take part in meetings"
    RECORD = "run and record meetings"
    MODERATE = "decide on reports"
    CODE_INTERVIEWS = "code places from return interviews"
    MAP_SAFETY = "map safety with young people"
    GRADE = "grade what was told"
    SAVE_VIEWS = "save views"
    EXPORT = "export records"
    GOVERN = "read the governance report"
    IMPORT = "import records"
    MANAGE_USERS = "manage users, agencies and grants"
    MANAGE_CODES = "change code lists"
    MANAGE_POWERS = "change the catalogue of powers"
    MANAGE_AREAS = "change areas and boundaries"
    MANAGE_SETTINGS = "change settings"
    READ_AUDIT = "read the audit log"
    SIGN_IN = "sign in"
    RUN_JOBS = "run jobs"


P = Permission
_EVERYONE = {P.SEE_MAP, P.SAVE_VIEWS, P.SIGN_IN, P.SUBMIT_CONCERN}
_PARTNERSHIP = _EVERYONE | {P.SEE_PLACES, P.SEE_HOT_SPOTS, P.ANNOTATE, P.EXPORT}
_CASES = {P.ASSESS, P.ACT, P.MEET}
_YOUNG = {P.CODE_INTERVIEWS, P.MAP_SAFETY}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PARTNER: frozenset(_EVERYONE | {P.REPORT}),
    Role.PRACTITIONER: frozenset(_PARTNERSHIP | _CASES | _YOUNG | {P.REPORT}),
    Role.POLICE: frozenset(
        _PARTNERSHIP
        | _CASES
        | {P.ANALYSE, P.EDIT_PLACES, P.GRADE, P.PLAN}
        | {P.PATROL, P.AUTHORISE, P.SEE_PATROLS}
    ),
    Role.ANALYST: frozenset(
        _PARTNERSHIP
        | _CASES
        | {P.ANALYSE, P.EDIT_PLACES, P.MERGE_PLACES, P.IMPORT, P.GRADE, P.PLAN, P.RECORD}
        | {P.GOVERN}
    ),
    Role.COORDINATOR: frozenset(
        _PARTNERSHIP
        | _CASES
        | _YOUNG
        | {P.ANALYSE, P.EDIT_PLACES, P.MERGE_PLACES, P.IMPORT, P.MODERATE, P.READ_AUDIT}
        | {P.PLAN, P.APPROVE, P.SEE_PATROLS, P.RECORD, P.GOVERN}
    ),
    Role.ADMINISTRATOR: frozenset(
        _EVERYONE
        | {P.MANAGE_USERS, P.MANAGE_CODES, P.MANAGE_AREAS, P.MANAGE_SETTINGS, P.READ_AUDIT}
        | {P.MANAGE_POWERS}
    ),
}

CLEARANCE: dict[Role, Tier] = {
    Role.PARTNER: Tier.T1,
    Role.PRACTITIONER: Tier.T2,
    Role.POLICE: Tier.T4,
    Role.ANALYST: Tier.T4,
    Role.COORDINATOR: Tier.T3,
    Role.ADMINISTRATOR: Tier.T1,
}


class Kind(Enum):
    """Who is acting: a signed-in person, or one of the fixed three."""

    USER = "user"
    PUBLIC = "public"
    SYSTEM = "system"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Actor:
    """Someone at work, in one capacity; made from the session on every run and never kept.

    ``area_ids`` limits what is seen to those areas; empty means the whole partnership.
    """

    name: str
    kind: Kind = Kind.USER
    id: int | None = None
    grant_id: int | None = None
    role: Role | None = None
    agency_id: int | None = None
    tier: Tier = Tier.T0
    area_ids: frozenset[int] = frozenset()
    permissions: frozenset[Permission] = field(default=frozenset(), repr=False)

    @classmethod
    def user(
        cls,
        name: str,
        role: Role,
        *,
        id: int,  # noqa: A002 - the field's own name
        grant_id: int | None = None,
        agency_id: int | None = None,
        tier: Tier | None = None,
        area_ids: frozenset[int] = frozenset(),
        grader: bool = False,
    ) -> "Actor":
        """Build a person in a role; ``tier`` is the role's own unless a grant says otherwise.

        A ``grader`` was trained to grade by codes, in a role that does not bring it.
        """
        return cls(
            name=name,
            id=id,
            grant_id=grant_id,
            role=role,
            agency_id=agency_id,
            tier=CLEARANCE[role] if tier is None else tier,
            area_ids=area_ids,
            permissions=PERMISSIONS[role] | ({P.GRADE} if grader else frozenset()),
        )

    def may(self, permission: Permission) -> bool:
        """Say whether this actor has ``permission``."""
        return permission in self.permissions

    def must(self, permission: Permission) -> None:
        """Refuse with words fit to show unless the actor has ``permission``."""
        if not self.may(permission):
            raise NotPermitted(f"You may not {permission.value}.")

    @property
    def scope(self) -> str:
        """A short key for all that decides what this actor sees; caches and ETags hold it."""
        where, grades = sorted(self.area_ids), self.may(P.GRADE)
        facts = (self.kind, self.id, self.role, self.agency_id, self.tier, where, grades)
        return sha256(repr(facts).encode()).hexdigest()[:16]


PUBLIC = Actor("The public", Kind.PUBLIC, permissions=frozenset({P.SIGN_IN, P.SUBMIT_CONCERN}))
SYSTEM = Actor("Safeground", Kind.SYSTEM, tier=Tier.SEALED, permissions=frozenset(Permission))


def operator(name: str) -> Actor:
    """Return the operator at the command line, known by the name that the system gives."""
    return Actor(name, Kind.OPERATOR, tier=Tier.SEALED, permissions=frozenset(Permission))
