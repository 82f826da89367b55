"""Powers edited here, calendar feeds, reminders, packs that jobs made, keys of places elsewhere."""

import sqlalchemy as sa
from alembic import op

from store.columns import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CODE = sa.String(length=32)


def upgrade() -> None:
    _powers()
    _feeds()
    _reminders()
    _packs()
    _references()


def _powers() -> None:
    op.create_table(
        "power_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("row", sa.JSON(), nullable=True),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_by_name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["app_user.id"], name="fk_power_edition_made_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_power_edition"),
        sa.UniqueConstraint("code", "number", name="uq_power_edition_code_number"),
    )
    op.create_index("ix_power_edition_code", "power_edition", ["code"], unique=False)


def _feeds() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.Column("read_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_calendar_feed_user_id"),
        sa.ForeignKeyConstraint(["grant_id"], ["user_grant.id"], name="fk_calendar_feed_grant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_feed"),
        sa.UniqueConstraint("token_hash", name="uq_calendar_feed_token_hash"),
    )
    op.create_index("ix_calendar_feed_user_id", "calendar_feed", ["user_id"], unique=False)


def _reminders() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("way", CODE, nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_reminder_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reminder"),
        sa.UniqueConstraint("user_id", "key", "way", name="uq_reminder_user_id_key_way"),
    )
    op.create_index("ix_reminder_told_on", "reminder", ["told_on"], unique=False)
    op.create_index("ix_reminder_user_id", "reminder", ["user_id"], unique=False)


def _packs() -> None:
    op.create_table(
        "pack_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_pack_file_job_id"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_pack_file_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pack_file"),
        sa.UniqueConstraint("job_id", name="uq_pack_file_job_id"),
    )
    op.create_index("ix_pack_file_user_id", "pack_file", ["user_id"], unique=False)
    op.create_index("ix_pack_file_made_at", "pack_file", ["made_at"], unique=False)


def _references() -> None:
    op.create_table(
        "place_reference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("system", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=False),
        sa.Column("told_by_name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_place_reference_place_id"),
        sa.PrimaryKeyConstraint("id", name="pk_place_reference"),
        sa.UniqueConstraint("system", "key", name="uq_place_reference_system_key"),
        sa.UniqueConstraint("place_id", "system", name="uq_place_reference_place_id_system"),
    )
    op.create_index("ix_place_reference_place_id", "place_reference", ["place_id"], unique=False)
