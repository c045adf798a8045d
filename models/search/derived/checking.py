"""Whether the derived index says what the tables say: every article, every facet, and the words of some."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Version
from models.search.derived.reading import DerivedIndex
from models.search.derived.schema import SEARCH_TEXT
from models.search.matching import matching_ids
from models.search.query import Query
from models.search.words import MAX_PHRASE_TERMS

TITLES_TRIED, WORDS_OF_TITLE = 50, 8
KEYS_NAMED = 10


def differences(session: Session, derived: DerivedIndex) -> Iterator[str]:
    """Say in sentences what the index has otherwise than the tables; ask while nothing changes."""
    from models.search.facets import facets_by_index, facets_by_tables
    from models.search.ranked import ranked_by_tables

    everything = Query(with_copies=True)
    expected = ranked_by_tables(session, everything, limit=-1)
    found = derived.ranked(session, everything, limit=max(expected.total, 1), offset=0)
    if found is None:
        yield f"the index cannot be asked: {derived.state(session)}"
        return
    missing, surplus = set(expected.ids) - set(found.ids), set(found.ids) - set(expected.ids)
    for ids, what in ((missing, "misses"), (surplus, "has too much")):
        if ids:
            yield f"the index {what}: {len(ids)} articles, such as {sorted(ids)[:KEYS_NAMED]}"
    if not missing and not surplus and found.ids != expected.ids:
        yield "the index has other days of publication than the tables"
    counted = facets_by_tables(session, matching_ids(session, everything))
    in_index = facets_by_index(session, derived, everything)
    yield from (f"the index counts another {name}" for name in counted if counted[name] != (in_index or {}).get(name))
    for title in _some_titles(session):
        query = Query(text=f'"{title}"', with_copies=True)
        by_tables = ranked_by_tables(session, query, limit=-1)
        by_index = derived.ranked(session, query, limit=max(by_tables.total, 1), offset=0)
        if by_index is None or set(by_index.ids) != set(by_tables.ids):
            yield f"the index finds other articles for {query.text}"


def _some_titles(session: Session) -> list[str]:
    """Take titles from all over the archive, cut to phrases that a search takes."""
    indexed = sa.select(SEARCH_TEXT.c.rowid)
    newest = session.scalar(sa.select(sa.func.max(Article.id))) or 0
    step = max(newest // TITLES_TRIED, 1)
    titles = session.scalars(
        sa.select(Version.title)
        .join(Article, Article.current_version_id == Version.id)
        .where(Article.id.in_(list(range(1, newest + 1, step))), Article.id.in_(indexed))
    )
    words = (" ".join(title.replace('"', " ").split()[:WORDS_OF_TITLE])[:MAX_PHRASE_TERMS] for title in titles)
    return list(itertools.islice((each for each in words if any(map(str.isalnum, each))), TITLES_TRIED))
