"""Incidents: as points, and counted by area."""

import geopandas as gpd
import numpy as np
from sqlalchemy.orm import Session

from domain import areas, incidents
from domain.areas import AreaKind
from domain.filters import Filters
from domain.incidents import Incident
from domain.people import Actor, Permission, Tier
from domain.visibility import is_restricted
from geo.space import Box
from layers import index, narrowing, sight
from layers.columns import Mask, Recipe
from layers.homes import sealed_at_homes
from layers.index import Standing
from layers.layer import Layer, Read, rule
from layers.selection import Held, select_records
from layers.sight import Sight
from layers.symbols import Look
from layers.wards import by_ward

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


def _conditions(standing: Standing, asked: Filters) -> list[Mask]:
    """Require what `domain.incidents.conditions` requires, agencies left aside."""
    told = standing.columns
    return [
        *narrowing.overlapping(told, asked),
        *narrowing.numbers(told.numbers["weekday"], asked.weekdays),
        *narrowing.numbers(told.numbers["hour"], asked.clock_hours if asked.hours else ()),
        *narrowing.harm(told.words["harm_primary"], told.words["harm_further"], asked.harm_types),
        *narrowing.among(told.words["place_type"], asked.place_types),
        *narrowing.among(told.words["source"], asked.sources),
    ]


def _sealed(standing: Standing) -> Mask:
    types = standing.columns.words["place_type"]
    return types.are(np.array([is_restricted(each or None) for each in types.words], dtype=bool))


HELD = Held(
    Recipe(
        Incident,
        words=(
            "source",
            "category",
            "harm_primary",
            "harm_further",
            "place_type",
            "agency",
            "time_known",
            "precision",
        ),
        numbers={"weekday": np.int8, "hour": np.int8},
        since="occurred_from",
        until="occurred_to",
    ),
    _conditions,
    _sealed,
)


def _by_ward(
    session: Session, actor: Actor, _seen: Sight, box: Box | None, filters: Filters
) -> gpd.GeoDataFrame:
    """Count all incidents, those at homes too, and so hide small numbers from all but sealed."""
    counts, wards = by_ward(session, actor, HELD, box, filters)
    return sight.told_by_area(counts, wards, None if actor.tier >= Tier.SEALED else rule(session))


def _by(kind: AreaKind) -> Read:
    """Count the incidents of other areas, without those at homes: an LSOA is small."""

    def read(
        session: Session, actor: Actor, _seen: Sight, box: Box | None, filters: Filters
    ) -> gpd.GeoDataFrame:
        outlines = areas.frame(session, actor, kind, box)
        standing, found = select_records(session, actor, HELD, filters)
        counts = index.counted(standing.area(kind)[found.rows], outlines)
        exact = actor.tier >= Tier.T3
        return sight.told_by_area(counts, outlines, None if exact else rule(session))

    return read


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
    held=HELD,
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
