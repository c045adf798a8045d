"""Word lists matched against text: the one engine behind topics, relevance and document types, fast on long texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import ahocorasick

from pipeline.understanding.gazetteer import folded

MAX_MATCHES_PER_PATTERN = 40
HYPHEN = r"[-\s]?"
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SAFE_TOKENS = re.compile(
    r"\(\?i\)|\(\?<!\\w\)|\(\?!\\w\)|\\w\*|\\s\+|\(\?:e\?s\)\?|" + re.escape(HYPHEN),
)
_METACHARACTERS = re.compile(r"[\\.^$*+?{}\[\]|()]")
_ESCAPED = re.compile(r"\\([^\w\s])")
_LINE_BEGINNING = re.compile(r"(?:\(\?i\))?" + re.escape(r"(?:^|\n)"))
_GROUP = re.compile(r"\\.|\[[^\]]*\]|\([^()]*\)")
_NEW_LINE = re.compile("\n")
_INFLECTED = frozenset({"en", "fr", "es"})


Patterns = Mapping[str, Sequence[tuple[str, float]]]


@dataclass(frozen=True)
class Hit:
    """One match: the group and pattern that matched, its weight, and where and what in the text."""

    group: str
    pattern: int
    weight: float
    start: int
    words: str

    @property
    def end(self) -> int:
        """Where the match ends, exclusive."""
        return self.start + len(self.words)


def pattern_from_words(words: str, language: str) -> str:
    """Write plain words as a regular expression.

    Words match whole, `*` stands for any ending, a hyphen for a hyphen, a space or nothing; Chinese matches
    anywhere. English, French and Spanish words match their plural in -s too. Words with a capital letter match
    only as written.
    """
    text = folded(words.strip())
    if not text.strip("*- "):
        raise ValueError(f"no words in {words!r}")
    body = re.escape(text).replace(r"\*", r"\w*").replace(r"\-", HYPHEN)
    body = re.sub(r"(?:\\ )+", lambda _: r"\s+", body)
    flag = "" if text != text.lower() else "(?i)"
    if _CJK.search(text):
        return flag + body
    plural = "(?:e?s)?" if language in _INFLECTED and text[-1].isalpha() else ""
    return rf"{flag}(?<!\w){body}{plural}(?!\w)"


def anchor_of(pattern: str) -> str | None:
    """Find the lower-case string that every match begins with, or None when that cannot be told."""
    chunks = _SAFE_TOKENS.sub("\0", pattern)
    if _METACHARACTERS.search(_ESCAPED.sub("", chunks)):
        return None
    chunks = _ESCAPED.sub(r"\1", chunks)
    return chunks.lstrip("\0").lower().split("\0")[0] or None


def _is_of_line(pattern: str) -> bool:
    """Tell whether every match begins a line: the pattern says so, and not only of one of its alternatives."""
    beginning = _LINE_BEGINNING.match(pattern)
    rest = pattern[beginning.end() :] if beginning else "|"
    while (shorter := _GROUP.sub("", rest)) != rest:
        rest = shorter
    return "|" not in rest


@dataclass(frozen=True)
class _Entry:
    group: str
    language: str
    weight: float
    pattern: str
    ignores_case: bool

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The pattern compiled, which for most of them no text ever asks for."""
        return re.compile(self.pattern)


def _entry(group: str, language: str, pattern: str, weight: float) -> _Entry:
    """Prepare a pattern; one that ignores case is matched against lower-case text, which is much faster."""
    ignores_case = pattern.startswith("(?i)") and anchor_of(pattern) is not None
    return _Entry(group, language, weight, pattern[4:] if ignores_case else pattern, ignores_case)


class Lexicon:
    """Groups of patterns by language, compiled once; `hits` finds them all in a text."""

    def __init__(self, groups: Mapping[str, Patterns]) -> None:
        self._entries: list[_Entry] = []
        self._of_lines: list[int] = []
        self._unanchored: list[int] = []
        by_anchor: dict[str, list[int]] = {}
        for group, patterns in groups.items():
            for language, weighted in patterns.items():
                for pattern, weight in weighted:
                    anchor = anchor_of(pattern)
                    unanchored = self._of_lines if _is_of_line(pattern) else self._unanchored
                    numbers = unanchored if anchor is None else by_anchor.setdefault(anchor, [])
                    numbers.append(len(self._entries))
                    self._entries.append(_entry(group, language, pattern, weight))
        self.languages = frozenset(entry.language for entry in self._entries)
        self._automaton = ahocorasick.Automaton()
        for anchor, numbers in by_anchor.items():
            self._automaton.add_word(anchor, (len(anchor), tuple(numbers)))
        self._automaton.make_automaton()

    def hits(self, text: str, language: str | None) -> tuple[Hit, ...]:
        """Find every match of the language's and the English patterns; of all when the language is not known.

        The text must be `folded`. Hits come by pattern, then by place.
        """
        spoken = (language or "")[:2].lower()
        languages = {spoken, "en"} if spoken in self.languages else self.languages
        lowered = text.lower()
        if len(lowered) != len(text):
            lowered = "".join(letter.lower()[0] for letter in text)
        found = [self._hit(number, match) for number, match in self._matches(text, lowered, languages)]
        return tuple(sorted(found, key=lambda hit: (hit.pattern, hit.start)))

    def _matches(self, text: str, lowered: str, languages: AbstractSet[str]) -> Iterator[tuple[int, re.Match[str]]]:
        counts: Counter[int] = Counter()
        places = self._automaton.iter(lowered) if len(self._automaton) else ()
        for last, (length, numbers) in places:
            if _is_inside_word(lowered, last + 1 - length):
                continue
            for number in numbers:
                entry = self._entries[number]
                if entry.language not in languages:
                    continue
                match = entry.regex.match(lowered if entry.ignores_case else text, last + 1 - length)
                if match and counts[number] < MAX_MATCHES_PER_PATTERN:
                    counts[number] += 1
                    yield number, match
        starts = [0, *(found.start() for found in _NEW_LINE.finditer(text, 1))] if self._of_lines else []
        for number in self._of_lines:
            if self._entries[number].language in languages:
                regex = self._entries[number].regex
                heads = (match for start in starts if (match := regex.match(text, start)))
                yield from ((number, match) for match in islice(heads, MAX_MATCHES_PER_PATTERN))
        for number in self._unanchored:
            if self._entries[number].language in languages:
                matches = self._entries[number].regex.finditer(text)
                yield from ((number, match) for match in islice(matches, MAX_MATCHES_PER_PATTERN))

    def _hit(self, number: int, match: re.Match[str]) -> Hit:
        entry = self._entries[number]
        return Hit(entry.group, number, entry.weight, match.start(), match[0])


def _is_inside_word(text: str, place: int) -> bool:
    """Tell whether a letter stands on both sides of a place, in a script that puts spaces between words."""
    return place > 0 and text[place - 1].isalnum() and text[place].isalnum() and not _CJK.match(text, place)
