"""Changing the code lists: labels, order, new codes and retired ones, kept in files.

The lists stay files that an operator can also change by hand. Where the installation uses the
built-in ones, the first change copies them beside the store, and they are used from then on.
A change is written beside the list first and takes its place once the change's line in the log is
kept; every process of the app takes it up within a second (`domain.codes`). A lock on a file keeps
a second change out from before the first one looks until its list is in place: the database's
commit comes in between.
"""

import fcntl
import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from domain import audit, codes, identifiers
from domain.audit import action
from domain.codes import CODE, Code, Codes
from domain.errors import Conflict, Invalid
from domain.people import Actor, Permission

_folders: list[tuple[Path, Path]] = []  # where the lists come from, and where changes are kept


@dataclass(frozen=True)
class Line:
    """What can be changed of a code; a code that the list lacks is added.

    ``restricted`` seals a type of place as homes and refuges are; what is sealed stays so.
    """

    code: str
    label: str
    order: float
    retired: bool = False
    restricted: bool = False

    @classmethod
    def of(cls, code: Code) -> "Line":
        """Return the line of a code as it stands."""
        return cls(code.code, code.label, code.order, code.retired, code.restricted)


def settle(chosen: Path, kept: Path) -> Codes:
    """Use the lists in ``chosen`` and keep changes there; in ``kept`` where they are built in.

    Called once, before anything reads a code. Raises `Invalid` where a list is wrong.
    """
    built_in = chosen.resolve() == codes.BUILT_IN
    home = kept if built_in else chosen
    _folders[:] = [(chosen, home)]
    return codes.use(home, chosen)


def mark(name: str) -> str:
    """Return what tells one state of a list's file from another; `change` wants it back."""
    return sha256(_file(name).read_bytes()).hexdigest()


def look(name: str) -> tuple[codes.CodeList, str]:
    """Return a list as its file holds it at this moment, and the `mark` that `change` wants."""
    seen = mark(name)  # before reading: a change meanwhile makes it too old, never too new
    with suppress(Invalid):  # spoilt by hand: the lists in use stay, and no change is taken
        chosen, home = _folders[0]
        codes.use(home, chosen)
    return codes.current()[name], seen


@action("codes.change", needs=Permission.MANAGE_CODES)
def change(
    session: Session, _actor: Actor, name: str, lines: Sequence[Line], *, seen: str
) -> Codes:
    """Change a list of codes, to be used once this is kept; return every list as it will be.

    Parameters
    ----------
    name
        The list, one of `domain.codes.LISTS`.
    lines
        All its codes as they shall be: none may be missing, as old records hold them.
    seen
        The `mark` of the list that was looked at.

    Raises
    ------
    Conflict
        The file was changed meanwhile, or is being changed.
    Invalid
        A code is missing or not one, a label identifies someone, or the list cannot be used.
    """
    lock = _locked()
    event.listen(session, "after_rollback", lambda _: lock.close(), once=True)
    if mark(name) != seen:
        raise Conflict("Someone else changed this list meanwhile. Look again, then decide.")
    content = json.loads(_file(name).read_text(encoding="utf-8"))
    before = codes.current()[name]
    rows = _rows(content["codes"], lines)
    told = _told(before, lines)
    if not any(told.values()):
        lock.close()
        return codes.current()
    audit.note(session, f"codes/{name}", told)
    text = _text(content | {"codes": rows})
    tried = _tried(name, text)
    fresh, place = _written(name, text)
    event.listen(session, "after_commit", lambda _: _put(fresh, place, lock), once=True)
    event.listen(  # before the lock is given back
        session, "after_rollback", lambda _: _drop(fresh), once=True, insert=True
    )
    return tried


def _locked() -> IO[bytes]:
    """Keep every other change out until the file that is returned is closed, in any process."""
    if not _folders:
        raise Invalid("The lists of codes cannot be changed here.")
    chosen, home = _folders[0]
    path = home / ".lock" if home == chosen else home.with_name(f".{home.name}.lock")
    lock = path.open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise Conflict("Someone else is changing a list just now. Look again.") from error
    return lock


def _file(name: str) -> Path:
    if not _folders:
        raise Invalid("The lists of codes cannot be changed here.")
    return _source() / f"{codes.current()[name].name}.json"


def _source() -> Path:
    chosen, home = _folders[0]
    return home if home.is_dir() else chosen


def _rows(rows: Sequence[dict[str, Any]], lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Put ``lines`` into the file's own rows, so that all else which these say stays."""
    wanted = {line.code: line for line in lines}
    if len(wanted) < len(lines):
        raise Invalid("A code stands there twice. Give each its own.")
    missing = [row["code"] for row in rows if row["code"] not in wanted]
    if missing:
        raise Invalid(f"Old records may hold the code {missing[0]}. Retire it instead.")
    known = {row["code"]: row for row in rows}
    return [_row(known.get(line.code, {"code": line.code}), line) for line in lines]


def _row(row: dict[str, Any], line: Line) -> dict[str, Any]:
    label = " ".join(line.label.split())
    if not CODE.fullmatch(line.code):
        raise Invalid('A code has letters, digits, "_" and "-", 32 at most.')
    if not 1 <= len(label) <= 80 or not label.isprintable():
        raise Invalid(f"Give {line.code} a label of 1 to 80 characters.")
    if found := identifiers.find(label):
        raise Invalid(identifiers.explain(found, f"The label of {line.code}"))
    kept = {key: value for key, value in row.items() if key != "retired"}
    retired = {"retired": True} if line.retired else {}
    sealed = {"restricted": True} if line.restricted else {}
    return kept | {"label": label, "order": line.order} | sealed | retired


def _told(before: codes.CodeList, lines: Sequence[Line]) -> dict[str, list[str]]:
    """Say which codes were added, changed, sealed, retired and brought back, without labels."""
    old = {code: Line.of(each) for code, each in before.items()}
    known = [line for line in lines if line.code in old]
    return {
        "added": [line.code for line in lines if line.code not in old],
        "changed": [
            line.code
            for line in known
            if (line.label, line.order) != (old[line.code].label, old[line.code].order)
        ],
        "retired": [line.code for line in known if line.retired and not old[line.code].retired],
        "sealed": [
            line.code
            for line in lines
            if line.restricted and not (line.code in old and old[line.code].restricted)
        ],
        "back": [line.code for line in known if old[line.code].retired and not line.retired],
    }


def _tried(name: str, text: str) -> Codes:
    """Read the changed list beside the others, as they will be used; `Invalid` where it cannot."""
    with TemporaryDirectory() as folder:
        trial = Path(folder) / "codes"
        shutil.copytree(_source(), trial)
        (trial / f"{name}.json").write_text(text, encoding="utf-8")
        return codes.checked(trial)


def _written(name: str, text: str) -> tuple[Path, Path]:
    """Write the changed list beside its place, or all lists where none was changed before.

    Returns what was written and its place: one renaming then puts it there whole.
    """
    home = _folders[0][1]
    if home.is_dir():
        fresh = home / f".{name}.json.new"
        fresh.write_text(text, encoding="utf-8")
        return fresh, home / f"{name}.json"
    fresh = home.with_name(f".{home.name}.new")
    _drop(fresh)
    shutil.copytree(_source(), fresh)
    (fresh / f"{name}.json").write_text(text, encoding="utf-8")
    return fresh, home


def _put(fresh: Path, place: Path, lock: IO[bytes]) -> None:
    """Put a change that is kept in its place, use it, and let others change."""
    with lock:
        fresh.replace(place)
    chosen, home = _folders[0]
    codes.use(home, chosen)


def _drop(fresh: Path) -> None:
    """Forget a change whose line in the log is not kept."""
    if fresh.is_dir():
        shutil.rmtree(fresh)
    fresh.unlink(missing_ok=True)


def _text(content: dict[str, Any]) -> str:
    """Write a list as people write it: one code a line."""
    head = {key: value for key, value in content.items() if key != "codes"}
    start = ",\n".join(f"  {json.dumps(key)}: {_json(value)}" for key, value in head.items())
    rows = ",\n".join(f"    {_json(row)}" for row in content["codes"])
    return f'{{\n{start},\n  "codes": [\n{rows}\n  ]\n}}\n'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
