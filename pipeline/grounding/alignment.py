"""Which words of a claim its source says, what it leaves unsaid, and what it has in their place.

Apart because every check of a statement stands on it. Chinese is compared sign by sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.grounding.numerals import is_number_word
from pipeline.grounding.wording import are_alike, chinese_synonyms, light_words, meanings_of
from pipeline.grounding.words import MAX_WORD_CHARS, is_stop, stem_of

MAX_TOKENS = 400  # of a claim, and three times as many of its evidence
MIN_COPIED_SIGNS = 2
MAX_COPIED_SIGNS = 12
MAX_REPLACED = 3
MIN_JUDGED_WORDS = 6

_TOKEN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3400-\u9fff\uf900-\ufaff]+(?:[’'](?=[^\W_])[^\W_]+)?")
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['’]", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s?$")
_BREAK = re.compile(r"[.;:!?。；：！？]")


@dataclass(frozen=True)
class Token:
    """A word, or one Chinese sign, with its stem and place; `tells` when it carries meaning of its own."""

    stem: str
    start: int
    end: int
    tells: bool
    word: str = ""


_EDGE = Token("¶", 0, 0, tells=False)  # where a sentence begins and ends


def _is_number(token: Token) -> bool:
    return token.word[:1].isdigit() or (token.word != "" and is_number_word(token.word))


def tokens_of(text: str, language: str) -> list[Token]:
    """List the words of a text in order, numbers included; linear time."""
    found = []
    for match in _TOKEN.finditer(text):
        elided = _ELISION.match(match[0]) if language == "fr" else None
        start = match.start() + (elided.end() if elided else 0)
        word = _POSSESSIVE.sub("", text[start : match.end()])[:MAX_WORD_CHARS]
        if word:
            found.append(_token(word, start, match.end(), language))
    return found


def _token(word: str, start: int, end: int, language: str) -> Token:
    if _CJK.match(word):
        return Token(word, start, end, word not in _LIGHT_SIGNS, word)
    own = "ru" if _CYRILLIC.match(word) else "en" if language in {"ru", "zh"} else language
    stem = stem_of(word, own)
    tells = not (is_stop(stem, own) or is_stop(stem, language) or word[0].isdigit() or is_number_word(word))
    return Token(stem, start, end, tells, word)


_LIGHT_SIGNS = frozenset(
    "的了在是和与及等将也就都而对为以被把从由于并其该这那个一已还则中上下后前里内外年月日时之所使到至向因但或且又再很更最只名位颗项艘架台枚次种届家有无不未没可会能来去"
)


_JOINTS = frozenset("的了在是和与及将对为以被把从由于并就都而到")


@dataclass(frozen=True)
class Unsaid:
    """Words of a claim, next to each other, that its evidence does not have."""

    text: str
    start: int
    end: int
    word_count: int


class Alignment:
    """A claim laid beside the sentences of the source that answer for it."""

    def __init__(self, claim: str, evidence: Sequence[str], language: str, *, free: Sequence[tuple[int, int]]) -> None:
        self.claim, self.language, self.evidence = claim, language, evidence
        self.mine = tokens_of(claim, language)[:MAX_TOKENS]
        told = [token for one in evidence for token in (_EDGE, *tokens_of(one, language), _EDGE)]
        self.theirs = told[: 3 * MAX_TOKENS]
        self._evidence = "\n".join(evidence)
        self._free = free

    @cached_property
    def said(self) -> list[bool]:
        """Tell of each of the claim's words whether the evidence has it, or one that says the same."""
        if self.language == "zh":
            return self._said_signs()
        known = {token.stem for token in self.theirs}
        light = light_words(self.language)
        told = [token for token in self.theirs if token.tells]
        return [
            not token.tells
            or token.stem in known
            or token.stem in light
            or self._is_free(token)
            or any(are_alike(token.stem, other.stem) for other in told)
            for token in self.mine
        ]

    def uncounted_unsaid(self) -> list[Token]:
        """List the words that the evidence does not have, light ones too, but for those that a number counts."""
        known = {token.stem for token in self.theirs}
        pairs = zip([_EDGE, *self.mine], self.mine, strict=False)
        return [one for before, one in pairs if one.tells and one.stem not in known and not _is_number(before)]

    def _is_free(self, token: Token) -> bool:
        return any(start <= token.start and token.end <= end for start, end in self._free)

    def _said_signs(self) -> list[bool]:
        """Find the runs of signs that the evidence has too, wherever; and words that mean what a word of it means."""
        return [not token.tells or bool(self._covered[token.start]) for token in self.mine]

    @cached_property
    def _covered(self) -> bytearray:
        covered = bytearray(len(self.claim))
        for start, end in [*self._copied_runs(), *self._synonyms(), *self._free, *self._light_runs()]:
            covered[start:end] = b"\1" * (end - start)
        return covered

    def _copied_runs(self) -> Iterator[tuple[int, int]]:
        text, at = self.claim, 0
        while at < len(text):
            size = 0
            while size < MAX_COPIED_SIGNS and at + size < len(text) and text[at : at + size + 1] in self._evidence:
                size += 1
            if size >= MIN_COPIED_SIGNS or (size and not _CJK.match(text[at])):
                yield at, at + size
            # A run may begin inside the one before: `月球探测` is made of `月球探` and `探测`.
            at += max(1, size - 1)

    def _synonyms(self) -> Iterator[tuple[int, int]]:
        held = {number for word, numbers in chinese_synonyms() if word in self._evidence for number in numbers}
        for word, numbers in chinese_synonyms():
            if numbers & held and word in self.claim:
                yield from (match.span() for match in re.finditer(re.escape(word), self.claim))

    def _light_runs(self) -> Iterator[tuple[int, int]]:
        for word in light_words("zh"):
            if word in self.claim:
                yield from (match.span() for match in re.finditer(re.escape(word), self.claim))

    @cached_property
    def unsaid(self) -> list[Unsaid]:
        """List the runs of words that the evidence lacks; light words between them do not part them."""
        runs: list[list[int]] = []
        for place, is_said in enumerate(self.said):
            if is_said:
                continue
            if runs and self._is_joined(runs[-1][-1], place):
                runs[-1].append(place)
            else:
                runs.append([place])
        return [self._unsaid(run) for run in runs]

    def _is_joined(self, last: int, place: int) -> bool:
        between = self.mine[last + 1 : place]
        return all(not token.tells for token in between) and not _BREAK.search(
            self.claim, self.mine[last].end, self.mine[place].start
        )

    def _unsaid(self, run: Sequence[int]) -> Unsaid:
        start, end = self.mine[run[0]].start, self.mine[run[-1]].end
        if self.language == "zh":
            # `日内瓦` is one word, although its first two signs say little by themselves.
            start, end = self._widened(start, end)
        return Unsaid(self.claim[start:end], start, end, len(run))

    def _widened(self, start: int, end: int) -> tuple[int, int]:
        while (
            start
            and _CJK.match(self.claim[start - 1])
            and not self._covered[start - 1]
            and self.claim[start - 1] not in _JOINTS
        ):
            start -= 1
        while (
            end < len(self.claim)
            and _CJK.match(self.claim[end])
            and not self._covered[end]
            and self.claim[end] not in _JOINTS
        ):
            end += 1
        return start, end

    @cached_property
    def unsaid_share(self) -> float:
        """Return the share of the telling words that the evidence lacks."""
        telling = [is_said for token, is_said in zip(self.mine, self.said, strict=True) if token.tells]
        return telling.count(False) / len(telling) if telling else 0.0

    @property
    def is_loose(self) -> bool:
        """Tell whether it is long enough to be judged by how it is put together, and has words of its own."""
        return bool(self.unsaid) and sum(token.tells for token in self.mine) >= MIN_JUDGED_WORDS

    def replaced(self) -> Iterator[tuple[str, str]]:
        """Yield (the claim's words, the evidence's) where the two differ only in what stands between the same words."""
        for run in self.unsaid:
            if 0 < run.word_count <= MAX_REPLACED:
                other = self._in_place_of(run)
                if other and not self._may_be_put_so(run, other):
                    yield run.text, self._words(other)

    def _may_be_put_so(self, run: Unsaid, other: Sequence[Token]) -> bool:
        """See a common verb in the place of a rarer word, which is a way of putting it."""
        mine = [token for token in self.mine if run.start <= token.start < run.end and token.tells]
        if all(one.stem in light_words(self.language) for one in other):
            return True
        return all(meanings_of(token.stem) for token in mine) and not any(meanings_of(one.stem) for one in other)

    def _in_place_of(self, run: Unsaid) -> list[Token] | None:
        before, after = self._neighbours(run)
        for place, token in enumerate(self.theirs):
            if token.stem == before:
                between = self._up_to(after, place + 1)
                count = sum(one.tells for one in between)
                if 0 < count <= run.word_count + 1 and not self._is_claimed(between):
                    return [one for one in between if one.tells]
        return None

    def _up_to(self, after: str, start: int) -> list[Token]:
        """List the evidence's words from a place up to a stem; none when it is too far."""
        reach = self.theirs[start : start + 2 * MAX_REPLACED + 2]
        end = next((place for place, other in enumerate(reach) if other.stem == after), 0)
        return reach[:end]

    def _neighbours(self, run: Unsaid) -> tuple[str, str]:
        # A Chinese sign that says little still shows a place: `在…发射`.
        is_chinese = self.language == "zh"
        left = [token for token in self.mine if token.end <= run.start and (token.tells or is_chinese)]
        right = [token for token in self.mine if token.start >= run.end and (token.tells or is_chinese)]
        return (left[-1].stem if left else _EDGE.stem), (right[0].stem if right else _EDGE.stem)

    def _is_claimed(self, words: Sequence[Token]) -> bool:
        mine = {token.stem for token in self.mine}
        return all(word.stem in mine for word in words if word.tells)

    def _words(self, words: Sequence[Token]) -> str:
        return ("" if self.language == "zh" else " ").join(word.word for word in words if word.tells)
