"""Packs: a place, plan, meeting, area or quarter on paper, with a manifest of its files.

A pack is built once, as plain data, through the readings that its reader has on screen; PDF and
Word set the same. Each file that leaves is noted: for whom, of what, its hash, and never words.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

import geopandas as gpd
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import places
from domain.accounts import Agency
from domain.audit import action, note
from domain.errors import Invalid, NotFound, NotPermitted
from domain.people import PERMISSIONS, Actor, Kind, Permission, Role, Tier
from domain.places import Place
from domain.visibility import sees_names
from domain.wording import own_name
from exchange import (
    pack_area,
    pack_case,
    pack_governance,
    pack_layers,
    pack_meeting,
    pack_pdf,
    pack_place,
    pack_word,
)
from exchange.pack_area import Asked
from exchange.pack_binding import Made, Progress, Whose, silent
from exchange.pack_content import PackContent
from exchange.paper_map import Ground
from store.database import Store


class What(Enum):
    """What a pack can be of."""

    PLACE = "place"
    PLAN = "plan"
    MEETING = "meeting"
    AREA = "area"
    GOVERNANCE = "governance"


DATED = frozenset({What.AREA, What.GOVERNANCE})
"""Packs of a period."""


@dataclass(frozen=True)
class Order:
    """What a pack is of: the number of a place, plan, meeting or area, and the days of a period.

    Raises
    ------
    Invalid
        A period lacks a day, or begins after its end.
    """

    what: What
    number: int = 0
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if self.what in DATED:
            if self.since is None or self.until is None:
                raise Invalid("Choose the first and the last day.")
            if self.since > self.until:
                raise Invalid("The first day must not come after the last day.")

    def as_json(self) -> dict[str, Any]:
        """Return plain values; `from_json` reads the same order from them."""
        days = {name: day.isoformat() for name, day in self._days() if day is not None}
        return {"what": self.what.value, "number": self.number, **days}

    def _days(self) -> tuple[tuple[str, date | None], ...]:
        return (("since", self.since), ("until", self.until))

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "Order":
        """Read an order.

        Raises
        ------
        Invalid
            It is none.
        """
        try:
            since, until = (
                date.fromisoformat(str(given[name])) if name in given else None
                for name in ("since", "until")
            )
            return cls(What(given["what"]), int(given["number"]), since, until)
        except (KeyError, TypeError, ValueError) as error:
            raise Invalid("That pack cannot be made. Choose what it is of again.") from error


class Form(Enum):
    """What a pack can be written as: its ending, and its kind for a browser."""

    PDF = ("pdf", "application/pdf")
    WORD = ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
    GEOPACKAGE = ("gpkg", "application/geopackage+sqlite3")

    @property
    def ending(self) -> str:
        """The ending of the file's name."""
        return self.value[0]

    @property
    def mime(self) -> str:
        """Its media type."""
        return self.value[1]


@dataclass(frozen=True)
class Pack:
    """A pack before it is written: its content, what it was made of, when, and its layers.

    ``frames`` are the layers that its maps draw, as the reader may see them (EPSG:27700).
    """

    content: PackContent
    recipe: Mapping[str, Any]
    at: datetime
    frames: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict, compare=False)

    def pdf(self) -> bytes:
        """Write it as a tagged PDF."""
        return pack_pdf.write(self.content, self.at)

    def word(self) -> bytes:
        """Write it as a Word document."""
        return pack_word.write(self.content, self.at)

    def write(self, form: Form) -> bytes:
        """Write it as ``form``.

        Raises
        ------
        Invalid
            It is to be a GeoPackage, and no map was drawn.
        """
        match form:
            case Form.PDF:
                return self.pdf()
            case Form.WORD:
                return self.word()
            case Form.GEOPACKAGE:
                return pack_layers.write(self.content, self.frames, self.at, self.digest)

    @property
    def stem(self) -> str:
        """A name for its files that tells no name: "pack-place-7-20260503-1405"."""
        return f"pack-{self.recipe['kind']}-{self.recipe['number']}-{self.at:%Y%m%d-%H%M}"

    @property
    def forms(self) -> list[Form]:
        """What it can be written as: layers only where a map was drawn."""
        drawn = any(len(each) for each in self.frames.values())
        return [each for each in Form if drawn or each is not Form.GEOPACKAGE]

    def told(self, files: Mapping[str, bytes]) -> dict[str, Any]:
        """Return each of ``files`` (by name) with its hash, as at when, made how, for whom.

        ``content_sha256`` is the hash of the content model, alike for PDF and Word.
        """
        return {
            "marking": self.content.marking,
            "handling": self.content.handling,
            "as_at": self.at.astimezone(UTC).isoformat(timespec="seconds"),
            "recipient": self.content.recipient,
            "made": self.content.made,
            "recipe": dict(self.recipe),
            "content_sha256": self.digest,
            "files": [
                {"name": name, "bytes": len(content), "sha256": sha256(content)}
                for name, content in files.items()
            ],
        }

    def manifest(self, files: Mapping[str, bytes]) -> bytes:
        """Return `told` as JSON."""
        return as_json(self.told(files))

    @property
    def digest(self) -> str:
        """The SHA-256 of the content as JSON."""
        told = json.dumps(asdict(self.content), sort_keys=True, ensure_ascii=False)
        return sha256(told.encode())


@dataclass(frozen=True)
class Exported:
    """A pack that left: its file, the file's name and form, and the manifest beside it."""

    name: str
    form: Form
    content: bytes
    manifest: bytes


def build(
    session: Session,
    actor: Actor,
    order: Order,
    *,
    recipient: str = "",
    reader: Actor | None = None,
    at: datetime | None = None,
    ground: Ground | None = None,
    progress: Progress = silent,
) -> Pack:
    """Build a pack; every word and number in it is what ``reader`` reads on screen.

    ``reader`` is the actor, or who may see less (`lowered`, `for_agency`); the operator names any
    person. ``recipient`` says for whom it is (the reader's name by default). ``at`` (aware, now by
    default) is the moment that "overdue" and the months up to now are reckoned from; records are
    read as they are. ``ground`` is the base map where it was read before.

    Raises
    ------
    NotPermitted
        The actor or reader may not export or read it, or the reader is cleared for more than the
        actor.
    NotFound
        It is not there, or not for this reader.
    Invalid
        The recipient's name is too long.
    """
    whom = reader or actor
    for each in (actor, whom):
        each.must(Permission.EXPORT)
    _must_stand_for(actor, whom)
    moment = at or datetime.now(UTC)
    named = own_name(recipient, "the recipient", 120) if recipient.strip() else whom.name
    made = _make(session, Whose(whom, named, actor.name, moment), order, ground, progress)
    return Pack(made.content, made.recipe, moment, made.frames)


def _make(
    session: Session, whose: Whose, order: Order, ground: Ground | None, progress: Progress
) -> Made:
    match order.what:
        case What.PLACE:
            return pack_place.make(session, whose, order.number, ground)
        case What.PLAN:
            return pack_case.make(session, whose, order.number, ground)
        case What.MEETING:
            return pack_meeting.make(session, whose, order.number, ground, progress)
        case What.AREA:
            asked = Asked(order.number, order.since or date.min, order.until or date.max)
            return pack_area.make(session, whose, asked, ground)
        case What.GOVERNANCE:
            return pack_governance.make(
                session, whose, order.since or date.min, order.until or date.max
            )


def place_pack(session: Session, actor: Actor, place_id: int, **given: Any) -> Pack:
    """Build the pack of a place; see `build`."""
    return build(session, actor, Order(What.PLACE, place_id), **given)


def place_of(session: Session, reader: Actor, reference: str) -> int:
    """Return the id of the place of that reference, or else of that number.

    Raises
    ------
    NotFound
        There is none, or not for this reader.
    """
    query = select(Place.id).where(Place.reference == reference.strip())
    number = session.scalar(query)
    if number is None and reference.strip().isdecimal() and len(reference.strip()) < 10:
        number = int(reference)
    return places.find(session, reader, -1 if number is None else number).id


def lowered(actor: Actor, tier: Tier) -> Actor:
    """Return ``actor`` cleared for no more than ``tier``: to make a pack for who may see less."""
    return replace(actor, tier=min(actor.tier, tier))


def for_agency(session: Session, actor: Actor, agency_id: int, tier: Tier) -> Actor:
    """Return who reads as a practitioner of an agency does, cleared for no more than ``tier``.

    A reader of neutral cards gets the actions of that agency, so only who reads all of them may
    ask for another's.

    Raises
    ------
    NotFound
        There is no such agency.
    """
    agency = session.get(Agency, agency_id)
    if agency is None:
        raise NotFound("That agency is not there.")
    reads = actor.permissions & PERMISSIONS[Role.PRACTITIONER]
    return replace(
        actor,
        agency_id=agency.id,
        tier=min(actor.tier, tier),
        role=Role.PRACTITIONER,
        permissions=reads,
    )


def export(
    store: Store,
    actor: Actor,
    order: Order,
    form: Form,
    *,
    recipient: str = "",
    reader: Actor | None = None,
    at: datetime | None = None,
    name: str = "",
) -> Exported:
    """Write a pack as ``form``, and note that it left before it is handed over.

    ``name`` is the file's own in the manifest, one that tells nothing by default.

    Raises
    ------
    NotPermitted, NotFound, Invalid
        As in `build` and `Pack.write`.
    """
    with store.reading() as session:
        pack = build(session, actor, order, recipient=recipient, reader=reader, at=at)
    content = pack.write(form)
    named = name or f"{pack.stem}.{form.ending}"
    manifest = pack.manifest({named: content})
    with store.writing() as session:
        log(session, actor, pack, form=form, sha256=sha256(content), reader=reader or actor)
    return Exported(named, form, content, manifest)


@action("pack.export", needs=Permission.EXPORT)
def log(
    session: Session, _actor: Actor, pack: Pack, *, form: Form, sha256: str, reader: Actor
) -> None:
    """Note that a pack left: of what, as what, at whose sight, and its hashes."""
    told = {
        "form": form.ending,
        "tier": int(reader.tier),
        "read_as": reader.id,
        "read_as_grant": reader.grant_id,
        "sha256": sha256,
        "content_sha256": pack.digest,
    }
    note(session, f"{pack.recipe['kind']}/{pack.recipe['number']}", told)


def _must_stand_for(actor: Actor, reader: Actor) -> None:
    """Refuse a reader who could see more than the actor does, unless an operator asks.

    Raises
    ------
    NotPermitted
        A person asks for somebody else's sight.
    """
    if actor.kind is Kind.OPERATOR:
        return
    same = (reader.id, reader.grant_id, reader.area_ids) == (
        actor.id,
        actor.grant_id,
        actor.area_ids,
    )
    less = reader.tier <= actor.tier and reader.permissions <= actor.permissions
    agency = reader.agency_id == actor.agency_id or sees_names(actor)
    if not (same and less and agency):
        raise NotPermitted("You may make a pack at your own sight, or at a lower one.")


def as_json(told: Mapping[str, Any]) -> bytes:
    """Write a manifest."""
    return json.dumps(told, indent=2, ensure_ascii=False).encode()


def sha256(content: bytes) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
