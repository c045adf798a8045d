"""What the derived index holds of an article: the words of the table `search_text`, and what filters and facets ask.

The words are read from that table as they stand there, so that both indexes know the same tokens at the same places.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

import sqlalchemy as sa
import tantivy
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.article import Article, TopicAssignment, Version, VersionActor, VersionCountry
from models.takedown import withdrawn_keys

SCHEMA_VERSION = 2
"""Raise it with every change of this file that an index must be built anew for."""
WORDS = "words"
TEXT_FIELDS = ("title", "body")
PAIR_FIELDS = ("title_pairs", "body_pairs")
"""Neighbouring ideographs as one term: a word of two is then looked up, where a phrase reads two long lists."""
WIDE_FROM, BREAK = "\u2e80", "|"
FACET_FIELDS = {
    "topic": "topic",
    "country": "country",
    "actor": "actor",
    "source": "source_id",
    "language": "language",
    "type": "doc_type",
    "relevance": "relevance",
    "year": "year",
}
"""Which field counts which facet."""
ID_BITS = 32
FRESH_FROM = dt.date(1950, 1, 1).toordinal()
FRESH_STEP = 1e-6
"""What a day adds to the weight of an article: enough to tell equal scores apart in single precision, and no more."""

SEARCH_TEXT = sa.table(
    "search_text", sa.column("rowid", sa.Integer), *(sa.column(name, sa.String) for name in ("title", "body", "forms"))
)


@cache
def make_schema() -> tantivy.Schema:
    """Make the schema; every field is either searched, counted or sorted by, and none is stored."""
    builder = tantivy.SchemaBuilder()
    for name in (*TEXT_FIELDS, *PAIR_FIELDS):
        builder.add_text_field(name, tokenizer_name=WORDS, index_option="position")
    builder.add_text_field("forms", tokenizer_name=WORDS, index_option="basic")
    for name in ("topic", "country", "actor", "language", "doc_type", "relevance"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("article_id", "source_id", "day"):
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_integer_field("story_id", indexed=True)
    builder.add_boolean_field("is_copy", indexed=True)
    for name in ("year", "rank"):
        builder.add_integer_field(name, fast=True)
    builder.add_float_field("fresh", fast=True)
    return builder.build()


def register_tokenizer(index: tantivy.Index) -> None:
    """Have an index cut our words at the spaces between them."""
    index.register_tokenizer(WORDS, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())


def article_id_of(rank: int) -> int:
    """Read the article's id out of a value of the field `rank`, which sorts by day, then by id."""
    return rank & ((1 << ID_BITS) - 1)


def pairs_of(terms: Sequence[str]) -> list[str]:
    """Join each two neighbouring ideographs; a break keeps those apart that anything else stands between."""
    wide = [len(term) == 1 and term >= WIDE_FROM for term in terms]
    pairs: list[str] = []
    for place in range(len(terms) - 1):
        if wide[place] and wide[place + 1]:
            pairs.append(terms[place] + terms[place + 1])
        elif pairs and pairs[-1] != BREAK:
            pairs.append(BREAK)
    return pairs


def _pairs_in(text: str | None) -> str | None:
    return " ".join(pairs_of(text.split())) if text and max(text) >= WIDE_FROM else None


def panics(*beside: type[Exception]) -> tuple[type[BaseException], ...]:
    """Name the exceptions that panics in Rust become, classes that no module exports and the first panic makes.

    They go after others that are to be caught with them.
    """
    made = ("pyo3_runtime", "PanicException")
    known = (kind for kind in BaseException.__subclasses__() if (kind.__module__, kind.__name__) == made)
    return (*beside, *known)


def total_of(result: tantivy.SearchResult) -> int:
    """Return how many articles a search found in all, which tantivy's stubs leave out."""
    total = getattr(result, "count")  # noqa: B009 - see above
    assert isinstance(total, int)
    return total


def documents_of(session: Session, article_ids: Sequence[int]) -> Iterator[tuple[int, tantivy.Document]]:
    """Make the documents of those articles that have a current version and are not withdrawn."""
    rows = session.execute(
        sa.select(
            Article.id,
            Article.source_id,
            Article.story_id,
            Article.copy_of_id,
            Version.id,
            Version.language,
            Version.doc_type,
            Version.relevance,
            Version.published_first_on,
            SEARCH_TEXT.c.title,
            SEARCH_TEXT.c.body,
            SEARCH_TEXT.c.forms,
        )
        .join(Version, Version.id == Article.current_version_id)
        .outerjoin(SEARCH_TEXT, SEARCH_TEXT.c.rowid == Article.id)
        .where(Article.id.in_(article_ids), Article.key.not_in(withdrawn_keys()))
    ).all()
    many = {
        "topic": _values_of(session, TopicAssignment.version_id, TopicAssignment.topic_slug, article_ids),
        "country": _values_of(session, VersionCountry.version_id, VersionCountry.country, article_ids),
        "actor": _values_of(session, VersionActor.version_id, VersionActor.actor_slug, article_ids),
    }
    for row in rows:
        article_id, source_id, story_id, copy_of_id, version_id, language, doc_type, relevance, published, *words = row
        single: dict[str, object] = {
            "source_id": source_id,
            "story_id": story_id,
            "language": language,
            "doc_type": doc_type and str(doc_type),
            "relevance": relevance and str(relevance),
            "is_copy": copy_of_id is not None,
            **dict(zip((*TEXT_FIELDS, "forms"), words, strict=True)),
            **dict(zip(PAIR_FIELDS, map(_pairs_in, words[:2]), strict=True)),
        }
        known = {name: value for name, value in single.items() if value is not None}
        several = {name: values[version_id] for name, values in many.items() if version_id in values}
        yield article_id, tantivy.Document(**known, **several, **_dated(article_id, published))


def _dated(article_id: int, published: dt.date | None) -> dict[str, int | float]:
    day = published.toordinal() if published else 0
    fields: dict[str, int | float] = {
        "article_id": article_id,
        "rank": (day << ID_BITS) | article_id,
        "fresh": max(0, day - FRESH_FROM) * FRESH_STEP,
    }
    return fields | ({"day": day, "year": published.year} if published else {})


def _values_of(
    session: Session,
    version_id: InstrumentedAttribute[int],
    value: InstrumentedAttribute[str],
    article_ids: Sequence[int],
) -> dict[int, list[str]]:
    current = sa.select(Article.current_version_id).where(Article.id.in_(article_ids))
    values: defaultdict[int, list[str]] = defaultdict(list)
    for found, each in session.execute(sa.select(version_id, value).where(version_id.in_(current))):
        values[found].append(each)
    return values
