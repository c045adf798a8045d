"""Index what few articles have only where they have it: SQLite took "has none" for a rare value, and read them all."""

from alembic import op
import sqlalchemy as sa

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SPARSE = ("copy_of_id", "translation_of_id", "moved_to_id")


def upgrade() -> None:
    for column in SPARSE:
        op.drop_index(f"ix_article_{column}", "article")
        is_set = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_article_{column}", "article", [column], sqlite_where=is_set, postgresql_where=is_set)


def downgrade() -> None:
    for column in SPARSE:
        op.drop_index(f"ix_article_{column}", "article")
        op.create_index(f"ix_article_{column}", "article", [column])
