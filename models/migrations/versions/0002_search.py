"""Full-text search: FTS5 on SQLite, tsvector with GIN on PostgreSQL, both of terms made by models.search.terms."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # The terms are plain words between spaces; `ascii` leaves every other character as it is.
        op.execute(
            """CREATE VIRTUAL TABLE search_text USING fts5(title, body, forms, tokenize = "ascii tokenchars '='")"""
        )
        op.execute(
            "CREATE TRIGGER search_text_of_deleted_article AFTER DELETE ON article "
            "BEGIN DELETE FROM search_text WHERE rowid = old.id; END"
        )
        return
    op.execute(
        "CREATE TABLE search_document ("
        "article_id integer NOT NULL REFERENCES article (id) ON DELETE CASCADE, "
        "part integer NOT NULL, "
        "terms tsvector NOT NULL, "
        "PRIMARY KEY (article_id, part))"
    )
    op.execute("CREATE INDEX ix_search_document_terms ON search_document USING gin (terms)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER search_text_of_deleted_article")
        op.execute("DROP TABLE search_text")
        return
    op.execute("DROP TABLE search_document")
