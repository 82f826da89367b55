"""Names, streets and postcodes on their way into the gazetteer."""

import re
from collections.abc import Sequence
from typing import Any

from domain import identifiers
from domain.gazetteer import FEATURE, LONGEST, PLACE, POSTCODE, STREET, GazetteerEntry, sought
from exchange import spots
from exchange.known import Known
from exchange.mapping import Field
from exchange.rows import Rows, Texts, empty, objects
from exchange.spots import Ground
from exchange.targets import Giver, Taken, Target, centimetres, keyed

SPLIT = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})([A-Z]?)", re.I)
KINDS = {
    "populatedplace": PLACE,
    "postcode": POSTCODE,
    "namedroad": STREET,
    "numberedroad": STREET,
    "sectionofnamedroad": STREET,
    "sectionofnumberedroad": STREET,
}
FIELDS = (
    Field("key", "identifier", ("id", "toid", "uprn", "usrn")),
    Field("name", "name", ("streetname", "name1", "placename"), required=True),
    Field("kind", "what it is (place, street, postcode, feature)", ("localtype", "class")),
    Field("type", "group of what it is", ("featuretype",)),
    Field("district", "district", ("districtborough", "settlement", "town", "locality")),
    Field("terminated", "date on which it ended", ("doterm", "dateofdeletion", "terminated")),
)  # fmt: skip


def take(rows: Rows, known: Known, giver: Giver) -> Taken:
    """Turn rows into the columns of `GazetteerEntry`; ended postcodes are kept and marked."""
    name = rows.required("name", "name")
    kind = _kinds(rows, name)
    name = _masked(rows, name, kind)
    neat = objects([_neat(*each) for each in zip(name, kind, strict=True)])
    anywhere = Ground(known.ground.postcodes)  # a gazetteer may reach beyond the partnership
    easting, northing = spots.points(rows, anywhere)
    compared = objects([sought(what, each) for each, what in zip(neat, kind, strict=True)])
    rows.refuse(compared == "", "the name holds no letters or figures")
    district = objects([each or "" for each in rows.words("district", LONGEST)])
    ended = ~empty(rows.text("terminated"))
    columns = {
        "kind": kind,
        "name": neat,
        "sought": compared,
        "district": district,
        "source": objects([giver.name[:40]] * len(rows)),
        "terminated": objects([bool(each) for each in ended]),
        "spot": spots.made_points(easting, northing),
    }
    spot = centimetres(easting), centimetres(northing)
    made = keyed("gazetteer", giver, kind, compared, district, *spot)
    return Taken(columns, _keys(rows, name, kind, made))


def present(known: Known, keys: Sequence[Any]) -> set[Any]:
    """Say which keys are there."""
    return known.present(GazetteerEntry.key, keys)


def _kinds(rows: Rows, name: Texts) -> Texts:
    """Sort what a name is into the four kinds; a name that reads as a postcode is one."""
    plain = {each: KINDS.get(_plain(each), each) for each in set(rows.text("kind")) - {None}}
    groups = {each: KINDS.get(_plain(each)) for each in set(rows.text("type")) - {None}}
    found = []
    for each, group, word in zip(rows.text("kind"), rows.text("type"), name, strict=True):
        kind = groups.get(group) or plain.get(each)
        if kind not in (PLACE, STREET, POSTCODE, FEATURE):
            kind = POSTCODE if word and SPLIT.fullmatch(word) else FEATURE
        found.append(kind)
    return objects(found)


def _masked(rows: Rows, name: Texts, kind: Texts) -> Texts:
    """Mask what identifies a person in a name; a postcode has no room for it."""
    masked, told = name.copy(), kind != POSTCODE
    masked[told] = identifiers.mask_series(list(name[told]))
    rows.counts["masked"] += int((masked != name).sum())
    return masked


def _keys(rows: Rows, name: Texts, kind: Texts, made: Texts) -> Texts:
    """Return what an entry is known by: the postcode itself, its publisher's identifier, or all."""
    given = rows.limited("key", 64, "identifier")
    return objects(
        [
            f"postcode:{sought(what, word or '')}" if what == POSTCODE else key or content.hex()
            for key, what, word, content in zip(given, kind, name, made, strict=True)
        ]
    )


def _neat(name: str | None, kind: str) -> str:
    """Write a postcode with its space, without the letter by which Scotland splits some."""
    text = (name or "")[:LONGEST]
    found = SPLIT.fullmatch(text.strip()) if kind == POSTCODE else None
    return text if found is None else f"{found[1]} {found[2]}".upper()


def _plain(word: str) -> str:
    return re.sub(r"[^a-z]", "", word.casefold())


TARGET = Target("gazetteer", "Gazetteer", GazetteerEntry, FIELDS, take, present, people=True)
