"""Numbers and amounts in four languages: how they are written, what they count, and whether a source has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.grounding.findings import not_there
from pipeline.grounding.numerals import cjk_value, spelled_numbers
from pipeline.grounding.words import is_stop, words_of

NEAR_CHARS = 28
MAX_NUMERAL_CHARS = 24  # longer runs are no numbers
MAX_AMOUNTS = 60  # of a claim or sentence; more is a table, compared no further
CJK_MYRIAD = 10_000
ROUNDING = 0.06  # `about 1.2 million` may stand for 1,234,000

_SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "mille": 1e3,
    "тыс": 1e3,
    "тысяч": 1e3,
    "million": 1e6,
    "mln": 1e6,
    "млн": 1e6,
    "миллион": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "md": 1e9,
    "milliard": 1e9,
    "млрд": 1e9,
    "миллиард": 1e9,
    "trillion": 1e12,
    "трлн": 1e12,
    "百": 1e2,
    "千": 1e3,
    "万": 1e4,
    "萬": 1e4,
    "亿": 1e8,
    "億": 1e8,
}
_CJK_SCALES = frozenset("十百千万萬亿億")
_MEASURES = "部个個名位颗顆次项項家届屆国國年天人米吨噸种種艘枚架座所条條份期场場批公千%"
_MEASURES += "号號台月日周週度级級分秒小点倍成章节類类元欧卢"
_WEIGHED = frozenset("吨噸米")

_SCALE = (
    r"(?:\s?(?P<scale>thousand|millions?|mln|billions?|bn|trillion|mille|milliards?|тыс(?:яч[аи]?)?|млн|миллион\w*|млрд"
)
_SCALE += r"|миллиард\w*|трлн|[百千万萬亿億]+|M(?=[$€£])|Md(?=[$€£]))(?![a-zа-я])\.?)?"
_DIGITS = re.compile(
    r"(?P<money>[$€£¥])?(?<![\d.,])(?P<digits>\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*)" + _SCALE,
    re.IGNORECASE,
)
_TORN = re.compile(
    r"(?<![\d.,])(?P<head>\d{1,3})(?:, (?P<group>\d{3})|\. (?P<part>\d{1,2}))(?![\d.,]*\d)" + _SCALE, re.IGNORECASE
)
_CJK_NUMBER = re.compile(r"[〇零一二三四五六七八九十百千万萬亿億两兩]+")
_ABOUT = re.compile(
    r"(?:about|around|nearly|almost|over|more than|some|roughly|approximately|up to|environ|près de|plus de|quelque"
    r"|около|почти|более|примерно|свыше|约|約|近|逾|超过|多达)\s?[$€£¥]?$",
    re.IGNORECASE,
)
_UNITS = {
    form: unit
    for unit, forms in {
        "kilometre": "km kilomet kilometr kilometer 公里 千米 км километр",
        "metre": "m metr meter mètr 米 м метр",
        "kilogram": "kg kilogram kilogramm kilo kilos кило 公斤 千克 кг килограмм",
        "tonne": "tonn ton 吨 噸 тонн т",
        "percent": "% percent 百分 процент pourcent",
        "dollar": "$ dollar 美元 доллар",
        "euro": "€ euro euros 欧元 евро",
        "yuan": "¥ yuan rmb 人民 元 юан",
        "rouble": "rubl roubl rouble 卢布 рубл",
        "year": "year an anné 年 год лет",
        "month": "month mois 月 месяц",
        "day": "day jour 天 日 день дня дне",
        "hour": "hour heur 小时 час",
        "week": "week semain 周 недел недели",
        "minute": "minut 分钟 минут",
        "second": "second 秒 секунд",
    }.items()
    for form in forms.split()
}


@dataclass(frozen=True)
class Amount:
    """A number with every reading of it (`1,234` may be 1.234) and what it counts, as a stem or a unit."""

    values: frozenset[float]
    text: str
    start: int
    counted: str | None
    about: bool

    @property
    def unit(self) -> str | None:
        """The measure it is in, if it is a known one."""
        return _UNITS.get(self.counted or "")

    def may_equal(self, other: Amount) -> bool:
        """Tell whether a reading of one is a reading of the other, exactly or as rounded."""
        slack = ROUNDING if self.about or other.about else 1e-9
        return any(abs(a - b) <= slack * max(abs(a), abs(b)) for a in self.values for b in other.values)


def amounts_in(text: str, language: str, *, hidden: Sequence[tuple[int, int]] = ()) -> list[Amount]:
    """List the numbers of a text outside the `hidden` spans (dates), in digits, words and Chinese numerals."""
    taken = bytearray(len(text))
    for start, end in hidden:
        taken[start:end] = b"\1" * (end - start)
    found = []
    for start, end, values in _readings(text):
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            about = _ABOUT.search(text, max(0, start - 12), start) is not None
            found.append(Amount(values, text[start:end].strip(), start, _counted(text, start, end, language), about))
    return found + [one for one in _torn(text, language) if not _is_hidden(one, hidden)]


def _is_hidden(amount: Amount, hidden: Sequence[tuple[int, int]]) -> bool:
    return any(start < amount.start + len(amount.text) and amount.start < end for start, end in hidden)


def _readings(text: str) -> Iterator[tuple[int, int, frozenset[float]]]:
    for match in _DIGITS.finditer(text):
        if len(match["digits"]) > MAX_NUMERAL_CHARS:
            continue
        scale = _scale(match["scale"])
        yield match.start(), match.end(), frozenset(value * scale for value in _values(match["digits"]))
    yield from ((start, end, frozenset([value])) for start, end, value in spelled_numbers(text))
    for match in _CJK_NUMBER.finditer(text):
        if len(match[0]) > MAX_NUMERAL_CHARS:
            continue
        counted = text[match.end() : match.end() + 2].lstrip("多余")[:1]
        ordinal = text[max(0, match.start() - 1) : match.start()] == "第"
        value = cjk_value(match[0])
        if (
            value >= CJK_MYRIAD
            or (value > 1 and (ordinal or (counted and counted in _MEASURES)))
            or (value == 1 and counted in _WEIGHED)
        ):
            yield match.start(), match.end(), frozenset([float(value)])


def _torn(text: str, language: str) -> Iterator[Amount]:
    """Read what extraction tore apart, `3, 800` and `98. 7`, beside the numbers that it may be instead."""
    for match in _TORN.finditer(text):
        whole = float((match["head"] + match["group"]) if match["group"] else f"{match['head']}.{match['part']}")
        values = frozenset([whole * _scale(match["scale"])])
        counted = _counted(text, match.start(), match.end(), language)
        yield Amount(values, match[0].strip(), match.start(), counted, about=False)


def _values(digits: str) -> set[float]:
    """Read digits as English, French and Russian would."""
    plain = re.sub(r"[ \u00a0\u202f]", "", digits)
    marks = re.findall(r"[.,]", plain)
    if not marks:
        return {float(plain)}
    head, mark, tail = plain.rpartition(marks[-1])
    grouped = float(re.sub(r"[.,]", "", plain))
    fraction = float(re.sub(r"[.,]", "", head) + "." + tail)
    if len(marks) > 1 and set(marks) == {mark}:
        return {grouped}
    return {grouped, fraction} if re.fullmatch(r"\d{3}", tail) and len(marks) == 1 else {fraction}


def _scale(word: str | None) -> float:
    if not word:
        return 1.0
    if word[0] in _CJK_SCALES:
        product = 1.0
        for sign in word:
            product *= _SCALES[sign]
        return product
    lowered = word.lower()
    if lowered == "m":
        return 1e6
    return next(value for name, value in _SCALES.items() if lowered.startswith(name))


def _counted(text: str, start: int, end: int, language: str) -> str | None:
    if text[start] in "$€£¥":
        return text[start]
    after = text[end : end + NEAR_CHARS]
    if after.lstrip()[:1] in {"%", "$", "€", "£"}:
        return after.lstrip()[:1]
    after = re.sub(r"^(?:st|nd|rd|th|er?|[èe]me|-(?:й|я|е|го|му|м|ю|х))\b", "", after)
    if after[:1] in {"-", ",", ".", ";", ")"}:
        return None
    near = (
        re.sub(r"^[多余]?[个個名位颗顆次项項家届屆种種艘枚架座所条條类類台号號]", "", after.lstrip())
        if language == "zh"
        else after
    )
    first = near.lstrip()[:2]
    if language == "zh" and first:
        return first if first in _UNITS else first[:1] if first[:1] in _UNITS else first
    cut = re.split(r"[,.;:()\d]", near)[0]
    terms = [term for term in words_of(cut, language) if term.stem in _UNITS or not is_stop(term.stem, language)]
    return terms[0].stem if terms else None


def is_span_of_time(stem: str) -> bool:
    """Tell whether a stem is a measure of time such as a month or a day."""
    return _UNITS.get(stem) in {"month", "week", "day", "hour", "minute"}


def number_problems(claim: Sequence[Amount], source: Sequence[Amount]) -> list[str]:
    """Say which amounts of the claim the source does not have, has of something else, or in another unit."""
    problems = []
    for amount in claim[:MAX_AMOUNTS]:
        equal = [other for other in source if amount.may_equal(other)]
        if not equal:
            problems.append(not_there(f"number {amount.text}"))
        elif amount.unit and equal and all(one.unit and one.unit != amount.unit for one in equal):
            problems.append(f"the source has {amount.text} in another unit than {amount.unit}")
        elif (rival := _rival(amount, equal, source)) is not None:
            problems.append(f"the source has {rival.text}, not {amount.text}, of the same thing")
    return problems


def _rival(amount: Amount, equal: Sequence[Amount], source: Sequence[Amount]) -> Amount | None:
    """Find another number that the source gives of what this amount counts, when it never gives this one of it."""
    if not amount.counted or amount.unit or any(other.counted in {amount.counted, None} for other in equal):
        return None
    return next((other for other in source if other.counted == amount.counted), None)


def exchange_problems(claim: Sequence[Amount], sentence: Sequence[Amount]) -> list[str]:
    """Say which number of the claim stands for another one of the very sentence that it retells."""
    surplus = _without_equals(claim[:MAX_AMOUNTS], sentence[:MAX_AMOUNTS])
    missing = _without_equals(sentence[:MAX_AMOUNTS], claim[:MAX_AMOUNTS])
    pairs = ((one, other) for one in surplus for other in missing if one.counted == other.counted)
    return [f"the source has {other.text} there, not {one.text}" for one, other in pairs][:1]


def _without_equals(amounts: Sequence[Amount], others: Sequence[Amount]) -> list[Amount]:
    """Leave out each amount that has a partner of its own among the others."""
    left = list(others)
    alone = []
    for amount in amounts:
        partner = next((other for other in left if amount.may_equal(other)), None)
        if partner is None:
            alone.append(amount)
        else:
            left.remove(partner)
    return alone
