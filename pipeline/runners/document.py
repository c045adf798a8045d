"""Reads rows as the plain values that the pure stages take; apart because three runners need the same reading."""

from __future__ import annotations

from models.article import Version
from models.vocabulary import APART, DocType, FactKind, Relevance
from pipeline.values import ActorMention, Document, Fact, Span, TopicScore, Understanding


def document_of(version: Version) -> Document:
    """Read a version as a document; its id is the article's key."""
    return Document(
        id=version.article.key,
        title=version.title,
        text=_main_text(version),
        language=version.language,
        published=version.published,
        url=version.article.url,
        doc_type=DocType(version.stated_doc_type) if version.stated_doc_type else None,
        source_country=version.article.source.country,
    )


def _main_text(version: Version) -> str:
    """Leave out footnotes and speakers' notes, which follow all the rest: places in the text stay the same."""
    start = next((passage.start for passage in version.passages if passage.kind in APART), len(version.text))
    return version.text[:start].rstrip()


def understanding_of(version: Version) -> Understanding:
    """Read what was understood of a version; it must have been through `understand`."""
    return Understanding(
        relevance=Relevance(version.relevance or Relevance.OFF),
        relevance_score=version.relevance_score or 0.0,
        relevance_because=tuple(version.relevance_because),
        topics=tuple(TopicScore(row.topic_slug, row.score, tuple(row.because)) for row in version.topics),
        doc_type=DocType(version.doc_type or DocType.NEWS),
        countries=tuple(row.country for row in version.countries),
        actors=tuple(
            ActorMention(row.actor_slug, row.mention_count, Span(row.start, row.end)) for row in version.actors
        ),
        facts=tuple(
            Fact(
                kind=FactKind(row.kind),
                name=row.name,
                span=Span(row.start, row.end),
                status=row.status,
                subkind=row.subkind,
                start=row.start_on,
                end=row.end_on,
                place=row.place,
                parties=tuple(row.parties),
                countries=tuple(row.countries),
            )
            for row in version.witnesses
        ),
    )
