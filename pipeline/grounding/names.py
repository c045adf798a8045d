"""Names in claims: whether a source has them, in whatever case or short form, and whether they stand in their place."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from babel import Locale

from pipeline.grounding.words import STOP_WORDS

Names = Callable[[str], Sequence[tuple[str, int, int]]]

MIN_PREFIX_CHARS = 4
ENDING_CHARS = 3  # what inflection may change at a name's end
MIN_ACRONYM_CHARS = 2
MAX_ACRONYM_CHARS = 8

_CAPITALISED = re.compile(r"\b[A-ZÀ-ÝА-ЯЁ][\w’']*(?:[-.][A-ZÀ-ÝА-ЯЁ\d][\w’']*)*")
_SENTENCE_START = re.compile(r"(?:^|[.!?…:;]\s|\n|[\"“«(‘]\s?)\s*$")
_WORD = re.compile(r"[^\W\d_]+")
_RUN = re.compile(r"[A-ZА-ЯЁ][\w’-]+(?:\s(?:(?:of|for|the|and|on|de|des|la|du|et|по|и)\s)*[A-ZА-ЯЁ][\w’-]+)+")
_DEMONYMS = {
    "GB": "british britain uk u.k england briton британский британия великобритания britannique royaume-uni",
    "US": "us u.s usa u.s.a america american сша американский américain états-unis",
    "FR": "french france французский франция français française",
    "CN": "china chinese китай китайский chine chinois chinoise prc",
    "NL": "dutch netherlands holland",
    "DE": "german germany немецкий германия allemand allemagne",
    "ES": "spanish spain espagnol espagne",
    "PT": "portuguese portugal",
    "CH": "swiss switzerland suisse",
    "GR": "greek greece grec grèce",
    "TH": "thai thailand",
    "AE": "emirati uae emirates",
    "RU": "russia russian россия российский русский russie russe",
    "EU": "europe european eu ес европейский европа européen européenne ue",
    "UN": "un united-nations оон onu",
    "KR": "korea korean корея coréen corée",
    "TR": "turkish turkey türkiye",
}


@dataclass(frozen=True)
class Name:
    """A name in a text: its words, or the slug by which the gazetteer knows it."""

    text: str
    slug: str | None
    start: int
    end: int


def names_in(text: str, names: Names | None) -> list[Name]:
    """List gazetteer names and other capitalised words; words capitalised only by opening a sentence are left out."""
    known = [Name(text[start:end], slug, start, end) for slug, start, end in (names(text) if names else ())]
    found = list(known)
    for match in _CAPITALISED.finditer(text):
        if any(name.start < match.end() and match.start() < name.end for name in known):
            continue
        if _is_name(text, match):
            found.append(Name(match[0].rstrip("'’."), None, *match.span()))
    return sorted(found, key=lambda name: name.start)


def _is_name(text: str, match: re.Match[str]) -> bool:
    word = match[0]
    if _is_acronym(word):
        return True
    if word.lower() in _country_forms():
        return True
    opens = _SENTENCE_START.search(text, max(0, match.start() - 4), match.start()) or match.start() == 0
    common = any(word.lower() in words for words in STOP_WORDS.values())
    return not opens and not common and len(word) > MIN_ACRONYM_CHARS


def _is_acronym(word: str) -> bool:
    letters = word.replace(".", "").replace("-", "")
    return len(letters) >= MIN_ACRONYM_CHARS and letters.isupper()


@cache
def _country_forms() -> dict[str, str]:
    """Map lower-case names of countries and peoples to a code: CLDR's names, and the adjectives they do not show."""
    forms: dict[str, str] = {}
    for language in ("en", "fr", "ru"):
        territories = Locale(language).territories
        forms |= {name.lower(): code for code, name in territories.items() if len(code) == MIN_ACRONYM_CHARS}
    return forms | {form: code for code, words in _DEMONYMS.items() for form in words.split()}


class SourceNames:
    """What a source can be asked about names: its words, its initials, its countries, its gazetteer slugs."""

    def __init__(self, text: str, names: Names | None) -> None:
        words = _WORD.findall(text.lower())
        self._words = f" {' '.join(words)} "
        self._folded = " ".join(text.lower().replace("’", "'").split())
        self.slugs = frozenset(slug for slug, _, _ in names(text)) if names else frozenset()
        forms = _country_forms()
        dotted = re.findall(r"[^\W\d_]+(?:[.-][^\W\d_]+)*", text.lower())
        self._countries = {forms[word] for word in dotted if word in forms}
        self._countries |= {forms[word] for word in words if word in forms}
        self._initials = _initials_of(text)
        self._acronyms = {re.sub(r"[.\-]", "", word) for word in _CAPITALISED.findall(text) if _is_acronym(word)}

    def has(self, name: Name) -> bool:
        """Tell whether the source names this, in any case, as an acronym of it or by the country's other word."""
        lowered = " ".join(name.text.lower().replace("’", "'").split())
        if (name.slug is not None and name.slug in self.slugs) or lowered in self._folded:
            return True
        code = _country_forms().get(lowered)
        if code is not None and code in self._countries:
            return True
        if _is_acronym(name.text):
            return re.sub(r"[.\-]", "", name.text) in self._initials or self._spells(name.text)
        return all(self._has_word(word) for word in _WORD.findall(lowered)) or self._spells(name.text)

    def _spells(self, acronym: str) -> bool:
        """Tell whether words of the source, capitalised or not, begin with the letters: `MoU`, `EO`."""
        letters = [sign for sign in acronym.lower() if sign.isalpha()]
        if not MIN_ACRONYM_CHARS < len(letters) <= MAX_ACRONYM_CHARS or acronym[1:].islower():
            return False
        return re.search(r"(?<= )" + r"\w* ".join(letters), self._words) is not None

    def _has_word(self, word: str) -> bool:
        if len(word) < MIN_PREFIX_CHARS:
            return f" {word} " in self._words
        return f" {word[: max(MIN_PREFIX_CHARS, len(word) - ENDING_CHARS)]}" in self._words

    def spells_out(self, phrase: str) -> bool:
        """Tell whether an acronym of the source stands for a run of capitalised words."""
        return bool(_initials_of(phrase) & self._acronyms)


def _initials_of(text: str) -> frozenset[str]:
    """Collect the initials of runs of capitalised words, small words between them left out."""
    found = set()
    for run in _RUN.finditer(text):
        letters = [part[0] for word in run[0].split() for part in word.split("-") if part and part[0].isupper()]
        sizes = range(MIN_ACRONYM_CHARS, min(len(letters), MAX_ACRONYM_CHARS) + 1)
        found |= {"".join(letters[at : at + size]) for size in sizes for at in range(len(letters) - size + 1)}
    return frozenset(found)


def name_problems(names: Sequence[Name], source: SourceNames, otherwise: Sequence[tuple[int, int]]) -> list[str]:
    """Say which names the source does not have, those inside the `otherwise` spans left out."""
    missing = [name for name in names if not source.has(name)]
    kept = [name for name in missing if not any(a <= name.start and name.end <= b for a, b in otherwise)]
    return [f"the name {name.text} is not in the source" for name in kept]


def otherwise_named(claim: str, names: Sequence[Name], source: SourceNames) -> list[tuple[int, int]]:
    """List the spans of a claim that the source has under another name: by acronym, country or gazetteer."""
    spelled = [match.span() for match in _RUN.finditer(claim) if source.spells_out(match[0])]
    return spelled + [(name.start, name.end) for name in names if source.has(name)]
