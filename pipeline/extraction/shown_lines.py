"""A page's lines as they are shown, and which of them stand apart from its article: teasers, comments, sidebars."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from lxml.html import HtmlElement

from perilune.dates import is_name_of_update
from pipeline.extraction.boilerplate import is_same_wording
from pipeline.extraction.date_numbers import machine_day

NODES_BEFORE_TITLE = 10
WINDOW_NODES = 24
MOST_NODES_TO_TEXT = 80
MOST_BESIDE_TITLE_CHARS = 40
MIN_PROSE_CHARS = 200
MIN_TITLE_CHARS = 12
MIN_TITLE_IDEOGRAPHS = 5
MOST_LABEL_CHARS = 40
NODES_AFTER_TEXT = 4
NODES_OF_A_LABEL = 5
INLINE_TAGS = {"a", "b", "em", "font", "i", "label", "small", "span", "strong", "time", "u", "abbr", "bdi"}
UNSEEN_TAGS = {"script", "style", "noscript", "template", "option", "textarea"}
LABEL_TAGS = {"dt", "th", "td"}
APART_TAGS = {"aside", "nav", "footer"}
APART_NAMES = re.compile(
    r"(?:^|[\s_-])(?:comment|respond|reply|sidebar|related|recommend|teaser|widget|calendar|footer|weather|clock|popular|latest|promo|"
    r"newsletter|most-?read|read-?(?:also|more)|see-?also)",
    re.IGNORECASE,
)
HEADER_NAMES = re.compile(
    r"(?:^|[\s_-])(?:top|top-?bar|head|masthead|banner|site-?header|today)(?:$|[\s_-])", re.IGNORECASE
)


@dataclass(frozen=True)
class Line:
    """The text of one block, and the element that its first words stand in."""

    text: str
    element: HtmlElement


class ShownPage:
    """A page's texts in order, with the places of its title and of the article's first words."""

    def __init__(self, tree: HtmlElement, title: str, first_text: str) -> None:
        self.nodes = _text_nodes(tree)
        self.title = title
        self._opening = first_text[:40]
        self.starts = [
            place
            for place, node in enumerate(self.nodes)
            if self._opening and self._opening in node and node.strip().startswith(self._opening)
        ]
        self.titles = self._own_title(_places_of(self.nodes, title))

    def _own_title(self, spots: Sequence[int]) -> list[int]:
        """Choose of several places (menu, breadcrumb, heading) the last before the text, or the main heading."""
        if self.starts:
            return [spot for spot in spots if spot <= self.starts[0] + 1][-1:]
        headings = [
            spot for spot in spots if any(one.tag == "h1" for one in _with_ancestors(self.nodes[spot].getparent()))
        ]
        return headings[:1] or list(spots[-1:])

    @cached_property
    def _home(self) -> set[HtmlElement]:
        """The elements around the title or the first words: whatever leads up to one of them is the article's."""
        places = (*self.titles, *self.starts[:1])
        return {element for place in places for element in _with_ancestors(self.nodes[place].getparent())}

    def lines_near(self) -> Iterator[Line]:
        """Yield the lines below the title down to the text, then those above it, from near to far."""
        for spot in self.titles or self.starts[:1]:
            below = self._lines_below(spot) if self.titles else []
            above = _lines(self.nodes[max(0, spot - NODES_BEFORE_TITLE) : spot])[::-1]
            yield from (line for line in below if not is_same_wording(line.text, self.title))
            yield from (
                line
                for line in above
                if not is_same_wording(line.text, self.title) and not self._is_of_the_site(line.element)
            )

    def lines_from(self, opening: re.Pattern[str]) -> Iterator[Line]:
        """Yield the lines of the whole page that have a text which begins so."""
        for place, node in enumerate(self.nodes):
            if len(node) <= MIN_PROSE_CHARS and opening.match(node):
                yield from _lines(self.nodes[place : place + NODES_OF_A_LABEL])[:1]

    def lines_after_text(self) -> list[Line]:
        """List the last lines of the article's own element, from its end up, then the first lines after it."""
        if not self.starts:
            return []
        block = _block_of(self.nodes[self.starts[0]].getparent())
        container = block.getparent() if block.tag == "p" and block.getparent() is not None else block
        inside = set(container.iter())
        places = [place for place in range(self.starts[0], len(self.nodes)) if _holder_of(self.nodes[place]) in inside]
        last = places[-1] + 1 if places else self.starts[0] + 1
        ending = _lines(self.nodes[max(self.starts[0] + 1, last - NODES_AFTER_TEXT) : last])
        return [*ending[::-1], *_lines(self.nodes[last : last + NODES_AFTER_TEXT])]

    def is_apart(self, element: HtmlElement) -> bool:
        """Tell a line that belongs to a teaser, a list of articles, a comment or a sidebar."""
        for holder in _with_ancestors(element):
            if holder in self._home or holder.tag == "body":
                return False
            names = f"{holder.get('class') or ''} {holder.get('id') or ''}"
            if holder.tag in APART_TAGS or APART_NAMES.search(names):
                return True
            if _leads_to_an_article(holder):
                return True
        return False

    def _is_of_the_site(self, element: HtmlElement) -> bool:
        """Tell a line of the site's own head, where the day of today stands."""
        for holder in _with_ancestors(element):
            if holder in self._home:
                return False
            names = f"{holder.get('class') or ''} {holder.get('id') or ''}"
            if holder.tag == "header" or holder.get("role") == "banner" or HEADER_NAMES.search(names):
                return True
        return False

    def _lines_below(self, spot: int) -> list[Line]:
        """List the title's line and those after it up to the article's opening words."""
        below: list[Line] = []
        end = min(self.starts[0] + 1, spot + MOST_NODES_TO_TEXT) if self.starts else 0
        for line in _lines(self.nodes[spot : max(end, spot + WINDOW_NODES)]):
            # An opening sentence often repeats the title: only a later line can be the opening.
            is_opening = bool(below and self._opening and line.text.startswith(self._opening))
            if len(line.text) >= MIN_PROSE_CHARS:
                break
            if not is_opening or len(line.text) <= MOST_LABEL_CHARS:
                below.append(line)
            if is_opening:
                break
        return below


def _leads_to_an_article(holder: HtmlElement) -> bool:
    """Tell a link or an item whose words are another article's title beside a date."""
    if holder.tag == "a" and holder.get("href"):
        return _is_title("".join(holder.xpath(".//text()[not(ancestor::time)]")), beside_date=True)
    if holder.tag in ("li", "tr", "article") or holder.xpath("boolean(.//h2 or .//h3 or .//h4)"):
        return any(_is_title(link.text_content()) for link in holder.iter("a") if link.get("href"))
    return _is_dated_link(holder) and any(
        other is not None
        and other.tag == holder.tag
        and other.get("class") == holder.get("class")
        and _is_dated_link(other)
        for other in (holder.getprevious(), holder.getnext())
    )


def _is_dated_link(element: HtmlElement) -> bool:
    return next(element.iter("a"), None) is not None and bool(re.search(r"(?:19|20)\d\d", element.text_content()))


def _is_title(text: str, *, beside_date: bool = False) -> bool:
    letters, ideographs = len(re.findall(r"[^\W\d_]", text)), len(re.findall(r"[㐀-鿿]", text))
    # A date has up to some twenty letters of its own.
    return ideographs >= MIN_TITLE_IDEOGRAPHS or letters >= MIN_TITLE_CHARS + 12 * beside_date


def _with_ancestors(element: HtmlElement | None) -> Iterator[HtmlElement]:
    while element is not None:
        yield element
        element = element.getparent()


def _text_nodes(tree: HtmlElement) -> list[HtmlElement]:
    """List the page's texts, without those that are marked as the time of an update (hAtom)."""
    nodes = tree.xpath("//body//text()[normalize-space()]") or tree.xpath("//text()[normalize-space()]")
    return [node for node in nodes if not ((names := node.getparent().get("class")) and is_name_of_update(names))]


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


def _lines(nodes: Sequence[HtmlElement]) -> list[Line]:
    """Join the text nodes that stand in one block into one line; a `time` element speaks by its attribute."""
    lines: list[Line] = []
    last_block = None
    for node in nodes:
        holder = _holder_of(node)
        if node.getparent().tag in UNSEEN_TAGS:
            continue
        block = _block_of(holder)
        text = _text_of(node)
        if lines and block is last_block and len(lines[-1].text) < MIN_PROSE_CHARS:
            lines[-1] = Line(f"{lines[-1].text} {text}", lines[-1].element)
        elif lines and last_block is not None and _is_label(last_block, block, lines[-1].text):
            lines[-1] = Line(f"{lines[-1].text.rstrip(' :：')}: {text}", lines[-1].element)
        else:
            lines.append(Line(text, holder))
        last_block = block
    return lines


def _is_label(before: HtmlElement, block: HtmlElement, text: str) -> bool:
    """Tell the name of a fact from its value in the next cell: `<dt>`, `<th>`, or words that end in a colon."""
    if len(text) > MOST_LABEL_CHARS or before.getparent() is not block.getparent() or re.search(r"\d", text):
        return False
    return before.tag in LABEL_TAGS or text[-1:] in (":", "：")


def _text_of(node: HtmlElement) -> str:
    parent = node.getparent()
    stated = parent.get("datetime") if parent.tag == "time" and node.is_text else None
    return " ".join((machine_day(stated) if stated else str(node)).split())


def _holder_of(node: HtmlElement) -> HtmlElement:
    parent = node.getparent()
    return parent.getparent() if node.is_tail else parent


def _block_of(element: HtmlElement) -> HtmlElement:
    while element is not None and element.tag in INLINE_TAGS and element.getparent() is not None:
        element = element.getparent()
    return element
