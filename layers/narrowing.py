"""What filters require of records that are held as columns: a mask for each requirement.

The same in meaning as `domain.matching`, which says it in SQL: nothing is required where nothing
is asked for, and what is not told of a record matches nothing.
"""

from collections.abc import Iterable
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from domain.filters import Filters
from domain.matching import midnight
from layers.columns import NEVER, NO_DAY, Columns, Mask, Words

_MICROSECOND = 1_000_000


def among(told: Words, wanted: frozenset[str]) -> list[Mask]:
    """Require one of ``wanted``."""
    return [told.among(wanted)] if wanted else []


def numbers(told: NDArray[np.int8], wanted: Iterable[int]) -> list[Mask]:
    """Require one of the small numbers ``wanted``; -1 is not told."""
    listed = list(wanted)
    if not listed:
        return []
    allowed = np.zeros(128, dtype=bool)
    allowed[listed] = True
    return [allowed[told]]


def harm(primary: Words, further: Words, wanted: frozenset[str]) -> list[Mask]:
    """Require one of ``wanted`` as the primary or a further type; ``further`` in JSON."""
    if not wanted:
        return []
    listed = [any(f'"{code}"' in text for code in wanted) for text in further.words]
    return [primary.among(wanted) | further.are(np.array(listed, dtype=bool))]


def overlapping(told: Columns, asked: Filters) -> list[Mask]:
    """Require that a record's interval may fall in the days asked for."""
    found: list[Mask] = []
    if asked.until is not None:
        after = date.fromordinal(asked.until.toordinal() + 1)
        found.append((told.since < _instant(midnight(after))) & (told.since != NEVER))
    if asked.since is not None:
        first = _instant(midnight(asked.since))
        found.append((told.since >= first) | (told.until > first))
    return found


def months(told: Columns, asked: Filters) -> list[Mask]:
    """Require a month, given by its first day, that holds any of the days asked for."""
    found: list[Mask] = []
    if asked.since is not None:
        found.append(told.day >= _day(asked.since.replace(day=1)))
    if asked.until is not None:
        found.append((told.day <= _day(asked.until)) & (told.day != NO_DAY))
    return found


def _instant(moment: datetime) -> int:
    return int(moment.timestamp()) * _MICROSECOND


def _day(day: date) -> int:
    return day.toordinal() - date(1970, 1, 1).toordinal()
