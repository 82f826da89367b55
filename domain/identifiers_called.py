"""Names that words before them announce: "a girl called ...", "his name is ...", "Mr ..."."""

import re
from collections.abc import Iterator

from domain.identifiers_text import Span
from domain.identifiers_tokens import Tokens
from domain.identifiers_words import company

_OPEN = r"[ ,:=\-]{1,3}(?:the )?[\"'(]{0,2}"
_CALLED = re.compile(rf"\b(?P<cue>called|named|known as)(?: only)?{_OPEN}", re.IGNORECASE)
_NICKNAMED = re.compile(
    r"\b(?P<cue>nicknamed|dubbed|(?:go(?:es|ing)? |went )?by the (?:nick)?name(?: of)?"
    r"|(?:nick|street |pet )name(?:'s| is| was|:)|(?:aka|a\.k\.a\.?|alias)"
    r"|known (?:to \w{1,12} |locally )as"
    r"|(?:call|calls|called|calling|nicknamed) (?:him|her|them|himself|herself|themself|themselves"
    rf"|me)|answers? to|go(?:es|ing)? by|went by){_OPEN}",
    re.IGNORECASE,
)
_NAME_IS = re.compile(
    r"\b(?P<whose>his|her|hers|their|theirs|my|our|whose|[a-z]{2,14}'s|(?:the|one|a) name of "
    r"(?:the|a|one|his|her|this|that|my) [a-z]{2,12})"
    r" ?(?:actual |real |full |first |last |own |nick|street |sur)?(?:names?)?"
    rf"(?:'s| is| was| are| might be| may be| could be|){_OPEN}",
    re.IGNORECASE,
)
_NAME = re.compile(r"names?\b|name of", re.IGNORECASE)
_LABEL = re.compile(r"(?<!\w)names? ?[:=] {0,2}[\"']?", re.IGNORECASE)
_DATING = re.compile(
    r"\b(?:dating|going out with|sleeping with|engaged to|sees a lot of|in a relationship with"
    r"|groomed by|picked up by|met up with|hanging (?:out|about|around) with|bullied by) [\"']?",
    re.IGNORECASE,
)
_THING_BEFORE = re.compile(
    r"\b(?:a|an|another|some|this|that|any|the) (?:[a-z]+ )?$", re.IGNORECASE
)
_LOOK = re.compile(r"[a-z']+", re.IGNORECASE)
_ENDS = re.compile(r"\s*(?:$|[,.;:!?)\"'])")
PERSON, THING, CALLER = "person", "thing", "caller"
_IS = frozenset(("is", "was", "are", "were"))


def told(read: Tokens) -> Iterator[Span]:
    """Yield the names in ``read`` that the words before them announce; they may overlap."""
    yield from _called(read)
    yield from _titled(read)
    yield from _related(read)


def _called(read: Tokens) -> Iterator[Span]:
    text = read.text
    for match in _CALLED.finditer(text):
        head = _head(read, match)
        if head in (PERSON, ""):
            yield from _taken(read, match, any_word=head == PERSON)
    for match in _NICKNAMED.finditer(text):
        yield from _taken(read, match, any_word=not match["cue"].lower().endswith(" by"))
    for match in _NAME_IS.finditer(text):
        if _NAME.search(match[0]) and _whose(match["whose"]):
            yield from _taken(read, match, any_word=True)
    for pattern in (_LABEL, _DATING):
        for match in pattern.finditer(text):
            yield from _taken(read, match, any_word=pattern is _DATING)


def _taken(read: Tokens, match: re.Match[str], *, any_word: bool) -> Iterator[Span]:
    """Yield the name that begins where ``match`` ends; an unlisted one if ``any_word``."""
    at = read.at.get(match.end())
    if at is None:
        return
    token = read.words[at]
    if any_word and token.key in company().epithets and (after := read.after(at)) and after.capital:
        yield token.start, after.end
        return
    if quote := _quoted(read.text, match):
        if any_word and token.key not in company().things:
            yield quote
    elif read.listed(at) and (token.capital or token.key not in company().nick_stop):
        if any_word or (not read.placed(at) and read.listed(at) != "shared"):
            yield _with_the(read, match, at)
    elif any_word and _unlisted(read, at, match):
        yield _with_the(read, match, at)


def _unlisted(read: Tokens, at: int, match: re.Match[str]) -> bool:
    token = read.words[at]
    if token.capital and not read.shouted:
        crew = re.search(r"themselves \W{0,2}the ", match[0], re.IGNORECASE)
        return read.may_be_name(at) and not read.placed(at) and not crew
    named = match.re is not _CALLED or match["cue"].lower() == "known as"
    if match.re is _DATING or not named or token.key in company().nick_stop:
        return False
    after = read.after(at)
    ends = _ENDS.match(read.text, token.end) or (
        after is not None and after.key in company().persona_verbs
    )
    allowed = token.key not in company().never and token.key not in company().things
    return bool(ends) and len(token.key) > 2 and allowed


def _with_the(read: Tokens, match: re.Match[str], at: int) -> Span:
    start, end = read.extent(at)
    begins = match[0].lower().rfind(" the ")
    opened = begins >= 0 and match[0][begins:].strip().lower() == "the"
    return (match.start() + begins + 1 if opened else start), end


def _quoted(text: str, match: re.Match[str]) -> Span | None:
    """Give what stands between the quotes that ``match`` ends with, if it is short."""
    if match[0][-1] not in "\"'":
        return None
    closes = text.find(match[0][-1], match.end(), match.end() + 26)
    if closes < 0 or text.count(" ", match.end(), closes) > 2:
        return None
    return match.end(), closes


def _whose(words: str) -> bool:
    """Tell whether a name is a person's: "his", "my friend's", and not "the shop's"."""
    words = words.lower()
    if words.endswith("'s"):
        return words[:-2] in company().persons or words[:-2] in company().kin
    last = words.split()[-1]
    return last not in company().things


def things(read: Tokens) -> Iterator[int]:
    """Yield where the names begin of what is no person: "a bakery called Alice's"."""
    for match in _CALLED.finditer(read.text):
        if _head(read, match) == THING:
            yield match.end()


def _head(read: Tokens, match: re.Match[str]) -> str:
    """Tell who is "called": a person, a thing, one who calls, or "" where nothing says."""
    around = company()
    before = re.split(r"[.!?;\x00]", read.text[max(0, match.start() - 70) : match.start()])[-1]
    words = [(each[0].lower().removesuffix("'s"), each.start()) for each in _LOOK.finditer(before)]
    for back, (word, start) in enumerate(reversed(words[-8:])):
        if word in around.persons or (word in around.kin):
            if back == 0 and word in company().pronouns and match["cue"].lower() == "called":
                return CALLER  # "he called the office"
            return PERSON
        if word not in around.things and word not in around.places:
            continue
        linked = back == 1 and words[-1][0] in _IS
        if back == 0 or linked or _THING_BEFORE.search(before[:start]):
            return THING
    return ""


def _titled(read: Tokens) -> Iterator[Span]:
    for at, token in enumerate(read.words[:-1]):
        small = token.key in company().titles_small and not token.capital
        if not (small or (token.capital and token.key in company().titles)) or token.owns:
            continue
        following = read.words[at + 1]
        between = read.text[token.end : following.start]
        if between not in (" ", ". ") or following.key in company().not_titled:
            continue
        named = following.key not in company().never and len(following.key) > 1
        if named and (following.capital or small) and not read.placed(at + 1):
            yield read.extent(at + 1)


def _related(read: Tokens) -> Iterator[Span]:
    """Yield "my friend Zofka", "a lad Tez", and "Zofka, my friend"."""
    around = company()
    for at, token in enumerate(read.words):
        if token.owns or (token.key not in around.kin and token.key not in around.persons):
            continue
        if token.capital and not (token.first or read.shouted):
            continue  # "Youth Justice Service"
        if token.key in company().pronouns or token.key in (
            "her",
            "him",
            "whom",
            "someone",
            "somebody",
        ):
            continue
        yield from _after_kin(read, at)
        yield from _before_kin(read, at)


def _after_kin(read: Tokens, at: int) -> Iterator[Span]:
    if at + 1 >= len(read.words):
        return
    token, following = read.words[at], read.words[at + 1]
    between = read.text[token.end : following.start]
    if between not in (" ", ", ", " - ", " (", " '", ' "'):
        return
    told_of = _has_owner(read, at) or _introduced(read, at)
    kind = read.listed(at + 1)
    named = kind == "plain" or (kind and following.capital and not read.shouted)
    if (named and not read.is_place(at + 1)) or (
        between == " " and read.may_be_name(at + 1) and not read.is_place(at + 1) and told_of
    ):
        yield read.extent(at + 1)


def _has_owner(read: Tokens, at: int) -> bool:
    before = read.words[max(0, at - 3) : at]
    return any(each.key in company().possessives or each.owns for each in before)


def _introduced(read: Tokens, at: int) -> bool:
    before = read.before(at)
    single = not read.words[at].key.endswith("s") and read.words[at].key not in ("people", "men")
    return single and before is not None and before.key in company().determiners


def _before_kin(read: Tokens, at: int) -> Iterator[Span]:
    """Yield the name in "Zofka, my friend" and "Tez (her boyfriend)"."""
    owner = at - 1 if at and read.words[at - 1].key in company().possessives else -1
    if owner < 1 or not read.adjacent(owner):
        return
    token = read.words[owner - 1]
    between = read.text[token.end : read.words[owner].start]
    if between in (", ", " (") and read.may_be_name(owner - 1) and not read.is_place(owner - 1):
        yield read.start_of_name(owner - 1), token.end
