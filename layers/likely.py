"""Places that carers expect young people to visit: squares that five mentions or more share."""

import geopandas as gpd
from sqlalchemy.orm import Session

from domain import likely_places
from domain.filters import Filters
from domain.people import Actor, Permission
from geo.space import Box
from layers.homes import sealed_at_homes
from layers.layer import Layer
from layers.symbols import Look


def _mentions(
    session: Session, actor: Actor, box: Box | None, filters: Filters
) -> gpd.GeoDataFrame:
    return sealed_at_homes(session, actor, likely_places.frame(session, actor, box, filters))


LIKELY = Layer(
    name="likely_places",
    title="Places that carers expect young people to visit",
    about="Squares of 250 m that carers' Philomena forms name, in the last year. Fewer than five "
    "mentions are not drawn. Nothing here tells of one form or one young person.",
    needs=Permission.SEE_PLACES,
    subjects=("likely_visit",),
    look=Look("#00588a", "square", fill=0.4, weight=1),
    rows=_mentions,
    columns=(),
)
