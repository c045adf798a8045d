"""An archive as plain values: what must come out alike, whether the work was disturbed or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.edition import Delivery, Edition, Issue, LedgerRow, Reader
from models.fact import Fact, FactWitness
from models.saved_search import SavedSearch, SearchHit
from models.source import Link, Page
from models.story import Story
from models.tables import (
    Article,
    Base,
    CopyBand,
    Passage,
    TermCount,
    TopicAssignment,
    Vector,
    Version,
    VersionActor,
    VersionCountry,
)

Portrait = Mapping[str, list[str]]
DIFFERENCES_NAMED = 3
MADE_ANEW = ("secret.value", "secret.made_at", "reader.key", "fate.finished_at")
"""What migrations draw by chance, or date by the clock."""
SCHEMA = {
    "sqlite": ("SELECT type, name, tbl_name, sql FROM sqlite_master",),
    "postgresql": (
        """SELECT table_name, column_name, data_type, is_nullable, column_default
        FROM information_schema.columns WHERE table_schema = 'public'""",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
        "SELECT pg_get_triggerdef(oid), tgenabled::text FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prolang <> 13",
    ),
}
"""Where each kind of database says of what it is made."""


def _rows(session: Session, wanted: sa.Select[*tuple[object, ...]]) -> list[str]:
    return sorted(str(tuple(row)) for row in session.execute(wanted))


def portrait_of(session: Session) -> Portrait:
    """Draw what the archive says: pages, articles, stories, facts, finds, ledger; no row ids and no times of work."""
    original = sa.orm.aliased(Article)
    of_version = sa.select(Article.key, Version.number).join(Version, Version.article_id == Article.id)
    delivered = sa.select(Reader.address, Issue.key).select_from(Delivery)
    said = {
        "pages": sa.select(Link.url, Page.content_hash).join(Page, Page.link_id == Link.id),
        "articles": sa.select(Article.key, Article.url, original.key, Article.is_backfill).outerjoin(
            original, Article.copy_of_id == original.id
        ),
        "versions": of_version.add_columns(
            *(Version.title, Version.text_hash, Version.language, Version.relevance, Version.doc_type),
            *(Version.published, Version.withdrawn),
        ),
        "passages": _with(Passage, Passage.ordinal, Passage.start, Passage.end),
        "topics": _with(TopicAssignment, TopicAssignment.topic_slug),
        "countries": _with(VersionCountry, VersionCountry.country, VersionCountry.rank),
        "actors": _with(VersionActor, VersionActor.actor_slug, VersionActor.mention_count),
        "vectors": _with(Vector, Vector.model),
        "witnesses": _with(FactWitness, FactWitness.ordinal, FactWitness.name),
        "bands": sa.select(Article.key, CopyBand.band).join(CopyBand, CopyBand.article_id == Article.id),
        "terms": sa.select(TermCount.term, TermCount.document_count),
        # A fact has the key of the witness that came first, which a kill among the fetched pages may change.
        "facts": sa.select(Fact.kind, Fact.name, Fact.status, Fact.first_on),
        "finds": sa.select(SavedSearch.name, SearchHit.article_key).join(
            SearchHit, SearchHit.saved_search_id == SavedSearch.id
        ),
        "ledger": sa.select(Edition.slug, Article.key, LedgerRow.fate, LedgerRow.reason)
        .join(LedgerRow, LedgerRow.edition_id == Edition.id)
        .join(Article, Article.id == LedgerRow.article_id),
        "issues": sa.select(Edition.slug, Issue.number, Issue.due_at, Issue.state).join(
            Issue, Issue.edition_id == Edition.id
        ),
        "deliveries": delivered.join(Reader, Reader.id == Delivery.reader_id).join(
            Issue, Issue.id == Delivery.issue_id
        ),
    }
    found = {name: _rows(session, wanted) for name, wanted in said.items()}
    return found | {"stories": sorted(map(_story, session.scalars(sa.select(Story))))}


def _with(
    rows: type[Passage | TopicAssignment | VersionCountry | VersionActor | Vector | FactWitness],
    *columns: sa.orm.InstrumentedAttribute[object],
) -> sa.Select[*tuple[object, ...]]:
    """Select what versions have, each with the version that it belongs to."""
    of_version = sa.select(Article.key, Version.number, *columns).select_from(rows)
    return of_version.join(Version, Version.id == rows.version_id).join(Article, Article.id == Version.article_id)


def _story(story: Story) -> str:
    sentences = [(sentence.text, len(sentence.evidence)) for sentence in story.sentences]
    return str((story.key, story.headline, [article.key for article in story.articles], sentences))


def rows_and_schema(session: Session) -> Portrait:
    """Draw every row of every table, and the tables themselves with their indexes, constraints and triggers."""
    return rows_of(session, Base.metadata.sorted_tables) | {"schema": _schema(session)}


def rows_of(session: Session, tables: Iterable[sa.Table]) -> dict[str, list[str]]:
    """Draw every row of tables, for what must not change a word but what is drawn or dated anew."""
    return {
        table.name: _rows(session, sa.select(*columns))
        for table in tables
        if (columns := [column for column in table.c if f"{table.name}.{column.name}" not in MADE_ANEW])
    }


def _schema(session: Session) -> list[str]:
    """List what makes a schema, each thing as the database writes it."""
    kind = session.get_bind().dialect.name
    return sorted(str(tuple(row)) for of in SCHEMA[kind] for row in session.execute(sa.text(of)))


def differences(expected: Portrait, found: Portrait) -> Iterable[str]:
    """Say in which parts two portraits differ, with examples."""
    for name, rows in expected.items():
        missing, surplus = _beyond(rows, found[name]), _beyond(found[name], rows)
        for lacking, what in ((missing, "lack"), (surplus, "have too many")):
            if lacking:
                yield f"the {name} {what} {len(lacking)}: {'; '.join(lacking[:DIFFERENCES_NAMED])[:300]}"


def _beyond(rows: list[str], others: list[str]) -> list[str]:
    """List what one has and the other has not, each as often as it has it more often."""
    from collections import Counter

    return sorted((Counter(rows) - Counter(others)).elements())
