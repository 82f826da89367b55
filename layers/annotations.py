"""Annotations, and a person's own reports."""

import geopandas as gpd
from sqlalchemy.orm import Session

from domain import annotations
from domain.filters import Filters
from domain.people import Actor, Permission
from geo.space import Box
from layers.layer import Layer
from layers.symbols import Look

COLUMNS = ("text", "kind", "noted_on", "state", "precision", "basis", "valid_until", "sketch")


def _shared(session: Session, actor: Actor, box: Box | None, filters: Filters) -> gpd.GeoDataFrame:
    rows = annotations.frame(session, actor, box, filters)
    shared = rows["state"] == annotations.AnnotationState.SHARED.value
    return rows[shared].assign(sealed=False)


def _own(session: Session, actor: Actor, box: Box | None, filters: Filters) -> gpd.GeoDataFrame:
    rows = annotations.frame(session, actor, box, filters)
    return rows[rows["mine"].astype(bool)].assign(sealed=False)


ANNOTATIONS = Layer(
    name="annotations",
    title="Annotations",
    about="What is known of a spot, in words that were looked over: worries, strengths, notes.",
    needs=Permission.SEE_PLACES,
    subjects=("annotation",),
    look=Look("#8a5a00", "pentagon", size=20),
    rows=_shared,
    columns=COLUMNS,
    colours={"kind": "annotation_kinds"},
    title_column="text",
    when_column="noted_on",
    live=True,
)

REPORTS = Layer(
    name="reports",
    title="Your own reports",
    about="What you told us, and where it stands. Only you and the moderators see it here.",
    needs=Permission.REPORT,
    subjects=("annotation",),
    look=Look("#8a5a00", "wedge", size=22),
    rows=_own,
    columns=COLUMNS,
    colours={"kind": "annotation_kinds"},
    title_column="text",
    shown_first=True,
)
