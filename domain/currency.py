"""The data line: from when the records are, which sources there are, and which are absent."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain import codes
from domain.filters import day_words, joined
from domain.incidents import Incident, TimeKnown
from domain.matching import LONDON
from domain.people import Actor, Permission
from domain.touches import PlaceTouch


@dataclass(frozen=True)
class Span:
    """One source and the days in London of its oldest and newest record; None: no date known.

    ``monthly`` is set where its records tell the month and not the day.
    """

    source: str
    label: str
    oldest: date | None
    newest: date | None
    monthly: bool = False

    def words(self) -> str:
        """Say it: "police 3 January 2025 to 30 June 2026"."""
        if self.oldest is None or self.newest is None:
            return f"{self.label} (dates not known)"
        oldest, newest = map(self._day_words, (self.oldest, self.newest))
        return f"{self.label} {newest if oldest == newest else f'{oldest} to {newest}'}"

    def _day_words(self, day: date) -> str:
        return f"{day:%B %Y}" if self.monthly else day_words(day)


@dataclass(frozen=True)
class DataLine:
    """From when the data is. ``absent`` names the sources of incidents that sent nothing."""

    incidents: tuple[Span, ...]
    touches: tuple[Span, ...]
    absent: tuple[str, ...]

    @property
    def oldest(self) -> date | None:
        """The day of the oldest record of all."""
        days = (span.oldest for span in (*self.incidents, *self.touches))
        return min((day for day in days if day), default=None)

    @property
    def newest(self) -> date | None:
        """The day of the newest record of all."""
        days = (span.newest for span in (*self.incidents, *self.touches))
        return max((day for day in days if day), default=None)

    def words(self) -> str:
        """Say all of it in one sentence for the foot of a screen."""
        incidents = "; ".join(span.words() for span in self.incidents)
        touches = "; ".join(span.words() for span in self.touches)
        parts = [
            f"Incidents: {incidents}" if incidents else "No incidents yet",
            f"places named in missing episodes: {touches}" if touches else "",
            f"nothing from: {joined(self.absent)}" if self.absent else "",
        ]
        return ". ".join(part[:1].upper() + part[1:] for part in parts if part) + "."


def line(session: Session, actor: Actor) -> DataLine:
    """Return the data line; a few looks into an index for each source, however many records.

    Raises
    ------
    NotPermitted
        The actor may not open the map.
    """
    actor.must(Permission.SEE_MAP)
    known = codes.current()
    spans = [_span(session, source) for source in _sources(session)]
    present = {span.source for span in spans}
    absent = [each.label for each in known.incident_sources.values() if each.code not in present]
    return DataLine(tuple(spans), tuple(_touch_spans(session)), tuple(absent))


def _sources(session: Session) -> list[str]:
    """Step through the index from one source to the next, not through every record."""
    found: list[str] = []
    following = session.scalar(select(func.min(Incident.source)))
    while following is not None:
        found.append(following)
        following = session.scalar(
            select(func.min(Incident.source)).where(Incident.source > following)
        )
    return found


def _span(session: Session, source: str) -> Span:
    """Ask for the two ends one at a time: SQLite finds only a lone min or max by its index."""
    of_source = Incident.source == source
    oldest = session.scalar(select(func.min(Incident.occurred_from)).where(of_source))
    newest = session.scalar(select(func.max(Incident.occurred_from)).where(of_source))
    label = codes.current().incident_sources.label(source)
    finest = select(Incident.time_known).where(of_source, Incident.occurred_from == newest).limit(1)
    monthly = session.scalar(finest) is TimeKnown.MONTH
    return Span(source, label, _day(oldest), _day(newest), monthly)


def _touch_spans(session: Session) -> list[Span]:
    ends = func.min(PlaceTouch.month), func.max(PlaceTouch.month)
    query = select(PlaceTouch.source, *ends).group_by(PlaceTouch.source)
    known = codes.current().touch_sources
    return [
        Span(source, known.label(source), oldest, newest, monthly=True)
        for source, oldest, newest in session.execute(query.order_by(PlaceTouch.source))
    ]


def _day(instant: datetime | None) -> date | None:
    return None if instant is None else instant.astimezone(LONDON).date()
