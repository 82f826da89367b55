"""Threads on annotations, what people follow, how far they have read, and the digest by e-mail."""

import sqlalchemy as sa
from alembic import op

from store.columns import Geometry27700, UTCDateTime
from store.migrate import index_geometry

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CODE = sa.String(length=32)


def upgrade() -> None:
    _annotation()
    _threads()
    _follow()
    _news()


def _annotation() -> None:
    for column in (
        sa.Column("sketch", CODE, nullable=False, server_default="plain"),
        sa.Column("basis", CODE, nullable=True),
        sa.Column("grade_source", sa.String(length=1), nullable=False, server_default=""),
        sa.Column("information", sa.String(length=1), nullable=False, server_default=""),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("resolved_at", UTCDateTime(), nullable=True),
    ):
        op.add_column("annotation", column)
    _index("annotation", "valid_until")


def _threads() -> None:
    op.create_table(
        "annotation_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author_name", sa.String(length=120), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("edited_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _key("annotation_reply", "annotation_id", "annotation.id"),
        _key("annotation_reply", "author_id", "app_user.id"),
        sa.PrimaryKeyConstraint("id", name="pk_annotation_reply"),
    )
    _index("annotation_reply", "annotation_id", "at", "author_id")
    op.create_table(
        "annotation_mention",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("reply_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("role", CODE, nullable=True),
        _key("annotation_mention", "agency_id", "agency.id"),
        _key("annotation_mention", "annotation_id", "annotation.id"),
        _key("annotation_mention", "reply_id", "annotation_reply.id"),
        sa.PrimaryKeyConstraint("id", name="pk_annotation_mention"),
    )
    _index("annotation_mention", "agency_id", "annotation_id", "reply_id", "role")
    op.create_table(
        "annotation_edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("annotation_id", sa.Integer(), nullable=False),
        sa.Column("reply_id", sa.Integer(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        _key("annotation_edit", "annotation_id", "annotation.id"),
        _key("annotation_edit", "reply_id", "annotation_reply.id"),
        sa.PrimaryKeyConstraint("id", name="pk_annotation_edit"),
    )
    _index("annotation_edit", "annotation_id", "reply_id")


def _follow() -> None:
    op.create_table(
        "follow",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("area_kind", CODE, nullable=True),
        sa.Column("area_code", sa.String(length=20), nullable=False),
        sa.Column("shape", Geometry27700(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        _key("follow", "place_id", "place.id"),
        _key("follow", "user_id", "app_user.id"),
        sa.PrimaryKeyConstraint("id", name="pk_follow"),
    )
    _index("follow", "place_id", "user_id")
    index_geometry(op, "follow", "shape")


def _news() -> None:
    op.create_table(
        "news_reader",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("read_until", UTCDateTime(), nullable=True),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("digest_on", sa.String(length=10), nullable=False),
        sa.Column("digest_until", UTCDateTime(), nullable=True),
        sa.Column("claimed_until", UTCDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("retry_at", UTCDateTime(), nullable=True),
        sa.Column("trouble", sa.String(length=200), nullable=False),
        _key("news_reader", "user_id", "app_user.id"),
        sa.PrimaryKeyConstraint("id", name="pk_news_reader"),
        sa.UniqueConstraint("user_id", name="uq_news_reader_user_id"),
    )
    op.create_table(
        "news_seen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        _key("news_seen", "user_id", "app_user.id"),
        sa.PrimaryKeyConstraint("id", name="pk_news_seen"),
        sa.UniqueConstraint("user_id", "item", name="uq_news_seen_user_id_item"),
    )
    _index("news_seen", "user_id")


def _key(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=f"fk_{table}_{column}")


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column], unique=False)
