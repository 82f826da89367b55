"""Naming an agency or a role in a note or a reply: "@Youth service, can you look?"."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from string import ascii_lowercase

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.accounts import Agency
from domain.errors import Invalid
from domain.people import PERMISSIONS as OF_ROLE
from domain.people import Permission, Role
from domain.thread_tables import Mention
from domain.wording import taken, tidy

MOST = 10
MOST_NAMED = 26
_AT = re.compile(r"(?<![\w.+-])@")
_GOES_ON = re.compile(r"\w|[.@-]\w")
STAND_IN = "quartermaster"


@dataclass(frozen=True)
class Target:
    """An agency or a role that can be asked to look; ``name`` is an administrator's: escape it."""

    name: str
    agency_id: int | None = None
    role: Role | None = None

    @property
    def key(self) -> str:
        """A short text that stands for it in a form."""
        return f"agency:{self.agency_id}" if self.role is None else f"role:{self.role.value}"


def targets(session: Session) -> list[Target]:
    """Return who can be asked to look: open agencies by name, then the roles that read threads."""
    query = select(Agency.id, Agency.name).where(Agency.active).order_by(Agency.name, Agency.id)
    agencies = [Target(row.name, agency_id=row.id) for row in session.execute(query)]
    readers = [each for each in Role if Permission.ANNOTATE in OF_ROLE[each]]
    return [*agencies, *(Target(each.value, role=each) for each in readers)]


def spans(text: str, known: Iterable[Target]) -> list[tuple[int, int, Target]]:
    """Return where ``text`` names a target after an "@": start, end and which, in order.

    An "@" within a word is an e-mail address, and a name that goes on is another's.
    """
    longest_first = sorted(known, key=lambda each: len(each.name), reverse=True)
    found = []
    for at in _AT.finditer(text):
        for target in longest_first:
            end = at.end() + len(target.name)
            said = text[at.end() : end].casefold() == target.name.casefold()
            if said and not _GOES_ON.match(text, end):
                found.append((at.start(), end, target))
                break
    return found[:MOST_NAMED]


def read(
    session: Session, text: str, field: str, at_most: int, chosen: Sequence[str] = ()
) -> tuple[str, list[Target]]:
    """Return ``text`` as it is kept (`wording.taken`), and whom it and ``chosen`` keys ask.

    Words that name an agency or a role are left as they are; all else that identifies is masked.

    Raises
    ------
    Invalid
        It is empty or too long; a key stands for nobody; too many are asked.
    """
    known = targets(session)
    by_key = {each.key: each for each in known}
    if unknown := [key for key in chosen if key not in by_key]:
        raise Invalid(f"{len(unknown)} of those you chose cannot be asked any more.")
    kept = _masked(text, known, field, at_most)
    found = [*(by_key[key] for key in chosen), *(each for _, _, each in spans(kept, known))]
    asked = list(dict.fromkeys(found))
    if len(asked) > MOST:
        raise Invalid(f"Ask {MOST} agencies and roles at most.")
    return kept, asked


def _masked(text: str, known: Iterable[Target], field: str, at_most: int) -> str:
    """Mask all but the names of those asked."""
    written, stands_for = aside(tidy(text[: 20 * at_most + 1]), known)
    return put_back(taken(written, field, at_most, needed=True), stands_for)


def aside(text: str, known: Iterable[Target]) -> tuple[str, dict[str, str]]:
    """Put words in place of the names of those asked, which look like names on social media.

    Return the text without them, and what each word stands for (`put_back`).
    """
    stands_for: dict[str, str] = {}
    for start, end, _ in reversed(spans(text, known)):
        word = f"{STAND_IN}{ascii_lowercase[len(stands_for)] * 2}"
        stands_for[word] = text[start:end]
        text = f"{text[:start]}{word}{text[end:]}"
    return text, stands_for


def put_back(text: str, stands_for: dict[str, str]) -> str:
    """Put the names of those asked in the place of what stood for them."""
    for word, name in stands_for.items():
        text = text.replace(word, name)
    return text


def rewritten(
    session: Session, annotation_id: int, reply_id: int | None, asked: Iterable[Target]
) -> None:
    """Keep whom a note, or a reply to it, asks; inside an action. Who stays keeps their row."""
    query = select(Mention).where(
        Mention.annotation_id == annotation_id,
        Mention.reply_id.is_(None) if reply_id is None else Mention.reply_id == reply_id,
    )
    before = {(each.agency_id, each.role): each for each in session.scalars(query)}
    wanted = {(each.agency_id, each.role) for each in asked}
    for key, row in before.items():
        if key not in wanted:
            session.delete(row)
    for agency_id, role in sorted(wanted - before.keys(), key=str):
        session.add(
            Mention(annotation_id=annotation_id, reply_id=reply_id, agency_id=agency_id, role=role)
        )
