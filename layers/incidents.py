"""Incidents: as points, and counted by area."""

import geopandas as gpd
from sqlalchemy.orm import Session

from domain import areas, incidents
from domain.areas import AreaKind
from domain.filters import Filters
from domain.people import Actor, Permission, Tier
from geo.space import Box
from layers import sight
from layers.homes import sealed_at_homes
from layers.layer import Layer, Read, rule
from layers.sight import Sight
from layers.symbols import Look
from layers.wards import countable, whole

COLUMNS = (
    "category",
    "source",
    "harm_primary",
    "harm_further",
    "place_type",
    "agency",
    "time_known",
    "occurred_from",
    "occurred_to",
    "precision",
)


def rows(session: Session, actor: Actor, box: Box | None, filters: Filters) -> gpd.GeoDataFrame:
    """Return incidents at their true spots, ``sealed`` where they lie at a home."""
    found = incidents.frame(session, actor, box, filters)
    return sealed_at_homes(session, actor, found)


def _by_ward(
    session: Session, actor: Actor, _seen: Sight, box: Box | None, filters: Filters
) -> gpd.GeoDataFrame:
    """Count all incidents, those at homes too, and so hide small numbers from all but sealed."""
    wards, found = _within(session, actor, AreaKind.WARD, box, whole(session, filters))
    counted = countable(found, actor)
    return sight.by_area(counted, wards, None if actor.tier >= Tier.SEALED else rule(session))


def _by(kind: AreaKind) -> Read:
    """Count the incidents of other areas, without those at homes: an LSOA is small."""

    def read(
        session: Session, actor: Actor, _seen: Sight, box: Box | None, filters: Filters
    ) -> gpd.GeoDataFrame:
        outlines, found = _within(session, actor, kind, box, filters)
        shown = found if actor.tier >= Tier.SEALED else found[~found["sealed"].astype(bool)]
        return sight.by_area(shown, outlines, rule(session) if actor.tier < Tier.T3 else None)

    return read


def _within(
    session: Session, actor: Actor, kind: AreaKind, box: Box | None, filters: Filters
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the areas that touch ``box``, whole, and the incidents in the box around them."""
    outlines = areas.frame(session, actor, kind, box)
    around = None if outlines.empty else tuple(outlines.total_bounds.tolist())
    return outlines, rows(session, actor, around, filters)


INCIDENTS = Layer(
    name="incidents",
    title="Incidents",
    about="What police, council, transport, health and schools recorded. Recorded most is not "
    "the same as harmed most.",
    needs=Permission.SEE_MAP,
    subjects=("incident",),
    look=Look("#4a6fa5", "circle", size=14),
    rows=rows,
    columns=COLUMNS,
    colours={
        "harm_primary": "harm_types",
        "source": "incident_sources",
        "place_type": "place_types",
    },
    title_column="category",
    when_column="occurred_from",
    tiled=True,
)


def _counts(name: str, title: str, reader: Read) -> Layer:
    return Layer(
        name=name,
        title=title,
        about="How many incidents were recorded in each area, in the period that you chose.",
        needs=Permission.SEE_MAP,
        subjects=("incident",),
        look=Look("#3b6a7d", "square", fill=0.5, weight=1),
        reader=reader,
    )


BY_WARD = _counts("incident_wards", "Incidents by ward", _by_ward)
BY_LSOA = _counts("incident_lsoas", "Incidents by small area (LSOA)", _by(AreaKind.LSOA))
BY_BEAT = _counts("incident_beats", "Incidents by beat", _by(AreaKind.BEAT))
