"""Reads rows as the plain values that the pure stages take; apart because three runners need the same reading."""

from __future__ import annotations

from models.article import Version
from models.vocabulary import APART, DocType
from pipeline.values import Document


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
