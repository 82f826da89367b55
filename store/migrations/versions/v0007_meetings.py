"""Meetings about places: who is asked, the agenda, decisions with their evidence, minutes."""

import sqlalchemy as sa
from alembic import op

from store.columns import UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CODE = sa.String(length=32)


def upgrade() -> None:
    _meeting()
    _room()
    _item()
    _decision()
    _action()
    _minutes()
    _daily()


def _meeting() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("lasts", sa.Integer(), nullable=False),
        sa.Column("held_where", sa.String(length=200), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("chair_role", sa.String(length=120), nullable=False),
        sa.Column("chair_id", sa.Integer(), nullable=True),
        sa.Column("chair_name", sa.String(length=120), nullable=False),
        sa.Column("recorder_id", sa.Integer(), nullable=True),
        sa.Column("recorder_name", sa.String(length=120), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=True),
        sa.Column("as_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("sharing", sa.Boolean(), nullable=False),
        sa.Column("closed_part", sa.Boolean(), nullable=False),
        sa.Column("statements", sa.JSON(), nullable=False),
        sa.Column("current_item_id", sa.Integer(), nullable=True),
        sa.Column("turned_at", UTCDateTime(), nullable=True),
        sa.Column("minutes", sa.JSON(), nullable=False),
        sa.Column("minutes_hash", sa.String(length=64), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_by_name", sa.String(length=120), nullable=False),
        sa.Column("approved_at", UTCDateTime(), nullable=True),
        sa.Column("distributed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["chair_id"], ["app_user.id"], name="fk_meeting_chair_id"),
        sa.ForeignKeyConstraint(["recorder_id"], ["app_user.id"], name="fk_meeting_recorder_id"),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["app_user.id"], name="fk_meeting_approved_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_meeting"),
    )
    _index("meeting", "closed_at", "kind", "starts_at", "state")


def _room() -> None:
    op.create_table(
        "meeting_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("room_tier", sa.Integer(), nullable=False),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name="fk_meeting_event_meeting_id"),
        sa.PrimaryKeyConstraint("id", name="pk_meeting_event"),
    )
    _index("meeting_event", "meeting_id")
    op.create_table(
        "meeting_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("agency", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=120), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("presence", CODE, nullable=False),
        sa.Column("arrived_at", UTCDateTime(), nullable=True),
        sa.Column("left_at", UTCDateTime(), nullable=True),
        sa.Column("conflict", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name="fk_meeting_member_meeting_id"
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_meeting_member_agency_id"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_meeting_member_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_meeting_member"),
    )
    _index("meeting_member", "agency_id", "meeting_id", "user_id")


def _item() -> None:
    op.create_table(
        "meeting_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("raised_by_name", sa.String(length=120), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("notes_version", sa.Integer(), nullable=False),
        sa.Column("notes_by_name", sa.String(length=120), nullable=False),
        sa.Column("notes_at", UTCDateTime(), nullable=True),
        sa.Column("next_step", sa.String(length=300), nullable=False),
        sa.Column("deferred_why", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name="fk_meeting_item_meeting_id"),
        sa.PrimaryKeyConstraint("id", name="pk_meeting_item"),
        sa.UniqueConstraint("meeting_id", "place_id", name="uq_meeting_item_meeting_id_place_id"),
    )
    _index("meeting_item", "meeting_id", "place_id")


def _decision() -> None:
    op.create_table(
        "meeting_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("code", CODE, nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("also_referred", sa.Boolean(), nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("still_missing", sa.Text(), nullable=False),
        sa.Column("decider_id", sa.Integer(), nullable=True),
        sa.Column("decider_name", sa.String(length=120), nullable=False),
        sa.Column("decider_role", sa.String(length=120), nullable=False),
        sa.Column("recorded_by_name", sa.String(length=120), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.Column("as_at", UTCDateTime(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name="fk_meeting_decision_meeting_id"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["meeting_item.id"], name="fk_meeting_decision_item_id"
        ),
        sa.ForeignKeyConstraint(
            ["decider_id"], ["app_user.id"], name="fk_meeting_decision_decider_id"
        ),
        sa.ForeignKeyConstraint(
            ["screening_id"], ["screening.id"], name="fk_meeting_decision_screening_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_meeting_decision"),
    )
    _index("meeting_decision", "item_id", "meeting_id", "place_id")


def _action() -> None:
    op.create_table(
        "meeting_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("plan_action_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=500), nullable=False),
        sa.Column("owner_agency_id", sa.Integer(), nullable=False),
        sa.Column("owner_role", sa.String(length=120), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("outcome", sa.String(length=500), nullable=False),
        sa.Column("made_by_name", sa.String(length=120), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("ended_by_name", sa.String(length=120), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name="fk_meeting_action_meeting_id"
        ),
        sa.ForeignKeyConstraint(["item_id"], ["meeting_item.id"], name="fk_meeting_action_item_id"),
        sa.ForeignKeyConstraint(
            ["plan_action_id"], ["plan_action.id"], name="fk_meeting_action_plan_action_id"
        ),
        sa.ForeignKeyConstraint(
            ["owner_agency_id"], ["agency.id"], name="fk_meeting_action_owner_agency_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_meeting_action"),
    )
    _index(
        "meeting_action",
        "due",
        "item_id",
        "meeting_id",
        "owner_agency_id",
        "place_id",
        "plan_action_id",
        "state",
    )


def _minutes() -> None:
    op.create_table(
        "meeting_copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("agency", sa.String(length=120), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.Column("sent_by_name", sa.String(length=120), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name="fk_meeting_copy_meeting_id"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_meeting_copy_agency_id"),
        sa.PrimaryKeyConstraint("id", name="pk_meeting_copy"),
    )
    _index("meeting_copy", "agency_id", "meeting_id")


def _daily() -> None:
    op.create_table(
        "daily_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("added_by_name", sa.String(length=120), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("to_agency_id", sa.Integer(), nullable=True),
        sa.Column("handed_by_name", sa.String(length=120), nullable=False),
        sa.Column("handed_at", UTCDateTime(), nullable=True),
        sa.Column("taken_by_name", sa.String(length=120), nullable=False),
        sa.Column("taken_at", UTCDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=300), nullable=False),
        sa.Column("resolved_by_name", sa.String(length=120), nullable=False),
        sa.Column("resolved_at", UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_daily_line_place_id"),
        sa.ForeignKeyConstraint(["to_agency_id"], ["agency.id"], name="fk_daily_line_to_agency_id"),
        sa.PrimaryKeyConstraint("id", name="pk_daily_line"),
        sa.UniqueConstraint("place_id", "day", name="uq_daily_line_place_id_day"),
    )
    _index("daily_line", "day", "place_id", "state", "to_agency_id")


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column], unique=False)
