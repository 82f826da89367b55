"""Places from return interviews, what carers expect, interviews in time, and safety mapping."""

import sqlalchemy as sa
from alembic import op

from store.columns import Geometry27700, UTCDateTime
from store.migrate import index_geometry

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CODE = sa.String(length=32)


def upgrade() -> None:
    op.add_column("place_touch", sa.Column("felt", CODE, nullable=False, server_default="unknown"))
    _told_place()
    _likely_visit()
    _interview_count()
    _safety_session()
    _safety_rows()


def _told_place() -> None:
    op.create_table(
        "told_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_told_place_agency_id"),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_told_place_place_id"),
        sa.PrimaryKeyConstraint("id", name="pk_told_place"),
        sa.UniqueConstraint(
            "agency_id", "place_id", "week", name="uq_told_place_agency_id_place_id_week"
        ),
    )
    _index("told_place", "agency_id", "place_id", "week")


def _likely_visit() -> None:
    op.create_table(
        "likely_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Date(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("spot", Geometry27700("POINT"), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_likely_visit_place_id"),
        sa.PrimaryKeyConstraint("id", name="pk_likely_visit"),
    )
    _index("likely_visit", "place_id", "quarter")
    index_geometry(op, "likely_visit", "spot")


def _interview_count() -> None:
    op.create_table(
        "interview_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("in_time", sa.Integer(), nullable=False),
        sa.Column("told_by_name", sa.String(length=120), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_interview_count_agency_id"),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name="fk_interview_count_area_id"),
        sa.PrimaryKeyConstraint("id", name="pk_interview_count"),
        sa.UniqueConstraint(
            "agency_id", "area_id", "month", name="uq_interview_count_agency_id_area_id_month"
        ),
    )
    _index("interview_count", "agency_id", "area_id", "month")


def _safety_session() -> None:
    op.create_table(
        "safety_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("group_size", CODE, nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_by_name", sa.String(length=120), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name="fk_safety_session_area_id"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_safety_session_agency_id"),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["app_user.id"], name="fk_safety_session_made_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_safety_session"),
    )
    _index("safety_session", "agency_id", "area_id", "held_on", "state")


def _safety_rows() -> None:
    op.create_table(
        "safety_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("east", sa.Integer(), nullable=False),
        sa.Column("north", sa.Integer(), nullable=False),
        sa.Column("time_band", CODE, nullable=False),
        sa.Column("felt", CODE, nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["safety_session.id"], name="fk_safety_mark_session_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_safety_mark"),
        sa.UniqueConstraint(
            "session_id",
            "east",
            "north",
            "time_band",
            "felt",
            name="uq_safety_mark_session_id_east_north_time_band_felt",
        ),
    )
    _index("safety_mark", "east", "session_id")
    op.create_table(
        "safety_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("what", CODE, nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["safety_session.id"], name="fk_safety_event_session_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_safety_event"),
    )
    _index("safety_event", "session_id")


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column], unique=False)
