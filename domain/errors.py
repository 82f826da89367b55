"""How the work says no."""

from typing import ClassVar


class SafegroundError(Exception):
    """Something was asked that will not be done; the message is fit to show a person.

    Screens show the message and the web answers with ``status``. Anything else that is
    raised is our own mistake: it is logged with an id, and shown to no one.
    """

    status: ClassVar[int] = 400


class NotSignedIn(SafegroundError):
    """Nobody is signed in, or the sign-in has ended."""

    status = 401


class NotPermitted(SafegroundError):
    """The person may not do or see this."""

    status = 403


class NotFound(SafegroundError):
    """It is not there, or not for this person: the two read the same on purpose."""

    status = 404


class Conflict(SafegroundError):
    """Someone else changed or decided it first."""

    status = 409


class Invalid(SafegroundError):
    """What was given cannot be taken; the message says how to put it right."""

    status = 422


class TooMany(SafegroundError):
    """Too many tries in too short a time."""

    status = 429


def busy() -> Conflict:
    """Return what is said where someone else holds the record for too long."""
    return Conflict("Someone else is saving just now. Nothing was lost: please try again.")
