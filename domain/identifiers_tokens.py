"""Words of a text as the search for names reads them: listed or not, of a place or not."""

import re
from functools import cached_property
from typing import NamedTuple

from domain.identifiers_words import company, names

_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:['-][^\W\d_]+)*(?!\w)")
_ENDS_SENTENCE = ".!?:;(\"'\x00*-"
_COUNTS = re.compile(r"\.? ?:| ?\d|/")
SHOUTED = 0.6
_FEWEST = 12


class Token(NamedTuple):
    """One word: ``text[start:end]`` without its "'s", which ``owns`` tells of."""

    key: str
    start: int
    end: int
    capital: bool
    owns: bool
    first: bool  # nothing goes before it in its sentence


class Tokens:
    """A plain text and its words."""

    def __init__(self, text: str) -> None:
        self.text = text
        letters = [each for each in text if each.isalpha()]
        large = sum(map(str.isupper, letters))
        self.shouted = len(letters) >= _FEWEST and large > SHOUTED * len(letters)
        self.words = [self._token(match) for match in _WORD.finditer(text)]
        self.at = {token.start: index for index, token in enumerate(self.words)}

    def listed(self, at: int) -> str:
        """Give the class of a first name: "plain", "short", "shared", or "" for none."""
        key = self.words[at].key
        if "-" in key:
            parts = key.split("-")
            return "plain" if all(_listed(part) for part in parts) else ""
        return _listed(key)

    def may_be_name(self, at: int) -> bool:
        """Tell whether a word in no list could be a name, by its capital letter and itself."""
        token = self.words[at]
        if self.shouted or not token.capital or len(token.key) < 2:
            return False
        return token.key not in company().never and token.key not in company().things

    def singular(self, at: int) -> bool:
        """Tell whether a word neither ends as most groups do nor begins a sentence."""
        token = self.words[at]
        return not token.first or not token.key.endswith("s")

    def before(self, at: int) -> Token | None:
        """Give the word before, if only a space is between."""
        return self.words[at - 1] if at and self.adjacent(at - 1) else None

    def after(self, at: int) -> Token | None:
        """Give the word after, if only a space, or what "'s" takes, is between."""
        return self.words[at + 1] if at + 1 < len(self.words) and self.adjacent(at) else None

    def adjacent(self, at: int) -> bool:
        """Tell whether only a space is between a word and the next."""
        if at + 1 >= len(self.words):
            return False
        between = self.text[self.words[at].end : self.words[at + 1].start]
        return between in (" ", "  ") or (self.words[at].owns and between in ("'s ", "' "))

    def after_the(self, at: int) -> bool:
        """Tell whether "the" goes before, as it does with an inn."""
        before = self.before(at)
        return before is not None and before.key == "the"

    def is_abbreviation(self, at: int) -> bool:
        """Tell whether a short name stands for something else: "CAM 4", "Reg:", "Max 5"."""
        token = self.words[at]
        written = self.text[token.start : token.end]
        large = written.isupper() and len(written) > 1 and not self.shouted
        return (large and len(written) < 5) or bool(_COUNTS.match(self.text, token.end))

    def of_the_year(self, at: int) -> bool:
        """Tell whether a name is a month or a season as well."""
        return self.words[at].key in company().of_the_year

    def is_place(self, at: int) -> bool:
        """Tell whether a word belongs to the name of a place, or a saint's."""
        before, after = self.before(at), self.after(at)
        if before is not None and before.key in company().saints and before.capital:
            return True
        if before is None and self._is_saint_with_dot(at):
            return True
        owns = self.words[at].owns
        if after is not None and not owns and not after.capital and after.key in company().streets:
            return True
        return self.placed(at)

    def is_shop(self, at: int) -> bool:
        """Tell whether a name with "'s" is one of a shop: "outside Ryan's", "Ryan's chippy"."""
        if not self.words[at].owns:
            return False
        before, after, around = self.before(at), self.after(at), company()
        if after is not None and (after.key in around.homes or after.key in around.kin):
            return False
        if after is not None and after.key in around.places:
            return True
        personal = after is not None and after.key in company().belongings
        return before is not None and before.key in around.before_place and not personal

    def placed(self, at: int) -> bool:
        """Tell whether a word is in a row of capitals that ends as the name of a place does."""
        return at in self._placed

    def extent(self, at: int) -> tuple[int, int]:
        """Give the span of a name from its first word: with surnames, or an initial after it."""
        last, surnames = at, names().surnames
        while last - at < 3 and not self.words[last].owns and self.adjacent(last):
            token = self.words[last + 1]
            if (
                token.key in company().particles
                and self._surname(last + 2)
                and self.adjacent(last + 1)
            ):
                last += 2
            elif self._surname(last + 1) or (token.key in surnames and last == at):
                last += 1
            else:
                break
        return self.words[at].start, self.words[last].end

    def has_small_surname(self, at: int) -> bool:
        """Tell whether a first name in small letters has a surname in small letters after it."""
        token, after = self.words[at], self.after(at)
        small = not token.capital and not token.owns and after is not None and not after.capital
        return small and after is not None and after.key in names().surnames

    def start_of_name(self, at: int) -> int:
        """Give where a name begins whose last word is known: one first name may go before."""
        before = self.before(at)
        if before is not None and self.may_be_name(at - 1) and not before.owns:
            return before.start
        return self.words[at].start

    def _surname(self, at: int) -> bool:
        if at >= len(self.words) or self.shouted:
            return False
        token = self.words[at]
        if not token.capital or token.key in ("i", "a") or token.first:
            return False
        if len(token.key) == 1:
            return self.text[token.end : token.end + 1] not in ("'", "-") and not _digit(
                self.text, token.end
            )
        return token.key not in company().never

    @cached_property
    def _placed(self) -> frozenset[int]:
        """Mark every row of capitals that ends in such a word as "Street" or "Kiosk"."""
        found: set[int] = set()
        if self.shouted:
            return frozenset()
        for at, token in enumerate(self.words):
            if not token.capital or token.key not in company().places:
                continue
            first = self._row_before(at)
            if first < at:
                found.update(range(first, at + 1))
        return frozenset(found)

    def _row_before(self, at: int) -> int:
        """Give where the row of capitals begins that goes before a word, at most six words."""
        first = at
        while first and at - first < 6 and self.adjacent(first - 1):
            if self.words[first - 1].capital:
                first -= 1
            elif (
                first > 1
                and self.words[first - 1].key in company().links
                and self.words[first - 2].capital
                and self.adjacent(first - 2)
            ):
                first -= 2
            else:
                break
        return first

    def _is_saint_with_dot(self, at: int) -> bool:
        start = self.words[at].start
        return self.text[max(0, start - 4) : start].strip().lower() == "st."

    def _token(self, match: re.Match[str]) -> Token:
        word, (start, end) = match[0], match.span()
        owns = word[-2:].lower() == "'s" or (
            word[-1] in "sS" and self.text[end : end + 2] in ("' ", "'")
        )
        if word[-2:].lower() == "'s":
            word, end = word[:-2], end - 2
        shown = self.text[:start].rstrip(" ")[-1:] if start < 4 else _shown(self.text, start)
        first = not shown or shown in _ENDS_SENTENCE
        french = "'" in word[1:3] and word.title() == word[0].upper() + word[1:]
        capital = word[0].isupper() or french  # "d'Isere"
        return Token(word.lower(), start, end, capital, owns, first)


def tokens(text: str) -> Tokens:
    """Read the words of plain ``text``."""
    return Tokens(text)


def _listed(key: str) -> str:
    listed = names()
    if key in listed.plain:
        return "plain"
    if key in listed.short:
        return "short"
    return "shared" if key in listed.shared else ""


def _shown(text: str, start: int) -> str:
    return text[start - 4 : start].rstrip(" ")[-1:]


def _digit(text: str, at: int) -> bool:
    return text[at : at + 1].isdigit() or text[at : at + 2].strip().isdigit()
