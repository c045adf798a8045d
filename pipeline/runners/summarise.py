"""Runs summarising: a story's sentences in each language that editions need, each with the passage that says so."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session, selectinload, sessionmaker

from models.article import Article, Version
from models.fate import Fate, Outcome
from models.story import Evidence, Story
from models.story import SummarySentence as SentenceRow
from models.vocabulary import FateState, Stage
from pipeline.encoding.encoder import Encoder
from pipeline.generating.answers import Model
from pipeline.generating.gate import Check
from pipeline.generating.instructions import without_instructions
from pipeline.generating.retelling import retell
from pipeline.grounding.ground import Entailment, Judges
from pipeline.runners.places import story_documents
from pipeline.runners.runner import skipped
from pipeline.runners.sections import LongDocument, SectionsOf, long_documents, store_sections
from pipeline.runners.translated_copies import fold_translations, translated_copies
from pipeline.summaries.summarise import summarise
from pipeline.understanding.gazetteer import Gazetteer
from pipeline.understanding.knowledge import gazetteer_from_rows
from pipeline.values import Document, EvidenceSpan, SectionSummary, SummarySentence

SENTENCES, SENTENCES_OF_ONE = 4, 3
"""How many tell a story: fewer where there is but one article."""
MAX_VERSION_CHARS = 80


@dataclass(frozen=True)
class StoryTexts:
    """What a story is summarised from."""

    documents: tuple[Document, ...]
    long_documents: tuple[LongDocument, ...] = ()


@dataclass(frozen=True)
class Summary:
    """What a story's articles say, language by language, a remark on how it came about, and documents by section."""

    sentences: tuple[SummarySentence, ...]
    remark: str | None = None
    sections: Mapping[int, Sequence[SectionSummary]] = field(default_factory=dict)
    translations: Sequence[frozenset[str]] = ()
    """The articles that are one text in several languages, by their keys."""


@dataclass(frozen=True)
class Wanted:
    """What summaries are to be: the languages that editions need, and who retells and divides, if anybody does."""

    languages: tuple[str, ...] = ("en",)
    generator: Model | None = None
    sections_of: SectionsOf | None = None
    nli: Entailment | None = None
    """The entailment model that is asked about a generator's sentences too."""


class SummariseRunner:
    """Summarises stories from their articles; what is wanted names its version, so that another wish rebuilds."""

    stage = Stage.SUMMARISE
    batch_size = 50

    def __init__(self, model: str, load: Callable[[], Encoder], wanted: Wanted | None = None) -> None:
        self._wanted = wanted or Wanted()
        generator = self._wanted.generator
        maker = (generator.name,) if generator else ()
        self.version = version_of("5", model, "+".join(self._wanted.languages), *maker)
        self._load, self._model = load, model
        self._gazetteer: Gazetteer | None = None

    def compute(self, sessions: sessionmaker[Session], item_ids: Sequence[int]) -> Iterator[tuple[int, Summary | None]]:
        """Choose each story's sentences, with no session open meanwhile; a story that is gone has none."""
        with sessions() as session:
            texts = self._texts(session, item_ids)
            if self._wanted.generator is not None and self._gazetteer is None:
                self._gazetteer = gazetteer_from_rows(session)
        for story_id in item_ids:
            yield story_id, self._summary(texts[story_id]) if story_id in texts else None

    def _texts(self, session: Session, story_ids: Sequence[int]) -> dict[int, StoryTexts]:
        is_id = Fate.item_id.in_(story_ids)
        fates = session.execute(sa.select(Fate.item_id, Fate.version).where(Fate.stage == Stage.SUMMARISE, is_id))
        before = {story_id: version for story_id, version in fates}  # noqa: C416 - rows are not pairs to the type checker
        return {
            story.id: StoryTexts(
                tuple(without_orders(document) for document in story_documents(story)),
                tuple(self._long_documents(session, story, is_anew=before.get(story.id) != self.version)),
            )
            for story in session.scalars(sa.select(Story).where(Story.id.in_(story_ids)).options(_WITH_TEXTS))
        }

    def _long_documents(self, session: Session, story: Story, *, is_anew: bool) -> list[LongDocument]:
        if self._wanted.sections_of is None:
            return []
        return long_documents(session, story.articles, even_done=is_anew)

    def _summary(self, texts: StoryTexts) -> Summary:
        memory = Memory(self._encode)
        told: list[SummarySentence] = []
        remarks: list[str] = []
        budget = budget_for(texts.documents)
        for language in languages_of(texts.documents, self._wanted.languages):
            extract = summarise(texts.documents, memory, budget=budget, language=language)
            if extract and (not told or extract[0].language == language):
                sentences, remark = self._retold(extract, texts.documents, memory)
                told.extend(sentences)
                remarks.extend([remark] if remark else [])
        sections = {one.version_id: self._sections(one) for one in texts.long_documents}
        translations = translated_copies(texts.documents, memory, self._model)
        return Summary(tuple(told), "; ".join(dict.fromkeys(remarks)) or None, sections, translations)

    def _retold(
        self, extract: tuple[SummarySentence, ...], documents: Sequence[Document], memory: Memory
    ) -> tuple[tuple[SummarySentence, ...], str | None]:
        if self._wanted.generator is None:
            return extract, None
        names = self._gazetteer.spans if self._gazetteer else None
        check = Check(names, Judges(memory, nli=self._wanted.nli))
        retold = retell(extract, documents, self._wanted.generator, check)
        return retold.sentences, retold.remark

    def _sections(self, long_document: LongDocument) -> Sequence[SectionSummary]:
        if self._wanted.sections_of is None:
            return ()
        return self._wanted.sections_of(long_document.document, long_document.passages)

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._load().encode(texts)

    def store(self, session: Session, item_id: int, result: Summary | None, *, now: dt.datetime) -> Outcome:
        """Replace the story's sentences and their evidence, and the section summaries of its documents."""
        del now
        if result is None:
            return skipped("the story is gone")
        story = session.get_one(Story, item_id)
        story.sentences.clear()
        session.flush()
        sentences = [
            SentenceRow(
                ordinal=ordinal,
                text=sentence.text,
                language=sentence.language,
                maker=sentence.maker,
                evidence=[_evidence(session, story, span, number) for number, span in enumerate(sentence.evidence)],
            )
            for ordinal, sentence in enumerate(result.sentences)
        ]
        story.sentences.extend(sentences)
        store_sections(session, result.sections)
        fold_translations(session, story, result.translations)
        return Outcome(FateState.DONE, result.remark)


_WITH_TEXTS = selectinload(Story.articles).options(
    selectinload(Article.source), selectinload(Article.current_version).selectinload(Version.passages)
)


def budget_for(documents: Sequence[Document]) -> int:
    """Say how many sentences tell a story of these articles."""
    return SENTENCES if len(documents) > 1 else SENTENCES_OF_ONE


def version_of(*parts: str) -> str:
    """Join what a runner's version is made of, short enough for its column."""
    joined = "/".join(parts)
    if len(joined) <= MAX_VERSION_CHARS:
        return joined
    rest = hashlib.sha256(joined.encode()).hexdigest()[:12]
    return f"{joined[: MAX_VERSION_CHARS - 13]}~{rest}"


def languages_of(documents: Sequence[Document], wanted: Sequence[str]) -> tuple[str, ...]:
    """Choose the wanted languages that an article is in; where it is none, the first, which the others stand in for."""
    told_in = {document.language for document in documents}
    return tuple(language for language in wanted if language in told_in) or tuple(wanted[:1])


def without_orders(document: Document) -> Document:
    """Leave out paragraphs that speak to a model: no summary repeats them."""
    return replace(document, text=without_instructions(document.text, document.language))


class Memory:
    """An encoder that sees each text of a story once, for all its extracts and checks."""

    def __init__(self, encode: Callable[[Sequence[str]], NDArray[np.float32]]) -> None:
        self._encode = encode
        self._vectors: dict[str, NDArray[np.float32]] = {}

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row a text."""
        new = list(dict.fromkeys(text for text in texts if text not in self._vectors))
        if new:
            self._vectors |= dict(zip(new, self._encode(new), strict=True))
        return np.stack([self._vectors[text] for text in texts]) if texts else self._encode(texts)


def _evidence(session: Session, story: Story, span: EvidenceSpan, number: int) -> Evidence:
    version = session.scalars(
        sa.select(Version)
        .join(Article, Article.current_version_id == Version.id)
        .where(Article.key == span.document_id)
    ).one()
    passage = next(p for p in version.passages if p.start <= span.start < p.end)
    return Evidence(
        story_id=story.id,
        ordinal=number,
        version_id=version.id,
        passage_ordinal=passage.ordinal,
        page_number=passage.page_number,
        start=span.start,
        end=span.end,
    )
