"""What must be there before a place moves on: plain sentences that say what is still missing.

The rules are pure: `Facts` in, sentences out; `domain.case_facts` reads the facts. A place that
an import or the sample puts down in a state has not moved, so no gate stands before that.
"""

from dataclasses import dataclass
from datetime import date

from domain.status import MOVES, Status


@dataclass(frozen=True)
class ActionFacts:
    """What of one open action counts at a gate."""

    owned: bool
    due: date | None


@dataclass(frozen=True)
class Facts:
    """What of a place's case counts at a gate.

    Attributes
    ----------
    status
        Where the place stands.
    named
        A person who is signed in moves it.
    screened
        Since it came to where it stands, a named person decided with a reason to assess it.
    assessment
        What an assessment signed off since it came to be assessed lacks; None where there is
        none.
    goals
        How many open goals its open plan has; None where no plan is open.
    goals_lack
        What those lack, in sentences.
    actions
        Its open actions, immediate ones too.
    approved
        Its open plan was approved by a second person.
    reviewed
        A review was held since it came to be in review.
    """

    status: Status
    named: bool = True
    screened: bool = False
    assessment: tuple[str, ...] | None = None
    goals: int | None = None
    goals_lack: tuple[str, ...] = ()
    actions: tuple[ActionFacts, ...] = ()
    approved: bool = False
    reviewed: bool = False


def missing(facts: Facts, status: Status) -> tuple[str, ...]:
    """Say what is missing before a place can move to ``status``; nothing where it can.

    Only along the ways of `MOVES`; for another state there is no sentence and no way.
    """
    if status not in MOVES[facts.status]:
        return ()
    said = [] if facts.named else ["A named person must decide this."]
    said += _BEFORE[status](facts)
    return tuple(said)


def _before_assessing(facts: Facts) -> list[str]:
    if facts.status in (Status.PLAN, Status.REVIEW) or facts.screened:
        return []
    return ["Write down the screening decision to assess it: the reason, and who decided."]


def _before_plan(facts: Facts) -> list[str]:
    if facts.status is Status.REVIEW:
        return _held(facts)
    said = []
    if facts.assessment is None:
        said.append("Have an assessment signed off by a second person.")
    else:
        said += facts.assessment
    if facts.goals is None:
        said.append("Set one to five goals first: what does a safe place look like here?")
    return [*said, *facts.goals_lack]


def _before_review(facts: Facts) -> list[str]:
    said = []
    if facts.goals is None:
        said.append("There is no open plan to review. Start one, with its goals.")
    elif not facts.approved:
        said.append("Have the plan approved by a second person.")
    if any(not each.owned for each in facts.actions):
        said.append("Give every action an owner.")
    if any(each.due is None for each in facts.actions):
        said.append("Give every action a day on which it is due.")
    return said


def _before_stepping_down(facts: Facts) -> list[str]:
    said = _held(facts) if facts.status is Status.REVIEW else []
    if facts.goals is not None:
        said.append("Close the plan: a review decides so, and a second person agrees.")
    return [*said, *_still_open(facts)]


def _before_archive(facts: Facts) -> list[str]:
    said = []
    if facts.goals is not None:
        said.append("A plan is still open. Close it, and its goals with it.")
    return [*said, *_still_open(facts)]


def _nothing(_facts: Facts) -> list[str]:
    return []


def _held(facts: Facts) -> list[str]:
    return [] if facts.reviewed else ["Hold the review first, and judge each goal."]


def _still_open(facts: Facts) -> list[str]:
    number = len(facts.actions)
    if not number:
        return []
    still = "1 action is" if number == 1 else f"{number} actions are"
    return [f"{still} still open. Finish, decline or cancel what is open."]


_BEFORE = {
    Status.WATCH: _nothing,
    Status.ASSESSING: _before_assessing,
    Status.PLAN: _before_plan,
    Status.REVIEW: _before_review,
    Status.STEPPED_DOWN: _before_stepping_down,
    Status.ARCHIVED: _before_archive,
}
