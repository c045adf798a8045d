"""Meetings that a sentence reports, by their own name or as the event of the article's title."""

from __future__ import annotations

import re
from dataclasses import replace

from models.vocabulary import EventStatus
from perilune.dates import PartialDate
from pipeline.facts.making import event_of, start_date_in, subkind_of
from pipeline.facts.sentences import MAX_CHARS, Statement
from pipeline.understanding.lexicon import folded
from pipeline.values import Fact

MIN_NAME_WORDS = 2
MAX_BESIDE_CHARS = 60

_ORDINAL = r"(?:\d{1,3}(?:st|nd|rd|th)|First|Second|Third|Fourth|Fifth|Sixth|Seventh|Eighth|Ninth|Tenth)"
_NOUN = (
    r"(?:Workshops?|Conference|Congress|Forum|Symposium|Summit|Seminar|Colloquium|Session|Meeting|Week|Debate|Expo"
    r"|Exhibition|Dialogue|Day)"
)
_CAPITAL = r"(?:[A-Z][\w.'/&+-]*|\d{4}|[A-Z]{2,}|\d{1,3}(?:st|nd|rd|th))"
_JOIN = r"(?:of|on|for|the|and|in|with|de|annual|&|-)"
_OF = rf"(?:\s+(?:of|on|for)\s+(?:the\s+)?{_CAPITAL}(?:\s+(?:{_JOIN}\s+){{0,2}}{_CAPITAL}){{0,9}})?"
_NAMES = (
    re.compile(
        rf"(?:{_ORDINAL}\s+)?(?:annual\s+)?{_CAPITAL}(?:\s+(?:{_JOIN}\s+){{0,2}}{_CAPITAL}){{0,11}}?\s+{_NOUN}\b{_OF}"
    ),
    re.compile(
        rf"\b(?:{_ORDINAL}|[a-z]+-(?:first|second|third|fourth|fifth|sixth|seventh|eighth"
        rf"|ninth))\s+(?:annual\s+)?(?:\w+\s+)?(?:session|meeting|conference|congress"
        rf"|workshop)s?\s+of\s+(?:the\s+)?{_CAPITAL}(?:\s+(?:{_JOIN}\s+){{0,2}}{_CAPITAL}){{0,8}}"
    ),
    re.compile(
        rf"\b{_ORDINAL}\s+(?:{_CAPITAL}\s+){{1,8}}(?:session|meeting|conference|congress|workshop"
        rf"|Subcommittee)\b"
    ),
    re.compile(
        r"(?:第[一二三四五六七八九十\d]+届"
        r"|\d{4}年?)?[^\s,,。;:、《》“”\"()()\d]{2,30}(?:论坛|大会|研讨会|峰会|博览会"
        r"|年会|招待会|座谈会|展览会|航天日)"
    ),
    re.compile(
        r"(?:\d{1,3}-[йяе]\s+)?(?:[А-ЯЁ][\w-]*\s+)?(?:\w+(?:ая|ый|ий|ое"
        r"|ая)\s+){0,4}(?:конференци[яюие]|форум|семинар|конгресс"
        r"|симпозиум|заседание|сессия|саммит)(?:\s+(?:по|о"
        r"|об)\s+\w+(?:\s+\w+){0,4})?(?:\s+[«\"][^»\"\n]{3,100}[»\"])?"
    ),
    re.compile(
        r"\b(?:[Ll]a |[Ll]e |[Ll]'|[Uu]n |[Uu]ne )?((?:\d{1,3}e\s+|[A-ZÀ-Ý]\w+\s+)?(?:[Cc]onference"
        r"|[Aa]telier|[Ff]orum|[Cc]ongres|[Cc]olloque|[Ss]ymposium|[Ss]ommet|[Ss]eminaire"
        r"|[Ss]alon)\s+(?:\w+ale?s?\s+)?(?:(?:de|des|du|d'|sur|pour|la|le|les"
        r"|l')\s*){1,3}\w+(?:\s+\w+){0,5})"
    ),
)
_NTH_SESSION = re.compile(
    rf"(?P<body>(?:{_CAPITAL} )*(?:[Ss]ubcommittee|[Cc]ommittee|[Cc]ouncil|[Cc]ommission)) (?:on"
    rf"|at) its (?P<ordinal>\d{{1,3}}(?:st|nd|rd|th)|[a-z]+-(?:first|second|third|fourth|fifth|sixth"
    rf"|seventh|eighth|ninth)|[a-z]+th) session"
)
_HELD = re.compile(
    r"\b(?:h[oe]ld|holds|tak(?:es?|ing) place|took place|open(?:s|ed|ing)?|runs?|ran|gather\w*"
    r"|meet(?:s|ing)?|met|attend\w*|host(?:s|ed|ing)?|organi[sz]\w+|conven\w+|beg[ia]n\w*|start\w*"
    r"|from|at the|alongside|during|closed|scheduled)\b"
    r"|举行|召开|举办|开幕|闭幕|举行的|\b(?:состо\w+|про[йш]\w+|проход\w+|откры\w+|проведен\w*)"
    r"|\b(?:aura lieu|a eu lieu|se tien\w+|s'est tenue?|s'ouvr\w+|organise\w*|du \d)\b",
    re.IGNORECASE,
)
_WAS_HELD = re.compile(
    r"\b(?:was|were) (?:held|hosted|organi[sz]ed)|\btook place\b|举行|召开|举办"
    r"|\bсостоял\w+|\bпрошл?[аио]?\b|\bs'est tenue?\b|\ba eu lieu\b",
    re.IGNORECASE,
)
_REPEATED = re.compile(
    r"\b(?:has been held|have been held|\w+ times|every (?:year|two years)|annually)\b|每年"
    r"|\bежегодно\b|\bchaque annee\b",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"^\W*(?:date|dates|when|时间|日期|会议时间|дата|quand|fecha)\s*[::]", re.IGNORECASE)
_ANAPHORA = re.compile(
    r"\b(?:the|this|this year's|it's|our) (?:\w+ )?(?:workshop|conference|congress|forum|symposium"
    r"|summit|seminar|meeting|session|event)\b|(?:本次|此次|本届|会议|论坛)"
    r"|\b(?:мероприятие|конференция|форум|семинар)\b"
    r"|\b(?:la conference|le colloque|l'atelier|le forum|l'evenement)\b",
    re.IGNORECASE,
)
_TITLE_NOUN = re.compile(
    rf"\b{_NOUN}\b|\b(?:workshop|conference|congress|forum|symposium|summit|seminar|expert meeting"
    rf"|session)\b|论坛|大会|研讨会|会议|峰会|конференци|форум|семинар"
    rf"|конгресс|\b(?:conference|atelier|colloque|forum)\b",
    re.IGNORECASE,
)
_MET = re.compile(
    r"\b(?:met with|meets with|held talks with|received|visited|paid a visit)\b|会见|会谈"
    r"|\b(?:встретил\w+ с|провел\w* встречу|принял)\b|\b(?:s'est entretenu"
    r"|a rencontre|a recu)\b",
    re.IGNORECASE,
)
# Where a Russian or French name, which has no capitals to go by, gives way to the rest of the sentence.
_AFTER_NAME = re.compile(
    r"\s+(?:состо|пройд|прош[её]?л|проход|откр|заверш|начал|будет|организ|в\s|на\s|с\s\d"
    r"|se tien|s'est|aura|a eu|est |sera |a ete|du \d|le \d).*$",
    re.IGNORECASE,
)
_EDITION = re.compile(
    r"(?P<ordinal>\d{1,3}(?:st|nd|rd"
    r"|th))[\s:,-]+(?P<place>[A-Z][\w'-]+(?:\s[A-Z][\w'-]+)*(?:,\s*[A-Z][\w'-]+(?:\s[A-Z][\w'-]+)*)?)\W*"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_VENUE = re.compile(
    r"(?:^|\n)\W*(?:venue|location|会议地点|地点|место проведения|lieu)\s*[:：]\s*(?P<place>[^\n;]{3,80})",
    re.IGNORECASE,
)


def meeting_in(statement: Statement) -> Fact | None:
    """Find a meeting by its name, with a date or the year that the name states."""
    if _REPEATED.search(statement.shape):
        return None
    name, end = _meeting_name(statement)
    date = start_date_in(statement)
    is_beside = date is not None and 0 <= date.start - end <= MAX_BESIDE_CHARS
    if not name or not (is_beside or _HELD.search(statement.shape)):
        return None
    if date is not None:
        return event_of(statement, name, subkind_of(name), statement.nearest_date(end))
    return _event_of_year(statement, name)


def _meeting_name(statement: Statement) -> tuple[str, int]:
    """Find the name nearest to the word that says it is held, and where the name ends."""
    session = _NTH_SESSION.search(statement.shape)
    if session:
        return f"{session['ordinal']} session of the {session['body']}", session.end()
    held = [place for match in _HELD.finditer(statement.shape) for place in match.span()] or [0]
    for pattern in _NAMES:
        names = []
        for match in pattern.finditer(statement.shape):
            group = match.lastindex or 0
            name = _bare_name(statement.text[match.start(group) : match.end(group)])
            if len(name.split()) >= MIN_NAME_WORDS or not name.isascii():
                distance = min(min(abs(match.start() - place), abs(match.end() - place)) for place in held)
                names.append((distance, name, match.end()))
        if names:
            return min(names)[1:]
    return "", 0


def _event_of_year(statement: Statement, name: str) -> Fact | None:
    """Date by the year: `2019 China Space Conference`, or `was held in Jordan in 2018`."""
    years = {int(year) for year in _YEAR.findall(name)}
    if not years and _WAS_HELD.search(statement.shape):
        years = {date.year for date in statement.dates if date.year}
    if len(years) != 1:
        return None
    return replace(event_of(statement, name, subkind_of(name), None), start=PartialDate(years.pop()))


def titled_event_in(statement: Statement) -> Fact | None:
    """Read `Date: 25-29 April` and `the workshop takes place ...` as said of the event of the title."""
    noun = _TITLE_NOUN.search(folded(statement.document.title))
    date = start_date_in(statement)
    if noun is None or date is None or date.day is None:
        return None
    label = _LABELLED.match(statement.shape)
    again = _HELD.search(statement.shape) and (
        _ANAPHORA.search(statement.shape) or noun[0].lower() in statement.shape.lower()
    )
    if not label and not again:
        return None
    name = _name_from_title(statement.document.title)
    event = event_of(statement, name, subkind_of(name), date, is_future=True if label else None)
    venue = _VENUE.search(statement.document.text[:MAX_CHARS])
    return replace(event, place=event.place or (" ".join(venue["place"].split()) if venue else None))


def _name_from_title(title: str) -> str:
    """Keep of a title the part that names the event: not its theme after a colon, nor that it was held."""
    head, colon, _ = title.partition(":")
    if colon and _TITLE_NOUN.search(folded(head)):
        title = head
    title = re.sub(
        r"^(?:registration (?:is )?(?:now )?open (?:for|to)|save the date|invitation to|report (?:of"
        r"|on))\W+(?:the\s+)?",
        "",
        title,
        flags=re.IGNORECASE,
    )
    cut = re.sub(
        r"\s+(?:to be |is |was )?(?:held|opens?|opened|kicks? off|takes? place|concludes?)\b.*$",
        "",
        title,
        flags=re.IGNORECASE,
    )
    cut = re.sub(r"^.*\bto hold\s+(?:the\s+|an?\s+)?", "", cut, flags=re.IGNORECASE)
    return cut if _TITLE_NOUN.search(folded(cut)) else title


def listed_edition_in(statement: Statement) -> Fact | None:
    """Read `4th Changsha, China` in a list of the editions of the meeting that the title names."""
    match = _EDITION.fullmatch(statement.shape)
    title = statement.document.title
    noun = re.search(rf"\b(?:{_NOUN})\b", title)
    if match is None or noun is None:
        return None
    if _TITLE_NOUN.search(match["place"]):
        event = event_of(statement, statement.text, subkind_of(match["place"]), None)
        return replace(event, place=None, status=str(EventStatus.ANNOUNCED) if statement.leads_to_future else "")
    name = f"{match['ordinal']} {title[: noun.end()].removesuffix('s')}"
    event = event_of(statement, name, subkind_of(name), None)
    return replace(event, place=statement.text[match.start("place") :].strip(" ."))


def encounter_in(statement: Statement) -> Fact | None:
    """Find a visit or talks that the title too reports; its date may lack the year."""
    title = statement.document.title
    if not _MET.search(statement.shape) or not re.search(
        r"\b(?:meet|met|visit|receive)|会见|会谈|访问|встреч|визит|rencontre|visite", title, re.IGNORECASE
    ):
        return None
    date = start_date_in(statement)
    return event_of(statement, title, "meeting", date, is_future=False) if date else None


def _bare_name(name: str) -> str:
    name = re.sub(
        r"^(?:(?:The|the|At|In|On|of|and|for|And|During|An?|This|Our|Its|在|于|和|与|出席)\s*)+", "", name.strip()
    )
    name = _AFTER_NAME.sub("", name)
    return re.sub(r"\s+(?:of|on|for|the|and|in|with|de)$", "", name)
