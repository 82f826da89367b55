"""Context weighting: which context matters most here, as people judged it; never computed."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain import assessments, case_work
from domain.audit import action
from domain.errors import Invalid, NotFound
from domain.people import Actor, Permission
from domain.wording import one_line, taken

CONTEXTS = {
    "home": "Home",
    "peers": "Peers",
    "school": "School",
    "neighbourhood": "Neighbourhood",
    "online": "Online",
}
MOST = 5


class ContextWeighting(case_work.CaseRow):
    """One judgement: 0 (plays no part) to 5 (must change first) for each context, and why."""

    __tablename__ = "context_weighting"
    __sealed__ = frozenset({*CONTEXTS, "rationale"})

    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessment.id"), index=True)
    home: Mapped[int]
    peers: Mapped[int]
    school: Mapped[int]
    neighbourhood: Mapped[int]
    online: Mapped[int]
    rationale: Mapped[str] = mapped_column(String(1000))
    judged_by: Mapped[str] = mapped_column(String(200))  # roles: "the meeting", "two youth workers"
    judged_at: Mapped[datetime]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    author_name: Mapped[str] = mapped_column(String(120))

    @property
    def weights(self) -> dict[str, int]:
        """The five weights by context."""
        return {name: int(getattr(self, name)) for name in CONTEXTS}


@action("weighting.judge", needs=Permission.ASSESS)
def judge(
    session: Session,
    actor: Actor,
    place_id: int,
    weights: Mapping[str, int],
    *,
    rationale: str,
    judged_by: str,
    assessment_id: int | None = None,
) -> ContextWeighting:
    """Write down how much each context weighs at a place; an earlier judgement stays beside it.

    ``judged_by`` names roles, never people. All five of `CONTEXTS` are needed, 0 to 5.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        Nobody is named, or they read neutral cards alone; the place or assessment is not there
        for this actor; a weight, the reason or who judged is missing or cannot be taken.
    """
    author = case_work.person(actor)
    case_work.must_read_cases(actor)
    place = case_work.worked_on(session, actor, place_id)
    of = None if assessment_id is None else assessments.find(session, actor, assessment_id)
    if of is not None and of.place_id != place.id:
        raise NotFound("That assessment is not of this place.")
    made = ContextWeighting(
        place_id=place.id,
        assessment_id=assessment_id,
        rationale=taken(rationale, "the reason for these weights", 1000, needed=True),
        judged_by=one_line(judged_by, "who judged", 200, needed=True),
        judged_at=datetime.now(UTC),
        author_id=author,
        author_name=actor.name,
        **_weights(weights),
    )
    session.add(made)
    session.flush()
    return made


def of_place(session: Session, actor: Actor, place_id: int) -> list[ContextWeighting]:
    """Return the judgements on a place, the latest first; none for readers of neutral cards.

    Raises
    ------
    NotFound
        The place is not there, or not for this reader.
    """
    return case_work.of_place(session, actor, place_id, ContextWeighting)


def _weights(given: Mapping[str, int]) -> dict[str, int]:
    if given.keys() != CONTEXTS.keys():
        raise Invalid(f"Weigh each of: {', '.join(CONTEXTS.values()).lower()}.")
    for weight in given.values():
        if isinstance(weight, bool) or not isinstance(weight, int) or not 0 <= weight <= MOST:
            raise Invalid(f"A weight is a whole number from 0 to {MOST}.")
    return dict(given)
