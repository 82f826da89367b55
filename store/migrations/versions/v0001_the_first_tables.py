"""The first tables."""

import sqlalchemy as sa
from alembic import op

from store.columns import Geometry27700, UTCDateTime
from store.migrate import index_geometry

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


GEOMETRIES = (
    ("place", "shape"),
    ("annotation", "shape"),
    ("area", "outline"),
    ("gazetteer", "spot"),
    ("incident", "spot"),
    ("place_event", "shape"),
    ("place_touch", "spot"),
    ("premises", "spot"),
)


def upgrade() -> None:
    op.create_table(
        "agency",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agency"),
        sa.UniqueConstraint("name", name="uq_agency_name"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor_kind", sa.String(length=32), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_action", "audit", ["action"], unique=False)
    op.create_index("ix_audit_actor_id", "audit", ["actor_id"], unique=False)
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_index("ix_audit_subject", "audit", ["subject"], unique=False)
    op.create_table(
        "column_memory",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_column_memory"),
    )
    op.create_table(
        "preference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_preference"),
        sa.UniqueConstraint("name", name="uq_preference_name"),
    )
    op.create_table(
        "revision",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_revision"),
    )
    op.create_table(
        "app_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", UTCDateTime(), nullable=True),
        sa.Column("signed_out_at", UTCDateTime(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_app_user_agency_id"),
        sa.PrimaryKeyConstraint("id", name="pk_app_user"),
        sa.UniqueConstraint("username", name="uq_app_user_username"),
    )
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("preset", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_import_batch_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_import_batch"),
    )
    op.create_index("ix_import_batch_sha256", "import_batch", ["sha256"], unique=False)
    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("neutral_name", sa.String(length=120), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("place_type", sa.String(length=32), nullable=False),
        sa.Column("shape", Geometry27700("GEOMETRY"), nullable=False),
        sa.Column("precision", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("status_reason", sa.String(length=500), nullable=False),
        sa.Column("harm_primary", sa.String(length=16), nullable=False),
        sa.Column("harm_further", sa.JSON(), nullable=False),
        sa.Column("strengths", sa.String(length=1000), nullable=False),
        sa.Column("worries", sa.String(length=1000), nullable=False),
        sa.Column("owner_agency_id", sa.Integer(), nullable=True),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("marking", sa.String(length=32), nullable=False),
        sa.Column("first_noted", sa.Date(), nullable=False),
        sa.Column("last_evidence", sa.Date(), nullable=True),
        sa.Column("review_due", sa.Date(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["app_user.id"], name="fk_place_created_by"),
        sa.ForeignKeyConstraint(["merged_into_id"], ["place.id"], name="fk_place_merged_into_id"),
        sa.ForeignKeyConstraint(
            ["owner_agency_id"], ["agency.id"], name="fk_place_owner_agency_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_place"),
        sa.UniqueConstraint("reference", name="uq_place_reference"),
    )
    op.create_index("ix_place_review_due", "place", ["review_due"], unique=False)
    op.create_index("ix_place_status", "place", ["status"], unique=False)
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_saved_view_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_view"),
        sa.UniqueConstraint("user_id", "name", name="uq_saved_view_user_id_name"),
    )
    op.create_table(
        "annotation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author_role", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("precision", sa.String(length=16), nullable=False),
        sa.Column("shape", Geometry27700("GEOMETRY"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["app_user.id"], name="fk_annotation_author_id"),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_annotation_place_id"),
        sa.PrimaryKeyConstraint("id", name="pk_annotation"),
    )
    op.create_index("ix_annotation_author_id", "annotation", ["author_id"], unique=False)
    op.create_index("ix_annotation_place_id", "annotation", ["place_id"], unique=False)
    op.create_table(
        "area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("vintage", sa.String(length=20), nullable=False),
        sa.Column("outline", Geometry27700("GEOMETRY"), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name="fk_area_batch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_area"),
        sa.UniqueConstraint("kind", "code", "vintage", name="uq_area_kind_code_vintage"),
    )
    op.create_index("ix_area_batch_id", "area", ["batch_id"], unique=False)
    op.create_table(
        "gazetteer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sought", sa.String(length=120), nullable=False),
        sa.Column("district", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("terminated", sa.Boolean(), nullable=False),
        sa.Column("spot", Geometry27700("POINT"), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name="fk_gazetteer_batch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_gazetteer"),
        sa.UniqueConstraint("key", name="uq_gazetteer_key"),
    )
    op.create_index("ix_gazetteer_batch_id", "gazetteer", ["batch_id"], unique=False)
    op.create_index("ix_gazetteer_kind_sought", "gazetteer", ["kind", "sought"], unique=False)
    op.create_index("ix_gazetteer_sought", "gazetteer", ["sought"], unique=False)
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("category", sa.String(length=80), nullable=False),
        sa.Column("harm_primary", sa.String(length=16), nullable=True),
        sa.Column("harm_further", sa.JSON(), nullable=False),
        sa.Column("place_type", sa.String(length=32), nullable=True),
        sa.Column("agency", sa.String(length=120), nullable=True),
        sa.Column("time_known", sa.String(length=32), nullable=False),
        sa.Column("occurred_from", UTCDateTime(), nullable=True),
        sa.Column("occurred_to", UTCDateTime(), nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("hour", sa.Integer(), nullable=True),
        sa.Column("precision", sa.String(length=16), nullable=False),
        sa.Column("spot", Geometry27700("POINT"), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name="fk_incident_batch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
        sa.UniqueConstraint("key", name="uq_incident_key"),
    )
    op.create_index("ix_incident_batch_id", "incident", ["batch_id"], unique=False)
    op.create_index("ix_incident_occurred_from", "incident", ["occurred_from"], unique=False)
    op.create_index(
        "ix_incident_source_occurred_from", "incident", ["source", "occurred_from"], unique=False
    )
    op.create_table(
        "place_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("shape", Geometry27700("GEOMETRY"), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_place_event_place_id"),
        sa.PrimaryKeyConstraint("id", name="pk_place_event"),
    )
    op.create_index("ix_place_event_place_id", "place_event", ["place_id"], unique=False)
    op.create_table(
        "place_touch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("residential", sa.Boolean(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("time_band", sa.String(length=32), nullable=False),
        sa.Column("day_type", sa.String(length=32), nullable=False),
        sa.Column("duration_band", sa.String(length=32), nullable=False),
        sa.Column("distance_band", sa.String(length=32), nullable=False),
        sa.Column("cross_border", sa.Boolean(), nullable=True),
        sa.Column("transport_mode", sa.String(length=32), nullable=False),
        sa.Column("push_factors", sa.JSON(), nullable=False),
        sa.Column("pull_factors", sa.JSON(), nullable=False),
        sa.Column("harm_indicators", sa.JSON(), nullable=False),
        sa.Column("precision", sa.String(length=16), nullable=False),
        sa.Column("spot", Geometry27700("POINT"), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name="fk_place_touch_batch_id"),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_place_touch_place_id"),
        sa.PrimaryKeyConstraint("id", name="pk_place_touch"),
        sa.UniqueConstraint("key", name="uq_place_touch_key"),
    )
    op.create_index("ix_place_touch_batch_id", "place_touch", ["batch_id"], unique=False)
    op.create_index("ix_place_touch_month", "place_touch", ["month"], unique=False)
    op.create_index("ix_place_touch_place_id", "place_touch", ["place_id"], unique=False)
    op.create_index("ix_place_touch_role", "place_touch", ["role"], unique=False)
    op.create_table(
        "premises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("place_type", sa.String(length=32), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("opening", sa.JSON(), nullable=False),
        sa.Column("trained", sa.Boolean(), nullable=True),
        sa.Column("trusted", sa.Boolean(), nullable=True),
        sa.Column("willing", sa.Boolean(), nullable=True),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("precision", sa.String(length=16), nullable=False),
        sa.Column("spot", Geometry27700("POINT"), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_premises_agency_id"),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name="fk_premises_batch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_premises"),
        sa.UniqueConstraint("reference", name="uq_premises_reference"),
    )
    op.create_index("ix_premises_batch_id", "premises", ["batch_id"], unique=False)
    op.create_table(
        "place_guardian",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("premises_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name="fk_place_guardian_place_id"),
        sa.ForeignKeyConstraint(
            ["premises_id"], ["premises.id"], name="fk_place_guardian_premises_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_place_guardian"),
    )
    op.create_index("ix_place_guardian_place_id", "place_guardian", ["place_id"], unique=False)
    op.create_index(
        "ix_place_guardian_premises_id", "place_guardian", ["premises_id"], unique=False
    )
    op.create_table(
        "user_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("tier", sa.Integer(), nullable=True),
        sa.Column("expires", UTCDateTime(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name="fk_user_grant_area_id"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_user_grant_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_user_grant"),
    )
    op.create_index("ix_user_grant_user_id", "user_grant", ["user_id"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("grant_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("message", sa.String(length=300), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("heartbeat", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["grant_id"], ["user_grant.id"], name="fk_job_grant_id"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_job_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
    )
    op.create_index("ix_job_state", "job", ["state"], unique=False)
    op.create_index("ix_job_user_id", "job", ["user_id"], unique=False)
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["grant_id"], ["user_grant.id"], name="fk_sign_in_grant_id"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_sign_in_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in"),
        sa.UniqueConstraint("token_hash", name="uq_sign_in_token_hash"),
    )
    op.create_index("ix_sign_in_user_id", "sign_in", ["user_id"], unique=False)
    for table, column in GEOMETRIES:
        index_geometry(op, table, column)
