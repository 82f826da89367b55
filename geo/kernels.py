"""Compiled counting, where numba is there (the extra ``fast``): the same answers, sooner.

Nothing here is needed. numba takes a third of a second to import and seconds to compile for the
first time, more than counting a million points takes without it. So it is used only once
:func:`load` was called, which a server does at its start and a benchmark before it measures.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.space import Floats

FEWEST = 20_000
"""Fewer points are counted sooner than a compiled kernel is called."""
_THREADS_FROM = 100_000

Laid = tuple[float, float, float, int, int]
"""A grid: x and y of its corner, size of its cells in metres, rows and columns."""


@dataclass(frozen=True)
class Kernels:
    """Compiled functions; see :func:`geo.grid.counts` and :mod:`geo.density` for what they do."""

    counting: Callable[..., NDArray[np.int64]]
    spreading: Callable[..., Floats]
    threads: Callable[[], int]

    def counts(self, x: Floats, y: Floats, laid: Laid) -> NDArray[np.int64]:
        """Count points in square cells, each once; those off the grid are left out."""
        return np.asarray(self.counting(x, y, laid, self._parts(x)))

    def spread(self, x: Floats, y: Floats, weights: Floats, laid: Laid) -> Floats:
        """Spread points over the four middles of cells around each, by how near they are."""
        return np.asarray(self.spreading(x, y, weights, laid, self._parts(x)))

    def _parts(self, x: Floats) -> int:
        return self.threads() if x.size >= _THREADS_FROM else 1


_loaded: list[Kernels] = []


def load() -> bool:
    """Compile the kernels, or take them from numba's cache; False where numba is not there."""
    if not _loaded:
        try:
            import numba  # noqa: F401 - takes a third of a second, so only when it is asked for
        except ImportError:
            return False
        _loaded.append(_compiled())
    return True


def unload() -> None:
    """Count without numba from here on."""
    _loaded.clear()


def loaded(points: int) -> Kernels | None:
    """Return the kernels if they are loaded and worth it for so many points."""
    return _loaded[0] if _loaded and points >= FEWEST else None


def _compiled() -> Kernels:
    import numba

    from geo import compiled

    made = Kernels(compiled.counting, compiled.spreading, lambda: int(numba.get_num_threads()))
    some: Any = np.array([0.5])
    made.counts(some, some, (0.0, 0.0, 1, 1, 1))
    made.spread(some, some, some, (0.0, 0.0, 1.0, 1, 1))
    return made
