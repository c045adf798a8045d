"""What a page lists: rows that each lead to one other page, and the running text that stands apart from them.

Told by structure alone, in any language; what follows from it is decided in `refusal.py`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urldefrag, urljoin

from lxml import etree
from lxml.html import HtmlElement

from perilune.dates import dates_in
from perilune.urls import is_web_address, site_of
from pipeline.extraction.wording import wording_of

IDEOGRAPH_WEIGHT = 3
MIN_NAME_WEIGHT = 14
MIN_RUN_WEIGHT = 50
MIN_ALIKE = 3
MIN_WORDING_CHARS = 6
MAX_LEAD_CHARS = 60
MAX_EXCERPT_WEIGHT = 700
MAX_LINKS = 2_000
MAX_LABEL_REPEATS = 2
DATE_CHARS = 300
UNSEEN = frozenset({"script", "style", "noscript", "template", "head", "svg", "select", "button", "textarea"})
BESIDE = frozenset({"nav", "footer", "aside"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
INLINE = frozenset(
    {"a", "b", "strong", "i", "em", "span", "font", "u", "small", "sup", "sub", "abbr", "cite", "q", "mark", "label"}
    | {"time", "bdi", "img", "wbr", "code", "ins", "del"}
)
NAMED_BESIDE = re.compile(
    r"(?:^|[-_\s])(?<!with[-_])(?<!has[-_])(?<!no[-_])(?:side|sidebar|related|widget[-_]area|widget_\w+"
    r"|secondary|recommend\w*|breadcrumbs?|menu"
    r"|nav\w*|footer|share|social|comments?|popular|trending|promo|cookie\w*|teasers?-more|see-also|read-also)"
    r"(?:$|[-_\s])",
    re.IGNORECASE,
)
IMPRINT = re.compile(
    r"©|\(c\)|copyright|all rights|版权|備案|备案|ICP|主办(?:单位)?[:：]|承办[:：]|(?:地址|电话|邮编)[:：]"
    r"|защищены|tous droits"
    r"|\b(?:tel|fax|tél|тел|адрес)\b\.?\s?:",
    re.IGNORECASE,
)
IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
CLOCK = re.compile(r"\b\d\d?:\d\d\b")
DAY = re.compile(
    r"(?<!\d)(?:\d\d[-./]\d\d(?:[-./]\d\d)?|\d{1,2}月\d{1,2}日?|\d{1,2}/\d{1,2}/\d\d)(?![\d:])"
    r"|\b\d+ (?:minutes?|hours?|days?|weeks?) ago\b",
    re.IGNORECASE,
)
MORE = re.compile(
    r"(?:read|find|learn|see|view|full|show|continue)[\s-]*(?:on|more|reading|text|story|article|details?|release)\b"
    r"|\bmore\s*(?:[»›>→….]|$)|^details$|lire (?:la|plus|l)|en savoir plus|voir (?:plus|la)|la suite"
    r"|阅读全文|查看(?:详情|全文|更多)|更多|详细|详情|全文|подробн|читать|далее|полный текст|weiterlesen"
    r"|mehr lesen|leer más",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Row:
    """A part of a page that leads to one other page; `excerpt_weight` counts what it says beside the link's words."""

    name: str
    is_headed: bool
    day: str
    has_more: bool
    has_clock: bool
    excerpt_weight: int


@dataclass(frozen=True)
class Listing:
    """The rows of a page, its running text outside them (weighed), and how much of all its words are links."""

    rows: tuple[Row, ...]
    own_weight: int
    link_share: float
    link_count: int
    is_table: bool
    texts: tuple[str, ...]

    @property
    def days(self) -> set[str]:
        """The days that its rows state."""
        return {row.day for row in self.rows if row.day}

    def share(self, count: int) -> float:
        """Give the share that so many are of the rows."""
        return count / max(len(self.rows), 1)


def weight_of(text: str) -> int:
    """Count characters, ideographs threefold: a sentence weighs much the same in every language."""
    return len(text) if text.isascii() else len(text) + (IDEOGRAPH_WEIGHT - 1) * len(IDEOGRAPH.findall(text))


def listing_of(tree: HtmlElement, url: str) -> Listing:
    """Find the rows of a page; costs a walk over the page and one over its links."""
    roots = _roots(tree, url)
    pages: dict[str, tuple[Row, str]] = {}
    for root, link in roots.items():
        row, text = _row_of(root, link)
        if link.get("href") not in pages:
            pages[str(link.get("href"))] = (row, text)
    run_weight, link_weight, all_weight = _weights(tree, roots)
    return Listing(
        rows=tuple(row for row, _ in pages.values()),
        own_weight=run_weight,
        link_share=link_weight / max(all_weight, 1),
        link_count=sum(1 for _ in tree.iter("a")),
        is_table=any(root.tag in ("tr", "td") for root in roots),
        texts=_texts(tree, roots, [text for _, text in pages.values()]),
    )


def words_of(element: HtmlElement) -> str:
    """Give an element's words on one line, those of its parts apart: a day and a month may stand in two cells."""
    return " ".join(" ".join(element.itertext(with_tail=False)).split())


def unlisted_weight(text: str, listing: Listing) -> int:
    """Weigh the words of a text that are in no row and no link."""
    left = wording_of(text)
    for known in listing.texts:
        if left in known:
            return 0
        left = left.replace(known, "")
    return weight_of(left)


def _texts(tree: HtmlElement, roots: Iterable[HtmlElement], rows: Sequence[str]) -> tuple[str, ...]:
    """Give the wordings of rows, of their parts and of links, longest first."""
    links = [words_of(link) for link in islice(tree.iter("a"), MAX_LINKS)]
    parts = [str(text) for root in roots for text in root.itertext(with_tail=False)]
    wordings = {wording_of(text) for text in (*rows, *parts, *links)}
    return tuple(sorted((each for each in wordings if len(each) >= MIN_WORDING_CHARS), key=len, reverse=True))


def _roots(tree: HtmlElement, url: str) -> dict[HtmlElement, HtmlElement]:
    """Map the outermost elements that lead to one page each to the link, where several are built alike."""
    links = _named_links(tree, url)
    targets: dict[HtmlElement, str | None] = {}
    for link, target in links:
        for holder in (link, *link.iterancestors()):
            if targets.setdefault(holder, target) != target:
                if targets[holder] is None:
                    break
                targets[holder] = None
    alike: defaultdict[tuple[object, ...], dict[HtmlElement, HtmlElement]] = defaultdict(dict)
    met = set[HtmlElement]()
    for link, target in links:
        root = link
        for holder in link.iterancestors():
            if holder.tag in ("body", "main", "html") or targets[holder] != target:
                break
            root = holder
        if root not in met and not _is_beside(root) and _leads(root, link):
            alike[_form_of(root)][root] = link
        met.add(root)
    return {root: link for group in alike.values() if len(group) >= MIN_ALIKE for root, link in group.items()}


def _named_links(tree: HtmlElement, url: str) -> list[tuple[HtmlElement, str]]:
    """List the links whose words may be another page's title, those of categories left out, which recur."""
    found = []
    for link in islice(tree.iter("a"), MAX_LINKS):
        name = words_of(link) or str(link.get("title") or "")
        if weight_of(name) >= MIN_NAME_WEIGHT and not MORE.fullmatch(name) and (target := _target(link, url)):
            found.append((link, target, name))
    before = [None, *(target for _, target, _ in found)]
    counts = Counter(target for (_, target, _), last in zip(found, before, strict=False) if target != last)
    return [(link, target) for link, target, _ in found if counts[target] <= MAX_LABEL_REPEATS]


def _target(link: HtmlElement, url: str) -> str | None:
    """Give the address on the same site that a link leads to; None for any other, and for a place on this page."""
    href = str(link.get("href") or "").strip()
    if not href or href.startswith(("#", "mailto:", "tel:")):
        return None
    if href.lower().startswith("javascript:"):
        return href if "(" in href and "void" not in href else None
    try:
        target = urldefrag(urljoin(url, href)).url
        is_other = is_web_address(target) and site_of(target) != site_of(url)
    except ValueError:
        return None
    return None if is_other or target == urldefrag(url).url else target


def _form_of(root: HtmlElement) -> tuple[object, ...]:
    parent = root.getparent()
    holder = parent.getparent() if parent is not None else None
    return (root.tag, root.get("class", "").split(" ")[0][:4], _tag_and_class(parent), getattr(holder, "tag", ""))


def _tag_and_class(element: HtmlElement | None) -> tuple[object, ...]:
    return () if element is None else (element.tag, element.get("class", "").split(" ")[0])


def _is_beside(root: HtmlElement) -> bool:
    """Tell what stands beside a page's content, by its element or by its name."""
    for holder in (root, *root.iterancestors()):
        if holder.tag in ("body", "html"):
            return False
        if holder.tag in BESIDE or NAMED_BESIDE.search(f"{holder.get('class', '')} {holder.get('id', '')}"):
            return True
    return False


def _leads(root: HtmlElement, link: HtmlElement) -> bool:
    """Tell whether a row begins with its link, but for a date, a number or a label, and goes on shortly."""
    text, name = words_of(root), words_of(link)
    place = text.find(name)
    return place <= MAX_LEAD_CHARS and weight_of(text) - weight_of(name) <= MAX_EXCERPT_WEIGHT


def _row_of(root: HtmlElement, link: HtmlElement) -> tuple[Row, str]:
    name, text = words_of(link), f"{words_of(root)} {' '.join(_beside(root))}"
    rest = text.replace(name, " ", 1)
    return (
        Row(
            name=name,
            is_headed=any(part.tag in HEADINGS for part in (*link.iterancestors(), *link.iter())),
            day=_day_in(f"{rest[:DATE_CHARS]} {name[:20]} {name[-20:]}"),
            has_more=any(MORE.search(words_of(each)) for each in root.iter("a", "button", "span") if each is not link),
            has_clock=bool(CLOCK.search(rest)),
            excerpt_weight=weight_of(rest),
        ),
        text,
    )


def _beside(root: HtmlElement) -> Iterator[str]:
    """Yield what belongs to a row without standing in it: a date behind it, a definition below its term."""
    if (root.tail or "").strip():
        yield str(root.tail)[:MAX_LEAD_CHARS]
    after = root.getnext()
    if after is not None and root.tag == "dt" and after.tag == "dd":
        yield words_of(after)
    elif after is not None and after.tag in ("time", "span", "small", "em", "i", "font"):
        yield words_of(after)[:MAX_LEAD_CHARS]


def _day_in(text: str) -> str:
    dates = dates_in(text)
    if dates:
        return str(dates[0][0])
    day = DAY.search(text)
    return day[0] if day else ""


def _weights(tree: HtmlElement, roots: Container[HtmlElement]) -> tuple[int, int, int]:
    """Weigh the runs of text outside rows, links and menus, the links' words, and all words."""
    walk = _Walk(roots)
    body = tree.find(".//body")
    for event, element in etree.iterwalk(body if body is not None else tree, events=("start", "end", "comment", "pi")):
        walk.meet(event, element)
    walk.flush()
    return walk.own, walk.linked, walk.total


class _Walk:
    """Weighs a page's words while walking over it."""

    def __init__(self, roots: Container[HtmlElement]) -> None:
        self._roots = roots
        self._apart = self._unseen = self._in_link = 0
        self._words: list[str] = []
        self._link_words: list[str] = []
        self.own = self.linked = self.total = 0

    def meet(self, event: str, element: HtmlElement) -> None:
        """Take the words at an element's beginning, or those behind its end."""
        if event in ("comment", "pi"):
            self._take(element.tail)
            return
        if (self._words or self._link_words) and element.tag not in INLINE:
            self.flush()
        step = 1 if event == "start" else -1
        self._unseen += step * (element.tag in UNSEEN)
        self._apart += step * (element.tag in BESIDE or element in self._roots)
        self._in_link += step * (element.tag == "a")
        self._take(element.text if event == "start" else element.tail)

    def _take(self, text: str | None) -> None:
        if text and not self._unseen:
            (self._link_words if self._in_link else self._words).append(text)

    def flush(self) -> None:
        """End a run of words."""
        text, links = (" ".join("".join(words).split()) for words in (self._words, self._link_words))
        weight, linked = weight_of(text), weight_of(links)
        self.total += weight + linked
        self.linked += linked
        if not self._apart and weight >= max(MIN_RUN_WEIGHT, linked) and not IMPRINT.search(text):
            self.own += weight
        self._words, self._link_words = [], []
