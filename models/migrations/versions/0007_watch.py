"""Each visit keeps what it showed, each source how it fares; incidents are opened once, and notices tell of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
IS_OPEN = sa.text("healed_at IS NULL")


def upgrade() -> None:
    op.add_column("crawl_run", sa.Column("visit", JSON, nullable=True))
    op.add_column("source", sa.Column("accepted_at", MOMENT, nullable=True))
    op.add_column("source", sa.Column("proposed", JSON, nullable=True))
    op.add_column("source", sa.Column("health", JSON, nullable=True))
    op.add_column("source", sa.Column("least_links", sa.Integer(), nullable=True))
    op.add_column("source", sa.Column("longest_silence_days", sa.Integer(), nullable=True))
    op.add_column("source", sa.Column("owner", sa.String(), nullable=True))
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=True),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("proposal", sa.String(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("healed_at", MOMENT, nullable=True),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("told_healed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_incident_source_id_source"),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    op.create_index("ix_incident_source_id", "incident", ["source_id"])
    op.create_index(
        "uq_incident_open", "incident", ["source_id"], unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempt_count", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("claimed_by", sa.String(length=120), nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("message_id", name="uq_notice_message_id"),
    )
    op.create_index("ix_notice_state", "notice", ["state"])


def downgrade() -> None:
    op.drop_table("notice")
    op.drop_table("incident")
    for name in ("owner", "longest_silence_days", "least_links", "health", "proposed", "accepted_at"):
        op.drop_column("source", name)
    op.drop_column("crawl_run", "visit")
