"""A result as the page holds it, looked up with the reader's rights on every run."""

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from domain import insights
from domain.errors import SafegroundError
from domain.filters import day_words
from domain.insights import Insight
from domain.matching import LONDON
from domain.people import Actor
from domain.recipes import Method, Recipe
from layers import analysis, catalogue
from layers.analysis import Result
from screens import desk


@dataclass(frozen=True)
class Found:
    """A result with its recipe. A person wrote ``title``: escape it."""

    id: int
    title: str
    recipe: Recipe
    result: Result
    revision: str
    now: str
    fingerprint: str
    app_version: str
    made_by: str
    made_at: datetime
    mine: bool
    version: int

    @property
    def method(self) -> Method:
        """What was asked."""
        return self.recipe.method

    @property
    def moved_on(self) -> bool:
        """Whether the records, or what they are narrowed by, changed since."""
        return self.revision != self.now

    def made_words(self) -> str:
        """Say who made it and when."""
        at = self.made_at.astimezone(LONDON)
        return f"{self.made_by}, {day_words(at.date())} at {at:%H:%M}"


def load(number: int | None) -> Found | None:
    """Return a result, or None with the reason shown."""
    if number is None:
        return None
    try:
        with desk.reading() as (session, actor):
            row = insights.find(session, actor, number)
            recipe = Recipe.from_json(row.recipe)
            now = analysis.revision(session, recipe)
        return _found(row, actor, recipe, now)
    except SafegroundError as error:
        st.error(str(error), icon=":material/error:")
        return None


def _found(row: Insight, actor: Actor, recipe: Recipe, now: str) -> Found:
    return Found(
        id=row.id,
        title=row.title,
        recipe=recipe,
        result=_unpacked(row.id, row.fingerprint, actor.scope, actor),
        revision=row.revision,
        now=now,
        fingerprint=row.fingerprint,
        app_version=row.app_version,
        made_by=row.made_by_name,
        made_at=row.made_at,
        mine=row.made_by == actor.id,
        version=row.version,
    )


@st.cache_data(max_entries=12, show_spinner=False)
def _unpacked(number: int, fingerprint: str, scope: str, _actor: Actor) -> Result:  # noqa: ARG001 - parts of the key
    with desk.store().reading() as session:
        return analysis.unpack(insights.find(session, _actor, number).result)


def about(found: Found) -> str:
    """Say which records went in: "Incidents · 2024 to 2026 · 812 records"."""
    result = found.result
    months = [f"{datetime.fromisoformat(each):%B %Y}" for each in result.span or ()]
    span = months[0] if len(set(months)) == 1 else " to ".join(months)
    records = f"{result.records:,} record{'' if result.records == 1 else 's'}"
    narrowed = "" if found.recipe.filters.is_empty else found.recipe.filters.describe()
    layer = catalogue.CATALOGUE[found.recipe.layer].title
    return " · ".join(filter(None, [layer, records, span, narrowed]))
