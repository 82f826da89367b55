"""E-mail addresses, links to profiles and social media names in plain text."""

import re
from collections.abc import Iterator

from domain.identifiers_text import Span, apart, patterns

_ENDING = r"(?:com|couk|co|uk|net|org|gov|ac|sch|edu|info|io|me|ie|eu|tv|gg|live|app)"
_MAILERS = (
    r"(?:gmail|googlemail|hotmail|outlook|yahoo|icloud|live|msn|aol|btinternet|proton|protonmail"
    r"|sky|virginmedia|ymail|me|mail)"
)
_LOCAL = r"[\w.+%'\-]{1,128}"
_FIRST = rf"(?<![\w.+%'\-]){_LOCAL}"  # begun once a word, so that a long word is read once
_DOT = r" {0,2}(?:\.| dot |\(dot\)|\[dot\]|\{dot\}) {0,2}"
_EMAILS = patterns(
    rf"{_FIRST}@(?:[\w\-]{{1,63}}\.){{1,6}}[^\W\d_]{{2,24}}",
    rf"{_FIRST}(?: {{1,2}}(?:dot|underscore|dash) {{1,2}}{_LOCAL}){{0,3}}"
    rf"(?: {{0,2}}(?:@|\(at\)|\[at\]|\{{at\}}|\(@\)) {{0,2}})[\w\-]{{1,63}}"
    rf"(?:{_DOT}{_ENDING}\b){{1,3}}",
    rf"{_FIRST}(?: {{1,2}}(?:dot|underscore|dash) {{1,2}}{_LOCAL}){{0,3}} {{1,2}}at {{1,2}}"
    rf"[\w\-]{{1,63}}(?: {{1,2}}dot {{1,2}}{_ENDING}\b){{1,3}}",
    rf"{_FIRST} at {_MAILERS}(?:\.{_ENDING}\b){{1,2}}",
)

_SITE = (
    r"(?:facebook\.com|fb\.com|fb\.me|m\.me|instagram\.com|instagr\.am|ig\.me|snapchat\.com"
    r"|tiktok\.com|twitter\.com|x\.com|onlyfans\.com|fansly\.com|t\.me|telegram\.me|telegram\.org"
    r"|wa\.me|whatsapp\.com|discord\.gg|discord\.com|discordapp\.com|threads\.net|threads\.com"
    r"|bsky\.app|youtube\.com|youtu\.be|twitch\.tv|kik\.me|linktr\.ee|linkedin\.com|reddit\.com"
    r"|pinterest\.com|tumblr\.com|vsco\.co|roblox\.com|steamcommunity\.com|soundcloud\.com"
    r"|yubo\.live|ask\.fm|ngl\.link|signal\.me|signal\.group|cash\.app|paypal\.me|vk\.com"
    r"|bere\.al|beacons\.ai|allmylinks\.com|spotify\.com|flickr\.com|tellonym\.me)"
)
_SITE = _SITE.replace(r"\.", r"(?: ?\. ?| dot )")
_PROFILE = re.compile(
    r"(?:https?:? ?/{1,2} ?)?(?<![\w@\-])(?:[\w\-]{1,40}\.){0,3}"
    rf"{_SITE}(?::\d{{1,5}})? ?(?:/| slash ) ?(?P<path>[^\s<>\"'\x00]{{1,300}})",
    re.IGNORECASE,
)
_OF_THE_SITE = re.compile(  # pages of the site itself, which lead to nobody
    r"(?:help|about|legal|privacy|policy|policies|terms|safety|business|explore|login|settings"
    r"|support|download|watch|results)\b",
    re.IGNORECASE,
)
_ENDS = ".,;:!?)]}*_"

_LONG = (
    r"(?:snap ?chat|snap|instagram|insta|tik ?tok|twitter|facebook|messenger|whats ?app|telegram"
    r"|discord|kik|only ?fans|twitch|roblox|xbox|psn|playstation|steam|wizz|yubo|bereal|reddit"
    r"|threads|signal|you ?tube|fortnite|gamer ?tag)"
)
_VAGUE = re.compile(r"messenger|steam|signal|threads|you ?tube", re.IGNORECASE)
_PLATFORM = rf"\b(?:{_LONG}|sc|ig|tt|fb|yt)(?:'s)?\b"
_NAMED = r"(?:user ?name|screen ?name|gamer ?tag|handle|name|tag|id)"
_WRITTEN = r"[\"'(]{0,2}@?(?P<name>\w(?:[\w.\-]{1,28}\w))"
_AT = re.compile(r"(?<![\w@.])@(?P<name>\w[\w.]{0,28}\w)")
_CALLED = patterns(
    rf"{_PLATFORM} {{0,2}}(?:account |profile |user )?{_NAMED}\b"
    rf"(?P<link> {{0,2}}(?:is|was|:|=|-))?(?: called)? {{0,3}}{_WRITTEN}",
    rf"\b(?:user ?name|screen ?name|gamer ?tag)\b"
    rf"(?P<link> {{0,2}}(?:is|was|:|=|-))? {{0,3}}{_WRITTEN}",
    rf"\b(?:add|added|adds|message|messaged|dm)\b[^.?!\x00]{{0,20}} on {_PLATFORM}"
    rf"(?P<link> {{0,2}}(?:as|:|=|-))? {{0,3}}{_WRITTEN}",
    rf"{_PLATFORM}(?: account| profile| page| user)?"
    rf"(?P<link> called| named| known as) {{0,3}}{_WRITTEN}",
)
_LISTED = re.compile(
    rf"{_PLATFORM}(?: account| profile)? {{0,2}}[:=] {{0,3}}{_WRITTEN}", re.IGNORECASE
)
_BESIDE = re.compile(
    rf"{_PLATFORM}(?: (?:is|as|under|account|profile|page|user|me|on|add|by|with|from|using"
    rf"|he|she|they|it|goes|called|his|her|'s)){{0,3}}[ (\-]{{1,3}}{_WRITTEN}",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    rf"\b(?:account|page|profile|channel)(?: is| was)? (?:called|named) {_WRITTEN}", re.IGNORECASE
)
_ON = re.compile(rf"(?<![\w.@])(?P<name>\w[\w.]{{1,28}}\w) (?:is )?on {_PLATFORM}", re.IGNORECASE)
_CLOSES = re.compile(r"[\"')]{0,2}\s{0,3}(?:$|[,;.)/|])")
_CLOCK = re.compile(r"\d{1,4}(?:am|pm|hrs?|h|ish|noon)?", re.IGNORECASE)
_WORDS = re.compile(
    r"about|account|accounts|after|again|all|also|and|any|are|around|asking|because|been|"
    r"before|being|but|called|calls|can|changed|chat|chats|child|children|could|details|did|"
    r"do|does|during|each|every|everyone|for|friend|friends|from|gave|given|group|group-chat|"
    r"groups|had|has|have|he|her|here|him|his|how|if|images|in|into|is|it|its|known|later|"
    r"link|linked|live|local|made|many|may|message|messages|might|more|most|my|name|named|"
    r"names|new|nil|no|nobody|none|not|now|of|off|on|one|only|or|other|our|out|over|page|"
    r"pages|people|photos|pictures|post|posted|posts|profile|profiles|redacted|removed|"
    r"requests|same|search|seen|sent|shared|she|shown|since|social|some|stories|story|such|"
    r"tag|taken|than|that|the|their|them|then|there|these|they|this|those|to|two|unclear|"
    r"unknown|up|use|used|user|users|using|video|videos|was|we|were|what|when|where|which|"
    r"while|who|whom|whose|why|will|with|withheld|work|would|yes|you|young|your",
    re.IGNORECASE,
)

_PLATFORM_PARTS = (
    *("snap", "insta", "tok", "twitter", "facebook", "messenger", "whats", "telegram", "discord"),
    *("kik", "only", "twitch", "roblox", "xbox", "psn", "playstation", "steam", "wizz", "yubo"),
    *("bereal", "reddit", "threads", "signal", "tube", "fortnite", "gamer", "username"),
    *("user name", "screen name", "screenname"),
)
_PLATFORM_SHORT = re.compile(r"\b(?:sc|ig|tt|fb|yt)(?:'s)?\b")
_AT_WRITTEN = re.compile(rf"[(\[{{]at[)\]}}]| at {_MAILERS}\.")


def may_hold(text: str) -> bool:
    """Tell cheaply whether plain ``text`` may hold what this file finds; "no" is certain."""
    small = text.lower()
    return _may_hold_email(small) or _may_hold_link(small) or _may_hold_handle(small)


def _may_hold_email(small: str) -> bool:
    return "@" in small or " dot " in small or ("at" in small and bool(_AT_WRITTEN.search(small)))


def _may_hold_link(small: str) -> bool:
    return "/" in small or " slash " in small


def _may_hold_handle(small: str) -> bool:
    told = any(part in small for part in _PLATFORM_PARTS)
    return told or "@" in small or bool(_PLATFORM_SHORT.search(small))


def emails(text: str) -> Iterator[Span]:
    """Yield the span of every e-mail address in plain ``text``, also "name at domain dot com"."""
    if not _may_hold_email(text.lower()):
        return
    yield from apart(match.span() for pattern in _EMAILS for match in pattern.finditer(text))


def profiles(text: str) -> Iterator[Span]:
    """Yield the span of every link to a profile, its closing punctuation left out."""
    if not _may_hold_link(text.lower()):
        return
    for match in _PROFILE.finditer(text):
        path = match["path"].rstrip(_ENDS)
        if path and not _OF_THE_SITE.match(path):
            yield match.start(), match.start("path") + len(path)


def handles(text: str) -> Iterator[Span]:
    """Yield the span of every social media name: "@name", "snap: name", "insta name jay_x"."""
    if not _may_hold_handle(text.lower()):
        return
    spans = [match.span() for match in _AT.finditer(text) if not _CLOCK.fullmatch(match["name"])]
    for pattern in _CALLED:
        spans += [match.span("name") for match in pattern.finditer(text) if _is_called(text, match)]
    for match in _LISTED.finditer(text):
        if _is_listed(text, match):
            spans.append(match.span("name"))
    for pattern in (_BESIDE, _ACCOUNT, _ON):
        likely = (match for match in pattern.finditer(text) if _is_likely(match["name"]))
        spans += [match.span("name") for match in likely]
    yield from apart(spans)


def _is_called(text: str, match: re.Match[str]) -> bool:
    if _WORDS.fullmatch(match["name"]) or _CLOCK.fullmatch(match["name"]):
        return False
    closed = _CLOSES.match(text, match.end("name"))
    return bool(match["link"] or closed) or _is_likely(match["name"])


def _is_listed(text: str, match: re.Match[str]) -> bool:
    if _is_likely(match["name"]):
        return True
    if _WORDS.fullmatch(match["name"]) or _CLOCK.fullmatch(match["name"]):
        return False
    return bool(_CLOSES.match(text, match.end("name"))) and not _VAGUE.match(match[0])


def _is_likely(name: str) -> bool:
    """Tell whether ``name`` looks made up for an account: "jay_x", "kd.ldn", "bluekite09"."""
    if "_" in name:
        return True
    letters = sum(map(str.isalpha, name))
    if letters < 3:
        return False
    return any(map(str.isdigit, name)) or bool(re.search(r"[a-z]{2}\.[a-z]{2}", name))
