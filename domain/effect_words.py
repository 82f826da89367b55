"""What an evaluation may say, by rule: a verdict from intervals, and what to bear in mind.

The words never say why: that is for people who know the place. A change is told only where its
interval leaves no change out, and not at all where there is too little to go by.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

FEW = 10
"""Events that each count must have, if nothing had changed, before a change is told."""
LEAST_WEEKS = 12
MUCH = 0.1
"""Share of records from which what is vague about them is worth a sentence."""


class Way(Enum):
    """Which way a ratio points, by its interval."""

    FELL = "fell"
    ROSE = "rose"
    UNCLEAR = "unclear"


def way(low: float, high: float) -> Way:
    """Read an interval of a ratio: it tells of a change where it leaves 1 out."""
    if high < 1:
        return Way.FELL
    return Way.ROSE if low > 1 else Way.UNCLEAR


class Verdict(Enum):
    """What can be said of a plan's area; the value is the sentence without its full stop."""

    TOO_FEW = "Too few to tell"
    MOVED = "It moved next door"
    PARTLY_MOVED = "Fell more than elsewhere, and some of it moved next door"
    FELL_AROUND = "Fell more than elsewhere, and next door too"
    FELL_MORE = "Fell more than elsewhere"
    BETTER = "No change here that can be told, yet better than elsewhere"
    ROSE_LESS = "Rose, but less than elsewhere"
    FELL_LESS = "Fell, but less than elsewhere"
    WORSE = "No change here that can be told, and worse than elsewhere"
    ROSE_MORE = "Rose more than elsewhere"
    FELL_ALIKE = "Fell, and no more than elsewhere"
    ROSE_ALIKE = "Rose, and no more than elsewhere"
    NO_CHANGE = "No change that can be told"
    FELL_ALONE = "Fell, with nothing to compare it with"
    ROSE_ALONE = "Rose, with nothing to compare it with"


class Seen(NamedTuple):
    """Which way each comparison points; None: there is none.

    ``here`` is the area's own change, ``against`` that change set against the comparison,
    ``ring`` the same of the ring around it, ``net`` area and ring together.
    """

    here: Way
    against: Way | None = None
    ring: Way | None = None
    net: Way | None = None


class Rule(NamedTuple):
    """A line of the table: what must be seen (None: anything), and what is said then."""

    here: Way | None
    against: Way | None
    ring: Way | None
    net: Way | None
    verdict: Verdict

    def fits(self, seen: Seen) -> bool:
        """Say whether everything that this line asks for is seen."""
        asked = (self.here, self.against, self.ring, self.net)
        return all(each in (None, found) for each, found in zip(asked, seen, strict=True))


F, R, U = Way.FELL, Way.ROSE, Way.UNCLEAR
RULES = (
    Rule(None, F, R, F, Verdict.PARTLY_MOVED),
    Rule(None, F, R, None, Verdict.MOVED),
    Rule(F, F, F, None, Verdict.FELL_AROUND),
    Rule(F, F, None, None, Verdict.FELL_MORE),
    Rule(U, F, None, None, Verdict.BETTER),
    Rule(R, F, None, None, Verdict.ROSE_LESS),
    Rule(F, R, None, None, Verdict.FELL_LESS),
    Rule(U, R, None, None, Verdict.WORSE),
    Rule(R, R, None, None, Verdict.ROSE_MORE),
    Rule(F, U, None, None, Verdict.FELL_ALIKE),
    Rule(R, U, None, None, Verdict.ROSE_ALIKE),
    Rule(U, U, None, None, Verdict.NO_CHANGE),
    Rule(F, None, None, None, Verdict.FELL_ALONE),
    Rule(R, None, None, None, Verdict.ROSE_ALONE),
    Rule(U, None, None, None, Verdict.NO_CHANGE),
)
"""The first line that fits is what is said."""

RING = {
    Way.FELL: "Next door fell more than elsewhere.",
    Way.ROSE: "Next door rose more than elsewhere.",
    Way.UNCLEAR: "Next door shows no change that can be told.",
}
_SAID_ALREADY = {Verdict.MOVED, Verdict.PARTLY_MOVED, Verdict.FELL_AROUND}


def judge(seen: Seen, *, enough: bool = True) -> Verdict:
    """Return what may be said; ``enough`` is what `enough_to_tell` answers."""
    if not enough:
        return Verdict.TOO_FEW
    return next(each.verdict for each in RULES if each.fits(seen))


def enough_to_tell(
    treated: Sequence[float],
    control: Sequence[float] | None,
    lengths: tuple[float, float] = (1.0, 1.0),
) -> bool:
    """Say whether each count would be 10 or more if nothing had changed.

    Without a comparison the events are shared out by the lengths of the periods; with one, as the
    margins of the table of four counts have it.
    """
    if control is None:
        return min(lengths) / sum(lengths) * sum(treated) >= FEW
    rows = (sum(treated), sum(control))
    columns = (treated[0] + control[0], treated[1] + control[1])
    whole = sum(rows)
    return whole > 0 and min(rows) * min(columns) / whole >= FEW


LESS_SURE = "As a difference in events it is less sure than as a ratio."
UNLIKE_SIZES = "Area and comparison differ in size, so the difference in events says little."


def say(
    verdict: Verdict, seen: Seen, *, ring_enough: bool = True, difference: Way | None = None
) -> str:
    """Put a verdict into one to three sentences.

    ``ring_enough`` is what `enough_to_tell` answers for the ring; ``difference`` is the way that
    the difference in events points for the area alone, where there is one.
    """
    told = [f"{verdict.value}."]
    if verdict is Verdict.TOO_FEW:
        return told[0]
    if seen.ring is not None and verdict not in _SAID_ALREADY:
        told.append(RING[seen.ring] if ring_enough else "Next door there are too few to tell.")
    if difference not in (None, seen.against):
        told.append(LESS_SURE if difference is Way.UNCLEAR else UNLIKE_SIZES)
    return " ".join(told)


@dataclass(frozen=True)
class Circumstances:
    """What surrounds a result, as far as it is known; shares are of the records counted."""

    weeks: float | None = None
    equal_periods: bool = True
    season_matched: bool = True
    recording_changed: bool = False
    campaign: bool = False
    approximate: float = 0.0
    undated: float = 0.0
    touches: bool = False
    compared: bool = True
    changed_after_start: bool = False
    set_late: bool = False


CAVEATS = (
    "The way of recording changed meanwhile. Part of a rise or fall may be the recording.",
    "A campaign asked people to report. Reports can rise because it works.",
    "There is no comparison, so a change that came everywhere looks like a change here.",
    "The evaluation was set after the start, when results could be known.",
    "The evaluation was changed after the start. The reasons are beside it.",
    "The two periods are not of the same season.",
    "The two periods are not equally long. Rates are compared.",
    f"The periods are under {LEAST_WEEKS} weeks. One busy weekend weighs much.",
    (
        "{approximate} of the records lie at a snap point or a rounded spot. "
        "Some belong on the other side of an edge."
    ),
    "{undated} of the records here have no known day and were left out.",
    (
        "More return home interviews bring more mentions of places. "
        "Set the number of interviews beside this."
    ),
    "Counts are what was recorded. Set what young people and guardians say beside them.",
)


def caveats(given: Circumstances) -> list[str]:
    """Say what to bear in mind, the weightiest first; the last sentence always holds."""
    holds = (
        given.recording_changed,
        given.campaign,
        not given.compared,
        given.set_late,
        given.changed_after_start,
        not given.season_matched,
        not given.equal_periods,
        given.weeks is not None and given.weeks < LEAST_WEEKS,
        given.approximate >= MUCH,
        given.undated >= MUCH,
        given.touches,
        True,
    )
    shares = {"approximate": f"{given.approximate:.0%}", "undated": f"{given.undated:.0%}"}
    told = [each.format(**shares) for each in CAVEATS]
    return [sentence for held, sentence in zip(holds, told, strict=True) if held]
