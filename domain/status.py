"""Where a place stands, and the only ways from one state to the next."""

from enum import Enum


class Status(Enum):
    """Where a place stands on its way from a worry to a safer place (domain, 1.2 and 1.10)."""

    WATCH = "watch"
    ASSESSING = "assessing"
    PLAN = "plan"
    REVIEW = "review"
    STEPPED_DOWN = "stepped_down"
    ARCHIVED = "archived"

    @property
    def words(self) -> str:
        """What people call it: "being assessed"."""
        return WORDS[self]

    @property
    def deed(self) -> str:
        """What people do to bring a place here: "assess it"."""
        return DEEDS[self]


WORDS: dict[Status, str] = {
    Status.WATCH: "watched",
    Status.ASSESSING: "being assessed",
    Status.PLAN: "in a plan",
    Status.REVIEW: "in review",
    Status.STEPPED_DOWN: "stepped down",
    Status.ARCHIVED: "archived",
}

DEEDS: dict[Status, str] = {
    Status.WATCH: "watch it",
    Status.ASSESSING: "assess it",
    Status.PLAN: "make a plan for it",
    Status.REVIEW: "review it",
    Status.STEPPED_DOWN: "step it down",
    Status.ARCHIVED: "archive it",
}

MOVES: dict[Status, frozenset[Status]] = {
    Status.WATCH: frozenset({Status.ASSESSING, Status.STEPPED_DOWN}),
    Status.ASSESSING: frozenset({Status.WATCH, Status.PLAN, Status.STEPPED_DOWN}),
    Status.PLAN: frozenset({Status.REVIEW, Status.ASSESSING}),
    Status.REVIEW: frozenset({Status.PLAN, Status.ASSESSING, Status.STEPPED_DOWN}),
    Status.STEPPED_DOWN: frozenset({Status.WATCH, Status.ASSESSING, Status.ARCHIVED}),
    Status.ARCHIVED: frozenset(),
}
