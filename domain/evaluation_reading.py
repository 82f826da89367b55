"""An evaluation as one reader may see it: every figure, or words and the counts not small."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from domain import evaluations, preferences
from domain.evaluation_counts import Periods
from domain.evaluation_setting import periods_of
from domain.evaluations import EvaluationEvent, EvaluationMeasure, EvaluationState, Outcome
from domain.people import Actor, Permission
from domain.visibility import sees_names
from geo.suppress import Rule, suppress

POLICE_ALONE = "Hours of patrols are for the police and for those who run meetings."


@dataclass(frozen=True)
class Answer:
    """An evaluation as one reader may see it.

    Attributes
    ----------
    title
        The title, or the outcome for a reader who reads no names.
    exact
        The reader sees every figure; otherwise ``result`` holds ``verdict``, ``words``,
        ``caveats``, ``periods`` and ``counts`` alone, the small ones hidden (None) and the
        others rounded. ``windows`` tells what patrols delivered, and is there for those alone who
        may read that.
    result
        Empty before the report. ``docs/evaluation.md`` tells what is in it.
    history
        What was done, with the reasons; without reasons unless ``exact``.
    """

    id: int
    title: str
    state: EvaluationState
    outcome: Outcome
    start: date
    periods: Periods
    exact: bool
    result: dict[str, Any]
    history: tuple[EvaluationEvent, ...]
    measures: tuple[EvaluationMeasure, ...]
    version: int


def answer(session: Session, actor: Actor, evaluation_id: int) -> Answer:
    """Return an evaluation as ``actor`` may see it.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not read places; it is not there for this actor.
    """
    found = evaluations.find(session, actor, evaluation_id)
    exact = sees_names(actor)
    return Answer(
        id=found.id,
        title=evaluations.title_for(actor, found),
        state=found.state,
        outcome=found.outcome,
        start=found.start,
        periods=periods_of(found),
        exact=exact,
        result=_shown(actor, found.result) if exact else _suppressed(found.result, _rule(session)),
        history=tuple(evaluations.history(session, found.id)) if exact else (),
        measures=tuple(evaluations.measures(session, found.id)) if exact else (),
        version=found.version,
    )


def _shown(actor: Actor, result: Mapping[str, Any]) -> dict[str, Any]:
    """Keep every figure but the hours of patrols from those who may not read them."""
    if not result or actor.may(Permission.SEE_PATROLS):
        return dict(result)
    return {**result, "windows": None, "why": {**result["why"], "windows": POLICE_ALONE}}


def _suppressed(result: Mapping[str, Any], rule: Rule) -> dict[str, Any]:
    """Keep the words, and counts with the small ones hidden: a ratio would give them away."""
    if not result:
        return {}
    kept = {name: result[name] for name in ("verdict", "words", "caveats", "periods")}
    counts = {
        name: suppress(np.array(pair), rule).values.tolist()
        for name, pair in result["counts"].items()
    }
    return {**kept, "counts": counts}


def _rule(session: Session) -> Rule:
    chosen = preferences.read(session).suppression
    return Rule(chosen.threshold, chosen.to_nearest)
