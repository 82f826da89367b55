"""The pack of one place, made of the readings that its reader has on screen, and no others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from domain import case_timeline, codes, currency, place_card
from domain.case_timeline import Entry
from domain.filters import day_words
from domain.matching import LONDON
from domain.people import Actor, Tier
from domain.place_card import Guardian, Note, PlaceCard
from exchange import pack_assessment, pack_charts, pack_map, pack_plan, paper_map
from exchange.pack_binding import Made, Whose, bound
from exchange.pack_content import (
    Beside,
    Block,
    Facts,
    Heading,
    Section,
    Table,
    Words,
    moment,
    sentence,
)
from exchange.pack_map import Drawn
from exchange.paper_map import Ground

READ: Final = (
    "All of it was read at one moment, by the readings that the screen has, with the permissions "
    "of the reader it is for."
)
DRAWN: Final = "Drawn on the server from the partnership's own base map."
NEAR: Final = "A guardian near here"
"""What stands for the name of premises in a pack under a neutral name."""
LINES = 40
"""Lines of the timeline that are printed, the latest; the others are on screen."""


@dataclass(frozen=True)
class Parts:
    """A place in a pack: its card, its map, its sections, and how many lines are printed."""

    card: PlaceCard
    drawn: Drawn
    sections: tuple[Section, ...]
    lines: int

    @property
    def markings(self) -> set[str]:
        """Codes of every marking of what is in it."""
        return {self.card.marking, *self.drawn.markings}

    @property
    def recipe(self) -> dict[str, Any]:
        """Numbers and codes that say what it was made of; no words of a person."""
        return {
            "place": self.card.id,
            "version": self.card.version,
            "map": {"scale": self.drawn.scale, "drawn": self.drawn.rows},
            "months": len(self.card.evidence.months),
            "lines": self.lines,
        }


def parts(
    session: Session,
    whose: Whose,
    place_id: int,
    ground: Path | Ground | None,
    lines: int = LINES,
) -> Parts:
    """Gather what ``whose.reader`` may see of a place, with the latest ``lines`` of its timeline.

    Raises
    ------
    NotPermitted, NotFound
        As in `place_card.card`.
    """
    reader = whose.reader
    card = place_card.card(session, reader, place_id, at=whose.at)
    drawn = pack_map.draw(session, reader, card, ground)
    entries = case_timeline.of_place(session, reader, place_id)
    doing = pack_plan.blocks(session, reader, card, whose.day)
    assessed = tuple(pack_assessment.blocks(session, reader, card))
    sections = (
        where(drawn, whose),
        known(card),
        *((Section("How it was assessed", assessed, fresh=True),) if assessed else ()),
        _evidence(card),
        _timeline(entries, lines),
        Section("Goals and actions", tuple(doing)),
        method(session, reader, card, drawn, whose),
    )
    return Parts(card, drawn, sections, min(lines, len(entries)))


def make(
    session: Session, whose: Whose, place_id: int, ground: Path | Ground | None = None
) -> Made:
    """Gather the pack of a place as ``whose.reader`` may see it; errors as of `parts`."""
    found = parts(session, whose, place_id, ground or paper_map.ground(session))
    card = found.card
    content = bound(
        session,
        whose,
        kind="Pack of a place",
        title=card.name,
        subtitle=about(card),
        cover=cover(card, whose),
        sections=found.sections,
        markings=found.markings,
    )
    recipe = {"kind": "place", "number": card.id, **found.recipe, **whose.recipe()}
    return Made(content, recipe, found.drawn.frames)


def about(card: PlaceCard) -> str:
    """Say what a place is, and where."""
    return f"{sentence(card.type_label)} · {card.location}"


def cover(card: PlaceCard, whose: Whose) -> tuple[Block, ...]:
    """Say for whom a place's pack is, and how the place stands."""
    marked = codes.current().markings.label(card.marking)
    rows = (
        ("For", whose.recipient),
        ("Shown", whose.sight()),
        ("Stands", f"{sentence(card.status.words)}. {card.review_words()}"),
        ("Held by", card.owner or "Nobody yet"),
        ("As at", f"{moment(whose.at)}, Europe/London"),
        ("The record", f"{marked}. Read by “{_tier(card)}” and above."),
    )
    return (Facts(rows),)


def _tier(card: PlaceCard) -> str:
    return Tier(card.tier).title if card.tier in set(Tier) else "nobody"


def where(drawn: Drawn, whose: Whose) -> Section:
    """Show where a place is."""
    said = (
        f"Scale 1 to {drawn.scale:,} on paper as wide as A4; the bar holds at any size. North is "
        f"up. Grid: British National Grid, metres. Data as of {moment(whose.at)}. No mark does not "
        "mean safe."
    )
    return Section("Where it is", (drawn.picture, Words(said, quiet=True)), fresh=True)


def known(card: PlaceCard) -> Section:
    """Show what is known of a place: strengths beside worries, guardians, notes, analyses."""
    blocks: list[Block] = [Facts(tuple(_facts(card))), _words(card)]
    blocks.append(Heading("Community Guardians"))
    if card.guardians:
        rows = tuple((each.name or NEAR, _roles(each), _traits(each)) for each in card.guardians)
        blocks.append(Table("Who guards this place", ("Name", "Part", "Known of them"), rows,
                            (3, 3, 3)))  # fmt: skip
    else:
        blocks.append(Words("Nobody is named yet. Who is near, and cares?"))
    if card.notes:
        kinds = codes.current().annotation_kinds
        told = tuple((day_words(each.noted_on), sentence(kinds.label(each.kind)), each.text,
                      _weighed(each)) for each in card.notes)  # fmt: skip
        head = ("Day", "Kind", "Words", "How surely known, and how to handle it")
        table = Table("What was noted here", head, told, (2, 2, 5, 4))
        blocks += [Heading("Annotations"), table]
    if card.analyses:
        named = tuple((each.title,) for each in card.analyses)
        blocks += [Heading("Analyses named as evidence"),
                   Table("Analyses of this place", ("Title",), named, (1,))]  # fmt: skip
    return Section("What is known", tuple(blocks), fresh=True)


def _weighed(note: Note) -> str:
    """Say how surely a note is known; its handling conditions go with every copy."""
    told = filter(None, [sentence(note.grade) + "." if note.grade else "", note.handling])
    return " ".join(told) or "Not graded"


def _facts(card: PlaceCard) -> Iterator[tuple[str, str]]:
    harms = codes.current().harm_types
    yield "Harm", sentence(harms.label(card.harm_primary))
    if card.harm_further:
        yield "Also", sentence(", ".join(harms.label(code) for code in card.harm_further))
    yield "First noted", day_words(card.first_noted)
    if card.last_evidence:
        yield "Last evidence", day_words(card.last_evidence)
    if card.aliases:
        yield "Also called", ", ".join(card.aliases)
    if card.status_reason:
        yield "Why it stands so", card.status_reason


def _words(card: PlaceCard) -> Beside:
    strong = ("What is strong here", card.strengths or "Nothing noted yet. What helps here?")
    if card.neutral:
        return Beside((strong,))
    return Beside((strong, ("What worries us", card.worries or "Nothing noted.")))


def _roles(each: Guardian) -> str:
    known = codes.current().premises_roles
    return ", ".join(sentence(known.label(code)) for code in each.roles)


def _traits(each: Guardian) -> str:
    held = (("trained", each.trained), ("trusted by young people", each.trusted))
    return sentence(", ".join(name for name, has in held if has)) or "Nothing yet"


def _evidence(card: PlaceCard) -> Section:
    found = card.evidence
    blocks: list[Block] = [Heading("Records by month"), pack_charts.by_month(found)]
    hours = pack_charts.by_hour(found)
    blocks.append(Heading("Incidents by hour of the week"))
    blocks.append(hours or Words("Too little is known of the hours to show them."))
    if found.suppressed:
        blocks.append(Words("Where nothing is drawn there were none, or too few to be shown.",
                            quiet=True))  # fmt: skip
    return Section("When, and how much", tuple(blocks), fresh=True)


def _timeline(entries: Sequence[Entry], lines: int) -> Section:
    if not entries:
        return Section("What happened", (Words("Nothing is noted yet."),))
    printed = entries[:lines]
    told = 3 if any(each.who for each in printed) else 2  # who did it is for readers of names
    rows = tuple((_when(each), _said(each), each.who)[:told] for each in printed)
    head, widths = ("When", "What", "Who")[:told], (4, 8, 3)[:told]
    table = Table("What happened here, the latest first", head, rows, widths)
    if len(entries) <= lines:
        return Section("What happened", (table,))
    more = Words(
        f"{len(entries) - lines} earlier lines stand on the page of the place.", quiet=True
    )
    return Section("What happened", (table, more))


def _when(each: Entry) -> str:
    return day_words(each.at.astimezone(LONDON).date()) if each.day_only else moment(each.at)


def _said(each: Entry) -> str:
    said = f"{each.said}: {each.words}" if each.words else each.said
    return f"{said} ({each.handling})" if each.handling else said


def method(session: Session, reader: Actor, card: PlaceCard, drawn: Drawn, whose: Whose) -> Section:
    """Say how a pack was made, with the numbers behind its charts."""
    said = [
        *card.precision_words(),
        *drawn.notes,
        READ,
    ]
    rows = (
        ("Data", currency.line(session, reader).words()),
        ("Read", f"{moment(whose.at)}, Europe/London"),
        ("Shown", whose.sight()),
        ("Map", DRAWN),
    )
    table = pack_charts.numbers(card.evidence)
    blocks: list[Block] = [Facts(rows), Words(" ".join(said))]
    blocks += [Heading("Numbers"), table] if table else []
    return Section("How this pack was made", tuple(blocks), fresh=True)
