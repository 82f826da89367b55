"""The pack of a plan: its place in short, its goals and actions, its checks and its reviews."""

from pathlib import Path

from sqlalchemy.orm import Session

from domain import place_card
from domain.errors import NotFound
from domain.plans import Plan
from exchange import pack_assessment, pack_map, pack_place, pack_plan, paper_map
from exchange.pack_binding import Made, Whose, bound
from exchange.pack_content import Block, Section, Words
from exchange.paper_map import Ground

NOT_YET = "This plan was not reviewed yet."


def make(session: Session, whose: Whose, plan_id: int, ground: Path | Ground | None = None) -> Made:
    """Gather the pack of a plan as ``whose.reader`` may see it.

    Readers of neutral cards get the place under its neutral name and the actions of their own
    agency alone, as on their screen.

    Raises
    ------
    NotPermitted, NotFound
        The plan is not there, or its place is not for this reader.
    """
    reader = whose.reader
    plan = session.get(Plan, plan_id)
    if plan is None:
        raise NotFound("That plan is not there.")
    card = place_card.card(session, reader, plan.place_id, at=whose.at)
    drawn = pack_map.draw(session, reader, card, ground or paper_map.ground(session))
    doing = tuple(pack_plan.blocks(session, reader, card, whose.day, plan.id))
    sections = [
        Section("Goals and actions", doing, fresh=True),
        *_within(session, whose, card, plan.id),
        pack_place.where(drawn, whose),
        pack_place.known(card),
        pack_place.method(session, reader, card, drawn, whose),
    ]
    content = bound(
        session,
        whose,
        kind="Pack of a plan",
        title=card.name,
        subtitle=pack_place.about(card),
        cover=pack_place.cover(card, whose),
        sections=sections,
        markings={card.marking, *drawn.markings},
    )
    recipe = {
        "kind": "plan",
        "number": plan.id,
        "place": card.id,
        "map": {"scale": drawn.scale, "drawn": drawn.rows},
        **whose.recipe(),
    }
    return Made(content, recipe, drawn.frames)


def _within(
    session: Session, whose: Whose, card: place_card.PlaceCard, plan_id: int
) -> list[Section]:
    """Return what readers of full cards have of a plan beside its goals and actions."""
    if card.neutral:
        return []
    checked = tuple(pack_plan.checks(session, whose.reader, card, plan_id))
    reviewed: tuple[Block, ...] = tuple(pack_plan.reviews(session, whose.reader, plan_id))
    assessed = tuple(pack_assessment.blocks(session, whose.reader, card))
    return [
        *([Section("Checks of each action", checked)] if checked else []),
        Section("Reviews", reviewed or (Words(NOT_YET),)),
        Section("What it rests on", assessed, fresh=True),
    ]
