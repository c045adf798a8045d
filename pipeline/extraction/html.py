"""An HTML page as an article: title, blocks, date witnesses and what its markup says about it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from urllib.parse import urljoin

from lxml.etree import ParserError
from lxml.html import HtmlElement

from models.vocabulary import PassageKind
from perilune.dates import Witness
from perilune.languages import language_of
from perilune.urls import canonical_url, is_web_address, site_of
from pipeline.extraction.boilerplate import content_blocks, is_same_wording
from pipeline.extraction.stated_body import blocks_stated, stated_body, without_rest
from pipeline.extraction.witnesses import address_witness, markup_witnesses, visible_witness
from pipeline.values import Block

MIN_TEXT_CHARS = 250
BARE_GAIN = 1.2
MUCH_MORE = 2.0
RUN_TOGETHER_SHARE = 0.3
LENIENT_GAIN = 2.5
IDEOGRAPH_WEIGHT = 3
MAX_TITLE_CHARS = 300
MAX_JSON_OBJECTS = 50
MAX_AUTHORS = 50
MAX_LINE_CHARS = 1_000
TITLE_METAS = ("articletitle", "citation_title", "og:title", "twitter:title", "dc.title")
TITLE_SEPARATOR = re.compile(r"\s+[|–—·•»«:-]+\s+|\s*[|_»]+\s*|--+|(?<=[㐀-鿿”》！？!?])-(?=[㐀-鿿])")
BULLET = re.compile(r"^\s*(?:[•●◦▪■◆►‣⁃∙·*\uf0b7\uf0d8\uf0a7]|[-–](?=\s))\s*")
UNPRINTED = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")
SEEN_TEXT = ".//text()[not(parent::style or parent::script)]"
TEXT_TAGS = {"head": PassageKind.HEADING, "quote": PassageKind.QUOTE}
MAX_HEADINGS = 100
OPENING_CHARS = 10
LAYOUT_CELL_CHARS = 300


@dataclass(frozen=True)
class HtmlArticle:
    """What an HTML page shows: nothing is decided yet about its date."""

    title: str
    blocks: tuple[Block, ...]
    witnesses: tuple[Witness, ...]
    types: tuple[str, ...]
    authors: tuple[str, ...]
    site_name: str | None
    canonical_url: str | None
    declared_language: str | None


class Markup:
    """What a page says about itself outside its text, each part read once."""

    def __init__(self, tree: HtmlElement, url: str) -> None:
        self.tree = tree
        self.url = url

    @cached_property
    def metas(self) -> dict[str, str]:
        """Map lower-case names of meta elements to their first content."""
        metas: dict[str, str] = {}
        for node in self.tree.iter("meta"):
            name = node.get("property") or node.get("name") or node.get("itemprop")
            if name and (node.get("content") or "").strip():
                metas.setdefault(name.strip().lower(), node.get("content").strip())
        return metas

    @cached_property
    def objects(self) -> list[dict[str, object]]:
        """List the JSON-LD objects that describe the page itself, articles first."""
        found: list[dict[str, object]] = []
        for script in self.tree.xpath("//script[@type='application/ld+json']/text()")[:MAX_JSON_OBJECTS]:
            try:
                found.extend(islice(_page_objects(json.loads(script, strict=False)), MAX_JSON_OBJECTS))
            except (ValueError, RecursionError):
                continue
        return sorted(
            found, key=lambda item: not any("Article" in kind or "Posting" in kind for kind in types_of(item))
        )

    @property
    def site_name(self) -> str | None:
        """The site's own name for itself."""
        return self.metas.get("og:site_name") or self.metas.get("application-name") or self.metas.get("sitename")

    @property
    def canonical_url(self) -> str | None:
        """The address that the page calls its own, when it is on the same site."""
        links = self.tree.xpath("//link[@rel='canonical']/@href") or [self.metas.get("og:url", "")]
        address = urljoin(self.url, str(links[0]).strip()) if str(links[0]).strip() else ""
        if not is_web_address(address) or (self.url and site_of(address) != site_of(self.url)):
            return None
        return canonical_url(address)

    @property
    def authors(self) -> tuple[str, ...]:
        """The persons that JSON-LD or the meta elements name as authors."""
        named = [name for item in self.objects for name in _names(item.get("author"))]
        named = named or [self.metas.get("author") or self.metas.get("citation_author") or ""]
        shortened = (name[:MAX_LINE_CHARS] for name in named[:MAX_AUTHORS])
        parts = [part.strip() for name in shortened for part in re.split(r"[;,、]|\band\b", name)]
        return tuple(dict.fromkeys(part for part in parts if part and "http" not in part and len(part) < 60))  # noqa: PLR2004


def article_of_html(text: str, url: str, *, title_hint: str | None = None) -> HtmlArticle | None:
    """Read the article of an HTML page; None when the page has no text at all."""
    from trafilatura import load_html

    tree = load_html(text)
    if tree is None:
        return None
    markup = Markup(tree, url)
    title = _title_of(markup, title_hint)
    stated = stated_body(markup.objects)
    raw = _raw_blocks(tree, url)
    if stated:
        raw = without_rest(raw, stated) or blocks_stated(tree, stated) or raw
    raw = _with_lost_headings(raw, tree)
    blocks = tuple(content_blocks(raw, title, linked=_linked_texts(tree)))
    title = title or next((block.text[:MAX_TITLE_CHARS] for block in blocks), "")
    declared = (tree.get("lang") or markup.metas.get("og:locale") or "")[:2].lower()
    return HtmlArticle(
        title=title,
        blocks=blocks,
        witnesses=_witnesses(markup, title, blocks, declared),
        types=tuple(kind for item in markup.objects for kind in types_of(item)),
        authors=markup.authors,
        site_name=markup.site_name,
        canonical_url=markup.canonical_url,
        declared_language=declared if re.fullmatch("[a-z]{2}", declared) else None,
    )


def types_of(item: Mapping[str, object]) -> list[str]:
    """List the schema.org types of a JSON-LD object."""
    kinds = item.get("@type")
    return [str(kind) for kind in kinds] if isinstance(kinds, list) else [str(kinds)] if kinds else []


def _witnesses(markup: Markup, title: str, blocks: Sequence[Block], declared_language: str) -> tuple[Witness, ...]:
    language = language_of(" ".join(block.text for block in blocks[:5])[:600]) or declared_language or None
    first_text = next((block.text for block in blocks if block.kind is not PassageKind.HEADING), "")
    beside = visible_witness(markup.tree, title, first_text, language)
    found = [*markup_witnesses(markup.metas, markup.objects, markup.tree), beside, address_witness(markup.url)]
    return tuple(witness for witness in found if witness)


def _page_objects(value: object) -> Iterator[dict[str, object]]:
    """Walk lists, `@graph` and `mainEntity` only: lists of related articles are not about this page."""
    if isinstance(value, list):
        for part in value:
            yield from _page_objects(part)
    elif isinstance(value, dict) and "ItemList" not in types_of(value):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _page_objects(value.get(key))


def _names(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for part in value:
            yield from _names(part)
    elif isinstance(value, dict) and "Organization" not in types_of(value):
        yield from _names(value.get("name"))
    elif isinstance(value, str):
        yield value


def _title_of(markup: Markup, title_hint: str | None) -> str:
    """Choose the title that most parts of the page agree on, a main heading before all."""
    headings = [_line(" ".join(node.xpath(SEEN_TEXT))) for node in islice(markup.tree.iter("h1"), 4)]
    stated = [markup.metas.get(name, "") for name in TITLE_METAS]
    stated += [str(item.get("headline") or "") for item in markup.objects[:3]]
    headings, stated = ([text[:MAX_LINE_CHARS] for text in texts] for texts in (headings, stated))
    window = _line(" ".join(markup.tree.xpath("//head/title[1]//text()")))[:MAX_LINE_CHARS]
    sources = [_line(source) for source in (*headings, *stated, window, title_hint or "") if source.strip()]
    sources += [] if headings else _short_lines(markup.tree, window)
    candidates = [*headings, *map(_line, stated), title_hint or "", *TITLE_SEPARATOR.split(window), window]
    # A heading may be the section's; the list's title for the page, standing there and leading nowhere, is its own.
    is_own_line = bool(title_hint) and _wording(title_hint or "") in {
        _wording(line) for line in _unlinked_lines(markup.tree)
    }
    site = {_wording(markup.site_name or ""), _wording(site_of(markup.url).split(".")[0])}
    ranked = [
        (
            _support(candidate, sources)
            + 1.5 * (candidate in headings)
            + 2.5 * (candidate == title_hint and is_own_line)
            - 9 * (_wording(candidate) in site),
            -place,
            candidate,
        )
        for place, candidate in enumerate(candidates)
        if _wording(candidate) and len(candidate) <= MAX_TITLE_CHARS and not re.search(r"[<{]", candidate)
    ]
    return max(ranked)[2] if ranked else ""


def _unlinked_lines(tree: HtmlElement) -> set[str]:
    """Give the body's lines that are no links."""
    return {_line(str(text)) for text in tree.xpath("//body//text()[not(ancestor::a)][string-length() > 3]")}


def _short_lines(tree: HtmlElement, window: str) -> list[str]:
    """List the lines of the body that the window's title contains: its article's heading is one of them."""
    lines = {_line(str(text)) for text in tree.xpath("//body//text()[string-length() > 9]")}
    return [line for line in lines if line and line in window]


def _support(candidate: str, sources: Sequence[str]) -> float:
    """Count the places that contain the candidate; a long agreement says more than a short one."""
    wording = _wording(candidate)
    return sum(wording in _wording(source) for source in sources) + min(len(wording), 40) / 40


def _wording(text: str) -> str:
    return "".join(re.findall(r"\w+", text.casefold()))


def _line(text: str) -> str:
    return " ".join(UNPRINTED.sub("", text).split())


def _linked_texts(tree: HtmlElement) -> frozenset[str]:
    texts = (_line(node.text_content()) for node in tree.iter("a") if node.get("href"))
    return frozenset(text for text in texts if text)


def _raw_blocks(tree: HtmlElement, url: str) -> list[Block]:
    """Extract fast; where that yields little, take the page's bare paragraphs, then the full and the lenient mode."""
    best = _extracted_blocks(tree, url, {"fast": True})
    bare = list(_bare_paragraphs(tree))
    if _weight(best) >= MIN_TEXT_CHARS and len(best) > 1:
        return best if _weight(bare) < MUCH_MORE * _weight(best) else _fuller(best, bare, tree, url)
    # A single block is the library's last resort: the whole page run together.
    needed = RUN_TOGETHER_SHARE if len(best) == 1 else BARE_GAIN
    best = bare if _weight(bare) > needed * _weight(best) else best
    if _weight(best) >= MIN_TEXT_CHARS:
        return best
    for options in ({"fast": False}, {"fast": True, "favor_recall": True}):
        blocks = _extracted_blocks(tree, url, options)
        # Lenient modes sweep up menus: a short page is better read strictly than at a little more length.
        if _weight(blocks) > LENIENT_GAIN * _weight(best) and (len(blocks) > 1 or not best):
            best = blocks
    return best


def _fuller(best: list[Block], bare: Sequence[Block], tree: HtmlElement, url: str) -> list[Block]:
    """Read once more in full where the page has many more paragraphs; take that if it has more of them."""
    full = _extracted_blocks(tree, url, {"fast": False})
    paragraphs = {block.text for block in bare}
    had, has = (sum(len(block.text) for block in blocks if block.text in paragraphs) for blocks in (best, full))
    return full if has > BARE_GAIN * had else best


def _bare_paragraphs(tree: HtmlElement) -> Iterator[Block]:
    """Yield the lines of the paragraphs outside navigation whose text is mostly not links."""
    for node in tree.xpath("//p[not(ancestor::nav or ancestor::footer or ancestor::aside or ancestor::header)]"):
        lines = [_line(line) for line in "".join(_pieces_of(node)).split("\0")]
        if 2 * sum(len(link.text_content()) for link in node.iter("a")) <= sum(map(len, lines)):
            yield from (_block_of_line(line, PassageKind.PARAGRAPH) for line in lines if line)


def _pieces_of(node: HtmlElement) -> Iterator[str]:
    """Yield the texts of a paragraph, with a zero character for each line break."""
    for piece in node.xpath(f"{SEEN_TEXT} | .//br"):
        yield piece if isinstance(piece, str) else "\0"


def _extracted_blocks(tree: HtmlElement, url: str, options: Mapping[str, bool]) -> list[Block]:
    from trafilatura import bare_extraction

    try:
        document = bare_extraction(tree, url=url or None, include_comments=False, with_metadata=False, **options)
    except (ParserError, ValueError):
        return []
    return list(_blocks_of(document.body)) if document is not None else []


def _with_lost_headings(blocks: Sequence[Block], tree: HtmlElement) -> list[Block]:
    """Put back the headings that the library drops: without them an `About us` looks like the article's end."""
    openings: dict[str, list[tuple[str, str]]] = {}
    for node in islice(tree.iter("h2", "h3", "h4", "h5", "h6"), MAX_HEADINGS):
        heading, after = _line(node.text_content()), node.getnext()
        text = _line(after.text_content()) if after is not None and isinstance(after.tag, str) else ""
        if heading and text and len(heading) <= MAX_TITLE_CHARS:
            openings.setdefault(text[:OPENING_CHARS], []).append((text, heading))
    known = {block.text for block in blocks}
    whole: list[Block] = []
    for block in blocks:
        for text, heading in openings.get(block.text[:OPENING_CHARS], ()):
            if heading not in known and text.startswith(block.text[: 5 * OPENING_CHARS]):
                whole.append(Block(PassageKind.HEADING, heading))
                known.add(heading)
        whole.append(block)
    return whole


def _weight(blocks: Sequence[Block]) -> int:
    text = "".join(block.text for block in blocks)
    return len(text) + IDEOGRAPH_WEIGHT * len(re.findall(r"[㐀-鿿]", text))


def _blocks_of(body: HtmlElement) -> Iterator[Block]:
    for element in body:
        if element.tag == "list":
            yield from _items_of(element)
        elif element.tag == "table":
            yield from _blocks_of_table(element)
        else:
            for line in _lines_of(element):
                yield _block_of_line(line, TEXT_TAGS.get(element.tag, PassageKind.PARAGRAPH))


def _block_of_line(line: str, kind: PassageKind) -> Block:
    bare = BULLET.sub("", line)
    return Block(PassageKind.LIST_ITEM, bare) if bare != line and bare else Block(kind, line)


def _items_of(element: HtmlElement) -> Iterator[Block]:
    for item in element.iter("item"):
        text = _line(" ".join(_own_text(item)))
        if text:
            yield Block(PassageKind.LIST_ITEM, BULLET.sub("", text) or text)


def _own_text(item: HtmlElement) -> Iterator[str]:
    """Yield the text of a list item without that of the items nested in it."""
    yield item.text or ""
    for child in item:
        if child.tag not in ("list", "item"):
            yield "".join(child.itertext())
        yield child.tail or ""


def _blocks_of_table(element: HtmlElement) -> Iterator[Block]:
    """Keep a table in one block, a row a line; a table that only lays out the page gives paragraphs."""
    cells = [_line(" ".join(cell.itertext())) for cell in element.iter("cell")]
    if any(len(cell) > LAYOUT_CELL_CHARS for cell in cells) or len(cells) == 1:
        for cell in element.iter("cell"):
            for line in _lines_of(cell):
                yield _block_of_line(line, PassageKind.PARAGRAPH)
        return
    rows = [" | ".join(_line(" ".join(cell.itertext())) for cell in row.iter("cell")) for row in element.iter("row")]
    text = "\n".join(row for row in rows if row.strip(" |"))
    if text:
        yield Block(PassageKind.TABLE, text)


def _lines_of(element: HtmlElement) -> list[str]:
    """Split at line breaks, except inside a sentence, and at nested paragraphs."""
    parts = [[element.text or ""]]
    for child in element.iterdescendants():
        if child.tag in ("lb", "p", "row", "item"):
            parts.append([])
        parts[-1].append(child.text or "")
        if child.tag in ("p", "row", "item") and child.tail and child.tail.strip():
            parts.append([])
        parts[-1].append(child.tail or "")
    lines: list[list[str]] = []
    for line in filter(None, (_line("".join(part)) for part in parts)):
        if lines and line[0].islower() and re.search(r"[\w,]$", lines[-1][-1][-1:]):
            lines[-1].append(line)
        elif not (lines and len(lines[-1]) == 1 and is_same_wording(lines[-1][0], line)):
            lines.append([line])
    return [" ".join(line) for line in lines]
