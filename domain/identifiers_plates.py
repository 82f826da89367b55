"""Vehicle plates of the United Kingdom in plain text: current, prefix, suffix, Northern Irish.

Grid references, postcodes, road and bus numbers look alike in part. The older a form, the more of
a car or a plate there must be in the words before it.
"""

import re
from collections.abc import Iterator

from domain.identifiers_text import Span, apart, digits, patterns

_GAP = r"[ \-.]{0,2}"
_CURRENT = re.compile(
    rf"(?<!\w)(?P<area>[A-HJ-PR-Y][A-HJ-PR-Z])(?P<gap>{_GAP})(?:0[2-9]|[1-4]\d|5[1-9]|[6-9]\d)"
    rf"(?P<late>{_GAP})(?P<word>[A-HJ-PR-Z]{{3}})(?!\w)",
    re.IGNORECASE,
)
_IRISH = r"[A-Z](?:[A-Z]Z|I[ABGJLW]|[JOUX]I)"
_OLD = patterns(
    rf"(?<!\w)[A-HJ-NP-TV-Y]{_GAP}\d{{1,3}}{_GAP}(?P<word>[A-Z]{{3}})(?!\w)",
    rf"(?<!\w)(?P<word>[A-Z]{{3}}){_GAP}\d{{1,3}}{_GAP}[A-HJ-NPR-TV-Y](?!\w)",
    rf"(?<!\w)(?P<word>{_IRISH}){_GAP}\d{{3,4}}(?!\w)",
)
_START = re.compile(r"(?<!\w)[A-Z]{1,3}[ \-.]{0,2}\d", re.IGNORECASE)  # every form but the told
_PLATE = r"\b(?:reg(?:istration)?|(?:number[ \-]?)?plates?|vrm|vrn)\b"
_TOLD = re.compile(  # right after such a word, any form counts, and a part of one
    rf"{_PLATE}(?: (?:no|num|number|mark|of|is|was|starts?|starting|begins?|beginning|ends?"
    r"|ending|with|in|reads?|reading|like|partial|part)\b){0,3}[ .:#\-=\"'(]{1,4}"
    r"(?P<head>(?P<first>[A-Z]{1,3})[ \-]?\d{1,4}|\d{1,4}[ \-]?(?P<last>[A-Z]{1,3}))"
    r"(?P<tail>[ \-]?(?P<word>[A-Z]{1,3}))?(?!\w)",
    re.IGNORECASE,
)
_PLATE_BEFORE = re.compile(rf"(?:{_PLATE}|\bindex\b)[^?!\x00]{{0,25}}$", re.IGNORECASE)
_VEHICLE_BEFORE = re.compile(
    r"\b(?:cars?(?! park)|vans?|vehicles?|taxis?|cabs?|motorbikes?|mopeds?|scooters?|lorr(?:y|ies)"
    r"|trucks?|hatchback|saloon|4x4|driver|driving|audi|bmw|ford|vauxhall|vw|volkswagen|mercedes"
    r"|toyota|nissan|peugeot|renault|corsa|golf|fiesta|transit)\b[^?!\x00]{0,40}$",
    re.IGNORECASE,
)
_ROAD = re.compile(r"[ABM] ?\d{1,4} ", re.IGNORECASE)
_WORDS = re.compile(  # no plate is read where one of these stands for its letters
    r"a|ago|air|all|am|an|and|any|apr|apt|are|as|at|aug|bar|bay|be|bed|big|bin|bit|box|bus|"
    r"but|buy|by|can|car|day|dec|did|dig|do|due|eat|end|est|far|feb|few|fig|fit|flat|for|fri|"
    r"fun|gap|gas|gbp|get|gig|go|got|gym|had|has|he|her|hid|him|his|hit|hot|how|hrs|hub|hut|i|"
    r"if|in|inn|is|it|its|jan|jct|job|jul|jun|key|kid|kmh|lad|lap|law|led|let|lid|lit|lot|low|"
    r"man|map|mar|may|me|men|met|mid|min|mon|mph|mum|my|near|new|no|nor|not|nov|now|oct|of|"
    r"off|oil|old|on|one|or|our|out|own|pan|par|pay|per|pig|pm|pub|put|ran|raw|red|ref|rig|"
    r"road|row|run|sat|saw|say|sea|sec|sep|set|she|sia|sit|six|so|son|sun|tap|tea|ten|the|thu|"
    r"tie|til|till|to|too|top|try|tue|two|up|us|use|via|war|was|way|we|wed|wet|who|why|win|"
    r"yes|yet|you",
    re.IGNORECASE,
)


def plates(text: str) -> Iterator[Span]:
    """Yield the span of every vehicle plate in plain ``text``, in order."""
    if not digits(text):
        return
    small = text.lower()
    spans = [match.span() for start in _START.finditer(text) for match in _plates_at(text, start)]
    if any(part in small for part in ("reg", "plate", "vrm", "vrn")):
        spans += [span for match in _TOLD.finditer(text) if (span := _told(match))]
    yield from apart(spans)


def _plates_at(text: str, start: re.Match[str]) -> Iterator[re.Match[str]]:
    if (match := _CURRENT.match(text, start.start())) and _is_current(text, match):
        yield match
    for pattern in _OLD:
        if (match := pattern.match(text, start.start())) and _is_old(text, match):
            yield match


def _told(match: re.Match[str]) -> Span | None:
    if _WORDS.fullmatch(match["first"] or match["last"]):
        return None
    if match["tail"] and _WORDS.fullmatch(match["word"]):
        return match.span("head")
    return match.start("head"), match.end()


def _is_current(text: str, match: re.Match[str]) -> bool:
    if _WORDS.fullmatch(match["word"]):
        return False
    if _PLATE_BEFORE.search(_before(text, match)):
        return True
    if match["gap"]:  # "NK 68 ABC"; in small letters it is too near to a sentence
        return match[0].isupper() and not _WORDS.fullmatch(match["area"])
    return _one_case(match[0]) or not match["late"]


def _is_old(text: str, match: re.Match[str]) -> bool:
    if _WORDS.fullmatch(match["word"]):
        return False
    before = _before(text, match)
    if _PLATE_BEFORE.search(before):
        return True
    if _VEHICLE_BEFORE.search(before) and not _ROAD.match(match[0]):
        return _one_case(match[0])
    return match[0].isupper() and sum(map(str.isdigit, match[0])) > 1


def _before(text: str, match: re.Match[str]) -> str:
    return text[max(0, match.start() - 60) : match.start()]


def _one_case(plate: str) -> bool:
    """All large, all small, or as a telephone's keyboard begins a sentence."""
    return plate.isupper() or plate.islower() or plate == plate.capitalize()
