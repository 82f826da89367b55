"""The powers and tactics there are, as data: each a prompt to take legal advice, never advice.

``data/powers/powers.json`` holds them; an operator can keep an own file, and change single rows on
a screen (`domain.power_editions`, which reads both). A plan keeps the row as it stood, so that a
later change alters no plan.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Any

from domain import case_data
from domain.errors import Invalid

FILE = "powers/powers.json"
ADVICE = "This is a prompt to take legal advice. It is not legal advice."
MONTH = timedelta(days=30.44)
WORDS = (
    "code",
    "tool",
    "law",
    "who_starts",
    "threshold",
    "limits",
    "in_force_note",
    "jurisdiction",
    "reviewer",
    "source",
    "basis",
)


class InForce(Enum):
    """Whether a power can be used today, as far as we know."""

    YES = "yes"
    PARTLY = "partly"
    NOT_YET = "not_yet"
    REPEALED = "repealed"

    @property
    def words(self) -> str:
        """What people read: "in force"."""
        return IN_FORCE[self]


IN_FORCE = {
    InForce.YES: "in force",
    InForce.PARTLY: "partly in force, or being piloted",
    InForce.NOT_YET: "not in force yet",
    InForce.REPEALED: "no longer in force",
}


@dataclass(frozen=True)
class Power:
    """One row of the catalogue.

    Attributes
    ----------
    applies_to
        What it is used on: place, premises, business, tenancy, adult, child, vehicle, online.
    place_types
        Codes of types of place that it fits; empty means any.
    agencies
        Kinds of agency that can start it or take it on.
    longest_days
        How long it can last at most, where the law limits it.
    least_intrusive_rank
        From 1, the least intrusive, up.
    suggested
        Whether it may be offered unasked; a search area under section 60 never is.
    basis
        ``seen``: the text that ``source`` names was seen; ``confirm``: confirm it first.
    """

    code: str
    tool: str
    law: str
    who_starts: str
    applies_to: tuple[str, ...]
    place_types: tuple[str, ...]
    agencies: tuple[str, ...]
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

    def usable(self, today: date) -> bool:
        """Say whether it may be planned with on ``today``, wholly or in part."""
        started = self.in_force_from is None or self.in_force_from <= today
        going = self.in_force_until is None or today <= self.in_force_until
        return started and going and self.in_force in (InForce.YES, InForce.PARTLY)

    def cautions(self, today: date) -> tuple[str, ...]:
        """Say what to mind before it is used; the last line is always that it is no advice."""
        said = []
        if self.in_force is not InForce.YES:
            said.append(f"This is {self.in_force.words}. {self.in_force_note}".strip())
        if self.basis == "confirm":
            said.append("We have not seen the text of this law. Confirm it first.")
        if today > self.review_by:
            said.append(f"This row was last checked in {self.reviewed_on:%B %Y}. Check it again.")
        if self.affects_young_people_directly:
            said.append("It acts on young people directly. Say how they will be cared for.")
        return (*said, ADVICE)

    def fits(self, place_type: str | None, agency_kind: str | None) -> bool:
        """Say whether it fits a type of place and a kind of agency; None asks for any."""
        here = place_type is None or not self.place_types or place_type in self.place_types
        return here and (agency_kind is None or agency_kind in self.agencies)

    def as_json(self) -> dict[str, Any]:
        """Return the row as it stands, in plain values, for a plan to keep."""
        return {key: _plain(value) for key, value in asdict(self).items()}


def of_file() -> Mapping[str, Power]:
    """Return every row by its code, as the file has them."""
    return case_data.read(FILE, _parse).rows


def review_months() -> int:
    """Return after how many months a row is checked again, unless it names a day itself."""
    return case_data.read(FILE, _parse).review_months


def power(code: str, among: Mapping[str, Power] | None = None) -> Power:
    """Return one row of the file, or of ``among``.

    Raises
    ------
    Invalid
        There is none of that code.
    """
    found = (of_file() if among is None else among).get(code)
    if found is None:
        raise Invalid("That is not in the catalogue of powers and tactics.")
    return found


def row_of(given: Mapping[str, Any], months: int) -> Power:
    """Read a row in plain values, as the file has it or as `Power.as_json` wrote it.

    Raises
    ------
    KeyError, TypeError, ValueError
        It cannot be used.
    """
    return _power(given, months)


def options(
    rows: Iterable[Power] | None = None,
    *,
    place_type: str | None = None,
    agency_kinds: Iterable[str] = (),
    today: date,
    unasked: bool = True,
) -> list[Power]:
    """Return what fits a type of place and any of some kinds of agency, least intrusive first.

    Parameters
    ----------
    rows
        What to choose from; the file's own rows where it is left out.
    place_type, agency_kinds
        Codes; None and none ask for any.
    today
        What is not in force on that day is left out.
    unasked
        Leave out what may not be offered unasked.
    """
    kinds: list[str | None] = [*agency_kinds] or [None]
    found = [
        each
        for each in (of_file().values() if rows is None else rows)
        if each.usable(today)
        and (each.suggested or not unasked)
        and any(each.fits(place_type, kind) for kind in kinds)
    ]
    return sorted(found, key=gentlest)


def gentlest(power: Power) -> tuple[int, str]:
    """Return what sorts rows: the least intrusive first."""
    return power.least_intrusive_rank, power.code


@dataclass(frozen=True)
class _File:
    rows: Mapping[str, Power]
    review_months: int


def _parse(content: Mapping[str, Any]) -> _File:
    months = int(content["review_months"])
    rows = [_power(row, months) for row in content["powers"]]
    found = {row.code: row for row in rows}
    if len(found) < len(rows):
        raise ValueError("a code stands there twice")
    return _File(MappingProxyType(found), months)


def _power(row: Mapping[str, Any], months: int) -> Power:
    reviewed = date.fromisoformat(row["reviewed_on"])
    if row["basis"] not in ("seen", "confirm") or int(row["least_intrusive_rank"]) < 1:
        raise ValueError(row["code"])
    values: dict[str, Any] = {
        **{key: str(row[key]) for key in WORDS},
        **{key: tuple(map(str, row[key])) for key in ("applies_to", "place_types", "agencies")},
        **{key: _day(row[key]) for key in ("in_force_from", "in_force_until")},
    }
    return Power(
        **values,
        longest_days=None if row["longest_days"] is None else int(row["longest_days"]),
        in_force=InForce(row["in_force"]),
        least_intrusive_rank=int(row["least_intrusive_rank"]),
        affects_young_people_directly=bool(row["affects_young_people_directly"]),
        suggested=bool(row["suggested"]),
        reviewed_on=reviewed,
        review_by=_day(row.get("review_by")) or reviewed + months * MONTH,
    )


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return value.value if isinstance(value, Enum) else value
