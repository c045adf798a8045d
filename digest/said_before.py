"""Whether earlier articles said what a sentence says, in these or in other words; pure, and knows nothing of issues.

A sentence was said before when one earlier sentence, or two neighbours, hold its figures, its names, its turns (signed,
postponed, not) and nearly all its stems. Whatever is in doubt is new: to repeat costs a line, to miss costs trust.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from digest.plain_words import NUMBER_WORDS, POLARITY, stop_words, turns_of
from models.search.terms import Token, tokens_of

MIN_SHARED = 0.75
"""The share of a sentence's stems that the earlier words must hold."""
MAX_OTHER_WORDS = 3
"""However long the sentence: with more words of its own it may well say more."""
MIN_TERMS = 3
"""What has fewer words and neither figure nor turn is a place line or a heading."""

_IDEOGRAPH = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_THOUSANDS = re.compile(r"(?<=\d)[,.\u00a0\u202f'’ ](?=\d{3}(?!\d))")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Signs:
    """What a sentence is compared by; `runs` are unbroken rows of ideographs, as of Chinese."""

    terms: frozenset[str]
    figures: frozenset[str]
    names: frozenset[str]
    turns: frozenset[str]
    runs: tuple[str, ...] = ()

    @property
    def says_something(self) -> bool:
        """Tell a statement from a label."""
        return len(self.terms) >= MIN_TERMS or bool(self.figures or self.turns)

    def with_next(self, other: Signs) -> Signs:
        """Join two neighbours."""
        return Signs(
            self.terms | other.terms,
            self.figures | other.figures,
            self.names | other.names,
            self.turns | other.turns,
            (*self.runs, *other.runs),
        )


def signs_of(text: str, language: str | None) -> Signs:
    """Read what a sentence is compared by."""
    text = _THOUSANDS.sub("", text)
    tokens = tokens_of(text, language)
    runs = tuple(_runs(tokens))
    words = [token for token in tokens if not _IDEOGRAPH.match(token.term)]
    figures = {figure.lstrip("0") or "0" for token in words for figure in _DIGITS.findall(token.term)}
    figures |= {NUMBER_WORDS[token.form] for token in words if token.form in NUMBER_WORDS}
    figures |= {NUMBER_WORDS[sign] for run in runs for sign in run if sign in NUMBER_WORDS}
    kept = [token for token in words if token.form not in stop_words() and token.form not in NUMBER_WORDS]
    terms = {token.term for token in kept if not token.term.isdigit()}
    terms |= {run[place : place + 2] for run in runs for place in range(len(run) - 1)}
    return Signs(
        terms=frozenset(terms),
        figures=frozenset(figures),
        names=frozenset(token.term for token in kept if _is_name(token, text)),
        turns=frozenset(_turns(words, runs, language)),
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


def _turns(words: Sequence[Token], runs: Sequence[str], language: str | None) -> Iterator[str]:
    for name, pattern in turns_of(language):
        if any(pattern.fullmatch(word.form) for word in words) or any(pattern.search(run) for run in runs):
            yield name


class Memory:
    """The sentences that were said, for asking of others whether they were."""

    def __init__(self) -> None:
        self._windows: list[Signs] = []
        self._places: dict[str, list[int]] = defaultdict(list)
        self._counts: Counter[str] = Counter()
        self._figures: set[str] = set()
        self._turns: set[str] = set()

    def remember(self, sentences: Iterable[Signs]) -> None:
        """Take the sentences of one text, in their order."""
        said = list(sentences)
        for window in (*said, *(one.with_next(other) for one, other in pairwise(said))):
            for term in window.terms:
                self._places[term].append(len(self._windows))
            self._windows.append(window)
        for one in said:
            self._counts.update(one.terms)
            self._figures |= one.figures
            self._turns |= one.turns

    def holds(self, sentence: Signs) -> bool:
        """Tell whether a sentence was said before."""
        if not sentence.terms:
            return any(_says(window, sentence) for window in self._windows)
        # Whatever holds three quarters of the terms holds one of the rarest quarter: few windows need be looked at.
        rarest = sorted(sentence.terms, key=lambda term: (self._counts[term], term))
        asked = rarest[: int(len(rarest) * (1 - MIN_SHARED)) + 1]
        places = {place for term in asked for place in self._places.get(term, ())}
        return any(_says(self._windows[place], sentence) for place in places)

    def unheard_of(self, sentence: Signs) -> int:
        """Weigh the words, figures and turns of a sentence that no text had."""
        words = sum(term not in self._counts for term in sentence.terms)
        return words + 2 * len(sentence.figures - self._figures) + 2 * len(sentence.turns - self._turns)


def _says(window: Signs, sentence: Signs) -> bool:
    if not (sentence.figures <= window.figures and sentence.names <= window.terms and sentence.turns <= window.turns):
        return False
    if window.turns & POLARITY != sentence.turns & POLARITY:
        return False
    others = sentence.terms - window.terms
    if len(others) > len(sentence.terms) * (1 - MIN_SHARED):
        return False
    if sentence.runs:
        return not _has_foreign_word(sentence, window)
    return len(others) <= MAX_OTHER_WORDS


def _has_foreign_word(sentence: Signs, window: Signs) -> bool:
    """Tell whether two neighbouring ideographs, as of a name, stand nowhere in the window."""
    known = {sign for run in window.runs for sign in run} | stop_words()
    return any(one not in known and other not in known for run in sentence.runs for one, other in pairwise(run))
