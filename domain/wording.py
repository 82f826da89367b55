"""What a person wrote, made fit to be kept: tidy, masked, not too long."""

import re
import unicodedata
from collections.abc import Collection

from domain import identifiers
from domain.errors import Invalid
from domain.identifiers import Kind, mask

_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")
_KEPT_MARKS = "\n\u200d"  # a line's end, and what joins the parts of one emoji


def taken(
    text: str,
    field: str,
    at_most: int,
    *,
    needed: bool = False,
    keep: Collection[str] = frozenset(),
) -> str:
    """Return ``text`` as it is kept: control characters gone, spaces single, identifiers masked.

    ``field`` names it to the person ("the name"). ``keep`` holds the ids of finds that the writer
    stands by (``identifiers.kept`` lists them, for the log). The result is still hostile text:
    escape it.

    Raises
    ------
    Invalid
        It is empty although ``needed``, or longer than ``at_most`` once it is masked.
    """
    if len(text) > 20 * at_most:
        raise _too_long(field, at_most)
    kept = mask(tidy(text), keep)
    if needed and not kept:
        raise Invalid(f"Please fill in {field}.")
    if len(kept) > at_most:
        raise _too_long(field, at_most)
    return kept


def one_line(text: str, field: str, at_most: int, *, needed: bool = False) -> str:
    """Return ``text`` as `taken` does, in one line: for names and addresses."""
    return taken(text.replace("\n", " "), field, at_most, needed=needed)


def own_name(text: str, field: str, at_most: int) -> str:
    """Return the name of an account or an agency as it is kept: people keep their own names.

    All else is as in `one_line`, and it must be filled in.
    """
    written = text.replace("\n", " ")[: 20 * at_most]
    names = {each.id for each in identifiers.find(tidy(written)) if each.kind is Kind.NAME}
    return taken(text.replace("\n", " "), field, at_most, needed=True, keep=names)


def tidy(text: str) -> str:
    """Leave out what no eye sees: control and direction marks can hide or turn what is read."""
    shown = "".join(
        " " if character == "\t" else character
        for character in text.replace("\r\n", "\n").replace("\r", "\n")
        if character in _KEPT_MARKS
        or character == "\t"
        or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return _LINES.sub("\n", _SPACES.sub(" ", shown)).strip()


def _too_long(field: str, at_most: int) -> Invalid:
    return Invalid(f"Please shorten {field} to {at_most} characters.")
