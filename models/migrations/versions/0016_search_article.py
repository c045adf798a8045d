"""One narrow row an article for what PostgreSQL's searches filter, count and order by; triggers keep it."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OF_ARTICLE = ("key", "source_id", "current_version_id", "copy_of_id", "story_id")
OF_VERSION = ("language", "doc_type", "relevance", "published_first_on")
SEVERAL = {
    "topics": ("topic_assignment", "topic_slug"),
    "countries": ("version_country", "country"),
    "actors": ("version_actor", "actor_slug"),
}
TABLE = """
CREATE TABLE search_article (
    article_id integer PRIMARY KEY REFERENCES article (id) ON DELETE CASCADE,
    key varchar(12) NOT NULL,
    source_id integer NOT NULL,
    story_id integer,
    is_copy boolean NOT NULL,
    language text,
    doc_type text,
    relevance text,
    day date,
    topics text[] NOT NULL,
    countries text[] NOT NULL,
    actors text[] NOT NULL
)
"""
INDEXES = (
    "CREATE INDEX ix_search_article_day ON search_article (day DESC, article_id DESC)",
    "CREATE INDEX ix_search_article_source_id ON search_article (source_id)",
    "CREATE INDEX ix_search_article_story_id ON search_article (story_id) WHERE story_id IS NOT NULL",
    "CREATE INDEX ix_search_article_several ON search_article USING gin (topics, countries, actors)",
)
_ARRAYS = ", ".join(
    f"ARRAY(SELECT {column} FROM {table} WHERE version_id = version.id ORDER BY 1)"
    for table, column in SEVERAL.values()
)
ROWS = f"""
SELECT article.id, article.key, source_id, story_id, copy_of_id IS NOT NULL,
    version.language, doc_type, relevance, published_first_on, {_ARRAYS}
FROM article JOIN version ON version.id = article.current_version_id
"""  # noqa: S608 - of the names above
RENEW = f"""
CREATE FUNCTION renew_search_article(ids integer[]) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    -- Whoever changes the same article at the same time waits here, and then reads what was committed meanwhile.
    PERFORM 1 FROM search_article WHERE article_id = ANY(ids) ORDER BY article_id FOR UPDATE;
    DELETE FROM search_article USING article
    WHERE article.id = article_id AND article_id = ANY(ids) AND current_version_id IS NULL;
    INSERT INTO search_article AS known {ROWS} WHERE article.id = ANY(ids) ORDER BY article.id
    ON CONFLICT (article_id) DO UPDATE SET (
        key, source_id, story_id, is_copy, language, doc_type, relevance, day, topics, countries, actors
    ) = (
        excluded.key, excluded.source_id, excluded.story_id, excluded.is_copy, excluded.language, excluded.doc_type,
        excluded.relevance, excluded.day, excluded.topics, excluded.countries, excluded.actors
    ) WHERE known IS DISTINCT FROM excluded;
END $$
"""
FOLLOW = {
    "article": "PERFORM renew_search_article(ARRAY[NEW.id]);",
    "version": "PERFORM renew_search_article(array_agg(id)) FROM article WHERE current_version_id = NEW.id;",
    "several": "PERFORM renew_search_article(array_agg(id)) FROM article "
    "WHERE current_version_id IN (SELECT version_id FROM changed);",
}
"""What each function does that triggers call: of one row, or of the rows of a statement."""


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(TABLE)
    op.execute(f"INSERT INTO search_article {ROWS}")
    for index in INDEXES:
        op.execute(index)
    # How often words are, the planner must know of more of them than by default, or it takes common ones for rare.
    op.execute("ALTER TABLE search_document ALTER COLUMN terms SET STATISTICS 1000")
    op.execute("ANALYZE search_article")
    op.execute("ANALYZE search_document")
    op.execute(RENEW)
    for name, statement in FOLLOW.items():
        op.execute(
            f"CREATE FUNCTION follow_{name}_for_search() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path FROM CURRENT AS $$ BEGIN {statement} RETURN NULL; END $$"
        )
    for table, columns in (("article", OF_ARTICLE), ("version", OF_VERSION)):
        is_changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
        op.execute(
            f"CREATE TRIGGER search_follows_update AFTER UPDATE OF {', '.join(columns)} ON {table} "
            f"FOR EACH ROW WHEN ({is_changed}) EXECUTE FUNCTION follow_{table}_for_search()"
        )
    op.execute(
        "CREATE TRIGGER search_follows_insert AFTER INSERT ON article FOR EACH ROW "
        "WHEN (NEW.current_version_id IS NOT NULL) EXECUTE FUNCTION follow_article_for_search()"
    )
    for table, _ in SEVERAL.values():
        for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            op.execute(
                f"CREATE TRIGGER search_follows_{event.lower()} AFTER {event} ON {table} "
                f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION follow_several_for_search()"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for name in FOLLOW:
        op.execute(f"DROP FUNCTION follow_{name}_for_search() CASCADE")
    op.execute("ALTER TABLE search_document ALTER COLUMN terms SET STATISTICS -1")
    op.execute("DROP FUNCTION renew_search_article(integer[])")
    op.execute("DROP TABLE search_article")
