"""What a text holds that would be covered, or that could be said with more care; nothing is kept.

Every field for free words asks this while somebody writes: on the public pages with the token of
their form (`web.report`), on all others with a sign-in.
"""

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from domain import identifiers, language, mentions
from domain.errors import Invalid, NotSignedIn
from web.door import Door
from web.forms import Form, Forms
from web.page import HEADERS

MOST: Final = 5_000
MOST_KEPT: Final = 100


@dataclass(frozen=True)
class WordPages:
    """Answers the fields of those who are signed in."""

    door: Door
    forms: Forms

    def routes(self) -> list[BaseRoute]:
        """Give the one address of this subject."""
        return [Route("/words/check", self.forms.taken(self.check), methods=["POST"])]

    def check(self, request: Request, form: Form) -> Response:
        """Say what in ``words`` would be covered or could be kinder.

        A field that can ask somebody to look ("@Youth service") says so in ``asks``: those names
        stay.
        """
        if self.door.visit(request) is None:
            raise NotSignedIn("Please sign in.")
        words = form["words"]
        if len(words) > MOST:
            raise Invalid(f"Please shorten this to {MOST:,} characters.")
        words, stands_for = self._aside(words) if form["asks"] else (words, {})
        shown = mentions.put_back(identifiers.mask(words), stands_for)
        return JSONResponse(told(words, shown, form["keep"]), headers=HEADERS)

    def _aside(self, words: str) -> tuple[str, dict[str, str]]:
        with self.door.store.reading() as session:
            return mentions.aside(words, mentions.targets(session))


def told(words: str, shown: str, keep: str) -> dict[str, Any]:
    """Return what a field is told: how the words would be kept, what is covered, what is kinder."""
    return {
        "shown": shown,
        "found": identifiers.named(identifiers.find(words)),
        "kinder": kinder(words, keep),
    }


def kinder(words: str, keep: str = "") -> list[dict[str, str]]:
    """Say what could be said with more care; ``keep`` holds ids of words that stay, with spaces."""
    kept = frozenset(keep.split(" ")[:MOST_KEPT])
    found = {each.id: each for each in language.suggest(words, keep=kept)}
    return [{"id": each.id, "says": each.sentence} for each in found.values()]
