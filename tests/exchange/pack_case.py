"""A place with one record of each kind, each with a word of its own, and its screens' words."""

import re
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta

import shapely

from domain import (
    assessments,
    case_timeline,
    currency,
    goals,
    place_card,
    plan_board,
    plans,
    preferences,
    weighting,
)
from domain.accounts import Agency
from domain.filters import day_words
from domain.goals import PlanGoal
from domain.matching import LONDON
from domain.people import SYSTEM, Role, Tier
from domain.places import PlaceEvent, PlaceGuardian, Status
from domain.plan_actions import ActionState, PlanAction
from domain.weighting import ContextWeighting
from exchange import pack_map
from layers import catalogue, present
from tests.conftest import arrange
from tests.domain import cases, rows

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
READERS = [Role.PRACTITIONER, Role.POLICE, Role.ANALYST, Role.COORDINATOR]
HOSTILE = "#panic() $x$ <b>*bold*</b> @ref [x]"
ANIMALS = [
    "badger", "heron", "otter", "weasel", "magpie", "curlew", "plover", "lapwing", "dunlin",
    "gannet", "puffin", "marten", "adder", "stoat", "wren", "jackdaw", "rook", "newt", "toad",
]  # fmt: skip
"""Each stands in one record alone, so that a word in a pack names the record it came from."""
ABOVE = {"jackdaw", "rook"}
"""Words of places that none of the readers here may know of."""
NEUTRAL = {"badger", "puffin", "wren", "adder"}
"""Words of what a reader of neutral cards has: neutral names, strengths, notes; no premises."""


def put_place(store, people):
    """A place in a plan, with one record of each kind, and neighbours of every tier."""
    chair = people[Role.COORDINATOR]
    with store.writing() as session:
        (other,) = arrange(session, SYSTEM, Agency(name="The other agency", kind="police"))
        (place,) = arrange(
            session, SYSTEM,
            rows.place(
                name="The heron steps", neutral_name="The badger square", aliases=["otter corner"],
                strengths=f"The puffin shop is kind. {HOSTILE}", worries="A weasel car waits.",
                status=Status.PLAN, status_reason="The magpie meeting said so.",
                address="4 Curlew Row".lower(), review_due=date(2026, 2, 1),
            ),
        )  # fmt: skip
        near = {"shape": rows.around(shapely.Point(475_200, 545_100), 20)}
        (shop, _, _, _) = arrange(
            session, SYSTEM,
            rows.premises(name="The stoat café", spot=shapely.Point(475_110, 545_010),
                          roles=["community_guardian"], trained=True),
            rows.place(name="The plover bench", neutral_name="The wren bench", **near),
            rows.place(name="The jackdaw flat", neutral_name="The jackdaw", tier=int(Tier.SEALED),
                       **near),
            rows.place(name="The rook home", neutral_name="The rook", place_type="childrens_home",
                       **near),
        )  # fmt: skip
        (plan,) = arrange(session, SYSTEM, cases.plan(place, chair, comms_note="A lapwing note."))
        (goal,) = arrange(
            session, SYSTEM,
            PlanGoal(plan_id=plan.id, **{**cases.GOAL, "statement": "A dunlin adult is here."}),
        )  # fmt: skip
        arrange(
            session, SYSTEM,
            cases.assessment(place, chair, analysis="A newt must change first."),
            ContextWeighting(place_id=place.id, home=1, peers=2, school=0, neighbourhood=5,
                             online=3, rationale="The toad weighs most.", judged_by="the meeting",
                             judged_at=NOW, author_name="Chair"),
            PlaceGuardian(place_id=place.id, premises_id=shop.id),
            PlaceEvent(place_id=place.id, at=NOW, kind="moved", status=Status.PLAN,
                       reason="The gannet reason.", actor_name="Chair"),
            rows.annotation(place_id=place.id, text="An adder lamp.", noted_on=date(2026, 2, 3)),
            doing(place, plan, goal, other.id, "The marten patrol."),
            *(rows.incident(occurred_from=NOW - timedelta(days=30 * n)) for n in range(7)),
            *(rows.incident(occurred_from=NOW - timedelta(days=7)) for _ in range(6)),
        )  # fmt: skip
    return place


def doing(place, plan, goal, agency_id, what):
    return PlanAction(
        place_id=place.id, plan_id=plan.id, goal_id=goal.id, state=ActionState.ACCEPTED,
        what=what, owner_agency_id=agency_id, owner_role="Sergeant", due=date(2026, 4, 17),
        proposed_by_name="Chair", proposed_at=NOW,
    )  # fmt: skip


def leaves(value):
    """Return all words in what a reading answers, days and moments as people read them."""
    if isinstance(value, datetime):
        here = value.astimezone(LONDON)
        yield f"{day_words(here.date())}, {here:%H:%M}"
    elif isinstance(value, date):
        yield f"{day_words(value)} {value:%B %Y}"
    elif value is not None:
        inside = parts(value)
        yield from (str(value),) if inside is None else (w for each in inside for w in leaves(each))


def parts(value):
    """Return what a dataclass, a record or a collection holds, or None for a plain value."""
    if is_dataclass(value):
        return [getattr(value, each.name) for each in fields(value)]
    if hasattr(value, "__table__"):
        return [getattr(value, column.key) for column in value.__table__.columns]
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, (list, tuple, set)) else None


def on_screen(session, actor, place):
    """Return all words that the screens of this place read for ``actor``."""
    card = place_card.card(session, actor, place.id, at=NOW)
    _, box = pack_map.extent(card.shape or shapely.box(*card.spot.buffer(50).bounds))
    read = [
        card, card.precision_words(), currency.line(session, actor).words(),
        case_timeline.of_place(session, actor, place.id),
        plan_board.cards(session, actor, plan_board.Board(place_ids=[place.id]),
                         today=NOW.date()),
        preferences.read(session).partnership, NOW, actor.name,
    ]  # fmt: skip
    read += [weighting.of_place(session, actor, place.id)[:1]]
    for found in assessments.of_place(session, actor, place.id):
        read += [assessments.compare(None, found), found.author_name, found.started, found.due]
        read += [found.signed_by_name, found.signed_at]
    for plan in plans.of_place(session, actor, place.id):
        read += [plan, goals.of_plan(session, actor, plan.id)]
    for name in ("places",) if card.neutral else ("places", "premises"):
        frame = catalogue.read(session, actor, name, box)
        layer, seen = catalogue.check(actor, name)
        shown = present.presented(layer, seen, frame)
        read += [list(shown["label"]), list(shown["detail"])]
    return " ".join(leaves(read))


def animals(text):
    return {each for each in ANIMALS if re.search(rf"\b{each}\b", text, re.IGNORECASE)}


def numbers(text):
    return set(re.findall(r"\d+", text.replace(",", "")))
