"""Evaluations of plans: what is asked before the start, outlines, history, and the result."""

import sqlalchemy as sa
from alembic import op

from store.columns import Geometry27700, UTCDateTime
from store.migrate import index_geometry

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CODE = sa.String(length=32)


def upgrade() -> None:
    op.create_table(
        "evaluation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("state", CODE, nullable=False),
        sa.Column("outcome", CODE, nullable=False),
        sa.Column("query", sa.String(length=4000), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("same_season", sa.Boolean(), nullable=False),
        sa.Column("ring_metres", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("notes", sa.String(length=500), nullable=False),
        sa.Column("recording_changed", sa.Boolean(), nullable=False),
        sa.Column("campaign", sa.Boolean(), nullable=False),
        sa.Column("set_late", sa.Boolean(), nullable=False),
        sa.Column("changed_after_start", sa.Boolean(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("recipe", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("revision", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("app_version", CODE, nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_by_name", sa.String(length=120), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("reported_by_name", sa.String(length=120), nullable=False),
        sa.Column("reported_at", UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["app_user.id"], name="fk_evaluation_made_by"),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_evaluation_place_id"),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation"),
    )
    for column in ("made_by", "place_id", "start", "state"):
        op.create_index(f"ix_evaluation_{column}", "evaluation", [column], unique=False)
    op.create_table(
        "evaluation_zone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("shape", Geometry27700("GEOMETRY"), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluation.id"], name="fk_evaluation_zone_evaluation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation_zone"),
        sa.UniqueConstraint("evaluation_id", "kind", name="uq_evaluation_zone_evaluation_id_kind"),
    )
    _index("evaluation_zone")
    index_geometry(op, "evaluation_zone", "shape")
    op.create_table(
        "evaluation_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluation.id"], name="fk_evaluation_event_evaluation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation_event"),
    )
    _index("evaluation_event")
    op.create_table(
        "evaluation_measure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("asked", CODE, nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column("asked_before", sa.Integer(), nullable=False),
        sa.Column("agreed_before", sa.Integer(), nullable=False),
        sa.Column("asked_after", sa.Integer(), nullable=False),
        sa.Column("agreed_after", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluation.id"], name="fk_evaluation_measure_evaluation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation_measure"),
    )
    _index("evaluation_measure")


def _index(table: str) -> None:
    op.create_index(f"ix_{table}_evaluation_id", table, ["evaluation_id"], unique=False)
