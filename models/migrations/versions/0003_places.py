"""Versions have numbers of their own and can be withdrawn, articles can move, and a page may show earlier bytes again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("page") as page:
        page.drop_constraint("uq_page_link_id_content_hash", type_="unique")
    # Written out, because SQLite can add a column with its reference only so; a new table would lose its triggers.
    op.execute(
        "ALTER TABLE article ADD COLUMN moved_to_id INTEGER "
        "CONSTRAINT fk_article_moved_to_id_article REFERENCES article (id)"
    )
    op.add_column("article", sa.Column("placed_by", sa.String(length=80), nullable=True))
    op.create_index("ix_article_moved_to_id", "article", ["moved_to_id"])
    op.add_column("version", sa.Column("withdrawn", sa.String(), nullable=True))
    op.add_column("version", sa.Column("number", sa.Integer(), nullable=False, server_default="1"))
    op.execute(
        "UPDATE version SET number = (SELECT count(*) FROM version AS earlier "
        "WHERE earlier.article_id = version.article_id AND earlier.id <= version.id)"
    )
    op.create_index("ix_version_article_id_number", "version", ["article_id", "number"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_version_article_id_number", "version")
    op.drop_column("version", "number")
    op.drop_column("version", "withdrawn")
    op.drop_index("ix_article_moved_to_id", "article")
    op.drop_column("article", "placed_by")
    op.drop_column("article", "moved_to_id")
    with op.batch_alter_table("page") as page:
        page.create_unique_constraint("uq_page_link_id_content_hash", ["link_id", "content_hash"])
