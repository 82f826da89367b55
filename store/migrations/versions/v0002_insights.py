"""Results of analyses that are kept, and the places that name them as evidence."""

import sqlalchemy as sa
from alembic import op

from store.columns import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "insight",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("recipe", sa.JSON(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("app_version", sa.String(length=32), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_by_name", sa.String(length=120), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["app_user.id"], name="fk_insight_made_by_app_user"),
        sa.PrimaryKeyConstraint("id", name="pk_insight"),
    )
    op.create_index("ix_insight_made_at", "insight", ["made_at"], unique=False)
    op.create_index("ix_insight_made_by", "insight", ["made_by"], unique=False)
    op.create_table(
        "insight_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("insight_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("named_at", UTCDateTime(), nullable=False),
        sa.Column("named_by_name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["insight_id"], ["insight.id"], name="fk_insight_place_insight_id_insight"
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_insight_place_place_id_place"),
        sa.PrimaryKeyConstraint("id", name="pk_insight_place"),
        sa.UniqueConstraint("insight_id", "place_id", name="uq_insight_place_insight_id_place_id"),
    )
    op.create_index("ix_insight_place_insight_id", "insight_place", ["insight_id"], unique=False)
    op.create_index("ix_insight_place_place_id", "insight_place", ["place_id"], unique=False)
