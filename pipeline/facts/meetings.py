"""Meetings that a sentence reports, by their own name or as the event of the article's title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from models.vocabulary import EventStatus
from perilune.dates import PartialDate
from pipeline.facts.cues import Cue, cues_in, lowered, name_words
from pipeline.facts.date_shapes import StatedDate
from pipeline.facts.making import Candidate, event_of, subkind_of
from pipeline.facts.meeting_names import name_around
from pipeline.facts.sentences import MAX_CHARS, Heading, Statement
from pipeline.understanding.gazetteer import folded
from pipeline.values import Fact

MAX_BESIDE_CHARS = 90
MIN_NAME_WORDS = 2
MIN_ZH_CHARS = 5
STEM_CHARS = 6
LEAD_NUMBER = 4
NEWS_NUMBER = 2
MAX_DATE_DISTANCE = 240
MAX_DAYS_OPEN = 40
MAX_CLOSING_GAP = 24
DATED_LINE_NUMBER = 30
DATED_LINE_CHARS = 70
MAX_LINE_CHARS = 160
WEAK_NOUNS = name_words("weak_meeting")

_LABELLED = re.compile(
    r"^\W*(?:date|dates|when|时间|日期|会议时间|举办时间|дата|даты|сроки|когда|quand|fecha"
    r"|main session)\s*(?:[::]|$|\s-)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"\d{1,3}(?:st|nd|rd|th|e|-?[а-я]{1,2})\b|第[一二三四五六七八九十\d]+[届次]|\b[IVXL]{1,6}\b|(?:19"
    r"|20)\d\d|-\d{1,3}\b"
    r"|\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\w+teenth|\w+tieth|twelfth|eleventh)\b",
    re.IGNORECASE,
)
_MET = re.compile(
    r"\b(?:met with|meets with|held talks with|received|visited|paid a visit)\b|会见|会谈"
    r"|\b(?:встретил\w+ с|провел\w* встречу|принял)\b|\b(?:s'est entretenu"
    r"|a rencontre|a recu)\b",
    re.IGNORECASE,
)
_MET_TITLE = re.compile(r"\b(?:meet|met|visit|receive)|会见|会谈|访问|встреч|визит|rencontre|visite", re.IGNORECASE)
_EDITION = re.compile(
    r"(?P<ordinal>\d{1,3}(?:st|nd|rd"
    r"|th))[\s:,-]+(?P<place>[A-Z][\w'-]+(?:\s[A-Z][\w'-]+)*(?:,\s*[A-Z][\w'-]+(?:\s[A-Z][\w'-]+)*)?)\W*"
)
_AT = re.compile(
    r"\b(?:at|during|beside|alongside|on the sidelines of|on the margins of) (?:the|an?) |(?:在|期间|会上)"
    r"|\bна (?:полях|\d|между|форум|конгресс|конференц|выставк|саммит|авиасалон|встреч|заседани)"
    r"|\b(?:lors d|a l'occasion d|en marge d|au (?:congres|salon|forum|sommet)|pendant l)"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_VENUE = re.compile(
    r"(?:^|\n)\W*(?:venue|location|会议地点|地点|место проведения|lieu)\s*[:：]?\s*(?P<place>[^\n;]{3,80})",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"^(?:registration (?:is )?(?:now )?open (?:for|to)|save the date|invitation to|report (?:of"
    r"|on)|call for \w+:?)\W+(?:the\s+)?",
    re.IGNORECASE,
)
_TITLE_CUT = re.compile(
    r"\s+(?:to be |is |was )?(?:held|opens?|opened|kicks? off|takes? place|concludes?|starts?|begins?)\b.*$"
    r"|(?:在.{1,10})?(?:举行|召开|开幕|闭幕|举办|落幕)$|\s*[-|_]\s*[^-|_]{2,40}$",
    re.IGNORECASE,
)


def meetings_in(statement: Statement) -> list[Candidate]:
    """Find the meetings of a sentence: each noun with the date nearest to it, or the title's with any."""
    nouns = _distinct(statement.places("meeting", "ceremony"))
    if statement.has("repeated"):
        return []
    if _LABELLED.match(statement.shape) or _follows_label(statement):
        labelled = _labelled_in(statement)
        return [labelled] if labelled else []
    if not nouns_told(statement, nouns):
        dated = _dated_line(statement)
        if dated is not None:
            return [dated]
    if not statement.dates and not (statement.number < LEAD_NUMBER or _YEAR.search(statement.lower)):
        return []
    found = [(noun, candidate) for noun in nouns if (candidate := _meeting_at(statement, noun)) is not None]
    return _best_of_date(statement, found)


def nouns_told(statement: Statement, nouns: Sequence[Cue]) -> bool:
    """Tell whether a sentence names a meeting of its own, in words or with a capital."""
    return any(
        statement.lower[noun.start : noun.end] not in WEAK_NOUNS or statement.text[noun.start].isupper()
        for noun in nouns
    )


def _dated_line(statement: Statement) -> Candidate | None:
    """Read a range of days that stands without a meeting's word as that of the line above, or of the title."""
    date = next((date for date in statement.dates if date.last_day is not None and date.day is not None), None)
    if date is None or statement.number > DATED_LINE_NUMBER:
        return None
    above = _line_above(statement) if len(statement.text) <= DATED_LINE_CHARS else ""
    if above:
        name = above
    elif statement.heading.has("meeting"):
        name = name_of_title(statement.heading)
    else:
        return None
    event = event_of(statement, name, subkind_of(name), date)
    return Candidate(event, statement.number, is_named=True, is_of_title=not above or above in statement.heading.text)


def _line_above(statement: Statement) -> str:
    """Give the line before, when it names a meeting."""
    before = statement.document.text[max(0, statement.span.start - MAX_LINE_CHARS) : statement.span.start].strip()
    line = before.rsplit("\n", 1)[-1].strip()
    cues = cues_in(lowered(folded(line)), statement.document.language)
    return line if any(cue.group == "meeting" for cue in cues) else ""


def _distinct(nouns: list[Cue]) -> list[Cue]:
    """Keep the longest of words that share a place."""
    kept: list[Cue] = []
    for noun in sorted(nouns, key=lambda cue: cue.start - cue.end):
        if not any(noun.start < other.end and other.start < noun.end for other in kept):
            kept.append(noun)
    return sorted(kept, key=lambda cue: cue.start)[:6]


def _meeting_at(statement: Statement, noun: Cue) -> Candidate | None:
    """Read one meeting: it has a name, or its word stands in the title too."""
    word = statement.lower[noun.start : noun.end]
    if word in WEAK_NOUNS and not statement.text[noun.start].isupper() and not _is_in_heading(statement, noun):
        return None
    stops = [cue for cue in statement.places("held") if cue.start >= noun.end]
    name = name_around(statement.text, statement.shape, noun, statement.dates, stops)
    is_of_title = _is_in_heading(statement, noun)
    is_named = _is_name(name)
    date = _date_for(statement, noun)
    is_told = date is not None and date.day is not None
    if not is_named and not is_of_title and (not is_told or statement.heading.has("signing")):
        return None
    is_beside = date is not None and 0 <= max(date.start - noun.end, noun.start - date.end) <= MAX_BESIDE_CHARS
    if not is_beside and not statement.has("held"):
        return None
    if not is_named and (is_of_title or len(name.split()) <= 1):
        name = name_of_title(statement.heading) or name
    fact = event_of(statement, name, subkind_of(name), date)
    if date is None:
        fact = _going_on(fact, statement) or _undated(fact, statement, name)
    return Candidate(
        fact,
        statement.number,
        is_named=is_named,
        is_of_title=is_of_title,
        is_inferred=date is None and fact.start is not None,
    )


def _date_for(statement: Statement, noun: Cue) -> StatedDate | None:
    """Take the nearest date that may be a start: ranges first, then days; `until 11 April` is an end only."""
    untils = {cue.end for cue in statement.places("until")}
    closings = statement.places("closing")
    possible = [
        date
        for date in statement.dates
        if (date.last_day is not None or not _is_closed(date, closings))
        and abs(date.start - noun.start) <= MAX_DATE_DISTANCE
        and not any(0 <= date.start - end <= 1 for end in untils)
    ]
    return min(
        possible,
        key=lambda date: (
            date.last_day is None,
            date.day is None and date.weekday is None and date.day_offset is None,
            date.month is None and date.day is None,
            abs(date.start - noun.start),
        ),
        default=None,
    )


def _is_closed(date: StatedDate, closings: Sequence[Cue]) -> bool:
    """Tell whether a meeting is said to end on a day."""
    return any(0 <= max(cue.start - date.end, date.start - cue.end) <= MAX_CLOSING_GAP for cue in closings)


def _is_name(name: str) -> bool:
    """Tell whether a meeting's words are a name: two of them with a capital or a number, or enough of Chinese."""
    if re.search(r"[\u3400-\u9fff]", name):
        return len(name) >= MIN_ZH_CHARS
    words = name.split()
    return len(words) >= MIN_NAME_WORDS and (bool(re.search(r"[A-ZА-ЯÀ-Ý0-9]", name[1:])) or name[:1].isupper())


def _is_in_heading(statement: Statement, noun: Cue) -> bool:
    stem = statement.lower[noun.start : noun.end][:STEM_CHARS]
    return any(
        cue.group in {"meeting", "ceremony"} and statement.heading.lower[cue.start : cue.end][:STEM_CHARS] == stem
        for cue in statement.heading.cues
    )


def _going_on(fact: Fact, statement: Statement) -> Fact | None:
    """Read `runs to 11 April` as going on when it is printed."""
    published = statement.document.published
    end = next((start for date in statement.dates if (start := statement.date_at(date, is_future=True)[0])), None)
    if published is None or published.day is None or end is None or end.day is None:
        return None
    is_open = statement.has("until") and 0 < (end.first - published.first).days <= MAX_DAYS_OPEN
    return replace(fact, start=published, end=end) if is_open else None


def _undated(fact: Fact, statement: Statement, name: str) -> Fact:
    """Date by the year of the name, `2019 China Space Conference`, or by the publication when news speaks of it."""
    years = {int(year) for year in _YEAR.findall(name)}
    published = statement.document.published
    if len(years) == 1:
        year = years.pop()
        return replace(fact, start=PartialDate(year))
    if published is None or statement.number >= LEAD_NUMBER or statement.dates:
        return fact
    if statement.has("now"):
        return replace(fact, start=published)
    if statement.is_future or not (_AT.search(statement.lower) or statement.number < NEWS_NUMBER):
        return fact
    day = statement.setting.dateline if statement.tells_time else None
    return replace(fact, start=day or PartialDate(published.year, published.month))


def _best_of_date(statement: Statement, found: list[tuple[Cue, Candidate]]) -> list[Candidate]:
    """Of meetings that share a date of the sentence keep the one of the title, or the best named, or the nearest."""
    best: dict[object, tuple[tuple[bool, bool, bool, int], Candidate]] = {}
    for noun, candidate in found:
        key = (candidate.fact.start, candidate.fact.end)
        distance = min((abs(date.start - noun.end) for date in statement.dates), default=0)
        numbered = bool(_NUMBERED.search(candidate.fact.name))
        rank = (candidate.is_of_title, numbered and candidate.is_named, candidate.is_named, -distance)
        if key not in best or rank > best[key][0]:
            best[key] = rank, candidate
    return [candidate for _, candidate in best.values()]


def _follows_label(statement: Statement) -> bool:
    """Tell whether the line before is a bare label such as `Dates`."""
    before = statement.document.text[max(0, statement.span.start - 24) : statement.span.start]
    label = before.strip().rsplit("\n", 1)[-1]
    return bool(label) and bool(_LABELLED.match(folded(label)))


def _labelled_in(statement: Statement) -> Candidate | None:
    """Read `Date: 25-29 April` as said of the event of the title."""
    date = next((date for date in statement.dates if date.month), None)
    name = name_of_title(statement.heading)
    if date is None or date.day is None or not name:
        return None
    if date.last_day is None and not statement.heading.has("meeting", "ceremony"):
        return None
    event = event_of(statement, name, subkind_of(name), date, is_future=True)
    if event.start == statement.document.published:
        return None
    venue = _VENUE.search(statement.document.text[:MAX_CHARS])
    event = replace(event, place=event.place or (" ".join(venue["place"].split()) if venue else None))
    return Candidate(event, min(statement.number, LEAD_NUMBER), is_named=True, is_of_title=True)


def name_of_title(heading: Heading) -> str:
    """Keep of a title the part that names the event: not its theme after a colon, nor that it was held."""
    title = heading.text
    head, colon, rest = title.partition(":")
    nouns = [cue for cue in heading.cues if cue.group == "meeting"]
    if colon and nouns:
        title = head if any(cue.start < len(head) for cue in nouns) else rest
    title = _HEAD.sub("", title.strip())
    title = re.sub(r"^.*\bto hold\s+(?:the\s+|an?\s+)?", "", title, flags=re.IGNORECASE)
    return _TITLE_CUT.sub("", title).strip() or heading.text


def listed_edition_in(statement: Statement) -> Candidate | None:
    """Read `4th Changsha, China` in a list of the editions of the meeting that the title names."""
    match = _EDITION.fullmatch(statement.shape)
    heading = statement.heading
    noun = next((cue for cue in heading.cues if cue.group == "meeting"), None)
    if match is None or noun is None:
        return None
    if statement.has("meeting"):
        event = event_of(statement, statement.text, subkind_of(match["place"]), None)
        event = replace(event, place=None, status=str(EventStatus.ANNOUNCED) if statement.leads_to_future else "")
    else:
        name = f"{match['ordinal']} {heading.text[: noun.end].removesuffix('s')}"
        event = event_of(statement, name, subkind_of(name), None)
        event = replace(event, place=statement.text[match.start("place") :].strip(" ."))
    return Candidate(event, 0, is_named=True, is_of_title=True, is_listed=True)


def encounter_in(statement: Statement) -> Candidate | None:
    """Find a visit or talks that the title too reports; its date may lack the year."""
    if not statement.dates or not _MET.search(statement.shape) or not _MET_TITLE.search(statement.heading.shape):
        return None
    date = next((date for date in statement.dates if date.day or date.weekday is not None), None)
    if date is None:
        return None
    event = event_of(statement, statement.heading.text, "meeting", date, is_future=False)
    return Candidate(event, statement.number, is_named=False, is_of_title=True, is_listed=True)
