"""Launches and landings that a sentence reports, with the spacecraft's name."""

from __future__ import annotations

import re

from pipeline.facts.making import CRAFT_KINDS, event_of
from pipeline.facts.sentences import Statement
from pipeline.understanding.lexicon import folded
from pipeline.values import Fact

MAX_VERB_DISTANCE = 90
MAX_CRAFT_DISTANCE = 110

_LAUNCHED = re.compile(
    r"\b(?:launched|launches|launch(?= (?:of|from|on|took|is|was)\b)|lift(?:ed|s)? off|lift-off"
    r"|blasted off|sent up|put (?!on\b)(?:\S+ ){1,6}(?:into|in) (?:orbit|space)|orbited)\b"
    r"|发射升空|成功发射|发射入轨|送入.{0,6}轨道|发射成功"
    r"|\b(?:запущен\w*|запустил\w*|запуск\w*|старт(?:овал\w*)?"
    r"|отправил\w*)\b|\b(?:a ete lancee?|lancee?s?|lancement|decolle\w*|mis en orbite)\b"
    r"|\b(?:lanz(?:o|ado|amiento)|despego)\b",
    re.IGNORECASE,
)
_LANDED = re.compile(
    r"\b(?:land(?:ed|ing|s) (?:on|near|at)|touch(?:ed)? down|soft[- ]landing|splash(?:ed)? ?down"
    r"|landed)\b|着陆|软着陆|\b(?:посадк\w+|прилунил\w+|приземлил\w+)\b"
    r"|\b(?:alunissage|atterrissage|s'est pose\w*)\b",
    re.IGNORECASE,
)
_CRAFT = re.compile(
    r"(?:[A-ZА-Я][A-Za-zА-я'-]{2,}(?:[ -][A-ZА-Я][A-Za-zА-я'-]+)?[ -]\d{1,3}(?:[ -]\d{1,2})?(?:[A-Z](?:/[A-Z])?)?\b"
    r"|[A-Z]{2,6}-[A-Z]?\d{1,2}\b|Starlink(?= satellites)|«[^»]{2,30}»|“[^”]{2,20}”"
    r"|[\u4e00-\u9fff]{2,6}[一二三四五六七八九十]+号(?:\d+)?[^\s,,。将送]{0,6}?(?:星"
    r"|卫星|飞船|探测器)?)"
)
_BEFORE_NAME = re.compile(r"^.*(?:将|把|发射|使用|的)(?=.)")  # Chinese puts no space before a name
_ROCKET = re.compile(
    r"Long March|Falcon|Soyuz|Союз|Ariane|Vega|长征|Proton|Angara|Complex|Launch Complex|Atlas"
    r"|Delta|PSLV|GSLV|H3|H-II|快舟|捷龙|Чанчжэн|Longue Marche",
    re.IGNORECASE,
)


def flight_in(statement: Statement) -> Fact | None:
    """Find the launch or landing nearest to a date of the sentence."""
    pairs = [
        (abs(date.start - verb.start()), date.start, subkind, verb.start(), date)
        for subkind, pattern in (("launch", _LAUNCHED), ("landing", _LANDED))
        for verb in pattern.finditer(statement.shape)
        for date in statement.dates
        if not (date.year and date.month is None)
    ]
    if not pairs:
        return None
    distance, _, subkind, place, date = min(pairs, key=lambda pair: pair[:2])
    craft = _craft_in(statement, place)
    if distance > MAX_VERB_DISTANCE or craft is None:
        return None
    return event_of(statement, _flight_name(statement, subkind, craft), subkind, date)


def _flight_name(statement: Statement, subkind: str, craft: str) -> str:
    forms = {
        "zh": ("{}发射", "{}着陆"),
        "ru": ("Запуск {}", "Посадка {}"),
        "fr": ("Lancement de {}", "Atterrissage de {}"),
    }
    language = (statement.document.language or "")[:2]
    launch, landing = forms.get(language, ("Launch of {}", "Landing of {}"))
    return (launch if subkind == "launch" else landing).format(_BEFORE_NAME.sub("", craft))


def _craft_in(statement: Statement, place: int) -> str | None:
    """Name the spacecraft nearest to the verb: an actor of the gazetteer or a name with a number, never a rocket."""
    crafts = [
        (each.start, statement.text[each.start : each.end])
        for each in statement.named
        if each.actor.kind in CRAFT_KINDS and each.actor.slug != "iss"
    ]
    crafts += [
        (match.start(), statement.text[match.start() : match.end()]) for match in _CRAFT.finditer(statement.shape)
    ]
    crafts = [(start, name.strip("«»“”")) for start, name in crafts if not _ROCKET.search(name)]
    crafts = [(abs(start - place), name) for start, name in crafts if abs(start - place) <= MAX_CRAFT_DISTANCE]
    return min(crafts, key=lambda craft: (craft[0], -len(craft[1])))[1] if crafts else _craft_of_title(statement)


def _craft_of_title(statement: Statement) -> str | None:
    """Take the craft of the title when it names just one and no rocket."""
    title = statement.document.title
    names = {title[match.start() : match.end()].strip("«»“”") for match in _CRAFT.finditer(folded(title))}
    names = {name for name in names if not _ROCKET.search(name)}
    return names.pop() if len(names) == 1 else None
