"""Let each process say how long it may be silent, and find what older code decided without reading every fate."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("claimant", sa.Column("silence", sa.Float(), nullable=False, server_default="120.0"))
    op.create_index("ix_fate_version", "fate", ["stage", "version"])


def downgrade() -> None:
    op.drop_index("ix_fate_version", "fate")
    op.drop_column("claimant", "silence")
