"""The recorder's notes: kept as they are typed; nothing is written over unseen."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from domain import meeting_items
from domain.audit import action
from domain.errors import Conflict
from domain.meeting_items import MeetingItem
from domain.meeting_tables import MeetingState
from domain.people import Actor, Permission
from domain.wording import taken

LONGEST = 8_000
WRITES = (MeetingState.OPEN, MeetingState.CLOSED)
"""States in which notes are written: while it runs, and until the minutes are approved."""


class NotesMoved(Conflict):
    """Someone else wrote in the same notes: both texts are kept, and the writer chooses."""


@action("meeting.save_notes", needs=Permission.RECORD)
def save(session: Session, actor: Actor, item_id: int, text: str, *, version: int) -> MeetingItem:
    """Keep the notes of an item as they stand; ``version`` is the one that the writer began from.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        The item is not there for this actor; the minutes are approved; the notes are too long.
    NotesMoved
        Someone else saved other notes since. What they wrote is kept.
    """
    _, item = meeting_items.opened(session, actor, item_id, None, *WRITES)
    kept = taken(text, "the notes", LONGEST)
    if kept == item.notes:
        return item
    if item.notes_version != version:
        raise NotesMoved(
            f"{item.notes_by_name} wrote in these notes meanwhile. Both texts are here: choose."
        )
    item.notes = kept
    item.notes_version += 1
    item.notes_by_name, item.notes_at = actor.name, datetime.now(UTC)
    return item


@action("meeting.set_next", needs=Permission.RECORD)
def set_next(
    session: Session, actor: Actor, item_id: int, text: str, *, version: int
) -> MeetingItem:
    """Write down what comes next for an item.

    Raises
    ------
    NotPermitted, NotFound, Conflict, Invalid
        As in `save`; someone changed the item since; the words are too long.
    """
    _, item = meeting_items.opened(session, actor, item_id, version, *WRITES)
    item.next_step = taken(text, "what comes next", 300)
    item.version += 1
    return item
