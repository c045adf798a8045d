"""Sites of five kinds that publish at given times: their indexes, home pages and article pages as bytes."""

from __future__ import annotations

import datetime as dt
import html
import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from enum import StrEnum
from functools import cached_property

from babel.dates import format_date

from benchmarks.health_times import FIRST_MONDAY, Series
from crawler.health.answers import Answer
from crawler.kept import Fetched
from models.vocabulary import SourceKind
from models.way import Way

AGENCIES = ("CNSA", "ESA", "Roscosmos", "CNES", "JAXA", "UNOOSA", "DLR", "ISRO", "UKSA", "ASI")
LANGUAGES = {"US": "en", "FR": "fr", "RU": "ru", "CN": "zh"}
SENTENCES = {
    "en": (
        "{a} and {b} signed a memorandum on “cooperation in orbit” at a ceremony that {n} guests attended in Vienna.",
        "Under the plan, {a} provides the instrument’s detectors, while {b} builds the platform and pays {n} million.",
        "The spacecraft – the {n}th of its series – will carry experiments chosen by both agencies’ scientists.",
        "“We’ve waited for this for {n} months,” the head of {a} said; talks with {b} had begun in Geneva.",
        "Engineers of {a} tested the antenna for {n} hours before {b} accepted it and shipped it to the launch site.",
        "Data from the mission will be open to all; {a} expects {n} universities to use them in the first year.",
        "The working group of {a} and {b} meets twice a year, and its {n}th session takes place in Beijing.",
        "Students from {n} countries may apply for the summer school that {a} holds together with {b}.",
    ),
    "fr": (
        "L’agence {a} et {b} ont signé à Paris un accord de coopération qui prévoit {n} expériences à réaliser.",
        "Le satellite, développé par {a}, emportera {n} instruments dédiés à l’étude des océans et des forêts.",
        "« Nous préparons cette étape depuis {n} mois », a déclaré le président de {a} après la réunion avec {b}.",
        "Les équipes françaises ont contrôlé l’antenne pendant {n} heures avant de la livrer à {b}, à Kourou.",
        "Les données seront accessibles à tous : {a} espère que {n} universités les utiliseront dès l’année prochaine.",
        "Le groupe de travail réunissant {a} et {b} s’est réuni à Genève ; sa {n}e séance aura lieu à l’été.",
    ),
    "ru": (
        "Госкорпорация {a} и агентство {b} подписали в Москве соглашение, которое предусматривает {n} экспериментов.",
        "Аппарат, созданный специалистами {a}, несёт {n} приборов для изучения океана и атмосферы Земли.",
        "«Мы готовили этот шаг {n} месяцев», — заявил руководитель {a} после встречи с коллегами из {b}.",
        "Инженеры проверяли антенну {n} часов, прежде чем представители {b} приняли её и отправили на космодром.",
        "Данные миссии будут открыты: в {a} ожидают, что их используют {n} университетов уже в следующем году.",
        "Рабочая группа {a} и {b} собирается дважды в год; её {n}-е заседание пройдёт в Вене осенью.",
    ),
    "zh": (
        "{a}与{b}在北京签署合作谅解备忘录，双方将共同开展{n}项空间科学实验，并对其他国家开放参与机会。",
        "该卫星由{a}研制，搭载{n}台有效载荷，主要用于海洋观测、森林监测以及防灾减灾等领域的国际合作。",
        "“我们为这一天准备了{n}个月”，{a}负责人在会见{b}代表团后表示，下一阶段工作将于年内启动。",
        "工程技术人员对天线进行了{n}小时测试，{b}完成验收后，设备已经运往发射场并开始总装工作。",
        "任务数据将向全世界开放，{a}预计第一年将有{n}所大学的科研人员申请使用这些数据开展研究。",
        "{a}与{b}联合工作组每年举行两次会议，第{n}次会议将在维也纳召开，讨论月球与深空探测合作。",
    ),
}
TITLES = {
    "en": "{a} and {b} agree on joint mission no. {n} – “a new step”",
    "fr": "{a} et {b} préparent la mission n° {n} : une étape décisive",
    "ru": "{a} и {b} договорились о совместной миссии № {n}",
    "zh": "{a}与{b}就第{n}次联合任务达成合作协议",
}
ABOUT = {
    "en": "About us. We use cookies to make this site better. Read our privacy policy and choose what you allow here.",
    "fr": "À propos. Ce site utilise des cookies afin d’améliorer votre expérience. Gérez ici vos préférences.",
    "ru": "О нас. Сайт использует файлы cookie, чтобы улучшить вашу работу с ним. Подробнее читайте в разделе.",
    "zh": "关于我们。本网站使用浏览器缓存以改善您的访问体验，请阅读我们的隐私政策并选择您允许的内容。版权所有。",
}
PAST_ITEMS = 24
HOME_ITEMS = 10
OTHER_SECTION_PERIOD = dt.timedelta(days=9)


class Flavour(StrEnum):
    """What a site's index is."""

    RSS = "rss"
    ATOM = "atom"
    CARDS = "cards"
    TABLE = "table"
    NEWS_SITEMAP = "news-sitemap"


KINDS = {
    Flavour.RSS: SourceKind.FEED,
    Flavour.ATOM: SourceKind.FEED,
    Flavour.CARDS: SourceKind.LISTING,
    Flavour.TABLE: SourceKind.LISTING,
    Flavour.NEWS_SITEMAP: SourceKind.SITEMAP,
}


@dataclass(frozen=True)
class Item:
    """One published item."""

    number: int
    at: dt.datetime
    title: str
    url: str


@dataclass(frozen=True)
class Site:
    """A publisher's site: what it is like, and when it publishes."""

    series: Series
    flavour: Flavour
    host: str
    length: int
    is_dated: bool
    gives_304: bool
    has_useful_home: bool
    has_two_indexes: bool
    has_pages: bool

    @property
    def language(self) -> str:
        """The language of its texts."""
        return LANGUAGES[self.series.country]

    @property
    def kind(self) -> SourceKind:
        """How it is watched."""
        return KINDS[self.flavour]

    @property
    def charset(self) -> str:
        """Old Chinese tables are in GB 18030."""
        return "gb18030" if self.flavour is Flavour.TABLE and self.language == "zh" else "utf-8"

    @property
    def home(self) -> str:
        """The address of its home page."""
        return f"https://{self.host}/"

    @property
    def way(self) -> Way:
        """How the source is watched."""
        paths = {SourceKind.FEED: "feed.xml", SourceKind.SITEMAP: "news.xml", SourceKind.LISTING: "news/"}
        addresses = [f"https://{self.host}/{paths[self.kind]}"]
        if self.has_two_indexes:
            addresses.append(f"https://{self.host}/science/{paths[self.kind]}")
        pattern = rf"^https://{self.host}/news/(?:\d{{4}}/\d\d/)?[\w-]+\.html$"
        links = pattern if self.kind == SourceKind.LISTING else None
        return Way(kind=self.kind, addresses=tuple(addresses), links=links)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """All items, the oldest first; those before the half year mirror its first ones."""
        start, times = self.series.start, self.series.times
        gaps = [moment - start for moment in times[:PAST_ITEMS]]
        while len(gaps) < PAST_ITEMS:
            gaps.append((gaps[-1] if gaps else dt.timedelta()) + self.series.interval)
        moments = [start - gap - dt.timedelta(hours=1) for gap in reversed(gaps)] + list(times)
        return tuple(self._item(number, moment) for number, moment in enumerate(moments))

    def _item(self, number: int, moment: dt.datetime) -> Item:
        rng = random.Random(f"{self.host}{number}")
        first, second = rng.sample(AGENCIES, 2)
        title = TITLES[self.language].format(a=first, b=second, n=number + 1)
        slug = f"{first}-{second}-mission-{number + 1}".lower()
        folder = f"{moment:%Y/%m}/" if self.is_dated else ""
        return Item(number, moment, title, f"https://{self.host}/news/{folder}{slug}.html")

    def shown(self, now: dt.datetime, length: int | None = None) -> list[Item]:
        """List the newest items, the newest first."""
        count = bisect_right(self.items, now, key=lambda item: item.at)
        return list(reversed(self.items[max(0, count - (length or self.length)) : count]))

    def index(self, url: str, now: dt.datetime) -> Answer:
        """Answer for one of its indexes; with two, each has every other item, and pages of a list are numbered."""
        shown = self.shown(now, 2 * self.length if self.has_two_indexes else None)
        if self.has_two_indexes:
            is_second = url.startswith(f"https://{self.host}/science/")
            shown = [item for item in shown if (item.number % 2 == 1) == is_second]
        if "?page=" in url:
            page = int(url.rpartition("=")[2])
            shown = self.shown(now, page * self.length)[(page - 1) * self.length :]
        return self.answer(url, self.index_body(shown, now), self.content_type)

    @property
    def content_type(self) -> str:
        """What its index is declared to be."""
        if self.kind == SourceKind.LISTING:
            return "text/html" if self.charset == "gb18030" else "text/html; charset=utf-8"
        return "application/rss+xml" if self.kind == SourceKind.FEED else "application/xml"

    def index_body(self, shown: Sequence[Item], now: dt.datetime) -> bytes:
        """Write its index of some items."""
        if self.flavour is Flavour.RSS:
            return rss_of(shown, is_dated=self.is_dated)
        if self.flavour is Flavour.ATOM:
            return atom_of(shown, is_dated=self.is_dated)
        if self.flavour is Flavour.NEWS_SITEMAP:
            return sitemap_of(shown)
        return self.page(list_of(shown, self, is_dated=self.is_dated), now)

    def home_page(self, now: dt.datetime) -> Answer:
        """Answer for the home page: the newest items, some of another section, or nothing but a script."""
        if not self.has_useful_home:
            return self.answer(self.home, self.page("<div id='app'></div><script src='/app.js'></script>", now))
        other = (now - dt.datetime(2020, 1, 1, tzinfo=dt.UTC)) // OTHER_SECTION_PERIOD
        others = "".join(
            f"<p><a href='/science/{now:%Y/%m}/team-{number}.html'>A portrait of our team no. {number}</a>"
            for number in range(other, other + 3)
        )
        return self.answer(
            self.home, self.page(list_of(self.shown(now, HOME_ITEMS), self, is_dated=True) + others, now)
        )

    def article(self, item: Item) -> Answer:
        """Answer for an article's page, the same for every seed, so that each needs to be read by the pipeline once."""
        rng = random.Random(f"{self.host}article{item.number}")
        is_short = rng.random() < 0.04
        is_dated = rng.random() >= 0.03
        count = 1 if is_short else min(24, max(4, round(rng.lognormvariate(2.3, 0.35))))
        text = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in self.sentences(rng, count))
        at = dt.date(2022, 1, 1) + dt.timedelta(days=item.number)
        day = f"<time datetime='{at:%Y-%m-%d}'>{format_date(at, 'd MMMM y', locale='en')}</time>"
        body = f"<article><h1>{html.escape(item.title)}</h1>{day if is_dated else ''}{text}</article>"
        return self.answer(item.url, self.page(body, FIRST_MONDAY, title=item.title), "text/html; charset=utf-8")

    def sentences(self, rng: random.Random, count: int) -> list[str]:
        """Make sentences in its language, each a little different."""
        made = []
        for number in range(count):
            first, second = rng.sample(AGENCIES, 2)
            template = SENTENCES[self.language][(number + rng.randrange(3)) % len(SENTENCES[self.language])]
            made.append(template.format(a=first, b=second, n=rng.randint(2, 98)))
        return made

    def page(self, content: str, now: dt.datetime, *, title: str = "News") -> bytes:
        """Write a page of the site around some content, in its charset."""
        menu = "".join(f"<li><a href='/{name}/'>{name.title()}</a></li>" for name in ("about", "missions", "contact"))
        text = (
            f"<!DOCTYPE html><html lang='{self.language}'><head>"
            f"<title>{html.escape(title)} | {self.host}</title></head>"
            f"<body><nav><ul>{menu}</ul></nav><main>{content}</main>"
            f"<footer><p>{ABOUT[self.language]}</p><p>© {now:%Y} {self.host}</p></footer></body></html>"
        )
        return text.encode(self.charset, "xmlcharrefreplace")

    def answer(self, url: str, body: bytes, content_type: str = "text/html") -> Answer:
        """Answer 200 with a body."""
        return Answer(url, Fetched(url, 200, {"content-type": content_type}, body), seconds=0.4)


def rss_of(shown: Sequence[Item], *, is_dated: bool) -> bytes:
    """Write RSS 2.0."""
    entries = "".join(
        f"<item><title>{html.escape(item.title)}</title><link>{item.url}</link><guid>{item.url}</guid>"
        + (f"<pubDate>{format_datetime(item.at)}</pubDate>" if is_dated else "")
        + "</item>\n"
        for item in shown
    )
    head = "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>News</title>\n"
    return f"{head}{entries}</channel></rss>".encode()


def atom_of(shown: Sequence[Item], *, is_dated: bool) -> bytes:
    """Write Atom."""
    entries = "".join(
        f"<entry><title>{html.escape(item.title)}</title><id>{item.url}</id><link href='{item.url}'/>"
        + (f"<published>{item.at.isoformat()}</published>" if is_dated else "")
        + "</entry>\n"
        for item in shown
    )
    head = "<?xml version='1.0' encoding='utf-8'?><feed xmlns='http://www.w3.org/2005/Atom'><title>News</title>\n"
    return f"{head}{entries}</feed>".encode()


def sitemap_of(shown: Sequence[Item]) -> bytes:
    """Write a news sitemap."""
    entries = "".join(
        f"<url><loc>{item.url}</loc><news:news><news:publication_date>{item.at.isoformat()}</news:publication_date>"
        f"<news:title>{html.escape(item.title)}</news:title></news:news></url>\n"
        for item in shown
    )
    spaces = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"
    return f"<?xml version='1.0' encoding='utf-8'?><urlset {spaces}>\n{entries}</urlset>".encode()


def list_of(shown: Sequence[Item], site: Site, *, is_dated: bool) -> str:
    """Write a list as cards or as an old table, with a link to its next page where the site has pages."""
    pattern = "y年M月d日" if site.language == "zh" else "d MMMM y"
    rows = []
    for item in shown:
        day = format_date(item.at, pattern, locale=site.language) if is_dated else ""
        link = f"<a href='{item.url}'>{html.escape(item.title)}</a>"
        if site.flavour is Flavour.TABLE:
            rows.append(f"<tr><td>{link}</td><td>{day}</td></tr>")
        else:
            rows.append(f"<li class='card'><h3>{link}</h3><span class='date'>{day}</span></li>")
    is_table = site.flavour is Flavour.TABLE
    made = f"<table>{''.join(rows)}</table>" if is_table else f"<ul class='cards'>{''.join(rows)}</ul>"
    return made + ("<a rel='next' href='/news/?page=2'>Next page</a>" if site.has_pages else "")


def make_site(series: Series, number: int, rng: random.Random) -> Site:
    """Make a site for a series; its flavour goes by its number, so that every seed has all of them."""
    flavours = (
        Flavour.RSS,
        Flavour.CARDS,
        Flavour.ATOM,
        Flavour.TABLE,
        Flavour.RSS,
        Flavour.CARDS,
        Flavour.NEWS_SITEMAP,
    )
    flavour = flavours[number % len(flavours)]
    is_list = KINDS[flavour] == SourceKind.LISTING
    return Site(
        series=series,
        flavour=flavour,
        host=f"s{number}.example",
        length=rng.choice((8, 10, 12, 15, 20)),
        is_dated=flavour is Flavour.NEWS_SITEMAP or rng.random() < 0.85,
        gives_304=rng.random() < 0.5,
        has_useful_home=not is_list and rng.random() < 0.9,
        has_two_indexes=rng.random() < 0.12,
        has_pages=is_list and rng.random() < 0.5,
    )
