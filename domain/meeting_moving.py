"""What a decision does to a place: it is screened, merged or moved, or something is missing."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from domain import case_facts, case_work, place_changes, place_history, places, screenings
from domain.audit import action
from domain.errors import Invalid
from domain.meeting_kinds import Choice, choice
from domain.people import Actor, Permission
from domain.places import Place
from domain.screenings import SCREENED, Screening
from domain.status import MOVES

WEEKLY = "weekly_screening"


@dataclass(frozen=True)
class Wish:
    """What was decided: the choice, why, and what goes with it."""

    chosen: Choice
    reason: str
    also_referred: bool = False
    into_id: int | None = None


@dataclass(frozen=True)
class Step:
    """What it did: the screening written down, whether the place moved, what is missing."""

    screening: Screening | None = None
    moved: bool = False
    missing: tuple[str, ...] = ()


@action("screening.settle", needs=Permission.RECORD)
def settle(
    session: Session,
    actor: Actor,
    place_id: int,
    code: str,
    *,
    reason: str,
    also_referred: bool = False,
    into_id: int | None = None,
) -> Step:
    """Decide on a place that was named this week, outside a meeting, and move it where it can be.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        Nobody is named; the place is not there for this actor; a screening does not decide that;
        it was screened before; there is no reason.
    """
    case_work.person(actor)
    place = case_work.worked_on(session, actor, place_id)
    chosen = choice(WEEKLY, code)
    if place.status not in SCREENED:
        raise Invalid(f"This place is {place.status.words}. Take it to the meeting instead.")
    return act(session, actor, place, Wish(chosen, reason, also_referred, into_id))


def act(session: Session, actor: Actor, place: Place, wish: Wish) -> Step:
    """Do to ``place`` what was decided, as far as it can be done: inside an action.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        As the acts on places do; a merge names no place.
    """
    made = None
    if wish.chosen.screening is not None and place.status in SCREENED:
        made = screenings.decide(
            session,
            actor,
            place.id,
            wish.chosen.screening,
            reason=wish.reason,
            also_referred=wish.also_referred,
        )
    if wish.chosen.merges:
        if wish.into_id is None:
            raise Invalid("Choose the place that it is the same as.")
        place_history.merge(session, actor, wish.into_id, place.id, reason=wish.reason)
        return Step(made, moved=True)
    moved, lacks = _moved(session, actor, place, wish)
    return Step(made, moved, lacks)


def missing(
    session: Session, actor: Actor, place_id: int, of: str, code: str
) -> tuple[str, ...] | None:
    """Say what is missing before a decision of a kind of meeting can move a place; None: it stays.

    A screening decision counts as written down, for that is what deciding does.

    Raises
    ------
    NotFound, Invalid
        The place is not there for this actor; this kind of meeting does not decide that.
    """
    chosen = choice(of, code)
    place = places.find(session, actor, place_id)
    target = chosen.moves_to
    if target is None or target not in MOVES[place.status]:
        return None
    if chosen.screening in screenings.OPENS and place.status in SCREENED:
        return ()
    return case_facts.ways(session, actor, place).get(target, ())


def _moved(
    session: Session, actor: Actor, place: Place, wish: Wish
) -> tuple[bool, tuple[str, ...]]:
    target = wish.chosen.moves_to
    if target is None or target not in MOVES[place.status]:
        return False, ()
    lacks = case_facts.ways(session, actor, place).get(target)
    if lacks is None or lacks:
        return False, lacks or ()
    try:
        place_changes.move(
            session, actor, place.id, target, reason=wish.reason, version=place.version
        )
    except Invalid as error:  # what is known of it is doubted: nothing was changed yet
        return False, (str(error),)
    return True, ()
