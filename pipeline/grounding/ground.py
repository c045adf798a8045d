"""Whether sources support a claim, and if not, what they do not say; the gate before any sentence not copied.

A check by rules and overlap, not entailment: numbers, dates, quotations and names must be there, and the most similar
sentence must not deny, plan, reverse or replace what the claim states. It finds planted errors, not every untruth.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.grounding.claims import (
    Assertion,
    modality_problems,
    negation_problems,
    opposite_problems,
    order_problems,
    place_problems,
)
from pipeline.grounding.dates import date_problems, exchanged_dates, stated_dates
from pipeline.grounding.names import Name, Names, SourceNames, name_problems, names_in, otherwise_named
from pipeline.grounding.numbers import Amount, amounts_in, exchange_problems, number_problems
from pipeline.grounding.words import language_by_words
from pipeline.summaries.candidates import without_opening
from pipeline.summaries.sentences import sentences_of
from pipeline.values import Grounding, Span

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

SUPPORTED_SCORE = 0.5
PROBLEM_FACTOR = 0.45
MAX_SOURCE_CHARS = 500_000
LIKE_SHARE = 0.85  # of the best sentence's overlap: such sentences may answer for the claim too
MAX_LIKE_SENTENCES = 5
MIN_OVERLAP_TO_COMPARE = 0.4
MIN_OVERLAP_TO_REPLACE = 0.6
MIN_OVERLAP_TO_EXCHANGE = 0.75
NEAR_WEIGHT, WHOLE_WEIGHT, ORDER_WEIGHT = 0.25, 0.1, 0.65
MAX_COMPARED_WORDS = 600
ENCODER_WEIGHT = 0.35
MAX_LISTED_WORDS = 4
MIN_QUOTED_WORDS = 3
MIN_QUOTED_CJK = 4

_QUOTED = re.compile(r"[“\"«「『《]([^“”\"«»「」『』《》]{2,600})[”\"»」』》]")
_CJK = re.compile(r"[\u3400-\u9fff]")
_MARKS = str.maketrans("’‘“”«»–—‑，", '\'\'""""---,')


@dataclass(frozen=True)
class _Source:
    """A source as the checks ask it, each part read once and only when asked."""

    text: str
    names: Names | None

    @cached_property
    def language(self) -> str:
        return language_by_words(self.text)

    @cached_property
    def spans(self) -> list[Span]:
        return sentences_of(self.text, self.language)

    @cached_property
    def sentences(self) -> list[Assertion]:
        return [Assertion(self.text[span.start : span.end], self.language) for span in self.spans]

    @cached_property
    def rarity(self) -> dict[str, float]:
        counts = Counter(stem for sentence in self.sentences for stem in sentence.stems)
        return {stem: math.log(1 + len(self.sentences) / times) for stem, times in counts.items()}

    @cached_property
    def amounts(self) -> list[Amount]:
        return _amounts(self.text, self.language)

    @cached_property
    def known(self) -> SourceNames:
        return SourceNames(self.text, self.names)

    @cached_property
    def folded(self) -> str:
        return _folded(self.text)

    @cached_property
    def whole_sentences(self) -> frozenset[str]:
        """Every sentence as it stands and without its dateline or connective."""
        cut = [without_opening(self.text, span) for span in self.spans]
        return frozenset(_folded(self.text[span.start : span.end]) for span in [*self.spans, *cut])


def ground(source: str, claim: str, *, names: Names | None = None, encode: Encode | None = None) -> Grounding:
    """Check a claim of one or more sentences against the text of its sources.

    Sentences copied from the source are supported. `names` returns (slug, start, end) of the gazetteer's actors in a
    text; capitalised words are checked besides. `encode` lets a paraphrase score by meaning; without it only words
    count. The score is that of the weakest sentence, 0..1; it is 0.5 at least when supported.
    """
    read = _Source(source[:MAX_SOURCE_CHARS], names)
    language = language_by_words(claim, read.language)
    spans = sentences_of(claim, language)
    parts = [_grounded(read, Assertion(claim[span.start : span.end], language), encode) for span in spans]
    if not parts:
        return Grounding(supported=False, score=0.0, problems=("the claim is empty",))
    problems = tuple(dict.fromkeys(problem for part in parts for problem in part.problems))
    return Grounding(all(part.supported for part in parts), min(part.score for part in parts), problems)


def _grounded(source: _Source, claim: Assertion, encode: Encode | None) -> Grounding:
    if _folded(claim.text) in source.whole_sentences:
        return Grounding(supported=True, score=1.0)
    actors = names_in(claim.text, source.names)
    problems = _problems_of_parts(source, claim, actors)
    if claim.language != source.language:
        return _across_languages(source, claim, problems, encode)
    if len(claim.stems) > 0:
        problems += _problems_of_statement(source, claim, actors)
    said = _without_other_names(source, claim, actors)
    score = _lexical_score(source, said)
    if encode is not None and source.sentences:
        score = max(score, (1 - ENCODER_WEIGHT) * score + ENCODER_WEIGHT * _meaning_score(source, claim, encode))
    if score < SUPPORTED_SCORE:
        problems.append(_too_little(source, said))
    return _verdict(score, problems)


def _without_other_names(source: _Source, claim: Assertion, actors: Sequence[Name]) -> Assertion:
    """Leave out what the source names otherwise (`CNSA` for its full name): it must not count as unsaid."""
    text = claim.text
    for start, end in otherwise_named(claim.text, actors, source.known):
        if _folded(claim.text[start:end]) not in source.folded:
            text = text[:start] + " " * (end - start) + text[end:]
    return Assertion(text, claim.language)


def _verdict(score: float, problems: Sequence[str]) -> Grounding:
    lowered = score * PROBLEM_FACTOR ** min(3, len(problems))
    return Grounding(not problems, round(max(0.0, min(1.0, lowered)), 4), tuple(problems))


def _problems_of_parts(source: _Source, claim: Assertion, actors: Sequence[Name]) -> list[str]:
    """Check what must be somewhere in the source: numbers, dates, quotations, names."""
    problems = number_problems(_amounts(claim.text, claim.language), source.amounts)
    problems += date_problems(claim.text, source.text)
    problems += [
        f"the quotation “{quoted}” is not in the source"
        for quoted in _quotations(claim.text)
        if _folded(quoted).strip(" .,;:!?。，") not in source.folded
    ]
    if claim.language == source.language:
        otherwise = otherwise_named(claim.text, actors, source.known)
        return problems + name_problems(actors, source.known, otherwise)
    # A name may be written in another script: only the gazetteer can tell.
    known = [name for name in actors if name.slug is not None]
    return problems + name_problems(known, source.known, [])


def _problems_of_statement(source: _Source, claim: Assertion, actors: Sequence[Name]) -> list[str]:
    """Compare the claim with the sentences most like it; the one with the fewest objections answers."""
    overlaps = [_covered(claim.stems, sentence.stems, source.rarity) for sentence in source.sentences]
    best = max(overlaps, default=0.0)
    if best < MIN_OVERLAP_TO_COMPARE:
        return []
    like = sorted((n for n, share in enumerate(overlaps) if share >= LIKE_SHARE * best), key=lambda n: -overlaps[n])
    return min((_objections(source, claim, actors, n) for n in like[:MAX_LIKE_SENTENCES]), key=len)


def _objections(source: _Source, claim: Assertion, actors: Sequence[Name], n: int) -> list[str]:
    sentence = source.sentences[n]
    theirs = names_in(sentence.text, source.names)
    problems = negation_problems(claim, sentence) + modality_problems(claim, sentence)
    problems += opposite_problems(claim, sentence) + order_problems(
        claim, sentence, (_with_dates(claim.text, actors), _with_dates(sentence.text, theirs))
    )
    nameless = claim.stems - {word.stem for word in claim.words if any(a.start <= word.start < a.end for a in actors)}
    if _covered(nameless, sentence.stems, source.rarity) >= MIN_OVERLAP_TO_REPLACE:
        problems += place_problems((claim, actors), (sentence.text, theirs))
    if _covered(claim.stems, sentence.stems, source.rarity) >= MIN_OVERLAP_TO_EXCHANGE:
        mine = _amounts(claim.text, claim.language)
        problems += exchange_problems(mine, _amounts(sentence.text, sentence.language))
        problems += exchanged_dates(claim.text, sentence.text)
    return problems


def _with_dates(text: str, names: Sequence[Name]) -> list[Name]:
    """Let dates be compared by their places as names are."""
    dates = [Name(text[one.start : one.end], None, one.start, one.end) for one in stated_dates(text)]
    return sorted([*names, *dates], key=lambda one: one.start)


def _lexical_score(source: _Source, claim: Assertion) -> float:
    """Weigh the claim's words found in one place, in the whole source, and copied in long runs."""
    if not claim.stems or not source.sentences:
        return 1.0 if _folded(claim.text) in source.folded else 0.6
    overlaps = [_covered(claim.stems, sentence.stems, source.rarity) for sentence in source.sentences]
    centre = max(range(len(overlaps)), key=overlaps.__getitem__)
    passage = source.sentences[max(0, centre - 1) : centre + 2]
    near = _covered(claim.stems, frozenset().union(*(one.stems for one in passage)), source.rarity)
    whole = _covered(claim.stems, frozenset(source.rarity), source.rarity)
    return NEAR_WEIGHT * near + WHOLE_WEIGHT * whole + ORDER_WEIGHT * _copied(passage, claim)


def _copied(passage: Sequence[Assertion], claim: Assertion) -> float:
    """Return 1 less the share of cuts: words put in, and joints between runs copied from the passage."""
    theirs = [word.stem for sentence in passage for word in sentence.words][:MAX_COMPARED_WORDS]
    mine = [word.stem for word in claim.words][:MAX_COMPARED_WORDS]
    if not mine:
        return 1.0
    blocks = [block.size for block in SequenceMatcher(None, theirs, mine, autojunk=False).get_matching_blocks()[:-1]]
    cuts = len(mine) - sum(blocks) + max(0, len(blocks) - 1)
    return max(0.0, 1.0 - cuts / len(mine))


def _covered(claimed: frozenset[str], held: frozenset[str], rarity: dict[str, float]) -> float:
    """Return the share of the claim's stems that are held, rare ones weighing more, unknown ones most."""
    unknown = max(rarity.values(), default=1.0)
    total = sum(rarity.get(stem, unknown) for stem in claimed)
    return sum(rarity.get(stem, unknown) for stem in claimed & held) / total if total else 1.0


def _meaning_score(source: _Source, claim: Assertion, encode: Encode) -> float:
    """Return how far the nearest sentence stands out from the rest by cosine, 0..1."""
    vectors = np.asarray(encode([claim.text, *(one.text for one in source.sentences)]), dtype=np.float32)
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    cosines = vectors[1:] @ vectors[0]
    floor = min(float(np.median(cosines)), 0.85)
    return float(np.clip((cosines.max() - floor) / (1 - floor), 0.0, 1.0))


def _across_languages(source: _Source, claim: Assertion, problems: list[str], encode: Encode | None) -> Grounding:
    if encode is None or not source.sentences:
        unchecked = "the claim is in another language than the source and cannot be compared without an encoder"
        return _verdict(0.4, [*problems, unchecked])
    score = 0.35 + 0.65 * _meaning_score(source, claim, encode)
    if score < SUPPORTED_SCORE:
        problems = [*problems, "no sentence of the source is close in meaning to the claim"]
    return _verdict(score, problems)


def _too_little(source: _Source, claim: Assertion) -> str:
    seen: dict[str, str] = {}
    for word in claim.words:
        if word.stem in claim.stems and word.stem not in source.rarity:
            seen.setdefault(word.stem, claim.text[word.start : word.end])
    listed = ", ".join(list(seen.values())[:MAX_LISTED_WORDS])
    return f"the source does not say: {listed}" if listed else "no passage of the source says this"


def _quotations(claim: str) -> list[str]:
    """List the quoted passages long enough to be speech or a title; a word or two in quotes may be inflected."""
    quoted = [match[1].strip() for match in _QUOTED.finditer(claim)]
    return [one for one in quoted if len(one.split()) >= MIN_QUOTED_WORDS or len(_CJK.findall(one)) >= MIN_QUOTED_CJK]


def _amounts(text: str, language: str) -> list[Amount]:
    dates = [(date.start, date.end) for date in stated_dates(text) if date.month is not None or date.day is not None]
    return amounts_in(text, language, hidden=dates)


def _folded(text: str) -> str:
    return " ".join(text.lower().translate(_MARKS).split())
