"""Patrols: shifts, their stops, and the visits that were made."""

import sqlalchemy as sa
from alembic import op

from store.columns import Geometry27700, UTCDateTime
from store.migrate import index_geometry

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CODE = sa.String(length=32)


def text(length: int) -> sa.String:
    return sa.String(length=length)


def upgrade() -> None:
    op.create_table(
        "patrol",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", text(120), nullable=False),
        sa.Column("purpose", text(500), nullable=False),
        sa.Column("legal_basis", text(300), nullable=False),
        sa.Column("style", CODE, nullable=False),
        sa.Column("start", text(120), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("marking", CODE, nullable=False),
        sa.Column("valid_from", UTCDateTime(), nullable=False),
        sa.Column("valid_to", UTCDateTime(), nullable=False),
        sa.Column("planned_by", sa.Integer(), nullable=True),
        sa.Column("planned_at", UTCDateTime(), nullable=False),
        sa.Column("authorised_by", sa.Integer(), nullable=True),
        sa.Column("authorised_by_name", text(120), nullable=False),
        sa.Column("authorised_at", UTCDateTime(), nullable=True),
        sa.Column("ended_reason", text(300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_patrol_agency_id"),
        sa.ForeignKeyConstraint(["authorised_by"], ["app_user.id"], name="fk_patrol_authorised_by"),
        sa.ForeignKeyConstraint(["planned_by"], ["app_user.id"], name="fk_patrol_planned_by"),
        sa.PrimaryKeyConstraint("id", name="pk_patrol"),
    )
    for column in ("agency_id", "state", "valid_from", "valid_to"):
        op.create_index(f"ix_patrol_{column}", "patrol", [column], unique=False)
    op.create_table(
        "patrol_stop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patrol_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.Column("name", text(120), nullable=False),
        sa.Column("zone", Geometry27700("POLYGON"), nullable=False),
        sa.Column("opens", UTCDateTime(), nullable=False),
        sa.Column("closes", UTCDateTime(), nullable=False),
        sa.Column("arrive", UTCDateTime(), nullable=False),
        sa.Column("dwell", sa.Integer(), nullable=False),
        sa.Column("why", text(300), nullable=False),
        sa.Column("tactics", sa.JSON(), nullable=False),
        sa.Column("to_do", text(300), nullable=False),
        sa.Column("not_to_do", text(300), nullable=False),
        sa.Column("hazards", text(300), nullable=False),
        sa.Column("contact", text(120), nullable=False),
        sa.Column("visits_a_day", sa.Integer(), nullable=False),
        sa.Column("spacing", sa.Integer(), nullable=False),
        sa.Column("most_minutes", sa.Integer(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("inspector", text(120), nullable=False),
        sa.Column("basis", text(300), nullable=False),
        sa.Column("effect", text(500), nullable=False),
        sa.Column("rests_on", sa.JSON(), nullable=False),
        sa.Column("reported_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrol.id"], name="fk_patrol_stop_patrol_id"),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_patrol_stop_place_id"),
        sa.PrimaryKeyConstraint("id", name="pk_patrol_stop"),
    )
    for column in ("action_id", "patrol_id", "place_id"):
        op.create_index(f"ix_patrol_stop_{column}", "patrol_stop", [column], unique=False)
    index_geometry(op, "patrol_stop", "zone")
    op.create_table(
        "patrol_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", text(32), nullable=False),
        sa.Column("patrol_id", sa.Integer(), nullable=False),
        sa.Column("stop_id", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("at_where", text(120), nullable=False),
        sa.Column("arrived_at", UTCDateTime(), nullable=False),
        sa.Column("left_at", UTCDateTime(), nullable=False),
        sa.Column("modes", sa.JSON(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("measured", sa.Integer(), nullable=True),
        sa.Column("young", CODE, nullable=False),
        sa.Column("staff", CODE, nullable=False),
        sa.Column("public", CODE, nullable=False),
        sa.Column("guardians", sa.JSON(), nullable=False),
        sa.Column("guardians_band", CODE, nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("welfare", sa.JSON(), nullable=False),
        sa.Column("powers", sa.JSON(), nullable=False),
        sa.Column("under_18", CODE, nullable=False),
        sa.Column("search_outcome", CODE, nullable=False),
        sa.Column("intelligence", sa.Boolean(), nullable=False),
        sa.Column("words", text(300), nullable=False),
        sa.Column("skip_reason", CODE, nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotation.id"], name="fk_patrol_visit_annotation_id"
        ),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrol.id"], name="fk_patrol_visit_patrol_id"),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_patrol_visit_place_id"),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["app_user.id"], name="fk_patrol_visit_recorded_by"
        ),
        sa.ForeignKeyConstraint(["stop_id"], ["patrol_stop.id"], name="fk_patrol_visit_stop_id"),
        sa.PrimaryKeyConstraint("id", name="pk_patrol_visit"),
        sa.UniqueConstraint("key", name="uq_patrol_visit_key"),
    )
    for column in ("arrived_at", "patrol_id", "place_id", "stop_id"):
        op.create_index(f"ix_patrol_visit_{column}", "patrol_visit", [column], unique=False)
