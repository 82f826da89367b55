"""Names of people in plain text, told by a list of first names and by the words around them.

A name stands in company: "a girl called ...", "my friend ...", "..., 14", "... said". A street, a
shop or a school may carry the same word, so the words after it are looked at as well: what reads
as the name of a place is left alone. Nothing is looked up outside and nothing is learnt.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from domain import identifiers_called
from domain.identifiers_text import Span, apart, blanked
from domain.identifiers_tokens import Tokens, tokens
from domain.identifiers_words import company, names

_WORD = re.compile(r"[a-z]+")
_AGE = re.compile(
    r"(?:,? ?\(|, ?| | is | was |'s |, who is |, who's )(?:only |just |about |now )?"
    r"(?P<told>aged? (?:about )?)?(?:[5-9]|1\d|2[0-5])(?P<unit> ?(?:yo|y/o|yrs?|years?)\b"
    r"(?:[ -]old\b)?)?(?P<close>\))?"
    r"(?=\s*$|[,.;)!?]| (?:and|who|from|is|was|has|had|of|at|in|but|so|goes|lives|told|said)\b)",
    re.IGNORECASE,
)
_OF = frozenset(("in", "of", "for", "to", "on"))
_AGE_SURE = re.compile(r" is | was |'s |, who ", re.IGNORECASE)
_FIGURE = re.compile(r"\d")
_INITIALS = re.compile(
    r"\binitials?(?: are| is| were| was| of|:)? [\"']?(?P<n>[A-Z](?:[. ]{0,2}[A-Z]){1,2}\b\.?)"
)
_DOTTED = re.compile(
    r"(?<![\w.])(?P<n>[A-Z]\.(?: ?[A-Z]\.){1,2}|[A-Z]\. ?[A-Z]\b(?!\.|\w)|[A-Z]{2}(?![\w.\-/]))"
)
_BEFORE_INITIALS = re.compile(
    r"\b(?:girl|boy|lad|lass|friend|mate|kid|man|woman|son|daughter|brother|sister|pupil|student"
    r"|teenager|called|named|boyfriend|girlfriend|cousin|by the name of|known as),? $",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"\b[A-Z]\. ?[A-Z]")
_BESIDE = re.compile(
    r"\b(?:me|i|him|her|them|us|friend|mate|sister|brother|cousin|girlfriend|boyfriend) and $",
    re.IGNORECASE,
)
_AND_ME = re.compile(r" and (?:me|i|him|her|his|my)\b", re.IGNORECASE)
_SPOKE = re.compile(
    r"\b(?:spoke|speak|spoken|speaking|talked|talk|talking|said|listen|listened|shouted|happened"
    r"|lied|wrote|write|waved) (?:to|with|at) $",
    re.IGNORECASE,
)
_INITIAL_SURNAME = re.compile(r"(?<![\w.])(?P<n>[A-Z]\.? ?(?:[A-Z]\.? )?(?P<last>[A-Z][a-z']+))")
_JUST_NAME = 2  # words; a text of no more than these may be the name of a place


class Named(NamedTuple):
    """A name, or what reads as one; ``sure`` if the words around it say so."""

    start: int
    end: int
    sure: bool


def may_hold(text: str) -> bool:
    """Tell cheaply whether plain ``text`` may hold a name; "no" is certain."""
    words = _WORD.findall(text.lower())
    return not _telling().isdisjoint(words) or bool(_DOTTED.search(text) or _INITIAL.search(text))


def find(text: str) -> list[Named]:
    """List every name in plain ``text``, in order, never overlapping."""
    if not may_hold(text):
        return []
    if not _brand_words().isdisjoint(_WORD.findall(text.lower())):
        text = blanked(text, [match.span() for match in _brands().finditer(text)])
    read = tokens(text)
    told = {*identifiers_called.told(read), *_initials(text), *_aged(read), *_known(read)}
    listed = set(_listed(read))
    told |= set(_in_company(read, told | listed))
    sure = {start for start, _ in told}
    things = set(identifiers_called.things(read))
    all_found = (span for span in apart(told | listed) if span[0] not in things)
    return [Named(*span, span[0] in sure) for span in all_found]


@cache
def _telling() -> frozenset[str]:
    """Give every word without one of which no rule here finds anything."""
    listed, around = names(), company()
    words = listed.plain | listed.short | listed.shared | around.kin | around.private_verbs
    return words | company().cues | {"initials", "initial", "aged", "age", "yo", "years"}


@cache
def _brand_words() -> frozenset[str]:
    return frozenset(_WORD.findall(brand)[0] for brand in company().brands)


@cache
def _brands() -> re.Pattern[str]:
    listed = "|".join(map(re.escape, company().brands))
    return re.compile(rf"(?<![\w'])(?:{listed})(?!\w)", re.IGNORECASE)


def _listed(read: Tokens) -> Iterator[Span]:
    """Yield listed names that need no company, with the surnames that follow them."""
    for at, token in enumerate(read.words):
        kind = read.listed(at)
        written = token.capital and not read.shouted and not read.is_abbreviation(at)
        plain = kind == "plain" and not read.is_abbreviation(at)
        wanted = plain or (kind == "short" and written) or (kind and read.has_small_surname(at))
        if wanted and not read.after_the(at) and not read.is_place(at) and not read.is_shop(at):
            yield read.extent(at)


def _aged(read: Tokens) -> Iterator[Span]:
    """Yield names by the age after them: "Tyler, 14", "Zofka (15)", "Ghost aged 13"."""
    if not _FIGURE.search(read.text):
        return
    for at, token in enumerate(read.words):
        if not token.capital or read.is_place(at):
            continue
        start, end = read.extent(at)
        match = _AGE.match(read.text, end)
        if match and (read.listed(at) or _is_aged(read, at, match)):
            yield start, end


def _is_aged(read: Tokens, at: int, match: re.Match[str]) -> bool:
    """Tell whether a word that is in no list is a name by its age: counts and numbers are not."""
    if not read.may_be_name(at):
        return False
    before = read.before(at)
    if before is not None and (before.key in _OF or before.key in company().before_place):
        return False
    if match["told"] or match["unit"]:
        return (
            not match[0].startswith(" ") or bool(match["told"]) or bool(_AGE_SURE.match(match[0]))
        )
    return bool(_AGE_SURE.match(match[0])) and not read.words[at].first


def _known(read: Tokens) -> Iterator[Span]:
    """Yield names that only their verb or what is theirs gives away: "Zofka's mum", "Zed cried"."""
    around = company()
    for at, (token, following) in enumerate(pairwise(read.words)):
        if not read.may_be_name(at) or read.is_place(at) or not read.adjacent(at):
            continue
        private = following.key in around.private_verbs and read.singular(at)
        if private or (token.owns and _has_kin_next(read, at)):
            yield read.start_of_name(at), token.end


def _has_kin_next(read: Tokens, at: int) -> bool:
    """Tell whether "'s" is followed by kin: "'s brother", "'s little brother"."""
    kin, words = company().kin, read.words
    if words[at + 1].key in kin:
        return True
    adjective = words[at + 1].key in company().adjectives and read.adjacent(at + 1)
    return adjective and words[at + 2].key in kin


def _in_company(read: Tokens, found: set[Span]) -> Iterator[Span]:
    """Yield shared names among the words of persons, and any name joined to one found."""
    starts, ends = {start for start, _ in found}, {end for _, end in found}
    for at, token in enumerate(read.words):
        if token.start in starts or not token.capital or read.is_place(at) or read.is_shop(at):
            continue
        shared = read.listed(at) in ("shared", "short") and not read.after_the(at)
        may_join = shared or read.may_be_name(at)
        if (shared and _is_person(read, at)) or (may_join and _is_joined(read, at, starts, ends)):
            yield read.extent(at)


def _is_person(read: Tokens, at: int) -> bool:
    """Tell whether the words around a shared name are those around a person."""
    token, before = read.words[at], read.before(at)
    if before is not None and before.key in company().with_ and not token.owns:
        return not read.of_the_year(at)
    said = read.text[max(0, token.start - 20) : token.start]
    if _SPOKE.search(said) or _BESIDE.search(said) or _AND_ME.match(read.text, token.end):
        return True
    return _acts(read, at)


def _acts(read: Tokens, at: int) -> bool:
    """Tell whether the word after a shared name is what a person has or does, or a surname."""
    token, after, around = read.words[at], read.after(at), company()
    if after is None:
        return False
    if token.owns:
        return any(after.key in each for each in (around.kin, around.homes, around.belongings))
    if after.capital and after.key in names().surnames:
        return True
    if after.key in around.private_verbs or after.key in around.said:
        return True
    return not token.first and not read.of_the_year(at) and after.key in around.acts


def _is_joined(read: Tokens, at: int, starts: set[int], ends: set[int]) -> bool:
    """Tell whether "and", a stroke or a comma in a row joins a word to a name that was found."""
    token = read.words[at]
    after = _JOINS.match(read.text, token.end)
    if after and after.end() in starts and not token.owns and (read.listed(at) or not token.first):
        return True
    before = _JOINED.search(read.text[max(0, token.start - 6) : token.start])
    if before is None:
        return False
    closes = token.start - len(before[0])
    following = read.after(at)
    return closes in ends and not (following is not None and following.capital and read.placed(at))


_JOINS = re.compile(r" ?(?: and |&|/) ?")
_JOINED = re.compile(r" ?(?: and |&|/) ?$")


def _initials(text: str) -> Iterator[Span]:
    for match in _INITIALS.finditer(text):
        yield match.span("n")
    for match in _DOTTED.finditer(text):
        letters = match[0].replace(".", "").replace(" ", "")
        before = text[max(0, match.start() - 20) : match.start()]
        aged = "." in match[0] and _AGE.match(text, match.end())
        if letters not in company().acronyms and (_BEFORE_INITIALS.search(before) or aged):
            yield match.span()
    for match in _INITIAL_SURNAME.finditer(text):
        if "." in match[0] and match["last"].lower() in names().surnames:
            yield match.span()
