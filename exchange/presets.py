"""Files that we know: how their publishers make them, and what of them is taken."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from domain.areas import AreaKind
from domain.codes import ref
from domain.errors import Invalid
from exchange import (
    area_rows,
    gazetteer_rows,
    incident_rows,
    premises_rows,
    touch_rows,
)
from exchange.chunks import Chunk, Description
from exchange.mapping import Mapping
from exchange.targets import Target

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        incident_rows.TARGET,
        touch_rows.TARGET,
        premises_rows.TARGET,
        area_rows.TARGET,
        gazetteer_rows.TARGET,
    )
}

Knows = Callable[[Description, Chunk, dict[str, str]], Mapping | None]


@dataclass(frozen=True)
class Preset:
    """A kind of file by its publisher.

    ``knows`` answers how its columns are to be read, given the options that a person set
    (``kind`` and ``vintage`` of a boundary), or None where the file is another.
    """

    name: str
    title: str
    target: Target
    giver: str
    knows: Knows
    header: bool | None = None
    options: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


POLICE = {
    "reference": "Crime ID",
    "date": "Month",
    "agency": "Falls within",
    "longitude": "Longitude",
    "latitude": "Latitude",
    "category": "Crime type",
    "detail:street": "Location",
    "detail:outcome": "Last outcome category",
}
SNAPPED = (
    "The points are snap points, moved by the publisher: they are marked approximate and must not "
    "be read as the true spot."
)
OPEN_DATA = ref("incident_sources", "open_data")
APPROXIMATE = ref("precision", "approximate")


def _police(description: Description, _sample: Chunk, _options: dict[str, str]) -> Mapping | None:
    """data.police.uk street files: a month, a snap point, an identifier except for ASB.

    A repeated Crime ID is one crime that is listed once for each outcome, at one place in one
    month, so it is taken once. The publisher moves its snap points between editions, so an
    identifier at another point is the same crime too. Anti-social behaviour has no identifier:
    there, two rows alike are two reports.
    """
    if not set(POLICE.values()) <= set(description.columns):
        return None
    return Mapping(POLICE, {"source": OPEN_DATA, "precision": APPROXIMATE}, "EPSG:4326")


OPEN_NAMES = {
    "ID": 1,
    "NAME1": 3,
    "TYPE": 7,
    "LOCAL_TYPE": 8,
    "GEOMETRY_X": 9,
    "GEOMETRY_Y": 10,
    "POPULATED_PLACE": 19,
    "DISTRICT_BOROUGH": 22,
}
OPEN_NAMES_TYPES = frozenset(
    {"populatedPlace", "transportNetwork", "landform", "hydrography", "landcover", "other"}
)


def _open_names(
    description: Description, sample: Chunk, _options: dict[str, str]
) -> Mapping | None:
    """OS Open Names: 34 columns without a header, in British National Grid."""
    if len(description.columns) != 34:
        return None
    if description.has_header and "NAME1" not in description.columns:
        return None
    named = {name: description.columns[at - 1] for name, at in OPEN_NAMES.items()}
    if not set(sample.frame[named["TYPE"]]) <= OPEN_NAMES_TYPES:
        return None
    columns = {
        "key": named["ID"],
        "name": named["NAME1"],
        "type": named["TYPE"],
        "kind": named["LOCAL_TYPE"],
        "district": named["POPULATED_PLACE"],
        "easting": named["GEOMETRY_X"],
        "northing": named["GEOMETRY_Y"],
    }
    return Mapping(columns, {}, "EPSG:27700")


POSTCODE_LAYOUTS = (
    # ONS Postcode Directory, with a header
    {"name": "pcds", "terminated": "doterm", "easting": "oseast1m", "northing": "osnrth1m"},
    {"name": "pcd", "terminated": "doterm", "easting": "oseast1m", "northing": "osnrth1m"},
    # Scottish Postcode Directory, with a header
    {
        "name": "Postcode",
        "terminated": "DateOfDeletion",
        "easting": "GridReferenceEasting",
        "northing": "GridReferenceNorthing",
    },
    # Code-Point Open, with a header
    {"name": "Postcode", "easting": "Eastings", "northing": "Northings"},
)


def _postcodes(description: Description, sample: Chunk, _options: dict[str, str]) -> Mapping | None:
    """Postcode directories: easting and northing are right, their degrees may be metres away."""
    for layout in POSTCODE_LAYOUTS:
        if set(layout.values()) <= set(description.columns):
            return Mapping(layout, {"kind": "postcode"}, "EPSG:27700")
    if description.has_header:
        return None
    width = len(description.columns)
    if width == 10:  # Code-Point Open
        return _by_position(description, sample, {"name": 1, "easting": 3, "northing": 4})
    if width > 40:  # Scottish Postcode Directory, small users or large
        places = {"name": 1, "terminated": 5, "easting": 6, "northing": 7}
        return _by_position(description, sample, places)
    return None


def _by_position(
    description: Description, sample: Chunk, positions: dict[str, int]
) -> Mapping | None:
    columns = {name: description.columns[at - 1] for name, at in positions.items()}
    cells = [str(each).strip() for each in sample.frame[columns["name"]]]
    if not cells or not all(map(gazetteer_rows.SPLIT.fullmatch, cells)):
        return None
    return Mapping(columns, {"kind": "postcode"}, "EPSG:27700")


CODE = re.compile(r"(?P<stem>[a-z]{2,6})(?P<year>\d{2})cd", re.I)
STEMS = {
    "lsoa": AreaKind.LSOA,
    "wd": AreaKind.WARD,
    "ward": AreaKind.WARD,
    "beat": AreaKind.BEAT,
    "nbhd": AreaKind.BEAT,
    "lad": AreaKind.PARTNERSHIP,
    "utla": AreaKind.PARTNERSHIP,
    "ctyua": AreaKind.PARTNERSHIP,
    "csp": AreaKind.PARTNERSHIP,
    "pfa": AreaKind.PARTNERSHIP,
}
ORDER = list(dict.fromkeys(STEMS.values()))


def _boundaries(
    description: Description, _sample: Chunk, options: dict[str, str]
) -> Mapping | None:
    """Boundary files: a pair such as LSOA21CD and LSOA21NM tells code, name, kind and vintage."""
    if not description.geometry:
        return None
    pairs = sorted(
        (ORDER.index(STEMS[found["stem"].lower()]), column, found)
        for column in description.columns
        if (found := CODE.fullmatch(column)) and found["stem"].lower() in STEMS
    )
    wanted = options.get("kind")
    for at, column, found in pairs:
        if wanted in (None, ORDER[at].value):
            name = _named(description.columns, f"{found['stem']}{found['year']}nm") or column
            constants = {"kind": ORDER[at].value, "vintage": f"20{found['year']}"} | options
            return Mapping({"code": column, "name": name}, constants, description.crs)
    return None


def _named(columns: tuple[str, ...], wanted: str) -> str | None:
    return next((each for each in columns if each.casefold() == wanted.casefold()), None)


def _template(description: Description, _sample: Chunk, _options: dict[str, str]) -> Mapping | None:
    """Our own template for places named in missing episodes, its columns named as fields are."""
    own = {each.name: each.name for each in touch_rows.TARGET.every_field}
    columns = {name: column for name, column in own.items() if column in description.columns}
    if not {"role", "date"} <= columns.keys():
        return None
    return Mapping(columns, {}, None)


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            "police-uk",
            "data.police.uk street file",
            TARGETS["incident"],
            "data.police.uk",
            _police,
            header=True,
            notes=(SNAPPED, "Only the month is known, not the day or the hour."),
        ),
        Preset(
            "open-names",
            "OS Open Names",
            TARGETS["gazetteer"],
            "OS Open Names",
            _open_names,
        ),
        Preset(
            "postcodes",
            "Postcode directory (ONSPD, Code-Point Open)",
            TARGETS["gazetteer"],
            "Postcode directory",
            _postcodes,
            notes=("Easting and northing are used. Ended postcodes are kept and marked.",),
        ),
        Preset(
            "boundaries",
            "Boundary file (LSOA, ward, beat, partnership)",
            TARGETS["area"],
            "Boundary file",
            _boundaries,
            options=("kind", "vintage"),
        ),
        Preset(
            "missing-touches",
            "Places named in missing episodes (our template)",
            TARGETS["place_touch"],
            "Return interviews",
            _template,
            header=True,
        ),
    )
}


def preset(name: str) -> Preset:
    """Return a preset by its name."""
    if name not in PRESETS:
        raise Invalid(f"There is no preset of that name. Use one of: {', '.join(PRESETS)}.")
    return PRESETS[name]


def target(name: str) -> Target:
    """Return a kind of record by its name."""
    if name not in TARGETS:
        raise Invalid(f"That cannot be imported. Use one of: {', '.join(TARGETS)}.")
    return TARGETS[name]


def recognise(
    description: Description, sample: Chunk, options: dict[str, str]
) -> tuple[Preset, Mapping] | None:
    """Find the preset that knows a file; None where none does."""
    for each in PRESETS.values():
        chosen = {name: options[name] for name in each.options if name in options}
        found = each.knows(description, sample, chosen)
        if found is not None:
            return each, replace(found, constants=found.constants)
    return None
