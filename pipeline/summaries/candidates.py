"""Which sentences of which documents a summary may choose from; apart from scoring because it is all about form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from pipeline.summaries.sentences import sentences_of
from pipeline.summaries.words import (
    BOILERPLATE,
    CAPTIONS,
    CONNECTIVES,
    DATELINE_SIGN,
    DATELINES,
    ITEM_SIGNS,
    PICTURED,
    REFERENCES,
)
from pipeline.values import Document, Span

MAX_CANDIDATES = 60
MAX_PER_DOCUMENT = 24
OPENING_SENTENCES = 5  # always offered of a long document
MAX_READ_CHARS = 400_000
MIN_WORDS, MAX_WORDS = 6, 70
MIN_CJK_CHARS, MAX_CJK_CHARS = 12, 220
MIN_FRAGMENT_CHARS = 20
MIN_OUTLINE_WORDS = 8
MAX_LABELLED_CHARS = 160
MAX_CAPITAL_SHARE = 0.6
MAX_DATELINE_CHARS = 90
MAX_JOINED = 3
TYPED_MARKS = "''"  # two apostrophes, which close what a double mark opened

CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_ENDED = re.compile(r"[.!…。！](?:[\"'”’»)\]」』）】》]|[ \u00a0\u202f]»|\[\d{1,3}\])*$")
_QUESTION = re.compile(r"[?？](?:[\"'”’»)\]」』）】》]|[ \u00a0\u202f]»)*$")
_BROKEN_OFF = re.compile(r"(?:…|\.\.\.?)[\"'”’»)\]」』）】》]*$")
_OPENS_BADLY = re.compile(r"[.,;:!?…”»’)\]，。、；：！？）】》」]")
_OPEN_END = re.compile(r"[:;,：；，、–—-]\s*$")
_LABELLED = re.compile(r"[^\W\d_][\w -]{2,20}\s?[:：]\s?\S{2}.{4,}", re.DOTALL)
_WHOLLY_QUOTED = re.compile(r"“[^”]*”|«[^»]*»|「[^」]*」|\"[^\"]*\"|‘[^’]*’")
_QUOTATION_MARKS = (("“", "”"), ("«", "»"), ("「", "」"), ("『", "』"))
_QUOTATION_SIGNS = '"“”«»「」『』'
_OPENS_QUOTATION = re.compile(r"[“«「『](?=\S)|(?:^|[\s(])\"(?=\S)")  # no sign of inches
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")


@dataclass(frozen=True)
class Candidate:
    """A sentence that may be chosen: `document` is its document's index, `order` its place among the sentences there.

    `rank` is its place among those of them that may be chosen; `leads` marks the first sentence of a section or
    paragraph; `refers` that it points back at the sentence before.
    """

    document: int
    order: int
    rank: int
    span: Span
    text: str
    leads: bool
    refers: bool


def candidates_of(documents: Sequence[Document], *, is_outline: bool = False) -> list[Candidate]:
    """List the sentences worth choosing, at most 24 of a document and 60 in all, taken in turn from each document.

    In an outline (slides, lists) a line of some length that ends without a mark is a sentence too.
    """
    per_document = [_candidates_in(n, document, is_outline=is_outline) for n, document in enumerate(documents)]
    turns = (one for turn in zip_longest(*per_document) for one in turn if one is not None)
    chosen = [one for one, _ in zip(turns, range(MAX_CANDIDATES), strict=False)]
    return sorted(chosen, key=lambda one: (one.document, one.order))


def _candidates_in(index: int, document: Document, *, is_outline: bool) -> list[Candidate]:
    text = document.text[:MAX_READ_CHARS]
    every = list(_sentences(index, text, document.language))
    fit = [one for one in every if is_statement(one.text) or (is_outline and is_outline_line(one.text))]
    if not fit:
        fit = [one for one in every if _is_usable_fragment(one.text)]
    if len(fit) > MAX_PER_DOCUMENT:
        fit = _over_the_whole(fit)
    return [replace(one, rank=rank) for rank, one in enumerate(fit)]


def _over_the_whole(fit: list[Candidate]) -> list[Candidate]:
    """Keep the opening, then the sentences that lead a section or paragraph, evenly over a long document."""
    rest = fit[OPENING_SENTENCES:]
    leads = [one for one in rest if one.leads] or rest
    wanted = MAX_PER_DOCUMENT - OPENING_SENTENCES
    step = max(1.0, len(leads) / wanted)
    return fit[:OPENING_SENTENCES] + [leads[int(n * step)] for n in range(min(wanted, len(leads)))]


def _sentences(index: int, text: str, language: str | None) -> Iterable[Candidate]:
    spans = _with_whole_quotations(text, sentences_of(text, language))
    previous_end = -1
    for order, span in enumerate(spans):
        cut = without_opening(text, span)
        leads = previous_end < 0 or _BLANK_LINE.search(text, previous_end, span.start) is not None
        previous_end = span.end
        sentence = text[cut.start : cut.end]
        yield Candidate(index, order, order, cut, sentence, leads, refers_back(sentence))


def _with_whole_quotations(text: str, spans: Sequence[Span]) -> Iterable[Span]:
    """Join the sentences of a paragraph over which one quotation goes, so that none is shown without its end."""
    place = 0
    while place < len(spans):
        joined = _quotation_from(text, spans, place)
        yield Span(spans[place].start, spans[joined].end)
        place = joined + 1


def _quotation_from(text: str, spans: Sequence[Span], first: int) -> int:
    """Return the place of the sentence that ends a quotation begun in the first, or that of the first."""
    start = spans[first].start
    if not _OPENS_QUOTATION.search(text[start : spans[first].end]):
        return first
    for last in range(first, min(first + MAX_JOINED, len(spans))):
        if _BLANK_LINE.search(text, start, spans[last].end):
            break
        so_far = text[start : spans[last].end]
        if last > first and (TYPED_MARKS in so_far or text[spans[last].start] in _QUOTATION_SIGNS):
            break
        if not _breaks_quotation(so_far):
            return last
    return first


def without_opening(text: str, span: Span) -> Span:
    """Cut list signs, a dateline and then a connective off the front of a sentence; the rest is verbatim."""
    item = ITEM_SIGNS.match(text, span.start, span.end)
    start = item.end() if item else span.start
    for pattern in DATELINES:
        found = pattern.match(text, start, min(span.end, start + MAX_DATELINE_CHARS))
        if found and DATELINE_SIGN.search(found[0]) and not text[found.end() : found.end() + 1].islower():
            start = found.end()
            break
    connective = CONNECTIVES.match(text, start, span.end)
    if connective and _is_opening_letter(text[connective.end() : connective.end() + 1]):
        start = connective.end()
    return Span(start, span.end) if start < span.end else span


def _is_opening_letter(letter: str) -> bool:
    return letter.isupper() or letter.isdigit() or CJK.match(letter) is not None


def is_statement(sentence: str) -> bool:
    """Tell whether this is a whole sentence that states something: no heading, question, fragment or boilerplate."""
    if not _ENDED.search(sentence) or _QUESTION.search(sentence) or _BROKEN_OFF.search(sentence):
        return False
    return _is_fit(sentence)


def is_outline_line(sentence: str) -> bool:
    """Tell whether a slide's line says something, although no mark ends it."""
    if _OPEN_END.search(sentence) or _QUESTION.search(sentence):
        return False
    if _LABELLED.match(sentence) and len(sentence) <= MAX_LABELLED_CHARS:
        return not BOILERPLATE.search(sentence)
    worth = len(sentence.split()) + len(CJK.findall(sentence)) // 2
    return worth >= MIN_OUTLINE_WORDS and _is_fit(sentence)


def _is_fit(sentence: str) -> bool:
    opens_well = not _OPENS_BADLY.match(sentence) and (not sentence[0].islower() or sentence[1:2].isupper())
    return opens_well and _has_fit_length(sentence) and not (_is_aside(sentence) or _is_shouted(sentence))


def _is_aside(sentence: str) -> bool:
    return any((BOILERPLATE.search(sentence), PICTURED.search(sentence), CAPTIONS.match(sentence)))


def refers_back(sentence: str) -> bool:
    """Tell whether a sentence needs the one before: it points back, or quotes somebody whom it does not name."""
    return bool(REFERENCES.match(sentence) or _WHOLLY_QUOTED.fullmatch(sentence)) or _breaks_quotation(sentence)


def _breaks_quotation(sentence: str) -> bool:
    """See half of a quotation: what it opens is not closed, or the other way round."""
    is_open = any(sentence.count(one) != sentence.count(other) for one, other in _QUOTATION_MARKS)
    return is_open or sentence.count('"') % 2 == 1


def _has_fit_length(sentence: str) -> bool:
    characters = len(CJK.findall(sentence))
    if characters * 3 > len(sentence):
        return MIN_CJK_CHARS <= characters <= MAX_CJK_CHARS
    return MIN_WORDS <= len(sentence.split()) <= MAX_WORDS


def _is_shouted(sentence: str) -> bool:
    letters = sum(map(str.isalpha, sentence))
    return letters > 0 and sum(map(str.isupper, sentence)) > MAX_CAPITAL_SHARE * letters


def _is_usable_fragment(sentence: str) -> bool:
    """Accept a slide's line where a document has no sentence at all."""
    worth = len(sentence) + 2 * len(CJK.findall(sentence))
    return worth >= MIN_FRAGMENT_CHARS and len(sentence) <= MAX_WORDS * 8 and not BOILERPLATE.search(sentence)
