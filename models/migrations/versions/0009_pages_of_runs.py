"""Pages are found by the visit that fetched them, so that judging a source reads no others."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_page_crawl_run_id", "page", ["crawl_run_id"])


def downgrade() -> None:
    op.drop_index("ix_page_crawl_run_id", "page")
