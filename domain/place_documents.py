"""The documents that were made of a place, as the log has them: when, by whom, for which sight."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import case_work, places
from domain.audit import Entry
from domain.people import Actor, Tier

MADE = ("pack.export",)
MOST = 20


@dataclass(frozen=True)
class Document:
    """One document that left: its ending ("pdf"), who made it, and at whose sight."""

    at: datetime
    who: str
    form: str
    tier: Tier


def of_place(session: Session, actor: Actor, place_id: int) -> list[Document]:
    """Return what was made of a place, the latest first; none for readers of neutral cards.

    Raises
    ------
    NotFound
        The place is not there, or not for this reader.
    """
    places.find(session, actor, place_id)
    if not case_work.reads_cases(actor):
        return []
    query = (
        select(Entry)
        .where(Entry.subject == f"place/{place_id}", Entry.action.in_(MADE))
        .order_by(Entry.id.desc())
        .limit(MOST)
    )
    return [
        Document(each.at, each.actor_name, str(each.changes["form"]), Tier(each.changes["tier"]))
        for each in session.scalars(query)
    ]
