"""Who a page says wrote it: its markup first, then the byline that it shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from lxml.html import HtmlElement

from pipeline.extraction.markup import Markup, names_in
from pipeline.extraction.runs import line_of

AUTHOR_METAS = (
    "author",
    "citation_author",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "byl",
    "sailthru.author",
)
# The cheap tests stand first: they spare most elements the dear one.
MARKED = (
    "//*[@itemprop='author' or @rel='author' or contains(@class, 'byline') or contains(@class, 'author') and ("
    "contains(@class, 'author-name') or contains(@class, 'author__name')"
    " or contains(concat(' ', normalize-space(@class), ' '), ' author '))]"
)
MAX_MARKED = 8
MAX_TEXTS = 50
MAX_TEXT_CHARS = 1_000
MAX_AUTHORS = 12
MAX_NAME_CHARS = 60
MAX_BYLINE_CHARS = 160
BYLINE = re.compile(
    r"\W*(?:(?:written |posted |story |text |reported )?by|par|von|por|di|door|автор(?:ы)?(?: текста)?|текст|作者"
    r"|记者|文|撰文)\s*[:：/]?\s*(?P<names>.+)",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"\s*(?:[;,、|/·&]|\s(?:and|et|und|и|y|e|with)\s)\s*", re.IGNORECASE)
NAME = re.compile(r"[^\W\d_][\w.'’-]*(?:\s+[^\W\d_][\w.'’-]*){0,4}")
HAN_NAME = re.compile(r"[\u3400-\u9fff·]{2,8}")
NO_NAME = re.compile(
    r"https?:|@|\d|^by\b|\b(?:admin\w*|editor\w*|staff|redaktion|rédaction|редакция|newsroom|press office|webmaster"
    r"|user|correspondent|reporter|updated|published|share|comments?|follow|more)\b|编辑|来源|本报|记者",
    re.IGNORECASE,
)


def authors_of(markup: Markup, lines: Iterable[str]) -> tuple[str, ...]:
    """Name a page's authors: as JSON-LD, then meta elements, then marked elements, then a line of `lines` says."""
    stated = [name for item in markup.objects for name in names_in(item.get("author"))]
    sources = (stated, markup.values_of(*AUTHOR_METAS), _marked(markup.tree), _bylines(lines))
    found = (_names(source, site=markup.site_name or "") for source in sources)
    return next((names for names in found if names), ())[:MAX_AUTHORS]


def _marked(tree: HtmlElement) -> Iterator[str]:
    for node in tree.xpath(MARKED)[:MAX_MARKED]:
        inner = node.xpath(".//*[@itemprop='name']")[:1] or [node]
        text = line_of(inner[0].get("content") or inner[0].text_content())
        if len(text) <= MAX_BYLINE_CHARS:
            match = BYLINE.fullmatch(text)
            yield match["names"] if match else text


def _bylines(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        match = BYLINE.fullmatch(line) if len(line) <= MAX_BYLINE_CHARS else None
        if match:
            yield match["names"]


def _names(texts: Iterable[str], *, site: str) -> tuple[str, ...]:
    parts = (
        part.strip(" .()")
        for text in islice(texts, MAX_TEXTS)
        for part in BETWEEN.split(line_of(text[:MAX_TEXT_CHARS]))
    )
    return tuple(dict.fromkeys(part for part in parts if _is_name(part) and part.casefold() != site.casefold()))


def _is_name(text: str) -> bool:
    if not text or len(text) >= MAX_NAME_CHARS or NO_NAME.search(text):
        return False
    return bool(HAN_NAME.fullmatch(text)) or (bool(NAME.fullmatch(text)) and text[0].isupper())
