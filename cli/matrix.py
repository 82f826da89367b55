"""The permission matrix as a table for the docs, made from the code that decides."""

import importlib
import pkgutil
from collections.abc import Iterable

import domain
import exchange
import layers
from domain.audit import ACTIONS, Action
from domain.people import CLEARANCE, PERMISSIONS, PUBLIC, Actor, Permission, Role, Tier
from layers import catalogue

YES, NO = "yes", "·"
EVERY_WRITE = (
    "Every write is one of these. The public has no account; the system and the operator at the "
    "command line may do all."
)
NEVER_DRAWN = (
    "Homes, refuges, dwellings and where children went missing from are never a point or a "
    "square below the sealed tier, only suppressed counts by ward."
)


def actions() -> list[Action]:
    """Return every action there is, by name; all modules that may hold one are read for it."""
    for room in (domain, layers, exchange):
        for module in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
            importlib.import_module(module.name)
    return [ACTIONS[name] for name in sorted(ACTIONS) if not name.startswith("test.")]


GRANTS = (
    "A grant may set another clearance, limit it to an area, and end on a day; that of a trained "
    "practitioner or coordinator may let them grade by codes (3x5x2)."
)
NAMES = [role.value for role in Role]


def as_markdown() -> str:
    """Write the matrix: roles and what they may do, actions, and layers by tier and by role."""
    return "\n".join(
        [
            "# Permissions",
            "",
            "Made by `safeground permissions` from the code that decides; a test compares the two.",
            "",
            *_roles(),
            *_actions(),
            *_layers(),
        ]
    )


def _roles() -> list[str]:
    roles = list(Role)
    clearances = ["*clearance*", *(CLEARANCE[role].name for role in roles)]
    may = [
        [each.value, *(_tick(each in PERMISSIONS[role]) for role in roles)] for each in Permission
    ]
    tiers = "; ".join(f"{tier.name} {tier.title.lower()}" for tier in Tier)
    return [
        "## Roles",
        "",
        *_table(["May", *NAMES], [clearances, *may]),
        "",
        f"{GRANTS} Tiers: {tiers}.",
        "",
    ]


def _actions() -> list[str]:
    rows = [_action_row(each) for each in actions()]
    return ["## Actions", "", EVERY_WRITE, "", *_table(["Action", "public", *NAMES], rows), ""]


def _layers() -> list[str]:
    by_tier = [
        [layer.title, *(_seen(layer.name, tier) for tier in Tier)] for layer in catalogue.LAYERS
    ]
    by_role = [
        [layer.title, *(_by_role(layer.name, role) for role in Role)] for layer in catalogue.LAYERS
    ]
    return [
        "## Layers by tier",
        "",
        *_table(["Layer", *(tier.name for tier in Tier)], by_tier),
        "",
        "A layer also needs its permission, so a role sees:",
        "",
        *_table(["Layer", *NAMES], by_role),
        "",
        NEVER_DRAWN,
        "",
    ]


def _action_row(each: Action) -> list[str]:
    allowed = [PUBLIC.may(each.needs), *(each.needs in PERMISSIONS[role] for role in Role)]
    return [f"`{each.name}`", *map(_tick, allowed)]


def _seen(name: str, tier: Tier) -> str:
    sight = catalogue.SIGHTS[name].get(tier, catalogue.NONE)
    return NO if sight is catalogue.NONE else sight.value


def _by_role(name: str, role: Role) -> str:
    sight = catalogue.sight(Actor.user(role.value, role, id=0), name)
    return NO if sight is catalogue.NONE else sight.value


def _tick(allowed: bool) -> str:
    return YES if allowed else NO


def _table(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    return [_line(head), _line(["---"] * len(head)), *map(_line, rows)]


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
