"""Let processes that claim work say that they are at work, so that others can take over from machines that are gone."""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "claimant",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("started_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("beat_count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_claimant")),
    )


def downgrade() -> None:
    op.drop_table("claimant")
