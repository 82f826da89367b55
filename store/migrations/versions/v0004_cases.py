"""The place as a case: screenings, assessments, plans, actions, reviews, wider sharing."""

import sqlalchemy as sa
from alembic import op

from store.columns import Geometry27700, UTCDateTime
from store.migrate import index_geometry

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CODE = sa.String(length=32)


def upgrade() -> None:
    _assess()
    _plan()
    _act()
    _review()


def _assess() -> None:
    op.create_table(
        "screening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.Column("decision", CODE, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("also_referred", sa.Boolean(), nullable=False),
        sa.Column("decider_id", sa.Integer(), nullable=True),
        sa.Column("decider_name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["decider_id"], ["app_user.id"], name="fk_screening_decider_id"),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_screening_place_id"),
        sa.PrimaryKeyConstraint("id", name="pk_screening"),
    )
    op.create_index("ix_screening_place_id", "screening", ["place_id"], unique=False)
    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("trigger", sa.String(length=300), nullable=False),
        sa.Column("lead_role", sa.String(length=120), nullable=False),
        sa.Column("lead_agency_id", sa.Integer(), nullable=True),
        sa.Column("started", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("methods", sa.JSON(), nullable=False),
        sa.Column("young_people_how", sa.Text(), nullable=False),
        sa.Column("young_people_band", CODE, nullable=False),
        sa.Column("young_people_why_not", sa.String(length=1000), nullable=False),
        sa.Column("triangle", sa.JSON(), nullable=False),
        sa.Column("inequalities", sa.Text(), nullable=False),
        sa.Column("environment", sa.JSON(), nullable=False),
        sa.Column("equity", sa.JSON(), nullable=False),
        sa.Column("analysis", sa.Text(), nullable=False),
        sa.Column("sara", sa.JSON(), nullable=False),
        sa.Column("disagreement", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author_name", sa.String(length=120), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("submitted_at", UTCDateTime(), nullable=True),
        sa.Column("signed_at", UTCDateTime(), nullable=True),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("signed_by_name", sa.String(length=120), nullable=False),
        sa.Column("said", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["app_user.id"], name="fk_assessment_author_id"),
        sa.ForeignKeyConstraint(
            ["lead_agency_id"], ["agency.id"], name="fk_assessment_lead_agency_id"
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_assessment_place_id"),
        sa.ForeignKeyConstraint(
            ["signed_by_id"], ["app_user.id"], name="fk_assessment_signed_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_assessment"),
    )
    for column in ("place_id", "state"):
        op.create_index(f"ix_assessment_{column}", "assessment", [column], unique=False)
    op.create_table(
        "assessment_journey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("notes", sa.String(length=1000), nullable=False),
        sa.Column("shape", Geometry27700("GEOMETRY"), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name="fk_assessment_journey_assessment_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_assessment_journey"),
    )
    op.create_index(
        "ix_assessment_journey_assessment_id", "assessment_journey", ["assessment_id"], unique=False
    )
    index_geometry(op, "assessment_journey", "shape")
    op.create_table(
        "context_weighting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=True),
        sa.Column("home", sa.Integer(), nullable=False),
        sa.Column("peers", sa.Integer(), nullable=False),
        sa.Column("school", sa.Integer(), nullable=False),
        sa.Column("neighbourhood", sa.Integer(), nullable=False),
        sa.Column("online", sa.Integer(), nullable=False),
        sa.Column("rationale", sa.String(length=1000), nullable=False),
        sa.Column("judged_by", sa.String(length=200), nullable=False),
        sa.Column("judged_at", UTCDateTime(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author_name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name="fk_context_weighting_assessment_id"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["app_user.id"], name="fk_context_weighting_author_id"
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_context_weighting_place_id"),
        sa.PrimaryKeyConstraint("id", name="pk_context_weighting"),
    )
    for column in ("assessment_id", "place_id"):
        op.create_index(
            f"ix_context_weighting_{column}", "context_weighting", [column], unique=False
        )


def _plan() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("comms_note", sa.String(length=1000), nullable=False),
        sa.Column("owner_view", sa.String(length=1000), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author_name", sa.String(length=120), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", UTCDateTime(), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_by_name", sa.String(length=120), nullable=False),
        sa.Column("approved_at", UTCDateTime(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_by_name", sa.String(length=120), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("said", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["app_user.id"], name="fk_plan_approved_by_id"),
        sa.ForeignKeyConstraint(["asked_by_id"], ["app_user.id"], name="fk_plan_asked_by_id"),
        sa.ForeignKeyConstraint(["author_id"], ["app_user.id"], name="fk_plan_author_id"),
        sa.ForeignKeyConstraint(["closed_by_id"], ["app_user.id"], name="fk_plan_closed_by_id"),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_plan_place_id"),
        sa.PrimaryKeyConstraint("id", name="pk_plan"),
    )
    for column in ("place_id", "state"):
        op.create_index(f"ix_plan_{column}", "plan", [column], unique=False)
    op.create_table(
        "plan_goal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("statement", sa.String(length=300), nullable=False),
        sa.Column("side", CODE, nullable=False),
        sa.Column("measure", sa.String(length=300), nullable=False),
        sa.Column("method", sa.String(length=300), nullable=False),
        sa.Column("baseline_value", sa.String(length=200), nullable=False),
        sa.Column("baseline_on", sa.Date(), nullable=True),
        sa.Column("baseline_why_none", sa.String(length=300), nullable=False),
        sa.Column("target", sa.String(length=300), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("ended_reason", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_plan_goal_plan_id"),
        sa.PrimaryKeyConstraint("id", name="pk_plan_goal"),
    )
    op.create_index("ix_plan_goal_plan_id", "plan_goal", ["plan_id"], unique=False)


def _act() -> None:
    op.create_table(
        "plan_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("goal_id", sa.Integer(), nullable=True),
        sa.Column("state", CODE, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=500), nullable=False),
        sa.Column("tactic_code", CODE, nullable=False),
        sa.Column("tactic", sa.JSON(), nullable=False),
        sa.Column("owner_agency_id", sa.Integer(), nullable=False),
        sa.Column("owner_role", sa.String(length=120), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("lapse_on", sa.Date(), nullable=True),
        sa.Column("evidence_needed", sa.String(length=300), nullable=False),
        sa.Column("legal_check", sa.String(length=300), nullable=False),
        sa.Column("proportionality", sa.String(length=300), nullable=False),
        sa.Column("young_people_effect", sa.String(length=300), nullable=False),
        sa.Column("displacement_check", sa.String(length=300), nullable=False),
        sa.Column("equality_check", sa.String(length=300), nullable=False),
        sa.Column("immediate", sa.Boolean(), nullable=False),
        sa.Column("immediate_reason", sa.String(length=300), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_by_name", sa.String(length=120), nullable=False),
        sa.Column("look_again_by", sa.Date(), nullable=True),
        sa.Column("looked_again_on", sa.Date(), nullable=True),
        sa.Column("looked_again", sa.String(length=500), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("proposed_by_name", sa.String(length=120), nullable=False),
        sa.Column("proposed_at", UTCDateTime(), nullable=False),
        sa.Column("answered_by_name", sa.String(length=120), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("done_by_name", sa.String(length=120), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("verified_by_id", sa.Integer(), nullable=True),
        sa.Column("verified_by_name", sa.String(length=120), nullable=False),
        sa.Column("verified_at", UTCDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=500), nullable=False),
        sa.Column("said", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["app_user.id"], name="fk_plan_action_approved_by_id"
        ),
        sa.ForeignKeyConstraint(["done_by_id"], ["app_user.id"], name="fk_plan_action_done_by_id"),
        sa.ForeignKeyConstraint(["goal_id"], ["plan_goal.id"], name="fk_plan_action_goal_id"),
        sa.ForeignKeyConstraint(
            ["owner_agency_id"], ["agency.id"], name="fk_plan_action_owner_agency_id"
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_plan_action_place_id"),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_plan_action_plan_id"),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["app_user.id"], name="fk_plan_action_proposed_by_id"
        ),
        sa.ForeignKeyConstraint(
            ["verified_by_id"], ["app_user.id"], name="fk_plan_action_verified_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_plan_action"),
    )
    for column in ("due", "goal_id", "owner_agency_id", "place_id", "plan_id", "state"):
        op.create_index(f"ix_plan_action_{column}", "plan_action", [column], unique=False)


def _review() -> None:
    op.create_table(
        "plan_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("held_by_id", sa.Integer(), nullable=True),
        sa.Column("held_by_name", sa.String(length=120), nullable=False),
        sa.Column("effort", sa.String(length=1000), nullable=False),
        sa.Column("unintended", sa.String(length=1000), nullable=False),
        sa.Column("displacement", CODE, nullable=False),
        sa.Column("displaced", sa.String(length=1000), nullable=False),
        sa.Column("young_people_view", sa.String(length=1000), nullable=False),
        sa.Column("guardian_view", sa.String(length=1000), nullable=False),
        sa.Column("learning", sa.String(length=1000), nullable=False),
        sa.Column("outcome", CODE, nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["held_by_id"], ["app_user.id"], name="fk_plan_review_held_by_id"),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_plan_review_place_id"),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_plan_review_plan_id"),
        sa.PrimaryKeyConstraint("id", name="pk_plan_review"),
    )
    for column in ("place_id", "plan_id"):
        op.create_index(f"ix_plan_review_{column}", "plan_review", [column], unique=False)
    op.create_table(
        "goal_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("goal_id", sa.Integer(), nullable=False),
        sa.Column("result", CODE, nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("evidence", sa.String(length=500), nullable=False),
        sa.Column("confidence", CODE, nullable=False),
        sa.ForeignKeyConstraint(["goal_id"], ["plan_goal.id"], name="fk_goal_result_goal_id"),
        sa.ForeignKeyConstraint(["review_id"], ["plan_review.id"], name="fk_goal_result_review_id"),
        sa.PrimaryKeyConstraint("id", name="pk_goal_result"),
    )
    for column in ("goal_id", "review_id"):
        op.create_index(f"ix_goal_result_{column}", "goal_result", [column], unique=False)
    op.create_table(
        "place_sharing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("from_tier", sa.Integer(), nullable=False),
        sa.Column("to_tier", sa.Integer(), nullable=False),
        sa.Column("neutral_name", sa.String(length=120), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("right_of_reply", sa.String(length=1000), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_by_name", sa.String(length=120), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["app_user.id"], name="fk_place_sharing_decided_by_id"
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_place_sharing_place_id"),
        sa.PrimaryKeyConstraint("id", name="pk_place_sharing"),
    )
    for column in ("ends_on", "place_id"):
        op.create_index(f"ix_place_sharing_{column}", "place_sharing", [column], unique=False)
