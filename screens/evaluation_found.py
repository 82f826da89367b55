"""An evaluation as the page holds it, looked up with the reader's rights on every run."""

from dataclasses import dataclass
from datetime import date, datetime

import streamlit as st

from domain import evaluation_reading, evaluations, matching
from domain.errors import SafegroundError
from domain.evaluation_reading import Answer
from domain.evaluation_setting import Setting, setting_of
from domain.evaluations import EvaluationState, Zones
from screens import desk


@dataclass(frozen=True)
class Found:
    """An evaluation; ``setting`` and ``zones`` are None for a reader below the meeting."""

    answer: Answer
    place_id: int | None
    setting: Setting | None
    zones: Zones | None
    recipe: dict[str, object]
    revision: str
    fingerprint: str
    app_version: str
    reported_by: str
    reported_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether it waits for its answer."""
        return self.answer.state in (EvaluationState.SET, EvaluationState.RUNNING)

    @property
    def begun(self) -> bool:
        """Whether the plan's first day has come."""
        return self.answer.start <= matching.today()

    @property
    def over(self) -> bool:
        """Whether the later period is over."""
        return self.until <= matching.today()

    @property
    def until(self) -> date:
        """The day from which the answer can be worked out."""
        return self.answer.periods.over


def load(number: int) -> Found | None:
    """Return an evaluation, or None with the reason shown."""
    try:
        with desk.reading() as (session, actor):
            answer = evaluation_reading.answer(session, actor, number)
            row = evaluations.find(session, actor, number)
            exact = answer.exact
            return Found(
                answer=answer,
                place_id=row.place_id,
                setting=setting_of(session, row) if exact else None,
                zones=evaluations.zones(session, number) if exact else None,
                recipe=row.recipe if exact else {},
                revision=row.revision,
                fingerprint=row.fingerprint,
                app_version=row.app_version,
                reported_by=row.reported_by_name,
                reported_at=row.reported_at,
            )
    except SafegroundError as error:
        st.error(str(error), icon=":material/error:")
        return None
