"""The answer of an evaluation: a power check before the start, one report after the end.

Nobody looks in between: a result that is read every week is sure to look good in one of them.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.metadata import version as installed
from typing import Any

from sqlalchemy.orm import Session

from domain import audit, evaluations, matching
from domain.audit import action
from domain.errors import Conflict, Invalid
from domain.evaluation_answering import answered
from domain.evaluation_counts import counted, fingerprint
from domain.evaluation_setting import Setting, check, opened, periods_of
from domain.evaluations import (
    Evaluation,
    EvaluationState,
    Outcome,
    ZoneKind,
    Zones,
    move,
    remember,
)
from domain.people import Actor, Permission, Tier

SUBJECTS = {
    Outcome.INCIDENTS: ("incident",),
    Outcome.TOUCHES: ("place_touch", "place"),
    Outcome.CONCERNS: ("concern",),
}
"""Tables whose revision a result stands on."""


def power_check(
    session: Session, actor: Actor, setting: Setting, *, today: date | None = None
) -> dict[str, Any]:
    """Say how large a fall would have to be to show, from a period as long that has passed.

    Keys: ``expected``, ``comparison``, ``fall``, ``percent``, ``power``, ``alpha`` and ``words``,
    the sentence for people; ``fall`` is None where not even a fall to nothing would show.

    Raises
    ------
    NotPermitted, Invalid
        The actor may not run analyses; the setting cannot be taken.
    """
    from domain.effect_figures import power_told  # brings in scipy
    from geo.effect_power import smallest_fall

    actor.must(Permission.ANALYSE)
    checked = check(session, actor, setting)
    span = _passed(checked, today or matching.today())
    found = counted(session, actor, checked.outcome, checked.query, checked.zones)
    here = len(found[ZoneKind.AREA].between(span))
    other = found.get(ZoneKind.COMPARISON)
    there = None if other is None else len(other.between(span))
    if not here or there == 0:
        return {"expected": here, "comparison": there, "fall": None, "percent": None,
                "power": 0.0, "alpha": 0.05, "words": NOTHING_YET}  # fmt: skip
    return power_told(smallest_fall(here, there))


NOTHING_YET = "Nothing was counted in a period as long as this, so no fall would show."


def _passed(setting: Setting, today: date) -> tuple[date, date]:
    """Return the period before, or one as long that ends today, or with the current month."""
    span = periods_of(setting).before
    if span[1] <= today:
        return span
    long = span[1] - span[0]
    end = today if setting.outcome is not Outcome.TOUCHES else today.replace(day=1)
    return end - long, end


@action("evaluation.report", needs=Permission.ANALYSE)
def report(
    session: Session, actor: Actor, evaluation_id: int, *, version: int, today: date | None = None
) -> Evaluation:
    """Count once, after the end, and freeze the answer with its recipe and fingerprint.

    Raises
    ------
    NotFound, Conflict
        It is not there for this actor; someone changed it meanwhile; it is reported or stopped.
    Invalid
        The later period is not over.
    """
    evaluation = opened(session, actor, evaluation_id, version)
    spans = periods_of(evaluation)
    if (today or matching.today()) < spans.over:
        raise Invalid(
            f"The period is not over. Report from {spans.over:%-d %B %Y} on: a look in between "
            "misleads."
        )
    if evaluation.state is EvaluationState.SET:
        move(evaluation, EvaluationState.RUNNING)
    outlines = evaluations.zones(session, evaluation.id)
    who = _counting(evaluation, actor)
    found = counted(session, who, evaluation.outcome, evaluation.query, outlines)
    evaluation.recipe = recipe(evaluation, outlines)
    evaluation.result = answered(session, who, evaluation, outlines, found)
    evaluation.fingerprint = fingerprint(found, spans)
    evaluation.revision = _revision(session, evaluation.outcome)
    evaluation.app_version = installed("safeground")
    evaluation.reported_by_name = actor.name
    evaluation.reported_at = datetime.now(UTC)
    move(evaluation, EvaluationState.REPORTED)
    remember(session, actor, evaluation, "reported")
    return evaluation


def still_the_same(session: Session, actor: Actor, evaluation_id: int) -> bool:
    """Say whether counting again today takes the very records that the report took.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not run analyses; it is not there for this actor.
    Conflict
        It is not reported yet.
    """
    actor.must(Permission.ANALYSE)
    evaluation = evaluations.find(session, actor, evaluation_id)
    if evaluation.state is not EvaluationState.REPORTED:
        raise Conflict("This evaluation is not reported yet.")
    outlines = evaluations.zones(session, evaluation.id)
    who = _counting(evaluation, actor)
    found = counted(session, who, evaluation.outcome, evaluation.query, outlines)
    return fingerprint(found, periods_of(evaluation)) == evaluation.fingerprint


def recipe(evaluation: Evaluation, outlines: Zones) -> dict[str, Any]:
    """Return all that decides a result but the records themselves."""
    return {
        "outcome": evaluation.outcome.value,
        "query": evaluation.query,
        "start": evaluation.start.isoformat(),
        "weeks": evaluation.weeks,
        "same_season": evaluation.same_season,
        "zones": {kind.value: shape.wkt for kind, shape in outlines.named.items()},
        "seed": 1,
    }


def _counting(evaluation: Evaluation, actor: Actor) -> Actor:
    """Count sealed records for a sealed evaluation alone, whoever asks: others read the answer."""
    if evaluation.tier >= Tier.SEALED:
        return actor
    return replace(actor, tier=min(actor.tier, Tier.T4))


def _revision(session: Session, outcome: Outcome) -> str:
    names = SUBJECTS[outcome]
    numbers = audit.revision(session, names)
    return " ".join(f"{name}:{number}" for name, number in zip(names, numbers, strict=True))
