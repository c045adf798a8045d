"""What an article shows to the story rule: terms, names, numbers, actors, facts, dates; read once, compared often."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.vocabulary import FactKind
from perilune.dates import PartialDate
from perilune.stems import stem_by
from pipeline.stories.craft_stages import CraftStage, stage_of
from pipeline.stories.named_days import named_days_in
from pipeline.stories.numbers import EventNumbers, event_numbers_of
from pipeline.understanding.countries import countries_in
from pipeline.understanding.gazetteer import folded
from pipeline.values import Document, Fact, Understanding

LEAD_CHARS = 2000
# Chinese says in one character what takes English three.
CJK_LEAD_CHARS = 800
_SENTENCE_CHARS = 300
MAX_TERM_CHARS = 80

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_CJK_RUN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+")
_STEMMERS = {"en": "english", "fr": "french", "ru": "russian", "es": "spanish", "de": "german", "pt": "portuguese"}


class TermStatistics(Protocol):
    """How often terms occur in the archive: only the terms of the articles at hand need be known."""

    @property
    def document_count(self) -> int:
        """How many articles were counted."""

    def document_frequency(self, term: str) -> int:
        """In how many of them the term occurs; 0 for an unknown term."""


@dataclass(frozen=True)
class TermCounts:
    """Term statistics held in memory: rows read from the database, or counted on a batch."""

    document_count: int
    counts: Mapping[str, int]

    def document_frequency(self, term: str) -> int:
        """In how many articles the term occurs; 0 for an unknown term."""
        return self.counts.get(term, 0)


@dataclass(frozen=True, eq=False)
class StoryFeatures:
    """What the story rule knows of one article.

    `terms` maps a term of title and lead to 1 + ln(count); `names` are those written with a capital inside a
    sentence, and figures; `title_numbers` and `lead_numbers` come from the title and from title and opening; `facts`
    are those of the lead; `stage` is what is reported of a craft; `named_days` tell the age of an article without a
    date, `title_countries` who makes the agreement that one reports; `vector` is centred on its language and
    L2-normalised, shape [dimensions].
    """

    id: str
    title: str
    language: str | None
    published: PartialDate | None
    first_seen: dt.date
    terms: Mapping[str, float]
    names: frozenset[str]
    title_numbers: EventNumbers
    lead_numbers: EventNumbers
    vector: NDArray[np.float32]
    actors: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    facts: tuple[Fact, ...] = field(default=())
    stage: CraftStage | None = None
    named_days: frozenset[int] = frozenset()
    title_countries: frozenset[str] = frozenset()


def features_of(
    document: Document, understanding: Understanding, vector: NDArray[np.float32], *, first_seen: dt.date
) -> StoryFeatures:
    """Read the features of one article; `vector` is centred and normalised, `first_seen` the day it was fetched."""
    lead = lead_of_text(document.text)
    facts = tuple(fact for fact in understanding.facts if fact.span.start < len(lead))
    counts = Counter(terms_in(lead, document.language))
    counts.update(terms_in(document.title, document.language))
    opening = f"{document.title}. {lead[:_SENTENCE_CHARS]}"
    return StoryFeatures(
        id=document.id,
        title=document.title,
        language=document.language,
        published=document.published,
        first_seen=first_seen,
        terms={term: 1 + math.log(count) for term, count in counts.items()},
        names=frozenset(names_in(f"{document.title}. {lead}", document.language)),
        title_numbers=event_numbers_of(document.title),
        lead_numbers=event_numbers_of(opening),
        vector=vector,
        actors=frozenset(mention.slug for mention in understanding.actors),
        countries=frozenset(understanding.countries),
        facts=facts,
        stage=stage_of(document.title, lead),
        named_days=named_days_in(f"{document.title}. {lead}") if document.published is None else frozenset(),
        title_countries=_countries_of_title(document) if _has_agreement(facts) else frozenset(),
    )


def _has_agreement(facts: Iterable[Fact]) -> bool:
    return any(fact.kind is FactKind.AGREEMENT for fact in facts)


def _countries_of_title(document: Document) -> frozenset[str]:
    return frozenset(mention.code for mention in countries_in(document.title, document.language))


def lead_of_text(text: str) -> str:
    """Return the beginning of a text that tells its story."""
    opening = text[:LEAD_CHARS]
    cjk = sum(len(run) for run in _CJK_RUN.findall(opening))
    return opening if 2 * cjk < len(opening) else text[:CJK_LEAD_CHARS]


def terms_in(text: str, language: str | None) -> Iterator[str]:
    """Yield stems of words, and pairs of neighbouring characters of Chinese, in their order."""
    for word in _WORD.findall(folded(text)):
        runs = _CJK_RUN.findall(word)
        for run in runs:
            yield from (run[place : place + 2] for place in range(max(1, len(run) - 1)))
        rest = _CJK_RUN.sub(" ", word) if runs else word
        for part in rest.lower().split():
            yield _stem(part[:MAX_TERM_CHARS], language)


def names_in(text: str, language: str | None) -> Iterator[str]:
    """Yield the terms of words that are written as names: a capital inside a sentence, or digits."""
    plain = folded(text)
    for match in _WORD.finditer(plain):
        word = match[0]
        if _CJK_RUN.search(word):
            yield from (_stem(part.lower()[:MAX_TERM_CHARS], language) for part in _CJK_RUN.sub(" ", word).split())
        elif word[0].isdigit() or (word[0].isupper() and not _opens_sentence(plain, match.start())):
            yield _stem(word.lower()[:MAX_TERM_CHARS], language)


def _opens_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 3) : start].rstrip(" \"'“«(")
    return not before or before[-1] in ".!?\n:。！？"


def term_counts_of(articles: Iterable[StoryFeatures]) -> TermCounts:
    """Count terms on a batch of articles."""
    counts: Counter[str] = Counter()
    document_count = 0
    for article in articles:
        counts.update(article.terms.keys())
        document_count += 1
    return TermCounts(document_count, counts)


@lru_cache(maxsize=200_000)
def _stem(word: str, language: str | None) -> str:
    name = _STEMMERS.get(language or "", "russian" if re.search("[а-яё]", word) else "english")
    return stem_by(name, word)
