"""Patrols across a week and several teams, and the hours that are left without one."""

import sqlalchemy as sa
from alembic import op

from store.columns import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "patrol_week",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("teams", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("shares", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_patrol_week_agency_id"),
        sa.ForeignKeyConstraint(["made_by"], ["app_user.id"], name="fk_patrol_week_made_by"),
        sa.PrimaryKeyConstraint("id", name="pk_patrol_week"),
    )
    for column in ("agency_id", "monday"):
        op.create_index(f"ix_patrol_week_{column}", "patrol_week", [column], unique=False)
    op.add_column("patrol", sa.Column("week_id", sa.Integer(), nullable=True))
    op.create_index("ix_patrol_week_id", "patrol", ["week_id"], unique=False)
    op.create_table(
        "patrol_window",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("week_id", sa.Integer(), nullable=False),
        sa.Column("patrol_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("opens", UTCDateTime(), nullable=False),
        sa.Column("closes", UTCDateTime(), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrol.id"], name="fk_patrol_window_patrol_id"),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_patrol_window_place_id"),
        sa.ForeignKeyConstraint(["week_id"], ["patrol_week.id"], name="fk_patrol_window_week_id"),
        sa.PrimaryKeyConstraint("id", name="pk_patrol_window"),
    )
    for column in ("patrol_id", "place_id", "week_id"):
        op.create_index(f"ix_patrol_window_{column}", "patrol_window", [column], unique=False)
