"""What comes back from the force's own intelligence system: sanitised, graded, and for few.

Safeground is no store of raw intelligence: that is passed on outside (`concern_moderating.pass_on`)
and only a trained grader brings an item back, in words that name nobody, on the tier of police
and analysts, with its handling conditions.
"""

from datetime import date

from sqlalchemy.orm import Session

from domain import annotation_changes, codes, places
from domain.annotations import Annotation
from domain.audit import action
from domain.concern_evidence import Grade, IntelligenceItem
from domain.concerns import Basis
from domain.errors import NotPermitted
from domain.people import Actor, Permission, Tier

KIND = codes.ref("annotation_kinds", "worry")


@action("intelligence.record", needs=Permission.GRADE)
def record(
    session: Session,
    actor: Actor,
    place_id: int,
    *,
    text: str,
    grade: Grade,
    kind: str = KIND,
    basis: Basis = Basis.HEARSAY,
    noted_on: date | None = None,
) -> Annotation:
    """Note one sanitised, graded item on a place, for readers of tier T4 alone.

    Raises
    ------
    NotPermitted
        The actor is not cleared for what police and analysts read.
    NotFound, Invalid
        As in `annotation_changes.annotate`.
    """
    if actor.tier < Tier.T4:
        raise NotPermitted("Only somebody cleared for police and analysts records this.")
    place = places.find(session, actor, place_id)
    note = annotation_changes.annotate(
        session,
        actor,
        kind=kind,
        text=text,
        shape=place.shape,
        precision=place.precision,
        noted_on=noted_on,
        place_id=place.id,
        tier=max(int(Tier.T4), place.tier),
        basis=basis,
        grade_source=grade.source,
        information=grade.information,
    )
    session.flush()
    item = IntelligenceItem(
        annotation_id=note.id, handling=grade.handling, conditions=grade.conditions
    )
    session.add(item)
    return note
