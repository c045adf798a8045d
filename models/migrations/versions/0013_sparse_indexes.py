"""Index what few articles have only where they have it: SQLite took "has none" for a rare value, and read them all.

The means of all embedded texts go: those of what is grouped are worked out when it is.
"""

import sqlalchemy as sa
from alembic import op

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
    op.drop_table("language_mean")


def downgrade() -> None:
    for column in SPARSE:
        op.drop_index(f"ix_article_{column}", "article")
        op.create_index(f"ix_article_{column}", "article", [column])
    op.create_table(
        "language_mean",
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text_count", sa.Integer(), nullable=False),
        sa.Column("total", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("model", "language", name=op.f("pk_language_mean")),
    )
