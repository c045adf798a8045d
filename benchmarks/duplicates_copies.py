"""Real mutations of real texts: what scrapers, wires, embassies and editors do to a text that stays the same text."""

from __future__ import annotations

import datetime as dt
import random
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from babel.dates import format_date

from benchmarks.duplicates_texts import Source, sentences_in
from benchmarks.encodings_texts import TRADITIONAL

WORDINGS: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(
    (Path(__file__).parent / "duplicates_wordings.toml").read_text(encoding="utf-8")
)
SWAPS: Mapping[str, Mapping[str, list[tuple[str, str]]]] = WORDINGS  # type: ignore[assignment]
NUMBER_WORDS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve".split(),  # noqa: SIM905
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze".split(),  # noqa: SIM905
    "ru": "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать".split(),  # noqa: SIM905
    "zh": "〇 一 二 三 四 五 六 七 八 九 十 十一 十二".split(),  # noqa: SIM905
}
TENS = {
    "en": "- - twenty thirty forty fifty sixty seventy eighty ninety",
    "fr": "- - vingt trente quarante cinquante soixante",
    "ru": "- - двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто",
    "zh": "- - 二十 三十 四十 五十 六十 七十 八十 九十",
}
# Words that a number word may be part of a longer one with: such a number is left as it is.
COMPOSED = "hundred thousand million billion cent mille milliard тысяч сот миллион миллиард".split()  # noqa: SIM905
THOUSAND = {"en": " thousand", "fr": " mille", "ru": " тысячи", "zh": "千"}
UNITS = {
    "en": (
        ("%", " per cent"),
        (" kilometers", " km"),
        (" miles", " mi"),
        ("$", "USD "),
        (" percent", "%"),
        (" hours", " h"),
    ),
    "fr": ((" %", " pour cent"), (" kilomètres", " km"), (" euros", " €"), (" kilos", " kg"), (" mètres", " m")),
    "ru": (("%", " процентов"), (" километров", " км"), (" рублей", " руб."), (" метров", " м"), (" тонн", " т")),
    "zh": (("公里", "千米"), ("%", "％"), ("公斤", "千克"), ("分钟", "分"), ("小时", "个小时")),
}
MAX_SYNONYMS = 6
WORDS_PER_SYNONYM = 30


@dataclass(frozen=True)
class Pair:
    """Two pages and whether they carry one text."""

    kind: str
    language: str
    is_held_out: bool
    is_copy: bool
    titles: tuple[str, str]
    texts: tuple[str, str]


Mutation = Callable[[Source, random.Random], str]


def copies_of(source: Source) -> Iterator[Pair]:
    """Yield the pairs that a text makes with its mutations, and with two of them one upon the other."""
    for kind, mutate in MUTATIONS.items():
        for number, text in enumerate(_changed(source, kind, mutate)):
            title = (
                wording("headline", source, source.chance(f"{kind} {number}")) if _is_renamed(kind) else source.title
            )
            yield _pair(source, kind, (source.title, title), (source.text, text))
    first, second = source.chance("twice").sample(sorted(MUTATIONS), 2)
    for text in _changed(source, first, MUTATIONS[first]):
        for again in _changed(replace(source, text=text), second, MUTATIONS[second]):
            yield _pair(source, "two of these", (source.title, source.title), (source.text, again))
    yield from _parts(source)


def wording(kind: str, source: Source, chance: random.Random) -> str:
    """Choose one of the wordings of the half that the text belongs to."""
    listed = WORDINGS[kind][source.language]
    half = len(listed) // 2
    return chance.choice(listed[half:] if source.is_held_out else listed[:half])


def _changed(source: Source, kind: str, mutate: Mutation) -> Iterator[str]:
    text = mutate(source, source.chance(kind))
    if text != source.text:
        yield text


def _is_renamed(kind: str) -> bool:
    return kind in {"another headline", "embassy re-post"}


def _pair(source: Source, kind: str, titles: tuple[str, str], texts: tuple[str, str]) -> Pair:
    return Pair(kind, source.language, source.is_held_out, is_copy=True, titles=titles, texts=texts)


def _parts(source: Source) -> Iterator[Pair]:
    """Split a text over two or three pages: each part against the whole, and the parts joined with junk between."""
    chance = source.chance("parts")
    sentences = sentences_in(source)
    count = chance.choice((2, 3))
    if len(sentences) < 4 * count:
        return
    size = -(-len(sentences) // count)
    parts = ["".join(sentences[start : start + size]) for start in range(0, len(sentences), size)]
    titles = (source.title, source.title)
    part = chance.choice(parts)
    yield _pair(source, f"one of {count} pages", titles, (source.text, part))
    joined = f"\n{wording('related', source, chance)}\n".join(parts)
    yield _pair(source, "pages joined", titles, (source.text, joined))


def _surrounded(source: Source, chance: random.Random) -> str:
    before = [wording(kind, source, chance) for kind in chance.sample(["menu", "cookies"], chance.choice((1, 2)))]
    kinds = chance.sample(["related", "contacts", "about"], chance.choice((1, 2, 3)))
    after = [wording(kind, source, chance) for kind in kinds]
    return "\n".join([*before, source.title, source.text, *after])


def _teaser(source: Source, chance: random.Random) -> str:
    sentences = sentences_in(source)
    share = chance.uniform(0.12, 0.3)
    return "".join(sentences[: max(2, round(share * len(sentences)))]).strip() + chance.choice((" ...", " [...]", "…"))


def _first_half(source: Source, chance: random.Random) -> str:
    return source.text[: int(chance.uniform(0.45, 0.55) * len(source.text))]


def _last_third_missing(source: Source, chance: random.Random) -> str:
    return source.text[: int(chance.uniform(0.6, 0.72) * len(source.text))]


def _redated(source: Source, chance: random.Random) -> str:
    return _dateline(source, chance) + source.text


def _dateline(source: Source, chance: random.Random) -> str:
    day = dt.date(2019, 1, 1) + dt.timedelta(chance.randrange(1500))
    return wording("dateline", source, chance).format(day=format_date(day, "long", locale=source.language))


def _datelines_of_two(source: Source, chance: random.Random) -> tuple[str, str]:
    return _dateline(source, chance) + source.text, _dateline(source, chance) + source.text


def _numbers_rewritten(source: Source, chance: random.Random) -> str:
    """Write small numbers in words or in figures, thousands in another form, Chinese numerals as figures."""
    words, language = NUMBER_WORDS[source.language], source.language
    text = re.sub(
        r"(?<![\w.,:/-])([1-9]\d?)(?![.,:/%-]|[\d\s]\d{3}|[a-zA-Z\d])",
        lambda match: _number_in_words(int(match[1]), language) if chance.random() < 0.7 else match[0],
        source.text,
    )
    text = re.sub(r"(?<![\d.,])(\d)[,\u00a0 ](\d)00(?![\d,])", rf"\1.\2{THOUSAND[language]}", text)
    group = {"en": "", "fr": "\u202f", "ru": "", "zh": ""}[language]
    text = re.sub(r"(?<=\d)[,\u00a0 ](?=\d{3}(?!\d))", group, text)
    if text == source.text and language != "zh":
        tens, more = "|".join(TENS[language].split()[2:]), "|".join(COMPOSED)
        alone = rf"(?<![\w-])((?:{tens}|{more})[ -])?({'|'.join(words[2:])})(?![\w-]|[ -](?:{more}))"
        text = re.sub(alone, lambda match: match[0] if match[1] else str(words.index(match[2])), text)
    return text


def _number_in_words(number: int, language: str) -> str:
    words, tens = NUMBER_WORDS[language], TENS[language].split()
    if number < len(words):
        return words[number]
    if number < 20 or number // 10 >= len(tens):
        return str(number) if language != "zh" or number >= 20 else f"十{words[number - 10]}"
    unit = words[number % 10] if number % 10 else ""
    space = {"en": "-", "fr": " et " if number % 10 == 1 else "-", "ru": " ", "zh": ""}[language]
    return f"{tens[number // 10]}{space}{unit}" if unit else tens[number // 10]


def _units_rewritten(source: Source, chance: random.Random) -> str:
    del chance
    text = source.text
    for old, new in UNITS[source.language]:
        text = text.replace(old, new)
    return text


def _retypeset(source: Source, chance: random.Random) -> str:
    marks = chance.choice((str.maketrans("'\"-—–", "’”‑–-"), str.maketrans("’‘“”—–«»", '\'\'""--""')))
    text = source.text.translate(marks).replace("...", "…").replace(" - ", " — ")
    return re.sub(r"\n+", "\n\n", text).replace("  ", " ")


def _respelled(source: Source, chance: random.Random) -> str:
    del chance
    if source.language == "zh":
        return source.text.translate(str.maketrans(TRADITIONAL))
    text = source.text
    for american, british in SWAPS["spelling"].get(source.language, []):
        text = text.replace(american, british).replace(american.capitalize(), british.capitalize())
    return text.replace("ё", "е") if source.language == "ru" else text


def _reordered(source: Source, chance: random.Random) -> str:
    paragraphs = [part for part in source.text.split("\n") if part.strip()]
    if len(paragraphs) < 3:
        return source.text
    lead, rest = paragraphs[0], paragraphs[1:]
    moved = rest.pop(chance.randrange(len(rest)))
    rest.insert(chance.randrange(len(rest) + 1), moved)
    return "\n".join([lead, *rest])


def _with_inserted_paragraph(source: Source, chance: random.Random) -> str:
    sentences = sentences_in(source)
    place = chance.randrange(1, max(2, len(sentences)))
    return "".join([*sentences[:place], f"\n{wording('editor', source, chance)}\n", *sentences[place:]])


def _lightly_edited(source: Source, chance: random.Random) -> str:
    swaps = SWAPS["synonyms"][source.language]
    half = len(swaps) // 2
    text, budget = source.text, max(1, min(MAX_SYNONYMS, len(source.text) // 6 // WORDS_PER_SYNONYM))
    mine = swaps[half:] if source.is_held_out else swaps[:half]
    for old, new in chance.sample(mine, len(mine)):
        pattern = re.escape(old) if source.language == "zh" else rf"\b{re.escape(old)}\b"
        text, count = re.subn(pattern, new, text, count=min(2, budget))
        budget -= count
        if budget <= 0:
            break
    return text


def _with_leftovers(source: Source, chance: random.Random) -> str:
    lines = [line for line in source.text.split("\n") if line.strip()]
    wrapped = [f'<p class="text-{chance.randrange(9)}">{line.replace("&", "&amp;")}</p>&nbsp;' for line in lines]
    return "<br />\n".join(wrapped).replace(". ", ".&nbsp; ").replace('"', "&quot;", 4)


def _reposted(source: Source, chance: random.Random) -> str:
    return f"{wording('preface', source, chance)}\n\n{source.text}\n{_dateline(source, chance)}"


def _unchanged(source: Source, chance: random.Random) -> str:
    return source.text + "\n" + wording("contacts", source, chance)


MUTATIONS: Mapping[str, Mutation] = {
    "junk around": _surrounded,
    "teaser": _teaser,
    "first half": _first_half,
    "last third missing": _last_third_missing,
    "re-dated": _redated,
    "numbers in another form": _numbers_rewritten,
    "units in another form": _units_rewritten,
    "quotes and dashes": _retypeset,
    "spelling or script": _respelled,
    "paragraphs reordered": _reordered,
    "editor's paragraph": _with_inserted_paragraph,
    "light edit": _lightly_edited,
    "HTML leftovers": _with_leftovers,
    "embassy re-post": _reposted,
    "another headline": _unchanged,
}


def other_datelines_of(sources: Sequence[Source]) -> Iterator[Pair]:
    """Yield pairs where both sides open with a dateline or a byline, each another."""
    for source in sources:
        yield _pair(
            source, "other dateline", (source.title,) * 2, _datelines_of_two(source, source.chance("datelines"))
        )
