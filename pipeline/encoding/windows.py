"""A text cut into windows: neighbouring passages that together are as long as an encoder tells apart; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WINDOW_WORDS = 100
MAX_WINDOW_WORDS = 150
MAX_WINDOWS = 64
# A sign of Chinese writing takes as many tokens as 0.6 of a word elsewhere.
SIGN_WORDS = 0.6
_SIGN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_PIECE = re.compile(r"[^\s。！？]*[。！？]+|[^\s。！？]+")


@dataclass(frozen=True)
class Stretch:
    """Part of a text (code points, end exclusive) and the PDF page or slide that it stands on."""

    start: int
    end: int
    page_number: int | None = None


def windows_of(text: str, passages: Sequence[Stretch]) -> list[tuple[int, int]]:
    """Return the spans of a text's windows in their order: about a hundred words each, never over a page's end.

    Of a text with more than 64 windows as many are chosen as evenly as can be, its first and last among them.
    """
    windows: list[Stretch] = []
    words = 0.0
    for part in (part for passage in passages for part in _parts_of(text, passage)):
        more = words_in(text[part.start : part.end])
        last = windows[-1] if windows else None
        if last is None or last.page_number != part.page_number or not _may_join(words, more):
            windows.append(part)
            words = more
        else:
            windows[-1] = Stretch(last.start, part.end, part.page_number)
            words += more
    return [(each.start, each.end) for each in _spread(windows)]


def words_in(text: str) -> float:
    """Measure a text in words; those written without spaces by their signs."""
    signs = len(_SIGN.findall(text))
    return len(_SIGN.sub(" ", text).split()) + signs * SIGN_WORDS


def _may_join(words: float, more: float) -> bool:
    return words < WINDOW_WORDS and words + more <= MAX_WINDOW_WORDS


def _parts_of(text: str, passage: Stretch) -> Iterator[Stretch]:
    """Cut a passage that is longer than a window, at the ends of sentences where there are any."""
    start, words, sentence_end = passage.start, 0.0, passage.start
    for piece in _PIECE.finditer(text, passage.start, passage.end):
        words += words_in(piece[0])
        if words > MAX_WINDOW_WORDS:
            cut = sentence_end if sentence_end > start else piece.start()
            if cut > start:
                yield Stretch(start, cut, passage.page_number)
                words = words_in(text[cut : piece.end()])
                start = sentence_end = cut
        if piece[0][-1] in ".!?…。！？":
            sentence_end = piece.end()
    if text[start : passage.end].strip():
        yield Stretch(start, passage.end, passage.page_number)


def _spread(windows: Sequence[Stretch]) -> Sequence[Stretch]:
    if len(windows) <= MAX_WINDOWS:
        return windows
    step = (len(windows) - 1) / (MAX_WINDOWS - 1)
    return [windows[round(place * step)] for place in range(MAX_WINDOWS)]
