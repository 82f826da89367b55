"""The keys of the quarantine: what seals a reporter's own words, and what makes receipts.

Keys never lie in the database. The first of several seals; the others still open what was sealed
before, so that a key is changed by putting a new one in front and dropping the old one 28 days on.
"""

import hmac
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from domain.errors import Invalid, NotFound

FILE = "concern.key"
WORDS = Path(__file__).resolve().parents[1] / "data" / "concerns" / "words.txt"
LENGTH = 6
"""Words in a receipt's code: 6 of at least 1,024 are 60 bits or more."""


class Keys:
    """One installation's keys, the newest first; only the front door makes them."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._masters = [each.encode() for each in keys]
        try:
            self._seals = MultiFernet([Fernet(each) for each in self._masters])
        except ValueError:
            raise Invalid(
                "SAFEGROUND_CONCERN_KEY cannot be used: each key is 32 random bytes in URL-safe "
                "base64, several with commas between."
            ) from None

    def __repr__(self) -> str:
        return "Keys(...)"

    @staticmethod
    def make() -> str:
        """Return a new key for the setting."""
        return Fernet.generate_key().decode()

    def seal(self, text: str) -> bytes:
        """Encrypt ``text``, so that these keys alone open it and a change is seen."""
        return self.seal_bytes(text.encode())

    def seal_bytes(self, content: bytes) -> bytes:
        """Encrypt bytes as `seal` does text."""
        return self._seals.encrypt(content)

    def open(self, sealed: bytes) -> str:
        """Decrypt what `seal` made.

        Raises
        ------
        NotFound
            None of these keys opens it.
        """
        return self.open_bytes(sealed).decode()

    def open_bytes(self, sealed: bytes) -> bytes:
        """Decrypt what `seal_bytes` made; `NotFound` where none of these keys opens it."""
        try:
            return self._seals.decrypt(sealed)
        except InvalidToken:
            raise NotFound("This was sealed under a key that is not here any more.") from None

    def mark(self, purpose: str, text: str) -> str:
        """Return the newest key's hash of ``text`` for one purpose: 64 hexadecimal digits."""
        return self.marks(purpose, text)[0]

    def marks(self, purpose: str, text: str) -> list[str]:
        """Return every key's hash of ``text``, the newest first."""
        return [_hash(each, purpose, text).hex() for each in self._masters]

    def codes(self, submission: str) -> list[str]:
        """Return the receipt's code of a submission under every key, the newest first.

        It follows from the submission's own random id, so that a draft that is sent again gets
        the same words, and the words themselves are kept nowhere.
        """
        return [_in_words(_hash(each, "code", submission)) for each in self._masters]


def settled(text: str, folder: Path) -> Keys:
    """Return the keys of the setting, or those of a file that is made once in ``folder``."""
    given = [each.strip() for each in text.split(",") if each.strip()]
    return Keys(given or [_kept(folder / FILE)])


@cache
def words() -> tuple[str, ...]:
    """Return the words that codes are made of, in alphabetical order."""
    return tuple(WORDS.read_text(encoding="ascii").split())


def same(one: str, other: str) -> bool:
    """Compare two hashes in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def _kept(file: Path) -> str:
    """Read the key in ``file``; the first process that asks makes it, for its own user alone."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{FILE}.{os.getpid()}")
    if not file.exists():
        draft.touch(mode=0o600)
        draft.write_text(Keys.make(), encoding="ascii")
        try:
            os.link(draft, file)  # whole or not at all, and never over another's
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text(encoding="ascii").strip()


def _hash(master: bytes, purpose: str, text: str) -> bytes:
    """Hash under a key of each purpose's own: one purpose's hash tells nothing of another's."""
    own = hmac.digest(master, f"safeground concern {purpose}".encode(), "sha256")
    return hmac.digest(own, text.encode(errors="replace"), "sha256")


def _in_words(digest: bytes) -> str:
    known, number, chosen = words(), int.from_bytes(digest, "big"), []
    for _ in range(LENGTH):
        number, index = divmod(number, len(known))
        chosen.append(known[index])
    return " ".join(chosen)
