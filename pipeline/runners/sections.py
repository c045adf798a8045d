"""Stores the summaries of long documents, section by section; beside summarising, for a version needs it once."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Version
from models.story import DocumentSentence
from models.vocabulary import DocType, PassageKind
from pipeline.generating.instructions import without_instructions
from pipeline.runners.document import document_of
from pipeline.summaries.candidates import CJK
from pipeline.summaries.sections import CitedSentence, Section, sections_of
from pipeline.values import Document, Passage, SectionSummary, Span

LONG_TYPES = frozenset({DocType.WHITE_PAPER, DocType.REPORT})
MIN_HEADINGS, MIN_CHARS = 12, 8_000
MIN_WORTH = 1_500  # characters, an ideograph counting for three: less is read as soon as its summary
OVERVIEW = 0
_DOCUMENT_FILE = re.compile(
    r"pdf|powerpoint|presentation|msword|wordprocessing|opendocument|\.(?:pdf|pp[st][xm]?|pot[xm]|do[ct][xm]?|od[tp])$"
)

MAX_HEADINGS_SHOWN = 3  # of small sections that are told together

SectionsOf = Callable[[Document, Sequence[Passage]], Sequence[SectionSummary]]


@dataclass(frozen=True)
class LongDocument:
    """A document to summarise by its sections, with its version's id."""

    version_id: int
    document: Document
    passages: tuple[Passage, ...]


def is_long_document(version: Version) -> bool:
    """Tell whether a version is read by its sections: by its type, its file, or its headings and length."""
    if len(version.text) + 2 * len(CJK.findall(version.text)) < MIN_WORTH:
        return False
    if (version.doc_type or version.stated_doc_type) in LONG_TYPES:
        return True
    if _DOCUMENT_FILE.search((version.page.content_type or "").lower()):
        return True
    if _DOCUMENT_FILE.search(urlsplit(version.article.url).path.lower()):
        return True
    headings = sum(passage.kind == PassageKind.HEADING for passage in version.passages)
    return headings > MIN_HEADINGS and len(version.text) > MIN_CHARS


def long_documents(session: Session, articles: Iterable[Article], *, even_done: bool) -> list[LongDocument]:
    """Read the long documents among articles, without copies; those with a summary only if `even_done`."""
    versions = [one.current_version for one in articles if one.copy_of_id is None and one.current_version is not None]
    long_ones = [version for version in versions if is_long_document(version)]
    done = set() if even_done else _summarised(session, [version.id for version in long_ones])
    return [_long_document(version) for version in long_ones if version.id not in done]


def _summarised(session: Session, version_ids: Collection[int]) -> set[int]:
    rows = sa.select(DocumentSentence.version_id).where(DocumentSentence.version_id.in_(version_ids)).distinct()
    return set(session.scalars(rows))


def _long_document(version: Version) -> LongDocument:
    passages = tuple(
        Passage(PassageKind(row.kind), row.text, row.start, row.end, row.page_number, row.page_label, row.language)
        for row in version.passages
    )
    return LongDocument(version.id, document_of(version), passages)


def told_by_section(document: Document, passages: Sequence[Passage]) -> tuple[SectionSummary, ...]:
    """Summarise a document: its overview, then its sections; paragraphs that speak to a model stay out."""
    fit = [one for one in passages if without_instructions(one.text, document.language).strip()]
    told = sections_of(document.title, fit, language=document.language)
    pages = [one.page for one in fit if one.page is not None]
    overview = SectionSummary("", min(pages, default=None), max(pages, default=None), _spans(told.overview))
    sections = (
        SectionSummary(
            _heading_of(one, document.title),
            one.first_page,
            one.last_page,
            _spans(one.sentences),
        )
        for one in told.sections
    )
    return (overview, *sections)


def _heading_of(section: Section, title: str) -> str:
    """Name a section by its first headings; the document's title is named only where it has no other."""
    headings = [heading for heading in (section.heading, *section.told_with_it) if heading != title.strip()]
    return " · ".join(headings[:MAX_HEADINGS_SHOWN]) or section.heading


def _spans(sentences: Sequence[CitedSentence]) -> tuple[Span, ...]:
    return tuple(sentence.span for sentence in sentences)


def store_sections(session: Session, sections: Mapping[int, Sequence[SectionSummary]]) -> None:
    """Replace the section summaries of versions, by their ids; the overview is section 0."""
    for version_id, told in sections.items():
        session.execute(sa.delete(DocumentSentence).where(DocumentSentence.version_id == version_id))
        version = session.get(Version, version_id)
        if version is None:
            continue
        number = OVERVIEW
        for section in told:
            number += bool(section.heading) or number > OVERVIEW
            session.add_all(_rows(version, number, section))


def _rows(version: Version, number: int, section: SectionSummary) -> Iterable[DocumentSentence]:
    for ordinal, span in enumerate(section.sentences):
        yield DocumentSentence(
            version_id=version.id,
            section=number,
            ordinal=ordinal,
            heading=section.heading,
            first_page=section.first_page,
            last_page=section.last_page,
            start=span.start,
            end=span.end,
            page_number=_page_of(version, span),
        )


def _page_of(version: Version, span: Span) -> int | None:
    inside = (one.page_number for one in version.passages if one.start <= span.start < one.end)
    return next(inside, None)
