"""The map of a patrol's sheet as SVG: streets, zones in their order, grid, scale and north."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from exchange import paper_map
from exchange.paper_map import Paper
from geo.space import Box

WIDE, TALL = 1_820, 1_480
"""Size of the drawing in tenths of a millimetre."""
MARGIN = 120.0
ACCENT = "#1d4f5c"


@dataclass(frozen=True)
class Zone:
    """A stop on the map: its number, and its area (EPSG:27700)."""

    number: int
    shape: BaseGeometry


def draw(zones: Sequence[Zone], ground: Path | None, edges: Iterable[BaseGeometry] = ()) -> str:
    """Draw ``zones`` over the streets of ``ground`` (PMTiles or MBTiles) as SVG, 182 x 148 mm."""
    paper = Paper(_extent([each.shape for each in zones]), WIDE, TALL)
    paper_map.streets(paper, ground)
    paper_map.edges(paper, edges)
    step = paper_map.grid(paper)
    _order(paper, zones)
    paper_map.scale_and_north(paper, step)
    return paper.svg()


def _extent(shapes: Sequence[BaseGeometry]) -> Box:
    """Return the zones' box with room around it, in the shape of the drawing."""
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
    tall = max(north - south, (east - west) * TALL / WIDE, 500.0) + 2 * MARGIN
    wide, middle = tall * WIDE / TALL, ((west + east) / 2, (south + north) / 2)
    return (
        middle[0] - wide / 2, middle[1] - tall / 2, middle[0] + wide / 2, middle[1] + tall / 2,
    )  # fmt: skip


def _order(paper: Paper, zones: Sequence[Zone]) -> None:
    """Draw each zone, a broken line from one to the next, and the numbers over all."""
    for each in zones:
        paper.path(each.shape, fill=ACCENT, fill_opacity=0.16, stroke=ACCENT, stroke_width=6)
    spots = np.array([(each.shape.centroid.x, each.shape.centroid.y) for each in zones])
    if len(spots) > 1:
        paper.path(shapely.LineString(spots), fill="none", stroke=ACCENT, stroke_width=6,
                   stroke_dasharray="4 18", stroke_linecap="round")  # fmt: skip
    shown = paper.at(spots)
    for each, (x, y) in zip(zones, _apart(shown), strict=True):
        paper.parts.append(
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="36" fill="{ACCENT}" stroke="#fff" '
            'stroke-width="6"/>'
        )
        paper.text(x, y + 14, f"{each.number}", font_size=42, font_weight=700, fill="#ffffff",
                   text_anchor="middle")  # fmt: skip


def _apart(spots: Any) -> Any:
    """Move numbers that would lie on one another beside each other."""
    placed: list[Any] = []
    for spot in spots:
        near = sum(np.hypot(*(spot - each)) < 70 for each in spots[: len(placed)])
        placed.append(spot + np.array([78.0 * near, 0.0]))
    return placed
