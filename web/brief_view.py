"""A long document in brief: sentences of it, section by section, each with the link to its place in the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from models.article import Version
from models.story import DocumentSentence, sections_of_version
from web.links import evidence_link
from web.passages import passage_at
from web.translations import TranslationView, translations_into

ENDS = tuple(".!?…。！？”»)")


@dataclass(frozen=True)
class BriefSentence:
    """A sentence as it stands in the document; `link` opens it there."""

    text: str
    start: int
    end: int
    page_number: int | None
    link: str
    translation: TranslationView | None = None


@dataclass(frozen=True)
class BriefSection:
    """What a section says; the overview of the whole document is the one without a heading."""

    heading: str
    first_page: int | None
    last_page: int | None
    sentences: tuple[BriefSentence, ...]
    translation: TranslationView | None = None
    """Of the heading."""

    @property
    def is_in_lines(self) -> bool:
        """Whether each sentence wants a line of its own: a slide's has no end, a translated one something under it."""
        return any(each.translation or not each.text.endswith(ENDS) for each in self.sentences)


def sections_in_brief(session: Session, version: Version, reader_language: str) -> tuple[BriefSection, ...]:
    """Read the summary of a version by its sections, in their order; none where it has no such summary."""
    sections = tuple(_section(version, rows) for rows in sections_of_version(session, version.id))
    texts = [text for one in sections for text in (one.heading, *(sentence.text for sentence in one.sentences))]
    found = translations_into(session, reader_language, ((text, version.language) for text in texts))
    return tuple(
        replace(
            one,
            translation=found.get(one.heading),
            sentences=tuple(replace(each, translation=found.get(each.text)) for each in one.sentences),
        )
        for one in sections
    )


def _section(version: Version, rows: Sequence[DocumentSentence]) -> BriefSection:
    first = rows[0]
    sentences = tuple(_sentence(version, row) for row in rows)
    return BriefSection(first.heading, first.first_page, first.last_page, sentences)


def _sentence(version: Version, row: DocumentSentence) -> BriefSentence:
    link = evidence_link(
        version.article.key, version.number, passage_at(version.passages, row.start), (row.start, row.end)
    )
    return BriefSentence(row.text_in(version), row.start, row.end, row.page_number, link)
