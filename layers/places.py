"""Places and spaces of concern."""

import geopandas as gpd
from sqlalchemy.orm import Session

from domain import places
from domain.filters import Filters
from domain.people import Actor, Permission
from geo.space import Box
from layers.layer import Layer
from layers.symbols import Look

COLUMNS = (
    "name",
    "place_type",
    "status",
    "harm_primary",
    "harm_further",
    "precision",
    "marking",
    "first_noted",
    "last_evidence",
    "review_due",
)


def _rows(session: Session, actor: Actor, box: Box | None, filters: Filters) -> gpd.GeoDataFrame:
    return places.frame(session, actor, box, filters)


PLACES = Layer(
    name="places",
    title="Places of concern",
    about="Places that the partnership is making safer. No mark does not mean safe.",
    needs=Permission.SEE_PLACES,
    subjects=(),
    look=Look("#5b3a8c", "shield", size=28),
    rows=_rows,
    columns=COLUMNS,
    colours={"harm_primary": "harm_types", "place_type": "place_types"},
    title_column="name",
    when_column="last_evidence",
    when_missing="no evidence yet",
    shown_first=True,
)
