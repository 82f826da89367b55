"""Where somebody lives, in plain text: a full postcode or a numbered address beside such words.

The same postcode beside a shop, or alone, is a place as any other and is left.
"""

import re
from collections.abc import Iterator

from domain.identifiers_text import Span, apart, digits

_POSTCODE = r"(?:[A-Z]{1,2}\d[\dA-Z]? {0,2}\d[ABD-HJLNP-UW-Z]{2})"
_KIND = (
    r"(?:street|st|road|rd|lane|ln|avenue|ave|close|cl|court|ct|crescent|cres|drive|dr|gardens"
    r"|gdns|grove|terrace|terr|way|place|pl|walk|rise|row|croft|mews|square|view|villas|mead|green"
    r"|park|hill|yard|wynd|chare|end|bank|garth|passage|estate|house|flats|buildings)"
)
_ADDRESS = (
    r"(?:(?:flat|apartment|unit|room|no\.?|number) ?\d{1,3}[a-z]?,? (?:of |at )?)?"
    rf"\d{{1,4}}[a-z]?,? (?:[a-z'\-]{{2,20}} ){{1,3}}{_KIND}\b"
)
_ONLY = re.compile(_POSTCODE, re.IGNORECASE)
_ADDRESS_ONLY = re.compile(rf"(?<!\w){_ADDRESS}", re.IGNORECASE)

_LIVES = re.compile(
    r"\b(?:liv(?:es?|ed|ing)|resid(?:es?|ed|ing)|stay(?:s|ed|ing)?|sleeps?|sleeping|moved"
    r"|moving|rehoused|home|house|flat|bungalow|bedsit|address|addy|placed|sofa[ -]surf\w*"
    r"|lodg(?:es?|ing)|born and raised|tenant|tenancy|postcode"
    r"|(?:his|her|their|my|our) (?:place|gaff|doorstep|street))\b",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(
    r"\b(?:he|she|they|his|her|their|him|them|i|i'm|my|we|our|who|girl|boy|lad|lass|kid|child"
    r"|man|woman|family|mum|mam|dad|nan|grandma|grandad|brother|sister|friend|mate|boyfriend"
    r"|girlfriend|ex|neighbour|pupil|student|person|teenager|aunt|auntie|uncle|cousin|carer"
    r"|son|daughter|dealer|driver|victim|tenant|partner)\b",
    re.IGNORECASE,
)
_SELF = re.compile(  # tells of somebody by itself
    r"\b(?:liv(?:es?|ed|ing)|resid(?:es?|ed|ing)"
    r"|home(?: address| postcode)?(?: is|'s| was| ?[:=-]))[^.!?]*$",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"\b(?:nobody|no[ -]one|none of|shop|kiosk|cafe|takeaway|store|office|pub|hotel|club|school"
    r"|library|surgery|salon|church|college|academy|centre|station|supermarket|restaurant|garage"
    r"|premises|unit|warehouse|factory|gym|bakery|pharmacy|business|company|branch|children's"
    r" home|care home|hostel|town ?house|public house|ware?house|based|opened|opens|open|trading"
    r"|empty|derelict|boarded|void|vacant)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?;](?= [A-Z]|\s*$)")
_REACH = 70


def homes(text: str) -> Iterator[Span]:
    """Yield the span of every address or postcode that plain ``text`` says somebody lives at."""
    if not digits(text) or not _LIVES.search(text):
        return
    spans = [match.span() for match in _ONLY.finditer(text)]
    spans += [match.span() for match in _ADDRESS_ONLY.finditer(text)]
    yield from apart(_joined(text, [span for span in apart(spans) if _is_home(text, span)]))


def _joined(text: str, spans: list[Span]) -> Iterator[Span]:
    """Join an address and the postcode after it, with a town between them at most."""
    held: Span | None = None
    for start, end in spans:
        between = text[held[1] : start] if held else ""
        if held and len(between) < 30 and not re.search(r"[.!?;\d]", between):
            held = held[0], end
            continue
        if held:
            yield held
        held = start, end
    if held:
        yield held


def _is_home(text: str, span: Span) -> bool:
    """Tell by its sentence: somebody, a word of living, and none of a shop between them."""
    if not _whole(text, span):
        return False
    before = _SENTENCE.split(text[max(0, span[0] - _REACH) : span[0]])[-1]
    after = _SENTENCE.split(text[span[1] : span[1] + _REACH // 2])[0]
    told = list(_LIVES.finditer(before))
    if (
        told
        and (_SELF.search(before) or _SOMEBODY.search(before))
        and not _NOBODY.search(before[told[-1].start() :])
    ):
        return not re.search(r"\b(?:nobody|no[ -]one)\b", before, re.IGNORECASE)
    follows = _LIVES.search(after)
    if follows and not _NOBODY.search(before) and not _NOBODY.search(after):
        return _SOMEBODY.search(after[: follows.end() + 20]) is not None
    return False


def _whole(text: str, span: Span) -> bool:
    start, end = span
    return not (text[start - 1 : start].isalnum() and start) and not text[end : end + 1].isalnum()
