"""Which passages of a document are headings, how deep, and which say nothing: rules and words, apart from choosing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from models.vocabulary import PassageKind
from pipeline.values import Passage

NO_RANK = 1
DEFAULT_RANK = 3
ARTICLE_RANK = 4
MAX_HEADING_CHARS = 160
MAX_RUNNING_CHARS = 160
MIN_REPEATS = 3
MIN_BODY_CHARS = 60

_MARKDOWN = re.compile(r"(?:\*{3}\s*)?(?P<signs>#{1,6})\s+(?P<text>[^\n]{1,200}?)(?:<a [^>]*></a>|\[\^\w+\])*\s*$")
_EMPHASIS = re.compile(r"[*_`\\]+")
_PART = re.compile(
    r"(?:part|chapter|volume|(?:première|deuxième|troisième|quatrième|cinquième) partie|partie|chapitre|titre"
    r"|часть|глава|раздел)\b|第[一二三四五六七八九十百\d]{1,4}(?:部分|编|章|篇)",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"(?:article|art\.|section|§|статья|пункт|guideline|ligne directrice|principle|principe|принцип|принципы?"
    r"|руководящий принцип|precept)\s?(?:[A-Z]\.)?[\dIVXLC]{1,6}\b|第[一二三四五六七八九十百\d]{1,5}[条條款]|准则\s?[A-Z]?\.?\d",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,4})[.)]?\s+(?=\S)")
_LETTERED = re.compile(r"(?:[A-ZА-Я]|[IVX]{1,5}|[一二三四五六七八九十]{1,3})\s?[.、．]\s?(?=\S)")
_ENDED = re.compile(r"[.!?…。！？；;:：,，]\s*$")
_LEADERS = re.compile(r"(?:\.\s?){4,}|…{2,}|_{4,}")
_LETTER = re.compile(r"[^\W\d_]")
_NAVIGATION = re.compile(r"(?:\*{3}\s*)?\[[^\]]*\]\([^)]*\)\s*\|")
_UNTOLD = re.compile(
    r"(?:\W|\d|[IVX]+\b)*(?:table of )?(?:contents|references|bibliography|works cited|endnotes?|footnotes?|notes"
    r"|annex(?:es)?|appendix|appendices|acknowledge?ments?|contributors|list of (?:figures|tables|acronyms|abbreviations)"
    r"|acronyms|abbreviations|glossary|index|contacts?|about the authors?|disclaimer|copyright|thanks?(?: you)?|questions\??"
    r"|table des mati[èe]res|sommaire|r[ée]f[ée]rences|bibliographie|annexes?|remerciements|sigles|glossaire|merci"
    r"|содержание|оглавление|литература|список литературы|источники|приложени[ея]|сокращения|благодарности|глоссарий"
    r"|спасибо за внимание|inhaltsverzeichnis|literatur(?:verzeichnis)?|bildquellen|abkürzungsverzeichnis|symbolverzeichnis"
    r"|stichwortverzeichnis|danksagung(?:en)?|anhang)\b(?:\W|[A-ZА-Я\d]\b)*(?:[:.–—-].*)?$"
    r"|\W*(?:目\s?录|目次|参考文献|參考文獻|附录|附錄|附件|致谢|致謝|缩略语|索引|谢谢|謝謝)",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"(?:\W|\d|[IVX]+\b)*(?:executive summary|summary|abstract|overview|introduction|preface|foreword|preamble|background"
    r"|at a glance|key (?:findings|messages)|r[ée]sum[ée]|synth[èe]se|avant-propos|pr[ée]ambule|pr[ée]face"
    r"|введение|предисловие|резюме|аннотация|краткое (?:изложение|содержание)|преамбула|vorwort|einleitung"
    r"|摘要|前言|引言|概述|导言|序言|内容提要)",
    re.IGNORECASE,
)


def heading_in(passage: Passage, following: Passage | None) -> str | None:
    """Return the heading that a passage is, without signs of its form, or None.

    Beside marked ones: Markdown's, those of parts and articles, and a short line without an end over a paragraph.
    """
    text = " ".join(passage.text.split())
    marked = _MARKDOWN.match(text)
    if marked:
        return _EMPHASIS.sub("", marked["text"]).strip()
    if len(text) > MAX_HEADING_CHARS or not _LETTER.search(text):
        return None
    if passage.kind is PassageKind.HEADING:
        return text if sum(map(str.isalpha, text)) > 1 else None
    if passage.kind is not PassageKind.PARAGRAPH or _ENDED.search(text):
        return None
    if (_PART.match(text) or _ARTICLE.match(text)) and len(text.split()) <= MAX_SHORT_WORDS:
        return text
    return text if _stands_over(text, passage, following) else None


MAX_SHORT_WORDS = 8


def _stands_over(text: str, passage: Passage, following: Passage | None) -> bool:
    """See a line in a document whose pages are not known, that a whole paragraph follows."""
    if passage.page is not None or following is None or text[0].islower() or len(text.split()) > MAX_SHORT_WORDS * 2:
        return False
    return len(following.text) >= MIN_BODY_CHARS and (_ENDED.search(following.text) is not None)


def rank_of(heading: str, passage: Passage) -> int:
    """Return how deep a heading stands, from 1: by Markdown's signs, its numbering, or words such as Part."""
    marked = _MARKDOWN.match(" ".join(passage.text.split()))
    if marked:
        return len(marked["signs"])
    if _PART.match(heading) or is_opening_heading(heading):
        return 1
    if _ARTICLE.match(heading):
        return ARTICLE_RANK
    numbered = _NUMBER.match(heading)
    if numbered:
        return 1 + numbered["number"].count(".")
    return 2 if _LETTERED.match(heading) else DEFAULT_RANK


def running_heads(passages: Sequence[Passage]) -> frozenset[str]:
    """Find the short lines that stand on three pages or more, such as a deck's title; without pages, three times."""
    places: dict[str, set[int]] = defaultdict(set)
    for number, passage in enumerate(passages):
        if len(passage.text) <= MAX_RUNNING_CHARS and not _ARTICLE.match(passage.text):
            places[passage.text].add(number if passage.page is None else passage.page)
    return frozenset(text for text, pages in places.items() if len(pages) >= MIN_REPEATS)


def is_contents_line(text: str) -> bool:
    """See a line of a table of contents, by its leaders, or a bar of links between chapters."""
    return _LEADERS.search(text) is not None or _NAVIGATION.match(text) is not None


def is_untold_heading(heading: str) -> bool:
    """Tell whether a section is no content: contents, references, annexes, thanks."""
    return _UNTOLD.match(heading) is not None


def is_opening_heading(heading: str) -> bool:
    """Tell whether a section says in short what the document says: a summary, a foreword, an introduction."""
    return _OPENING.match(heading) is not None
