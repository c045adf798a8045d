"""Which passages of a document are headings, how deep, and which say nothing: rules and words, apart from choosing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from models.vocabulary import PassageKind
from pipeline.values import Passage

PART_RANK, LETTERED_RANK, BRACKETED_RANK, NUMBERED_RANK, ARTICLE_RANK, PLAIN_RANK = 1, 2, 3, 4, 9, 10
MAX_HEADING_CHARS = 160
MAX_RUNNING_CHARS = 160
MIN_REPEATS = 3
MIN_LINKS = 3
MIN_BODY_CHARS, MIN_BODY_IDEOGRAPHS = 60, 30
MAX_SHORT_IDEOGRAPHS = 40
MAX_SHORT_WORDS = 8
MAX_RUN_ON = 2
MIN_SAID_AGAIN = 0.6
MIN_CAPITALS = 8
MIN_ENTRY_CHARS, ENTRY_CHARS = 3, 16

_MARKDOWN = re.compile(r"(?:\*{3}\s*)?(?P<signs>#{1,6})\s+(?P<text>[^\n]{1,200}?)(?:<a [^>]*></a>|\[\^\w+\])*\s*$")
_EMPHASIS = re.compile(r"[*_`\\]+")
_PART = re.compile(
    r"(?:part|chapter|volume|(?:première|deuxième|troisième|quatrième|cinquième) partie|partie|chapitre|titre"
    r"|(?:primera|segunda|tercera|cuarta) parte|часть|глава|раздел)\b"
    r"|第\s?[一二三四五六七八九十百\d]{1,4}\s?(?:部分|编|章|篇)",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"(?:article|art\.|section|§|[сc]татья|пункт|guideline|ligne directrice|principle|principe|принцип|принципы?"
    r"|artículo|directriz|principio|руководящий принцип|precept)\s?(?:[A-ZА-Я]\.)?[\dIVXLCХ]{1,6}\b"
    r"|第\s?[一二三四五六七八九十百\d]{1,5}\s?[条條款]|(?:准则|原则)\s?(?:[A-Z]?\.?\d|[一二三四五六七八九十]{1,3}(?!\w))",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,4})(?:[.)]?\s+(?=\S)|[.、．]?\s?(?=[\u3400-\u9fff“]))")
_BRACKETED = re.compile(r"[(（][一二三四五六七八九十]{1,3}[)）]\s?(?=\S)")
_OPENS = r"(?=[A-ZÀ-ÝА-ЯЁ\u3400-\u9fff\d«“\"])"
# How a heading may be counted, one line a form: two of one form in a row are items of a list.
_FORMS = (
    _PART,
    _ARTICLE,
    re.compile(r"[一二三四五六七八九十]{1,3}\s?[.、．]\s?(?=\S)"),
    _BRACKETED,
    re.compile(rf"[IVX]{{1,5}}\.\s+{_OPENS}"),
    re.compile(rf"[A-ZА-Я]\.\s+{_OPENS}"),
    re.compile(rf"[1-9]\d?(?:\.\s+{_OPENS}|[.、．]\s?(?=[\u3400-\u9fff“]))"),
    re.compile(rf"[1-9]\d?(?:\.\d{{1,2}}){{1,4}}[.)]?\s+{_OPENS}"),
    re.compile(r"附[件录錄]|annexe?\b|приложение\b|anexo\b", re.IGNORECASE),
)
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
_LETTERED = re.compile(r"(?:[A-ZА-Я]|[IVX]{1,5}|[一二三四五六七八九十]{1,3})\s?[.、．]\s?(?=\S)")
_ENDED = re.compile(r"[.!?…。！？；;:：,，]\s*$")
_IMPRINTED = re.compile(r"\d\s?[年月日]|[：:]|[页頁]次?$|[，、；]\s?\d{1,2}$")  # a date, a label, a line that runs on
_NO_TITLE = re.compile(r"=|\s\d\.\s")  # a formula, a list on one line
_LEADERS = re.compile(r"(?:\.\s?){4,}|…{3,}|…{2,}\s*\d*$|_{4,}")
_LETTER = re.compile(r"[^\W\d_]")
_SIGN = re.compile(r"[^\W_]")
_LINK = re.compile(r"\[[^\]]{0,400}\]\([^)]{0,400}\)")
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


def heading_in(passage: Passage, following: Passage | None, before: Passage | None = None) -> str | None:
    """Return the heading that a passage is, without signs of its form, or None.

    Beside marked ones: Markdown's, those of parts and articles, a numbered line that is no item of a list, and a short
    line without an end over a paragraph.
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
    return text if _stands_over(text, passage, following) or _is_counted(text, following, before) else None


def _is_counted(text: str, following: Passage | None, before: Passage | None) -> bool:
    """See a short numbered line with something else on both sides, which tells it from the items of a list."""
    form = _form_of(text)
    if form is None or following is None or not _is_short(text) or _NO_TITLE.search(text):
        return False
    return form not in {_form_of(following.text), _form_of(before.text) if before else None}


def _is_in_capitals(text: str) -> bool:
    return text.isupper() and sum(map(str.isalpha, text)) >= MIN_CAPITALS


def _form_of(text: str) -> re.Pattern[str] | None:
    return next((form for form in _FORMS if form.match(text)), None)


def _is_short(text: str) -> bool:
    return len(text.split()) <= MAX_SHORT_WORDS * 2 and len(_IDEOGRAPH.findall(text)) <= MAX_SHORT_IDEOGRAPHS


def _stands_over(text: str, passage: Passage, following: Passage | None) -> bool:
    """See a line over a whole paragraph; on numbered pages, where size tells headings, in Chinese or in capitals."""
    if following is None or text[0].islower() or not _is_short(text):
        return False
    ideographs = len(_IDEOGRAPH.findall(following.text))
    is_whole = len(following.text) >= MIN_BODY_CHARS or ideographs >= MIN_BODY_IDEOGRAPHS
    is_plain = passage.page is None or _is_in_capitals(text) or (_IDEOGRAPH.match(text) and not _IMPRINTED.search(text))
    return bool(is_whole and is_plain) and _ENDED.search(following.text) is not None


def rank_of(heading: str, passage: Passage) -> int:
    """Return how deep a heading stands, from 1: by Markdown's signs, by words such as Part, by letter or number."""
    marked = _MARKDOWN.match(" ".join(passage.text.split()))
    if marked:
        return len(marked["signs"])
    if _PART.match(heading):
        return PART_RANK
    if _ARTICLE.match(heading):
        return ARTICLE_RANK
    if _BRACKETED.match(heading):
        return BRACKETED_RANK
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


def contents_among(passages: Sequence[Passage]) -> frozenset[int]:
    """Find a table of contents: the places of its lines, and of those few between them that run on without leaders."""
    without_leaders = _said_again(passages)
    lines = [n for n, passage in enumerate(passages) if is_contents_line(passage.text) or n in without_leaders]
    gaps = ((one, other) for one, other in pairwise(lines) if other - one <= MAX_RUN_ON + 1)
    return frozenset(lines).union(*(range(one, other) for one, other in gaps))


def _said_again(passages: Sequence[Passage]) -> set[int]:
    """Find runs of short lines most of which come again further on: a table of contents that has no leaders."""
    last = {letters_of(passage.text): place for place, passage in enumerate(passages) if _is_short(passage.text)}
    again = [last.get(letters_of(passage.text), -1) > place for place, passage in enumerate(passages)]
    is_line = [_is_short(passage.text) and _ENDED.search(passage.text) is None for passage in passages]
    found: set[int] = set()
    for is_run, places in groupby(range(len(passages)), key=is_line.__getitem__):
        run = list(places) if is_run else []
        while run and not again[run[-1]]:
            run.pop()
        if len(run) >= MIN_REPEATS and sum(again[place] for place in run) >= MIN_SAID_AGAIN * len(run):
            found.update(run)
    return found


def entries_of(contents: Iterable[str]) -> frozenset[str]:
    """Return what a table of contents lists: the letters of each line, without page numbers."""
    entries = (letters_of(_LEADERS.split(line)[0]) for line in contents)
    return frozenset(entry[:ENTRY_CHARS] for entry in entries if len(entry) >= MIN_ENTRY_CHARS)


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
