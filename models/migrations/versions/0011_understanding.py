"""Facts with their witnesses, documents that are named, unknown names, trained models, and evidence for more."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _add_columns()
    op.drop_table("fact")
    _create_facts()
    _create_named_documents()
    _create_names()
    op.create_table(
        "trained_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("encoder", sa.String(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("report", JSON, nullable=False),
        sa.Column("refused", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_trained_model"),
    )


def _add_columns() -> None:
    for table, name in (
        ("topic", "examples"),
        ("version", "reads_like"),
        ("version", "doc_type_because"),
        ("version", "corrected"),
        ("topic_assignment", "reads_like"),
    ):
        op.add_column(table, sa.Column(name, JSON, nullable=False, server_default="[]"))
    with op.batch_alter_table("topic") as batch:
        batch.add_column(sa.Column("merged_into", sa.String(40)))
        batch.create_foreign_key("fk_topic_merged_into_topic", "topic", ["merged_into"], ["slug"])
    for table in ("topic", "actor"):
        op.add_column(table, sa.Column("edited_at", TIME))
    op.add_column("actor", sa.Column("cited", sa.String()))
    op.add_column("actor", sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()))
    for name in ("start", "end"):
        op.add_column("version_country", sa.Column(name, sa.Integer()))
    for name in ("note", "undone_by"):
        op.add_column("correction", sa.Column(name, sa.String()))


def _stated() -> list[sa.Column[object]]:
    """Make the columns that a fact and its witnesses share."""
    return [
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("subkind", sa.String()),
        sa.Column("start_on", sa.String(10)),
        sa.Column("end_on", sa.String(10)),
        sa.Column("place", sa.String()),
        sa.Column("parties", JSON, nullable=False),
        sa.Column("countries", JSON, nullable=False),
    ]


def _create_facts() -> None:
    op.create_table(
        "fact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(12), nullable=False),
        *_stated(),
        sa.Column("first_on", sa.Date()),
        sa.Column("last_on", sa.Date()),
        sa.Column("disputed", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fact"),
        sa.UniqueConstraint("key", name="uq_fact_key"),
    )
    for name in ("kind", "first_on", "last_on"):
        op.create_index(f"ix_fact_{name}", "fact", [name])
    op.create_table(
        "fact_witness",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("fact_id", sa.Integer()),
        *_stated(),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("by_human", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name="fk_fact_witness_version_id_version", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["fact_id"], ["fact.id"], name="fk_fact_witness_fact_id_fact", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("version_id", "ordinal", name="pk_fact_witness"),
    )
    op.create_index("ix_fact_witness_fact_id", "fact_witness", ["fact_id"])
    op.create_table(
        "fact_party",
        sa.Column("fact_id", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(80), nullable=False),
        sa.Column("is_country", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["fact_id"], ["fact.id"], name="fk_fact_party_fact_id_fact", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("fact_id", "party", name="pk_fact_party"),
    )
    op.create_index("ix_fact_party_party", "fact_party", ["party", "fact_id"])
    op.create_table(
        "fact_mark",
        sa.Column("fact_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(["fact_id"], ["fact.id"], name="fk_fact_mark_fact_id_fact", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("fact_id", "mark", name="pk_fact_mark"),
    )
    op.create_index("ix_fact_mark_mark", "fact_mark", ["mark", "fact_id"])


def _create_named_documents() -> None:
    op.create_table(
        "named_document",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("doc_type", sa.String(20), nullable=False),
        sa.Column("issuer", sa.String()),
        sa.Column("url", sa.String()),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name="fk_named_document_version_id_version", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("version_id", "ordinal", name="pk_named_document"),
    )


def _create_names() -> None:
    op.create_table(
        "unknown_name",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("name_key", sa.String(200), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name="fk_unknown_name_version_id_version", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("version_id", "ordinal", name="pk_unknown_name"),
    )
    op.create_index("ix_unknown_name_name_key", "unknown_name", ["name_key"])
    op.create_table(
        "name_decision",
        sa.Column("name_key", sa.String(200), nullable=False),
        sa.Column("verdict", sa.String(12), nullable=False),
        sa.Column("actor_slug", sa.String(80)),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["actor_slug"], ["actor.slug"], name="fk_name_decision_actor_slug_actor"),
        sa.PrimaryKeyConstraint("name_key", name="pk_name_decision"),
    )


def downgrade() -> None:
    for table in ("trained_model", "name_decision", "unknown_name", "named_document", "fact_mark", "fact_party", "fact_witness", "fact"):
        op.drop_table(table)
    op.create_table(
        "fact",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        *_stated(),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name="fk_fact_version_id_version", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("version_id", "ordinal", name="pk_fact"),
    )
    for name in ("undone_by", "note"):
        op.drop_column("correction", name)
    for name in ("end", "start"):
        op.drop_column("version_country", name)
    for name in ("is_active", "cited", "edited_at"):
        op.drop_column("actor", name)
    with op.batch_alter_table("topic") as batch:
        batch.drop_constraint("fk_topic_merged_into_topic", type_="foreignkey")
        for name in ("edited_at", "merged_into", "examples"):
            batch.drop_column(name)
    op.drop_column("topic_assignment", "reads_like")
    for name in ("corrected", "doc_type_because", "reads_like"):
        op.drop_column("version", name)
