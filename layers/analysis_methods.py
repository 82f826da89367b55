"""Which function answers which method."""

from collections.abc import Callable, Mapping

from domain.recipes import Method, Recipe
from layers import analysis_change, analysis_hot, analysis_when, analysis_where
from layers.analysis import Progress, Records, Result

METHODS: Mapping[Method, Callable[[Records, Recipe, Progress], Result]] = {
    Method.HOT_SPOTS: analysis_hot.hot_spots,
    Method.DENSITY: analysis_where.densities,
    Method.CHANGE: analysis_change.changes,
    Method.CONCENTRATION: analysis_where.concentrations,
    Method.CLUSTERS: analysis_where.clusters,
    Method.WHEN: analysis_when.hours_of_the_week,
    Method.NEAR_REPEAT: analysis_when.near_repeats,
}
