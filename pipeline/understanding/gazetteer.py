"""The gazetteer of actors: loading its TOML files and finding names of any script in a text.

Apart from the countries, which have their own grammar but use the same `NameMatcher`.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TypeGuard

import ahocorasick
from babel import Locale

from pipeline.values import Actor, ActorMention, Span

ACTORS_FOLDER = Path(__file__).parent.parent / "actors"
ACTOR_KINDS = frozenset(
    {"agency", "un", "organisation", "association", "mission", "programme", "instrument", "company", "institute"}
)
NOT_ISO_CODES = frozenset({"EU-ESA", "UN"})
ACTOR_KEYS = frozenset(field.name for field in fields(Actor))
REQUIRED_KEYS = ("slug", "name", "kind", "names")
# Three capitalised words rarely stand together by chance, so their case need not be checked.
FREE_CASE_WORDS = 3

TRADITIONAL = (
    "國歐聯衛導聖陽際廣節專學業術會議長協華東馬車軍區調員應測繪氣麗達圖寶雲亞蘭羅賓爾維魯貝臘門韓烏墾"
    "緬約當賽僑條間創務監觀體處點總發機構縣陸計劃組織網絡遙傳實驗對頭團題環運載電視訊簽爭盧剛納與絲為"
    "舉喬書買產倫偽關農岡準減則辦動勞廳變敘號壇備奧寧憲屬嶼島帶庫開張彌強戰戶報撾損據數無時來極樣橋畢"
    "漢湯澤濟灣濱災愛獵瑪磚競糧紀紐線練經統繼續綜緩脫蘇榮萊營薩藍規覺訓記論設試誕詢語諾談譜責質貿資贊"
    "軌邊進遠採針鏈鏡問聞陣險韋頂項頓預領風飛鮑鮮鳥鵲鷹麥齊龍臺揚義層揮幾內別茲宮雙現類轉過這歡"
)
SIMPLIFIED = (
    "国欧联卫导圣阳际广节专学业术会议长协华东马车军区调员应测绘气丽达图宝云亚兰罗宾尔维鲁贝腊门韩乌垦"
    "缅约当赛侨条间创务监观体处点总发机构县陆计划组织网络遥传实验对头团题环运载电视讯签争卢刚纳与丝为"
    "举乔书买产伦伪关农冈准减则办动劳厅变叙号坛备奥宁宪属屿岛带库开张弥强战户报挝损据数无时来极样桥毕"
    "汉汤泽济湾滨灾爱猎玛砖竞粮纪纽线练经统继续综缓脱苏荣莱营萨蓝规觉训记论设试诞询语诺谈谱责质贸资赞"
    "轨边进远采针链镜问闻阵险韦顶项顿预领风飞鲍鲜鸟鹊鹰麦齐龙台扬义层挥几内别兹宫双现类转过这欢"
)

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
    table = {ord(old): new for old, new in zip(TRADITIONAL, SIMPLIFIED, strict=True)}
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    table |= {ord(letter): unicodedata.normalize("NFD", letter)[0] for letter in map(chr, range(0xC0, 0x250))}
    table |= dict.fromkeys(map(ord, "’‘´`ʼ′＇ʹ"), "'")
    table |= dict.fromkeys(map(ord, "‐‑‒–—−－"), "-")
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
    """One spelling of a name: a folded literal for the automaton, and a pattern when its words inflect."""

    owner: str
    name: str
    shape: str
    pattern: re.Pattern[str] | None
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


def _inflected_pattern(shape: str) -> re.Pattern[str] | None:
    if not _is_cyrillic(shape) or shape.isupper():
        return None
    parts = re.split(r"(\W+)", shape)
    return re.compile(
        "".join(inflected(part) if index % 2 == 0 else re.escape(part) for index, part in enumerate(parts))
    )


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
    return re.split(r"\\|\(", spelling.pattern.pattern, maxsplit=1)[0]


def _end_of_match(spelling: _Spelling, lowered: str, start: int, literal_end: int) -> int | None:
    if spelling.pattern is None:
        return literal_end
    match = spelling.pattern.match(lowered, start)
    while match and _joins(lowered, match.end() - 1):
        # An ending that stops inside the word is the wrong alternative: try the whole word instead.
        word_end = match.end()
        while _joins(lowered, word_end - 1):
            word_end += 1
        return word_end if spelling.pattern.fullmatch(lowered, start, word_end) else None
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


class Gazetteer:
    """Finds actors in texts; the longest name wins, an ambiguous one only in its context."""

    def __init__(self, actors: Iterable[Actor]) -> None:
        self.actors: Mapping[str, Actor] = {actor.slug: actor for actor in actors}
        self._matcher = NameMatcher((actor.slug, name) for actor in self.actors.values() for name in names_of(actor))
        self._contexts = {
            (actor.slug, name): tuple(_context_pattern(word) for word in words)
            for actor in self.actors.values()
            for name, words in actor.ambiguous.items()
        }

    def spans(self, text: str) -> list[tuple[str, int, int]]:
        """List every mention as slug, start and end in code points, in reading order."""
        candidates = self._matcher.candidates(text)
        certain = {found.owner for found in candidates if (found.owner, found.name) not in self._contexts}
        support = self._context_support(text, candidates, certain)
        accepted = [found for found in candidates if support.get((found.owner, found.name), 1)]
        # Of actors that share a name at one place, the one with more context stands first and takes it.
        accepted.sort(key=lambda found: -support.get((found.owner, found.name), 1))
        return [(found.owner, found.start, found.end) for found in longest_matches(accepted, len(text))]

    def mentions(self, text: str) -> tuple[ActorMention, ...]:
        """Count each actor's mentions; ordered by the first of them."""
        by_slug = sorted(self.spans(text))
        counted = []
        for slug, found in groupby(by_slug, key=lambda span: span[0]):
            places = [Span(start, end) for _, start, end in found]
            counted.append(ActorMention(slug, len(places), places[0]))
        return tuple(sorted(counted, key=lambda mention: mention.first.start))

    def _context_support(
        self, text: str, candidates: Sequence[NameMatch], certain: set[str]
    ) -> dict[tuple[str, str], int]:
        """Count the context words of each ambiguous name; the actor's own full name in the text outweighs them."""
        shape = folded(text).lower()
        keys = {(found.owner, found.name) for found in candidates} & self._contexts.keys()
        return {
            (owner, name): sum(bool(word.search(shape)) for word in self._contexts[owner, name])
            + 100 * (owner in certain)
            for owner, name in keys
        }


def names_of(actor: Actor) -> Iterable[str]:
    """Give every name of an actor once, its own first."""
    return dict.fromkeys([actor.name, *(name for names in actor.names.values() for name in names)])


def _context_pattern(word: str) -> re.Pattern[str]:
    shape = re.escape(folded(word).lower())
    return re.compile(shape if _is_cjk(word[0]) else rf"(?<![a-z0-9]){shape}")


def load_actors(folder: Path | None = None) -> tuple[Actor, ...]:
    """Read every TOML file of the folder, by default the one that ships with Perilune.

    Raises ValueError that names the file and the key: unknown key, wrong type, unknown kind or country, slug used
    twice, or a name that several actors bear and that is not `ambiguous` in each.
    """
    actors: dict[str, Actor] = {}
    bearers: dict[str, Actor] = {}
    for path in sorted((folder or ACTORS_FOLDER).glob("*.toml")):
        for table in _tables_of(path):
            actor = _actor_from_table(table, path.name)
            if actor.slug in actors:
                raise ValueError(f"{path.name}: slug {actor.slug!r} is used twice")
            actors[actor.slug] = actor
            _check_shared_names(bearers, actor, path.name)
    return tuple(actors.values())


def _tables_of(path: Path) -> list[Mapping[str, object]]:
    try:
        content: Mapping[str, object] = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as problem:
        raise ValueError(f"{path.name}: {problem}") from problem
    for key in content:
        if key != "actor":
            raise ValueError(f"{path.name}: unknown key {key!r}; every table is an [[actor]]")
    tables = content.get("actor", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ValueError(f"{path.name}: 'actor' must be written as [[actor]]")
    return tables


def _actor_from_table(table: Mapping[str, object], file: str) -> Actor:
    where = f"{file}, actor {table.get('slug', '?')!r}"
    for key in table:
        if key not in ACTOR_KEYS:
            likely = difflib.get_close_matches(key, ACTOR_KEYS, n=1)
            raise ValueError(f"{where}: unknown key {key!r}" + (f"; did you mean {likely[0]!r}?" if likely else ""))
    for key in REQUIRED_KEYS:
        if key not in table:
            raise ValueError(f"{where}: key {key!r} is missing")
    text = {key: _text_at(table, key, where) for key in ("slug", "name", "kind", "country", "wikidata")}
    if text["kind"] not in ACTOR_KINDS:
        raise ValueError(f"{where}: kind {text['kind']!r} is none of {', '.join(sorted(ACTOR_KINDS))}")
    if text["country"] is not None and text["country"] not in country_codes():
        raise ValueError(f"{where}: country {text['country']!r} is no ISO 3166 alpha-2 code, EU-ESA or UN")
    return Actor(
        slug=text["slug"] or "",
        name=text["name"] or "",
        kind=text["kind"] or "",
        country=text["country"],
        names=_lists_at(table, "names", where),
        ambiguous=_lists_at(table, "ambiguous", where),
        wikidata=text["wikidata"],
    )


def _text_at(table: Mapping[str, object], key: str, where: str) -> str | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        raise ValueError(f"{where}: {key!r} must be a text that is not empty")
    return value


def _is_list_of_text(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) and item for item in value)


def _lists_at(table: Mapping[str, object], key: str, where: str) -> Mapping[str, Sequence[str]]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise ValueError(f"{where}: {key!r} must be a table of lists")  # noqa: TRY004 - one error for a bad file
    lists = {}
    for name, items in value.items():
        if not _is_list_of_text(items):
            raise ValueError(f"{where}: '{key}.{name}' must be a list of texts")
        lists[name] = tuple(items)
    return lists


def _check_shared_names(bearers: dict[str, Actor], actor: Actor, file: str) -> None:
    for name in names_of(actor):
        other = bearers.setdefault(name, actor)
        if other is not actor and not (name in actor.ambiguous and name in other.ambiguous):
            raise ValueError(
                f"{file}, actor {actor.slug!r}: {name!r} is also a name of {other.slug!r}; make it ambiguous in both"
            )


@cache
def country_codes() -> frozenset[str]:
    """Give the country codes that an actor may bear: ISO 3166 alpha-2 as CLDR knows them, EU-ESA and UN."""
    pseudo = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
    codes = {str(code) for code in Locale("en").territories}
    return frozenset(code for code in codes - pseudo if len(code) == 2) | NOT_ISO_CODES  # noqa: PLR2004 - alpha-2
