"""Records that lie at a home or refuge that we know of are sealed, whatever they say of it."""

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.people import Actor, Tier
from domain.places import Place
from domain.premises import Premises
from domain.visibility import open_types

REACH = 25.0
"""Metres around a home within which a record counts as lying at it."""


def sealed_at_homes(session: Session, actor: Actor, rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return ``rows`` (EPSG:27700) with ``sealed`` set too where one lies at a known home.

    Homes are places and premises of a restricted type; nothing of them is returned.
    """
    if actor.tier >= Tier.SEALED or rows.empty:
        return rows
    at_home = near(homes(session), rows.geometry.to_numpy())
    return rows.assign(sealed=rows["sealed"].astype(bool) | at_home)


def near(homes: list[shapely.Geometry], shapes: NDArray[Any]) -> NDArray[np.bool_]:
    """Say which of ``shapes`` (EPSG:27700) lie at one of ``homes``."""
    at_home = np.zeros(len(shapes), dtype=bool)
    if homes and len(shapes):
        found, _ = shapely.STRtree(homes).query(shapes, predicate="dwithin", distance=REACH)
        at_home[found] = True
    return at_home


def homes(session: Session) -> list[shapely.Geometry]:
    """Return the shapes of all known homes and refuges, whoever reads: for `layers/` only."""
    known = sorted(open_types())
    places = select(Place.shape).where(Place.place_type.not_in(known))
    premises = select(Premises.spot).where(Premises.place_type.not_in(known))
    return [*session.scalars(places), *session.scalars(premises)]
