"""Rewords sentences without changing what they say: the part of faithful claims that a machine can make."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from babel import Locale

from benchmarks.grounding_pairs import Text

_MONTHS = {
    language: {name.lower(): month for month, name in Locale(language).months["format"]["wide"].items()}
    for language in ("en", "fr", "ru")
}
_NUMBERS = {
    "en": ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
    "fr": ["deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"],
}
_PARENTHESIS = re.compile(r"\s?[(（][^()（）]{3,60}[)）]")
_RELATIVE = re.compile(r", (?:which|who|where|qui|que|dont|котор\w+|где) [^,;:“«\"]{8,90}, ")
_RANGE = re.compile(r"\d\s?[-–]\s?$|(?:\bto|\band|\bau|\bet|\bпо|\bи|\bfrom|\bfirst) $")
_SPEECH = re.compile(r"[“”«»\"]")
_TAIL = re.compile(r"; [^;:“«\"]{20,}(?=[.]$)")
_CJK_TAIL = re.compile(r"[；，][^；，“：]{6,}。$")

Rewording = Callable[[Text, str], str | None]


def _without_parenthesis(_: Text, sentence: str) -> str | None:
    return _cut(_PARENTHESIS, sentence, "")


def _without_relative_clause(_: Text, sentence: str) -> str | None:
    return _cut(_RELATIVE, sentence, " ")


def _without_tail(text: Text, sentence: str) -> str | None:
    return _cut(_TAIL, sentence, "") if text.language != "zh" else _cut(_CJK_TAIL, sentence, "。")


def _cut(pattern: re.Pattern[str], sentence: str, put: str) -> str | None:
    return pattern.sub(put, sentence, count=1) if pattern.search(sentence) else None


def _other_date(text: Text, sentence: str) -> str | None:
    return next(_dates(text, sentence), None)


def _dates(text: Text, sentence: str) -> Iterator[str]:
    """Write `9 March 2021` as `March 9, 2021`, `9 mars 2021` as `09/03/2021`, `3月9日` as `三月九日`."""
    if text.language == "zh":
        digits = "〇一二三四五六七八九"
        for match in re.finditer(r"(?<![\d年])([1-9])月([1-9])日", sentence):
            written = f"{digits[int(match[1])]}月{digits[int(match[2])]}日"
            yield sentence[: match.start()] + written + sentence[match.end() :]
        return
    names = "|".join(_MONTHS[text.language])
    for match in re.finditer(rf"\b(\d{{1,2}}) ({names})\b(?: (\d{{4}}))?", sentence, re.IGNORECASE):
        month = _MONTHS[text.language][match[2].lower()]
        if text.language == "en" and not _RANGE.search(sentence[: match.start()]):
            year = f", {match[3]}" if match[3] else ""
            yield sentence[: match.start()] + f"{match[2]} {match[1]}{year}" + sentence[match.end() :]
        elif match[3] and not _RANGE.search(sentence[: match.start()]):
            mark = "/" if text.language == "fr" else "."
            written = f"{int(match[1]):02d}{mark}{month:02d}{mark}{match[3]}"
            yield sentence[: match.start()] + written + sentence[match.end() :]


def _other_figure(text: Text, sentence: str) -> str | None:
    """Write a number word as figures."""
    for value, word in enumerate(_NUMBERS.get(text.language, []), start=2):
        match = re.search(rf"(?<!-)\b{word}\b(?!-| (?:thousand|hundred|million|mille|cents?)\b)", sentence)
        if match:
            return sentence[: match.start()] + str(value) + sentence[match.end() :]
    return None


def _reported(text: Text, sentence: str) -> str | None:
    frame = {"en": "It is reported that {}", "fr": "On rapporte que {}", "ru": "Сообщается, что {}", "zh": "据报道，{}"}
    first = sentence.split(maxsplit=1)[0]
    is_plain = text.language == "zh" or first in {"The", "A", "In", "Le", "La", "Les", "В", "На", "It", "This", "Un"}
    opened = sentence if text.language == "zh" else sentence[0].lower() + sentence[1:]
    return frame[text.language].format(opened) if is_plain else None


def _merged(text: Text, sentence: str) -> str | None:
    sentences = text.sentences()
    place = sentences.index(sentence) if sentence in sentences else -1
    if place < 0 or place + 1 >= len(sentences) or sentence[-1] not in ".。" or _SPEECH.search(sentence):
        return None
    joint = "；" if text.language == "zh" else "; "
    return sentence[:-1] + joint + sentences[place + 1]


REWORDINGS: dict[str, Rewording] = {
    "without parenthesis": _without_parenthesis,
    "without relative clause": _without_relative_clause,
    "without tail": _without_tail,
    "date-form": _other_date,
    "number-form": _other_figure,
    "reported": _reported,
    "merged": _merged,
}


def reworded(text: Text, sentence: str, kind: str) -> str | None:
    """Reword a sentence in one way; None where that way does not fit it."""
    claim = REWORDINGS[kind](text, sentence)
    return claim if claim != sentence else None
