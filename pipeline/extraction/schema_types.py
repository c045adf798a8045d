"""The document type where a page's form alone says it; the understanding stage decides the rest from the text."""

from __future__ import annotations

from collections.abc import Iterable

from models.vocabulary import DocType

SCHEMA_TYPES = {
    "OpinionNewsArticle": DocType.OPINION,
    "Event": DocType.EVENT_NOTICE,
    "BusinessEvent": DocType.EVENT_NOTICE,
    "EducationEvent": DocType.EVENT_NOTICE,
    "Report": DocType.REPORT,
    "NewsArticle": DocType.NEWS,
    "ReportageNewsArticle": DocType.NEWS,
    "AnalysisNewsArticle": DocType.NEWS,
    "BackgroundNewsArticle": DocType.NEWS,
}


def doc_type_of_schema(types: Iterable[str]) -> DocType | None:
    """Translate the schema.org types of a page's JSON-LD, the most telling one first; None when none says it."""
    named = {kind.rpartition("/")[2] for kind in types}
    return next((doc_type for kind, doc_type in SCHEMA_TYPES.items() if kind in named), None)
