"""What is new for the person at the desk, read anew only when something has changed."""

import streamlit as st

from domain import audit, matching, news
from domain.errors import Conflict
from domain.news import Item
from domain.people import Actor, Permission
from screens import desk


def items() -> list[Item]:
    """Return what is new for the person at the desk, the latest first; read or not."""
    with desk.reading() as (session, actor):
        if not actor.may(Permission.SEE_PLACES):
            return []
        moment = (*audit.revision(session, news.SUBJECTS), matching.today().toordinal())
    return _items(actor.scope, moment, actor)


@st.cache_data(max_entries=64, show_spinner=False)
def _items(
    scope: str,  # noqa: ARG001 - a part of the key, as is the next
    moment: tuple[int, ...],  # noqa: ARG001
    _actor: Actor,
) -> list[Item]:
    with desk.store().reading() as session:
        return news.items(session, _actor)


def unread() -> int:
    """Return how many things are new and not read yet."""
    return sum(each.unread for each in items())


def of_note(number: int) -> list[Item]:
    """Return what is new and not read of one note."""
    return [each for each in items() if each.unread and each.note_id == number]


def read(found: list[Item]) -> None:
    """Mark these as read; while somebody else saves for long they stay new until the next look."""
    fresh = [each.key for each in found if each.unread]
    if not fresh:
        return
    try:
        with desk.writing() as (session, actor):
            news.mark_read(session, actor, fresh)
    except Conflict:
        return


def badge(count: int) -> str:
    """Write a count for a button or a heading; nothing for none."""
    return f" ({count} new)" if count else ""
