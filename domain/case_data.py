"""Where the case work's own data lies: powers, clocks and questions, which an operator can change.

A file of the same name in the operator's folder takes the place of ours; it is read again where
it changed. The folder is named once, at the start.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from domain.errors import Invalid

BUILT_IN = Path(__file__).resolve().parents[1] / "data"
T = TypeVar("T")

_own: list[Path] = []


@dataclass(frozen=True)
class Choice:
    """One word to choose: its code, what people read, and what is asked about it."""

    code: str
    label: str
    asks: tuple[str, ...] = ()


Choices = Mapping[str, Choice]


def use(folder: Path | None) -> None:
    """Take files from ``folder`` where it has them; None goes back to ours alone."""
    _own[:] = [] if folder is None else [folder]


def read(name: str, parse: Callable[[Mapping[str, Any]], T]) -> T:
    """Return what ``parse`` makes of the file ``name`` ("clocks.json", "powers/powers.json").

    Raises
    ------
    Invalid
        The file cannot be used; the message names it.
    """
    file = next((each / name for each in _own if (each / name).exists()), BUILT_IN / name)
    made: T = _made(file, file.stat().st_mtime_ns, parse)
    return made


def choices(rows: Sequence[Mapping[str, Any]]) -> Choices:
    """Return rows of a file as choices by code, in the file's order."""
    found = {str(row["code"]): _choice(row) for row in rows}
    if len(found) < len(rows):
        raise ValueError("a code stands there twice")
    return MappingProxyType(found)


def chosen(known: Mapping[str, Any], code: str, field: str) -> str:
    """Return ``code`` if it is one of ``known``.

    Raises
    ------
    Invalid
        It is not; the message names the field and what it can be, never the value.
    """
    if code not in known:
        raise Invalid(f"Please choose {field} from: {', '.join(known)}.")
    return code


def _choice(row: Mapping[str, Any]) -> Choice:
    asks = row.get("asks", ())
    return Choice(
        code=str(row["code"]),
        label=str(row["label"]),
        asks=(asks,) if isinstance(asks, str) else tuple(map(str, asks)),
    )


@lru_cache(maxsize=32)
def _made(file: Path, _changed: int, parse: Callable[[Mapping[str, Any]], Any]) -> Any:
    try:
        return parse(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise Invalid(
            f"The file {file.name} cannot be used. Compare it with the one that came with "
            "Safeground, and put right what differs in its form."
        ) from error
