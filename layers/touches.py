"""Places named in missing episodes: by their role, the corridors that many share, and by ward.

Where a young person lives is never a point or a cell here: `missing_from`, dwellings and homes
are sealed and only counted by ward. A way travelled is drawn only where at least five share it.
"""

import geopandas as gpd
import numpy as np
from sqlalchemy.orm import Session

from domain import touches
from domain.codes import ref
from domain.filters import Filters
from domain.people import Actor, Permission, Tier
from domain.touches import PlaceTouch
from domain.visibility import is_restricted
from geo.space import Box
from layers import narrowing, sight
from layers.columns import Mask, Recipe
from layers.homes import sealed_at_homes
from layers.index import Standing
from layers.layer import Layer, rule
from layers.selection import Held
from layers.sight import Sight
from layers.symbols import Look
from layers.wards import by_ward

TRAVELLED = ref("touch_roles", "travelled_via")
COLUMNS = (
    "role",
    "source",
    "month",
    "time_band",
    "day_type",
    "transport_mode",
    "felt",
    "precision",
)


def _places(session: Session, actor: Actor, box: Box | None, filters: Filters) -> gpd.GeoDataFrame:
    rows = _marked(session, actor, box, filters)
    return rows[rows["role"] != TRAVELLED]


def _travelled(
    session: Session, actor: Actor, box: Box | None, filters: Filters
) -> gpd.GeoDataFrame:
    rows = _marked(session, actor, box, filters)
    return rows[rows["role"] == TRAVELLED]


def _marked(session: Session, actor: Actor, box: Box | None, filters: Filters) -> gpd.GeoDataFrame:
    return sealed_at_homes(session, actor, touches.frame(session, actor, box, filters))


def _conditions(standing: Standing, asked: Filters) -> list[Mask]:
    """Require what `domain.touches` requires."""
    told = standing.columns
    days, bands = touches.asked_days(asked), touches.asked_bands(asked)
    return [
        *narrowing.among(told.words["source"], asked.sources),
        *narrowing.among(standing.place_types(), asked.place_types),
        *narrowing.among(told.words["day_type"], frozenset(days)),
        *narrowing.among(told.words["time_band"], frozenset(bands)),
        *narrowing.months(told, asked),
    ]


def _open(standing: Standing, asked: Filters) -> list[Mask]:
    travelled = standing.columns.words["role"].among(frozenset({TRAVELLED}))
    return [*_conditions(standing, asked), ~travelled]


def _ways(standing: Standing, asked: Filters) -> list[Mask]:
    travelled = standing.columns.words["role"].among(frozenset({TRAVELLED}))
    return [*_conditions(standing, asked), travelled]


def _sealed(standing: Standing) -> Mask:
    """Say what `domain.touches.is_sealed` says."""
    told, types = standing.columns, standing.place_types()
    restricted = np.array([is_restricted(each or None) for each in types.words], dtype=bool)
    open_role = told.words["role"].among(frozenset(touches.open_roles()))
    return np.asarray((told.numbers["residential"] > 0) | ~open_role | types.are(restricted))


RECIPE = Recipe(
    PlaceTouch,
    words=("source", "role", "time_band", "day_type", "transport_mode", "felt", "precision"),
    numbers={"place_id": np.int64, "residential": np.int8},
    since="month",
)

EVERY = Held(RECIPE, _conditions, _sealed)


def _by_ward(
    session: Session, actor: Actor, _seen: Sight, box: Box | None, filters: Filters
) -> gpd.GeoDataFrame:
    counts, wards = by_ward(session, actor, EVERY, box, filters)
    return sight.told_by_area(counts, wards, None if actor.tier >= Tier.SEALED else rule(session))


TOUCHES = Layer(
    name="touches",
    title="Places named in missing episodes",
    about="Each mark is one mention of a place, by its part in the episode. Nothing joins two "
    "mentions. Homes and where children went missing from are only counted by ward.",
    needs=Permission.SEE_PLACES,
    subjects=("place_touch",),
    look=Look("#7a4b94", "diamond", size=18),
    rows=_places,
    columns=COLUMNS,
    colours={"role": "touch_roles", "source": "touch_sources"},
    title_column="role",
    when_column="month",
    held=Held(RECIPE, _open, _sealed),
)

CORRIDORS = Layer(
    name="corridors",
    title="Ways travelled in missing episodes",
    about="Squares of 250 m that at least five mentions share. Fewer are not drawn.",
    needs=Permission.SEE_PLACES,
    subjects=("place_touch",),
    look=Look("#7a4b94", "hexagon", fill=0.35, weight=1, dash="4 3"),
    rows=_travelled,
    held=Held(RECIPE, _ways, _sealed),
)

BY_WARD = Layer(
    name="touch_wards",
    title="Missing episodes by ward",
    about="Mentions of any place in missing episodes, homes among them, counted by ward. Small "
    "numbers are not shown.",
    needs=Permission.SEE_MAP,
    subjects=("place_touch",),
    look=Look("#7a4b94", "square", fill=0.5, weight=1),
    reader=_by_ward,
)
