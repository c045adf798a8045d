"""Countries in a text; which of them take part, `participants` decides.

Names come from CLDR, adjectives and guards from `countries.toml`; apart from the gazetteer because a country is
named by grammar (`Sino-UK`, `китайского`, `中英`) where an actor is named by a list.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from pydantic import BaseModel, ConfigDict, TypeAdapter

from pipeline.understanding.actor_files import country_codes
from pipeline.understanding.gazetteer import NameMatch, NameMatcher, folded, longest_matches
from pipeline.values import Span

COUNTRIES_FILE = Path(__file__).with_name("countries.toml")
PLACES_FILE = Path(__file__).with_name("places.toml")
# Names in these scripts cannot be taken for names of another language, so they are always looked for.
ALWAYS_LANGUAGES = ("en", "zh", "zh_Hant", "ru")
UNKNOWN_LANGUAGE = ("fr", "es")
CODE_OF_BODY = {"EU": "EU-ESA", "UN": "UN"}
NOBODY = ""
GUARD_CHARS = 40
# Marks the owner of a place, an office or a person that stands for a country.
PLACE_MARK = "@"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Guard(_Strict):
    """A name that is no country where a regular expression finds something beside it."""

    names: tuple[str, ...]
    unless_before: str | None = None
    unless_after: str | None = None


class _Initials(_Strict):
    """Chinese one-character names, which count only in the pairs listed; an empty code depends on the text."""

    letters: Mapping[str, str]
    pairs: tuple[str, ...]
    unless_before: str
    unless_after: str


class _CountriesFile(_Strict):
    """The whole of `countries.toml`."""

    dependents: tuple[str, ...]
    dropped: Mapping[str, tuple[str, ...]]
    names: Mapping[str, Mapping[str, tuple[str, ...]]]
    phrases: Mapping[str, tuple[str, ...]]
    guard: tuple[_Guard, ...]
    initials: _Initials


@dataclass(frozen=True)
class CountryMention:
    """A country (ISO 3166 alpha-2, `EU-ESA` or `UN`), how often it is named, and where first."""

    code: str
    count: int
    first: Span


@cache
def _file() -> _CountriesFile:
    return _CountriesFile.model_validate(tomllib.loads(COUNTRIES_FILE.read_text(encoding="utf-8")))


@cache
def _places() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    return TypeAdapter(dict[str, dict[str, tuple[str, ...]]]).validate_python(
        tomllib.loads(PLACES_FILE.read_text(encoding="utf-8"))
    )


def _expanded(name: str) -> Iterable[str]:
    """Write out the endings in braces: `chinois{,e,es}` is three words."""
    stem, brace, rest = name.partition("{")
    if not brace:
        return [name]
    endings, _, after = rest.partition("}")
    return [f"{stem}{ending}{after}" for ending in endings.split(",")]


def _compound_beginnings(name: str) -> Iterable[str]:
    """Give the first half of Russian compounds too: `российский` stands in `российско-китайский`."""
    return [name, f"{name[:-2]}о-"] if name.endswith(("ский", "цкий")) else [name]


def _cldr_names(language: str) -> Iterable[tuple[str, str]]:
    """Yield code and name of each territory; names of dependents belong to nobody."""
    try:
        territories = Locale.parse(language.replace("-", "_")).territories
    except (UnknownLocaleError, ValueError):
        return
    dropped = _file().dropped.get(language, ())
    for territory, full_name in territories.items():
        name = re.split(r" ?[(（]", full_name)[0]
        code = CODE_OF_BODY.get(territory, territory)
        if code in country_codes() and name not in dropped:
            owner = NOBODY if code in _file().dependents else code
            yield owner, name
            yield owner, name.replace(" & ", " and ").replace("St. ", "Saint ")


def _names_in(language: str) -> Iterable[tuple[str, str]]:
    yield from _cldr_names(language)
    for code, names in _file().names.get(language, {}).items():
        for name in names:
            for written in _expanded(name):
                yield from ((code, beginning) for beginning in _compound_beginnings(written))
    yield from ((NOBODY, phrase) for phrase in _file().phrases.get(language, ()))
    for code, names in _places().get(language, {}).items():
        yield from ((PLACE_MARK + code, written) for name in names for written in _expanded(name))


@cache
def _matcher(base_language: str | None) -> NameMatcher:
    extra = (base_language,) if base_language else UNKNOWN_LANGUAGE
    return NameMatcher(pair for one in dict.fromkeys((*ALWAYS_LANGUAGES, *extra)) for pair in _names_in(one))


@cache
def _guards() -> Mapping[str, Sequence[tuple[re.Pattern[str] | None, re.Pattern[str] | None]]]:
    guards = defaultdict(list)
    for guard in _file().guard:
        before = re.compile(guard.unless_before) if guard.unless_before else None
        after = re.compile(guard.unless_after) if guard.unless_after else None
        for name in guard.names:
            guards[name].append((before, after))
    return dict(guards)


def _is_guarded(match: NameMatch, shape: str) -> bool:
    before = shape[max(0, match.start - GUARD_CHARS) : match.start]
    after = shape[match.end : match.end + GUARD_CHARS]
    return any(
        (unless_before is not None and unless_before.search(before) is not None)
        or (unless_after is not None and unless_after.search(after) is not None)
        for unless_before, unless_after in _guards().get(match.name, ())
    )


@cache
def _initials_pattern() -> re.Pattern[str]:
    initials = _file().initials
    pairs = "|".join(sorted(initials.pairs, key=len, reverse=True))
    return re.compile(f"(?:{pairs})(?!{initials.unless_after.removeprefix('^')})")


def _initials_in(shape: str, named: Counter[str]) -> Iterable[NameMatch]:
    """Read pairs such as 中英; 巴 and 阿 are the country named most in the text whose name begins so, if any."""
    letters, unless_before = _file().initials.letters, _file().initials.unless_before
    for pair in _initials_pattern().finditer(shape):
        if re.search(unless_before, shape[max(0, pair.start() - 1) : pair.start()]):
            continue
        for place, letter in enumerate(pair.group(), start=pair.start()):
            code = letters[letter] or _code_named_with(letter, named)
            if code:
                yield NameMatch(code, letter, place, place + 1)


def _code_named_with(letter: str, named: Counter[str]) -> str | None:
    territories = Locale("zh").territories
    return next((code for code, _ in named.most_common() if territories.get(code, "").startswith(letter)), None)


def country_matches(shape: str, language: str | None, *, with_places: bool = False) -> list[NameMatch]:
    """Find every mention of a country in a `folded` text, in reading order.

    Owners that bear `PLACE_MARK` are of places that stand for a country.
    """
    base_language = re.split("[-_]", language)[0].lower() if language else None
    candidates = _matcher(base_language).candidates_in_folded(shape)
    found = [
        match
        for match in candidates
        if (with_places or not match.owner.startswith(PLACE_MARK)) and not _is_guarded(match, shape)
    ]
    named = Counter(match.owner for match in found)
    kept = longest_matches([*found, *_initials_in(shape, named)], len(shape))
    return [match for match in kept if match.owner != NOBODY]


def countries_in(text: str, language: str | None) -> list[CountryMention]:
    """Count the countries that a text names, ordered by the first mention; None looks in every language we know.

    The language is a BCP 47 code; English, Chinese and Russian names are looked for whatever it is.
    """
    places = defaultdict(list)
    for match in country_matches(folded(text), language):
        places[match.owner].append(Span(match.start, match.end))
    return [CountryMention(code, len(spans), spans[0]) for code, spans in places.items()]
