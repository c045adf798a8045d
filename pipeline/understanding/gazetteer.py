"""The gazetteer of actors: finding their names, of any script, in a text.

Apart from its files (`actor_files`), and from the countries, which have their own grammar but use this `NameMatcher`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

import ahocorasick

from pipeline.values import Actor, ActorMention, Span

# Lines of traditional characters with the simplified ones, from the Unicode Consortium's tables (ICU, Hant-Hans).
TRADITIONAL_FILE = Path(__file__).with_name("traditional.txt")
# Three capitalised words rarely stand together by chance, so their case need not be checked.
FREE_CASE_WORDS = 3
EXPANSION_CHARS = 120
STEM_CHARS = 5

_IN_BRACKETS = re.compile(rf"\s?\(([^()]{{4,{EXPANSION_CHARS}}})\)")
ADJECTIVE_ENDINGS = "ый|ий|ой|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ым|им|ом|ем|ей|ую|юю|ых|их|ыми|ими"
# How many letters of the nominative fall, and what may stand in their place: Russian declension by last letters.
RUSSIAN_DECLENSION: tuple[tuple[tuple[str, ...], int, str], ...] = (
    (("ние", "тие", "вие"), 1, "е|я|ю|ем|и|й|ям|ями|ях"),
    (("ый", "ий", "ой", "ая", "яя", "ое", "ее", "ые", "ие"), 2, ADJECTIVE_ENDINGS),
    (("й",), 1, "й|я|ю|ем|е|и"),
    (("ь",), 1, "ь|я|ю|ем|е|и|ью"),
    (("а",), 1, "а|ы|и|е|у|ой|ою"),
    (("я",), 1, "я|и|е|ю|ей|ею"),
    (("о",), 1, "о|а|у|ом|е"),
    (("ы",), 1, "ы|ов|ам|ами|ах|"),
    (tuple("бвгджзклмнпрстфхцчшщ"), 0, "|а|у|ом|ем|е|ы|и|ов|ам|ами|ах"),
)


def _folding_table() -> dict[int, str]:
    lines = map(str.split, TRADITIONAL_FILE.read_text(encoding="utf-8").splitlines())
    table = {ord(old): new for olds, news in lines for old, new in zip(olds, news, strict=True)}
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    table |= {ord(letter): unicodedata.normalize("NFD", letter)[0] for letter in map(chr, range(0xC0, 0x250))}
    table |= dict.fromkeys(map(ord, "’‘´`ʼ′＇ʹ"), "'")
    table |= dict.fromkeys(map(ord, "‐‑‒–—−－"), "-")
    table |= {ord(corner): quote for corner, quote in zip("「」『』", "“”“”", strict=True)}
    table |= dict.fromkeys(map(ord, "\n\r\t\u00a0\u2009\u202f\u3000"), " ")
    return table | {ord("ё"): "е", ord("Ё"): "Е"}


FOLDING_TABLE = _folding_table()


def folded(text: str) -> str:
    """Fold apostrophes, dashes, accents, widths and traditional characters; places and case stay as they are."""
    return text.translate(FOLDING_TABLE)


@dataclass(frozen=True)
class NameMatch:
    """A name that stands at a place of a text; `owner` is whose name it is, `name` as the gazetteer writes it."""

    owner: str
    name: str
    start: int
    end: int


@dataclass(frozen=True)
class _Spelling:
    """One spelling of a name: a folded literal for the automaton, and a pattern's source when its words inflect."""

    owner: str
    name: str
    shape: str
    pattern: str | None
    is_case_free: bool


def _is_cjk(letter: str) -> bool:
    """Tell whether words of its script stand side by side without a space, or carry particles, as in Korean."""
    return "\u3040" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7a3"


def _joins(text: str, left: int) -> bool:
    """Tell whether the characters at `left` and after it belong to one alphabetic word."""
    if left < 0 or left + 1 >= len(text):
        return False
    before, after = text[left], text[left + 1]
    return before.isalnum() and after.isalnum() and not _is_cjk(before) and not _is_cjk(after)


def inflected(word: str) -> str:
    """Give a regular expression for the case forms of a Russian word in lower case; abbreviations stay as they are."""
    lowered = word.lower()
    if word.isupper() or len(word) < 3:  # noqa: PLR2004 - shorter words are prepositions
        return re.escape(lowered)
    for suffixes, dropped, endings in RUSSIAN_DECLENSION:
        if lowered.endswith(suffixes):
            return f"{re.escape(lowered[: len(lowered) - dropped])}(?:{endings})"
    return re.escape(lowered)


def _is_cyrillic(name: str) -> bool:
    return any("а" <= letter <= "я" for letter in name.lower())


def _inflected_pattern(shape: str) -> str | None:
    if not _is_cyrillic(shape) or shape.isupper():
        return None
    parts = re.split(r"(\W+)", shape)
    return "".join(inflected(part) if index % 2 == 0 else re.escape(part) for index, part in enumerate(parts))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern when it is first needed: most names of a gazetteer never stand in any text."""
    return re.compile(pattern)


def _spelling_variants(shape: str) -> Iterable[str]:
    """Yield the ways a Latin or Cyrillic name is typed: apostrophe left out, hyphen as a space or left out."""
    yield shape
    if "'" in shape:
        yield shape.replace("'", "")
        yield shape.replace("'", "' ")
        yield re.sub(r"-(?=\d)", " ", shape)
    elif "-" in shape.strip("-"):
        yield re.sub(r"(?<=\w)-(?=\w)", " ", shape)
    if re.search(r"-\d", shape):
        yield re.sub(r"-(?=\d)", "", shape)


class NameMatcher:
    """Finds many names at once (Aho-Corasick); build it once, it is costly to make and cheap to use."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        """Take pairs of owner and name."""
        spellings: dict[str, dict[tuple[str, str], _Spelling]] = {}
        for owner, name in names:
            for shape in dict.fromkeys(_spelling_variants(folded(name))):
                spelling = _spelling(owner, name, shape)
                spellings.setdefault(_automaton_key(spelling), {})[owner, shape] = spelling
        self._automaton = ahocorasick.Automaton()
        for key, found in spellings.items():
            self._automaton.add_word(key, (len(key), tuple(found.values())))
        self._automaton.make_automaton()

    def candidates(self, text: str) -> list[NameMatch]:
        """Find every name that stands in the text as words of its own, overlaps included."""
        return self.candidates_in_folded(folded(text))

    def candidates_in_folded(self, shape: str) -> list[NameMatch]:
        """Find every name in a text that is `folded` already."""
        if not len(self._automaton):
            return []
        lowered = shape.lower()
        found = []
        for last, (length, spellings) in self._automaton.iter(lowered):
            start = last + 1 - length
            # Most short names stand inside words, so the cheap question comes first.
            if start and shape[start - 1].isalnum() and _joins(shape, start - 1):
                continue
            for spelling in spellings:
                end = _end_of_match(spelling, lowered, start, last + 1)
                if end and not _joins(shape, end - 1) and _case_agrees(spelling, shape, start):
                    found.append(NameMatch(spelling.owner, spelling.name, start, end))
        return found


def _spelling(owner: str, name: str, shape: str) -> _Spelling:
    is_free = len(re.findall(r"\w+", shape)) >= FREE_CASE_WORDS and not shape.isupper()
    return _Spelling(owner, name, shape, _inflected_pattern(shape), is_free)


def _automaton_key(spelling: _Spelling) -> str:
    if spelling.pattern is None:
        return spelling.shape.lower()
    return re.split(r"\\|\(", spelling.pattern, maxsplit=1)[0]


def _end_of_match(spelling: _Spelling, lowered: str, start: int, literal_end: int) -> int | None:
    if spelling.pattern is None:
        return literal_end
    pattern = _compiled(spelling.pattern)
    match = pattern.match(lowered, start)
    while match and _joins(lowered, match.end() - 1):
        # An ending that stops inside the word is the wrong alternative: try the whole word instead.
        word_end = match.end()
        while _joins(lowered, word_end - 1):
            word_end += 1
        return word_end if pattern.fullmatch(lowered, start, word_end) else None
    return match.end() if match else None


def _case_agrees(spelling: _Spelling, shape: str, start: int) -> bool:
    """Ask that capitals of a short name are capitals in the text, so that `Gateway` is no gateway."""
    if spelling.is_case_free:
        return True
    if spelling.pattern is not None:
        return shape[start].isupper() or not spelling.shape[0].isupper()
    standing = shape[start : start + len(spelling.shape)]
    return standing == spelling.shape or all(
        seen.isupper() or not wanted.isupper() for seen, wanted in zip(standing, spelling.shape, strict=True)
    )


def longest_matches(found: Sequence[NameMatch], length: int) -> list[NameMatch]:
    """Keep the longest of overlapping matches, in reading order; `length` is that of the text."""
    taken = bytearray(length)
    kept = []
    for match in sorted(found, key=lambda match: (match.start - match.end, match.start)):
        if taken.find(1, match.start, match.end) < 0:
            taken[match.start : match.end] = b"\x01" * (match.end - match.start)
            kept.append(match)
    return sorted(kept, key=lambda match: match.start)


AGENCY = "agency"


class Gazetteer:
    """Finds actors in texts; the longest name wins, an ambiguous one only in its context."""

    def __init__(self, actors: Iterable[Actor]) -> None:
        self.actors: Mapping[str, Actor] = {actor.slug: actor for actor in actors}
        self._matcher = NameMatcher((actor.slug, name) for actor in self.actors.values() for name in names_of(actor))
        self._contexts = {
            (actor.slug, name): context_of(words)
            for actor in self.actors.values()
            for name, words in actor.ambiguous.items()
        }

    def spans(self, text: str) -> list[tuple[str, int, int]]:
        """List every mention as slug, start and end in code points, in reading order."""
        candidates = _without_other_readings(folded(text), self._matcher.candidates(text), self.actors)
        certain = {found.owner for found in candidates if (found.owner, found.name) not in self._contexts}
        support = self._context_support(text, candidates, certain)
        accepted = [found for found in candidates if support.get((found.owner, found.name), 1) > 0]
        # Of actors that share a name at one place, the one with more context stands first and takes it.
        accepted.sort(key=lambda found: -support.get((found.owner, found.name), 1))
        return [(found.owner, found.start, found.end) for found in longest_matches(accepted, len(text))]

    def mentions(self, text: str) -> tuple[ActorMention, ...]:
        """Count each actor's mentions; ordered by the first of them."""
        return mentions_from(self.spans(text))

    def _context_support(
        self, text: str, candidates: Sequence[NameMatch], certain: set[str]
    ) -> dict[tuple[str, str], int]:
        """Weigh the context of each ambiguous name; the actor's own full name in the text outweighs all else.

        A space agency that is named without doubt is context for another.
        """
        keys = {(found.owner, found.name) for found in candidates} & self._contexts.keys()
        shape = folded(text).lower() if keys else ""
        is_among_agencies = any(self.actors[slug].kind == AGENCY for slug in certain)
        return {
            (slug, name): self._contexts[slug, name].support(
                shape, vouched_for=is_among_agencies and self.actors[slug].kind == AGENCY
            )
            + 100 * (slug in certain)
            for slug, name in keys
        }


@dataclass(frozen=True)
class Context:
    """The words that speak for an ambiguous name and those that speak against it, as sources of patterns."""

    words_for: tuple[str, ...]
    words_against: tuple[str, ...]

    def support(self, shape: str, *, vouched_for: bool) -> int:
        """Count the words for it, each as two, in a folded text in lower case; at 0 the name is somebody else's.

        One word against it is enough. A name that has only such words, or that something else vouches for, counts
        wherever none of them stands.
        """
        if any(_compiled(word).search(shape) for word in self.words_against):
            return 0
        found = sum(bool(_compiled(word).search(shape)) for word in self.words_for)
        return 2 * found or int(vouched_for or not self.words_for)


def context_of(words: Sequence[str]) -> Context:
    """Read context words as files write them: those with a hyphen before them speak against the name."""
    words_for = tuple(_context_pattern(word) for word in words if not word.startswith("-"))
    return Context(words_for, tuple(_context_pattern(word[1:].strip()) for word in words if word.startswith("-")))


def mentions_from(spans: Iterable[tuple[str, int, int]]) -> tuple[ActorMention, ...]:
    """Count each actor's mentions among spans; ordered by the first of them."""
    counted = []
    for slug, found in groupby(sorted(spans), key=lambda span: span[0]):
        places = [Span(start, end) for _, start, end in found]
        counted.append(ActorMention(slug, len(places), places[0]))
    return tuple(sorted(counted, key=lambda mention: mention.first.start))


def names_of(actor: Actor) -> Iterable[str]:
    """Give every name of an actor once, its own first."""
    return dict.fromkeys([actor.name, *(name for names in actor.names.values() for name in names)])


def _context_pattern(word: str) -> str:
    """Make a pattern for words that begin so; capitals alone are an abbreviation, and stand for themselves."""
    shape = re.escape(folded(word).lower())
    if _is_cjk(word[0]):
        return shape
    return rf"(?<![a-zа-я0-9]){shape}" + (r"(?![a-zа-я0-9])" if word.isupper() else "")


def _without_other_readings(
    shape: str, candidates: Sequence[NameMatch], actors: Mapping[str, Actor]
) -> Sequence[NameMatch]:
    """Drop abbreviations that the text itself spells out as something else: `Court of Arbitration for Sport (CAS)`."""
    others = set()
    for found in candidates:
        abbreviation = shape[found.start : found.end]
        if abbreviation.isupper():
            expansion = _expansion_beside(shape, found, abbreviation)
            if expansion and not _is_like_a_name(expansion, actors[found.owner]):
                others.add((found.owner, abbreviation))
    if not others:
        return candidates
    return [found for found in candidates if (found.owner, shape[found.start : found.end]) not in others]


def _expansion_beside(shape: str, found: NameMatch, abbreviation: str) -> str | None:
    """Find what an abbreviation in brackets, or one before brackets, is said to stand for."""
    if shape[found.start - 1 : found.start] == "(" and shape[found.end : found.end + 1] in {")", ",", ";"}:
        return expansion_before(shape[max(0, found.start - EXPANSION_CHARS) : found.start - 1], abbreviation)
    inside = _IN_BRACKETS.match(shape, found.end)
    return expansion_before(inside[1], abbreviation) if inside else None


def expansion_before(before: str, abbreviation: str) -> str | None:
    """Find the words just before a bracket whose letters spell the abbreviation in it.

    After Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text" (2003):
    letters are matched from the end, the first at the beginning of a word.
    """
    words = before.rstrip().lower()
    place = len(words)
    for number, letter in enumerate(reversed(abbreviation.lower()), start=1):
        is_first = number == len(abbreviation)
        place = words.rfind(letter, 0, place)
        while is_first and place > 0 and words[place - 1].isalnum():
            place = words.rfind(letter, 0, place)
        if place < 0:
            return None
    phrase = words[place:]
    return phrase if " " in phrase and not re.search(r"[.;:!?()]", phrase) else None


def _is_like_a_name(phrase: str, actor: Actor) -> bool:
    """Tell whether half of a phrase's longer words begin as some word of the actor's names does."""
    stems = {word[:STEM_CHARS] for name in names_of(actor) for word in re.findall(r"\w{4,}", folded(name).lower())}
    words = re.findall(r"\w{4,}", phrase)
    return not words or 2 * sum(word[:STEM_CHARS] in stems for word in words) >= len(words)
