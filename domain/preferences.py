"""What an administrator sets while the app runs: base map, retention, thresholds, names.

Each group is one frozen dataclass, checked when it is made, and one row of JSON. What is not
set has the group's defaults.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from sqlalchemy import JSON, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import audit, codes
from domain.audit import action
from domain.errors import Conflict, Invalid
from domain.people import Actor, Permission
from domain.wording import one_line
from store.database import Base

LEAST_SHOWN = 5
SERVERS: Final = "abc"  # what the map puts for {s} in an address, in turn
_HOST: Final = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?")  # what a browser's policy can name

_ADDRESS: Final = re.compile(r"[^\s@<>,;\"]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,5}")


class Preference(Base):
    """One group of settings by name."""

    __tablename__ = "preference"
    __sealed__ = frozenset({"value"})  # a base map's address may hold a key

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    value: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)


@dataclass(frozen=True)
class Partnership:
    """What the partnership is called, how new places are marked, and how far it looks.

    ``margin`` is how many metres outside its boundary a record may lie before an import refuses
    it: buses and bus stops do not end at a border.
    """

    name: str = "The partnership"
    marking: str = codes.ref("markings", "OFFICIAL-SENSITIVE")
    margin: int = 1000

    def __post_init__(self) -> None:
        name = one_line(self.name, "the name of the partnership", 80, needed=True)
        object.__setattr__(self, "name", name)
        codes.check("markings", self.marking)
        _within(self.margin, 0, 50_000, "The margin", "metres")


@dataclass(frozen=True)
class Suppression:
    """Counts below ``threshold`` are hidden, the others rounded ``to_nearest`` (1: exact).

    No count below `LEAST_SHOWN` is shown, whatever is set: the catalogue promises it.
    """

    threshold: int = 5
    to_nearest: int = 5

    def __post_init__(self) -> None:
        _within(self.threshold, LEAST_SHOWN, 100, "The threshold", "")
        _within(self.to_nearest, 1, 100, "The rounding", "")


@dataclass(frozen=True)
class Retention:
    """How long records are kept (domain, 8.1): months until review, archive and erasure.

    What was masked in a report is erased after ``original_days`` at the latest, never above 28.
    """

    review_months: int = 12
    archive_months: int = 24
    concern_months: int = 12
    original_days: int = 28

    def __post_init__(self) -> None:
        _within(self.review_months, 1, 60, "The time to a review", "months")
        _within(self.archive_months, 1, 120, "The time to the archive", "months")
        _within(self.concern_months, 1, 60, "The time that raw reports are kept", "months")
        _within(self.original_days, 1, 28, "The time that masked words are kept", "days")


@dataclass(frozen=True)
class Moderation:
    """How soon reports are read and answered, and how many one source may send.

    Days are working days in England. From the ``burst``-th report of one source within an hour
    on, its reports wait as one bundle; ``hours`` says to a reporter when somebody reads.
    ``duty_email`` is called to a report of danger every ``duty_minutes`` until somebody has seen
    it ("": nobody is). ``photographs`` lets reporters add pictures; they start without.
    """

    hours: str = "Monday to Friday from 9am to 5pm, not on bank holidays"
    read_days: int = 1
    decide_days: int = 5
    answer_days: int = 10
    duty_minutes: int = 30
    burst: int = 6
    per_hour: int = 20
    per_day: int = 60
    duty_email: str = ""
    photographs: bool = False

    def __post_init__(self) -> None:
        if self.duty_email and not _ADDRESS.fullmatch(self.duty_email):
            raise Invalid("The duty contact's address is one e-mail address, or empty.")
        hours = one_line(self.hours, "the hours in which reports are read", 160, needed=True)
        object.__setattr__(self, "hours", hours)
        _within(self.read_days, 0, 30, "The time to a first reading", "working days")
        _within(self.decide_days, 1, 60, "The time to a decision", "working days")
        _within(self.answer_days, 1, 90, "The time to an answer", "working days")
        _within(self.duty_minutes, 5, 1440, "The time to look at an alert", "minutes")
        _within(self.burst, 2, 50, "The reports of one source that make a bundle", "")
        _within(self.per_hour, self.burst, 500, "The reports of one source in an hour", "")
        _within(self.per_day, self.per_hour, 2_000, "The reports of one source in a day", "")


class BaseMapKind(Enum):
    """Where the ground under the map comes from."""

    SAMPLE = "sample"
    NONE = "none"
    FILE = "file"
    XYZ = "xyz"
    WMS = "wms"
    WMTS = "wmts"


ASKED = {
    BaseMapKind.SAMPLE: (),
    BaseMapKind.NONE: (),
    BaseMapKind.FILE: ("path", "attribution"),
    BaseMapKind.XYZ: ("address", "attribution", "key", "max_zoom"),
    BaseMapKind.WMS: ("address", "layers", "attribution", "key", "version", "media_type"),
    BaseMapKind.WMTS: (
        "address",
        "layer",
        "attribution",
        "key",
        "matrix_set",
        "style",
        "media_type",
        "max_zoom",
    ),
}
"""The fields that each kind has, by the names that `layers.basemap.read` takes."""


_WORDS: Final = (
    "address", "layers", "layer", "path", "attribution", "key", "version", "media_type",
    "matrix_set", "style",
)  # fmt: skip


@dataclass(frozen=True)
class BaseMap:
    """The ground under the map; none, the default, and the sample town's own ask no other host.

    ``layers`` is WMS's list and ``layer`` WMTS's one; fields of other kinds are left empty.
    """

    kind: BaseMapKind = BaseMapKind.NONE
    address: str = ""
    layers: str = ""
    layer: str = ""
    path: str = ""
    attribution: str = ""
    key: str = ""
    max_zoom: int = 19
    version: str = "1.3.0"
    media_type: str = "image/png"
    matrix_set: str = "EPSG:3857"
    style: str = "default"

    def __post_init__(self) -> None:
        asked = ASKED[self.kind]
        for name in _WORDS:
            value = getattr(self, name)
            if len(value) > 500 or not value.isprintable():
                raise Invalid(f"The base map's {name} has at most 500 plain characters.")
            if name in asked and name not in ("attribution", "key") and not value.strip():
                raise Invalid(f"The base map needs its {name}.")
        if "address" in asked and urlsplit(self.address).scheme not in ("http", "https"):
            raise Invalid("The base map's address begins with https://.")
        if "address" in asked and not self.hosts:
            raise Invalid(
                "The host in the base map's address is letters, digits, dots and hyphens; only {s},"
                " for the letters a, b and c, may stand in it."
            )
        _within(self.max_zoom, 0, 22, "The deepest zoom", "")

    @property
    def hosts(self) -> tuple[str, ...]:
        """The other hosts that a reader's browser may ask, as in a content security policy.

        Empty where it may ask none, or the address holds what a policy cannot name.
        """
        starts = [f"{each.scheme}://{each.netloc}" for each in map(urlsplit, self._addresses)]
        return tuple(starts) if all(map(_HOST.fullmatch, starts)) else ()

    @property
    def _addresses(self) -> list[str]:
        if "address" not in ASKED[self.kind]:
            return []
        return list(dict.fromkeys(self.address.replace("{s}", each) for each in SERVERS))

    @property
    def setting(self) -> dict[str, Any]:
        """What `layers.basemap.read` takes; not for the sample's own, which the app knows."""
        asked = {name: getattr(self, name) for name in ASKED[self.kind]}
        return {"kind": self.kind.value, **asked}


Group: TypeAlias = Partnership | Suppression | Retention | Moderation | BaseMap
GROUPS: dict[str, type[Group]] = {
    "partnership": Partnership,
    "suppression": Suppression,
    "retention": Retention,
    "moderation": Moderation,
    "base_map": BaseMap,
}


@dataclass(frozen=True)
class Preferences:
    """Every setting; ``versions`` holds each group's, 0 where it was never changed."""

    partnership: Partnership = field(default_factory=Partnership)
    suppression: Suppression = field(default_factory=Suppression)
    retention: Retention = field(default_factory=Retention)
    moderation: Moderation = field(default_factory=Moderation)
    base_map: BaseMap = field(default_factory=BaseMap)
    versions: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def partnership_name(self) -> str:
        """What the partnership is called."""
        return self.partnership.name

    def version(self, group: Group) -> int:
        """Return the version of the settings that ``group`` would replace; `change` wants it."""
        return self.versions.get(_name_of(group), 0)


def read(session: Session) -> Preferences:
    """Read every setting; for everyone, as every screen and count depends on them."""
    rows = {row.name: row for row in session.scalars(select(Preference))}
    known = {name: _group(kind, rows[name].value) for name, kind in GROUPS.items() if name in rows}
    versions = MappingProxyType({name: row.version for name, row in rows.items()})
    return Preferences(**known, versions=versions)  # type: ignore[arg-type]


@action("settings.change", needs=Permission.MANAGE_SETTINGS)
def change(session: Session, _actor: Actor, group: Group, *, version: int) -> int:
    """Keep one group of settings; return its new version.

    Raises
    ------
    Conflict
        Someone changed the group since ``version`` (`Preferences.version`).
    """
    name = _name_of(group)
    row = session.scalar(select(Preference).where(Preference.name == name).with_for_update())
    if (0 if row is None else row.version) != version:
        raise Conflict("Someone else changed these settings meanwhile. Look again, then decide.")
    before = type(group)() if row is None else _group(type(group), row.value)
    if row is None:
        row = Preference(name=name, version=0)
        session.add(row)
    row.value, row.version = _plain(group), version + 1
    try:
        session.flush()
    except IntegrityError as error:  # two who set it for the first time
        raise Conflict("Someone else changed these settings just now. Look again.") from error
    audit.note(session, f"preference/{name}", _told(before, group))
    return row.version


def _name_of(group: Group) -> str:
    return next(name for name, kind in GROUPS.items() if isinstance(group, kind))


def _group(kind: type[Group], value: Mapping[str, Any]) -> Group:
    """Make a group of its JSON; what a later version of Safeground wrote beside is left out."""
    known = {each.name: value[each.name] for each in fields(kind) if each.name in value}
    if "kind" in known:
        known["kind"] = BaseMapKind(known["kind"])
    if "threshold" in known:  # an earlier version took lower ones
        known["threshold"] = max(known["threshold"], LEAST_SHOWN)
    return kind(**known)


def _plain(group: Group) -> dict[str, Any]:
    return {name: getattr(value, "value", value) for name, value in asdict(group).items()}


def _told(before: Group, now: Group) -> dict[str, Any]:
    """Say what changed: numbers and kinds as they were and are, words and keys as "changed"."""
    old, new = _plain(before), _plain(now)
    return {
        name: [old[name], new[name]]
        if isinstance(new[name], int) or name == "kind"
        else ["changed"]
        for name in new
        if old[name] != new[name]
    }


def _within(value: int, least: int, most: int, what: str, unit: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        unit = f" {unit}" if unit else ""
        raise Invalid(f"{what} is a whole number from {least} to {most:,}{unit}.")
