"""Sources can be retired by a person, which no file undoes, and remember how often they publish."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "source", sa.Column("pace", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("source", "pace")
    op.drop_column("source", "retired_at")
