"""For whom a pack is made, and binding its parts: marking, recipient and user on every page."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import geopandas as gpd
from sqlalchemy.orm import Session

from domain import preferences
from domain.filters import day_words
from domain.matching import LONDON
from domain.people import Actor
from exchange import geopackage
from exchange.pack_content import Block, PackContent, Section

Progress = Callable[[float, str], None]


def silent(_share: float, _words: str) -> None:
    """Tell nobody how far the work is."""


@dataclass(frozen=True)
class Made:
    """A pack's content, and what it was made of: numbers and codes, fit for a manifest.

    ``recipe`` holds ``kind`` and ``number``: of what it is. ``frames`` are the layers drawn.
    """

    content: PackContent
    recipe: dict[str, Any]
    frames: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)


@dataclass(frozen=True)
class Whose:
    """For whom a pack is made, who takes it out, and when."""

    reader: Actor
    recipient: str
    taken_by: str
    at: datetime

    @property
    def day(self) -> date:
        """The day in London."""
        return self.at.astimezone(LONDON).date()

    def recipe(self) -> dict[str, Any]:
        """Return numbers that say as whom it was read."""
        reader = self.reader
        return {
            "tier": int(reader.tier),
            "areas": sorted(reader.area_ids),
            "agency": reader.agency_id,
            "scope": reader.scope,
        }

    def words(self) -> str:
        """Say who took it out, and when."""
        here = self.at.astimezone(LONDON)
        return f"Taken out by {self.taken_by}, {day_words(here.date())} at {here:%H:%M}."

    def sight(self) -> str:
        """Say as whom the pack shows the place."""
        where = "in their areas alone" if self.reader.area_ids else "in the whole partnership"
        return f"At the sight of “{self.reader.tier.title}”, {where}."


def bound(
    session: Session,
    whose: Whose,
    *,
    kind: str,
    title: str,
    subtitle: str,
    cover: Iterable[Block],
    sections: Iterable[Section],
    markings: Iterable[str],
) -> PackContent:
    """Bind the parts of a pack under the highest of ``markings`` (codes) and the partnership's."""
    told = preferences.read(session).partnership
    marking = geopackage.highest({told.marking, *markings})
    return PackContent(
        kind=kind,
        title=title,
        subtitle=subtitle,
        partnership=told.name,
        marking=marking.label,
        handling=marking.handling,
        recipient=whose.recipient,
        made=whose.words(),
        cover=tuple(cover),
        sections=tuple(sections),
    )
