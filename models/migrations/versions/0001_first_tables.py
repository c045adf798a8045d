"""First tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql  # noqa: F401

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "actor",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("country", sa.String(length=8), nullable=True),
        sa.Column("names", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("ambiguous", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("wikidata", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_actor")),
    )
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_key", sa.String(length=12), nullable=False),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("value", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_correction_article_key"), ["article_key"], unique=False)

    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("slug", name=op.f("uq_edition_slug")),
    )
    op.create_table(
        "fate",
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("version", sa.String(length=80), nullable=True),
        sa.Column("attempt_count", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=120), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("stage", "item_id", name=op.f("pk_fate")),
    )
    with op.batch_alter_table("fate", schema=None) as batch_op:
        batch_op.create_index("ix_fate_due", ["stage", "state", "due_at"], unique=False)

    op.create_table(
        "language_mean",
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text_count", sa.Integer(), nullable=False),
        sa.Column("total", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("model", "language", name=op.f("pk_language_mean")),
    )
    op.create_table(
        "reader",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader")),
        sa.UniqueConstraint("address", name=op.f("uq_reader_address")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("addresses", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("links", sa.String(), nullable=True),
        sa.Column("skip", sa.String(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("country", sa.String(length=8), nullable=True),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("interval_minutes", sa.Integer(), nullable=False),
        sa.Column("expects", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("from_file", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_crawled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("slug", name=op.f("uq_source_slug")),
    )
    op.create_table(
        "story",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=12), nullable=False),
        sa.Column("headline", sa.String(), nullable=False),
        sa.Column("headline_language", sa.String(length=8), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story")),
        sa.UniqueConstraint("key", name=op.f("uq_story_key")),
    )
    with op.batch_alter_table("story", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_story_first_on"), ["first_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_story_last_on"), ["last_on"], unique=False)

    op.create_table(
        "term_count",
        sa.Column("term", sa.String(length=80), nullable=False),
        sa.Column("document_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("term", name=op.f("pk_term_count")),
    )
    op.create_table(
        "topic",
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("patterns", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_topic")),
    )
    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=12), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_backfill", sa.Boolean(), nullable=False),
        sa.Column("is_standing", sa.Boolean(), nullable=False),
        sa.Column("current_version_id", sa.Integer(), nullable=True),
        sa.Column("copy_of_id", sa.Integer(), nullable=True),
        sa.Column("story_id", sa.Integer(), nullable=True),
        sa.Column("story_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["copy_of_id"], ["article.id"], name=op.f("fk_article_copy_of_id_article")),
        sa.ForeignKeyConstraint(
            ["current_version_id"], ["version.id"], name=op.f("fk_article_current_version_id_version"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_article_source_id_source")),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_article_story_id_story")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("key", name=op.f("uq_article_key")),
        sa.UniqueConstraint("url", name=op.f("uq_article_url")),
    )
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_copy_of_id"), ["copy_of_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_current_version_id"), ["current_version_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_first_seen_at"), ["first_seen_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_source_id"), ["source_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_story_id"), ["story_id"], unique=False)

    op.create_table(
        "crawl_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("counts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_crawl_run_source_id_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crawl_run")),
    )
    with op.batch_alter_table("crawl_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_crawl_run_source_id"), ["source_id"], unique=False)

    op.create_table(
        "issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=12), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("period_start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("composed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_issue_edition_id_edition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue")),
        sa.UniqueConstraint("edition_id", "due_at", name=op.f("uq_issue_edition_id_due_at")),
        sa.UniqueConstraint("edition_id", "number", name=op.f("uq_issue_edition_id_number")),
        sa.UniqueConstraint("key", name=op.f("uq_issue_key")),
    )
    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("is_index", sa.Boolean(), nullable=False),
        sa.Column("is_standing", sa.Boolean(), nullable=False),
        sa.Column("is_backfill", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("published", sa.String(length=40), nullable=True),
        sa.Column("witness", sa.String(length=20), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_link_source_id_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("source_id", "url", name=op.f("uq_link_source_id_url")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_url"), ["url"], unique=False)

    op.create_table(
        "subscription",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_subscription_edition_id_edition")),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name=op.f("fk_subscription_reader_id_reader")),
        sa.PrimaryKeyConstraint("edition_id", "reader_id", name=op.f("pk_subscription")),
    )
    op.create_table(
        "summary_sentence",
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.ForeignKeyConstraint(
            ["story_id"], ["story.id"], name=op.f("fk_summary_sentence_story_id_story"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("story_id", "ordinal", name=op.f("pk_summary_sentence")),
    )
    op.create_table(
        "copy_band",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("band", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_copy_band_article_id_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "band", name=op.f("pk_copy_band")),
    )
    with op.batch_alter_table("copy_band", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_copy_band_band"), ["band"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempt_count", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.String(length=120), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_delivery_issue_id_issue")),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name=op.f("fk_delivery_reader_id_reader")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("issue_id", "reader_id", name=op.f("uq_delivery_issue_id_reader_id")),
        sa.UniqueConstraint("message_id", name=op.f("uq_delivery_message_id")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_reader_id"), ["reader_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_state"), ["state"], unique=False)

    op.create_table(
        "page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("crawl_run_id", sa.Integer(), nullable=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=True),
        sa.Column("headers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("byte_count", sa.Integer(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["crawl_run_id"], ["crawl_run.id"], name=op.f("fk_page_crawl_run_id_crawl_run")),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_page_link_id_link")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
        sa.UniqueConstraint("link_id", "content_hash", name=op.f("uq_page_link_id_content_hash")),
    )
    with op.batch_alter_table("page", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_page_content_hash"), ["content_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_page_link_id"), ["link_id"], unique=False)

    op.create_table(
        "version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("authors", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("site_name", sa.String(), nullable=True),
        sa.Column("published", sa.String(length=10), nullable=True),
        sa.Column("published_first_on", sa.Date(), nullable=True),
        sa.Column("published_last_on", sa.Date(), nullable=True),
        sa.Column("published_by", sa.String(length=20), nullable=True),
        sa.Column("published_confidence", sa.Double(), nullable=False),
        sa.Column("date_witnesses", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("stated_doc_type", sa.String(length=20), nullable=True),
        sa.Column("doc_type", sa.String(length=20), nullable=True),
        sa.Column("relevance", sa.String(length=8), nullable=True),
        sa.Column("relevance_score", sa.Double(), nullable=True),
        sa.Column("relevance_because", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_version_article_id_article")),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_version_page_id_page")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint("page_id", name=op.f("uq_version_page_id")),
    )
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_version_article_id"), ["article_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_version_doc_type"), ["doc_type"], unique=False)
        batch_op.create_index(batch_op.f("ix_version_language"), ["language"], unique=False)
        batch_op.create_index(batch_op.f("ix_version_published_first_on"), ["published_first_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_version_relevance"), ["relevance"], unique=False)
        batch_op.create_index(batch_op.f("ix_version_text_hash"), ["text_hash"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("sentence_ordinal", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("passage_ordinal", sa.Integer(), nullable=False),
        sa.Column("page_number", sa.Integer(), nullable=True),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["story_id", "sentence_ordinal"],
            ["summary_sentence.story_id", "summary_sentence.ordinal"],
            name=op.f("fk_evidence_story_id_summary_sentence"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_evidence_version_id_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("story_id", "sentence_ordinal", "ordinal", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_version_id"), ["version_id"], unique=False)

    op.create_table(
        "fact",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("subkind", sa.String(), nullable=True),
        sa.Column("start_on", sa.String(length=10), nullable=True),
        sa.Column("end_on", sa.String(length=10), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("parties", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("countries", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_fact_version_id_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "ordinal", name=op.f("pk_fact")),
    )
    op.create_table(
        "ledger",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("fate", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_ledger_article_id_article")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_ledger_edition_id_edition")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_ledger_issue_id_issue")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_ledger_version_id_version")),
        sa.PrimaryKeyConstraint("edition_id", "version_id", name=op.f("pk_ledger")),
    )
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_article_id"), ["article_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_issue_id"), ["issue_id"], unique=False)

    op.create_table(
        "passage",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("page_number", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_passage_version_id_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "ordinal", name=op.f("pk_passage")),
    )
    op.create_table(
        "topic_assignment",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("topic_slug", sa.String(length=40), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("because", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("by_human", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["topic_slug"], ["topic.slug"], name=op.f("fk_topic_assignment_topic_slug_topic")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_topic_assignment_version_id_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "topic_slug", name=op.f("pk_topic_assignment")),
    )
    with op.batch_alter_table("topic_assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_topic_assignment_topic_slug"), ["topic_slug"], unique=False)

    op.create_table(
        "vector",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("embedding", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_vector_version_id_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "model", name=op.f("pk_vector")),
    )
    op.create_table(
        "version_actor",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("actor_slug", sa.String(length=80), nullable=False),
        sa.Column("mention_count", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["actor_slug"], ["actor.slug"], name=op.f("fk_version_actor_actor_slug_actor")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_version_actor_version_id_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "actor_slug", name=op.f("pk_version_actor")),
    )
    with op.batch_alter_table("version_actor", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_version_actor_actor_slug"), ["actor_slug"], unique=False)

    op.create_table(
        "version_country",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=8), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_version_country_version_id_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "country", name=op.f("pk_version_country")),
    )
    with op.batch_alter_table("version_country", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_version_country_country"), ["country"], unique=False)

    if op.get_bind().dialect.name == "postgresql":  # elsewhere it stands in the table's own statement
        op.create_foreign_key(
            "fk_article_current_version_id_version", "article", "version", ["current_version_id"], ["id"]
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_article_current_version_id_version", "article")
    with op.batch_alter_table("version_country", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_version_country_country"))

    op.drop_table("version_country")
    with op.batch_alter_table("version_actor", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_version_actor_actor_slug"))

    op.drop_table("version_actor")
    op.drop_table("vector")
    with op.batch_alter_table("topic_assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_topic_assignment_topic_slug"))

    op.drop_table("topic_assignment")
    op.drop_table("passage")
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_issue_id"))
        batch_op.drop_index(batch_op.f("ix_ledger_article_id"))

    op.drop_table("ledger")
    op.drop_table("fact")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_version_id"))

    op.drop_table("evidence")
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_version_text_hash"))
        batch_op.drop_index(batch_op.f("ix_version_relevance"))
        batch_op.drop_index(batch_op.f("ix_version_published_first_on"))
        batch_op.drop_index(batch_op.f("ix_version_language"))
        batch_op.drop_index(batch_op.f("ix_version_doc_type"))
        batch_op.drop_index(batch_op.f("ix_version_article_id"))

    op.drop_table("version")
    with op.batch_alter_table("page", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_page_link_id"))
        batch_op.drop_index(batch_op.f("ix_page_content_hash"))

    op.drop_table("page")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_state"))
        batch_op.drop_index(batch_op.f("ix_delivery_reader_id"))

    op.drop_table("delivery")
    with op.batch_alter_table("copy_band", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_copy_band_band"))

    op.drop_table("copy_band")
    op.drop_table("summary_sentence")
    op.drop_table("subscription")
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_url"))

    op.drop_table("link")
    op.drop_table("issue")
    with op.batch_alter_table("crawl_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_crawl_run_source_id"))

    op.drop_table("crawl_run")
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_story_id"))
        batch_op.drop_index(batch_op.f("ix_article_source_id"))
        batch_op.drop_index(batch_op.f("ix_article_first_seen_at"))
        batch_op.drop_index(batch_op.f("ix_article_current_version_id"))
        batch_op.drop_index(batch_op.f("ix_article_copy_of_id"))

    op.drop_table("article")
    op.drop_table("topic")
    op.drop_table("term_count")
    with op.batch_alter_table("story", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_story_last_on"))
        batch_op.drop_index(batch_op.f("ix_story_first_on"))

    op.drop_table("story")
    op.drop_table("source")
    op.drop_table("reader")
    op.drop_table("language_mean")
    with op.batch_alter_table("fate", schema=None) as batch_op:
        batch_op.drop_index("ix_fate_due")

    op.drop_table("fate")
    op.drop_table("edition")
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_correction_article_key"))

    op.drop_table("correction")
    op.drop_table("actor")
