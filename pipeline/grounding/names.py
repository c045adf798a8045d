"""Names in claims: whether a source has them, in whatever case or short form, and whether they stand in their place."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from babel import Locale

from pipeline.grounding.findings import not_there
from pipeline.grounding.words import STOP_WORDS
from pipeline.understanding.countries import PLACE_MARK, country_matches
from pipeline.understanding.gazetteer import folded

Names = Callable[[str], Sequence[tuple[str, int, int]]]

MIN_PREFIX_CHARS = 4
ENDING_CHARS = 3  # what inflection may change at a name's end
COUNTRY_PREFIX_CHARS = 4
MAX_TITLE_CHARS = 30
MIN_ACRONYM_CHARS = 2
MAX_ACRONYM_CHARS = 8

_LETTER = r"[^\W\u3400-\u9fff]"
_CAPITALISED = re.compile(
    rf"(?:(?<=\b[LDJNSMCTldjnsmct][’'])|(?<=\b[Qq]u[’'])|\b(?![LDJNSMCTQ]u?[’']))[A-ZÀ-ÝА-ЯЁ](?:{_LETTER}|[’'](?=\w))*"
    rf"(?:[-.][A-ZÀ-ÝА-ЯЁ\d](?:{_LETTER}|[’'](?=\w))*)*"
)
_SENTENCE_START = re.compile(r"(?:^|[.!?…:]\s|\n|[\"“«(‘]\s?)\s*$")
_WORD = re.compile(r"[^\W\d_]+")
_CJK = re.compile(r"[\u3400-\u9fff]")
_OPENING = re.compile(
    r"(?:^|[.!?…:;]\s|\n|[\"“«]\s?)(?P<word>"
    r"Prime|President|Vice|Minister|Ministers?|Ambassador|Professor|Doctor|Secretary|Senator"
    r"|General|Director|Administrator|Foreign|Chairman|Chairwoman"
    r"|Academician|King|Queen|Président|Présidente|Ministre|Ambassadeur|Directeur|Directrice"
    r"|Madame|Monsieur|Президент|Министр|Академик|Премьер"
    r"|Посол|Директор|Профессор|Глава)\s$"
)
_LOCALES = frozenset({"en", "fr", "ru"})
# Words for countries and peoples that CLDR's names do not begin with.
_OTHER_COUNTRY_WORDS = (
    "uk",
    "u.k",
    "brit",
    "engl",
    "us",
    "u.s",
    "amer",
    "dutch",
    "emir",
    "uae",
    "u.a.e",
    "prc",
    "holl",
    "eu",
    "un",
    "gree",
    "grec",
    "spa",
    "danish",
    "danois",
    "swe",
    "suéd",
    "turk",
    "turc",
    "thai",
    "pol",
    "fin",
    "ger",
    "alle",
    "czech",
    "welsh",
    "scot",
    "сша",
    "амер",
    "брит",
    "англ",
    "голл",
    "оаэ",
    "ес",
    "оон",
    "юар",
    "герм",
    "нем",
    "греч",
    "испан",
    "фран",
    "royaume",
    "états",
    "sino",
    "franco",
    "sud-af",
    "южноаф",
    "indi",
    "индий",
    "chin",
    "кита",
    "росси",
    "russ",
    "руск",
    "русск",
    "japon",
    "japa",
    "япон",
    "ukrain",
    "украин",
)
_POSSESSIVE = re.compile(r"(?:['’]s)?['’.]*$")
_RUN = re.compile(r"[A-ZА-ЯЁ][\w’-]+(?:\s(?:(?:of|for|the|and|on|de|des|la|du|et|по|и)\s)*[A-ZА-ЯЁ][\w’-]+)+")
COUNTRY = "country:"
_EVERYWHERE = frozenset(["earth", "terre", "земля", "земли", "землю", "земле", "землей", "землёй"])


@dataclass(frozen=True)
class Name:
    """A name in a text: its words, or the slug by which the gazetteer knows it."""

    text: str
    slug: str | None
    start: int
    end: int


def names_in(text: str, names: Names | None, language: str) -> list[Name]:
    """List gazetteer names, countries and peoples, and other capitalised words, in reading order.

    Words capitalised only by opening a sentence are left out.
    """
    found = [Name(text[start:end], slug, start, end) for slug, start, end in (names(text) if names else ())]
    taken = bytearray(len(text))
    for name in found:
        _mark(taken, name)
    found.extend(_mark(taken, name) for name in _countries(text, language) if not _is_taken(taken, name))
    for match in _CAPITALISED.finditer(text):
        words = _POSSESSIVE.sub("", match[0])
        name = Name(words, None, match.start(), match.start() + len(words))
        if not _is_taken(taken, name) and _is_name(text, match):
            found.append(_mark(taken, name))
    return _joined(text, sorted(found, key=lambda name: name.start))


def _mark(taken: bytearray, name: Name) -> Name:
    taken[name.start : name.end] = b"\1" * (name.end - name.start)
    return name


def _is_taken(taken: bytearray, name: Name) -> bool:
    return any(taken[name.start : name.end])


def _joined(text: str, names: Sequence[Name]) -> list[Name]:
    """Make one name of capitalised words next to each other."""
    joined: list[Name] = []
    for name in (_with_title(text, one) for one in names):
        last = joined[-1] if joined else None
        if last and last.slug is None and name.slug is None and text[last.end : name.start] == " ":
            joined[-1] = Name(text[last.start : name.end], None, last.start, name.end)
        else:
            joined.append(name)
    return joined


def _with_title(text: str, name: Name) -> Name:
    """Begin a name at the capitalised word that opens its sentence: `Minister Kishida`."""
    opening = _OPENING.search(text, max(0, name.start - MAX_TITLE_CHARS), name.start) if name.slug is None else None
    if opening is None or any(opening["word"].lower() in words for words in STOP_WORDS.values()):
        return name
    return Name(text[opening.start("word") : name.end], None, opening.start("word"), name.end)


def _countries(text: str, language: str) -> list[Name]:
    """Find countries and peoples in whatever case; a country's slug is its code behind `country:`."""
    found = []
    for match in country_matches(folded(text), language):
        words = text[match.start : match.end]
        # A capital stands for its country elsewhere; here Beijing is not Shanghai.
        slug = COUNTRY + match.owner if _is_country(words.lower(), match.owner, language) else None
        found.append(Name(words, slug, match.start, match.end))
    return found


def _is_country(words: str, code: str, language: str) -> bool:
    """Tell a country's or a people's name from a city's."""
    if _CJK.search(words):
        return len(words) == 1 or words[-1] in "国國方" or words in _territories("zh")
    stem = words[:COUNTRY_PREFIX_CHARS]
    return words.startswith(_OTHER_COUNTRY_WORDS) or any(
        part.startswith(stem) for locale in {language, "en"} & _LOCALES for part in _country_words(locale, code)
    )


@cache
def _territories(locale: str) -> frozenset[str]:
    return frozenset(name.lower() for name in Locale(locale).territories.values())


@cache
def _country_words(locale: str, code: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(Locale(locale).territories.get(code, "").lower()))


def _is_name(text: str, match: re.Match[str]) -> bool:
    word = match[0]
    if _is_acronym(word):
        return True
    opens = _SENTENCE_START.search(text, max(0, match.start() - 4), match.start()) or match.start() == 0
    common = any(word.lower() in words for words in STOP_WORDS.values())
    return not opens and not common and len(word) > MIN_ACRONYM_CHARS


def _is_acronym(word: str) -> bool:
    letters = word.replace(".", "").replace("-", "")
    return len(letters) >= MIN_ACRONYM_CHARS and letters.isupper()


class SourceNames:
    """What a source can be asked about names: its words, its initials, its countries, its gazetteer slugs."""

    def __init__(self, text: str, names: Names | None, language: str) -> None:
        self._text, self._language = text, language
        words = _WORD.findall(text.lower())
        self._words = f" {' '.join(words)} "
        self._folded = " ".join(text.lower().replace("’", "'").split())
        self._names = names

    @cached_property
    def slugs(self) -> frozenset[str]:
        """The actors that the gazetteer finds."""
        return frozenset(slug for slug, _, _ in self._names(self._text)) if self._names else frozenset()

    @cached_property
    def _countries(self) -> frozenset[str | None]:
        return frozenset(name.slug for name in _countries(self._text, self._language))

    @cached_property
    def _placed_in(self) -> frozenset[str]:
        """The countries of its cities, too: Tashkent tells of Uzbekistan."""
        found = country_matches(folded(self._text), self._language, with_places=True)
        return frozenset(COUNTRY + match.owner.removeprefix(PLACE_MARK) for match in found)

    @cached_property
    def _initials(self) -> frozenset[str]:
        return _initials_of(self._text)

    @cached_property
    def _acronyms(self) -> frozenset[str]:
        return frozenset(re.sub(r"[.\-]", "", word) for word in _CAPITALISED.findall(self._text) if _is_acronym(word))

    def has(self, name: Name) -> bool:
        """Tell whether the source names this, in any case, as an acronym of it or by the country's other word."""
        lowered = " ".join(name.text.lower().replace("’", "'").split())
        if name.slug is not None and name.slug.startswith(COUNTRY):
            return name.slug in self._countries or name.slug in self._placed_in
        if lowered in _EVERYWHERE or self._has_whole(lowered) or (name.slug is not None and name.slug in self.slugs):
            return True
        if _is_acronym(name.text):
            return re.sub(r"[.\-]", "", name.text) in self._initials or self._spells(name.text)
        return all(self._has_word(word) for word in _WORD.findall(lowered)) or self._spells(name.text)

    def _has_whole(self, lowered: str) -> bool:
        """Look a name up as it stands, as a whole word where words are parted."""
        at = self._folded.find(lowered)
        while at >= 0:
            before, after = self._folded[at - 1 : at], self._folded[at + len(lowered) : at + len(lowered) + 1]
            if not any(sign.isalnum() and not _CJK.match(sign) for sign in (before, after)) or _CJK.search(lowered):
                return True
            at = self._folded.find(lowered, at + 1)
        return False

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
    return [not_there(f"name {name.text}") for name in kept]


def otherwise_named(claim: str, names: Sequence[Name], source: SourceNames) -> list[tuple[int, int]]:
    """List the spans of a claim that the source has under another name: by acronym, country or gazetteer."""
    spelled = [match.span() for match in _RUN.finditer(claim) if source.spells_out(match[0])]
    return spelled + [(name.start, name.end) for name in names if source.has(name)]
