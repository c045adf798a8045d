"""A small healthy news site as bytes: feed, list, sitemap, robots.txt and articles with text that reads as such.

Apart from `fault_web.py`, which serves such sites and breaks them.
"""

from __future__ import annotations

import datetime as dt
import html
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import format_datetime

from models.vocabulary import SourceKind

FIRST_DAY = dt.datetime(2022, 3, 1, 8, tzinfo=dt.UTC)
NEWEST = 3
INDEX_PATHS = {SourceKind.FEED: "/feed.xml", SourceKind.LISTING: "/news/", SourceKind.SITEMAP: "/sitemap.xml"}
CONTENT_TYPES = {SourceKind.FEED: "application/rss+xml", SourceKind.SITEMAP: "application/xml"}
HTML_TYPE = "text/html; charset=utf-8"
SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
AGENCIES = ("CNSA", "ESA", "Roscosmos", "CNES", "JAXA", "UNOOSA", "DLR", "ISRO", "UKSA", "ASI")
TITLES = {
    "en": "{a} and {b} agree on joint mission number {n}",
    "ru": "{a} и {b} договорились о совместной миссии номер {n}",
    "zh": "{a}与{b}就第{n}次联合任务达成合作协议",
}
SENTENCES = {
    "en": (
        "{a} and {b} signed a memorandum on cooperation in orbit at a ceremony that {n} guests attended in Vienna.",
        "Under the plan {a} provides the detectors of the instrument, while {b} builds the platform and its antenna.",
        "The spacecraft will carry {n} experiments that were chosen by scientists of both agencies last autumn.",
        "Engineers tested the antenna for {n} hours before {b} accepted it and shipped it to the launch site.",
        "Data from the mission will be open to all; {a} expects {n} universities to use them in the first year.",
        "The working group of {a} and {b} meets twice a year, and its next session takes place in Geneva.",
        "Students from {n} countries may apply for the summer school that {a} holds together with {b}.",
    ),
    "ru": (
        "Госкорпорация {a} и агентство {b} подписали в Москве соглашение, которое предусматривает {n} экспериментов.",
        "Аппарат, созданный специалистами {a}, несёт {n} приборов для изучения океана и атмосферы Земли.",
        "«Мы готовили этот шаг {n} месяцев», — заявил руководитель {a} после встречи с коллегами из {b}.",
        "Инженеры проверяли антенну {n} часов, прежде чем представители {b} приняли её и отправили на космодром.",
        "Данные миссии будут открыты: в {a} ожидают, что их используют {n} университетов уже в следующем году.",
    ),
    "zh": (
        "{a}与{b}在北京签署合作谅解备忘录，双方将共同开展{n}项空间科学实验，并对其他国家开放参与机会。",
        "该卫星由{a}研制，搭载{n}台有效载荷，主要用于海洋观测、森林监测以及防灾减灾等领域的国际合作。",
        "“我们为这一天准备了{n}个月”，{a}负责人在会见{b}代表团后表示，下一阶段工作将于年内启动。",
        "工程技术人员对天线进行了{n}小时测试，{b}完成验收后，设备已经运往发射场并开始总装工作。",
        "任务数据将向全世界开放，{a}预计第一年将有{n}所大学的科研人员申请使用这些数据开展研究。",
    ),
}
FRAME = (
    "<!DOCTYPE html><html lang='{lang}'><head>{charset}<title>{title}</title></head><body><nav><ul>"
    "<li><a href='/about/'>About</a></li><li><a href='/contact/'>Contact</a></li></ul></nav>"
    "<main>{content}</main><footer><p>© {host}</p></footer></body></html>"
)


@dataclass(frozen=True)
class Reply:
    """What a server answers; `declared_length` claims another length than the body has."""

    body: bytes = b""
    content_type: str = HTML_TYPE
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    declared_length: int | None = None


@dataclass(frozen=True)
class Item:
    """One published item, as the site's index gives it."""

    number: int
    url: str
    title: str
    at: dt.datetime | None
    guid: str


@dataclass
class Site:
    """A publisher's site, and how many items it has published so far."""

    host: str
    origin: str
    kind: SourceKind = SourceKind.FEED
    language: str = "en"
    item_count: int = 4
    today: dt.datetime = FIRST_DAY

    @property
    def index_path(self) -> str:
        """Where its index is."""
        return INDEX_PATHS[self.kind]

    @property
    def index_url(self) -> str:
        """The address of its index."""
        return self.origin + self.index_path

    @property
    def items(self) -> tuple[Item, ...]:
        """What it has published, the newest first."""
        return tuple(self.item(number) for number in range(self.item_count, 0, -1))

    @property
    def urls(self) -> set[str]:
        """The addresses of all that it has published."""
        return {item.url for item in self.items}

    def item(self, number: int) -> Item:
        """Give one of its items; always the same for the same number."""
        rng = random.Random(f"{self.host}{number}")
        first, second = rng.sample(AGENCIES, 2)
        title = TITLES[self.language].format(a=first, b=second, n=number)
        url = f"{self.origin}/news/{number:03}.html"
        return Item(number, url, title, FIRST_DAY + dt.timedelta(days=number), f"{self.host}-{number}")

    def article(self, item: Item) -> Reply:
        """Write an item's page."""
        text = "".join(f"<p>{sentence}</p>" for sentence in self.sentences(item))
        day = f"<time datetime='{item.at:%Y-%m-%d}'>{item.at:%d %B %Y}</time>" if item.at else ""
        return self.page(f"<article><h1>{item.title}</h1>{day}{text}</article>", title=item.title)

    def sentences(self, item: Item) -> list[str]:
        """Give the paragraphs of an item's text, in their order."""
        rng = random.Random(f"{self.host}text{item.number}")
        templates = rng.sample(SENTENCES[self.language], 5)
        return [
            template.format(a=first, b=second, n=rng.randint(2, 998))
            for template in templates
            for first, second in [rng.sample(AGENCIES, 2)]
        ]

    def page(self, content: str, *, title: str = "News", charset: str = "<meta charset='utf-8'>") -> Reply:
        """Write a page of the site around some content."""
        made = FRAME.format(lang=self.language, title=title, content=content, host=self.host, charset=charset)
        return Reply(made.encode())

    def index(self, items: Sequence[Item]) -> Reply:
        """Write the site's index of some items."""
        if self.kind is SourceKind.LISTING:
            rows = "".join(f"<li><a href='{item.url}'>{item.title}</a> {_day(item)}</li>" for item in items)
            return self.page(f"<ul class='news'>{rows}</ul>")
        body = feed_of(items) if self.kind is SourceKind.FEED else sitemap_of([item.url for item in items])
        return Reply(body, CONTENT_TYPES[self.kind])

    def reply(self, path: str) -> Reply:
        """Answer for a path."""
        if path == self.index_path:
            return self.index(self.items)
        if path == "/robots.txt":
            return Reply(b"User-agent: *\nDisallow: /closed/\n", "text/plain")
        if path == "/":
            newest = "".join(f"<li><a href='{item.url}'>{item.title}</a></li>" for item in self.items[:NEWEST])
            return self.page(f"<h1>Welcome</h1><p>News from orbit.</p><ul>{newest}</ul>", title=self.host)
        item = self.item_at(path)
        return self.article(item) if item else Reply(b"<h1>Not Found</h1>", status=404)

    def item_at(self, path: str) -> Item | None:
        """Find the published item whose page is at a path."""
        return next((item for item in self.items if item.url == self.origin + path), None)


def _day(item: Item) -> str:
    return f"{item.at:%d.%m.%Y}" if item.at else ""


def feed_of(items: Sequence[Item]) -> bytes:
    """Write RSS 2.0."""
    entries = "".join(
        f"<item><title>{html.escape(item.title)}</title><link>{item.url}</link>"
        f"<guid isPermaLink='false'>{item.guid}</guid>"
        + (f"<pubDate>{format_datetime(item.at)}</pubDate>" if item.at else "")
        + "</item>\n"
        for item in items
    )
    head = "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>News</title>\n"
    return f"{head}{entries}</channel></rss>".encode()


def sitemap_of(urls: Sequence[str]) -> bytes:
    """Write a sitemap."""
    entries = "".join(f"<url><loc>{url}</loc></url>\n" for url in urls)
    return f"<?xml version='1.0' encoding='utf-8'?><urlset xmlns='{SITEMAPS}'>\n{entries}</urlset>".encode()
