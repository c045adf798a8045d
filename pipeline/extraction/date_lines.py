"""What a line says of the date on it: that it is the day of publication, of something else, or nothing.

Pages name other days in endless ways: a label before a date must be a known one of publication for it to count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise

from perilune.dates import PartialDate, Witness, WitnessKind
from pipeline.extraction.boilerplate_wordings import TIME_OF_DAY
from pipeline.extraction.date_numbers import Reading, Spotted

MOST_LINE_CHARS = 200
MOST_REST_CHARS = 60
MOST_NEUTRAL_CHARS = 120
MOST_AGENCY_IDEOGRAPHS = 14

UPDATED = re.compile(
    r"updat|modif|revis|review|edited|amended|changed|mise? à jour|m[àa]j\b|actuali[sz]|aktualisi|geändert|"
    r"überarbeitet|stand\s*:|aggiorna|atualiza|更新|修改|修订|修訂|обновл|изменен|редакци|改訂|改定|päivit|oppdater|uppdater",
    re.IGNORECASE,
)
PUBLISHED = re.compile(
    r"publi[cékséq]|pubblic|posted|posté|released?\b|issued?\b|发布|發布|发表|發表|刊登|刊发|发文|发稿|опубликован|публикаци|"
    r"размещен|submitted by|\b(?:added|uploaded)\b|добавлен|撰写|rédigé|\bparu\b|mise? en ligne|"
    r"veröffentlicht|erschienen|embargo|公開日|掲載|発表日|公表|発行",
    re.IGNORECASE,
)
DATE_LABEL = re.compile(
    r"(?:the\s+)?(?:date|datum|fecha|data|дата|posted|on|le|am)|date (?:of|de) (?:publication|issue|release|parution|"
    r"mise en ligne)|date (?:published|posted|issued)|дата (?:создания|выхода|новости|материала|добавления)|добавлено|"
    r"создано|"
    r"(?:发布|发表|发文|发稿|刊登|刊发|公布|公开|上传|添加|录入|稿件|新闻|文章|信息|發布|發表|張貼|刊登|公告)?(?:时间|時間|日期|日)|日付|年月日",
    re.IGNORECASE,
)
RELEASE = re.compile(
    r"release|communiqué|information presse|пресс-релиз|сообщение|新闻稿|新闻发布|新聞稿|comunicado|"
    r"comunicato|mitteilung|\bnews\b|press\b|statement|announcement|プレスリリース|報道発表|\bfait\b|\bdone\b",
    re.IGNORECASE,
)
KIND = re.compile(
    r"date|дата|новост[ьи]|стать[яи]|интервью|выступление|actualités?|article|discours|blog(?: post)?|story|feature|"
    r"interview|report|speech(?: delivered)?|remarks|noticias?|nachrichten|aktuelles|notizie|notícias?",
    re.IGNORECASE,
)
BYLINE = re.compile(
    r"^\W*(?:(?:written|posted|reported|story)?\s*by|par|de notre|por|von|автор|текст|文[/／]|作者|记者|編集|编辑|"
    r"責任編輯|source|источник)\b",
    re.IGNORECASE,
)
EVENT = re.compile(
    r"\b(?:venue|when|where|deadline|held|place|location|starts?|ends?|opens?|closes?|registration"
    r"|expir\w*|due|conference|workshop|session|apply|takes? place|effective|in force|"
    r"lieu|quand|date limite|clôture|inscription|adresse|début|место|срок|когда|состоится|до|начало|адрес|при[её]м)\b"
    r"|地点|截止|举行|举办|召开|会议时间|活动时间|开始|结束|报名",
    re.IGNORECASE,
)
OF_TODAY = re.compile(
    r"\btoday\b|сегодня|今天|现在|aujourd|nous sommes|\bheute\b|\bhoy\b|\boggi\b|\bhoje\b|welcome|bienvenue|欢迎|"
    r"добро пожаловать|[°℃]|晴|多云",
    re.IGNORECASE,
)
WEEKDAY = re.compile(
    r"(?:\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tues?|wed|thu|fri|"
    r"sat|sun|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|пн|вт|ср|чт|пт|сб|вс|(?:mon|diens|donners|frei|sams|"
    r"sonn)tag|mittwoch|mo|di|mi|do|fr|sa|so|(?:lune|marte|mercole|giove|vener)dì|sabato|domenica|lunes|martes|miércoles|jueves|"
    r"viernes|sábado|domingo|(?:segunda|terça|quarta|quinta|sexta)(?:-feira)?)\b|星期[一二三四五六日天])[.,]?\s*$",
    re.IGNORECASE,
)
FILLER = re.compile(r"(?:\b(?:on|the|le|am|den|el|il|em|a|à|at|from|of|de|от|de la|del)\b|\s|[,，、])+$", re.IGNORECASE)
SEPARATOR = re.compile(r"\s[–—-]+\s|[|｜·•,，;()（）\[\]【】<>›»/]|--|(?<=\w{4})\.\s|^[-–—]\s|\s[-–—]$")
SENTENCE_END = re.compile(r"[.!?。！？]\s+(?=\w{3})")
LOWER_CASE_IN_NAMES = {
    "of",
    "and",
    "for",
    "the",
    "de",
    "des",
    "du",
    "la",
    "et",
    "von",
    "van",
    "и",
    "по",
    "для",
    "d",
    "l",
}


class Standing(StrEnum):
    """What the words before a date make of it."""

    PUBLISHED = "published"
    DATED = "dated"
    NEUTRAL = "neutral"
    UPDATED = "updated"
    OTHER = "other"


def witness_of_line(line: str, reading: Reading) -> Witness | None:
    """Take the day of publication from a line that states it, or that states a day and little else."""
    if len(line) > MOST_LINE_CHARS:
        return None
    dates = reading.dates_on(line)
    if not dates or dates[0][0].month is None:
        return _year_witness(line, dates)
    standings = [standing_of(line, place, dates) for place in range(len(dates))]
    if Standing.PUBLISHED in standings:
        date, start, end = dates[standings.index(Standing.PUBLISHED)]
        if date.month is not None:
            return Witness(WitnessKind.VISIBLE, date, line[max(0, start - 40) : end].strip(), is_labelled=True)
    standing = next((one for one in (Standing.DATED, Standing.NEUTRAL) if one in standings), None)
    if standing is None or EVENT.search(line) or OF_TODAY.search(line) or _is_range(dates):
        return None
    date, start, end = dates[standings.index(standing)]
    if date.month is None or not _is_little_else(line, dates, standings):
        return None
    return Witness(WitnessKind.VISIBLE, date, line[start:end], is_labelled=standing is Standing.DATED)


def standing_of(line: str, place: int, dates: Sequence[Spotted]) -> Standing:
    """Judge the words between the date before, or the line's start, and this date."""
    left = line[dates[place - 1][2] if place else 0 : dates[place][1]]
    updated, published = (_last_place(form, left) for form in (UPDATED, PUBLISHED))
    if updated > published:
        return Standing.UPDATED
    if published >= 0:
        return Standing.PUBLISHED
    segment = SEPARATOR.split(WEEKDAY.sub("", TIME_OF_DAY.sub(" ", left)))[-1].strip()
    bare = FILLER.sub("", segment).strip()
    if _names_a_date(segment):
        return Standing.DATED
    return Standing.NEUTRAL if not bare or _is_origin(segment, bare) else Standing.OTHER


def _names_a_date(segment: str) -> bool:
    """Tell a label such as `Date:` or `来源：新华社 时间：`, by its last words."""
    if segment[-1:] not in (":", "："):
        return False
    label = re.split(r"[:：]\s*\S+\s+", segment)[-1].rstrip(" :：").strip(" \xa0　")
    return bool(DATE_LABEL.fullmatch(label) or RELEASE.search(label))


def _is_origin(segment: str, bare: str) -> bool:
    """Tell who wrote or published, which says nothing of the day: a byline, a name, an agency, `Source: ...`."""
    if segment[-1:] in (":", "："):
        return False
    if RELEASE.search(bare) or KIND.fullmatch(bare) or BYLINE.match(bare) or re.search(r"[:：]", bare):
        return True
    if re.search(r"[一-鿿]", bare):
        return len(bare) <= MOST_AGENCY_IDEOGRAPHS and not re.search(r"[于於是至自到在为]$", bare)
    words = re.findall(r"[^\W\d_][\w'’.-]*", bare)
    is_name = all(word[0].isupper() or word.lower() in LOWER_CASE_IN_NAMES for word in words)
    is_followed = bare != segment and segment.rstrip()[-1:] not in (",", "，")
    return bool(words) and is_name and (len(words) > 1 or words[0].isupper()) and not is_followed


def _last_place(form: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in form.finditer(text)), default=-1)


def _year_witness(line: str, dates: Sequence[Spotted]) -> Witness | None:
    if re.fullmatch(r"(?:19|20)\d\d", line):
        return Witness(WitnessKind.VISIBLE, PartialDate(int(line)), line)
    is_bare = len(dates) == 1 and dates[0][2] - dates[0][1] == len(line.strip())
    return Witness(WitnessKind.VISIBLE, dates[0][0], line) if is_bare else None


def _is_little_else(line: str, dates: Sequence[Spotted], standings: Sequence[Standing]) -> bool:
    """Tell a line of one date, a time, a place, a byline: not a sentence, not a list of days."""
    neutral = {date for (date, _, _), standing in zip(dates, standings, strict=True) if standing is Standing.NEUTRAL}
    if len(line) > MOST_NEUTRAL_CHARS or len(neutral) > 1 + (Standing.UPDATED in standings):
        return False
    rest = line
    for _, start, end in reversed(dates):
        rest = rest[:start] + " " + rest[end:]
    return len(TIME_OF_DAY.sub("", rest).strip()) <= MOST_REST_CHARS and not SENTENCE_END.search(rest)


def _is_range(dates: Sequence[Spotted]) -> bool:
    """Tell the two ends of one range by their closeness: `25` and `29 April 2022`."""
    return any(
        after[1] - before[2] <= 4 and after[0].first - before[0].first <= timedelta(days=60)  # noqa: PLR2004
        for before, after in pairwise(dates)
    )
