"""Keys seen so far, in sixteen bytes each, so that a million rows fit in little memory."""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exchange.rows import Mask, Texts, objects
from exchange.targets import again

Words = NDArray[np.uint64]


class Seen:
    """Remembers keys of 16 bytes, or short texts by their digest."""

    def __init__(self) -> None:
        self._high: Words = np.empty(0, np.uint64)
        self._low: Words = np.empty(0, np.uint64)
        self._repeats: dict[bytes, int] = {}

    def sort_out(self, keys: Texts, good: Mask, separate: Mask | None) -> tuple[Texts, Mask]:
        """Return the keys, with those of separate but alike rows made different, and who repeats.

        Only ``good`` rows count. A row repeats where its key came before, in this file, and it is
        not one of ``separate``.
        """
        high, low = _words(keys)
        came = np.zeros(len(keys), dtype=bool)
        at = np.flatnonzero(good)
        came[at] = self._known(high[at], low[at]) | _later(high[at], low[at])
        apart = came & (separate if separate is not None else False)
        keys = keys.copy()
        for row in np.flatnonzero(apart):
            times = self._repeats[keys[row]] = self._repeats.get(keys[row], 0) + 1
            keys[row] = again(keys[row], times)
        fresh = good & ~came
        self._add(high[fresh], low[fresh])
        return keys, came & ~apart

    def _known(self, high: Words, low: Words) -> Mask:
        if not len(self._high):
            return np.zeros(len(high), dtype=bool)
        at = np.searchsorted(self._high, high)
        inside = np.minimum(at, len(self._high) - 1)
        return np.asarray((self._high[inside] == high) & (self._low[inside] == low))

    def _add(self, high: Words, low: Words) -> None:
        merged = np.concatenate([self._high, high])
        order = np.argsort(merged, kind="stable")
        self._high = merged[order]
        self._low = np.concatenate([self._low, low])[order]


def _words(keys: Texts) -> tuple[Words, Words]:
    packed = b"".join(each if isinstance(each, bytes) else _digest(each) for each in keys)
    words = np.frombuffer(packed, dtype=">u8").astype(np.uint64).reshape(-1, 2)
    return words[:, 0], words[:, 1]


def _digest(key: Any) -> bytes:
    return hashlib.blake2b(str(key).encode(), digest_size=16).digest()


def _later(high: Words, low: Words) -> Mask:
    """Say which keys came earlier within the same arrays."""
    pairs = np.rec.fromarrays([high, low])
    _unique, first = np.unique(pairs, return_index=True)
    later = np.ones(len(high), dtype=bool)
    later[first] = False
    return later


def kept(values: Any, mask: Mask) -> Any:
    """Return the values where ``mask`` holds."""
    array = values if isinstance(values, np.ndarray) else objects(list(values))
    return array[mask]
