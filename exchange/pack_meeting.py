"""The pack of a meeting: agenda, minutes where it was held, and each place as a part of its own."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import (
    codes,
    currency,
    meeting_actions,
    meeting_items,
    meeting_kinds,
    meeting_minutes,
    meetings,
)
from domain.errors import Conflict, NotPermitted
from domain.filters import day_words
from domain.meeting_items import Line
from domain.meeting_minutes import Entry
from domain.meeting_tables import HELD, Meeting
from domain.places import Place
from exchange import pack_place, paper_map
from exchange.pack_binding import Made, Progress, Whose, bound, silent
from exchange.pack_content import (
    Block,
    Facts,
    Heading,
    Section,
    Table,
    Words,
    moment,
    sentence,
    under,
)
from exchange.pack_place import Parts
from exchange.paper_map import Ground
from store.reading import as_wkb, shapes_of

LINES: Final = 15
"""Lines of each place's timeline that are printed."""
TASKS: Final = ("What", "Who", "Due")
NOBODY: Final = "Nobody was noted as present"
WAY: Final = (
    "Each place is as this reader has it on screen, read at one moment. Places that are not for "
    "this reader are left out and counted on the agenda."
)


def make(
    session: Session,
    whose: Whose,
    meeting_id: int,
    ground: Path | Ground | None = None,
    progress: Progress = silent,
) -> Made:
    """Gather the pack of a meeting as ``whose.reader`` may see it; each place once.

    Raises
    ------
    NotPermitted, NotFound
        The reader may not know of the meeting.
    """
    meeting = meetings.find(session, whose.reader, meeting_id)
    lines = meeting_items.lines(session, whose.reader, meeting.id)
    numbers = [each.place_id for each in lines if each.place_id is not None]
    held = ground or around(session, numbers, paper_map.ground(session))
    found: list[Parts] = []
    for number in numbers:
        progress(len(found) / max(len(numbers), 1), f"{len(found)} of {len(numbers)} places")
        found.append(pack_place.parts(session, whose, number, held, LINES))
    content = bound(
        session,
        whose,
        kind="Pack of a meeting",
        title=meeting.title,
        subtitle=f"{meeting_kinds.label(meeting.kind)} · {moment(meeting.starts_at)}",
        cover=(Facts(tuple(_cover(meeting, whose, len(found)))),),
        sections=_sections(session, whose, meeting, lines, found),
        markings=set[str]().union(*(each.markings for each in found)),
    )
    recipe: dict[str, Any] = {
        "kind": "meeting",
        "number": meeting.id,
        "places": [each.recipe for each in found],
        **whose.recipe(),
    }
    return Made(content, recipe, joined(each.drawn.frames for each in found))


def around(session: Session, numbers: list[int], file: Path | None) -> Ground:
    """Read the base map around many places once."""
    query = select(as_wkb(Place.shape)).where(Place.id.in_(numbers))
    shapes = shapes_of(session.scalars(query).all())
    if not len(shapes):
        return Ground(file, paper_map.NOWHERE, {})
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    room = 2_000.0  # a map shows so much around its place at most, but for the largest
    return Ground.of(file, (west - room, south - room, east + room, north + room))


def joined(every: Any) -> dict[str, gpd.GeoDataFrame]:
    """Put the layers of many maps together, each record once."""
    found: dict[str, list[gpd.GeoDataFrame]] = {}
    for frames in every:
        for name, frame in frames.items():
            found.setdefault(name, []).append(frame)
    return {name: _once(frames) for name, frames in found.items()}


def _once(frames: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    whole = gpd.GeoDataFrame(pd.concat(frames), crs=frames[0].crs)
    return whole[~whole.index.duplicated()]


def _cover(meeting: Meeting, whose: Whose, places: int) -> Iterator[tuple[str, str]]:
    yield "For", whose.recipient
    yield "Shown", whose.sight()
    yield "When", f"{moment(meeting.starts_at)}, {meeting.lasts} minutes"
    where = ", ".join(filter(None, ["online" if meeting.online else "", meeting.held_where]))
    if where:
        yield "Where", sentence(where)
    yield "Chair", meeting.chair_name or meeting.chair_role or "Nobody yet"
    yield "Stands", sentence(meeting.state.words)
    yield "Places", str(places)
    yield "As at", f"{moment(whose.at)}, Europe/London"


def _sections(
    session: Session, whose: Whose, meeting: Meeting, lines: list[Line], found: list[Parts]
) -> Iterator[Section]:
    yield _agenda(session, meeting, lines)
    yield from _minutes(session, whose, meeting)
    yield from _last_time(session, whose, meeting)
    for number, each in enumerate(found, 1):
        # The last section says how the pack was made: once for all, at the end.
        yield under(f"{number}. {each.card.name}", (_about(each), *each.sections[:-1]))
    rows = (
        ("Data", currency.line(session, whose.reader).words()),
        ("Read", f"{moment(whose.at)}, Europe/London"),
        ("Shown", whose.sight()),
        ("Map", pack_place.DRAWN),
    )
    yield Section("How this pack was made", (Facts(rows), Words(WAY)), fresh=True)


def _about(each: Parts) -> Section:
    card = each.card
    rows = (
        ("What", pack_place.about(card)),
        ("Stands", f"{sentence(card.status.words)}. {card.review_words()}"),
        ("Held by", card.owner or "Nobody yet"),
        ("The record", codes.current().markings.label(card.marking)),
    )
    told = " ".join((*card.precision_words(), *each.drawn.notes))
    return Section("In short", (Facts(rows), Words(told, quiet=True)))


def _agenda(session: Session, meeting: Meeting, lines: list[Line]) -> Section:
    known = meeting_kinds.book().kinds.get(meeting.kind)
    blocks: list[Block] = []
    if known:
        blocks += [Words(f"{meeting_kinds.label(meeting.kind)}: {known.about}", quiet=True)]
        blocks += [Heading("At the start"), *map(Words, known.opening)]
    for each in meeting_kinds.book().statements.values():
        blocks += [Facts(((each.label, each.words),))]
    blocks.append(Heading("What is on the agenda"))
    if lines:
        rows = tuple(
            (str(number), each.name, each.says, _standing(each))
            for number, each in enumerate(lines, 1)
        )
        head = ("", "Item", "Why", "Stands")
        blocks.append(Table("The agenda in its order", head, rows, (1, 5, 8, 3)))
    else:
        blocks.append(Words("Nothing is on the agenda for this reader."))
    if left := meeting_items.hidden(session, meeting, lines):
        one = "1 more item is" if left == 1 else f"{left} more items are"
        blocks.append(Words(f"{one} not for this reader.", quiet=True))
    if known:
        blocks += [Heading("For each place"), *map(Words, known.each_place)]
        blocks += [Heading("At the end"), *map(Words, known.closing)]
    return Section("Agenda", tuple(blocks), fresh=True)


def _standing(each: Line) -> str:
    said = [each.state.words, "urgent" if each.urgent else "", "closed part" * each.restricted]
    return sentence(", ".join(filter(None, said)))


def _minutes(session: Session, whose: Whose, meeting: Meeting) -> Iterator[Section]:
    """Yield the minutes of a meeting that was held, where this reader has them."""
    if meeting.state not in HELD:
        return
    try:
        told = meeting_minutes.minutes(session, whose.reader, meeting.id)
    except (NotPermitted, Conflict) as why:
        yield Section("Minutes", (Words(str(why)),), fresh=True)
        return
    facts = (
        ("Present", "; ".join(told.present) or NOBODY),
        ("Apologies", "; ".join(told.apologies)),
        ("Conflicts of interest", "; ".join(told.conflicts)),
        ("Read out", ", ".join(told.statements)),
        ("Stand", "Approved and frozen" if told.frozen else "Not approved yet"),
        ("Fingerprint", told.fingerprint[:16]),
    )
    blocks: list[Block] = [Facts(tuple((name, words) for name, words in facts if words))]
    for number, each in enumerate(told.entries, 1):
        blocks.append(Heading(f"{number}. {each.name}"))
        blocks += _entry(each)
    if told.left_out:
        one = "1 item is" if told.left_out == 1 else f"{told.left_out} items are"
        blocks.append(Words(f"{one} not for this reader.", quiet=True))
    yield Section("Minutes and decisions", tuple(blocks), fresh=True)


def _entry(each: Entry) -> Iterator[Block]:
    decided = f"{each.decision}. {each.reason}" if each.decision else ""
    by = f" ({each.decided_by})" if each.decided_by else ""
    rows = (
        ("Why", each.says),
        ("Notes", each.notes),
        ("Decided", f"{decided.strip()}{by}" if decided else ""),
        ("In words", each.words),
        ("Still missing", " ".join(each.missing)),
        ("Also", "The place was also referred beside a child." if each.also_referred else ""),
        ("Put off", each.deferred_why),
        ("Next", each.next_step),
        ("Decided on", each.fingerprint[:16]),
    )
    yield Facts(tuple((name, words) for name, words in rows if words))
    if each.actions:
        tasks = tuple(
            (str(one["what"]), f"{one['agency']}, {one['role']}",
             day_words(date.fromisoformat(one["due"])))
            for one in each.actions
        )  # fmt: skip
        yield Table(f"Actions of item {each.name}", TASKS, tasks, (6, 4, 2))


def _last_time(session: Session, whose: Whose, meeting: Meeting) -> Iterator[Section]:
    tasks = meeting_actions.from_last_time(session, whose.reader, meeting.id)
    if tasks:
        rows = tuple(
            (each.what, f"{each.agency}, {each.owner_role}",
             f"{day_words(each.due)}{', overdue' if each.overdue else ''}")
            for each in tasks
        )  # fmt: skip
        table = Table("Open actions of earlier meetings", TASKS, rows, (6, 4, 3))
        yield Section("Actions from last time", (table,))
