"""Which passages of a document are headings, how deep, and which say nothing: rules and words, apart from choosing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from models.vocabulary import PassageKind
from pipeline.values import Passage

PART_RANK, LETTERED_RANK, NUMBERED_RANK, ARTICLE_RANK, PLAIN_RANK = 1, 2, 3, 8, 9
MAX_HEADING_CHARS = 160
MAX_RUNNING_CHARS = 160
MIN_REPEATS = 3
MIN_LINKS = 3
MIN_BODY_CHARS = 60
MAX_SHORT_WORDS = 8

_MARKDOWN = re.compile(r"(?:\*{3}\s*)?(?P<signs>#{1,6})\s+(?P<text>[^\n]{1,200}?)(?:<a [^>]*></a>|\[\^\w+\])*\s*$")
_EMPHASIS = re.compile(r"[*_`\\]+")
_PART = re.compile(
    r"(?:part|chapter|volume|(?:première|deuxième|troisième|quatrième|cinquième) partie|partie|chapitre|titre"
    r"|часть|глава|раздел)\b|第[一二三四五六七八九十百\d]{1,4}(?:部分|编|章|篇)",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"(?:article|art\.|section|§|статья|пункт|guideline|ligne directrice|principle|principe|принцип|принципы?"
    r"|руководящий принцип|precept)\s?(?:[A-Z]\.)?[\dIVXLC]{1,6}\b|第[一二三四五六七八九十百\d]{1,5}[条條款]"
    r"|准则\s?[A-Z]?\.?\d",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,4})[.)]?\s+(?=\S)")
_LETTERED = re.compile(r"(?:[A-ZА-Я]|[IVX]{1,5}|[一二三四五六七八九十]{1,3})\s?[.、．]\s?(?=\S)")
_ENDED = re.compile(r"[.!?…。！？；;:：,，]\s*$")
_LEADERS = re.compile(r"(?:\.\s?){4,}|…{2,}|_{4,}")
_LETTER = re.compile(r"[^\W\d_]")
_SIGN = re.compile(r"[^\W_]")
_LINK = re.compile(r"\[[^\]]*\]\([^)]*\)")
_NAVIGATION = re.compile(r"(?:\*{3}\s*)?\[[^\]]*\]\([^)]*\)\s*\|")
_UNTOLD = re.compile(
    r"(?:\W|\d|[IVX]+\b)*(?:table of )?(?:contents|references|bibliography|works cited|endnotes?|footnotes?|notes"
    r"|acknowledge?ments?|(?:\w+ ){0,2}contributors|list of (?:figures|tables|acronyms|abbreviations)"
    r"|acronyms|abbreviations|glossary|index|contacts?"
    r"|about (?!this|these|the report|the document)\w+|disclaimer|copyright"
    r"|thanks?(?: you)?|questions\??"
    r"|table des mati[èe]res|sommaire|r[ée]f[ée]rences|bibliographie|remerciements|sigles|glossaire|merci"
    r"|содержание|оглавление|литература|список литературы|источники|сокращения|благодарности|глоссарий"
    r"|спасибо за внимание|inhaltsverzeichnis|literatur(?:verzeichnis)?|bildquellen|abkürzungsverzeichnis"
    r"|symbolverzeichnis"
    r"|stichwortverzeichnis|danksagung(?:en)?)\b(?:\W|[A-ZА-Я\d]\b)*(?:[:.–—-].*)?$"
    r"|\W*(?:目\s?录|目次|参考文献|參考文獻|致谢|致謝|缩略语|索引|谢谢|謝謝)",
    re.IGNORECASE,
)
_IMPRINT = re.compile(
    r"©|\bISBN\b|\bISSN\b|copyright|all rights reserved|droits réservés|все права|版权所有", re.IGNORECASE
)
_ANNEX = re.compile(
    r"(?:\W|\d|[IVX]+\b)*(?:annex(?:es|e)?|appendix|appendices|приложени[ея]|anhang)\b|\W*(?:附录|附錄|附件)",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"(?:\W|\d|[IVX]+\b)*(?:executive summary|summary|abstract|overview|introduction|preface"
    r"|foreword|preamble|background"
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
    text = _EMPHASIS.sub("", text) if text.startswith("**") else text
    if len(text) > MAX_HEADING_CHARS or not _LETTER.search(text) or text.startswith("!["):
        return None
    if passage.kind is PassageKind.HEADING:
        return text if sum(map(str.isalpha, text)) > 1 else None
    if passage.kind is not PassageKind.PARAGRAPH or _ENDED.search(text):
        return None
    if (_PART.match(text) or _ARTICLE.match(text)) and len(text.split()) <= MAX_SHORT_WORDS:
        return text
    return text if _stands_over(text, passage, following) else None


def _stands_over(text: str, passage: Passage, following: Passage | None) -> bool:
    """See a line in a document whose pages are not known, that a whole paragraph follows."""
    if passage.page is not None or following is None or text[0].islower() or len(text.split()) > MAX_SHORT_WORDS * 2:
        return False
    return len(following.text) >= MIN_BODY_CHARS and (_ENDED.search(following.text) is not None)


def rank_of(heading: str, passage: Passage) -> int:
    """Return how deep a heading stands, from 1: by Markdown's signs, by words such as Part, by letter or number."""
    marked = _MARKDOWN.match(" ".join(passage.text.split()))
    if marked:
        return len(marked["signs"])
    if _PART.match(heading):
        return PART_RANK
    if _ARTICLE.match(heading):
        return ARTICLE_RANK
    numbered = _NUMBER.match(heading)
    if numbered:
        return NUMBERED_RANK + numbered["number"].count(".")
    return LETTERED_RANK if _LETTERED.match(heading) else PLAIN_RANK


def running_heads(passages: Sequence[Passage]) -> frozenset[str]:
    """Find the short lines that stand on three pages or more, such as a deck's title; without pages, three times."""
    places: dict[str, set[int]] = defaultdict(set)
    for number, passage in enumerate(passages):
        if len(passage.text) <= MAX_RUNNING_CHARS and not _ARTICLE.match(passage.text):
            places[passage.text].add(number if passage.page is None else passage.page)
    return frozenset(text for text, pages in places.items() if len(pages) >= MIN_REPEATS)


def is_contents_line(text: str) -> bool:
    """See a line of a table of contents, by its leaders or links, or a bar of links between chapters."""
    is_linked = len(_LINK.findall(text)) >= MIN_LINKS and len(_LINK.sub("", text)) < len(text) / 2
    return is_linked or _LEADERS.search(text) is not None or _NAVIGATION.match(text) is not None


def letters_of(heading: str) -> str:
    """Return a heading's letters and digits alone, by which one in a table of contents is known again."""
    return "".join(_SIGN.findall(heading)).lower()


def is_untold_heading(heading: str) -> bool:
    """Tell whether a section is no content: contents, references, thanks."""
    return _UNTOLD.match(heading) is not None


def is_annex_heading(heading: str) -> bool:
    """Tell whether a section is an annex; what stands before the end of a document may still be its body."""
    return _ANNEX.match(heading) is not None


def is_imprint(text: str) -> bool:
    """Tell whether a passage belongs to the page of rights and numbers behind a title."""
    return _IMPRINT.search(text) is not None


def is_opening_heading(heading: str) -> bool:
    """Tell whether a section says in short what the document says: a summary, a foreword, an introduction."""
    return _OPENING.match(heading) is not None
