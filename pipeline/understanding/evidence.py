"""How much a text speaks for each group of words: by title, lead and body, boilerplate left out.

Apart from the verdicts (topics, relevance), which weigh the same evidence differently.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby, islice

from pipeline.understanding.gazetteer import folded
from pipeline.understanding.lexicon import Hit, Lexicon
from pipeline.values import Document

MAX_CHARS = 60_000
LEAD_CHARS = 600
MIN_PROSE_CHARS = 60
IDEOGRAPHS_PER_WORD = 2
IDEOGRAPH_WIDTH = 2.5  # an ideograph says as much as so many letters
TITLE_WEIGHT = 1.5
LEAD_WEIGHT = 1.0
BODY_WEIGHT = 0.45
MAX_WORDS_SHOWN = 8

_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_WORD = re.compile(r"[^\W_]+")
_BLURB = re.compile(
    r"(?:about\s+\S|(?:media\s+)?contacts?\b|contact us|related (?:news|links|articles)|copyright\b"
    r"|关于我们|联系我们|相关新闻|相关阅读"
    r"|о компании|контакты|читайте также|a propos\b|contacts? presse|lire aussi)",
    re.IGNORECASE,
)
MAX_BLURB_HEADING_CHARS = 50
MAX_FOCUSES = 20
# What a text says that it is about counts as much as its lead, wherever that stands.
_FOCUS = re.compile(
    r"(?:\bfocus(?:es|ed|ing)? (?:on|mainly|areas)|\b(?:topics?|themes?|aims?|subjects?|objectives?"
    r"|purpose) (?:of|is|are|was|were|will)\b"
    r"|\bthemed\b|\bdedicated to\b|主题|重点|围绕|聚焦|议题|\bпосвящен|\bтем(?:а"
    r"|ой|ы|ами)\b|\bцель|\btheme\b|\bporte(?:nt|ra)? sur"
    r"|\bconsacree? (?:a|aux)\b|\bportant sur\b|\bobjectif)[^.。\n]{0,400}",
)


@dataclass(frozen=True)
class Reading:
    """A document as evidence is sought in it: folded, boilerplate left out, `stressed` its lead and the like."""

    title: str
    text: str
    stressed: tuple[tuple[int, int], ...]
    language: str | None
    word_count: int

    def is_stressed(self, place: int) -> bool:
        """Tell whether a place of the text lies in the lead or where the text says what it is about."""
        return any(start <= place < end for start, end in self.stressed)


@dataclass(frozen=True)
class Evidence:
    """What speaks for one group: `score` over distinct words, `mass` over all occurrences, the words themselves."""

    score: float = 0.0
    mass: float = 0.0
    title_score: float = 0.0
    words: tuple[str, ...] = ()


NO_EVIDENCE = Evidence()


def reading_of(document: Document) -> Reading:
    """Prepare a document: at most `MAX_CHARS` of it, repeated lines once, nothing after a closing blurb's heading."""
    title = folded(document.title.strip())
    lines = _own_lines(document.text[:MAX_CHARS], title)
    text = "\n".join(lines)
    focuses = (match.span() for match in islice(_FOCUS.finditer(text.lower()), MAX_FOCUSES))
    return Reading(title, text, (_lead_of(lines), *focuses), document.language, _word_count(text))


def evidence_of(reading: Reading, lexicon: Lexicon) -> Mapping[str, Evidence]:
    """Weigh the words of every group of the lexicon that occur in the title, the lead or the body."""
    in_title = _maximal(lexicon.hits(reading.title, reading.language))
    in_text = _maximal(lexicon.hits(reading.text, reading.language))
    groups = sorted({hit.group for hit in (*in_title, *in_text)})
    return {
        group: _evidence(
            [hit for hit in in_title if hit.group == group],
            [hit for hit in in_text if hit.group == group],
            reading,
        )
        for group in groups
    }


def _evidence(in_title: list[Hit], in_text: list[Hit], reading: Reading) -> Evidence:
    titles = {hit.pattern: hit.weight for hit in in_title}
    leads = {hit.pattern: hit.weight for hit in in_text if reading.is_stressed(hit.start)}
    counts = Counter(hit.pattern for hit in in_text)
    weights = {hit.pattern: hit.weight for hit in (*in_title, *in_text)}
    title_score = TITLE_WEIGHT * sum(titles.values())
    body = sum(weights[pattern] * math.log2(1 + count) for pattern, count in counts.items())
    score = title_score + LEAD_WEIGHT * sum(leads.values()) + BODY_WEIGHT * body
    mass = sum(hit.weight for hit in (*in_title, *in_text))
    return Evidence(score, mass, title_score, _words_shown(in_title, in_text))


def _words_shown(in_title: Iterable[Hit], in_text: Iterable[Hit]) -> tuple[str, ...]:
    weights: dict[str, float] = {}
    for hit in (*in_title, *in_text):
        words = " ".join(hit.words.split())
        weights[words] = weights.get(words, 0.0) + hit.weight
    return tuple(sorted(weights, key=lambda words: (-weights[words], words))[:MAX_WORDS_SHOWN])


def _maximal(hits: Iterable[Hit]) -> list[Hit]:
    """Drop hits that lie inside a longer hit of the same group: `space` within `space agency` is no second sign."""
    kept: list[Hit] = []
    ordered = sorted(hits, key=lambda hit: (hit.group, hit.start, -hit.end, -hit.weight))
    for _, group in groupby(ordered, key=lambda hit: hit.group):
        end = -1
        for hit in group:
            if hit.end > end:
                kept.append(hit)
                end = hit.end
    return kept


def _own_lines(text: str, title: str) -> list[str]:
    lines = []
    seen = {title}
    length = 0
    for raw in text.split("\n"):
        line = folded(raw).strip()
        if not line or line in seen:
            continue
        if length > len(text) // 2 and len(line) <= MAX_BLURB_HEADING_CHARS and _BLURB.match(line):
            break
        seen.add(line)
        lines.append(line)
        length += len(raw)
    return lines


def _lead_of(lines: list[str]) -> tuple[int, int]:
    """Find the first prose: menus and headings are short lines, paragraphs are long ones."""
    start = 0
    for line in lines:
        if _width(line) >= MIN_PROSE_CHARS:
            stretch = LEAD_CHARS / (IDEOGRAPH_WIDTH if _IDEOGRAPH.search(line) else 1)
            return start, start + int(stretch)
        start += len(line) + 1
    return 0, LEAD_CHARS


def _width(line: str) -> float:
    return len(line) + (IDEOGRAPH_WIDTH - 1) * len(_IDEOGRAPH.findall(line))


def _word_count(text: str) -> int:
    ideographs = len(_IDEOGRAPH.findall(text))
    return len(_WORD.findall(_IDEOGRAPH.sub(" ", text))) + ideographs // IDEOGRAPHS_PER_WORD
