"""Hot cells of analyses that were kept, as zones that a patrol may visit only exceptionally.

A hot cell says where records cluster, and no more: it never makes a stop by itself. An inspector
answers for it by name, and something that is not the police's own has to speak for it too.
"""

from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from domain import insights
from domain.patrols import WIDEST
from domain.people import Actor
from domain.recipes import Method
from layers.analysis import unpack

MOST = 20
"""Cells of one analysis that are offered, the strongest first."""
REACH = 150.0
"""Metres around the middle of a cell that is too large to be a zone."""


@dataclass(frozen=True)
class HotCell:
    """A cell of a kept analysis; ``zone`` in EPSG:27700, at most 200 m around its middle.

    ``alone``: one source stands behind it, so others should be asked first. ``when`` says in
    which hours most of its records began.
    """

    label: str
    zone: BaseGeometry
    words: str
    when: str
    alone: bool

    @property
    def why(self) -> str:
        """Say why somebody might go there, without who told of it."""
        hours = f" Most fall on {self.when}." if self.when[:1].isupper() else ""
        return f"Records cluster here more than chance would have it.{hours}"


@dataclass(frozen=True)
class Kept:
    """A kept analysis of hot spots; a person wrote ``title``: escape it."""

    insight_id: int
    title: str


def kept(session: Session, actor: Actor) -> list[Kept]:
    """Return the kept analyses of hot spots that ``actor`` may read, the latest first.

    Raises
    ------
    NotPermitted
        The actor may not run analyses.
    """
    return [
        Kept(each.id, each.title)
        for each in insights.kept(session, actor)
        if each.recipe.get("method") == Method.HOT_SPOTS.value
    ]


def cells(session: Session, actor: Actor, insight_id: int) -> list[HotCell]:
    """Return the hot cells of a kept analysis, the strongest first.

    Raises
    ------
    NotPermitted, NotFound, Invalid
        As in `insights.find`; the result is damaged.
    """
    found = unpack(insights.find(session, actor, insight_id).result).cells
    return [
        HotCell(
            label=str(row["label"]),
            zone=zone_of(shape),
            words=str(row["words"]),
            when=str(row.get("when", "")),
            alone=int(row.get("voices", 2)) == 1,
        )
        for row, shape in zip(
            found.drop(columns=found.geometry.name).head(MOST).to_dict("records"),
            found.geometry.head(MOST),
            strict=True,
        )
    ]


def zone_of(cell: BaseGeometry) -> BaseGeometry:
    """Return the zone of a cell: itself where it is small enough, else around its middle."""
    if shapely.minimum_bounding_radius(cell) <= WIDEST:
        return cell
    return cell.centroid.buffer(REACH)
