"""The words by which names of organisations are found in a text, as patterns; the lists lie in `unknown_names.toml`.

Apart from the finding, since every script has a pattern of its own.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale

WORDS_FILE = Path(__file__).with_name("unknown_names.toml")
MAX_CAPITALS = 12
MIN_PLACE_CHARS = 2

Table = Mapping[str, Sequence[str]]

# Bounds keep hostile text from costing more than its length.
_CAPITAL = r"(?:(?:[A-Z]\.){2,4}|[A-ZÀ-ÖØ-Þ](?:[\w&-]|['’](?!s\b)|\.(?=\w)){0,40})"
_FRENCH_ADJECTIVE = (
    "ale?s?|aux|iques?|i[ea]nn?e?s?|aise?s?|oise?s?|aires?|elle?s?|els?|ive?s?|ain?e?s?|ées?|és?|ères?|iers?|oles?"
    "|ande?s?"
)
_FRENCH_ARTICLE = r"(?:la\s|les?\s|l['’])"
_FRENCH_LINK = (
    rf"\s(?:et\s)?(?:de\sla\s|de\sl['’]|des\s|du\s|de\s|d['’]|pour\s{_FRENCH_ARTICLE}?|sur\s{_FRENCH_ARTICLE}?)"
)
_RUSSIAN_FIRST = "ый|ий|ой|ая|яя|ое|ее|ого|его|ому|ему|ым|им|ом|ем|ую|юю"
_RUSSIAN_GENITIVE = "ой|ей|ого|его|ых|их|ов|ев|ий|ии|ия|ки|ы|и|а|я"
_RUSSIAN_NOMINATIVE = "ая|яя|ое|ые|ый"
_NAMED_AFTER = r"имени\s[А-ЯЁ][\w.\s]{0,6}[А-ЯЁ][а-яё]+"


@dataclass(frozen=True)
class LatinWords:
    """How names in Latin letters look, and what they begin with or hold."""

    run: re.Pattern[str]
    joints: re.Pattern[str]
    french: re.Pattern[str]
    heads: frozenset[str]
    loose: frozenset[str]
    inside: frozenset[str]
    never_leading: frozenset[str]
    generic: frozenset[str]


@dataclass(frozen=True)
class RussianWords:
    """How Russian names look: in quotation marks after a form, or about a head with its genitives."""

    quoted: re.Pattern[str]
    body: re.Pattern[str]
    generic: tuple[str, ...]


@dataclass(frozen=True)
class ChineseWords:
    """What Chinese names end with, and what stands before them: a country or, in group `stop`, what is no part."""

    head: re.Pattern[str]
    before: re.Pattern[str]
    generic: frozenset[str]


@cache
def latin_words() -> LatinWords:
    """Read the words of names in Latin letters."""
    table = _table("latin")
    inside, joining = table["inside"], table["joining"]
    link = rf"\s(?:{_any_of((*inside, *joining))})"
    return LatinWords(
        run=re.compile(rf"(?<![\w.&]){_CAPITAL}(?:(?:{link}){{0,3}}\s(?:[dl]['’])?{_CAPITAL}){{1,{MAX_CAPITALS}}}"),
        joints=re.compile(rf"\s(?:(?P<is_and>{_any_of(joining)})|{_any_of(inside)})(?:\s(?:the|la|le))?\s"),
        french=_french_pattern(table["french_heads"]),
        heads=frozenset(table["heads"]),
        loose=frozenset((*table["never_first"], *inside, *joining)),
        inside=frozenset((*inside, *joining)),
        never_leading=frozenset(table["never_leading"]),
        generic=frozenset(table["generic"]),
    )


def _french_pattern(heads: Sequence[str]) -> re.Pattern[str]:
    """Make the pattern of a head, its adjectives, and what follows by `de` and the like with adjectives of its own."""
    adjective = rf"(?:\s[a-zà-ÿ-]+(?:{_FRENCH_ADJECTIVE})(?![\w’']))"
    part = rf"(?:{_FRENCH_LINK}[\wÀ-ÿ-]{{3,}}{adjective}{{0,3}})"
    return re.compile(rf"(?<!\w)(?:{_any_of(heads)})(?:{adjective}{{1,3}}{part}{{0,4}}|{part}{{1,4}})")


@cache
def russian_words() -> RussianWords:
    """Read the words of Russian names."""
    table = _table("cyrillic")
    forms, heads = "|".join(table["before_quotes"]), "|".join(table["heads"])
    first = rf"[А-ЯЁ][а-яё]+(?:{_RUSSIAN_FIRST})\s(?:[а-яё-]+(?:{_RUSSIAN_FIRST})\s){{0,3}}(?:{heads})[а-яё]*"
    head_first = rf"(?:{heads.title()})[а-яё]*(?=\s[а-яё])"
    genitive = rf"\s(?![а-яё]*(?:{_RUSSIAN_NOMINATIVE})(?![а-яё]))[А-ЯЁа-яё][а-яё]*(?:{_RUSSIAN_GENITIVE})(?![а-яё])"
    joined = r"\sи(?=\s[а-яё]*(?:ой|ей|ого|его|ых|их)\s)"
    return RussianWords(
        quoted=re.compile(rf"(?<!\w)(?:{forms})[а-яё]*\s[«\"“„][^»\"”“\n]{{2,60}}[»\"”“]"),
        body=re.compile(rf"(?:{first}|{head_first})(?:{genitive}|{joined}){{0,6}}(?:\s(?:РАН|{_NAMED_AFTER}))?"),
        generic=(*table["generic"], *table["heads"]),
    )


@cache
def chinese_words() -> ChineseWords:
    """Read the words of Chinese names."""
    table = _table("chinese")
    return ChineseWords(
        head=re.compile(_any_of(table["heads"])),
        before=re.compile(rf"{_any_of(_places_in_chinese())}|(?P<stop>{_any_of(table['breaks'])})"),
        generic=frozenset(table["generic"]),
    )


def _places_in_chinese() -> list[str]:
    names = (str(name) for code, name in Locale("zh").territories.items() if str(code).isalpha())
    return [name for name in names if len(name) >= MIN_PLACE_CHARS and "（" not in name]


def _any_of(words: Sequence[str]) -> str:
    """Write an alternative of words, the longest first, since the first that fits is taken."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


@cache
def _table(script: str) -> Table:
    table: Mapping[str, Table] = tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))
    return table[script]
