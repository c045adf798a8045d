"""Names of spacecraft in a sentence or a title: actors of the gazetteer, names with a number or in quotation marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.facts.calendar_words import months
from pipeline.facts.cues import name_words
from pipeline.facts.making import CRAFT_KINDS
from pipeline.facts.sentences import Heading, Named, Statement
from pipeline.understanding.gazetteer import folded

MAX_CRAFT_DISTANCE = 160
TITLE_BONUS = 70
QUOTED_BONUS = 25
MIN_NAME_CHARS = 2
LEAD_CHARS = 500

_CAPITAL = r"[A-ZА-ЯΑ-Ω][\w'-]*"
# What a craft is called stands beside the word for its kind: `the satellite Gaofen-9 05`, `спутник «Хайям»`.
_KIND = (
    r"satellites?|spacecraft|probe|mission|observatory|telescope|lander|capsule|orbiter|rover|cubesat"
    r"|spaceship|craft|flight"
    r"|спутник\w*|аппарат\w*|зонд\w*|корабл\w*|станци\w+|sondes?|vaisseau|satelites?|sonda"
)
_NUMBERED = (
    rf"{_CAPITAL}(?:[ -]{_CAPITAL})?[ -](?:№ ?)?[A-Z]?\d{{1,3}}[A-Z]?(?:[ -]\d{{1,2}})?(?:/[A-Z])?(?![\w%])"
    r"|[A-Z][A-Za-z]*\d{1,2}[A-Z]?(?!\w)|[A-Z]{2,}[A-Za-z]*-?[A-Z]{0,4}\d{1,3}(?!\w)"
)
_LATIN = re.compile(
    rf"(?P<quoted>[«“\"][^»”\"\n]{{2,40}}[»”\"](?:-\d+)?)|(?P<numbered>{_NUMBERED})"
    rf"|(?:\b(?:{_KIND})[ -](?P<after>{_CAPITAL}(?:[ -]{_CAPITAL}){{0,2}}))"
    rf"|(?P<before>{_CAPITAL}(?:[ -]{_CAPITAL}){{0,2}}) (?:{_KIND})\b"
    r"|(?P<acronym>\b[A-Z]{3,}[a-z]?[A-Z]*(?:-[A-Z0-9]{1,4})?\b)"
)
_CHINESE = re.compile(
    r"(?P<series>[\u3400-\u9fff]{2,8}(?:卫星|星座)[一二三四五六七八九十]{1,3}号)"
    r"|(?P<quoted>[“「『][^”」』\n]{2,9}[”」』](?:[一二三四五六七八九十\d]{0,3}号)?(?:[\w]{0,8}?(?:卫星|飞船|探测器))?)"
    r"|(?P<numbered>[\u3400-\u9fff]{2,8}?(?:[一二三四五六七八九十]{1,3}|[A-Z\d]{1,4}|[甲乙丙])(?:号|(?=星"
    r"|卫星))(?:[A-Z\d]{1,3})?(?:[^\s,,。将送]{0,6}?(?:卫星|飞船|探测器|星))?)"
    r"|(?P<plain>(?<![\u3400-\u9fff])[\u3400-\u9fff]{2,4}号)"
    r"|(?P<before>[\u3400-\u9fff]{2,14}?(?:卫星|飞船|探测器|望远镜|立方星|样品舱|返回舱|货船|着陆器|星座))"
    r"|(?P<acronym>[A-Z][A-Za-z]*(?:[ -]?[A-Z0-9]{1,4})*)"
)
_BEFORE_NAME = re.compile(
    r"^.*(?:将|把|发射|使用|由|的|颗|枚|一箭|搭载|搭乘|为|是|名为|叫|在|和|与|及|对|从|以|了|用|星箭|随|又"
    r"|该|这|其|首|个|批|新|等|载|至|到|出|称|枚|架)(?=..)"
)
_ROCKET = re.compile(
    r"Long March|Falcon|Soyuz(?!.{0,3}(?:MS|TM|T-|\d\d))|Союз(?!.{0,3}(?:МС|ТМ|Т-))|Soyouz(?!.{0,3}(?:MS|TM"
    r"|T-))|联盟(?!.{0,2}(?:MS|TM|T-|飞船))"
    r"|Ariane|Vega|长征|Proton|Протон|Протон|Angara|Ангара|Complex|Launch|Atlas|Delta|PSLV|GSLV|LVM3|H3|H-II|快舟|捷龙"
    r"|Чанчжэн|Longue Marche|猎鹰|阿丽亚娜|力箭|谷神星|Boeing|Airbus|Building|Electron|Block|Platform"
    r"|Kuaizhou|Starship Heavy|织女星|Протон|Фрегат|Bureau",
    re.IGNORECASE,
)
# What a Chinese name in quotation marks must have beside it or in it to be a spacecraft.
_SURE_ZH = re.compile(r"[A-Za-z\d一二三四五六七八九十]|号|星|船|器")
_NO_QUOTES = dict.fromkeys(map(ord, '«»“”"「」『』《》'))
_NOT_CRAFTS = name_words("no_craft")
_AFTER_PLACE = re.compile(
    r"\b(?:in|at|from|near|off|over|под|в|во|из|у|с|со|около|над|a|en|au|depuis|pres de|dans|region d')[ ]$"
)
_OPENERS = re.compile(
    r"^(?:The|A|An|In|On|At|It|Its|This|His|Her|Their|After|Two|Three|Four|When|With|Une?|Les?|La|L'|Cette"
    r"|Ce|Ces|Son|Sa|Deux|Trois|В|На|С|По|Из|За|Это|Этот|Первый|Второй)\b[ ]?"
)


@dataclass(frozen=True)
class Craft:
    """A spacecraft's name and where it stands; `certainty` is higher for what can hardly be anything else."""

    name: str
    start: int
    certainty: int
    is_known: bool = False
    """Whether the gazetteer has it."""


def crafts_in(text: str, shape: str) -> Iterator[Craft]:
    """Find what may be names of spacecraft in a text and its folded shape; never a rocket's."""
    patterns = (_CHINESE, _LATIN) if re.search(r"[\u3400-\u9fff]", shape) else (_LATIN,)
    for pattern in patterns:
        for match in pattern.finditer(shape):
            group = match.lastgroup or ""
            name = _OPENERS.sub("", text[match.start(group) : match.end(group)])
            if pattern is _CHINESE and group in {"numbered", "before", "series"}:
                name = _BEFORE_NAME.sub("", name)
            if name.split(" ")[0].lower().rstrip(".") in months():
                continue
            bare = name.translate(_NO_QUOTES).strip()
            if match.start(group) and _AFTER_PLACE.search(shape, max(0, match.start(group) - 12), match.start(group)):
                continue
            if len(bare) >= MIN_NAME_CHARS and not _ROCKET.search(name) and bare.lower() not in _NOT_CRAFTS:
                if group == "quoted" and pattern is _CHINESE and not _SURE_ZH.search(name):
                    continue
                yield Craft(
                    bare, match.start(group), 2 if group in {"quoted", "series"} or any(map(str.isdecimal, bare)) else 1
                )


def craft_near(statement: Statement, place: int) -> Craft | None:
    """Choose the spacecraft that a launch or landing at `place` is of: the nearest, those of the title first."""
    others = [(each.start, each.end) for each in statement.named if each.actor.kind not in CRAFT_KINDS]
    found = [
        craft
        for craft in crafts_in(statement.text, statement.shape)
        if not any(start <= craft.start < end for start, end in others)
        and not any(craft.start < date.end and date.start < craft.start + len(craft.name) for date in statement.dates)
    ]
    found += [
        Craft(statement.text[each.start : each.end], each.start, 2, is_known=True)
        for each in statement.named
        if is_craft(each)
    ]
    near = [craft for craft in found if abs(craft.start - place) <= MAX_CRAFT_DISTANCE]
    return min(near, key=lambda craft: _unlikeliness(craft, place, statement.heading), default=None)


def is_craft(named: Named) -> bool:
    """Tell whether an actor is a spacecraft that may be launched: a mission, not the station, not a rocket."""
    return named.actor.kind == "mission" and named.actor.slug != "iss" and not _ROCKET.search(named.actor.name)


def _unlikeliness(craft: Craft, place: int, heading: Heading) -> tuple[int, int]:
    distance = abs(craft.start - place)
    bonus = TITLE_BONUS * (craft.name in heading.text) + QUOTED_BONUS * craft.certainty
    return distance - bonus, -len(craft.name)


_GENERIC = (
    re.compile(
        r"(?P<name>(?:\d{1,4}|a|an|two|three|four|five|six|seven|eight|nine|ten|its|the|first|second|third|new)\s+"
        r"(?:[\w-]+\s+){0,4}?(?:satellites?|spacecraft|probe|cubesats?|telescope|observatory|capsule|crew"
        r"|astronauts|rover|lander|spaceplane|space plane))\b"
    ),
    re.compile(
        r"(?P<name>(?:[а-я-]+(?:ых|их|ого|его|ый|ий|ой|ая|ую|ом|ую)\s+){0,3}(?:спутник|аппарат|корабл|зонд"
        r"|кубсат)[а-я]*)"
    ),
    re.compile(
        r"(?P<name>(?:satellites?|sondes?|vaisseaux?|capsules?|nanosatellites?)(?:\s+(?:d'|de\s+|des\s+)?[\w'-]+)?)"
    ),
    re.compile(r"(?P<name>[\u3400-\u9fff]{0,6}(?:卫星|飞船|探测器|火箭))"),
)
_ARTICLES = re.compile(r"^(?:a|an|the|its)\s+")


def generic_craft(statement: Statement, place: int) -> str | None:
    """Say what kind of craft is flown, where no name is told: `27 satellites`."""
    found = [
        (abs(match.start() - place), match.start("name"), match.end("name"))
        for pattern in _GENERIC
        for match in pattern.finditer(statement.lower)
    ]
    if not found:
        return None
    _, start, end = min(found)
    return _ARTICLES.sub("", _BEFORE_NAME.sub("", statement.text[start:end]))


def craft_of_title(heading: Heading) -> Craft | None:
    """Take the craft that the title names first."""
    missions = [each for each in heading.named if is_craft(each)]
    crafts = [Craft(heading.text[each.start : each.end], each.start, 2, is_known=True) for each in missions]
    crafts += crafts_in(heading.text, heading.shape)
    return max(crafts, key=lambda craft: (craft.certainty, -craft.start), default=None)


def craft_of_lead(statement: Statement) -> Craft | None:
    """Take the first sure name of a craft in the beginning of the article, before the sentence."""
    lead = statement.document.text[: min(LEAD_CHARS, statement.span.start)]
    return next((craft for craft in crafts_in(lead, folded(lead)) if craft.certainty > 1), None)
