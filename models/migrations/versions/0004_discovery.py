"""Sources may leave their kind to discovery, carry a learned list pattern, and fetch their history step by step."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("source") as source:
        source.alter_column("kind", existing_type=sa.String(length=20), nullable=True)
        source.add_column(sa.Column("select", sa.String(), nullable=True))
        source.add_column(sa.Column("row", sa.String(), nullable=True))
        source.add_column(sa.Column("backfill_months", sa.Integer(), nullable=False, server_default="0"))
        source.add_column(sa.Column("chosen", JSON, nullable=True))
        source.add_column(sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True))
        source.add_column(sa.Column("history", JSON, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("source") as source:
        for name in ("history", "chosen_at", "chosen", "backfill_months", "row", "select"):
            source.drop_column(name)
        source.alter_column("kind", existing_type=sa.String(length=20), nullable=False)
