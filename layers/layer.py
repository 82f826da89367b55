"""One thing to see: how it is read at each sight, and how it looks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import geopandas as gpd
from sqlalchemy.orm import Session

from domain import codes, preferences
from domain.filters import Filters
from domain.people import Actor, Permission, Role, Tier
from geo.space import Box
from geo.suppress import Rule
from layers import sight
from layers.selection import Held
from layers.sight import Sight
from layers.streets import streets
from layers.symbols import Look

Rows = Callable[[Session, Actor, Box | None, Filters], gpd.GeoDataFrame]
Read = Callable[[Session, Actor, Sight, Box | None, Filters], gpd.GeoDataFrame]

PALETTE = (
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#332288", "#999933", "#882255",
    "#44aa99", "#661100", "#6699cc", "#117733",
)  # fmt: skip
"""Categories without a colour of their own: Okabe and Ito, then Tol, both colour-blind safe."""
FIVE = 5
"""No cell, corridor or ward is drawn for fewer, whatever an installation sets."""


@dataclass(frozen=True)
class Layer:
    """One thing to see.

    ``rows`` gives the exact records in EPSG:27700, with ``sealed`` true where a record must not
    be drawn below the sealed tier; ``columns`` are those that may leave with a single record.
    A layer that is made otherwise has a ``reader`` instead. ``colours`` names the columns that
    the reader may colour by, each with its list of codes; ``title_column`` heads a list entry
    and ``when_column`` lets old records fade. ``scale`` names classes of its own, each with its
    colour and words; the ``hatched`` among them say that nothing is known. ``held`` is how the
    map reads a table that may be large. ``live`` says that open maps follow its changes.
    """

    name: str
    title: str
    about: str
    needs: Permission
    subjects: tuple[str, ...]
    look: Look
    rows: Rows | None = None
    reader: Read | None = None
    columns: tuple[str, ...] = ()
    colours: Mapping[str, str] = field(default_factory=dict)
    title_column: str = "label"
    scale: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    hatched: frozenset[str] = frozenset()
    when_column: str = ""
    when_missing: str = "time not known"
    held: Held | None = None
    shown_first: bool = False
    live: bool = False
    plain_title: str = ""

    @property
    def tiled(self) -> bool:
        """Whether it may be large, so that the map fetches it as tiles."""
        return self.held is not None

    def title_for(self, actor: Actor) -> str:
        """Return what this reader calls it: "hot spot" is a word of analysts and police."""
        plain = self.plain_title and actor.role not in (Role.POLICE, Role.ANALYST)
        return self.plain_title if plain else self.title

    def read(
        self, session: Session, actor: Actor, seen: Sight, box: Box | None, filters: Filters
    ) -> gpd.GeoDataFrame:
        """Return the layer at the sight ``seen`` (never `Sight.NONE`), in EPSG:27700."""
        if self.reader is not None:
            return self.reader(session, actor, seen, box, filters)
        asked = None if box is None else sight.widened(box, seen)
        rows = self.visible(session, actor, asked, filters)
        if seen is Sight.CELL:
            return sight.in_cells(rows, rule(session))
        if seen is Sight.STREET and not rows.empty:
            rows = sight.at_street(rows, streets(session))
            rows = rows if box is None else rows.cx[box[0] : box[2], box[1] : box[3]]
        return gpd.GeoDataFrame(
            rows[list(self.columns)], geometry=rows.geometry.array, crs=rows.crs
        )

    def visible(
        self, session: Session, actor: Actor, box: Box | None, filters: Filters
    ) -> gpd.GeoDataFrame:
        """Return the exact records, without the sealed ones where the actor is not cleared."""
        assert self.rows is not None, f"{self.name} has neither rows nor a reader"
        rows = self.rows(session, actor, box, filters)
        return rows if actor.tier >= Tier.SEALED else rows[~rows["sealed"].astype(bool)]

    def looks(self, column: str) -> dict[str, Look]:
        """Return how each code of ``column`` is drawn: its own colour and letters, our shape."""
        listed = codes.current()[self.colours[column]]
        return {
            code: Look(
                colour=each.colour or PALETTE[index % len(PALETTE)],
                shape=self.look.shape,
                letter=letters(each.symbol),
                size=self.look.size,
            )
            for index, (code, each) in enumerate(listed.items())
        }


def letters(symbol: str) -> str:
    """Return the first two letters or figures of a code's symbol, as far as a marker holds them."""
    return "".join(filter(str.isalnum, symbol))[:2]


def rule(session: Session) -> Rule:
    """Return the installation's rule for small numbers."""
    chosen = preferences.read(session)
    return Rule(max(FIVE, chosen.suppression.threshold), chosen.suppression.to_nearest)
