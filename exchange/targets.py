"""What can be taken in: for each kind of record its fields, and how rows become columns."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from exchange.known import Known
from exchange.mapping import WHERE, Field
from exchange.rows import Mask, Rows, Texts, empty, objects
from store.database import Base


@dataclass(frozen=True)
class Taken:
    """Rows as columns of a table (a value a row, also for refused rows) and what tells them apart.

    Of rows in ``separate``, two that are alike are two records, not one that came twice.
    """

    columns: dict[str, Any]
    keys: Texts
    separate: Mask | None = None


@dataclass(frozen=True)
class Giver:
    """Who gave the file, as people call it, and as part of each row's key."""

    name: str

    @property
    def plain(self) -> str:
        """The name as it is compared."""
        return " ".join(self.name.casefold().split())


@dataclass(frozen=True)
class Target:
    """One kind of record.

    ``take`` turns rows into columns and refuses what cannot be taken; ``present`` says which keys
    the store has already; the key is kept in ``key_columns``, several with spaces between.
    ``people`` says whether a column that by its name could hold a person may be taken at all,
    ``extra`` whether further columns may be kept as details, ``shapes`` whether the rows are areas.
    Fields in ``not_returned`` are left out of the file of rejects. ``shuffled`` rows are saved in
    no order, over the whole file, so that records with neighbouring numbers need not belong
    together.
    """

    name: str
    title: str
    table: type[Base]
    fields: tuple[Field, ...]
    take: Callable[[Rows, Known, Giver], Taken]
    present: Callable[[Known, Sequence[Any]], set[Any]]
    key_columns: tuple[str, ...] = ("key",)
    people: bool = False
    shapes: bool = False
    extra: bool = False
    not_returned: frozenset[str] = frozenset()
    shuffled: bool = False

    def keys_of(self, columns: dict[str, Any]) -> list[Any]:
        """Return the key of each row from the columns that hold it."""
        held = [columns[name] for name in self.key_columns]
        return (
            list(held[0]) if len(held) == 1 else [" ".join(row) for row in zip(*held, strict=True)]
        )

    @property
    def every_field(self) -> tuple[Field, ...]:
        """Its own fields and, where its rows are points, those that tell where."""
        return self.fields if self.shapes else (*self.fields, *WHERE)


def keyed(kind: str, giver: Giver, *parts: Iterable[Any]) -> Texts:
    """Return a key of 16 bytes for each row from what tells it from others."""
    person = kind.encode()[:16]
    start = hashlib.blake2b(giver.plain.encode(), digest_size=16, person=person)
    keys = []
    for row in zip(*parts, strict=True):
        digest = start.copy()
        digest.update("\x1f".join(map(str, row)).encode())
        keys.append(digest.digest())
    return objects(keys)


def again(key: bytes, times: int) -> bytes:
    """Return the key of a record that is like another in everything that is known of it."""
    return hashlib.blake2b(key, digest_size=16, salt=times.to_bytes(8, "big")).digest()


def referenced(kind: str, giver: Giver, references: Texts, *content: Any) -> Texts:
    """Return each row's key: by its reference where it has one, else by its content."""
    bare = empty(references)
    keys = np.empty(len(references), dtype=object)
    keys[~bare] = keyed(f"{kind} id", giver, references[~bare])
    keys[bare] = keyed(kind, giver, *(np.asarray(part, dtype=object)[bare] for part in content))
    return keys


def centimetres(values: Any) -> list[int]:
    """Round metres for a key; what is unknown counts as 0, its row is refused anyway."""
    return [int(each) for each in np.nan_to_num(np.round(np.asarray(values) * 100))]
