"""Passwords: what is taken, how it is kept (argon2id), and the one-time ones that we give out."""

import secrets
import unicodedata
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.errors import Invalid

SHORTEST = 12
LONGEST = 200  # argon2 takes more, but nobody types it, and long ones cost time
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is mistaken for something else
_hasher = PasswordHasher()
_at_once = BoundedSemaphore(4)  # each takes 64 MiB, and strangers may ask for many


def check(password: str, *, username: str) -> None:
    """Refuse a password that is too short, too long, or holds the username.

    Raises
    ------
    Invalid
        With the rule that it breaks. There are no rules about kinds of characters: they make
        passwords that are hard to remember and easy to guess.
    """
    if len(password) < SHORTEST:
        raise Invalid(
            f"Use at least {SHORTEST} characters. Three or four words together work well."
        )
    if len(password) > LONGEST:
        raise Invalid(f"Use at most {LONGEST} characters.")
    if username.casefold() in password.casefold():
        raise Invalid("Choose a password that does not have your username in it.")
    if len(set(password)) < 4:
        raise Invalid("Use more than three different characters.")


def hashed(password: str) -> str:
    """Return the argon2id hash that is kept."""
    with _at_once:
        return _hasher.hash(_normal(password))


def matches(kept: str | None, password: str) -> bool:
    """Say whether ``password`` belongs to the hash ``kept``; as slow where there is no hash."""
    against = kept or _nobodys()
    try:
        with _at_once:
            return _hasher.verify(against, _normal(password)) and kept is not None
    except InvalidHashError:
        return matches(None, password)
    except VerificationError:
        return False


def one_time() -> str:
    """Return a password to hand over once: four groups of four, 79 bits, easy to read out."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_urlsafe(32))


def _normal(password: str) -> str:
    """Write letters with accents in one way, however the keyboard sent them; cut what is absurd."""
    return unicodedata.normalize("NFC", password[: LONGEST * 4])
