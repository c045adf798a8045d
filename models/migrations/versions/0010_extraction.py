"""More of what a page says of itself, selectors for it, what changed in it, and what became of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    for name in ("issuer", "section", "image_url"):
        op.add_column("version", sa.Column(name, sa.String()))
    op.add_column("version", sa.Column("stated_update", sa.String(60)))
    for name in ("keywords", "changes"):
        op.add_column("version", sa.Column(name, JSON, nullable=False, server_default="[]"))
    op.add_column("passage", sa.Column("page_label", sa.String(20)))
    op.add_column("passage", sa.Column("language", sa.String(8)))
    op.add_column("source", sa.Column("selectors", JSON, nullable=False, server_default="{}"))
    op.add_column("link", sa.Column("gone_at", sa.DateTime(timezone=True)))
    op.create_table(
        "article_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Integer()),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_article_event_article_id_article", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name="fk_article_event_version_id_version", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_article_event"),
        sa.UniqueConstraint("article_id", "kind", "at", name="uq_article_event_article_id_kind_at"),
    )
    op.create_index("ix_article_event_article_id", "article_event", ["article_id"])
    op.create_index("ix_article_event_version_id", "article_event", ["version_id"])


def downgrade() -> None:
    op.drop_table("article_event")
    op.drop_column("link", "gone_at")
    op.drop_column("source", "selectors")
    for name in ("language", "page_label"):
        op.drop_column("passage", name)
    for name in ("changes", "keywords", "stated_update", "image_url", "section", "issuer"):
        op.drop_column("version", name)
