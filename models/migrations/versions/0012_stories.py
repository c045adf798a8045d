"""What became of stories, summaries of documents, translations, and what editions and readers care for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    for table, name in (("story", "renamed_by"), ("story", "pinned_by"), ("summary_sentence", "maker")):
        op.add_column(table, sa.Column(name, sa.String()))
    # Written out, because SQLite can add a column with its reference only so.
    op.execute(
        "ALTER TABLE article ADD COLUMN translation_of_id INTEGER "
        "CONSTRAINT fk_article_translation_of_id_article REFERENCES article (id)"
    )
    op.create_index("ix_article_translation_of_id", "article", ["translation_of_id"])
    op.add_column("edition", sa.Column("topic_weights", JSON, nullable=False, server_default="{}"))
    op.add_column("reader", sa.Column("follows", JSON, nullable=False, server_default="[]"))
    _create_story_change()
    _create_document_sentence()
    op.create_table(
        "translation",
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("problems", JSON, nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("text_hash", "language", "model", name="pk_translation"),
    )


def _create_story_change() -> None:
    op.create_table(
        "story_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("story_key", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("other_key", sa.String(12)),
        sa.Column("article_keys", JSON, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by", sa.String()),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_story_change"),
    )
    for name in ("story_key", "other_key"):
        op.create_index(f"ix_story_change_{name}", "story_change", [name])


def _create_document_sentence() -> None:
    op.create_table(
        "document_sentence",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("heading", sa.String(), nullable=False),
        sa.Column("first_page", sa.Integer()),
        sa.Column("last_page", sa.Integer()),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("page_number", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name="fk_document_sentence_version_id_version", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "section", "ordinal", name="pk_document_sentence"),
    )


def downgrade() -> None:
    for table in ("translation", "document_sentence", "story_change"):
        op.drop_table(table)
    op.drop_index("ix_article_translation_of_id", "article")
    op.drop_column("article", "translation_of_id")
    for table, name in (
        ("reader", "follows"),
        ("edition", "topic_weights"),
        ("summary_sentence", "maker"),
        ("story", "pinned_by"),
        ("story", "renamed_by"),
    ):
        op.drop_column(table, name)
