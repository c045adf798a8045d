"""What the name of a fact says in any language: editions, craft, years, actors, countries, concepts and other words.

Apart from `same.py`, which decides on it: names of one meeting in Chinese and in English share no word, but these.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.stories.features import terms_in
from pipeline.stories.numbers import event_numbers_of, is_ordinal_word
from pipeline.understanding.countries import countries_in
from pipeline.understanding.gazetteer import Gazetteer, folded

CONCEPTS_FILE = Path(__file__).with_name("concepts.toml")
MIN_TERM_CHARS = 2
MAX_NAME_CHARS = 300
ALIKE = 0.5
VERY_ALIKE = 0.75

_TENS = ("twent", "thirt", "fort", "fift", "sixt", "sevent", "eight", "ninet")
_ROUND_ORDINAL = re.compile(rf"\b({'|'.join(_TENS)})ieth\b")
_SHORT_EDITION = re.compile(r"(?<![\w.-])(\d{1,3})(?:st|nd|rd|th|-[йяе])(?!\w)")
_DIGITS = re.compile(r"\d+")
_CHINESE_ORDINAL = re.compile(r"第?[零〇一二两三四五六七八九十百]{1,5}[届轮次期]")


@dataclass(frozen=True)
class NameSigns:
    """What a name says; `words` are stems, or pairs of Chinese characters, that are none of the rest."""

    language: str | None = None
    editions: frozenset[int] = frozenset()
    crafts: frozenset[tuple[str, str]] = frozenset()
    years: frozenset[int] = frozenset()
    actors: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    concepts: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    meetings: frozenset[str] = frozenset()
    """The sorts of meeting that it names."""

    @property
    def subject(self) -> frozenset[str]:
        """What it is about, for names that were said in one language."""
        return self.concepts | self.words | {f"{head} {number}" for head, number in self.crafts}

    @property
    def everything(self) -> frozenset[str]:
        """All of it but the numbers of editions and years."""
        return self.subject | self.actors | self.countries


@dataclass(frozen=True)
class NameLikeness:
    """How much two names share: the number of signs, and which part of the shorter name's signs that is."""

    shared: int
    containment: float
    is_firm: bool
    """They share more than one country, which very many names do."""
    is_other_subject: bool
    """Both name a subject in one language, and nothing of it is the same."""

    @property
    def is_alike(self) -> bool:
        """Tell whether half of the shorter name is in the other."""
        return self.shared > 0 and self.containment >= ALIKE

    @property
    def is_very_alike(self) -> bool:
        """Tell whether most of the shorter name is in the other, and that is more than a country."""
        return self.is_firm and self.containment >= VERY_ALIKE


def signs_of(name: str, language: str | None, gazetteer: Gazetteer) -> NameSigns:
    """Read a name."""
    name = name[:MAX_NAME_CHARS]
    numbers = event_numbers_of(name)
    actors = gazetteer.spans(name)
    countries = countries_in(name, language)
    named = [(start, end) for _, start, end in actors] + [(each.first.start, each.first.end) for each in countries]
    plain = _ROUND_ORDINAL.sub(_digits_of_round, folded(name).lower())
    left = _without_concepts(_ordinals_left_out("".join(_blanked(folded(name), sorted(named))).lower()))
    return NameSigns(
        language=language,
        editions=numbers.editions | {int(number) for number in _SHORT_EDITION.findall(plain)},
        crafts=frozenset() if _is_covered(actors, numbers.crafts) else numbers.crafts,
        years=numbers.years,
        actors=frozenset(slug for slug, _, _ in actors),
        countries=frozenset(mention.code for mention in countries),
        concepts=_found("strong", plain),
        words=frozenset(term for term in terms_in(left, language) if len(term) >= MIN_TERM_CHARS),
        meetings=_found("meetings", plain),
    )


def _digits_of_round(match: re.Match[str]) -> str:
    return f"{10 * (_TENS.index(match[1]) + 2)}th"


def _ordinals_left_out(text: str) -> str:
    text = _CHINESE_ORDINAL.sub(" ", re.sub(r"\d+(?:st|nd|rd|th|e|-?[йяе])?(?!\w)|\d+", " ", text))
    return " ".join("" if is_ordinal_word(word) or _ROUND_ORDINAL.fullmatch(word) else word for word in text.split())


def _found(table: str, text: str) -> frozenset[str]:
    return frozenset(concept for concept, pattern in _concepts(table) if pattern.search(text))


def _without_concepts(text: str) -> str:
    return _any_concept().sub(" ", text)


@cache
def _any_concept() -> re.Pattern[str]:
    """Join all patterns in one, which passes over a name once."""
    tables = ("strong", "meetings", "weak")
    return re.compile("|".join(f"(?:{pattern.pattern})" for table in tables for _, pattern in _concepts(table)))


def _is_covered(spans: list[tuple[str, int, int]], crafts: frozenset[tuple[str, str]]) -> bool:
    """Tell whether the numbers of craft are those of actors that are named: `change-6` says it in all languages."""
    numbers = {number for _, number in crafts}
    return bool(numbers) and numbers <= {digits for slug, _, _ in spans for digits in _DIGITS.findall(slug)}


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[str]:
    place = 0
    for start, end in spans:
        yield text[place:start]
        yield " "
        place = max(place, end)
    yield text[place:]


@cache
def _concepts(table: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    patterns = tomllib.loads(CONCEPTS_FILE.read_text(encoding="utf-8"))[table]
    return tuple((concept, re.compile(str(pattern))) for concept, pattern in patterns.items())


def likeness_of(one: NameSigns, other: NameSigns) -> NameLikeness:
    """Compare two names; words of another language count only where both have them."""
    mine, theirs = one.everything, other.everything
    is_one_language = one.language == other.language
    if not is_one_language:
        common = one.words & other.words
        mine, theirs = mine - (one.words - common), theirs - (other.words - common)
    shared = mine & theirs
    shorter = min(len(mine), len(theirs))
    is_other_sort = bool(one.meetings and other.meetings) and one.meetings.isdisjoint(other.meetings)
    is_one_sort = bool(one.meetings & other.meetings) and bool(one.years & other.years)
    is_firm = bool(shared - one.countries) or len(shared) > 1 or (bool(shared) and is_one_sort)
    is_other = is_one_language and bool(one.subject) and bool(other.subject) and one.subject.isdisjoint(other.subject)
    # "China Space Day" and "China Space Conference" share a country and no more.
    count = 0 if is_other_sort and len(shared) == 1 else len(shared)
    return NameLikeness(count, count / shorter if shorter else 0.0, is_firm and count > 0, is_other)
