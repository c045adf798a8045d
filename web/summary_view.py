"""A story's summary as plain values: sentences of one language after another, each with its evidence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from models.story import Evidence, Story, SummarySentence
from perilune.dates import PartialDate
from web.links import evidence_link
from web.names import Named
from web.translations import TranslationView


@dataclass(frozen=True)
class EvidenceView:
    """Where a sentence stands; `number` is its mark in the summary, `link` opens the words in the article.

    `is_verbatim` tells that the summary uses these very words.
    """

    number: int
    article_key: str
    version_number: int
    passage_ordinal: int
    page_number: int | None
    start: int
    end: int
    quote: str
    is_verbatim: bool
    source: Named
    language: str | None
    published: PartialDate | None
    link: str


@dataclass(frozen=True)
class SentenceView:
    """A sentence of the summary with its evidence; `maker` is the model that wrote it, None where it is copied."""

    text: str
    language: str | None
    maker: str | None
    evidence: tuple[EvidenceView, ...]
    translation: TranslationView | None = None


Summary = tuple[tuple[SentenceView, ...], tuple[EvidenceView, ...]]


def summary_of(story: Story, reader_language: str) -> Summary:
    """Read a summary's sentences, those in the reader's language first and then language by language; and evidence."""
    met = dict.fromkeys([reader_language, *(sentence.language for sentence in story.sentences)])
    rank = {language: place for place, language in enumerate(met)}
    sentences = sorted(story.sentences, key=lambda sentence: rank[sentence.language])
    evidence = _evidence(sentences)
    return tuple(_sentence(each, evidence) for each in sentences), tuple(evidence.values())


Place = tuple[int, int, int]


def _place(row: Evidence) -> Place:
    return row.version_id, row.start, row.end


def _sentence(sentence: SummarySentence, evidence: Mapping[Place, EvidenceView]) -> SentenceView:
    marks = tuple(evidence[_place(row)] for row in sentence.evidence)
    return SentenceView(sentence.text, sentence.language, sentence.maker, marks)


def _evidence(sentences: Sequence[SummarySentence]) -> Mapping[Place, EvidenceView]:
    """Give the places that the summary rests on their marks, in the order in which they are first used."""
    rows: dict[Place, Evidence] = {}
    for row in (row for sentence in sentences for row in sentence.evidence):
        rows.setdefault(_place(row), row)
    said = {_words(sentence.text) for sentence in sentences}
    return {place: _evidence_view(row, mark, said) for mark, (place, row) in enumerate(rows.items(), start=1)}


def _words(text: str) -> str:
    return " ".join(text.split())


def _evidence_view(row: Evidence, mark: int, said: Collection[str]) -> EvidenceView:
    version = row.version
    article = version.article
    quote = version.text[row.start : row.end]
    return EvidenceView(
        number=mark,
        article_key=article.key,
        version_number=version.number,
        passage_ordinal=row.passage_ordinal,
        page_number=row.page_number,
        start=row.start,
        end=row.end,
        quote=quote,
        is_verbatim=_words(quote) in said,
        source=Named(article.source.slug, article.source.name),
        language=version.language,
        published=version.published,
        link=evidence_link(article.key, version.number, row.passage_ordinal, (row.start, row.end)),
    )
