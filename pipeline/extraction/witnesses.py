"""Where an HTML page states its publication date: markup, the line beside the title, the address.

Apart from the text extractor because a date is decided over witnesses, and each witness must be quotable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from perilune.dates import PartialDate, Witness, WitnessKind, dates_in, is_name_of_update
from pipeline.extraction.boilerplate import is_date_line, is_same_wording

META_NAMES = (
    "article:published_time",
    "og:published_time",
    "article:published",
    "og:article:published_time",
    "datepublished",
    "citation_publication_date",
    "citation_date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "publication_date",
    "publication-date",
    "published_time",
    "published",
    "published-date",
    "date_published",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date.created",
    "dcterms.created",
    "dcterms.date",
    "dc.date",
    "dc.created",
    "cxenseparse:recs:publishtime",
    "firstpublishedtime",
    "article.published",
    "originalpublicationdate",
    "ptime",
    "date",
)
WINDOW_NODES = 24
NODES_BEFORE_TITLE = 10
MOST_BESIDE_TITLE_CHARS = 40
MIN_PROSE_CHARS = 200
INLINE_TAGS = {"a", "b", "em", "font", "i", "label", "small", "span", "strong", "time", "u", "abbr", "bdi"}
UNSEEN_TAGS = {"script", "style", "noscript", "template", "option", "textarea"}
UPDATED = re.compile(
    r"updat|modif|revis|reviewed|edited|mise? à jour|更新|修改|修订|обновл|изменен|редакци", re.IGNORECASE
)
PUBLISHED = re.compile(
    r"publi|posted|released|issued|发布|发表|опубликован|размещен|paru|mise? en ligne", re.IGNORECASE
)
LABELLED = re.compile(
    r"(?:date de publication|publié|mise? en ligne|published|posted|date (?:of publication|published|posted)|"
    r"опубликован\w*|дата публикации|发布(?:时间|日期)|发表(?:时间|日期))\b",
    re.IGNORECASE,
)
EVENT = re.compile(
    r"\b(?:venue|when|where|deadline|held|place|location|starts?|ends?|opens?|closes?|registration"
    r"|expir\w*|due|conference|workshop|session|"
    r"lieu|quand|date limite|clôture|inscription|место|срок|когда|состоится|до)\b"
    r"|地点|截止|举行|举办|召开|会议时间|活动时间|开始|结束",
    re.IGNORECASE,
)
DATELINE = re.compile(
    r"^\W{0,3}(?:[A-ZÀ-Þ][\w.'’À-ÿ-]*[ ,/]+){1,6}(?P<date>[^()—–]{6,28}?)\s*(?:\([^)]{2,30}\)"
    r"|/[A-Z][\w -]+/|--|—|–)"
)
IN_ADDRESS = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<mark>[-/_.]?)(?P<month>0[1-9]|1[0-2])(?:[-/_.]?(?P<day>0[1-9]"
    r"|[12]\d|3[01]))?(?!\d)"
    r"|/(?P<y>(?:19|20)\d\d)/(?P<m>[1-9]|1[0-2])/(?P<d>[1-9]|[12]\d|3[01])/"
)


def markup_witnesses(
    metas: Mapping[str, str], objects: Sequence[Mapping[str, object]], tree: HtmlElement
) -> Iterator[Witness]:
    """Read JSON-LD, then meta elements, then microdata: at most one witness of each."""
    stated = (str(item["datePublished"]) for item in objects if item.get("datePublished"))
    yield from _first_witness(stated, "JSON-LD datePublished")
    for name in META_NAMES:
        if found := list(_first_witness((metas.get(name, ""),), f"meta {name}")):
            yield found[0]
            break
    marked = tree.xpath("//*[@itemprop='datePublished' or @pubdate][not(ancestor::aside)]")[:1]
    values = (node.get("datetime") or node.get("content") or node.text_content() for node in marked)
    yield from _first_witness(values, "itemprop datePublished")


def visible_witness(tree: HtmlElement, title: str, first_text: str, language: str | None) -> Witness | None:
    """Find the date line beside the title, or above the first paragraph where the title is not found.

    A line that speaks of an update or of an event is no witness, and neither is a range of days.
    """
    nodes = _text_nodes(tree)
    spots = _places_of(nodes, title)
    starts = [place for place, node in enumerate(nodes) if first_text and str(node).strip()[:40] == first_text[:40]]
    # Of several places (menu, breadcrumb, heading) the last before the text is the article's own.
    titles = [spot for spot in spots if not starts or spot <= starts[0] + 1][-1:]
    for spot in titles or starts[:1]:
        below = _lines_below(nodes, spot, first_text[:40]) if titles else []
        above = _lines(nodes[max(0, spot - NODES_BEFORE_TITLE) : spot])[::-1]
        for line in (line for line in (*below, *above) if not is_same_wording(line, title)):
            if witness := _witness_of_line(line, language):
                return witness
    return _dateline_witness(first_text, language) or _labelled_witness(nodes, language)


def _labelled_witness(nodes: Sequence[HtmlElement], language: str | None) -> Witness | None:
    """Find a line that says of itself that it tells when the page was published, wherever it stands."""
    lines = (line for line in _lines(nodes) if LABELLED.match(line) and len(line) < MIN_PROSE_CHARS)
    return next((witness for line in lines if (witness := _witness_of_line(line, language))), None)


def address_witness(url: str) -> Witness | None:
    """Read the date in an address such as `/2020-02/19/c_112.htm` or `/t20111229_80000.shtml`."""
    path = urlsplit(url).path
    for match in IN_ADDRESS.finditer(path):
        year, month, day = (match["year"] or match["y"], match["month"] or match["m"], match["day"] or match["d"])
        # Six digits in a row are as likely a number as a month.
        if day is None and not match["mark"] and not re.search(rf"[/_-]{re.escape(match[0])}/", path):
            continue
        try:
            return Witness(WitnessKind.ADDRESS, PartialDate(int(year), int(month), int(day) if day else None), match[0])
        except ValueError:
            continue
    return None


def _first_witness(values: Iterable[str], name: str) -> Iterator[Witness]:
    for value in values:
        date = stated_date(value.strip())
        if date:
            yield Witness(WitnessKind.STRUCTURED, date, f"{name}: {value.strip()[:40]}")
            return


def stated_date(value: str) -> PartialDate | None:
    """Read the date that an attribute or a short text states, as precise as it is; None for none."""
    compact = re.match(r"(\d{4})(\d\d)(\d\d)(?!\d)", value)
    try:
        if compact:
            return PartialDate(*(int(part) for part in compact.groups()))
        if re.match(r"\d{4}-\d\d", value):
            return PartialDate.parse(value)
    except ValueError:
        return None
    dates = dates_in(value[:60])
    return dates[0][0] if dates and dates[0][0].month is not None else None


def _text_nodes(tree: HtmlElement) -> list[HtmlElement]:
    """List the page's texts, without those that are marked as the time of an update (hAtom)."""
    nodes = list(tree.xpath("//body//text()[normalize-space()]")) or list(tree.xpath("//text()[normalize-space()]"))
    return [node for node in nodes if not is_name_of_update(node.getparent().get("class") or "")]


def _places_of(nodes: Sequence[HtmlElement], title: str) -> list[int]:
    """Find where the title stands; a paragraph that begins with its words is none of these places."""
    opening = title.strip()[:12].casefold()
    found = []
    for place, node in enumerate(nodes):
        text = str(node).strip()
        is_short = len(text) <= len(title) + MOST_BESIDE_TITLE_CHARS
        if is_short and text[:12].casefold() == opening and node.getparent().tag not in UNSEEN_TAGS:
            block = node if len(text) >= len(title) else " ".join(map(str, nodes[place : place + 3]))
            if is_same_wording(str(block)[: len(title) + 3], title) or is_same_wording(text, title):
                found.append(place)
    return found


def _lines_below(nodes: Sequence[HtmlElement], spot: int, opening: str) -> list[str]:
    """List the title's line and those after it up to the article's opening words."""
    below: list[str] = []
    for line in _lines(nodes[spot : spot + WINDOW_NODES]):
        # An opening sentence often repeats the title: only a later line can be the opening.
        if len(line) >= MIN_PROSE_CHARS or (below and opening and line.startswith(opening)):
            break
        below.append(line)
    return below


def _lines(nodes: Sequence[HtmlElement]) -> list[str]:
    """Join the text nodes that stand in one block into one line; a `time` element speaks by its attribute."""
    lines: list[str] = []
    last_block = None
    for node in nodes:
        parent = node.getparent()
        if parent.tag in UNSEEN_TAGS:
            continue
        block = _block_of(parent.getparent() if node.is_tail else parent)
        text = parent.get("datetime") if parent.tag == "time" and parent.get("datetime") and node.is_text else str(node)
        text = " ".join((text or "").split())
        if lines and block is last_block and len(lines[-1]) < MIN_PROSE_CHARS:
            lines[-1] = f"{lines[-1]} {text}"
        else:
            lines.append(text)
        last_block = block
    return lines


def _block_of(element: HtmlElement) -> HtmlElement:
    while element is not None and element.tag in INLINE_TAGS and element.getparent() is not None:
        element = element.getparent()
    return element


def _witness_of_line(line: str, language: str | None) -> Witness | None:
    if re.fullmatch(r"(?:19|20)\d\d", line):
        return Witness(WitnessKind.VISIBLE, PartialDate(int(line)), line)
    dates = stated = dates_in(line, language)
    if UPDATED.search(line):
        dates = _dates_before_update(line, dates) if PUBLISHED.search(line) or len(dates) > 1 else []
    if not dates or (EVENT.search(line) and not PUBLISHED.search(line)) or _is_range(dates):
        return None
    date, start, end = dates[0]
    is_dated = date.month is not None and is_date_line(line if len(stated) == 1 else line[:end], language)
    return Witness(WitnessKind.VISIBLE, date, line[start:end]) if is_dated else None


def _dates_before_update(
    line: str, dates: Sequence[tuple[PartialDate, int, int]]
) -> list[tuple[PartialDate, int, int]]:
    """Keep the dates whose nearest label on the left does not speak of an update."""
    return [item for item in dates if not UPDATED.search(line[max(0, item[1] - 20) : item[1]])]


def _is_range(dates: Sequence[tuple[PartialDate, int, int]]) -> bool:
    """Tell the two ends of one range by their closeness: `25` and `29 April 2022`."""
    return any(
        after[1] - before[2] <= 4 and after[0].first - before[0].first <= timedelta(days=60)  # noqa: PLR2004
        for before, after in pairwise(dates)
    )


def _dateline_witness(first_text: str, language: str | None) -> Witness | None:
    """Read a wire's dateline: `BEIJING, Dec. 29, 2011 (Xinhua) --`."""
    match = DATELINE.match(first_text[:140])
    dates = dates_in(match["date"], language) if match else []
    if not dates or dates[0][0].day is None:
        return None
    return Witness(WitnessKind.VISIBLE, dates[0][0], first_text[:140].strip())
