"""Making the indexes of large tables before anyone asks, while the pages are served already."""

import threading

from domain.areas import AreaKind
from layers import catalogue, index
from layers.sight import Sight
from store.database import Store


def begin(store: Store) -> threading.Thread:
    """Make them in the background; whoever asks meanwhile waits for the one under way."""
    thread = threading.Thread(target=warm, args=(store,), name="index", daemon=True)
    thread.start()
    return thread


def warm(store: Store) -> None:
    """Make the index of every large table, and what is worked out of it for each sight."""
    with store.reading() as session:
        for layer in catalogue.LAYERS:
            if layer.held is not None:
                _make(index.of(session, layer.held.recipe), layer.name)


def _make(standing: index.Standing, name: str) -> None:
    standing.at_home()
    standing.newest()
    if Sight.STREET in catalogue.SIGHTS[name].values():
        standing.street_spots()
    for kind in AreaKind:
        standing.area(kind)
