"""Documents that an article reports: white papers, reports, strategies, treaties, by the titles that it quotes.

Apart from events and agreements: a document is looked up in the archive, it does not happen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from models.vocabulary import ORGANISATIONS, DocType
from perilune.titles import plain_title
from pipeline.facts.cues import Cue, cues_in, lowered
from pipeline.facts.sentences import MAX_CHARS, Spans
from pipeline.understanding.gazetteer import Gazetteer, folded
from pipeline.values import Document, NamedDocument, Span

MAX_DOCUMENTS = 20
MAX_TITLES = 200
MAX_TITLE_CHARS = 300
MIN_WORDS = 3
MIN_ZH_CHARS = 4
AROUND_CHARS = 220
KIND_DISTANCE_CHARS = 60
BESIDE_CHARS = 20
BY_DISTANCE_CHARS = 40
NOT_DOCUMENTS = frozenset({"meeting", "ceremony"})
OWN_KINDS = frozenset({DocType.WHITE_PAPER, DocType.REPORT, DocType.AGREEMENT})
KINDS = {"white_paper": DocType.WHITE_PAPER, "report": DocType.REPORT, "pact": DocType.AGREEMENT}

_QUOTED = re.compile(
    r"[“\"«《]\s?(?P<title>[^“”\"«»《》\n]{4,200}?)\s?[”\"»》]|(?<!\w)'(?P<single>[A-Z][^'\n]{11,160}?)'(?!\w)"
)
_CAPITALS = r"[A-Z][\w'-]*(?:\s+(?:(?:of|on|for|the|and|in|to|a)\s+){0,2}[A-Z\d][\w'-]*){2,14}"
_UNQUOTED = re.compile(
    rf"\b(?:[Ww]hite [Pp]aper|[Rr]eport|[Ss]trategy|[Pp]aper|[Rr]oadmap)\s+(?:(?:en)?titled\s+|called\s+"
    rf"|on\s+)?(?P<title>{_CAPITALS})"
    rf"|\b(?:published|released|issued|unveiled)\s+(?:the\s+)?(?P<single>{_CAPITALS}\s+in\s+\d{{4}})"
)
_SENTENCE_END = re.compile(r"[.!?]\s|[。!?\n]")
_BY = re.compile(r"\b(?:by|from|of)\s+(?:the\s+)?$|\b(?:par|de|du)\s+(?:la\s+|le\s+|l')?$")


@dataclass(frozen=True)
class _Sentence:
    """The sentence around a title: its place, its cues, and where the title stands in the text."""

    start: int
    lower: str
    cues: tuple[Cue, ...]
    title: Span


def documents_in(document: Document, gazetteer: Gazetteer, *, spans: Spans | None = None) -> tuple[NamedDocument, ...]:
    """Find the documents that an article reports, each once, in reading order; never the article itself.

    `spans` are the actors named in its text, where they are known already.
    """
    text = document.text[:MAX_CHARS]
    shape = folded(text)
    lower = lowered(shape)
    found: dict[str, NamedDocument] = {}
    actors = spans
    for span in islice(_titles(text, shape), MAX_TITLES):
        key = plain_title(text[span.start : span.end])
        sentence = _sentence_around(shape, lower, span, document.language)
        kind = _kind_of(sentence)
        if not key or key in found or kind is None or _is_own(document, key):
            continue
        actors = gazetteer.spans(text) if actors is None else actors
        issuer = _issuer_of(sentence, actors, gazetteer) or _issuer_elsewhere(lower, kind, actors, gazetteer)
        title = " ".join(text[span.start : span.end].split())[:MAX_TITLE_CHARS]
        found[key] = NamedDocument(title, KINDS[kind], issuer, span)
        if len(found) >= MAX_DOCUMENTS:
            break
    return tuple(sorted(found.values(), key=lambda one: one.span.start))


def _titles(text: str, shape: str) -> Iterator[Span]:
    """Find what may be titles: in quotation marks first, then runs of capitals after a word for a document."""
    taken: list[Span] = []
    for pattern in (_QUOTED, _UNQUOTED):
        for match in pattern.finditer(text if pattern is _QUOTED else shape):
            group = "title" if match["title"] else "single"
            span = Span(*match.span(group))
            if _is_long_enough(shape, span) and not any(
                span.start < other.end and other.start < span.end for other in taken[-MAX_DOCUMENTS:]
            ):
                taken.append(span)
                yield span


def _is_long_enough(text: str, span: Span) -> bool:
    """Tell a title from a word in quotation marks; a Chinese one stands in its own marks."""
    title = text[span.start : span.end]
    if re.search(r"[\u3400-\u9fff]", title):
        return len(title) >= MIN_ZH_CHARS and text[max(0, span.start - 2) : span.start].strip()[-1:] == "《"
    return len(title.split()) >= MIN_WORDS and title[:1].isupper()


def _sentence_around(shape: str, lower: str, span: Span, language: str | None) -> _Sentence:
    floor, ceiling = max(0, span.start - AROUND_CHARS), min(len(shape), span.end + AROUND_CHARS)
    ends = [match.end() for match in _SENTENCE_END.finditer(shape, floor, span.start)]
    start = ends[-1] if ends else floor
    after = _SENTENCE_END.search(shape, span.end, ceiling)
    end = after.start() if after else ceiling
    cues = tuple(
        Cue(cue.group, cue.start + start, cue.end + start, cue.value) for cue in cues_in(lower[start:end], language)
    )
    return _Sentence(start, lower[start:end], cues, span)


def _kind_of(sentence: _Sentence) -> str | None:
    """Tell what kind of document is named: a word for it stands beside the title or in it, and something is issued."""
    title = sentence.title
    inside = {cue.group for cue in sentence.cues if title.start <= cue.start < title.end}
    if not any(cue.group == "issued" for cue in sentence.cues) or (
        inside & NOT_DOCUMENTS and not inside & KINDS.keys()
    ):
        return None
    near = [
        (distance, list(KINDS).index(cue.group), cue.group)
        for cue in sentence.cues
        if cue.group in KINDS
        and (distance := max(title.start - cue.end, cue.start - title.end, 0)) <= _reach(cue.group)
    ]
    beside = [found for found in near if found[0] > 0]
    return min(beside or near)[2] if near else None


def _reach(kind: str) -> int:
    """Say how far its word may stand from a title: that of a treaty only beside it, for it is a common word."""
    return BESIDE_CHARS if kind == "pact" else KIND_DISTANCE_CHARS


def _is_own(document: Document, key: str) -> bool:
    """Tell whether the page is the document itself."""
    own = plain_title(document.title)
    is_same = bool(own) and (key in own or own in key)
    return is_same and (document.doc_type in OWN_KINDS or (document.doc_type is None and own == key))


def _issuer_of(sentence: _Sentence, actors: Sequence[tuple[str, int, int]], gazetteer: Gazetteer) -> str | None:
    """Take the organisation of the sentence that stands nearest to the title."""
    end = sentence.start + len(sentence.lower)
    near = [
        (min(abs(start - sentence.title.start), abs(start - sentence.title.end)), slug)
        for slug, start, stop in actors
        if sentence.start <= start < end
        and not sentence.title.start <= start < sentence.title.end
        and gazetteer.actors[slug].kind in ORGANISATIONS
    ]
    return min(near)[1] if near else None


def _issuer_elsewhere(
    lower: str, kind: str, actors: Sequence[tuple[str, int, int]], gazetteer: Gazetteer
) -> str | None:
    """Take the organisation that another sentence says such a document is issued by."""
    for slug, start, _ in actors[:MAX_DOCUMENTS]:
        before = lower[max(0, start - BY_DISTANCE_CHARS) : start]
        if gazetteer.actors[slug].kind in ORGANISATIONS and _BY.search(before):
            groups = {cue.group for cue in cues_in(before, None)}
            if {kind, "issued"} <= groups:
                return slug
    return None
