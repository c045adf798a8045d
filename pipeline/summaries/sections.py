"""White papers, reports and decks told section by section, with PDF pages; apart because it reads passages, not texts.

A section's sentences are chosen as a story's are. What is no content stays out: running heads and a title that every
slide repeats, tables of contents, references, annexes. Many small sections are told together.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from models.vocabulary import APART, PassageKind
from pipeline.summaries.headings import (
    ARTICLE_RANK,
    ENTRY_CHARS,
    PART_RANK,
    PLAIN_RANK,
    contents_among,
    entries_of,
    heading_in,
    is_annex_heading,
    is_contents_line,
    is_imprint,
    is_opening_heading,
    is_untold_heading,
    letters_of,
    rank_of,
    running_heads,
)
from pipeline.summaries.summarise import summarise
from pipeline.values import Document, Passage, Span

MIN_SECTIONS, MAX_SECTIONS = 2, 12
MAX_BEFORE_MERGING = 2 * MAX_SECTIONS
OVERVIEW_SENTENCES = 4
OPENING_SENTENCES = 3
FRONT_PARTS = 3
MIN_LISTED = 5
MAX_LISTED_CHARS = 300  # under a heading that a table of contents only lists
MIN_SECTION_CHARS, MIN_IDEOGRAPH_CHARS = 80, 30
LENGTHS = ((300, 1), (4000, 2))
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

    @cached_property
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
    parts = _told(_parts(title, passages))
    is_outline = _is_outline([passage for part in parts for passage in part.passages])
    told = [part for part in _capped(parts) if _is_worth_telling(part)]
    sections = tuple(one for part in told if (one := _section(part, language, is_outline=is_outline)).sentences)
    overview = _overview(title, parts, sections, language, is_outline=is_outline)
    return SectionedSummary(overview, sections if len(sections) >= MIN_SECTIONS else ())


def _parts(title: str, passages: Sequence[Passage]) -> list[_Part]:
    """Cut a document at its headings; a heading that goes on over several slides is one."""
    body = [passage for passage in passages if passage.kind not in APART]
    repeated = running_heads(body)
    is_named = bool(title.strip()) and not is_contents_line(title)
    contents = contents_among(body)
    entries = entries_of(body[place].text for place in contents)
    parts = [_Part((title.strip(),) if is_named else (), PART_RANK, ())]
    befores = [None, *(None if place in contents else passage for place, passage in enumerate(body))]
    around = zip(befores, body, [*body[1:], None], strict=False)
    for place, (before, passage, following) in enumerate(around):
        if passage.text in repeated or place in contents or passage.kind is PassageKind.TABLE:
            continue
        heading = heading_in(passage, following, before)
        if heading is None:
            parts[-1] = replace(parts[-1], passages=(*parts[-1].passages, passage))
        elif heading != parts[-1].heading:
            parts.append(_Part((heading,), rank_of(heading, passage), ()))
    return _ranked_by_contents(parts, entries)


def _ranked_by_contents(parts: list[_Part], entries: Collection[str]) -> list[_Part]:
    """Put headings that a table of contents does not list below all those that it does."""
    is_listed = [letters_of(part.heading)[:ENTRY_CHARS] in entries for part in parts]
    if sum(is_listed) < MIN_LISTED:
        return parts
    return [
        part if listed else replace(part, rank=part.rank + PLAIN_RANK)
        for part, listed in zip(parts, is_listed, strict=True)
    ]


def _told(parts: Sequence[_Part]) -> list[_Part]:
    """Leave out what is no content: the imprint, contents and references, annexes in the last half."""
    every = [passage for part in parts for passage in part.passages]
    half = every[-1].end / 2 if every else 0
    told = []
    last = {letters_of(part.heading): place for place, part in enumerate(parts)}
    for place, part in enumerate(parts):
        is_again = last[letters_of(part.heading)] > place
        if is_again and part.size < (1 if part.rank % PLAIN_RANK == ARTICLE_RANK else MAX_LISTED_CHARS):
            continue
        is_front = place < FRONT_PARTS and any(is_imprint(passage.text) for passage in part.passages)
        is_annex = is_annex_heading(part.heading) and bool(part.passages) and part.passages[0].start > half
        is_empty_front = place == 0 and not part.passages
        if not (is_front or is_empty_front or is_annex or is_untold_heading(part.heading)):
            told.append(part)
    return told


def _is_outline(passages: Sequence[Passage]) -> bool:
    """See slides and lists: most of their lines end without a mark."""
    return sum(passage.text.rstrip()[-1:] in ".!?。！？" for passage in passages) * 2 < len(passages)


def _capped(parts: Sequence[_Part]) -> list[_Part]:
    """Go no deeper into the headings than leaves some two dozen, then tell the smallest together."""
    joined = [part for part in parts if part.passages]
    for depth in sorted({part.rank for part in parts}, reverse=True):
        higher = _joined_below(parts, depth)
        if len(higher) < MIN_SECTIONS:
            break
        joined = higher
        if len(joined) <= MAX_BEFORE_MERGING:
            break
    while len(joined) > MAX_SECTIONS:
        joined = _with_smallest_merged(joined)
    return joined


def _joined_below(parts: Sequence[_Part], depth: int) -> list[_Part]:
    """Put every part deeper than `depth` into the one before; a heading over nothing but headings leads the first."""
    joined: list[_Part] = []
    for part in parts:
        if joined and (part.rank > depth or (not joined[-1].passages and part.rank > joined[-1].rank)):
            joined[-1] = _together(joined[-1], part)
        else:
            joined.append(part)
    return [part for part in joined if part.passages]


def _together(one: _Part, other: _Part) -> _Part:
    return _Part(one.headings + other.headings, min(one.rank, other.rank), one.passages + other.passages)


def _with_smallest_merged(parts: Sequence[_Part]) -> list[_Part]:
    """Join the two neighbours that are smallest together, the first of a higher part last of all."""

    def cost(place: int) -> tuple[bool, int]:
        one, other = parts[place], parts[place + 1]
        return other.rank < one.rank, one.size + other.size

    place = min(range(len(parts) - 1), key=cost)
    return [*parts[:place], _together(parts[place], parts[place + 1]), *parts[place + 2 :]]


def _is_worth_telling(part: _Part) -> bool:
    text = "".join(passage.text for passage in part.passages)
    return len(text) >= (MIN_IDEOGRAPH_CHARS if not text.isascii() and " " not in text[:200] else MIN_SECTION_CHARS)


def _section(part: _Part, language: str | None, *, is_outline: bool) -> Section:
    budget = next((count for chars, count in LENGTHS if part.size < chars), LONG_SECTION_SENTENCES)
    pages = [passage.page for passage in part.passages if passage.page is not None]
    return Section(
        heading=part.heading,
        told_with_it=part.headings[1:],
        span=Span(part.passages[0].start, part.passages[-1].end),
        first_page=min(pages, default=None),
        last_page=max(pages, default=None),
        sentences=_chosen(part.heading, part.passages, budget, language, is_outline=is_outline),
    )


def _chosen(
    title: str, passages: Sequence[Passage], budget: int, language: str | None, *, is_outline: bool
) -> tuple[CitedSentence, ...]:
    """Choose sentences of passages, whose places the text between them leaves as they are."""
    if not passages:
        return ()
    start = passages[0].start
    document = Document("", title, _text_of(passages), language)
    found = summarise([document], None, budget=budget, language=language, is_outline=is_outline)
    spans = (Span(one.evidence[0].start + start, one.evidence[0].end + start) for one in found)
    return tuple(_cited(one.text, span, passages) for one, span in zip(found, spans, strict=True))


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
    title: str, parts: Sequence[_Part], sections: Sequence[Section], language: str | None, *, is_outline: bool
) -> tuple[CitedSentence, ...]:
    """Choose among what a summary, a foreword or the opening says, and what the sections say first."""
    filled = [part for part in parts if part.passages]
    opening = next((part for part in filled if is_opening_heading(part.heading)), filled[0] if filled else None)
    if opening is None:
        return ()
    first = _chosen(title, opening.passages, OPENING_SENTENCES, language, is_outline=is_outline)
    leads = [(one,) for section in sections for one in section.sentences[:1] if one not in first]
    groups = [group for group in (first, *leads) if group]
    documents = [Document(str(n), title, _text_of(_lines(group)), language) for n, group in enumerate(groups)]
    found = summarise(documents, None, budget=OVERVIEW_SENTENCES, language=language, is_outline=is_outline)
    chosen = {(one.evidence[0].document_id, one.evidence[0].start) for one in found}
    told = [
        one
        for n, group in enumerate(groups)
        for one in group
        if (str(n), one.span.start - group[0].span.start) in chosen
    ]
    return tuple(sorted(told, key=lambda one: one.span.start))


def _lines(sentences: Sequence[CitedSentence]) -> tuple[Passage, ...]:
    return tuple(Passage(PassageKind.PARAGRAPH, one.text, one.span.start, one.span.end, one.page) for one in sentences)
