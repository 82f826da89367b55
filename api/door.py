"""Who asks: the session behind a request's cookie, looked up each time."""

from collections.abc import Callable

from sqlalchemy.orm import Session
from starlette.requests import Request

from domain import sessions
from domain.errors import NotSignedIn
from domain.people import Actor
from store.database import Store

Who = Callable[[Request], Actor]


def door(store: Store) -> Who:
    """Return the function that names who asks, or raises `NotSignedIn`.

    It never extends a sign-in: fetching tiles is not a person's act.
    """

    def who(request: Request) -> Actor:
        with store.reading() as session:
            return actor_in(session, request)

    return who


def actor_in(session: Session, request: Request) -> Actor:
    """Name who asks, looked up in an open reading; raises `NotSignedIn`."""
    actor = sessions.actor_of(session, sessions.token_in(request.cookies))
    if actor is None:
        raise NotSignedIn("Please sign in.")
    return actor
