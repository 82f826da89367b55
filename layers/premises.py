"""Partner premises and Community Guardians; safe places and strengths."""

import geopandas as gpd
import pandas as pd
from sqlalchemy.orm import Session

from domain import annotations, premises
from domain.codes import ref
from domain.filters import Filters
from domain.people import Actor, Permission
from geo.space import BNG, Box
from layers.layer import Layer
from layers.symbols import Look

SAFE = ref("premises_roles", "safe_place")
GUARDIAN = ref("premises_roles", "community_guardian")
PARTNER = ref("premises_roles", "partner_premises")
STRENGTH = ref("annotation_kinds", "strength")
COLUMNS = ("name", "role", "place_type", "opening", "trained", "precision")


def _premises(
    session: Session, actor: Actor, box: Box | None, filters: Filters
) -> gpd.GeoDataFrame:
    rows = premises.frame(session, actor, box, filters)
    first = [GUARDIAN if GUARDIAN in roles else PARTNER for roles in rows["roles"]]
    return rows.assign(role=first)[_has(rows, GUARDIAN, PARTNER)]


def _safe(session: Session, actor: Actor, box: Box | None, filters: Filters) -> gpd.GeoDataFrame:
    """Safe premises and noted strengths as one frame: ``name``, ``kind`` and ``sealed``."""
    houses = premises.frame(session, actor, box, filters)
    houses = houses[_has(houses, SAFE)].assign(kind="Safe place")
    notes = annotations.frame(session, actor, box, filters)
    shared = notes["state"] == annotations.AnnotationState.SHARED.value
    notes = notes[(notes["kind"] == STRENGTH) & shared]
    notes = notes.assign(name=notes["text"], kind="Strength", sealed=False)
    parts = [_plain(houses, 0), _plain(notes, 1)]
    return gpd.GeoDataFrame(pd.concat(parts), crs=BNG)


def _has(rows: gpd.GeoDataFrame, *roles: str) -> "pd.Series[bool]":
    """Say of each premises whether it has one of ``roles``."""
    held = [not {*each}.isdisjoint(roles) for each in rows["roles"]]
    return pd.Series(held, index=rows.index, dtype=bool)


def _plain(frame: gpd.GeoDataFrame, kind: int) -> gpd.GeoDataFrame:
    """Return the columns that a safe place has, under a number of its own that stays."""
    columns = frame[["name", "kind", "precision"]].astype(str).assign(sealed=frame["sealed"])
    shown = gpd.GeoDataFrame(columns, geometry=frame.geometry.array, crs=BNG)
    return shown.set_axis(frame.index.astype("int64") * 2 + kind, axis=0)


PREMISES = Layer(
    name="premises",
    title="Partner premises and Community Guardians",
    about="Businesses and buildings by their part in keeping places safe, never by who works "
    "there.",
    needs=Permission.SEE_PLACES,
    subjects=("premises",),
    look=Look("#1b7a5a", "square", "G", size=22),
    rows=_premises,
    columns=COLUMNS,
    colours={"role": "premises_roles", "place_type": "place_types"},
    title_column="name",
)

SAFE_PLACES = Layer(
    name="safe_places",
    title="Safe places and strengths",
    about="Where help is near, and what works here. As weighty as any worry.",
    needs=Permission.SEE_MAP,
    subjects=(
        "premises",
        "annotation",
    ),
    look=Look("#1b7a5a", "plus", size=24),
    rows=_safe,
    columns=("name", "kind", "precision"),
    title_column="name",
    shown_first=True,
)
