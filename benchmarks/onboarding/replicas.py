"""Reads a replica: a folder with a site file, items and templates becomes addresses with answers, and what is true."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, ConfigDict, Field

FOLDER = Path(__file__).parent
SETS = ("tuning", "apart")


class Strict(BaseModel):
    """A part of a replica's files; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Item(Strict):
    """A page that belongs to the section; `date` is what a good reader finds (ISO, partial or absent)."""

    path: str
    title: str
    date: str | None = None
    shown_date: str = ""
    teaser: str = ""
    paragraphs: tuple[str, ...] = ()
    document: Literal["pdf"] | None = None
    extra: Mapping[str, str] = Field(default_factory=dict)


class IndexPage(Strict):
    """One page of the list: which items (by their place, from 0; `last` excluded) it shows."""

    path: str
    template: str
    first: int = 0
    last: int
    content_type: str = "text/html"


class OtherPage(Strict):
    """Any other address: feed, sitemap, robots.txt, menu page, error page; the items are there to be listed too."""

    path: str
    template: str
    content_type: str = "text/html"
    status: int = 200
    first: int = 0
    last: int | None = None


class Site(Strict):
    """What a replica is."""

    name: str
    kind: str
    language: Literal["en", "zh", "ru", "fr"]
    host: str
    home: str
    has_feed: bool
    charset: str = "utf-8"
    charset_in: Literal["header", "meta", "nowhere"] = "header"
    article: str = "article.html"
    index: tuple[IndexPage, ...]
    other: tuple[OtherPage, ...] = ()
    note: Annotated[str, Field(min_length=10)]


@dataclass(frozen=True)
class Answer:
    """What one address answers."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True)
class Replica:
    """A replica site: its answers by path (query included), and the items that its section has, newest first."""

    folder: Path
    site: Site
    items: tuple[Item, ...]

    @property
    def home(self) -> str:
        """The address that an analyst would paste."""
        return f"http://{self.site.host}{self.site.home}"

    def address(self, item: Item) -> str:
        """Give the address of an item."""
        return f"http://{self.site.host}{item.path}"

    @property
    def listed(self) -> tuple[Item, ...]:
        """The items that the pages of its list show."""
        shown = sorted({place for page in self.site.index for place in range(page.first, page.last)})
        return tuple(self.items[place] for place in shown)

    def answers(self) -> dict[str, Answer]:
        """Render every address."""
        environment = _environment(self.folder)
        site = self.site
        answers = {item.path: self._article(environment, item) for item in self.items}
        for number, page in enumerate(site.index, start=1):
            shown = self.items[page.first : page.last]
            answers[page.path] = self._rendered(environment, page.template, page.content_type, shown, number)
        for other in site.other:
            shown = self.items[other.first : other.last]
            answer = self._rendered(environment, other.template, other.content_type, shown, 1)
            answers[other.path] = Answer(other.status, answer.content_type, answer.body)
        return answers

    def _article(self, environment: Environment, item: Item) -> Answer:
        if item.document == "pdf":
            return Answer(200, "application/pdf", pdf_of(item))
        return self._rendered(environment, self.site.article, "text/html", (item,), 1)

    def _rendered(
        self, environment: Environment, template: str, content_type: str, items: Sequence[Item], number: int
    ) -> Answer:
        text = environment.get_template(template).render(
            site=self.site, items=items, item=items[0] if items else None, all_items=self.items, number=number
        )
        is_html = content_type == "text/html"
        charset = self.site.charset if is_html else "utf-8"
        told = f"; charset={charset}" if is_html and self.site.charset_in == "header" else ""
        return Answer(200, content_type + told, text.encode(charset, "xmlcharrefreplace"))


@cache
def _environment(folder: Path) -> Environment:
    return Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)


def pdf_of(item: Item) -> bytes:
    """Print an item as a PDF of its paragraphs."""
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate

    styles = getSampleStyleSheet()
    if re.search(r"[\u3400-\u9fff]", item.title):
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        for style in styles.byName.values():
            style.fontName = "STSong-Light"
    sheet = io.BytesIO()
    flow: list[Flowable] = [
        Paragraph(item.title, styles["Title"]),
        *(Paragraph(text, styles["BodyText"]) for text in item.paragraphs),
    ]
    SimpleDocTemplate(sheet, title=item.title, invariant=1).build(flow)
    return sheet.getvalue()


def load_replica(folder: Path) -> Replica:
    """Read one replica; its files are strict, so that a misspelt key is an error."""
    site = Site.model_validate(tomllib.loads((folder / "site.toml").read_text(encoding="utf-8")))
    rows = tomllib.loads((folder / "items.toml").read_text(encoding="utf-8"))["item"]
    return Replica(folder, site, tuple(Item.model_validate(row) for row in rows))


def load_replicas(name: str) -> Iterator[Replica]:
    """Read the replicas of one set, `tuning` or `apart`, by their folders' names."""
    for folder in sorted((FOLDER / name).iterdir()):
        if (folder / "site.toml").is_file():
            yield load_replica(folder)
