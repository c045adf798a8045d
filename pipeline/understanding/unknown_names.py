"""Organisations that a text names and no actor is: found by the words that such names turn on, never guessed at.

Apart from the gazetteer, since what is found here is only proposed to people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from perilune.stems import stem_by
from pipeline.understanding.evidence import MAX_CHARS
from pipeline.understanding.gazetteer import Gazetteer, folded
from pipeline.understanding.name_words import chinese_words, latin_words, russian_words
from pipeline.values import FoundName, Span

MAX_NAMES = 60
MIN_NAME_CHARS, MAX_NAME_CHARS = 4, 120
MAX_CHINESE_CHARS = 24
MIN_WORDS = 2
MAX_KEY_CHARS = 200
Spotter = Callable[[str], Iterable[Span]]
"""Finds more places where an organisation may be named, such as a model for named entities."""

_CHINESE_RUN = re.compile(r"[\u4e00-\u9fff·]{4,60}")
_CYRILLIC = re.compile("[а-яё]")
_SPACES = re.compile(r"[\s'’]+")
_WORD = re.compile(r"[\w'’-]{2,}")
_ARTICLE = re.compile(r"(?:the|la|le|les|el)\s+|l'\s*")
_QUOTED = re.compile(r"[«\"“„]([^»\"”“]+)[»\"”“]")
_VERB = re.compile(r"(?:ла|ло|ли|ась|ось|ись|ют|ят|ет|ит|ся)$")


def unknown_names(text: str, covered: Sequence[tuple[int, int]] = (), spot: Spotter | None = None) -> list[FoundName]:
    """Find the organisations of a text that the gazetteer does not: each once, where it stands first, at most 60.

    `covered` are the places of known actors; `spot` finds further places.
    """
    found: dict[str, FoundName] = {}
    spans = [*_latin(text), *_french(text), *_russian(text), *_chinese(text, covered), *(spot(text) if spot else ())]
    for span in _longest(spans):
        name = _clean_name(text[span.start : span.end])
        if not _is_unknown(text, span, covered) or not _is_telling(name):
            continue
        key = name_key(name)
        if key not in found:
            found[key] = FoundName(name, key, span)
    return list(found.values())[:MAX_NAMES]


def names_beside(gazetteer: Gazetteer, text: str, spot: Spotter | None = None) -> tuple[FoundName, ...]:
    """Find the organisations that stand in a text beside the gazetteer's actors; at most `MAX_CHARS` are read."""
    text = text[:MAX_CHARS]
    return tuple(unknown_names(text, [(start, end) for _, start, end in gazetteer.spans(text)], spot))


def name_key(name: str) -> str:
    """Fold a name so that its spellings, cases and articles are one: `l'Institut X` and `INSTITUT X`."""
    quoted = _QUOTED.search(name) if _CYRILLIC.search(name.lower()) else None
    shape = folded(quoted[1] if quoted else name).lower()
    words = re.findall(r"\w+", _ARTICLE.sub("", shape, count=1) if _ARTICLE.match(shape) else shape)
    stems = (stem_by("russian", word) if _CYRILLIC.search(word) else word for word in words)
    return " ".join(stems)[:MAX_KEY_CHARS]


def _clean_name(name: str) -> str:
    return " ".join(name.split()).strip(" ,.;:-–—'’")


def _is_telling(name: str) -> bool:
    """Leave out what every country has, such as a National Space Agency, and what is no name by its length."""
    if not MIN_NAME_CHARS <= len(name) <= MAX_NAME_CHARS:
        return False
    if _CHINESE_RUN.fullmatch(name):
        return name not in chinese_words().generic
    return any(not _is_generic(word) for word in _WORD.findall(name))


def _is_generic(word: str) -> bool:
    latin, plain = latin_words(), word.lower()
    is_latin = plain in latin.inside or word in latin.heads or plain in latin.generic
    return is_latin or plain.startswith(russian_words().generic)


def _is_unknown(text: str, span: Span, covered: Sequence[tuple[int, int]]) -> bool:
    """Tell whether something telling is left of a name when the known actors in it are taken out."""
    inside = [(start, end) for start, end in covered if start < span.end and end > span.start]
    if not inside:
        return True
    if _CHINESE_RUN.fullmatch(text, span.start, span.end):
        return all(end < span.end for _, end in inside)
    left = list(text[span.start : span.end])
    for start, end in inside:
        for place in range(max(start, span.start), min(end, span.end)):
            left[place - span.start] = " "
    words = _WORD.findall("".join(left))
    return any(word[0].isupper() and not _is_generic(word) and word not in latin_words().loose for word in words)


def _longest(spans: Iterable[Span]) -> Iterator[Span]:
    """Keep the longest of overlapping places, in reading order."""
    kept: list[Span] = []
    end = -1
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if span.start >= end:
            kept.append(span)
        elif span.end - span.start > kept[-1].end - kept[-1].start:
            kept[-1] = span
        end = kept[-1].end
    return iter(kept)


def _latin(text: str) -> Iterator[Span]:
    for match in latin_words().run.finditer(text):
        if _has_head(match[0]):
            for start, end in _parts(text, match.start(), match.end()):
                span = _trimmed(text, start, end)
                if span is not None:
                    yield span


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a run of capitalised words between names that `and` joins, and before one that follows `of` a person."""
    for joint in latin_words().joints.finditer(text, start, end):
        if not _has_head(text[joint.end() : end]):
            continue
        if _has_head(text[start : joint.start()]):
            if joint["is_and"]:
                yield start, joint.start()
                start = joint.end()
        else:
            start = joint.end()
    yield start, end


def _has_head(phrase: str) -> bool:
    heads = latin_words().heads
    return any(word.rstrip(".,") in heads or word in heads for word in _SPACES.split(phrase))


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """Take words off both ends that no name begins or ends with; None unless two words with a head are left."""
    words = latin_words()
    places = [(match.start() + start, match.end() + start) for match in re.finditer(r"[^\s]+", text[start:end])]
    while places and text[slice(*places[0])] in words.loose:
        places.pop(0)
    while places and text[slice(*places[-1])].lower() in words.inside:
        places.pop()
    if len(places) < MIN_WORDS or not _has_head(text[places[0][0] : places[-1][1]]):
        return None
    if text[slice(*places[0])] in words.never_leading and text[slice(*places[1])] not in words.inside:
        return None
    return Span(places[0][0], places[-1][1])


def _french(text: str) -> Iterator[Span]:
    """Find French names, of which only the first word is sure to have a capital letter."""
    return (Span(*match.span()) for match in latin_words().french.finditer(text))


def _russian(text: str) -> Iterator[Span]:
    """Find what stands in quotation marks after a word for a company, and bodies by the words they turn on."""
    if _CYRILLIC.search(text):
        yield from (Span(*match.span()) for match in russian_words().quoted.finditer(text))
        yield from _cyrillic(text)


def _cyrillic(text: str) -> Iterator[Span]:
    for match in russian_words().body.finditer(text):
        end = match.end()
        while (last := re.search(r"\s(\S+)$", text[match.start() : end])) and _VERB.search(last[1]):
            end = match.start() + last.start()
        if " " in text[match.start() : end]:
            yield Span(match.start(), end)


def _chinese(text: str, covered: Sequence[tuple[int, int]]) -> Iterator[Span]:
    for run in _CHINESE_RUN.finditer(text):
        for head in chinese_words().head.finditer(text, run.start(), run.end()):
            begin = _chinese_start(text, run.start(), head.start(), covered)
            if MIN_NAME_CHARS <= head.end() - begin <= MAX_CHINESE_CHARS:
                yield Span(begin, head.end())


def _chinese_start(text: str, start: int, head: int, covered: Sequence[tuple[int, int]]) -> int:
    """Find where a name begins whose last word begins at `head`.

    That is after what is no part of names, at the name of a country or of a known actor if there is one.
    """
    start = max(start, head - MAX_CHINESE_CHARS)
    place: int | None = None
    for found in chinese_words().before.finditer(text, start, head):
        if found["stop"]:
            start, place = found.end(), None
        elif place is None:
            place = found.start()
    begins = [known for known, end in covered if start <= known < head and end <= head]
    return min([*begins, *([] if place is None else [place])], default=start)
