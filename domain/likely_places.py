"""Places that carers expect young people to visit (Philomena forms), as counts and never a form.

Each mention is a row of its own under a random number: a quarter of a year, and a place or the
middle of a 250 m square. Which form, whose, and which mentions came together is not kept. It is
read as counts alone, above the threshold for small numbers.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
from shapely import Point
from sqlalchemy import ForeignKey, literal, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import audit, case_work, interviews, matching, places, preferences
from domain.audit import action
from domain.errors import Invalid
from domain.filters import Filters
from domain.people import Actor, Permission
from domain.places import Place
from domain.visibility import is_restricted, reach, sees_names
from geo.space import Box
from geo.suppress import Rule, suppress
from store import reading
from store.columns import Geometry27700
from store.database import Base

MOST_FORMS = 50
"""Forms that one entry can stand for."""
YEAR = 12
"""Months that are counted."""


class LikelyVisit(Base):
    """One mention of a place on some carer's form, in the quarter that begins on ``quarter``."""

    __tablename__ = "likely_visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    quarter: Mapped[date] = mapped_column(index=True)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    spot: Mapped[Point] = mapped_column(Geometry27700("POINT"))


@dataclass(frozen=True)
class Count:
    """How many forms name a place, in words that hide small numbers; the name is a person's."""

    place_id: int
    place: str
    count: int
    words: str


@action("likely.tell", needs=Permission.CODE_INTERVIEWS)
def tell(
    session: Session,
    actor: Actor,
    *,
    forms: int,
    place_id: int | None = None,
    spot: Point | None = None,
    today: date | None = None,
) -> None:
    """Say that so many forms name a place, or a spot (EPSG:27700), of which the square is kept.

    Raises
    ------
    NotPermitted, NotFound
        Nobody is named; the place is not there for this actor.
    Invalid
        The number or the spot cannot be taken; somebody lives there.
    """
    case_work.person(actor)
    if not 1 <= forms <= MOST_FORMS:
        raise Invalid(f"Say how many forms name it: 1 to {MOST_FORMS}.")
    place, middle = _where(session, actor, place_id, spot)
    if place is not None and is_restricted(place.place_type):
        raise Invalid("That is where somebody lives. Leave it out.")
    row = {
        "quarter": quarter_of(today or matching.today()),
        "place_id": None if place is None else place.id,
        "spot": middle,
    }
    audit.scatter(session, LikelyVisit, [row] * forms)
    audit.note(session, LikelyVisit.__tablename__, {})


def quarter_of(day: date) -> date:
    """Return the first day of the quarter that holds ``day``."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def since(today: date) -> date:
    """Return the first day of the year of quarters that is counted."""
    this = quarter_of(today)
    return date(this.year - 1, this.month, 1)


def counts(session: Session, actor: Actor, today: date | None = None) -> list[Count]:
    """Return the places that carers name most, the most first; none below the threshold.

    Raises
    ------
    NotPermitted
        The actor may not read place cards.
    """
    actor.must(Permission.SEE_PLACES)
    rule = rule_of(session)
    query = (
        select(Place)
        .join(LikelyVisit, LikelyVisit.place_id == Place.id)
        .where(LikelyVisit.quarter >= since(today or matching.today()))
        .where(places.known(actor), Place.merged_into_id.is_(None))
    )
    where = reach(session, actor)
    said = Counter(session.scalars(query))
    found = [
        _count(actor, place, number, rule)
        for place, number in said.items()
        if number >= rule.threshold and where.holds(place.shape)
    ]
    return sorted(found, key=lambda each: (-each.count, each.place))


def frame(
    session: Session, actor: Actor, box: Box | None = None, filters: Filters | None = None
) -> gpd.GeoDataFrame:
    """Read mentions of the last year: for `layers/` only, which counts them in squares.

    Returns
    -------
    GeoDataFrame
        Indexed by id, geometry ``spot`` (EPSG:27700), the middle of a square where no place is
        meant; ``quarter``: its first day; ``sealed``: never, since no home is taken.

    Raises
    ------
    NotPermitted
        The actor may not open the map.
    """
    actor.must(Permission.SEE_MAP)
    asked = filters or Filters()
    where = reach(session, actor, box, asked.areas)
    query = (
        select(
            LikelyVisit.id,
            LikelyVisit.quarter,
            literal(value=False).label("sealed"),
            reading.as_wkb(LikelyVisit.spot),
        )
        .where(where.narrow(LikelyVisit.spot), LikelyVisit.quarter >= since(matching.today()))
        .order_by(LikelyVisit.id)
    )
    found = reading.frame(session, query, {"quarter": reading.DAY, "sealed": "bool"}, "spot")
    return found if where.everywhere else found[where.keep(found["spot"].to_numpy())]


def rule_of(session: Session) -> Rule:
    """Return the installation's rule for small numbers."""
    chosen = preferences.read(session).suppression
    return Rule(chosen.threshold, chosen.to_nearest)


def _where(
    session: Session, actor: Actor, place_id: int | None, spot: Point | None
) -> tuple[Place | None, Point]:
    if place_id is not None:
        place = places.find(session, actor, place_id)
        return place, place.shape.representative_point()
    if spot is None:
        raise Invalid("Say where it is.")
    known = interviews.place_at(session, actor, interviews.on_the_grid(spot))
    if known is None:
        return None, interviews.middle_of_cell(spot)
    return known, known.shape.representative_point()


def _count(actor: Actor, place: Place, number: int, rule: Rule) -> Count:
    shown = suppress([number], rule)
    name = place.name if sees_names(actor) else place.neutral_name
    return Count(place.id, name, int(shown.values[0]), str(shown.words()[0]))
