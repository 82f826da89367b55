"""Run an analysis and put its result down: at once where it is quick, else as a job."""

from typing import Any

from domain import insights
from domain.jobs import JobContext
from domain.people import Actor
from domain.recipes import Method, Recipe
from layers import analysis
from store.database import Store

LONG = 50_000
"""Records from which on a method that looks at pairs or deals anew is a job."""
SLOW = frozenset({Method.NEAR_REPEAT, Method.CLUSTERS})


def is_long(recipe: Recipe, records: int) -> bool:
    """Say whether a recipe over so many records takes longer than a person waits for a page."""
    if recipe.method in SLOW:
        return records > LONG // 25
    deals = int(recipe.parameters.get("permutations", 0))
    return records > 10 * LONG or deals > 0


def put_down(store: Store, actor: Actor, recipe: Recipe) -> int:
    """Run a recipe now and return the id of its draft; errors as of `analysis.run`."""
    with store.reading() as session:
        result = analysis.run(session, actor, recipe)
        made = analysis.made(session, recipe, result)
    with store.writing() as session:
        return insights.record(session, actor, recipe, made).id


def work_out(context: JobContext) -> dict[str, Any]:
    """Run the recipe of a job; its result is the id of the draft."""
    recipe = Recipe.from_json(context.arguments)
    with context.store.reading() as session:
        result = analysis.run(session, context.actor, recipe, context.progress)
        made = analysis.made(session, recipe, result)
    context.progress(0.95, "Keeping the result")
    with context.store.writing() as session:
        draft = insights.record(session, context.actor, recipe, made)
        told = {"insight": draft.id}
        context.finish(session, told)
    return told


def again(store: Store, actor: Actor, insight_id: int) -> tuple[int, bool]:
    """Run a kept recipe again; return the new draft, and whether its numbers are the same.

    Raises
    ------
    Invalid
        The recipe cannot be run by this version, or not on the records as they are now.
    """
    with store.reading() as session:
        before = insights.find(session, actor, insight_id)
        recipe, fingerprint = Recipe.from_json(before.recipe), before.fingerprint
    draft = put_down(store, actor, recipe)
    with store.reading() as session:
        return draft, insights.find(session, actor, draft).fingerprint == fingerprint
