"""Which column holds what: guessed by name and content, confirmed by a person, kept as JSON."""

import re
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pandas as pd

from domain.errors import Invalid
from exchange.chunks import Chunk, Description

XY = (("easting", "northing"), ("longitude", "latitude"))
POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}", re.I)
GRID_REFERENCE = re.compile(r"[A-HJ-Z]{2}\s*\d{2,6}\s*\d{2,6}", re.I)
ENOUGH = 0.6  # of the filled cells of a sample

PERSON = re.compile(
    r"(fore|first|last|sur|given|family|middle|full|maiden|child|person|victim|suspect|offender"
    r"|nick|pupil|student|parent|carer|mother|father|worker|officer|contact|manager|owner|keyholder|staff|referrer)s?\W{0,2}\w{0,6}\W?names?\b"
    r"|^names?$|^alias(es)?$|birth|\bdob\b|\bnhs|\bupn\b|national insurance|\bni (no|num)"
    r"|\b(person|child|pupil|client|case|episode|service user|mosaic|liquidlogic|nominal)s? ?"
    r"(id|ref|reference|no|num|number|urn)?\b$|address|phone|mobile|e ?mail|ethnic|gender|\bsex\b"
    r"|^age\b|social worker|next of kin|guardian name|contact person",
    re.I,
)


@dataclass(frozen=True)
class Field:
    """One thing that a record holds, and the names under which files bring it.

    ``names`` are compared without case, spaces and signs; ``codes`` names the list of codes that
    its values belong to; ``text`` is free text, which is masked.
    """

    name: str
    title: str
    names: tuple[str, ...] = ()
    codes: str = ""
    required: bool = False
    text: bool = False


WHERE = (
    Field("easting", "easting (metres)", ("easting", "eastings", "oseast1m", "gridreast", "x27700",
          "gridreferenceeasting", "east", "osx", "bngx")),
    Field("northing", "northing (metres)", ("northing", "northings", "osnrth1m", "gridrnorth",
          "gridreferencenorthing", "north", "osy", "bngy", "y27700")),
    Field("longitude", "longitude (degrees)", ("longitude", "long", "lon", "lng", "decimallong")),
    Field("latitude", "latitude (degrees)", ("latitude", "lat", "decimallat")),
    Field("grid_reference", "grid reference", ("gridreference", "gridref", "osgridref", "ngr",
          "nationalgridreference", "osgridreference")),
    Field("postcode", "postcode", ("postcode", "pcd", "pcds", "pcd2", "pcode", "postalcode")),
)  # fmt: skip


@dataclass(frozen=True)
class Mapping:
    """Columns by field, values that hold for every row, and how the coordinates are to be read.

    ``crs`` is for shapes and for easting/northing columns that are in another projection;
    ``swapped`` says that the two coordinates stand in each other's place; ``midnight`` says
    whether 00:00 is a time that someone meant.
    """

    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    crs: str | None = None
    swapped: bool = False
    midnight: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return what a job's arguments and the memory of columns hold."""
        return asdict(self)

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "Mapping":
        """Build a mapping from what was kept, and refuse anything else."""
        columns, constants = given.get("columns", {}), given.get("constants", {})
        texts = [*columns.items(), *constants.items()]
        if not all(isinstance(each, str) for pair in texts for each in pair):
            raise Invalid("The columns were not given as names.")
        crs = given.get("crs")
        return cls(
            dict(columns),
            dict(constants),
            crs if isinstance(crs, str) else None,
            bool(given.get("swapped", False)),
            bool(given.get("midnight", True)),
        )

    def form(self, *, geometry: bool) -> str:
        """Say how the spot is told: columns that a person chose go before the file's own shapes."""
        for form, names in (
            ("metres", ("easting", "northing")),
            ("degrees", ("longitude", "latitude")),
            ("grid reference", ("grid_reference",)),
        ):
            if all(name in self.columns for name in names):
                return form
        if geometry:
            return "shapes"
        return "postcode" if "postcode" in self.columns else ""


def plain(name: str) -> str:
    """Return a column's name as it is compared."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def is_person(column: str) -> bool:
    """Say whether a column, by its name, holds who someone is."""
    return PERSON.search(re.sub(r"[_\-./]+|(?<=[a-z])(?=[A-Z])", " ", column).strip()) is not None


def guess(
    fields: tuple[Field, ...], description: Description, sample: Chunk, remembered: Any = None
) -> Mapping:
    """Guess the columns by name; where names do not tell a spot, by what the cells look like."""
    columns = _by_name(fields, description.columns)
    if remembered is not None:
        kept = Mapping.from_json(remembered)
        if set(kept.columns.values()) <= set(description.columns):
            return replace(kept, crs=kept.crs or description.crs)
    known = Mapping(columns)
    if not known.form(geometry=description.geometry) and any(each in WHERE for each in fields):
        columns |= _by_content(sample.frame, set(columns.values()))
    return _one_form(Mapping(columns, crs=description.crs), geometry=description.geometry)


def check(
    fields: tuple[Field, ...], mapping: Mapping, description: Description, *, extra: bool
) -> None:
    """Refuse a mapping that names an absent column or an unknown field, or lacks a required one."""
    known = {each.name for each in fields}
    for name, column in mapping.columns.items():
        if column not in description.columns:
            raise Invalid(f"The file has no column of that name for {name.replace('_', ' ')}.")
        if name not in known and not (extra and name.startswith("detail:")):
            raise Invalid(f"Nothing called {name[:40]!r} is taken here.")
    if unknown := sorted(set(mapping.constants) - known):
        raise Invalid(f"Nothing called {unknown[0][:40]!r} is taken here.")
    given = mapping.columns.keys() | mapping.constants.keys()
    lacking = [each.title for each in fields if each.required and each.name not in given]
    if lacking:
        raise Invalid(f"Say which column holds: {', '.join(lacking)}.")


def unmapped(mapping: Mapping, description: Description) -> tuple[list[str], list[str]]:
    """Return the columns that are left behind: those that hold a person, and the others."""
    left = [each for each in description.columns if each not in mapping.columns.values()]
    people = [each for each in left if is_person(each)]
    return people, [each for each in left if each not in people]


def _by_name(fields: tuple[Field, ...], columns: tuple[str, ...]) -> dict[str, str]:
    by_plain = {plain(column): column for column in reversed(columns)}
    found: dict[str, str] = {}
    for each in fields:
        for name in (plain(each.name), *each.names):
            if name in by_plain and by_plain[name] not in found.values():
                found[each.name] = by_plain[name]
                break
    return found


def _by_content(frame: pd.DataFrame, taken: set[str]) -> dict[str, str]:
    for column in (each for each in frame.columns if each not in taken):
        cells = [each.strip() for each in frame[column] if each and each.strip()]
        for name, pattern in (("grid_reference", GRID_REFERENCE), ("postcode", POSTCODE)):
            if cells and sum(map(bool, map(pattern.fullmatch, cells))) >= ENOUGH * len(cells):
                return {name: str(column)}
    return _pair(frame, taken)


def _pair(frame: pd.DataFrame, taken: set[str]) -> dict[str, str]:
    """Find columns called x and y, and tell by the size of their numbers what they are."""
    names = {plain(str(column)): str(column) for column in frame.columns if column not in taken}
    for x, y in (("x", "y"), ("coordx", "coordy"), ("pointx", "pointy"), ("xcoord", "ycoord"),
                 ("geometryx", "geometryy"), ("xcoordinate", "ycoordinate")):  # fmt: skip
        if x in names and y in names:
            size = pd.to_numeric(frame[names[x]], errors="coerce").abs().median()
            chosen = XY[1] if size <= 180 else XY[0]
            return dict(zip(chosen, (names[x], names[y]), strict=True))
    return {}


def _one_form(mapping: Mapping, *, geometry: bool) -> Mapping:
    """Keep one way of telling the spot: metres before degrees, the file's own shapes before all."""
    form = "shapes" if geometry else mapping.form(geometry=False)
    keep = {
        "metres": {"easting", "northing"},
        "degrees": {"longitude", "latitude"},
        "grid reference": {"grid_reference"},
        "postcode": {"postcode"},
    }.get(form, set())
    every = {each.name for each in WHERE}
    columns = {k: v for k, v in mapping.columns.items() if k not in every or k in keep}
    return replace(mapping, columns=columns)
