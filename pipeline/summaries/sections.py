"""White papers, reports and decks told section by section, with PDF pages; apart because it reads passages, not texts.

A section's sentences are chosen as a story's are. What is no content stays out: running heads and a title that every
slide repeats, tables of contents, references, annexes. Many small sections are told together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.vocabulary import APART, PassageKind
from pipeline.summaries.headings import (
    NO_RANK,
    heading_in,
    is_contents_line,
    is_opening_heading,
    is_untold_heading,
    rank_of,
    running_heads,
)
from pipeline.summaries.summarise import summarise
from pipeline.values import Document, Passage, Span

MAX_SECTIONS = 12
MAX_BEFORE_MERGING = 2 * MAX_SECTIONS
OVERVIEW_SENTENCES = 4
OPENING_SENTENCES = 3
MIN_SECTION_CHARS, MIN_IDEOGRAPH_CHARS = 80, 30
LENGTHS = ((600, 1), (4000, 2))
LONG_SECTION_SENTENCES = 3


@dataclass(frozen=True)
class CitedSentence:
    """A sentence of a document, its place in the text, and the PDF page or slide that it stands on."""

    text: str
    span: Span
    page: int | None


@dataclass(frozen=True)
class Section:
    """A part of a document: its heading, the headings told with it, its place, its first and last PDF page."""

    heading: str
    told_with_it: tuple[str, ...]
    span: Span
    first_page: int | None
    last_page: int | None
    sentences: tuple[CitedSentence, ...]


@dataclass(frozen=True)
class SectionedSummary:
    """A document in one paragraph, and section by section."""

    overview: tuple[CitedSentence, ...] = ()
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True)
class _Part:
    """A heading, or several, with the passages under it."""

    headings: tuple[str, ...]
    rank: int
    passages: tuple[Passage, ...]

    @property
    def size(self) -> int:
        return sum(len(passage.text) for passage in self.passages)

    @property
    def heading(self) -> str:
        return self.headings[0] if self.headings else ""


def sections_of(title: str, passages: Sequence[Passage], *, language: str | None = None) -> SectionedSummary:
    """Summarise a document's sections, at most 12, and the whole in up to four sentences.

    Spans are places in the text that the passages' own offsets refer to. A document without headings has no sections,
    only an overview. Linear in the length of the text.
    """
    parts = [part for part in _parts(title, passages) if not is_untold_heading(part.heading)]
    told = [part for part in _capped(parts) if _is_worth_telling(part)]
    sections = tuple(section for part in told if (section := _section(part, language)).sentences)
    overview = _overview(title, parts, sections, language)
    return SectionedSummary(overview, sections if len(sections) > 1 else ())


def _parts(title: str, passages: Sequence[Passage]) -> list[_Part]:
    """Cut a document at its headings; a heading that goes on over several slides is one."""
    body = [passage for passage in passages if passage.kind not in APART]
    repeated = running_heads(body)
    parts: list[_Part] = [_Part((title.strip(),) if title.strip() else (), NO_RANK, ())]
    for place, passage in enumerate(body):
        if passage.text in repeated or is_contents_line(passage.text) or passage.kind is PassageKind.TABLE:
            continue
        heading = heading_in(passage, body[place + 1] if place + 1 < len(body) else None)
        if heading is None:
            last = parts[-1]
            parts[-1] = _Part(last.headings, last.rank, (*last.passages, passage))
        elif heading != parts[-1].heading:
            parts.append(_Part((heading,), rank_of(heading, passage), ()))
    return _with_lists_of(parts)


def _with_lists_of(parts: Sequence[_Part]) -> list[_Part]:
    """Join to each part, as tuples, what was gathered; parts that hold nothing stay, for those below them."""
    return list(parts)


def _capped(parts: Sequence[_Part]) -> list[_Part]:
    """Go no deeper into the headings than leaves some two dozen, then tell the smallest together."""
    ranks = sorted({part.rank for part in parts})
    joined = list(parts)
    for depth in reversed(ranks):
        joined = _joined_below(parts, depth)
        if len(joined) <= MAX_BEFORE_MERGING:
            break
    while len(joined) > MAX_SECTIONS:
        joined = _with_smallest_merged(joined)
    return joined


def _joined_below(parts: Sequence[_Part], depth: int) -> list[_Part]:
    """Put every part deeper than `depth` into the one before; one that holds nothing goes."""
    joined: list[_Part] = []
    for part in parts:
        if joined and (part.rank > depth or not joined[-1].passages):
            joined[-1] = _together(joined[-1], part)
        else:
            joined.append(part)
    return [part for part in joined if part.passages]


def _together(one: _Part, other: _Part) -> _Part:
    return _Part(one.headings + other.headings, min(one.rank, other.rank), one.passages + other.passages)


def _with_smallest_merged(parts: Sequence[_Part]) -> list[_Part]:
    sizes = [one.size + other.size for one, other in zip(parts, parts[1:], strict=False)]
    place = sizes.index(min(sizes))
    return [*parts[:place], _together(parts[place], parts[place + 1]), *parts[place + 2 :]]


def _is_worth_telling(part: _Part) -> bool:
    text = "".join(passage.text for passage in part.passages)
    return len(text) >= (MIN_IDEOGRAPH_CHARS if not text.isascii() and " " not in text[:200] else MIN_SECTION_CHARS)


def _section(part: _Part, language: str | None) -> Section:
    budget = next((count for chars, count in LENGTHS if part.size < chars), LONG_SECTION_SENTENCES)
    pages = [passage.page for passage in part.passages if passage.page is not None]
    span = Span(part.passages[0].start, part.passages[-1].end)
    return Section(
        heading=part.heading,
        told_with_it=part.headings[1:],
        span=span,
        first_page=min(pages, default=None),
        last_page=max(pages, default=None),
        sentences=_chosen(part.heading, part.passages, budget, language),
    )


def _chosen(
    title: str, passages: Sequence[Passage], budget: int, language: str | None
) -> tuple[CitedSentence, ...]:
    """Choose sentences of passages, whose places the text between them leaves as they are."""
    start = passages[0].start if passages else 0
    document = Document("", title, _text_of(passages), language)
    found = summarise([document], None, budget=budget, language=language)
    return tuple(
        _cited(one.text, Span(one.evidence[0].start + start, one.evidence[0].end + start), passages) for one in found
    )


def _text_of(passages: Sequence[Passage]) -> str:
    """Join passages so that each keeps its distance from the first."""
    parts: list[str] = []
    end = passages[0].start if passages else 0
    for passage in passages:
        parts += ["\n" * (passage.start - end), passage.text]
        end = passage.end
    return "".join(parts)


def _cited(text: str, span: Span, passages: Sequence[Passage]) -> CitedSentence:
    page = next((passage.page for passage in passages if passage.start <= span.start < passage.end), None)
    return CitedSentence(text, span, page)


def _overview(
    title: str, parts: Sequence[_Part], sections: Sequence[Section], language: str | None
) -> tuple[CitedSentence, ...]:
    """Choose among the opening, a summary or foreword of the document's own, and what its sections say first."""
    opening = next((part for part in parts if part.passages and is_opening_heading(part.heading)), None)
    first = opening or next((part for part in parts if part.passages), None)
    if first is None:
        return ()
    offered = [*_chosen(title, first.passages, OPENING_SENTENCES, language)]
    offered += [sentence for section in sections for sentence in section.sentences[:1]]
    lines = tuple(_lines(sorted(set(offered), key=lambda one: one.span.start)))
    return _chosen(title, lines, OVERVIEW_SENTENCES, language)


def _lines(sentences: Sequence[CitedSentence]) -> Iterator[Passage]:
    for one in sentences:
        yield Passage(PassageKind.PARAGRAPH, one.text, one.span.start, one.span.end, one.page)
