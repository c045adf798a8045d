"""A slide deck (PPTX) as an article: a group of passages a slide, without what the slides repeat; notes come last."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from models.vocabulary import PassageKind
from pipeline.extraction.boilerplate import is_same_wording
from pipeline.extraction.document import DocumentArticle
from pipeline.extraction.office_cover import (
    CoverLine,
    authors_of,
    issuer_of,
    places_of_title,
    properties_of,
    title_of,
    witnesses_of,
)
from pipeline.extraction.office_package import honest_about_damage, package_of
from pipeline.extraction.office_text import line_of
from pipeline.extraction.pdf_margins import PAGE_NUMBER
from pipeline.extraction.pdf_paragraphs import HEADING_SCALE, MAX_HEADING_CHARS
from pipeline.extraction.pdf_slides import THANKS
from pipeline.extraction.slide_shapes import SlidePart, parts_of_slide
from pipeline.extraction.slide_text import DRAWING, text_of
from pipeline.values import Block

if TYPE_CHECKING:
    from pptx.presentation import Presentation as Deck
    from pptx.slide import Slide as DeckSlide

MAX_SLIDES = 1000
MAX_NOTE_PARAGRAPHS = 200
MIN_REPEATS = 3
EDGE_REPEAT_SHARE = 0.3
REPEAT_SHARE = 0.5
TOP_EDGE = 0.12
BOTTOM_EDGE = 0.85
MAX_BOLD_HEADING_CHARS = 80
SENTENCE_END = re.compile(r"[.。;；,，]\s*$")
CONTACT = re.compile(
    r"@|https?:|www\.|\+\d[\d ()-]{6,}|(?:tel|phone|e-?mail|тел|почта|电话|邮箱|联系)\b", re.IGNORECASE
)
MAX_CLOSING_PARTS = 8


@dataclass(frozen=True)
class SlideShown:
    """A slide that is shown: its number in the deck, what is printed for it, its parts and the speaker's notes."""

    number: int
    label: str | None
    parts: tuple[SlidePart, ...]
    notes: tuple[str, ...]


def article_of_slides(body: bytes) -> DocumentArticle:
    """Read a PPTX file; ExtractionProblem when it is damaged, encrypted or too large."""
    from pptx import Presentation
    from pptx.exc import PythonPptxError

    package = package_of(body)
    with honest_about_damage(PythonPptxError):
        deck = Presentation(package.stream())
        slides = list(_slides_shown(deck))
        cover = _cover_of(slides)
        properties = properties_of(package)
        title = title_of(cover, properties.title)
        return DocumentArticle(
            title=title,
            blocks=tuple(_blocks_of(slides, title)),
            witnesses=witnesses_of(cover, properties),
            page_count=len(deck.slides),
            authors=authors_of(properties),
            issuer=issuer_of(cover, properties, title),
            is_slide_deck=True,
        )


def _slides_shown(deck: Deck) -> Iterator[SlideShown]:
    """Read the slides that are not hidden; those have a number too, so that numbers are the deck's own."""
    width, height = (max(int(side or 0), 1) for side in (deck.slide_width, deck.slide_height))
    stated = deck.element.get("firstSlideNum") or "1"
    first = int(stated) if stated.isdecimal() else 1
    for number, slide in enumerate(islice(deck.slides, MAX_SLIDES), start=1):
        if slide.element.get("show") not in {"0", "false"}:
            parts = tuple(parts_of_slide(slide, width, height))
            label = str(number + first - 1) if first != 1 else None
            yield SlideShown(number, label, parts, tuple(_notes_of(slide)))


def _notes_of(slide: DeckSlide) -> Iterator[str]:
    frame = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    if frame is not None:
        paragraphs = (text_of(node) for node in frame._txBody.iterchildren(f"{DRAWING}p"))  # noqa: SLF001
        yield from islice(filter(None, map(line_of, paragraphs)), MAX_NOTE_PARAGRAPHS)


def _cover_of(slides: Sequence[SlideShown]) -> list[CoverLine]:
    """Take the first slide with text as the cover, its repeated edges left in: a deck's footer may name its issuer."""
    first = next((slide for slide in slides if slide.parts), None)
    parts = first.parts if first else ()
    return [CoverLine(part.text, part.size, part.is_title) for part in parts if part.kind is not PassageKind.TABLE]


def _blocks_of(slides: Sequence[SlideShown], title: str) -> list[Block]:
    first = next((slide.number for slide in slides if slide.parts), 0)
    shown_before = frozenset(_wording(part) for slide in slides if slide.number == first for part in slide.parts)
    blocks: list[Block] = []
    for slide in _without_repeated_parts(slides):
        is_cover = slide.number == first
        texts = [part.text for part in slide.parts]
        of_title = places_of_title(texts, title) if is_cover else set()
        parts = [
            part
            for place, part in enumerate(slide.parts)
            if place not in of_title and re.search(r"\w", part.text) and not is_same_wording(part.text, title)
        ]
        if not _is_closing(parts, frozenset() if is_cover else shown_before):
            blocks += [Block(_kind_of(part, parts, is_cover), part.text, slide.number, slide.label) for part in parts]
    notes = ((slide, note) for slide in slides for note in slide.notes if re.search(r"\w", note))
    return [*blocks, *(Block(PassageKind.NOTE, note, slide.number, slide.label) for slide, note in notes)]


def _kind_of(part: SlidePart, parts: Sequence[SlidePart], is_cover: bool) -> PassageKind:  # noqa: FBT001
    """Tell headings among the paragraphs of a slide by their size and weight; a cover has none."""
    if part.kind is not PassageKind.PARAGRAPH:
        return PassageKind.PARAGRAPH if is_cover and part.is_title else part.kind
    if is_cover or len(parts) == 1 or len(part.text) > MAX_HEADING_CHARS or SENTENCE_END.search(part.text):
        return part.kind
    sizes: Counter[float] = Counter()
    for other in parts:
        sizes[other.size] += len(other.text) if other.size and not other.is_title else 0
    is_large = part.size > HEADING_SCALE * sizes.most_common(1)[0][0]
    is_bold = part.is_bold and len(part.text) <= MAX_BOLD_HEADING_CHARS and not all(other.is_bold for other in parts)
    return PassageKind.HEADING if is_large or is_bold else part.kind


def _is_closing(parts: Sequence[SlidePart], shown_before: frozenset[str]) -> bool:
    """Tell a slide that only thanks, perhaps with an address to write to and what the cover has said."""
    rest = [part for part in parts if not THANKS.fullmatch(part.text.strip(" !.！。"))]
    is_closing = all(CONTACT.search(part.text) or _wording(part) in shown_before for part in rest)
    return not parts or (len(rest) < len(parts) <= MAX_CLOSING_PARTS and is_closing)


def _without_repeated_parts(slides: Sequence[SlideShown]) -> list[SlideShown]:
    """Drop what most slides repeat, at the edges with other digits too, and typed slide numbers there."""
    anywhere = Counter(text for slide in slides for text in {_wording(part) for part in slide.parts})
    edges = Counter(text for slide in slides for text in {_running(part) for part in slide.parts if _is_at_edge(part)})
    most = max(MIN_REPEATS, REPEAT_SHARE * len(slides))
    many = max(MIN_REPEATS, EDGE_REPEAT_SHARE * len(slides))
    repeated = {text for text, count in anywhere.items() if text and count >= most}
    running = {text for text, count in edges.items() if text and count >= many}
    return [
        replace(slide, parts=tuple(part for part in slide.parts if not _is_repeated(part, slide, repeated, running)))
        for slide in slides
    ]


def _is_repeated(part: SlidePart, slide: SlideShown, repeated: set[str], running: set[str]) -> bool:
    if part.kind is PassageKind.TABLE:
        return False
    if part.is_title:
        return _wording(part) in repeated
    is_number = PAGE_NUMBER.fullmatch(part.text) and re.search(rf"\b{slide.number}\b", part.text)
    is_running = _is_at_edge(part) and (_running(part) in running or bool(is_number))
    return _wording(part) in repeated or is_running


def _is_at_edge(part: SlidePart) -> bool:
    return part.kind is not PassageKind.TABLE and (part.bottom <= TOP_EDGE or part.top >= BOTTOM_EDGE)


def _wording(part: SlidePart) -> str:
    return "".join(re.findall(r"\w+", part.text.casefold()))


def _running(part: SlidePart) -> str:
    return re.sub(r"\d+", "#", _wording(part))
