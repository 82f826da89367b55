"""Boundaries: partnership, wards, LSOAs and beats, each with its vintage."""

import geopandas as gpd
from sqlalchemy.orm import Session

from domain import areas
from domain.areas import AreaKind
from domain.filters import Filters
from domain.people import Actor, Permission
from geo.space import Box
from layers.layer import Layer, Read
from layers.sight import Sight
from layers.symbols import Look


def _outlines(kind: AreaKind) -> Read:
    def read(
        session: Session, actor: Actor, _seen: Sight, box: Box | None, _filters: Filters
    ) -> gpd.GeoDataFrame:
        found = areas.frame(session, actor, kind, box)
        named = found.rename(columns={"name": "label"}).rename_geometry("geometry")
        return named[["label", "code", "vintage", "geometry"]]

    return read


def _layer(name: str, title: str, kind: AreaKind, look: Look, *, first: bool = False) -> Layer:
    return Layer(
        name=name,
        title=title,
        about="Boundaries as they stood in the vintage that is named.",
        needs=Permission.SEE_MAP,
        subjects=(),
        look=look,
        reader=_outlines(kind),
        shown_first=first,
    )


PARTNERSHIP = _layer(
    "partnership",
    "Partnership boundary",
    AreaKind.PARTNERSHIP,
    Look("#4a4a4a", "", weight=2.5, fill=0, dash="8 4"),
    first=True,
)
WARDS = _layer("wards", "Wards", AreaKind.WARD, Look("#6b6b6b", "", weight=1.5, fill=0))
LSOAS = _layer(
    "lsoas", "Small areas (LSOA)", AreaKind.LSOA, Look("#8a8a8a", "", weight=1, fill=0, dash="3 3")
)
BEATS = _layer("beats", "Beats", AreaKind.BEAT, Look("#3d5a80", "", weight=1.5, fill=0, dash="6 3"))
