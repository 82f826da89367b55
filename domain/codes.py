"""The words that records are coded with: data that an operator can change, not code.

Each list is one file ``data/codes/<list>.json``. Where our own code must name a code, it does so
through ``ref``, so that a test, and the start of the app, can say which names are absent. A list
that is changed, by another process of the app or by hand, is taken up within a second.
"""

import json
import logging
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import Any, TypeAlias, cast

from domain.errors import Invalid

BUILT_IN = Path(__file__).resolve().parents[1] / "data" / "codes"
MAX_SYMBOL = 3
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")  # a column of 32 characters holds it
KEPT = ("sealed", "restricted", "dwelling", "approximate")  # an operator may add, never remove
LOOK_EVERY = 1.0  # seconds between two looks at the files
LOG = logging.getLogger(__name__)

REFERS: set[tuple[str, str]] = set()
"""Every (list, code) that our own code names."""


def ref(name: str, code: str) -> str:
    """Name a code in our own code: registers it, and answers ``code``. Call with literals."""
    REFERS.add((name, code))
    return code


@dataclass(frozen=True, slots=True)
class Code:
    """One word of a list. ``starts`` and ``ends`` bound a band, in the unit its list names.

    ``retired`` codes stay readable on old records and are no longer offered for new ones.
    """

    code: str
    label: str
    note: str = ""
    order: float = 0
    symbol: str = ""
    colour: str = ""
    group: str = ""
    handling: str = ""
    starts: float | None = None
    ends: float | None = None
    sealed: bool = False
    restricted: bool = False
    dwelling: bool = False
    approximate: bool = False
    has_point: bool = True
    retired: bool = False


@dataclass(frozen=True, slots=True)
class CodeList(Mapping[str, Code]):
    """The codes of one list, in the order in which people see them."""

    name: str
    title: str
    source: str
    codes: Mapping[str, Code]

    def __getitem__(self, code: str) -> Code:
        return self.codes[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self.codes)

    def __len__(self) -> int:
        return len(self.codes)

    def label(self, code: str) -> str:
        """Give the label of ``code``; an old record's code that has gone is shown as it is."""
        found = self.codes.get(code)
        return found.label if found else f"{code} (no longer in the list)"

    def offered(self) -> dict[str, str]:
        """Labels by code, for a form: all but the retired."""
        return {each.code: each.label for each in self.codes.values() if not each.retired}

    def band(self, value: float) -> str | None:
        """Give the code of the band that holds ``value``: from its start, up to but not its end.

        Bands without an end are open; ``None`` if no band holds it.
        """
        for each in self.codes.values():
            if each.starts is not None and each.starts <= value < (each.ends or math.inf):
                return each.code
        return None


@dataclass(frozen=True, slots=True)
class Codes:
    """Every list there is; each field is a file."""

    harm_types: CodeList
    place_types: CodeList
    touch_roles: CodeList
    touch_sources: CodeList
    time_bands: CodeList
    day_types: CodeList
    duration_bands: CodeList
    distance_bands: CodeList
    transport_modes: CodeList
    push_factors: CodeList
    pull_factors: CodeList
    harm_indicators: CodeList
    agency_kinds: CodeList
    incident_sources: CodeList
    premises_roles: CodeList
    precision: CodeList
    annotation_kinds: CodeList
    markings: CodeList
    concern_worries: CodeList
    concern_helps: CodeList
    ways_known: CodeList
    reporter_roles: CodeList
    concern_reasons: CodeList
    concern_recipients: CodeList
    patrol_styles: CodeList
    patrol_tactics: CodeList
    patrol_sources: CodeList
    visit_modes: CodeList
    people_bands: CodeList
    environment_faults: CodeList
    welfare_actions: CodeList
    powers_used: CodeList
    search_outcomes: CodeList
    skip_reasons: CodeList
    felt_safety: CodeList
    group_sizes: CodeList

    def __getitem__(self, name: str) -> CodeList:
        if name not in LISTS:
            raise Invalid(f"There is no list of codes called {name[:40]!r}.")
        return cast(CodeList, getattr(self, name))

    def check(self, name: str, value: str) -> str:
        """Answer ``value`` if list ``name`` holds it.

        Raises
        ------
            Invalid: it does not; the message names the list and its codes, never the value.
        """
        known = self[name]
        if value not in known:
            allowed = ", ".join(known.offered())
            raise Invalid(f"That is not one of the {known.title.lower()}. Use one of: {allowed}.")
        return value

    def absent(self) -> list[tuple[str, str]]:
        """Every (list, code) that our own code names and these lists lack, sorted."""
        return sorted(
            (name, code) for name, code in REFERS if name not in LISTS or code not in self[name]
        )


LISTS = tuple(field.name for field in fields(Codes))
KEYS = {field.name for field in fields(Code)} - {"starts", "ends"} | {"from", "to"}


def load(folder: Path) -> Codes:
    """Read and check every list in ``folder``.

    Raises
    ------
        Invalid: a file is missing or wrong; the message names the file and what to do.
    """
    return Codes(**{name: _read(folder / f"{name}.json") for name in LISTS})


@cache
def built_in() -> Codes:
    """Give the lists that Safeground comes with."""
    return load(BUILT_IN)


Stamp: TypeAlias = tuple[tuple[str, int, int], ...]  # of each file: name, time and size


@dataclass
class _Own:
    """Lists in use: the first of ``folders`` that is there, as it was when it was read."""

    folders: tuple[Path, ...]
    lists: Codes
    stamp: Stamp
    look_at: float


_in_use: dict[str, _Own] = {}  # empty, or the operator's own


def current() -> Codes:
    """Give the lists that this process works with: the operator's own, or the built-in ones."""
    own = _in_use.get("own")
    if own is None:
        return built_in()
    if monotonic() >= own.look_at:
        _look_again(own)
    return own.lists


def use(*folders: Path | None) -> Codes:
    """Work with the lists in the first of ``folders`` that is there, and follow its changes.

    ``None`` goes back to the built-in ones.

    Raises
    ------
        Invalid: a list is wrong, lacks a code that Safeground needs, or shows what must stay
            sealed. The lists in use then stay as they were.
    """
    wanted = tuple(filter(None, folders))
    if wanted:
        stamp = _stamp(wanted)  # before reading: a change meanwhile is seen at the next look
        _in_use["own"] = _Own(wanted, checked(_first(wanted)), stamp, monotonic() + LOOK_EVERY)
    else:
        _in_use.clear()
    return current()


def checked(folder: Path) -> Codes:
    """Read the lists in ``folder`` as `use` would, and use none of them."""
    return _trusted(load(folder), folder)


def _look_again(own: _Own) -> None:
    """Read lists anew where their files changed; what cannot be used is left, and logged once."""
    own.look_at = monotonic() + LOOK_EVERY
    stamp = _stamp(own.folders)
    if stamp == own.stamp:
        return
    own.stamp = stamp
    try:
        own.lists = checked(_first(own.folders))
    except Invalid as error:
        LOG.warning("The code lists stay as they were. %s", error)


def _first(folders: tuple[Path, ...]) -> Path:
    return next((each for each in folders if each.is_dir()), folders[0])


def _stamp(folders: tuple[Path, ...]) -> Stamp:
    files = sorted(_first(folders).glob("*.json"))
    try:
        told = [(str(each), each.stat()) for each in files]
    except OSError:  # a file goes at this very moment: look again
        return ()
    return tuple((name, about.st_mtime_ns, about.st_size) for name, about in told)


def check(name: str, value: str) -> str:
    """Answer ``value`` if list ``name`` in use holds it; ``Invalid`` otherwise."""
    return current().check(name, value)


def _trusted(codes: Codes, folder: Path) -> Codes:
    for name, code in codes.absent():
        raise _wrong(folder / f"{name}.json", f"put the code {code!r} back; Safeground needs it")
    for name in LISTS:
        for ours in built_in()[name].values():
            _keeps_its_seal(folder / f"{name}.json", ours, codes[name].get(ours.code))
    return codes


def _keeps_its_seal(file: Path, ours: Code, theirs: Code | None) -> None:
    """Refuse an operator's list under which records that we seal would come to light."""
    for mark in KEPT:
        if getattr(ours, mark) and theirs is None:
            raise _wrong(file, f'put {ours.code!r} back; to stop its use, set "retired": true')
        if getattr(ours, mark) and not getattr(theirs, mark):
            raise _wrong(file, f'set "{mark}": true on {ours.code!r} again; it protects people')
    if theirs and theirs.has_point and not ours.has_point:
        raise _wrong(file, f'set "has_point": false on {ours.code!r} again; it has no spot')


def _read(file: Path) -> CodeList:
    content = _parse(file)
    rows = [_code(file, position, row) for position, row in enumerate(content["codes"], 1)]
    for key in ("code", "label", "symbol"):
        _check_single(file, key, [getattr(row, key) for row in rows])
    codes = {row.code: row for row in sorted(rows, key=lambda each: each.order)}
    return CodeList(file.stem, content["title"], content["source"], MappingProxyType(codes))


def _check_single(file: Path, key: str, values: list[str]) -> None:
    twice = [value for value, count in Counter(filter(None, values)).items() if count > 1]
    if twice:
        raise _wrong(file, f"keep only one entry with the {key} {twice[0][:40]!r}")


def _parse(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _wrong(
            file, "copy it from data/codes into your folder, and change it there"
        ) from None
    except (OSError, ValueError) as error:
        raise _wrong(file, "make it readable JSON in UTF-8") from error
    if not isinstance(content, dict) or content.get("list") != file.stem:
        raise _wrong(file, f'start it with "list": "{file.stem}"')
    for key in ("title", "source"):
        if not _filled(content.get(key)):
            raise _wrong(file, f'give it a "{key}"')
    if not isinstance(content.get("codes"), list) or not content["codes"]:
        raise _wrong(file, 'list at least one entry under "codes"')
    return content


def _code(file: Path, position: int, row: object) -> Code:
    where = f"in entry {position}"
    if not isinstance(row, dict):
        raise _wrong(file, f'{where}, write {{"code": ..., "label": ...}}')
    if unknown := sorted(map(str, row.keys() - KEYS)):
        raise _wrong(file, f"{where}, take out or correct {unknown[0][:40]!r}")
    if not (isinstance(row.get("code"), str) and CODE.fullmatch(row["code"])):
        raise _wrong(file, f'{where}, give a "code" of letters, digits, "_" or "-", 32 at most')
    _check_words(file, where, row)
    _check_kinds(file, where, row)
    marks = {key: value for key, value in row.items() if key not in {"from", "to"}}
    band = {"starts": row.get("from"), "ends": row.get("to")}
    return Code(**{"order": float(position), **marks, **band})


def _check_words(file: Path, where: str, row: Mapping[str, object]) -> None:
    if not _filled(row.get("label")):
        raise _wrong(file, f'{where}, give a "label" that people will read')
    for key in ("note", "symbol", "group", "handling"):
        if not isinstance(row.get(key, ""), str):
            raise _wrong(file, f'{where}, make "{key}" text')
    if len(str(row.get("symbol", ""))) > MAX_SYMBOL:
        raise _wrong(file, f'{where}, shorten "symbol" to {MAX_SYMBOL} characters')
    if not COLOUR.fullmatch(str(row.get("colour", "#000000"))):
        raise _wrong(file, f'{where}, write "colour" like #0072B2')


def _check_kinds(file: Path, where: str, row: Mapping[str, object]) -> None:
    for key in (*KEPT, "has_point", "retired"):
        if not isinstance(row.get(key, False), bool):
            raise _wrong(file, f'{where}, make "{key}" true or false')
    for key in ("order", "from", "to"):
        value = row.get(key, 0)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number and not (value is None and key != "order"):
            raise _wrong(file, f'{where}, make "{key}" a number')
    starts, ends = row.get("from"), row.get("to")
    if isinstance(starts, int | float) and isinstance(ends, int | float) and starts >= ends:
        raise _wrong(file, f'{where}, let "from" come before "to"')


def _filled(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _wrong(file: Path, remedy: str) -> Invalid:
    return Invalid(f"The list of codes {file.name} cannot be used: {remedy}.")
