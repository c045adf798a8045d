"""The texts that the generator lays into pages: our own, and public ones that a folder holds."""

from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lxml import html as lxml_html
from lxml.html import HtmlElement

from perilune.demo.blocks import blocks_of
from perilune.demo.content import load_library

TEXTS = Path(__file__).with_name("extraction_looks") / "texts.toml"
HEADING_SHARE = 0.4
LIST_SHARE = 0.3
TABLE_SHARE = 0.2
MOST_BLOCKS = 40
MIN_STORY_CHARS = 400
MIN_PARAGRAPH_CHARS = {"zh": 25}
OTHER_PARAGRAPH_CHARS = 70
LANGUAGES = ("en", "zh", "ru", "fr")


@dataclass(frozen=True)
class StoryBlock:
    """One block: `p` and `h2` have text, `ul` has items, `table` has rows."""

    tag: str
    text: str = ""
    points: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def lines(self) -> str:
        """The block as plain text."""
        return "\n".join(filter(None, (self.text, *self.points, *(" ".join(row) for row in self.rows))))


@dataclass(frozen=True)
class Story:
    """An article without a page."""

    title: str
    language: str
    blocks: tuple[StoryBlock, ...]


@dataclass(frozen=True)
class _Pool:
    """Texts of our own in one language: paragraphs, and lines that can be titles, headings or points of a list."""

    paragraphs: tuple[str, ...]
    titles: tuple[str, ...]
    points: tuple[str, ...]


@cache
def _pool(language: str) -> _Pool:
    written = tomllib.loads(TEXTS.read_text(encoding="utf-8")).get(language, {})
    shortest = MIN_PARAGRAPH_CHARS.get(language, OTHER_PARAGRAPH_CHARS)
    pages = [page for page in load_library().pages if page.language == language and page.text]
    blocks = [block for page in pages for block in blocks_of(page.text)]
    lines = [" ".join(block.lines) for block in blocks if block.kind == "p"]
    titles = dict.fromkeys((*written.get("titles", ()), *(page.title for page in pages)))
    return _Pool(
        (*written.get("paragraphs", ()), *(line for line in lines if len(line) >= shortest)),
        tuple(titles),
        tuple(written.get("points", ())) or tuple(titles)[:40],
    )


def own_story(language: str, chance: random.Random, *, parity: int) -> Story:
    """Make an article of our own paragraphs, of the even or the odd half; now and then with a list or a table."""
    pool = _pool(language)
    paragraphs, titles = pool.paragraphs[parity::2], pool.titles[parity::2]
    chosen = chance.sample(paragraphs, min(len(paragraphs), chance.randint(4, 9)))
    title, heading = chance.sample(titles, 2)
    blocks = [StoryBlock("p", line) for line in chosen]
    if chance.random() < HEADING_SHARE:
        blocks.insert(2, StoryBlock("h2", heading))
    if chance.random() < LIST_SHARE:
        blocks.insert(-1, StoryBlock("ul", points=tuple(chance.sample(pool.points, 4))))
    if chance.random() < TABLE_SHARE:
        rows = [(str(year), chance.choice(pool.points), str(chance.randint(10, 990))) for year in range(2018, 2022)]
        blocks.insert(-1, StoryBlock("table", rows=tuple(rows)))
    return Story(title, language, tuple(blocks))


def public_stories(folder: Path) -> list[Story]:
    """Read the articles of gov.uk content items and of a Chinese daily programme below a folder."""
    found = [*_govuk_stories(folder / "govuk"), *_programme_stories(folder / "text")]
    return [story for story in found if sum(len(block.lines) for block in story.blocks) >= MIN_STORY_CHARS]


def _govuk_stories(folder: Path) -> Iterator[Story]:
    seen = set[str]()
    for path in sorted(folder.rglob("*.json")):
        item = json.loads(path.read_text(encoding="utf-8"))
        body = item["details"].get("body")
        if item.get("locale") == "en" and body and item["title"] not in seen:
            seen.add(item["title"])
            yield Story(item["title"], "en", tuple(_blocks_of_html(lxml_html.fromstring(body)))[:MOST_BLOCKS])


def _blocks_of_html(tree: HtmlElement) -> Iterator[StoryBlock]:
    for node in tree.iter("p", "h2", "h3", "ul", "ol", "table"):
        if any(parent.tag in ("li", "table", "ul", "ol") for parent in node.iterancestors()):
            continue
        text = _line(node)
        if node.tag in ("ul", "ol"):
            yield StoryBlock("ul", points=tuple(filter(None, map(_line, node.xpath("./li[not(.//ul)]")))))
        elif node.tag == "table":
            rows = [tuple(map(_line, row.xpath("./th|./td"))) for row in node.iter("tr")]
            yield StoryBlock("table", rows=tuple(row for row in rows[:12] if any(row)))
        elif text:
            yield StoryBlock("p" if node.tag == "p" else "h2", text)


def _line(node: HtmlElement) -> str:
    return " ".join(node.text_content().split())


def _programme_stories(folder: Path) -> Iterator[Story]:
    for path in sorted(folder.glob("cctv*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            blocks = [StoryBlock("p", part.strip()) for part in item["text"].splitlines() if part.strip()]
            yield Story(item["title"], "zh", tuple(blocks)[:MOST_BLOCKS])
