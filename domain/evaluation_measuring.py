"""What young people, guardians and the community say, set beside what was counted."""

from sqlalchemy.orm import Session

from domain.audit import action
from domain.errors import Invalid
from domain.evaluation_setting import opened
from domain.evaluations import Asked, EvaluationMeasure
from domain.people import Actor, Permission
from domain.wording import one_line

MOST_PEOPLE = 100_000


@action("evaluation.measure", needs=Permission.ANALYSE)
def measure(
    session: Session,
    actor: Actor,
    evaluation_id: int,
    *,
    asked: Asked,
    question: str,
    before: tuple[int, int],
    after: tuple[int, int],
    version: int,
) -> EvaluationMeasure:
    """Set beside the counts how many people agreed, of how many asked, before and after.

    ``before`` and ``after`` are pairs: agreed, asked. It can be added after the report too, for
    it changes no figure.

    Raises
    ------
    NotFound, Conflict, Invalid
        It is not there for this actor; someone changed it meanwhile; a number or the question
        cannot be taken.
    """
    evaluation = opened(session, actor, evaluation_id, version, fixed=True)
    for agreed, whole in (before, after):
        if not 0 <= agreed <= whole <= MOST_PEOPLE or whole == 0:
            raise Invalid("Give how many agreed, and how many were asked, at least one.")
    found = EvaluationMeasure(
        evaluation_id=evaluation.id,
        asked=asked,
        question=one_line(question, "the question", 200, needed=True),
        asked_before=before[1],
        agreed_before=before[0],
        asked_after=after[1],
        agreed_after=after[0],
    )
    session.add(found)
    evaluation.version += 1
    return found
