"""Accounts, saved searches, what analysts keep beside articles, takedowns, and what the archive's search derives."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
TABLES = (
    "webhook_call",
    "webhook",
    "edition_section",
    "saved_search_hit",
    "saved_search",
    "collection_item",
    "collection",
    "note",
    "star",
    "api_token",
    "sign_in",
    "failed_sign_in",
    "account",
    "takedown",
    "passage_vectors",
    "index_change",
    "index_rules",
)
"""In the order in which they can be dropped."""
OF_ARTICLE = ("key", "source_id", "current_version_id", "copy_of_id", "story_id")
OF_VERSION = ("title", "text", "language", "doc_type", "relevance", "published_first_on")
OF_CURRENT = "SELECT id FROM article WHERE current_version_id = {row}.{column}"
BY_KEY = "SELECT id FROM article WHERE key = {row}.article_key"
BESIDE_VERSION = ("topic_assignment", "version_country", "version_actor")


def _noted() -> dict[str, tuple[str, str]]:
    """Name each trigger that notes a change of what an index holds: when it fires, and the articles it notes."""
    article, version = (
        " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns) for columns in (OF_ARTICLE, OF_VERSION)
    )
    noted = {
        "article_made": ("INSERT ON article WHEN NEW.current_version_id IS NOT NULL", "VALUES (NEW.id)"),
        "article_changed": (f"UPDATE OF {', '.join(OF_ARTICLE)} ON article WHEN {article}", "VALUES (NEW.id)"),
        "article_gone": ("DELETE ON article", "VALUES (OLD.id)"),
        "version_changed": (
            f"UPDATE OF {', '.join(OF_VERSION)} ON version WHEN {version}",
            OF_CURRENT.format(row="NEW", column="id"),
        ),
    }
    for table in BESIDE_VERSION:
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            articles = OF_CURRENT.format(row=row, column="version_id")
            noted[f"{table}_{event.lower()}"] = (f"{event} ON {table}", articles)
    for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        noted[f"takedown_{event.lower()}"] = (f"{event} ON takedown", BY_KEY.format(row=row))
    return noted


def upgrade() -> None:
    op.add_column("notice", sa.Column("unsubscribe_url", sa.String()))
    _create_accounts()
    _create_ways_in()
    _create_notebook()
    _create_saved_searches()
    _create_webhooks()
    _create_what_search_derives()
    if op.get_bind().dialect.name == "sqlite":
        for name, (event, articles) in _noted().items():
            noted = f"INSERT INTO index_change (article_id) {articles};"
            op.execute(f"CREATE TRIGGER index_change_of_{name} AFTER {event} BEGIN {noted} END")
    # What is in the archive already was there before anybody could save a search, and is no find of one.
    op.execute(
        "INSERT INTO fate (stage, item_id, state, version, attempt_count, finished_at) "
        "SELECT 'match', article.id, 'done', '1', 0, CURRENT_TIMESTAMP FROM article "
        "JOIN version ON version.id = article.current_version_id WHERE version.relevance IS NOT NULL"
    )


def _create_accounts() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=12), nullable=False),
        sa.Column("login", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String()),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.String()),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("seen_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("key", name="uq_account_key"),
        sa.UniqueConstraint("login", name="uq_account_login"),
    )
    op.create_table(
        "failed_sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=120), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_failed_sign_in"),
    )
    op.create_index("ix_failed_sign_in_at", "failed_sign_in", ["at"])
    op.create_index("ix_failed_sign_in_login", "failed_sign_in", ["login"])
    op.create_index("ix_failed_sign_in_origin", "failed_sign_in", ["origin"])
    op.create_table(
        "takedown",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_key", sa.String(length=12), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("lifted_by", sa.String()),
        sa.Column("lifted_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_takedown"),
    )
    op.create_index("ix_takedown_article_key", "takedown", ["article_key"])
    op.create_index(
        "uq_takedown_standing",
        "takedown",
        ["article_key"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )


def _create_ways_in() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("used_at", TIME),
        sa.Column("expires_at", TIME),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_api_token_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("digest", name="uq_api_token_digest"),
        sa.UniqueConstraint("key", name="uq_api_token_key"),
    )
    op.create_index("ix_api_token_account_id", "api_token", ["account_id"])
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(), server_default="", nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_sign_in_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in"),
        sa.UniqueConstraint("digest", name="uq_sign_in_digest"),
    )
    op.create_index("ix_sign_in_account_id", "sign_in", ["account_id"])


def _create_notebook() -> None:
    op.create_table(
        "collection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), server_default="", nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_collection_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_collection"),
        sa.UniqueConstraint("key", name="uq_collection_key"),
    )
    op.create_index("ix_collection_account_id", "collection", ["account_id"])
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("article_key", sa.String(length=12), nullable=False),
        sa.Column("version_number", sa.Integer()),
        sa.Column("start", sa.Integer()),
        sa.Column("end", sa.Integer()),
        sa.Column("quote", sa.String()),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("changed_at", TIME),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_note_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_note"),
        sa.UniqueConstraint("key", name="uq_note_key"),
    )
    op.create_index("ix_note_account_id", "note", ["account_id"])
    op.create_index("ix_note_article_key", "note", ["article_key"])
    op.create_table(
        "star",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("article_key", sa.String(length=12), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_star_account_id_account"),
        sa.PrimaryKeyConstraint("account_id", "article_key", name="pk_star"),
    )
    op.create_table(
        "collection_item",
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("article_key", sa.String(length=12), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("remark", sa.String(), server_default="", nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["collection_id"], ["collection.id"], name="fk_collection_item_collection_id_collection", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("collection_id", "article_key", name="pk_collection_item"),
    )


def _create_saved_searches() -> None:
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("pace", sa.String(length=8), nullable=False),
        sa.Column("feed_key", sa.String(length=24), nullable=False),
        sa.Column("problem", sa.String()),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("told_at", TIME),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_saved_search_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_search"),
        sa.UniqueConstraint("feed_key", name="uq_saved_search_feed_key"),
        sa.UniqueConstraint("key", name="uq_saved_search_key"),
    )
    op.create_index("ix_saved_search_account_id", "saved_search", ["account_id"])
    op.create_table(
        "edition_section",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("saved_search_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name="fk_edition_section_edition_id_edition"),
        sa.ForeignKeyConstraint(
            ["saved_search_id"],
            ["saved_search.id"],
            name="fk_edition_section_saved_search_id_saved_search",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("edition_id", "saved_search_id", name="pk_edition_section"),
    )
    op.create_table(
        "saved_search_hit",
        sa.Column("saved_search_id", sa.Integer(), nullable=False),
        sa.Column("article_key", sa.String(length=12), nullable=False),
        sa.Column("found_at", TIME, nullable=False),
        sa.Column("is_backfill", sa.Boolean(), nullable=False),
        sa.Column("told_at", TIME),
        sa.ForeignKeyConstraint(
            ["saved_search_id"],
            ["saved_search.id"],
            name="fk_saved_search_hit_saved_search_id_saved_search",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("saved_search_id", "article_key", name="pk_saved_search_hit"),
    )
    op.create_index("ix_saved_search_hit_found_at", "saved_search_hit", ["saved_search_id", "found_at"])


def _create_webhooks() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=12), nullable=False),
        sa.Column("saved_search_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("stopped_because", sa.String()),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["saved_search_id"], ["saved_search.id"], name="fk_webhook_saved_search_id_saved_search", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
        sa.UniqueConstraint("key", name="uq_webhook_key"),
    )
    op.create_index("ix_webhook_saved_search_id", "webhook", ["saved_search_id"])
    op.create_table(
        "webhook_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempt_count", sa.Integer(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("claimed_by", sa.String(length=120)),
        sa.Column("handed_over_at", TIME),
        sa.Column("sent_at", TIME),
        sa.Column("problem", sa.String()),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name="fk_webhook_call_webhook_id_webhook", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_call"),
        sa.UniqueConstraint("message_id", name="uq_webhook_call_message_id"),
    )
    op.create_index("ix_webhook_call_state", "webhook_call", ["state"])
    op.create_index("ix_webhook_call_webhook_id", "webhook_call", ["webhook_id"])


def _create_what_search_derives() -> None:
    op.create_table(
        "index_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_index_change"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "index_rules",
        sa.Column("rules", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("through_id", sa.Integer()),
        sa.PrimaryKeyConstraint("rules", name="pk_index_rules"),
    )
    op.create_table(
        "passage_vectors",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("spans", JSON, nullable=False),
        sa.Column("embeddings", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name="fk_passage_vectors_version_id_version", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "model", name="pk_passage_vectors"),
    )
    # What was understood before there were such vectors gets them at the next run, and nothing else is done again.
    op.execute(
        "INSERT INTO fate (stage, item_id, state, attempt_count, due_at) "
        "SELECT 'passages', version.id, 'waiting', 0, version.fetched_at "
        "FROM article JOIN version ON version.id = article.current_version_id WHERE version.relevance <> 'off'"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in _noted():
            op.execute(f"DROP TRIGGER index_change_of_{name}")
    op.execute("DELETE FROM fate WHERE stage IN ('match', 'passages')")
    for name in TABLES:
        op.drop_table(name)
    op.drop_column("notice", "unsubscribe_url")
