"""Each source has its own pace of visits, and each index address how far its server's validators are believed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("source", sa.Column("pace", JSON, nullable=True))
    op.add_column("link", sa.Column("trust", JSON, nullable=True))


def downgrade() -> None:
    op.drop_column("link", "trust")
    op.drop_column("source", "pace")
