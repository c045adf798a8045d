"""Claims in another language than their source: what languages share is compared, and meaning by the encoder."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from pipeline.encoding.text_pieces import TextPieces
from pipeline.grounding.alignment import tokens_of
from pipeline.grounding.assertions import Assertion
from pipeline.grounding.comparisons import comparison_problems
from pipeline.grounding.dates import date_problems, stated_dates, weekday_problems
from pipeline.grounding.findings import not_there
from pipeline.grounding.names import Name, name_problems
from pipeline.grounding.nearness import MAX_CLAIM_CHARS, InContext, unit
from pipeline.grounding.numbers import number_problems
from pipeline.grounding.places import Scene, kind_of
from pipeline.grounding.sources import Source, amounts_of
from pipeline.grounding.words import STEM_CACHE_WORDS

MIN_SOUND = 72  # per cent of letters in common, once both are in Latin letters
MIN_NEAR_NAME = 0.5
MAX_SENTENCES = 400

_CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщыэюя"
_SPELLED = "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch y e yu ya"
_LETTERS = dict(zip(_CYRILLIC, _SPELLED.split(), strict=True))
_WORD = re.compile(r"[^\W\d_\u3400-\u9fff]{3,}")


@dataclass(frozen=True)
class Likeness:
    """How near a claim's words come to those of a source in another language, each side taken from its own mean."""

    claim: TextPieces
    mine: NDArray[np.float32]
    source: tuple[TextPieces, ...]
    theirs: tuple[NDArray[np.float32], ...]

    def of_names(self, name: Name) -> float:
        """Return the cosine of a name with the nearest piece of the whole source."""
        word = self._word(name.start, name.end)
        return 0.0 if word is None else max(float((rows @ word).max()) for rows in self.theirs if len(rows))

    def of_sentences(self, claim: Assertion) -> NDArray[np.float32]:
        """Return the mean over the claim's telling words for each sentence that was read."""
        tokens = (token for token in tokens_of(claim.text, claim.language) if token.tells)
        found = (self._word(token.start, token.end) for token in tokens)
        words = [word for word in found if word is not None]
        if not words:
            return np.zeros(len(self.theirs), dtype=np.float32)
        rows = np.stack(words)
        means = [float((rows @ one.T).max(axis=1).mean()) if len(one) else 0.0 for one in self.theirs]
        return np.array(means, dtype=np.float32)

    def counterpart(self, start: int, end: int, number: int) -> tuple[int, int] | None:
        """Return the span of the piece of one sentence that a word of the claim comes nearest to."""
        word = self._word(start, end)
        if word is None or not len(self.theirs[number]):
            return None
        return self.source[number].spans[int((self.theirs[number] @ word).argmax())]

    def _word(self, start: int, end: int) -> NDArray[np.float32] | None:
        places = [at for at, (first, last) in enumerate(self.claim.spans) if first < end and start < last]
        return unit(self.mine[places].mean(axis=0, keepdims=True))[0] if places else None


def likeness_of(source: Source, claim: Assertion, in_context: InContext) -> Likeness | None:
    """Read both sides in context; None where the source has no words."""
    mine = in_context(claim.text[:MAX_CLAIM_CHARS])
    theirs = tuple(source.pieces(number, in_context) for number in range(min(len(source.sentences), MAX_SENTENCES)))
    if not any(one.spans for one in theirs) or not mine.spans:
        return None
    centre = np.concatenate([one.vectors for one in theirs]).mean(axis=0)
    own = np.asarray(mine.vectors - mine.vectors.mean(axis=0), dtype=np.float32)
    return Likeness(
        mine, own, theirs, tuple(unit(np.asarray(one.vectors - centre, dtype=np.float32)) for one in theirs)
    )


def problems_across(source: Source, scene: Scene, nearest: Sequence[int], likeness: Likeness | None) -> list[str]:
    """Compare numbers, dates and names, and what the nearest sentences deny or plan."""
    claim = scene.assertion
    dates = stated_dates(claim.text)
    problems = number_problems(amounts_of(claim.text, claim.language, dates), source.amounts)
    problems += date_problems(claim.text, source.text, source.dates)
    names = [name for name in scene.names if kind_of(name) == "name"]
    known = [name for name in names if name.slug is not None]
    problems += name_problems(known, source.known, [])
    if likeness is not None and source.language != "zh":
        problems += [
            not_there(f"name {name.text}")
            for name in names
            if name.slug is None and not _sounds_in(source, name) and likeness.of_names(name) < MIN_NEAR_NAME
        ]
    if nearest:
        sentences = [source.sentences[number] for number in nearest]
        problems += weekday_problems(claim.text, sentences[0].text, source.text)
        problems += _contradictions(claim, sentences[0], " ".join(one.text for one in sentences))
        if likeness is not None:
            problems = problems or list(_turned_plans(claim, sentences[0], likeness, nearest[0]))
    return problems


def _turned_plans(claim: Assertion, sentence: Assertion, likeness: Likeness, number: int) -> Iterator[str]:
    """Yield what the claim has as done where the word that says so in the source stands under a plan."""
    for word in claim.words:
        if not claim.is_done_at(word) or word.stem in claim.softly_planned:
            continue
        span = likeness.counterpart(word.start, word.end, number)
        there = [one for one in sentence.words if span and one.start < span[1] and span[0] < one.end]
        if any(
            one.stem in sentence.softly_planned | sentence.awaited and not sentence.is_done_at(one) for one in there
        ):
            yield f"the source says planned, the claim says done ({claim.text[word.start : word.end]})"
            return


def _sounds_in(source: Source, name: Name) -> bool:
    """Tell whether a word of the source is written much like one of the name's, in whatever alphabet."""
    words = _latin_words(source.text)
    parts = [in_latin_letters(word) for word in _WORD.findall(name.text)]
    return not parts or any(
        process.extractOne(part, words, scorer=fuzz.ratio, score_cutoff=MIN_SOUND) for part in parts
    )


@lru_cache(maxsize=8)
def _latin_words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(in_latin_letters(word) for word in _WORD.findall(text)))


@lru_cache(maxsize=STEM_CACHE_WORDS)
def in_latin_letters(word: str) -> str:
    """Write a word in plain Latin letters: `Ташкент` is `tashkent`."""
    plain = unicodedata.normalize("NFD", word.lower())
    letters = (sign for sign in unicodedata.normalize("NFC", plain.replace("\u0301", "")))
    spelled = "".join("" if sign in "ъь" else _LETTERS.get(sign, sign) for sign in letters)
    return "".join(sign for sign in unicodedata.normalize("NFD", spelled) if not unicodedata.combining(sign))


def _contradictions(claim: Assertion, nearest: Assertion, evidence: str) -> list[str]:
    problems = comparison_problems(claim.text, nearest.text, evidence)
    if claim.is_negated != nearest.is_negated:
        denier, other = ("claim", "source") if claim.is_negated else ("source", "claim")
        problems.append(f"the {denier} denies what the {other} states")
    if claim.is_planned and not nearest.is_planned and nearest.tells_of_the_past:
        problems.append("the claim says planned, the source says done")
    if nearest.is_planned and not claim.is_planned and claim.tells_of_the_past and not nearest.has_happened:
        problems.append("the source says planned, the claim says done")
    return problems
