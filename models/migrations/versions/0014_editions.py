"""What editions, readers and issues may be asked for: rhythm, length, review, tastes, confirmation, bounces, keys."""

import datetime as dt
import secrets

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
LISTS = ("topics", "countries", "mutes")
OUTBOXES = ("delivery", "notice")


def upgrade() -> None:
    _change_editions()
    _change_readers()
    _change_issues()
    _change_notices()
    _change_outboxes()
    _create_issue_edit()
    _create_bounce()
    secret = op.create_table(
        "secret",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secret"),
    )
    drawn = {"name": "links", "value": secrets.token_bytes(32), "made_at": dt.datetime.now(dt.UTC)}
    op.bulk_insert(secret, [drawn])


def _change_editions() -> None:
    op.add_column("edition", sa.Column("frequency", sa.String(8), nullable=False, server_default="weekly"))
    op.add_column("edition", sa.Column("month_day", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("edition", sa.Column("length", sa.String(8), nullable=False, server_default="medium"))
    op.add_column("edition", sa.Column("hold_hours", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("edition", sa.Column("scheduled_at", TIME))


def _change_readers() -> None:
    for name in LISTS:
        op.add_column("reader", sa.Column(name, JSON, nullable=False, server_default="[]"))
    op.add_column("reader", sa.Column("stopped_because", sa.String()))
    op.add_column("reader", sa.Column("key", sa.String(24)))
    reader = sa.table("reader", sa.column("id", sa.Integer), sa.column("key", sa.String))
    connection = op.get_bind()
    for (reader_id,) in connection.execute(sa.select(reader.c.id)).all():
        connection.execute(reader.update().where(reader.c.id == reader_id).values(key=secrets.token_hex(12)))
    with op.batch_alter_table("reader") as batch:
        batch.alter_column("key", existing_type=sa.String(24), nullable=False)
        batch.create_unique_constraint("uq_reader_key", ["key"])
    op.add_column("subscription", sa.Column("asked_at", TIME))
    op.add_column("subscription", sa.Column("confirmed_at", TIME))
    op.execute(
        "UPDATE subscription SET confirmed_at = "
        "(SELECT reader.created_at FROM reader WHERE reader.id = subscription.reader_id)"
    )


def _change_issues() -> None:
    op.add_column("issue", sa.Column("composed_content", JSON))
    op.add_column("issue", sa.Column("state", sa.String(8), nullable=False, server_default="released"))
    op.create_index("ix_issue_state", "issue", ["state"])
    for name in ("release_at", "released_at"):
        op.add_column("issue", sa.Column(name, TIME))
    op.execute("UPDATE issue SET released_at = composed_at")
    op.add_column("issue", sa.Column("released_by", sa.String()))
    op.add_column("issue", sa.Column("access_number", sa.Integer(), nullable=False, server_default="1"))


def _change_notices() -> None:
    for name, length, default in (("list_slug", 80, "sources"), ("list_name", None, "Perilune''s sources")):
        column = sa.Column(name, sa.String(length), nullable=False, server_default=sa.text(f"'{default}'"))
        op.add_column("notice", column)
    # Written out, because SQLite can add a column with its reference only so.
    op.execute(
        "ALTER TABLE notice ADD COLUMN reader_id INTEGER CONSTRAINT fk_notice_reader_id_reader REFERENCES reader (id)"
    )
    op.create_index("ix_notice_reader_id", "notice", ["reader_id"])


def _change_outboxes() -> None:
    for table in OUTBOXES:
        op.add_column(table, sa.Column("handed_over_at", TIME))
        # Of what was being sent nobody noted how far it came: it may be out.
        op.execute(f"UPDATE {table} SET handed_over_at = due_at WHERE state = 'sending'")


def _create_issue_edit() -> None:
    op.create_table(
        "issue_edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("before", sa.String()),
        sa.Column("after", sa.String()),
        sa.Column("ledger_before", JSON, nullable=False, server_default="[]"),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_issue_edit_issue_id_issue"),
        sa.PrimaryKeyConstraint("id", name="pk_issue_edit"),
    )
    op.create_index("ix_issue_edit_issue_id", "issue_edit", ["issue_id"])


def _create_bounce() -> None:
    op.create_table(
        "bounce",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer()),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("status", sa.String(16)),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("read_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name="fk_bounce_reader_id_reader"),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_bounce_delivery_id_delivery"),
        sa.PrimaryKeyConstraint("id", name="pk_bounce"),
        sa.UniqueConstraint("digest", name="uq_bounce_digest"),
    )
    for name in ("reader_id", "delivery_id"):
        op.create_index(f"ix_bounce_{name}", "bounce", [name])


def downgrade() -> None:
    for table in ("bounce", "issue_edit", "secret"):
        op.drop_table(table)
    for table in OUTBOXES:
        op.drop_column(table, "handed_over_at")
    op.drop_index("ix_notice_reader_id", "notice")
    for name in ("reader_id", "list_slug", "list_name"):
        op.drop_column("notice", name)
    op.drop_index("ix_issue_state", "issue")
    for name in ("composed_content", "state", "release_at", "released_at", "released_by", "access_number"):
        op.drop_column("issue", name)
    for name in ("asked_at", "confirmed_at"):
        op.drop_column("subscription", name)
    with op.batch_alter_table("reader") as batch:
        batch.drop_constraint("uq_reader_key", type_="unique")
        for name in (*LISTS, "stopped_because", "key"):
            batch.drop_column(name)
    for name in ("frequency", "month_day", "length", "hold_hours", "scheduled_at"):
        op.drop_column("edition", name)
