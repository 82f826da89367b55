"""Photographs of a concern, calls to the duty contact, trained graders, intelligence items."""

import sqlalchemy as sa
from alembic import op

from store.columns import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "concern_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concern_id", sa.Integer(), nullable=False),
        sa.Column("original", sa.LargeBinary(), nullable=True),
        sa.Column("covered", sa.LargeBinary(), nullable=True),
        sa.Column("boxes", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["concern_id"], ["concern.id"], name="fk_concern_photo_concern_id"),
        sa.PrimaryKeyConstraint("id", name="pk_concern_photo"),
    )
    op.create_index("ix_concern_photo_concern_id", "concern_photo", ["concern_id"], unique=False)
    op.create_table(
        "intelligence_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("handling", sa.String(length=1), nullable=False),
        sa.Column("conditions", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotation.id"], name="fk_intelligence_item_annotation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_intelligence_item"),
        sa.UniqueConstraint("annotation_id", name="uq_intelligence_item_annotation_id"),
    )
    for column in (
        sa.Column("calls", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("call_again_at", UTCDateTime(), nullable=True),
        sa.Column("call_fault", sa.String(length=200), nullable=False, server_default=""),
    ):
        op.add_column("duty_alert", column)
    op.add_column(
        "user_grant",
        sa.Column("grader", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
