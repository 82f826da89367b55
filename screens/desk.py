"""What every page needs: who is at work, an opening of the store, and how to say no.

The cookie is looked up in the database on every run (`domain.sessions`); nothing of a person's
identity is kept in ``st.session_state``.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import streamlit as st
from sqlalchemy.orm import Session

from domain import sessions
from domain.concern_keys import Keys
from domain.errors import Conflict, SafegroundError
from domain.people import Actor
from domain.sessions import Visit
from store.database import Store


@dataclass(frozen=True)
class House:
    """What the front door hands to the pages."""

    store: Store
    sample: bool
    uploads: Path
    keys: Keys
    streets: Path | None = None
    mail: bool = False


_HOUSES: list[House] = []
UNASKED = "unasked"


def furnish(house: House) -> None:
    """Take what the front door gives; called once before any page runs."""
    _HOUSES[:] = [house]


def house() -> House:
    """Return what the front door gave."""
    if not _HOUSES:
        raise RuntimeError("the pages run through app.py, which furnishes them")
    return _HOUSES[0]


def store() -> Store:
    """Return the one store of this process."""
    return house().store


def sends_mail() -> bool:
    """Say whether this installation has a mail server."""
    return house().mail


def keys() -> Keys:
    """Return the keys that open what reporters typed."""
    return house().keys


def token() -> str | None:
    """Return the session's token from the browser's cookies."""
    return sessions.token_in(st.context.cookies.to_dict())


def visit() -> Visit:
    """Return the sign-in of the person at the desk, or end the page with the way to sign in.

    Looked up anew each time, so that a sign-out elsewhere or an expiry takes effect here.
    """
    with store().reading() as session:
        found = sessions.visit(session, token())
    if found is None or found.must_change:
        signed_out(must_change=found is not None)
    if st.session_state.get("belongs_to") != found.actor.scope:
        st.session_state.clear()
        st.session_state["belongs_to"] = found.actor.scope
    return found


def actor() -> Actor:
    """Return the person at the desk; see `visit`."""
    return visit().actor


def signed_out(*, must_change: bool = False) -> NoReturn:
    """Clear an open page whose sign-in has ended, and say where to go."""
    st.session_state.clear()
    if must_change:
        st.info("Choose a password of your own first.", icon=":material/key:")
        st.link_button("Choose a password", "/change-password", type="primary")
    else:
        st.info(
            "You are signed out. Nothing of this page is shown any more.", icon=":material/lock:"
        )
        st.link_button("Sign in", "/sign-in", type="primary")
    st.stop()


def acted(found: Visit) -> None:
    """Extend the sign-in after a person's act, at most once a minute; see `rerun_unasked`.

    While a large import holds the database the act goes unnoticed; the next one is tried again.
    """
    unasked = st.session_state.pop(UNASKED, False)
    if found.touch_due and not unasked:
        with suppress(Conflict), store().writing() as session:
            sessions.touch(session, found.actor, token())


def rerun_unasked() -> NoReturn:
    """Run the page again by the clock: nobody acted, so the sign-in is not extended."""
    st.session_state[UNASKED] = True
    st.rerun()


@contextmanager
def reading() -> Iterator[tuple[Session, Actor]]:
    """Open a read-only session for the person at the desk.

    Nothing inside may call ``st.rerun`` or ``st.stop``: they leave by an exception.
    """
    who = actor()
    with store().reading() as session:
        yield session, who


@contextmanager
def writing() -> Iterator[tuple[Session, Actor]]:
    """Open a session that keeps what the actions inside it did; for actions only."""
    who = actor()
    with store().writing() as session:
        yield session, who


@contextmanager
def shown_errors() -> Iterator[None]:
    """Show a refusal where it happened; what was typed stays in its fields."""
    try:
        yield
    except SafegroundError as error:
        st.error(str(error), icon=":material/error:")


def said(key: str) -> None:
    """Say once what was left under ``key``, in a place that the page keeps when it says nothing.

    Else all below it moves up at the next run, is drawn anew, and loses what is being typed.
    """
    place = st.empty()
    if done := st.session_state.pop(key, ""):
        place.success(done, icon=":material/check:")
