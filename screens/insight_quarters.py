"""Small multiples: the same squares quarter by quarter, to be read side by side and printed."""

import geopandas as gpd
import pandas as pd
import shapely
import streamlit as st

from domain import areas
from domain.areas import AreaKind
from domain.people import Actor
from domain.recipes import Method
from layers import analysis_periods
from screens import desk, insight_charts
from screens.insight_found import Found

METHODS = {Method.HOT_SPOTS, Method.DENSITY, Method.CHANGE}
COARSE = 100
"""Metres by which an outline may be off in a picture so small."""


def offer(found: Found) -> None:
    """Offer the quarters, counted from the records as they are now."""
    if found.method not in METHODS:
        return
    if not st.toggle("Show quarter by quarter", key=f"quarters_{found.id}"):
        return
    with desk.shown_errors():
        actor = desk.actor()
        squares, outline = _read(str(found.recipe.as_json()), found.now, actor.scope, found, actor)
        st.header("Quarter by quarter", anchor=False)
        st.altair_chart(insight_charts.quarters(squares, outline), width="content")
        st.caption(
            "Records in each square, one scale for all quarters, at most the last twelve. To "
            "print, use your browser: the question and the menu are left out."
            + (" Counted from the records as they are now." if found.moved_on else "")
        )


@st.cache_data(max_entries=8, show_spinner="Counting the quarters")
def _read(
    recipe: str,  # noqa: ARG001 - a part of the key, as are the next two
    now: str,  # noqa: ARG001
    scope: str,  # noqa: ARG001
    _found: Found,
    _actor: Actor,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    with desk.store().reading() as session:
        squares = analysis_periods.by_quarter(session, _actor, _found.recipe)
        whole = areas.frame(session, _actor, AreaKind.PARTNERSHIP)
    return squares, rings(whole)


def rings(whole: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return outlines as points to join: ``ring``, ``at`` and ``x``, ``y`` in metres."""
    parts = shapely.get_parts(shapely.simplify(whole.geometry.to_numpy(), COARSE))
    points = [shapely.get_coordinates(shapely.get_exterior_ring(each)) for each in parts]
    frames = [
        pd.DataFrame({"ring": str(number), "at": range(len(xy)), "x": xy[:, 0], "y": xy[:, 1]})
        for number, xy in enumerate(points)
    ]
    return pd.concat(frames) if frames else pd.DataFrame(columns=["ring", "at", "x", "y"])
