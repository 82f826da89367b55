"""Concerns of the community: reports in quarantine, their history, contacts and alerts."""

import sqlalchemy as sa
from alembic import op

from store.columns import Geometry27700, UTCDateTime
from store.migrate import index_geometry

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CODE = sa.String(length=32)


def upgrade() -> None:
    op.create_table(
        "concern",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receipt_hash", sa.String(length=64), nullable=False),
        sa.Column("submission_hash", sa.String(length=64), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", CODE, nullable=False),
        sa.Column("reporter_id", sa.Integer(), nullable=True),
        sa.Column("reporter_role", CODE, nullable=False),
        sa.Column("under_18", sa.Boolean(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("danger", sa.Boolean(), nullable=False),
        sa.Column("place_type", CODE, nullable=False),
        sa.Column("worries", sa.JSON(), nullable=False),
        sa.Column("helps", sa.JSON(), nullable=False),
        sa.Column("times", sa.JSON(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("still", CODE, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("near_words", sa.Text(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("ways_known", CODE, nullable=False),
        sa.Column("original", sa.LargeBinary(), nullable=True),
        sa.Column("independent", sa.Boolean(), nullable=False),
        sa.Column("bundle", sa.String(length=16), nullable=True),
        sa.Column("sources", sa.Integer(), nullable=False),
        sa.Column("reason", CODE, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("precision", sa.String(length=16), nullable=False),
        sa.Column("shape", Geometry27700("GEOMETRY"), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["concern.id"], name="fk_concern_merged_into_id"
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_concern_place_id"),
        sa.ForeignKeyConstraint(["reporter_id"], ["app_user.id"], name="fk_concern_reporter_id"),
        sa.PrimaryKeyConstraint("id", name="pk_concern"),
        sa.UniqueConstraint("receipt_hash", name="uq_concern_receipt_hash"),
        sa.UniqueConstraint("submission_hash", name="uq_concern_submission_hash"),
    )
    for column in (
        "bundle", "decided_at", "merged_into_id", "place_id", "received_at", "reporter_id", "state",
    ):  # fmt: skip
        op.create_index(f"ix_concern_{column}", "concern", [column], unique=False)
    index_geometry(op, "concern", "shape")
    op.create_table(
        "concern_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concern_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["concern_id"], ["concern.id"], name="fk_concern_contact_concern_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_concern_contact"),
        sa.UniqueConstraint("concern_id", name="uq_concern_contact_concern_id"),
    )
    op.create_table(
        "concern_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concern_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["concern_id"], ["concern.id"], name="fk_concern_event_concern_id"),
        sa.PrimaryKeyConstraint("id", name="pk_concern_event"),
    )
    op.create_index("ix_concern_event_concern_id", "concern_event", ["concern_id"], unique=False)
    op.create_table(
        "concern_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concern_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("basis", CODE, nullable=False),
        sa.Column("grade_source", sa.String(length=1), nullable=False),
        sa.Column("information", sa.String(length=1), nullable=False),
        sa.Column("handling", sa.String(length=1), nullable=False),
        sa.Column("conditions", sa.String(length=300), nullable=False),
        sa.Column("trained", sa.Boolean(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotation.id"], name="fk_concern_item_annotation_id"
        ),
        sa.ForeignKeyConstraint(["concern_id"], ["concern.id"], name="fk_concern_item_concern_id"),
        sa.PrimaryKeyConstraint("id", name="pk_concern_item"),
    )
    for column in ("annotation_id", "concern_id"):
        op.create_index(f"ix_concern_item_{column}", "concern_item", [column], unique=False)
    op.create_table(
        "duty_alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concern_id", sa.Integer(), nullable=False),
        sa.Column("raised_at", UTCDateTime(), nullable=False),
        sa.Column("raised_by", sa.String(length=120), nullable=False),
        sa.Column("acknowledged_at", UTCDateTime(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=120), nullable=False),
        sa.Column("acknowledged_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["acknowledged_by_id"], ["app_user.id"], name="fk_duty_alert_acknowledged_by_id"
        ),
        sa.ForeignKeyConstraint(["concern_id"], ["concern.id"], name="fk_duty_alert_concern_id"),
        sa.PrimaryKeyConstraint("id", name="pk_duty_alert"),
    )
    for column in ("acknowledged_at", "concern_id"):
        op.create_index(f"ix_duty_alert_{column}", "duty_alert", [column], unique=False)
