"""At which stage of its life a craft or an instrument is reported: handed over, launched, or at work; words only.

A camera's arrival at the integrator, its launch and its first picture read alike and are three stories.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from pipeline.understanding.gazetteer import folded


class CraftStage(StrEnum):
    """What an article says has happened to a craft or an instrument."""

    DELIVERY = "delivery"
    LAUNCH = "launch"
    OPERATION = "operation"


# What names a stage without its having come: sites, plans, and what is long past or still ahead.
_NO_NEWS = re.compile(
    folded(
        r"\b(?:launch\w* (?:site|cent(?:re|er)|pad|base|window|vehicle|service|campaign|date)\w*|"
        r"(?:before|after|since|ahead of|awaiting|until|from|for|to be|will be|is to|be ready to|next|due) "
        r"(?:\S+ ){0,2}?launch\w*|will launch|weeks? after \w+|"
        r"since (?:\S+ ){0,2}?(?:arrival|delivery)|depuis (?:\S+ ){0,2}?(?:arrivée|livraison)|"
        r"(?:после|с момента) (?:прибытия|доставки)|"
        r"(?:avant|après|depuis|en vue d[eu]|d'ici|pour) (?:\S+ ){0,2}?lancement\w*|"
        r"(?:base|site|pas|centre|date|fenêtre|véhicule) de (?:lancement|tir)|sera lancé\w*|doit être lancé\w*|"
        r"(?:до|после|перед|для|с момента|дат[аыу]|окн[оа]) (?:\S+ ){0,2}?(?:запуска|старта)|"
        r"(?:будет|будут|планируется) запу\w+)|"
        r"发射(?:场|中心|台|前|后|窗口|任务)|计划.{0,12}发射|将.{0,12}发射|(?:运抵|抵达).{0,16}以来|待.{0,4}发射|择机发射"
    ),
    re.IGNORECASE,
)
_WORDS: Mapping[CraftStage, re.Pattern[str]] = {
    CraftStage.OPERATION: re.compile(
        folded(
            r"\b(?:commission(?:ed|ing)|first (?:light|images?|pictures?|data|signals?)|switched on|"
            r"(?:beg[ai]n|start)\w* (?:\w+ )?(?:operation|observation)s?|goes? into service|"
            r"mis en service|première lumière|premi(?:ères|ers) (?:images|clichés|données|signaux)|"
            r"введ[её]н\w* в (?:строй|эксплуатацию)|перв(?:ые|ых) (?:снимк|данны|изображени|сигнал)\w*|"
            r"приступил\w* к работе)|"
            r"在轨交付|投入使用|开机|首批.{0,6}(?:数据|图像)|首光|正式运行|在轨测试"
        ),
        re.IGNORECASE,
    ),
    CraftStage.LAUNCH: re.compile(
        folded(
            r"\b(?:launch(?:ed|es)|lifts? off|lifted off|lift-?off|blast(?:s|ed) off|"
            r"(?:reach|enter)\w* (?:\S+ ){0,3}orbit|"
            r"into (?:\S+ )?orbit|lanc(?:é|ée|és|ées)|a décollé|décolle|mis(?:e|es)? (?:sur|en) orbite|"
            r"запущен\w*|запустил\w*|стартовал\w*|выве(?:ден|л)\w* на орбиту)|"
            r"发射升空|成功发射|发射成功|入轨|点火升空"
        ),
        re.IGNORECASE,
    ),
    CraftStage.DELIVERY: re.compile(
        folded(
            r"\b(?:deliver(?:ed|s)|delivery|handed over|hand-?over|hands over|arriv(?:ed|es) (?:at|in)|shipped|ships|"
            r"livr(?:é|ée|és|ées)|livraison|remis(?:e|es)? (?:à|au|aux)|expédi(?:é|ée|és|ées)|"
            r"arriv(?:é|ée|és|ées) (?:à|au|en)|"
            r"доставлен\w*|передан\w*|передал\w*|прибыл\w*|отправлен\w*)|"
            r"交付|运抵|移交|启运|抵达.{0,6}(?:发射场|中心)"
        ),
        re.IGNORECASE,
    ),
}
_SENTENCE_END = re.compile(r"(?<=[.!?])\s|[。！？\n]")


def stage_of(title: str, lead: str) -> CraftStage | None:
    """Return the one stage that a title reports, or else the first or second sentence; None for none or several."""
    for text in (title, *_SENTENCE_END.split(lead.lstrip(), maxsplit=2)[:2]):
        found = _stages_in(text)
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def _stages_in(text: str) -> set[CraftStage]:
    rest = _NO_NEWS.sub(" ", folded(text))
    found = set()
    for stage, words in _WORDS.items():
        if words.search(rest):
            found.add(stage)
            rest = words.sub(" ", rest)
    return found
