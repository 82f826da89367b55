"""The profile of an area: what is recorded there, from when, from whom, how sure, how computed.

It fills the parts that can be made of records. What only people can say is left for them, and
under twelve months of records nothing is called comprehensive.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import geopandas as gpd
from sqlalchemy.orm import Session

from domain import areas, case_work, codes, currency
from domain.areas import Area
from domain.errors import NotFound
from domain.filters import Filters, day_words, joined
from domain.people import Actor, Permission
from exchange import pack_area_found, pack_area_known, pack_charts, pack_map, paper_map
from exchange.pack_binding import Made, Whose, bound
from exchange.pack_content import Block, Facts, Heading, Section, Table, Words, moment, sentence
from exchange.pack_map import Drawn
from exchange.paper_map import Ground
from layers import area_profile
from layers.analysis import Result, nothing_drawn
from layers.area_profile import NOT_TOLD, YEAR, Counted

PERIODS: Final = 92
"""Days after which a profile is made anew."""
INCIDENTS: Final = ("harm_primary", "source", "precision", "time_known")
TOUCHES: Final = ("role", "source")
ABOUT: Final = (
    "This profile is of places, never of people. It is made of records and of what partners "
    "judged; most recorded is not most harmed, and an empty part of the map is not a safe one."
)
NOT_HERE: Final = (
    "Nothing about people who cause harm, and nothing that joins people, is kept here or printed "
    "here. It belongs in an annex that police hold and hand over themselves."
)
WRITTEN: Final = (
    "Recommendations are the partnership's own: nothing is generated here. Write each with an "
    "owner and a day."
)


@dataclass(frozen=True)
class Asked:
    """Which area, and which days: both ends are of the period."""

    area_id: int
    since: date
    until: date

    @property
    def filters(self) -> Filters:
        """What records are narrowed to."""
        return Filters(since=self.since, until=self.until, areas=frozenset({self.area_id}))

    @property
    def before(self) -> Filters:
        """The period before it, as long."""
        long = self.until - self.since
        last = self.since - timedelta(days=1)
        return Filters(since=last - long, until=last, areas=frozenset({self.area_id}))

    @property
    def months(self) -> int:
        """Whole months that the period holds."""
        return round(((self.until - self.since).days + 1) / 30.4)


@dataclass(frozen=True)
class Profile:
    """What was counted and found for a profile, before it is set."""

    asked: Asked
    area: Area
    incidents: Counted
    earlier: Counted
    touches: Counted
    results: tuple[tuple[str, Result], ...]

    @property
    def comprehensive(self) -> bool:
        """Whether the period and the records in it cover twelve months or more."""
        return min(self.asked.months, self.incidents.covers) >= YEAR

    @property
    def hot(self) -> gpd.GeoDataFrame:
        """The cells that stand out, none where it was not asked."""
        found = (each.cells for title, each in self.results if title == pack_area_found.HOT)
        return next(found, nothing_drawn())


def make(
    session: Session,
    whose: Whose,
    asked: Asked,
    ground: Path | Ground | None = None,
) -> Made:
    """Gather the profile of an area in a period as ``whose.reader`` may see it.

    Raises
    ------
    NotPermitted, NotFound
        The reader may not read places, or the area is not there for them.
    """
    whose.reader.must(Permission.SEE_PLACES)
    profile = read(session, whose.reader, asked)
    area = profile.area
    file = ground or paper_map.ground(session)
    outline = (area.name, area.outline)
    drawn = pack_map.draw_area(session, whose.reader, outline, profile.hot, file)
    kind = "Problem profile" if profile.comprehensive else "Area profile, not comprehensive"
    content = bound(
        session,
        whose,
        kind=kind,
        title=area.name,
        subtitle=f"{sentence(area.kind.value)} · {_span(asked)}",
        cover=(Facts(tuple(_cover(whose, profile))), Words(currency_words(profile))),
        sections=_sections(session, whose, profile, drawn),
        markings=drawn.markings,
    )
    recipe = {
        "kind": "area",
        "number": area.id,
        "since": asked.since.isoformat(),
        "until": asked.until.isoformat(),
        "comprehensive": profile.comprehensive,
        "map": {"scale": drawn.scale, "drawn": drawn.rows},
        **whose.recipe(),
    }
    return Made(content, recipe, drawn.frames)


def read(session: Session, reader: Actor, asked: Asked) -> Profile:
    """Count and analyse what ``reader`` may see of an area; errors as of `make`."""
    area = session.get(Area, asked.area_id)
    known = areas.frame(session, reader, area.kind, vintage=area.vintage) if area else None
    if area is None or known is None or area.id not in known.index:
        raise NotFound("That area is not there.")
    told = [
        area_profile.counted(session, reader, "incidents", INCIDENTS, asked.filters),
        area_profile.counted(session, reader, "incidents", (), asked.before),
        area_profile.counted(session, reader, "touches", TOUCHES, asked.filters),
    ]
    results = tuple(pack_area_found.analyses(session, reader, asked.filters))
    return Profile(asked, area, told[0], told[1], told[2], results)


def currency_words(profile: Profile) -> str:
    """Say how long the records cover, and refuse to call less than a year comprehensive."""
    asked, covers = profile.asked.months, profile.incidents.covers
    if profile.comprehensive:
        return (
            f"The records cover {covers} months. That is a year or more, so seasons can be told "
            "apart. It is still a profile of what was recorded, not of all that happened."
        )
    said = f"asks for {asked} months" if asked < YEAR else f"has records of {covers} months"
    return (
        f"This profile {said}. Under twelve months a season can look like a pattern that lasts, "
        "so it is not comprehensive and must not be used as if it were."
    )


def _span(asked: Asked) -> str:
    return f"{day_words(asked.since)} to {day_words(asked.until)}"


def _cover(whose: Whose, profile: Profile) -> Iterator[tuple[str, str]]:
    asked = profile.asked
    yield "For", whose.recipient
    yield "Shown", whose.sight()
    yield "Period", _span(asked)
    yield "Boundary", f"{profile.area.name}, as it stood in {profile.area.vintage}"
    yield "Comprehensive", "Yes: a year or more" if profile.comprehensive else "No"
    yield "As at", f"{moment(whose.at)}, Europe/London"


def _sections(session: Session, whose: Whose, profile: Profile, drawn: Drawn) -> Iterator[Section]:
    reader, asked = whose.reader, profile.asked
    known = pack_area_known.read(session, reader, profile.area.outline, whose.day)
    yield Section("1. Scope, period and sources", tuple(_scope(session, profile)), fresh=True)
    yield Section("2. In short", tuple(_short(profile, known)))
    yield Section("3. Words used", tuple(_flags(profile)))
    yield Section("4. Scale and trend", tuple(_scale(profile)), fresh=True)
    yield Section("5. Young people affected", tuple(known.equity(reader)))
    yield Section("6. People who cause harm", (Words(NOT_HERE),))
    yield Section("7. Locations", tuple(_locations(profile, drawn, known, whose)), fresh=True)
    yield Section("8. What makes it easier, and who guards", tuple(known.guards()))
    yield Section("9. Networks", (Words(NOT_HERE),))
    yield Section("10. Responses and results", tuple(known.responses(session, reader, asked.since,
                                                                     asked.until)))  # fmt: skip
    yield Section("11. What is not known, and whom to ask", tuple(_gaps(session, profile, known,
                                                                        reader)))  # fmt: skip
    blank = tuple((f"{number}.", "", "") for number in range(1, 6))
    yield Section("12. Recommendations", (
        Words(WRITTEN),
        Table("Recommendations to be written", ("Recommendation", "Owner", "By"), blank,
              (7, 3, 2)),
    ))  # fmt: skip
    again = whose.day + timedelta(days=PERIODS)
    yield Section("13. Next refresh", (
        Words(f"Make it anew by {day_words(again)}: at least once a quarter."),
    ))  # fmt: skip


def _scope(session: Session, profile: Profile) -> Iterator[Block]:
    line = currency.line(session, _NOBODY)
    yield Words(ABOUT)
    yield Words(currency_words(profile))
    yield Facts((
        ("Incidents from", joined(profile.incidents.sources) or "nobody, or too few to say"),
        ("Missing episodes", joined(profile.touches.sources) or "nobody, or too few to say"),
        ("Nothing from", joined(line.absent) or "no source is absent"),
        ("All records", line.words()),
    ))  # fmt: skip
    yield Words(
        "Counted: records whose spot lies in the area and whose day, or month, may fall in the "
        "period. Homes, refuges and dwellings are left out." + _hidden(profile.incidents),
        quiet=True,
    )


_NOBODY: Final = Actor("The profile", permissions=frozenset({Permission.SEE_MAP}))
"""Reads the data line, which is the same for every reader of the map."""


def _hidden(found: Counted) -> str:
    if found.exact:
        return ""
    return " Small numbers are hidden and the others rounded, so that none points at a child."


def _short(profile: Profile, known: "pack_area_known.Known") -> Iterator[Block]:
    told = profile.incidents
    yield Words(f"{_number(told, 'incident')} and {_number(profile.touches, 'mention').lower()}"
                f" in missing episodes in this period; {known.in_short()}")  # fmt: skip
    for words in area_profile.trend_words(told, profile.earlier):
        yield Words(words)
    for title, result in profile.results:
        yield Words(f"{title}: {result.headline}")


def _number(found: Counted, noun: str) -> str:
    if found.total is None:
        return f"Too few {noun}s to say"
    about = "" if found.exact else "About "
    return f"{about}{found.total:,} {noun}{'' if found.total == 1 else 's'}"


def _flags(profile: Profile) -> Iterator[Block]:
    harms = codes.current().harm_types
    used = [code for code, _ in profile.incidents.by["harm_primary"] if code in harms]
    rows = tuple((sentence(harms.label(code)), harms[code].note) for code in used)
    if rows:
        yield Table("Types of harm that are told here", ("Type", "Meaning"), rows, (3, 8))
    yield Words("Each record has one main type; sexual exploitation is never counted as a part of "
                "another. “Not told” is a value of its own and is never filled in.",
                quiet=True)  # fmt: skip


def _scale(profile: Profile) -> Iterator[Block]:
    told = profile.incidents
    if told.months:
        yield pack_charts.months("Incidents", told.months)
    for words in area_profile.trend_words(told, profile.earlier):
        yield Words(words)
    harms, sources = codes.current().harm_types, codes.current().incident_sources
    yield Table("Incidents by main type of harm", ("Type of harm", "Incidents"),
                _rows(told, "harm_primary", harms), (5, 2))  # fmt: skip
    yield Table("Incidents by source", ("Who told us", "Incidents"),
                _rows(told, "source", sources), (5, 2))  # fmt: skip
    yield from _standing(
        profile,
        how="Counted by main type and source from the records themselves. The trend is Mann and "
        "Kendall's over months; the comparison is the exact interval for a ratio of two counts.",
        sure="Counts are of what was recorded. More looking makes more records.",
    )


def _rows(found: Counted, column: str, known: codes.CodeList) -> tuple[tuple[str, str], ...]:
    return tuple(
        (sentence(known.label(code)) if code != NOT_TOLD else "Not told", _told(found, count))
        for code, count in found.by[column]
    )


def _told(found: Counted, count: int | None) -> str:
    if count is None:
        return pack_charts.HIDDEN
    return f"{count:,}" if found.exact else f"about {count:,}"


def _standing(profile: Profile, *, how: str, sure: str) -> Iterator[Block]:
    """Say from when, from whom, how sure and how computed."""
    asked, told = profile.asked, profile.incidents
    yield Facts((
        ("From when", _span(asked)),
        ("From whom", joined(told.sources) or "nobody, or too few to say"),
        ("How sure", sure),
        ("How computed", how),
    ))  # fmt: skip


def _locations(
    profile: Profile, drawn: Drawn, known: "pack_area_known.Known", whose: Whose
) -> Iterator[Block]:
    yield drawn.picture
    yield Words(f"Scale 1 to {drawn.scale:,}. Data as of {moment(whose.at)}. No mark does not mean "
                f"safe. {' '.join(drawn.notes)}", quiet=True)  # fmt: skip
    yield from known.places()
    for title, result in profile.results:
        yield Heading(title)
        yield from pack_area_found.analysed(result)
    if not profile.results:
        yield Words("Where and when records cluster is read in the safeguarding meeting, or there "
                    "were too few to tell.")  # fmt: skip
    yield Heading("Named in missing episodes")
    roles = codes.current().touch_roles
    yield Table("Mentions by their part in the episode", ("Part", "Mentions"),
                _rows(profile.touches, "role", roles), (5, 2))  # fmt: skip
    online = profile.incidents.share("harm_primary", ONLINE)
    if online is not None:
        told = f"{online:.1%} of the incidents tell" if online else "No incident tells"
        yield Words(f"{told} of online harm that leads to a place.")


ONLINE: Final = codes.ref("harm_types", "ONL")


def _gaps(
    session: Session, profile: Profile, known: "pack_area_known.Known", reader: Actor
) -> Iterator[Block]:
    asked = profile.asked
    rows = (*_unknown(profile), *known.gaps(session, reader, asked.since, asked.until))
    if not case_work.reads_cases(reader):
        yield Words("What assessments and plans lack is read in the safeguarding meeting.",
                    quiet=True)  # fmt: skip
    if rows:
        yield Table("Gaps and how to close them", ("What is not known", "How to find out"), rows,
                    (6, 6))  # fmt: skip
    else:
        yield Words("No gap was found by rule. Ask what nobody has looked for.")


def _unknown(profile: Profile) -> Iterator[tuple[str, str]]:
    told = profile.incidents
    for column, code, what, ask in UNKNOWN:
        share = told.share(column, code)
        if share:
            yield f"{share:.0%} of the incidents do not tell {what}", ask
    if told.covers < YEAR:
        yield f"The incidents cover {told.covers} months", "Ask each source for a full year."


UNKNOWN: Final = (
    ("harm_primary", NOT_TOLD, "which harm", "Ask sources to state it; code what they sent."),
    ("time_known", "unknown", "when", "Ask for the hours between which it may have happened."),
    ("time_known", "month", "the day", "Ask police for the day, which published data leaves out."),
    ("precision", "approximate", "the exact spot", "Ask for it where a meeting rests on it."),
)
