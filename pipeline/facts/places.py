"""Where an event is, as its sentence says; apart because every language puts places differently."""

from __future__ import annotations

import re

from pipeline.facts.date_shapes import StatedDate
from pipeline.facts.sentences import Statement

MAX_PLACE_CHARS = 80

_MONTHS = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
_NAME = r"[A-Z][\w'.-]+(?:\s+(?:of\s+|and\s+|de\s+)?[A-Z][\w'-]+){0,4}"
_NAME_RU = r"[А-Я][\w-]+(?:\s+[А-Я][\w-]+){0,2}"
_PLACES = (
    re.compile(rf"(?:Venue|Location|Place|Lieu)\s*:\s*(?P<place>[^\n;]{{3,{MAX_PLACE_CHARS}}})"),
    re.compile(rf"\b(?:in|at|from)\s+(?:the\s+)?(?P<place>{_NAME}(?:,\s+(?!{_MONTHS}){_NAME}){{0,2}})"),
    re.compile(
        r"在(?P<place>[^\s,,。;在于将]{2,16}?)(?:以[^,。]{2,12}(?:方式)?)?(?:成功)?(?:举行|召开|举办|开幕"
        r"|发射(?!中心|场)|使用|用长征|签署)"
    ),
    re.compile(rf"\b(?:в|во|на|под|с космодрома|на космодроме)\s+(?:город[её]\s+)?(?P<place>{_NAME_RU})"),
)
# Apart because `a European probe` is English.
_FRENCH_PLACE = re.compile(rf"\b(?:a|au|aux|en|depuis)\s+(?:la\s+|l')?(?P<place>{_NAME}(?:,\s+{_NAME}){{0,2}})")
_NOT_PLACES = re.compile(
    rf"^{_MONTHS}|^(?:Sept?|Monday|Tuesday|Wednesday|Thursday|Friday"
    r"|Saturday|Sunday|Earth|Mars|Moon|Space|Long March|English|Chinese|Lun|Лун|Земл"
    r"|Марс)\b|^(?:Январ|Феврал|Март|Апрел|Ма[йе]|Июн|Июл|Август"
    r"|Сентябр|Октябр|Ноябр|Декабр)",
)


def place_in(statement: Statement, date: StatedDate | None) -> str | None:
    """Find the place nearest to the date; names of actors and months are no places."""
    anchor = date.start if date else 0
    named = {place for each in statement.named for place in range(each.start, each.end)}
    found = [
        (abs(match.start("place") - anchor), match.start("place"), match.end("place"))
        for pattern in (_PLACES if statement.language in {"en", "zh", "ru"} else (*_PLACES, _FRENCH_PLACE))
        for match in pattern.finditer(statement.shape)
        if not _NOT_PLACES.match(match["place"]) and match.start("place") not in named
    ]
    sites = statement.places("site")
    found = found or [(0, site.start, site.end) for site in sites[:1]]
    if not found:
        return None
    _, start, end = min(found)
    return " ".join(statement.text[start:end].split()).strip(" ,.;")[:MAX_PLACE_CHARS] or None
