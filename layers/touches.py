"""Places named in missing episodes: by their role, the corridors that many share, and by ward.

Where a young person lives is never a point or a cell here: `missing_from`, dwellings and homes
are sealed and only counted by ward. A way travelled is drawn only where at least five share it.
"""

import geopandas as gpd
from sqlalchemy.orm import Session

from domain import areas, touches
from domain.areas import AreaKind
from domain.codes import ref
from domain.filters import Filters
from domain.people import Actor, Permission, Tier
from geo.space import Box
from layers import sight
from layers.homes import sealed_at_homes
from layers.layer import Layer, rule
from layers.sight import Sight
from layers.symbols import Look
from layers.wards import countable, whole

TRAVELLED = ref("touch_roles", "travelled_via")
COLUMNS = (
    "role",
    "source",
    "month",
    "time_band",
    "day_type",
    "transport_mode",
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


def _by_ward(
    session: Session, actor: Actor, _seen: Sight, box: Box | None, filters: Filters
) -> gpd.GeoDataFrame:
    wards = areas.frame(session, actor, AreaKind.WARD, box)
    within = tuple(wards.total_bounds) if len(wards) else box
    rows = countable(_marked(session, actor, within, whole(session, filters)), actor)
    return sight.by_area(rows, wards, None if actor.tier >= Tier.SEALED else rule(session))


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
    tiled=True,
)

CORRIDORS = Layer(
    name="corridors",
    title="Ways travelled in missing episodes",
    about="Squares of 250 m that at least five mentions share. Fewer are not drawn.",
    needs=Permission.SEE_PLACES,
    subjects=("place_touch",),
    look=Look("#7a4b94", "hexagon", fill=0.35, weight=1, dash="4 3"),
    rows=_travelled,
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
