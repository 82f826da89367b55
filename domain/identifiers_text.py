"""Text as an eye reads it, and the spans found in it: what every identifier's search stands on."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

Span = tuple[int, int]

GAP = "\x00"  # stands where something was found; no pattern takes it
_SPACES = dict.fromkeys(range(32), " ")
_FOLDED = {
    **dict.fromkeys("\u115f\u1160\u2800\u3164\uffa0", " "),  # letters that show nothing
    **dict.fromkeys("\u2212\u02d7", "-"),
    **dict.fromkeys("\u00b7\u2022\u3002\u2219", "."),
    **dict.fromkeys("\u2018\u2019\u02bc", "'"),
    **dict.fromkeys("\u201c\u201d", '"'),
    **dict.fromkeys("\u2044\u2215", "/"),
}
_CYRILLIC = (
    "\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425"
)
_CYRILLIC_SMALL = "\u0430\u0435\u0455\u0456\u0458\u043e\u0440\u0441\u0443\u0445"
_GREEK = (
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf"
)
_FOLDED |= dict(zip(_CYRILLIC, "ABESIJKMHOPCTYX", strict=True))  # letters that look like ours
_FOLDED |= dict(zip(_CYRILLIC_SMALL, "aesijopcyx", strict=True))
_FOLDED |= dict(zip(_GREEK, "ABEZHIKMNOPTYXo", strict=True))


def plain(text: str) -> tuple[str, list[int] | None]:
    """Give ``text`` as plain characters, and for each the index it came from.

    Full-width digits become digits, invisible marks go, every kind of space and dash becomes one.
    The indices are ``None`` where they are 0, 1, 2 and so on.
    """
    if text.isascii():
        return (text if text.isprintable() else text.translate(_SPACES)), None
    folded = [_folded(character) for character in text]
    origin = [index for index, characters in enumerate(folded) for _ in characters]
    return "".join(folded), origin


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    if character in _FOLDED:
        return _FOLDED[character]
    category = unicodedata.category(character)
    if category in ("Cf", "Mn", "Me"):
        return ""
    if category in ("Cc", "Zs", "Zl", "Zp"):
        return " "
    if category == "Pd":
        return "-"
    if category == "Nd":
        return str(unicodedata.decimal(character))
    parts = unicodedata.normalize("NFKD", character)
    return parts if parts == character else "".join(map(_folded, parts))


def blanked(text: str, spans: Iterable[Span]) -> str:
    """Give ``text``, as long as it was, with each of the ordered ``spans`` made a gap."""
    parts, position = [], 0
    for start, end in spans:
        parts += [text[position:start], GAP * (end - start)]
        position = end
    return "".join([*parts, text[position:]])


def apart(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield in order the spans that overlap none before; the longest of one start."""
    reached = 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= reached:
            yield start, end
            reached = end


def digits(text: str) -> int:
    """Count the digits in plain ``text``."""
    return sum(map(text.count, "0123456789"))


def patterns(*sources: str) -> list[re.Pattern[str]]:
    """Compile each source, large and small letters alike."""
    return [re.compile(source, re.IGNORECASE) for source in sources]
