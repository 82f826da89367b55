"""One pupil told by school, year and looks, in plain text: no name, and yet known to everybody."""

import re
from collections.abc import Iterator

from domain.identifiers_text import Span, apart

_NUMBER = r"(?:\d{1,2}|seven|eight|nine|ten|eleven|twelve|thirteen)"
_YEAR = re.compile(
    rf"\b(?:(?:year|yr|y) ?-?{_NUMBER}|(?:reception|sixth[ -]form)|{_NUMBER}(?:[ -]year[ -]old"
    rf"|yo|yr old)|aged? {_NUMBER})(?:'?s)?\b",
    re.IGNORECASE,
)
_ONE = re.compile(
    r"\b(?:girl|boy|lad|lass|pupil|student|kid|child|teenager|youngster|daughter|son|sister"
    r"|brother|he|she|him|her|one of the twins)\b",
    re.IGNORECASE,
)
_SCHOOL = re.compile(
    r"\b(?:(?!The |A |An |At )(?:[A-Z][\w'.\-]{1,20} ){1,4}"
    r"(?:School|High|Academy|College|Primary|Comp|Comprehensive"
    r"|Juniors?|Infants|Grammar|Secondary|Sixth Form|PRU|Girls'|Boys')(?: School)?"
    r"|(?:[a-z']{3,20} ){1,2}(?:high school|academy|comprehensive|primary school|comp))\b"
)
_LOOKS = re.compile(
    r"\b(?:(?:red|ginger|blonde?|pink|purple|blue|green|orange|black|brown|dyed|curly|shaved|long"
    r"|short|bleached|auburn|spiky|plaited|braided|frizzy|afro|straight|dark|fair|silver|grey)"
    r"(?:[ -](?:and )?[a-z]{2,12}){0,2}[ -](?:hair(?:ed)?|fringe|braids|plaits|curls|eyes|glasses"
    r"|dreadlocks|mohican)|glasses|freckles|freckled|braces|wheelchair|crutches|hearing aids?"
    r"|stammer|stutter|limp|birthmark|scars?|tattoos?|piercings?|nose ring|hijab|headscarf|turban"
    r"|eye ?patch|prosthetic|redhead|ponytail|pigtails|buzz ?cut|very tall|tallest|shortest"
    r"|(?:only|just) [a-z]{2,12} (?:girl|boy|pupil|student|kid|child|one)"
    r"|twins?|one arm|one leg|lisp|eczema|port[ -]wine stain|missing (?:front )?(?:tooth|teeth))\b",
    re.IGNORECASE,
)
_HINT = re.compile(r"\b(?:year|yr|y|reception|sixth|aged?)\b|\d", re.IGNORECASE)
_SENTENCES = re.compile(r"[^.!?;\x00]{1,400}(?:[.!?;\x00]|$)")
_FARTHEST = 160
_GROUP = re.compile(r"\b(?:pupils|students|girls|boys|lads|kids|children|groups?)\b", re.IGNORECASE)


def may_hold(text: str) -> bool:
    """Tell cheaply whether plain ``text`` may describe a pupil; "no" is certain."""
    return _HINT.search(text) is not None


def pupils(text: str) -> Iterator[Span]:
    """Yield the span from the first to the last of school, year and looks in one sentence."""
    if not may_hold(text) or not _LOOKS.search(text):
        return
    yield from apart(
        span for match in _SENTENCES.finditer(text) if (span := _described(text, *match.span()))
    )


def _described(text: str, start: int, end: int) -> Span | None:
    """Give the closest that one year, one school and one look stand to each other."""
    kinds = [list(each.finditer(text, start, end)) for each in (_YEAR, _SCHOOL, _LOOKS)]
    if not all(kinds) or not _ONE.search(text, start, end):
        return None
    first = min(each[0].start() for each in kinds)
    last = max(each[-1].end() for each in kinds)
    one = _ONE.search(text, max(start, first - 20), last)
    if last - first > _FARTHEST or one is None:
        return None
    group = _GROUP.search(text, first, one.start())
    return None if group else (first, last)
