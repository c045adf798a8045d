"""Plants errors in sentences: one change each, of a named kind, that makes the source say something else."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from benchmarks.grounding_pairs import Text

WORDINGS = Path(__file__).with_name("grounding_wordings.toml")
MIN_QUOTED_CHARS = {"zh": 6}
MIN_WESTERN_QUOTED_CHARS = 20

_RUN = r"[A-ZÀ-ÝА-ЯЁ][\w’'-]+(?: (?:(?:of|for|the|de|du|des|la|и) )?[A-ZÀ-ÝА-ЯЁ][\w’'-]+)*"
_NAME = re.compile(rf"(?<=[\wа-яё,;»”)] )(?:{_RUN})")
_LISTED = re.compile(r"\b(?:and|with|met|meet|et|avec|и|с|со|between|entre|or|ou|или)\b|[与和同、及/]|^[\s,]*$")
_QUOTED = re.compile(r"[“«\"]\s?([^“”«»\"]+?)\s?[”»\"]")
_DIGITS = re.compile(r"(?<![\w.,-])\d+(?:[.,]\d+)?(?![\w-])")
_SMALL = {
    "en": [
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "twelve",
        "fifteen",
        "twenty",
        "thirty",
        "forty",
    ],
    "fr": [
        "deux",
        "trois",
        "quatre",
        "cinq",
        "six",
        "sept",
        "huit",
        "neuf",
        "dix",
        "douze",
        "quinze",
        "vingt",
        "trente",
        "quarante",
    ],
    "ru": [
        "два",
        "две",
        "три",
        "четыре",
        "пять",
        "шесть",
        "семь",
        "восемь",
        "девять",
        "десять",
        "двенадцать",
        "двадцать",
        "тридцать",
        "сорок",
    ],
    "zh": ["两", "三", "四", "五", "六", "七", "八", "九", "十"],
}
_UNITS = {
    "en": [("million", "billion"), ("billion", "million"), ("km", "m"), ("kg", "tonnes"), ("kilometres", "metres"),
           ("per cent", "points"), ("percent", "times"), ("years", "months"), ("days", "weeks"), ("dollars", "euros"),
           ("tons", "kilograms"), ("hours", "minutes"), ("thousand", "million"), ("metres", "kilometres")],
    "fr": [("millions", "milliards"), ("milliard", "million"), ("km", "m"), ("kg", "tonnes"), ("ans", "mois"),
           ("jours", "semaines"), ("dollars", "euros"), ("kilomètres", "mètres"), ("mètres", "kilomètres"),
           ("kilos", "tonnes"),
           ("heures", "minutes"), ("euros", "dollars")],
    "ru": [("миллионов", "миллиардов"), ("млн", "млрд"), ("млрд", "млн"), ("км", "м"), ("килограммов", "тонн"),
           ("лет", "месяцев"), ("долларов", "евро"), ("дней", "недель"), ("метров", "километров"), ("процентов", "раз"),
           ("рублей", "долларов"), ("тонн", "килограммов"), ("тысяч", "миллионов"), ("часов", "минут")],
    "zh": [("亿", "万"), ("万", "亿"), ("公里", "米"), ("公斤", "吨"), ("吨", "公斤"), ("年", "个月"), ("天", "周"),
           ("美元", "欧元"), ("千米", "米"), ("小时", "分钟"), ("千克", "克")],
}  # fmt: skip
_MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "ru": [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ],
    "zh": [f"{month}月" for month in range(1, 13)],
}
_WEEKDAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    "ru": ["понедельник", "вторник", "среду", "четверг", "пятницу", "субботу", "воскресенье"],
    "zh": ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],
}

Planter = Callable[[Text, str, random.Random], str | None]


@cache
def _wordings() -> dict[str, dict[str, list[list[str]]]]:
    return tomllib.loads(WORDINGS.read_text(encoding="utf-8"))


def planted(text: Text, sentence: str, kind: str, rng: random.Random) -> str | None:
    """Change a sentence by one error of a kind; None where there is nothing to change, or it would still be true."""
    claim = PLANTERS[kind](text, sentence, rng)
    if claim is None or claim == sentence or _folded(claim) in _folded(text.text):
        return None
    return claim


def _folded(text: str) -> str:
    return re.sub(r"[\s.。]+", " ", text.lower()).strip()


def _by_pairs(*tables: str) -> Planter:
    def plant(text: Text, sentence: str, rng: random.Random) -> str | None:
        pairs = [pair for table in tables for pair in _wordings()[table][text.language]]
        fitting = [pair for pair in pairs if re.search(pair[0], sentence)]
        if not fitting:
            return None
        pattern, put = rng.choice(fitting)
        at = rng.choice(list(re.finditer(pattern, sentence)))
        return sentence[: at.start()] + at.expand(put) + sentence[at.end() :]

    return plant


def _entity(text: Text, sentence: str, rng: random.Random) -> str | None:
    swaps = [
        (match, other)
        for pool in _wordings()["names"][text.language]
        for name in pool
        for match in re.finditer(rf"(?<!\w){name}(?!\w)" if text.language != "zh" else name, sentence)
        for other in pool
        if other[:3] not in sentence
    ]
    people = [(match, rng.choice(_wordings()["names"][text.language][-1])) for match in _people(sentence)]
    choices = swaps[:: max(1, len(swaps) // 20)] + people
    if not choices:
        return None
    match, other = rng.choice(choices)
    return sentence[: match.start()] + other + sentence[match.end() :]


def _people(sentence: str) -> Iterator[re.Match[str]]:
    return (match for match in _NAME.finditer(sentence) if " " in match[0])


def _number(text: Text, sentence: str, rng: random.Random) -> str | None:
    choices = [*_other_digits(sentence, rng), *_other_words(text, sentence, rng), *_other_units(text, sentence)]
    return rng.choice(choices) if choices else None


def _other_digits(sentence: str, rng: random.Random) -> Iterator[str]:
    for match in _DIGITS.finditer(sentence):
        figure = match[0]
        if re.fullmatch(r"(?:19|20)\d\d", figure):
            continue
        place = rng.randrange(len(figure)) if figure.isdigit() else 0
        digit = rng.choice([one for one in "123456789" if one != figure[place]])
        yield sentence[: match.start()] + figure[:place] + digit + figure[place + 1 :] + sentence[match.end() :]


def _other_words(text: Text, sentence: str, rng: random.Random) -> Iterator[str]:
    words = _SMALL[text.language]
    follow = "(?=[个颗名项次国家台年])" if text.language == "zh" else r"\b"
    before = "(?<![一二三四五六七八九十百千第])" if text.language == "zh" else r"\b"
    for word in words:
        for match in re.finditer(f"{before}{word}{follow}", sentence):
            other = rng.choice([one for one in words if one != word])
            yield sentence[: match.start()] + other + sentence[match.end() :]


def _other_units(text: Text, sentence: str) -> Iterator[str]:
    for unit, other in _UNITS[text.language]:
        figure = r"(?<=[\d一二三四五六七八九十百千])" if text.language == "zh" else r"(?<=\d )"
        edge = "" if text.language == "zh" else r"\b"
        if text.language == "zh" and unit == "年":
            figure = r"(?<=[一二三四五六七八九十两])"
        for match in re.finditer(f"{figure}{unit}{edge}", sentence):
            yield sentence[: match.start()] + other + sentence[match.end() :]


def _date(text: Text, sentence: str, rng: random.Random) -> str | None:
    choices = list(_other_dates(text, sentence, rng))
    return rng.choice(choices) if choices else None


def _other_dates(text: Text, sentence: str, rng: random.Random) -> Iterator[str]:
    for names in (_MONTHS[text.language], _WEEKDAYS[text.language]):
        form = "|".join(rf"(?<!\w){name}(?!\w)" if name.isalpha() else rf"(?<!\d){name}" for name in names)
        for match in re.finditer(form, sentence):
            other = rng.choice([one for one in names if one != match[0]])
            yield sentence[: match.start()] + other + sentence[match.end() :]
    for match in re.finditer(r"(?<!\d)(?:19|20)\d\d(?!\d)", sentence):
        year = int(match[0]) + rng.choice((-10, -2, -1, 1, 2, 3))
        yield sentence[: match.start()] + str(year) + sentence[match.end() :]
    days = r"(?<![\d.,])(\d{1,2})(?=日| (?:" + "|".join(_MONTHS[text.language]) + r")\b)"
    for match in re.finditer(days, sentence):
        day_of_month = rng.choice([one for one in range(1, 29) if one != int(match[0])])
        yield sentence[: match.start()] + str(day_of_month) + sentence[match.end() :]


def _attribution(text: Text, sentence: str, rng: random.Random) -> str | None:
    choices = list(_exchanged(text, sentence))
    spoken = re.search(str(_wordings()["said"][text.language]), sentence)
    if spoken:
        here = list(_people(sentence))
        there = {match[0] for match in _people(text.text) if not any(match[0][:5] == one[0][:5] for one in here)}
        near = [match for match in here if abs(match.start() - spoken.start()) < 40]
        choices += [sentence[: m.start()] + other + sentence[m.end() :] for m in near for other in sorted(there)]
    return rng.choice(choices) if choices else None


def _exchanged(text: Text, sentence: str) -> Iterator[str]:
    """Let two names of a sentence change places, unless they are merely listed."""
    names = list(_names(text, sentence))
    for place, left in enumerate(names):
        for right in names[place + 1 :]:
            between = sentence[left.end() : right.start()]
            is_listed = not re.search(r"\w", _NAME.sub("", between)) or _LISTED.search(between)
            if left[0] != right[0] and len(between) > 3 and not is_listed:
                yield sentence[: left.start()] + right[0] + between + left[0] + sentence[right.end() :]


def _names(text: Text, sentence: str) -> list[re.Match[str]]:
    if text.language != "zh":
        return list(_NAME.finditer(sentence))
    pools = [name for pool in _wordings()["names"]["zh"] for name in pool]
    return list(re.finditer("|".join(sorted(pools, key=len, reverse=True)), sentence))


def _quotation(text: Text, sentence: str, rng: random.Random) -> str | None:
    """Change a word inside a quotation, or make one quotation of two."""
    least = MIN_QUOTED_CHARS.get(text.language, MIN_WESTERN_QUOTED_CHARS)
    quoted = [match for match in _QUOTED.finditer(sentence) if len(match[1]) >= least]
    others = [match[1] for match in _QUOTED.finditer(text.text) if len(match[1]) >= least and match[1] not in sentence]
    if not quoted:
        return _made_quotation(text, sentence, rng)
    match = rng.choice(quoted)
    if others and rng.random() < 0.5:
        fused = _fused(text.language, match[1], rng.choice(others))
        return sentence[: match.start(1)] + fused + sentence[match.end(1) :]
    return sentence[: match.start(1)] + _one_changed(text, match[1], rng) + sentence[match.end(1) :]


def _made_quotation(text: Text, sentence: str, rng: random.Random) -> str | None:
    others = [one for one in text.sentences() if one != sentence]
    if not others:
        return None
    fused = _fused(text.language, sentence, rng.choice(others)).rstrip(".。")
    frame = {
        "en": "The text says: “{}”.",
        "fr": "Le texte dit : « {} ».",
        "ru": "В тексте сказано: «{}».",
        "zh": "文中说：“{}”。",
    }
    return frame[text.language].format(fused)


def _fused(language: str, one: str, other: str) -> str:
    if language == "zh":
        return one[: len(one) // 2] + other[len(other) // 2 :]
    head, tail = one.split(), other.split()
    return " ".join(head[: len(head) // 2] + tail[len(tail) // 2 :])


def _one_changed(text: Text, quoted: str, rng: random.Random) -> str:
    if text.language == "zh":
        place = rng.randrange(len(quoted) - 1)
        return quoted[:place] + text.text[:2] + quoted[place + 2 :]
    words = quoted.split()
    long = [place for place, word in enumerate(words) if len(word) > 3] or [0]
    pool = [word for word in re.findall(r"[^\W\d_]{5,}", text.text) if word not in quoted] or ["otherwise"]
    words[rng.choice(long)] = rng.choice(pool).lower()
    return " ".join(words)


def _invented(text: Text, sentence: str, rng: random.Random) -> str | None:
    clauses: Sequence[str] = _wordings()["clauses"][text.language]  # type: ignore[assignment]
    half = len(clauses) // 2
    chosen = rng.choice(clauses[half:] if text.is_held_out else clauses[:half])
    ending = re.search(r"[.。!]?[”»\"’']?$", sentence)
    assert ending is not None
    return sentence[: ending.start()] + chosen + sentence[ending.start() :]


PLANTERS: dict[str, Planter] = {
    "entity": _entity,
    "number": _number,
    "date": _date,
    "negation": _by_pairs("negated", "affirmed"),
    "modality": _by_pairs("planned", "done"),
    "attribution": _attribution,
    "quotation": _quotation,
    "invented": _invented,
    "comparison": _by_pairs("compared"),
}
