"""A source as the checks ask it: each part is read once and only when asked, and the last sources stay read."""

from __future__ import annotations

import math
from collections import Counter
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.encoding.text_pieces import TextPieces
from pipeline.grounding.alignment import tokens_of
from pipeline.grounding.assertions import Assertion
from pipeline.grounding.dates import StatedDate, stated_dates
from pipeline.grounding.fragments import Index, index_of
from pipeline.grounding.names import Name, Names, SourceNames, names_in
from pipeline.grounding.nearness import InContext
from pipeline.grounding.numbers import Amount, amounts_in
from pipeline.grounding.places import DATE, NUMBER, Scene
from pipeline.grounding.words import language_by_words
from pipeline.summaries.candidates import without_opening
from pipeline.summaries.sentences import sentences_of
from pipeline.values import Span

MAX_SOURCE_CHARS = 500_000
KEPT_SOURCES = 8
MAX_EVIDENCE = 4
MIN_ADDED_SHARE = 0.1  # of the claim's weight, for one more sentence to answer for it

_MARKS = str.maketrans("’‘“”«»–—‑，", '\'\'""""---,')


class Source:
    """The text of a claim's sources."""

    def __init__(self, text: str, names: Names | None) -> None:
        self.text = text
        self.names = names
        self._scenes: dict[int, Scene] = {}
        self._runs: dict[int, frozenset[tuple[str, ...]]] = {}
        self.vectors: dict[object, NDArray[np.float32]] = {}
        self._pieces: dict[tuple[object, int], TextPieces] = {}

    @cached_property
    def language(self) -> str:
        """Its language, as its words tell."""
        return language_by_words(self.text)

    @cached_property
    def spans(self) -> list[Span]:
        """Where its sentences stand."""
        return sentences_of(self.text, self.language)

    @cached_property
    def sentences(self) -> list[Assertion]:
        """Its sentences."""
        return [Assertion(self.text[span.start : span.end], self.language) for span in self.spans]

    @cached_property
    def rarity(self) -> dict[str, float]:
        """How rare each content word is in it; the highest is the rarest."""
        counts = Counter(stem for sentence in self.sentences for stem in sentence.stems)
        return {stem: math.log(1 + len(self.sentences) / times) for stem, times in counts.items()}

    @cached_property
    def unknown_rarity(self) -> float:
        """The weight of a word that it does not have."""
        return max(self.rarity.values(), default=1.0)

    @cached_property
    def amounts(self) -> list[Amount]:
        """Its numbers outside dates."""
        return amounts_of(self.text, self.language, self.dates)

    @cached_property
    def dates(self) -> list[StatedDate]:
        """Its dates."""
        return stated_dates(self.text)

    @cached_property
    def known(self) -> SourceNames:
        """What it can be asked about names."""
        return SourceNames(self.text, self.names, self.language)

    @cached_property
    def folded(self) -> str:
        """Its text in lower case, with plain quotation marks and single blanks."""
        return folded_marks(self.text)

    @cached_property
    def whole_sentences(self) -> frozenset[str]:
        """Every sentence as it stands and without its dateline or connective."""
        cut = [without_opening(self.text, span) for span in self.spans]
        return frozenset(folded_marks(self.text[span.start : span.end]) for span in [*self.spans, *cut])

    def runs(self, size: int) -> frozenset[tuple[str, ...]]:
        """Return every run of so many words, as stems."""
        if size not in self._runs:
            stems = self.index.stems
            self._runs[size] = frozenset(zip(*(stems[at:] for at in range(size)), strict=False))
        return self._runs[size]

    @cached_property
    def index(self) -> Index:
        """Where each of its words stands."""
        return index_of(tokens_of(self.text, self.language))

    def scene(self, number: int) -> Scene:
        """Return a sentence with its names, amounts and dates."""
        if number not in self._scenes:
            self._scenes[number] = scene_of(self.sentences[number], self.names)
        return self._scenes[number]

    def pieces(self, number: int, in_context: InContext) -> TextPieces:
        """Return the pieces of a sentence as an encoder reads it; read once for an encoder."""
        key = (in_context, number)
        if key not in self._pieces:
            self._pieces[key] = in_context(self.sentences[number].text)
        return self._pieces[key]

    def covered(self, claimed: frozenset[str], held: frozenset[str]) -> float:
        """Return the share of the claimed stems that are held, rare ones weighing more, unknown ones most."""
        total = self._weight(claimed)
        return self._weight(claimed & held) / total if total else 1.0

    def _weight(self, stems: frozenset[str]) -> float:
        return sum(self.rarity.get(stem, self.unknown_rarity) for stem in stems)

    def evidence_for(self, claim: Assertion) -> list[int]:
        """Choose the few sentences that together have most of the claim's words, the most telling first."""
        left, total = claim.stems, self._weight(claim.stems)
        chosen: list[int] = []
        sizes = [(len(left & one.stems), number) for number, one in enumerate(self.sentences)]
        near = [number for shared, number in sizes if shared]
        while near and len(chosen) < MAX_EVIDENCE and left:
            best = max(near, key=lambda number: (self._weight(left & self.sentences[number].stems), -number))
            added = self._weight(left & self.sentences[best].stems)
            if chosen and added < MIN_ADDED_SHARE * total:
                break
            chosen.append(best)
            left -= self.sentences[best].stems
        return chosen


@lru_cache(maxsize=KEPT_SOURCES)
def read_source(text: str, names: Names | None) -> Source:
    """Return a source that several claims may ask; only its first `MAX_SOURCE_CHARS` count."""
    return Source(text[:MAX_SOURCE_CHARS], names)


def scene_of(sentence: Assertion, names: Names | None) -> Scene:
    """Read the names, amounts and dates of a sentence."""
    dates = stated_dates(sentence.text)
    found = [
        name
        for name in names_in(sentence.text, names, sentence.language)
        if not any(date.start < name.end and name.start < date.end for date in dates)
    ]
    placed = [Name(sentence.text[one.start : one.end], f"{DATE}:{one.parts}", one.start, one.end) for one in dates]
    counted = amounts_of(sentence.text, sentence.language, dates)
    placed += [
        Name(one.text, f"{NUMBER}:{max(one.values)}", one.start, one.start + len(one.text))
        for one in counted
        if not any(date.start <= one.start < date.end for date in dates) and not _is_in_a_word(sentence.text, one)
    ]
    return Scene(sentence, tuple(sorted([*found, *placed], key=lambda one: one.start)))


def _is_in_a_word(text: str, amount: Amount) -> bool:
    """See the number of a series, as in `Azerspace-2`."""
    return text[max(0, amount.start - 1) : amount.start] in {"-", "‑"}


def amounts_of(text: str, language: str, dates: list[StatedDate]) -> list[Amount]:
    """List the numbers of a text outside its dates; a bare year is a number."""
    hidden = [(date.start, date.end) for date in dates if date.month is not None or date.day is not None]
    return amounts_in(text, language, hidden=hidden)


def folded_marks(text: str) -> str:
    """Write a text in lower case, with plain quotation marks and single blanks."""
    return " ".join(text.lower().translate(_MARKS).split())
