"""Whether earlier articles said what a sentence says, in these or in other words; pure, and knows nothing of issues.

A sentence was said before when one earlier sentence, or two neighbours, hold its figures, its names, its turns (signed,
postponed, not) and nearly all its stems. Whatever is in doubt is new: to repeat costs a line, to miss costs trust.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from digest.plain_words import NUMBER_WORDS, POLARITY, stop_words, turns_of
from models.search.terms import Token, tokens_of

MIN_SHARED = 0.75
"""The share of a sentence's stems that the earlier words must hold."""
MAX_OTHER_WORDS = 3
"""However long the sentence: with more words of its own it may well say more."""
MIN_TERMS = 3
"""What has fewer words and neither figure nor turn is a place line or a heading."""

MIN_NEW_PAIRS = 3

_IDEOGRAPH = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_THOUSANDS = re.compile(r"(?<=\d)[,.\u00a0\u202f'’ ](?=\d{3}(?!\d))")
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True)
class Signs:
    """What a sentence is compared by: figures and turns are counted, `runs` are unbroken rows of ideographs."""

    terms: frozenset[str]
    figures: Counter[str]
    names: frozenset[str]
    turns: Counter[str]
    runs: tuple[str, ...] = ()

    @property
    def says_something(self) -> bool:
        """Tell a statement from a label."""
        return len(self.terms) >= MIN_TERMS or bool(self.figures or self.turns)

    def with_next(self, other: Signs) -> Signs:
        """Join two neighbours."""
        return Signs(
            self.terms | other.terms,
            self.figures + other.figures,
            self.names | other.names,
            self.turns + other.turns,
            (*self.runs, *other.runs),
        )


def signs_of(text: str, language: str | None) -> Signs:
    """Read what a sentence is compared by."""
    text = _THOUSANDS.sub("", text)
    tokens = tokens_of(text, language)
    runs = tuple(_runs(tokens))
    words = [token for token in tokens if not _IDEOGRAPH.match(token.term)]
    figures = Counter(figure.lstrip("0") or "0" for figure in _FIGURE.findall(text))
    figures.update(NUMBER_WORDS[token.form] for token in words if token.form in NUMBER_WORDS)
    figures.update(NUMBER_WORDS[sign] for run in runs for sign in run if sign in NUMBER_WORDS)
    kept = [token for token in words if token.form not in stop_words() and token.form not in NUMBER_WORDS]
    terms = {token.term for token in kept if not token.term.isdigit()}
    terms |= {run[place : place + 2] for run in runs for place in range(len(run) - 1)}
    return Signs(
        terms=frozenset(terms),
        figures=figures,
        names=frozenset(token.term for token in kept if _is_name(token, text)),
        turns=_turns(words, runs, language),
        runs=runs,
    )


def _runs(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the unbroken runs of ideographs."""
    run, end = "", -1
    for token in tokens:
        is_sign = bool(_IDEOGRAPH.match(token.term))
        if run and not (is_sign and token.start == end):
            yield run
            run = ""
        if is_sign:
            run, end = run + token.term, token.end
    if run:
        yield run


def _is_name(token: Token, text: str) -> bool:
    """Tell whether a word is written as a name: a capital that does not open the sentence."""
    before = text[: token.start].rstrip(" \"'“«(–—-")
    return bool(before) and before[-1] not in ".!?:…" and text[token.start].isupper()


def _turns(words: Sequence[Token], runs: Sequence[str], language: str | None) -> Counter[str]:
    counts = Counter(turn for word in words for turn in _turns_of_word(word.form, language))
    if runs:
        counts.update({name: sum(len(pattern.findall(run)) for run in runs) for name, pattern in turns_of(language)})
    return +counts


@lru_cache(maxsize=1 << 16)
def _turns_of_word(form: str, language: str | None) -> tuple[str, ...]:
    return tuple(name for name, pattern in turns_of(language) if pattern.fullmatch(form))


class Memory:
    """The sentences that were said, for asking of others whether they were."""

    def __init__(self) -> None:
        self._windows: list[Signs] = []
        self._pairs: set[int] = set()
        self._places: dict[str, list[int]] = defaultdict(list)
        self._counts: Counter[str] = Counter()
        self._figures: set[str] = set()
        self._turns: set[str] = set()

    def remember(self, sentences: Iterable[Signs]) -> None:
        """Take the sentences of one text, in their order."""
        said = list(sentences)
        for window in said:
            self._add(window)
        for one, other in pairwise(said):
            self._pairs.add(len(self._windows))
            self._add(one.with_next(other))
        for one in said:
            self._counts.update(one.terms)
            self._figures |= one.figures.keys()
            self._turns |= one.turns.keys()

    def _add(self, window: Signs) -> None:
        for term in window.terms:
            self._places[term].append(len(self._windows))
        self._windows.append(window)

    def holds(self, sentence: Signs) -> bool:
        """Tell whether a sentence was said before.

        Two neighbours are asked only where no single sentence has its words: else what the one says otherwise would
        be found in the other.
        """
        alike = [place for place in self._places_near(sentence) if _is_alike(self._windows[place], sentence)]
        singles = [place for place in alike if place not in self._pairs]
        return any(_agrees(self._windows[place], sentence) for place in singles or alike)

    def _places_near(self, sentence: Signs) -> Iterable[int]:
        if not sentence.terms:
            return range(len(self._windows))
        # Whatever holds three quarters of the terms holds one of the rarest quarter: few windows need be looked at.
        rarest = sorted(sentence.terms, key=lambda term: (self._counts[term], term))
        asked = rarest[: int(len(rarest) * (1 - MIN_SHARED)) + 1]
        return sorted({place for term in asked for place in self._places.get(term, ())})

    def unheard_of(self, sentence: Signs) -> int:
        """Weigh the words, figures and turns of a sentence that no text had."""
        words = sum(term not in self._counts for term in sentence.terms)
        return words + 2 * len(sentence.figures.keys() - self._figures) + 2 * len(sentence.turns.keys() - self._turns)


def _is_alike(window: Signs, sentence: Signs) -> bool:
    """Tell whether a window has nearly all the words of a sentence."""
    others = sentence.terms - window.terms
    if len(others) > len(sentence.terms) * (1 - MIN_SHARED):
        return False
    return bool(sentence.runs) or len(others) <= MAX_OTHER_WORDS


def _agrees(window: Signs, sentence: Signs) -> bool:
    """Tell whether a window has the figures, names and turns of a sentence, and no plan or denial that it lacks."""
    if not (sentence.figures <= window.figures and sentence.names <= window.terms):
        return False
    if not sentence.turns.keys() <= window.turns.keys():
        return False
    if any(window.turns[turn] != sentence.turns[turn] for turn in POLARITY):
        return False
    return not any(_has_foreign_word(run, window) for run in sentence.runs)


def _has_foreign_word(run: str, window: Signs) -> bool:
    """Tell whether a row of ideographs holds a word that a window lacks.

    A word of two signs makes three pairs that are unheard of: its own and those with its neighbours; the ends of a
    row count as such a neighbour. Particles, and clauses in another order, make two at most.
    """
    is_new = [run[place : place + 2] not in window.terms for place in range(len(run) - 1)]
    row = 0
    for each in (is_new[:1] + is_new + is_new[-1:]) if is_new else ():
        row = row + 1 if each else 0
        if row == MIN_NEW_PAIRS:
            return True
    return False
