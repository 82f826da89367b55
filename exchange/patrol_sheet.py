"""A patrol on paper: one A4 map and an A5 card for each stop, tagged and marked, as PDF.

The zone and the reason, never the source. Each file that leaves is noted in the log.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import typst
from sqlalchemy.orm import Session

from domain import areas, patrol_reading
from domain.areas import AreaKind
from domain.audit import action, note
from domain.filters import day_words
from domain.matching import LONDON
from domain.patrol_reading import DANGER, DISCLOSURE, PURPOSE, Card, Sheet
from domain.patrols import find
from domain.people import Actor, Permission
from exchange import paper_map, patrol_map
from exchange.insight_picture import FONTS
from store.database import Store

TEMPLATE: Final = Path(__file__).with_name("patrol_sheet.typ")


def pdf(
    store: Store, actor: Actor, patrol_id: int, *, now: datetime | None = None, fonts: Path = FONTS
) -> bytes:
    """Write the sheet of a patrol for its team, and note that it left.

    Raises
    ------
    NotPermitted, NotFound
        As in `patrol_reading.sheet`.
    """
    with store.reading() as session:
        sheet = patrol_reading.sheet(session, actor, patrol_id)
        drawn = _map(session, actor, sheet)
    written = compose(sheet, drawn, who=actor.name, now=now or datetime.now(UTC), fonts=fonts)
    with store.writing() as session:
        log(session, actor, patrol_id, form="pdf")
    return written


@action("patrol.export", needs=Permission.PATROL)
def log(session: Session, actor: Actor, patrol_id: int, *, form: str) -> None:
    """Note that a patrol left as a file: which one, and as what.

    Raises
    ------
    NotFound
        It is not there, or not for this reader.
    """
    note(session, f"patrol/{find(session, actor, patrol_id).id}", {"form": form})


def compose(sheet: Sheet, drawn: str, *, who: str, now: datetime, fonts: Path = FONTS) -> bytes:
    """Set ``sheet`` with the map ``drawn`` (SVG) as a tagged PDF; ``who`` and when are on it."""
    moment = now.astimezone(LONDON)
    compiler = typst.Compiler(
        input=TEMPLATE, root=TEMPLATE.parent, font_paths=[fonts], ignore_system_fonts=True
    )
    written = compiler.compile(
        format="pdf",
        sys_inputs={"data": json.dumps(_data(sheet, drawn, who, moment))},
        pdf_standards="ua-1",
        timestamp=int(now.timestamp()),
    )
    if not isinstance(written, bytes):
        raise TypeError("a PDF is one file")
    return written


def _data(sheet: Sheet, drawn: str, who: str, moment: datetime) -> dict[str, Any]:
    return {
        "title": sheet.title,
        "when": sheet.when,
        "team": sheet.team,
        "style": sheet.style,
        "start": sheet.start,
        "purpose": sheet.purpose,
        "reassurance": PURPOSE,
        "basis": sheet.legal_basis,
        "authorised": sheet.authorised_by or "nobody yet: a draft",
        "marking": sheet.marking,
        "handling": sheet.handling,
        "made": f"Taken out by {who}, {day_words(moment.date())} at {moment:%H:%M}. "
        f"For {sheet.team} only. Destroy after the shift.",
        "danger": DANGER,
        "disclosure": DISCLOSURE,
        "map": drawn,
        "map_words": f"Map of {len(sheet.cards)} zones in the order of the table below.",
        "map_note": "Zones in their order. The broken line shows the order, not the way. "
        "Grid: British National Grid, metres. Streets from the partnership's own base map.",
        "cards": [_card(each) for each in sheet.cards],
    }


def _card(card: Card) -> dict[str, Any]:
    return {
        "number": card.number,
        "name": card.name,
        "arrive": f"{card.arrive:%H:%M}",
        "opens": f"{card.opens:%H:%M}",
        "closes": f"{card.closes:%H:%M}",
        "dwell": card.dwell,
        "why": card.why,
        "to_do": list(card.to_do) or ["Be seen, and be easy to talk to."],
        "not_to_do": list(card.not_to_do),
        "hazards": card.hazards,
        "contact": card.contact,
        "guardians": ", ".join(card.guardians.values()),
        "dose": dose_words(card),
    }


def dose_words(card: Card) -> str:
    """Say the dose that is meant at a stop."""
    return (
        f"Meant here: {card.visits_a_day} visits a day, {card.spacing} minutes between them at "
        f"least, {card.most_minutes} minutes a day at most."
    )


def _map(session: Session, actor: Actor, sheet: Sheet) -> str:
    zones = [patrol_map.Zone(each.number, each.zone) for each in sheet.cards]
    edges = areas.frame(session, actor, AreaKind.PARTNERSHIP)
    return patrol_map.draw(zones, paper_map.ground(session), edges.geometry)
