"""Every layer there is, and for each tier how it may be seen. What is not said here is not seen.

Add an entry and it is on the map, in the tiles, in the list, in the legend and in the exports,
each time through ``read``, so each time with the same permission and the same precision.
"""

from collections.abc import Iterable, Mapping

import geopandas as gpd
from sqlalchemy.orm import Session

from domain import audit
from domain.errors import NotFound, NotPermitted
from domain.filters import Filters
from domain.people import Actor, Tier
from geo.space import Box
from layers import (
    annotations,
    boundaries,
    coverage,
    hotspots,
    incidents,
    likely,
    places,
    premises,
    touches,
    young_people,
)
from layers.index import codes_key
from layers.layer import Layer
from layers.sight import Sight

T0, T1, T2, T3, T4, SEALED = Tier
NONE, WARD, CELL, STREET, EXACT = Sight

LAYERS: tuple[Layer, ...] = (
    places.PLACES,
    hotspots.HOT_SPOTS,
    touches.TOUCHES,
    touches.CORRIDORS,
    touches.BY_WARD,
    likely.LIKELY,
    young_people.YOUNG_PEOPLE,
    premises.PREMISES,
    premises.SAFE_PLACES,
    incidents.INCIDENTS,
    incidents.BY_WARD,
    incidents.BY_LSOA,
    incidents.BY_BEAT,
    coverage.COVERAGE,
    annotations.ANNOTATIONS,
    annotations.REPORTS,
    boundaries.PARTNERSHIP,
    boundaries.WARDS,
    boundaries.LSOAS,
    boundaries.BEATS,
)
CATALOGUE: Mapping[str, Layer] = {layer.name: layer for layer in LAYERS}

SIGHTS: Mapping[str, Mapping[Tier, Sight]] = {
    "places": {T2: STREET, T3: EXACT, T4: EXACT, SEALED: EXACT},
    "hot_spots": {T2: CELL, T3: CELL, T4: CELL, SEALED: CELL},
    "touches": {T2: CELL, T3: STREET, T4: EXACT, SEALED: EXACT},
    "corridors": {T2: CELL, T3: CELL, T4: CELL, SEALED: CELL},
    "touch_wards": {T1: WARD, T2: WARD, T3: WARD, T4: WARD, SEALED: WARD},
    "likely_places": {T2: CELL, T3: CELL, T4: CELL, SEALED: CELL},
    "young_people": {T2: CELL, T3: CELL, T4: CELL, SEALED: CELL},
    "premises": {T2: EXACT, T3: EXACT, T4: EXACT, SEALED: EXACT},
    "safe_places": {T1: EXACT, T2: EXACT, T3: EXACT, T4: EXACT, SEALED: EXACT},
    "incidents": {T2: CELL, T3: STREET, T4: EXACT, SEALED: EXACT},
    "incident_wards": {T1: WARD, T2: WARD, T3: WARD, T4: WARD, SEALED: WARD},
    "incident_lsoas": {T2: WARD, T3: WARD, T4: WARD, SEALED: WARD},
    "incident_beats": {T2: WARD, T3: WARD, T4: WARD, SEALED: WARD},
    "coverage": {T2: WARD, T3: WARD, T4: WARD, SEALED: WARD},
    "annotations": {T2: STREET, T3: EXACT, T4: EXACT, SEALED: EXACT},
    "reports": {T1: EXACT, T2: EXACT, T3: EXACT, T4: EXACT, SEALED: EXACT},
    "partnership": {T1: EXACT, T2: EXACT, T3: EXACT, T4: EXACT, SEALED: EXACT},
    "wards": {T1: EXACT, T2: EXACT, T3: EXACT, T4: EXACT, SEALED: EXACT},
    "lsoas": {T1: EXACT, T2: EXACT, T3: EXACT, T4: EXACT, SEALED: EXACT},
    "beats": {T2: EXACT, T3: EXACT, T4: EXACT, SEALED: EXACT},
}


NARROWING = ("area", "place", "premises", "gazetteer", "preference")
"""What any reading may depend on beside its own records: where it looks, what is sealed, how."""
POLICE = frozenset({"incident", "place_touch"})
"""Tables that police records are in."""
APART = frozenset({young_people.YOUNG_PEOPLE.name})
"""Layers that young people made: no map shows one together with police records."""


def kept_apart(names: Iterable[str]) -> tuple[str, ...]:
    """Return the layers of ``names`` that may be looked at together.

    Those with police records give way where one is among them that young people made.
    """
    asked = tuple(names)
    if APART.isdisjoint(asked):
        return asked
    return tuple(name for name in asked if POLICE.isdisjoint(CATALOGUE[name].subjects))


def sight(actor: Actor, name: str) -> Sight:
    """Say how finely ``actor`` may see the layer: not at all, unless the table says more."""
    layer = CATALOGUE.get(name)
    if layer is None or not actor.may(layer.needs):
        return NONE
    return SIGHTS[name].get(actor.tier, NONE)


def seen_by(actor: Actor) -> list[Layer]:
    """Return the layers that ``actor`` may see at all, in the order of the catalogue."""
    return [layer for layer in LAYERS if sight(actor, layer.name) is not NONE]


def read(
    session: Session,
    actor: Actor,
    name: str,
    box: Box | None = None,
    filters: Filters | None = None,
) -> gpd.GeoDataFrame:
    """Return the layer as ``actor`` may see it, in EPSG:27700.

    The columns are the layer's own (`Layer.columns`) where single records are seen; where they
    are counted, ``label``, ``code``, ``count`` and ``words``. ``box`` narrows by what touches it.

    Raises
    ------
    NotFound
        There is no such layer.
    NotPermitted
        The actor may not see it.
    """
    layer, seen = check(actor, name)
    return layer.read(session, actor, seen, box, filters or Filters())


def check(actor: Actor, name: str) -> tuple[Layer, Sight]:
    """Return a layer and how finely ``actor`` may see it; refuse as `read` does."""
    layer = CATALOGUE.get(name)
    if layer is None:
        raise NotFound("There is no such layer on this map.")
    seen = sight(actor, name)
    if seen is NONE:
        raise NotPermitted("This layer is not for your role.")
    return layer, seen


def revision(session: Session, name: str) -> tuple[int, ...]:
    """Return a key that moves with every change to what the layer is made of or narrowed by."""
    tables = audit.revision(session, (*NARROWING, *CATALOGUE[name].subjects))
    return (*tables, codes_key())
