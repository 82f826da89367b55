"""A place's case as a test needs it: rows that open a gate, and acts in a writing of their own."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from domain import assessing, goals, plan_approving, plan_proposing, plan_reviews, plans, screenings
from domain.accounts import Grant, User
from domain.assessments import Assessment, AssessmentState
from domain.goals import PlanGoal
from domain.matching import today
from domain.people import SYSTEM, Actor, Role
from domain.place_changes import move
from domain.places import Status
from domain.plan_reviews import (
    Confidence,
    Displacement,
    Judged,
    Outcome,
    PlanReview,
    Result,
    Review,
)
from domain.plan_steps import accept, begin, finish
from domain.plans import Plan, PlanState
from domain.screenings import Decision, Screening
from tests.conftest import arrange

WHOLE = {
    "triangle": {
        "young_people": {"belonging": "They meet here after school."},
        "guardianship": {"presence": "The library closes at five."},
        "environment": {"design": "Two lamps are out."},
    },
    "methods": ["yp_group", "walk"],
    "young_people_how": "A group of the youth club walked round with us.",
    "young_people_band": "5_9",
    "analysis": "Nobody who cares is here after five: that must change first.",
}
GOAL = {
    "statement": "Young people can name an adult they trust here.",
    "side": "guardianship",
    "measure": "Share of the youth club who can name one.",
    "baseline_value": "2 of 20",
    "baseline_on": date(2026, 1, 5),
}
CHECKED = {
    "legal_check": "Advice was taken.",
    "proportionality": "Milder steps were tried.",
    "young_people_effect": "Youth workers are there.",
    "displacement_check": "The bus stop is watched.",
    "equality_check": "Nobody is singled out.",
}


def screening(place, who, **given):
    values = {
        "place_id": place.id,
        "decided_at": datetime.now(UTC),
        "decision": Decision.ASSESS,
        "reason": "Two reports.",
        "decider_id": who.id,
        "decider_name": who.name,
    }
    return Screening(**{**values, **given})


def assessment(place, who, **given):
    now = datetime.now(UTC)
    values = {
        "place_id": place.id,
        "state": AssessmentState.SIGNED_OFF,
        "started": today(),
        "due": today() + timedelta(days=45),
        "author_id": who.id,
        "author_name": who.name,
        "made_at": now,
        "signed_at": now,
        "signed_by_name": "Another",
        "environment": {},
        "equity": {},
        "sara": {},
        **WHOLE,
    }
    return Assessment(**{**values, **given})


def plan(place, who, **given):
    now = datetime.now(UTC)
    values = {
        "place_id": place.id,
        "state": PlanState.APPROVED,
        "author_id": who.id,
        "author_name": who.name,
        "made_at": now,
        "approved_at": now,
    }
    return Plan(**{**values, **given})


def review(of, who, **given):
    values = {
        "plan_id": of.id,
        "place_id": of.place_id,
        "held_on": today(),
        "recorded_at": datetime.now(UTC),
        "held_by_id": who.id,
        "held_by_name": who.name,
        "unintended": "None seen.",
        "displacement": Displacement.NOT_SEEN,
        "young_people_view": "They use it again.",
        "outcome": Outcome.STEP_DOWN,
    }
    return PlanReview(**{**values, **given})


def open_gate(session, place, who, end):
    """Put down what a place needs to move on to ``end``, as rows."""
    if end is Status.ASSESSING and place.status in (Status.WATCH, Status.STEPPED_DOWN):
        arrange(session, SYSTEM, screening(place, who))
    if end in (Status.PLAN, Status.REVIEW):
        (made,) = arrange(session, SYSTEM, plan(place, who))
        arrange(session, SYSTEM, assessment(place, who), PlanGoal(plan_id=made.id, **GOAL))
        if place.status is Status.REVIEW:
            arrange(session, SYSTEM, review(made, who))
    if end is Status.STEPPED_DOWN and place.status is Status.REVIEW:
        (made,) = arrange(session, SYSTEM, plan(place, who, state=PlanState.CLOSED))
        arrange(session, SYSTEM, review(made, who))


class Case:
    """Works on one place, each act in a writing of its own, as the coordinator or a colleague."""

    def __init__(self, store, people, place):
        self.store, self.people, self.place = store, people, place
        self.chair = people[Role.COORDINATOR]
        self.analyst = people[Role.ANALYST]
        with store.writing() as session:
            self.deputy = _second(session, self.chair.agency_id)

    def do(self, action, who, *args, **given):
        with self.store.writing() as session:
            return action(session, who, *args, **given)

    def read(self, reading, *args, **given):
        with self.store.reading() as session:
            return reading(session, *args, **given)

    def now(self, record):
        with self.store.reading() as session:
            return session.get(type(record), record.id)

    def act(self, action, record, who=None, **given):
        """Do one act on a record as it stands."""
        version = self.now(record).version
        return self.do(action, who or self.analyst, record.id, version=version, **given)

    def move(self, status, who=None):
        place = self.now(self.place)
        return self.do(
            move, who or self.chair, place.id, status, reason="Decided.", version=place.version
        )

    def screen(self, decision=Decision.ASSESS):
        return self.do(
            screenings.decide, self.chair, self.place.id, decision, reason="Two reports."
        )

    def assess(self):
        found = self.do(assessing.start, self.analyst, self.place.id, **WHOLE)
        self.act(assessing.submit, found)
        return self.act(assessing.sign_off, found, self.chair)

    def plan(self, goals_set=1):
        made = self.do(plans.start, self.analyst, self.place.id)
        for _ in range(goals_set):
            self.do(goals.add, self.analyst, made.id, **GOAL)
        return made

    def goal(self):
        with self.store.reading() as session:
            return session.scalars(select(PlanGoal).order_by(PlanGoal.id.desc())).first()

    def propose(self, goal=None, **given):
        values = {
            "what": "Keep the library open until eight.",
            "owner_agency_id": self.chair.agency_id,
            "owner_role": "Head of libraries",
            "due": today() + timedelta(days=14),
        }
        return self.do(
            plan_proposing.propose, self.analyst, (goal or self.goal()).id, **{**values, **given}
        )

    def finish(self, found, who=None):
        for step, more in ((accept, {}), (begin, {}), (finish, {"outcome": "It is open."})):
            self.act(step, found, who or self.people[Role.PRACTITIONER], **more)

    def approve(self, made):
        self.act(plan_approving.submit, made)
        return self.act(plan_approving.approve, made, self.chair)

    def review(self, made, outcome=Outcome.CONTINUE, **given):
        with self.store.reading() as session:
            wanted = [each.id for each in goals.open_goals(session, made.id)]
        judged = [
            Judged(number, Result.BETTER, "9 of 20", "The same group.", Confidence.FAIRLY_SURE)
            for number in wanted
        ]
        values = {
            "judged": judged,
            "outcome": outcome,
            "unintended": "None seen.",
            "young_people_view": "They use it again.",
            "displacement": Displacement.NOT_SEEN,
        }
        return self.act(plan_reviews.hold, made, review=Review(**{**values, **given}))

    def close(self, made):
        self.act(plan_reviews.ask_closure, made, reason="The place is safer.")
        return self.act(plan_reviews.approve_closure, made, self.chair)

    def to(self, status):
        """Bring a watched place to ``status`` by the acts that people do; return its plan."""
        self.screen()
        self.move(Status.ASSESSING)
        self.assess()
        made = self.plan()
        if status is Status.ASSESSING:
            return made
        self.move(Status.PLAN)
        self.propose()
        self.approve(made)
        if status is Status.REVIEW:
            self.move(Status.REVIEW)
        return made


def _second(session, agency_id):
    """A second coordinator, whom sign-offs need where the first wrote."""
    user = User(username="deputy", name="Deputy", agency_id=agency_id, password_hash="none")
    arrange(session, SYSTEM, user)
    grant = Grant(user_id=user.id, role=Role.COORDINATOR)
    arrange(session, SYSTEM, grant)
    return Actor.user(
        user.name, Role.COORDINATOR, id=user.id, grant_id=grant.id, agency_id=agency_id
    )
