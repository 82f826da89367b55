"""What a room was shown when it decided, put down so that it can be looked at again years later.

`gather` reads it through the catalogue as the room's reader, so never more than the room may see.
`replay` shows what was kept and says whether it is unchanged, whether today's records still give
the same, and what of them is not there any more; it shows nothing that today's permissions hide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import codes, meeting_deciding, place_card, plan_board
from domain.annotations import Annotation
from domain.errors import Conflict, NotFound, NotPermitted
from domain.filters import Filters, day_words, parse
from domain.incidents import Incident
from domain.matching import LONDON
from domain.meeting_deciding import MeetingDecision
from domain.meeting_evidence import Shown, fingerprint, shown_of
from domain.meeting_room import Room, presenting
from domain.people import Actor, Tier
from domain.place_card import PlaceCard
from domain.places import Place
from domain.plan_board import Board
from domain.premises import Premises
from domain.touches import PlaceTouch
from geo.space import Box
from layers import catalogue
from layers.sight import Sight

LAYERS = ("places", "incidents", "touches", "premises", "annotations")
"""What a room sees of a place beside its card, where it is cleared for it."""
AROUND = 250.0
"""Metres around a place that the room's map shows."""
MOST_RECORDS = 2_000
TABLES: Mapping[str, Any] = {
    "places": Place,
    "incidents": Incident,
    "touches": PlaceTouch,
    "premises": Premises,
    "annotations": Annotation,
}
DATED = frozenset({"incidents", "touches", "annotations"})
"""Layers in which a day narrows: what came later is not counted."""


@dataclass(frozen=True)
class Difference:
    """What was kept and what today's records give, of one thing."""

    label: str
    then: str
    now: str


@dataclass(frozen=True)
class Replayed:
    """A decision looked at again.

    Attributes
    ----------
    shown
        What was kept, as far as this reader may see it today.
    proven
        What was kept is what was frozen: its SHA-256 is the decision's.
    same
        Today's records give the same counts; None where they cannot be read today.
    differences
        What differs today, counts and lines of the card.
    destroyed
        In words, what of the records is not there any more.
    withheld
        Layers whose counts this reader may not see today.
    """

    decision: MeetingDecision
    shown: Shown
    proven: bool
    fingerprint: str
    same: bool | None
    differences: tuple[Difference, ...]
    destroyed: tuple[str, ...]
    withheld: tuple[str, ...]


def gather(
    session: Session,
    reader: Actor,
    place_id: int,
    *,
    as_at: datetime,
    layers: Sequence[str] = LAYERS,
    query: str = "",
) -> Shown:
    """Return what the room is shown of a place: counts by layer around it, and its card.

    ``reader`` is the room's (`domain.meeting_room.presenting`). Records dated after the day of
    ``as_at`` (aware) are left out.

    Raises
    ------
    NotPermitted, NotFound
        The room may not see place cards, or not this one.
    """
    card = place_card.card(session, reader, place_id, at=as_at)
    box = around(card)
    day = as_at.astimezone(LONDON).date()
    asked = parse(dict(parse_qsl(query)), codes.current())
    counts, records = {}, {}
    for name in layers:
        seen = catalogue.sight(reader, name)
        if seen is not Sight.NONE:
            narrowed = replace(asked, until=day) if name in DATED else asked
            counts[name], ids = _counted(session, reader, name, box, narrowed)
            if not seen.is_count:
                records[name] = ids
    return Shown(
        recipe={
            "place": place_id,
            "layers": list(layers),
            "filters": asked.to_query(),
            "box": [round(edge, 1) for edge in box],
            "tier": int(reader.tier),
            "areas": sorted(reader.area_ids),
            "as_at": as_at.isoformat(),
            "revisions": meeting_deciding.revisions(session),
        },
        counts=counts,
        card=_lines(session, reader, card),
        records=records,
    )


def replay(session: Session, actor: Actor, decision_id: int) -> Replayed:
    """Look at a decision again, with what it was made on.

    Raises
    ------
    NotPermitted
        The actor reads neutral cards alone.
    NotFound
        The decision is not there, or today's permissions do not reach its place, its meeting, or
        the tier that it was made at.
    """
    found = meeting_deciding.find(session, actor, decision_id)
    kept = shown_of(found.evidence)
    if int(kept.recipe.get("tier", 0)) > actor.tier:
        raise NotFound("That decision is not there.")
    withheld = tuple(n for n in kept.counts if catalogue.sight(actor, n) is Sight.NONE)
    now = _again(session, actor, found, kept)
    differences = () if now is None else _compared(kept, now, withheld)
    counted = [each for each in differences if each.label in _titles(kept)]
    return Replayed(
        decision=found,
        shown=replace(kept, counts={n: c for n, c in kept.counts.items() if n not in withheld}),
        proven=fingerprint(found.evidence) == found.fingerprint,
        fingerprint=fingerprint(found.evidence),
        same=None if now is None else not counted,
        differences=differences,
        destroyed=_destroyed(session, found, kept),
        withheld=tuple(map(title, withheld)),
    )


def around(card: PlaceCard) -> Box:
    """Return the box (EPSG:27700) that the room's map shows of a place, as its reader may know."""
    middle = card.shape if card.shape is not None else card.spot
    west, south, east, north = shapely.bounds(middle.buffer(AROUND)).tolist()
    return west, south, east, north


def title(name: str) -> str:
    """Return what a layer is called."""
    layer = catalogue.CATALOGUE.get(name)
    return name if layer is None else layer.title


def _counted(
    session: Session, reader: Actor, name: str, box: Box, asked: Filters
) -> tuple[int, list[int]]:
    frame = catalogue.read(session, reader, name, box, asked)
    if catalogue.sight(reader, name).is_count:
        return int(frame["count"].fillna(0).sum()), []
    ids = np.sort(frame.index.to_numpy(dtype=np.int64))[:MOST_RECORDS]
    return len(frame), ids.tolist()


def _lines(session: Session, reader: Actor, card: PlaceCard) -> tuple[tuple[str, str], ...]:
    """Return the card in lines; of actions only how many stand where."""
    harm = codes.current().harm_types.label(card.harm_primary)
    actions = plan_board.cards(session, reader, Board(place_ids=(card.id,)))
    found = {
        "Name": card.name,
        "Type": card.type_label,
        "Where": card.location,
        "State": card.status.words,
        "Review": card.review_words(),
        "Main harm": harm,
        "What is strong here": card.strengths,
        "What worries us": card.worries,
        "Last evidence": day_words(card.last_evidence) if card.last_evidence else "",
        "Incidents here": _count(card.evidence.incidents),
        "Named in missing episodes": _count(card.evidence.touches),
        "Community Guardians": str(len(card.guardians)),
        "Annotations": str(len(card.notes)),
        "Actions active": str(sum(each.active for each in actions)),
        "Actions late": str(sum(each.overdue for each in actions)),
    }
    return tuple((label, words) for label, words in found.items() if words)


def _count(number: int | None) -> str:
    return "too few to show" if number is None else str(number)


def _again(session: Session, actor: Actor, found: MeetingDecision, kept: Shown) -> Shown | None:
    """Read today's records as the room would be shown them; None where they cannot be read."""
    if found.place_id is None or not kept.recipe:
        return None
    areas = frozenset(map(int, kept.recipe["areas"]))
    room = Room(Tier(kept.recipe["tier"]), areas, 1)
    try:
        return gather(
            session,
            presenting(actor, room),
            found.place_id,
            as_at=datetime.fromisoformat(str(kept.recipe["as_at"])),
            layers=list(kept.recipe["layers"]),
            query=str(kept.recipe["filters"]),
        )
    except (NotFound, NotPermitted, Conflict):
        return None


def _compared(kept: Shown, now: Shown, withheld: Sequence[str]) -> tuple[Difference, ...]:
    counts = [
        Difference(title(name), str(count), str(now.counts.get(name, 0)))
        for name, count in kept.counts.items()
        if name not in withheld and now.counts.get(name, 0) != count
    ]
    today = dict(now.card)
    lines = [
        Difference(label, words, today.get(label, "nothing"))
        for label, words in kept.card
        if today.get(label, "nothing") != words
    ]
    return (*counts, *lines)


def _titles(kept: Shown) -> set[str]:
    return {title(name) for name in kept.counts}


def _destroyed(session: Session, found: MeetingDecision, kept: Shown) -> tuple[str, ...]:
    """Say what of the records behind the figures is not in the store any more."""
    said = []
    if found.place_id is not None and session.get(Place, found.place_id) is None:
        said.append("The record of the place was destroyed. What was kept here is all there is.")
    for name, ids in kept.records.items():
        table = TABLES[name]
        there = set(session.scalars(select(table.id).where(table.id.in_(list(ids)))))
        if gone := len(set(ids) - there):
            said.append(f"{title(name)}: {gone} of {len(ids)} records were destroyed since.")
    return tuple(said)
