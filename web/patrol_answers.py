"""A visit as a form tells it: read, brought into the shift's own hours, made fit for the domain."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from domain import codes
from domain.codes import ref
from domain.errors import Invalid
from domain.patrol_visits import UNKNOWN, Visit, at_wall_clock
from domain.patrols import Patrol, PatrolStop

FOOT: Final = ref("visit_modes", "foot")
NUMBER: Final = re.compile(r"\d{1,3}")
BANDS: Final = ("young", "staff", "public", "guardians_band")
Fields = Mapping[str, str]


def visit(fields: Fields, patrol: Patrol, stop: PatrolStop | None, now: datetime) -> Visit:
    """Return the visit that ``fields`` tell of ``stop``, or of one that was not planned.

    Raises
    ------
    Invalid
        A time or a number cannot be read.
    """
    said = _said(fields)
    if said("skip_reason"):
        moment = min(now, stop.arrive if stop else patrol.valid_to)
        return Visit(
            key=said("key"),
            arrived=moment,
            left=moment,
            stop_id=stop.id if stop else None,
            skip_reason=said("skip_reason"),
            words=said("words"),
        )
    if not said("arrived") or not said("left"):
        raise Invalid("Say when you arrived and when you left.")
    arrived = at_wall_clock(patrol, said("arrived"))
    left = at_wall_clock(patrol, said("left"), after=arrived)
    return Visit(
        key=said("key"),
        arrived=arrived,
        left=left,
        stop_id=stop.id if stop else None,
        place_id=_number(said("place"), "the place") or None,
        where=said("where"),
        modes=_modes(fields, int((left - arrived).total_seconds() // 60)),
        **{each: said(each) or UNKNOWN for each in BANDS},  # type: ignore[arg-type]
        guardians=tuple(
            _number(name.removeprefix("guardian-"), "the guardian")
            for name in fields
            if name.startswith("guardian-")
        ),
        faults=_chosen(fields, "fault", "environment_faults"),
        welfare=_chosen(fields, "welfare", "welfare_actions"),
        powers=_counted(fields, "power", "powers_used", "how often a power was used"),
        under_18=said("under_18"),
        search_outcome=said("search_outcome"),
        intelligence=said("intelligence") == "yes",
        words=said("words"),
    )


def _said(fields: Fields) -> Callable[[str], str]:
    return lambda name: fields.get(name, "").strip()


def _modes(fields: Fields, stayed: int) -> dict[str, int]:
    """Return minutes by mode: as split by hand, or all of the stay in the one mode chosen."""
    split = _counted(fields, "minutes", "visit_modes", "the minutes")
    return split or {fields.get("mode", "").strip() or FOOT: max(stayed, 0)}


def _chosen(fields: Fields, field: str, name: str) -> tuple[str, ...]:
    return tuple(each for each in codes.current()[name] if fields.get(f"{field}-{each}"))


def _counted(fields: Fields, field: str, name: str, what: str) -> dict[str, int]:
    told = {
        each: _number(fields.get(f"{field}-{each}", ""), what) for each in codes.current()[name]
    }
    return {code: count for code, count in told.items() if count}


def _number(typed: str, what: str) -> int:
    plain = typed.strip()
    if not plain:
        return 0
    if not NUMBER.fullmatch(plain) and not (what == "the place" and plain.isdecimal()):
        raise Invalid(f"Write {what} as a number.")
    return int(plain[:9])
