"""What we tell a reporter: a moderator's words, and never what the police did or will do."""

import re

from domain.errors import Invalid
from domain.wording import taken

MOST_ANSWER = 1000
POLICE = re.compile(
    r"\b(?:police(?:d|man|men|woman|women)?|patrols?|patrolling|patrolled|officers?|constables?"
    r"|detectives?|arrest(?:s|ed|ing)?|warrants?|raid(?:s|ed|ing)?|surveillance|undercover"
    r"|investigat(?:e|es|ed|ing|ion|ions|ors?)|intelligence|operations?"
    r"|stop[- ]and[- ]search(?:es)?|stopped and searched|dispersal|charged"
    r"|prosecut(?:e|es|ed|ing|ion|ions)|suspects?|custody|seiz(?:e|es|ed|ing|ures?))\b",
    re.IGNORECASE,
)


def answered(text: str) -> str:
    """Return an answer as it is kept.

    Raises
    ------
    Invalid
        It is empty or too long, or speaks of police work.
    """
    kept = taken(text, "what you tell the reporter", MOST_ANSWER, needed=True)
    if POLICE.search(kept):
        raise Invalid(
            "Please leave out what the police did or will do. Say what changed for the place, or "
            "that the partnership thanks them and knows."
        )
    return kept
