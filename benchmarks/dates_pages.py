"""Invents dated and undated pages of many shapes; which day is right is known by construction.

A shape is a function from a `Draw` (one page's chances and words) to a `Page`; its docstring is its name in reports.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape

from babel.dates import format_date

from benchmarks.dates_wordings import Wordings
from perilune.dates import PartialDate

BABEL_FORMS = {
    "en": ("d MMMM y", "MMMM d, y", "d MMM y", "MMM d, y", "EEEE, d MMMM y", "EEE, MMM d, y"),
    "zh": ("y-MM-dd", "y年M月d日", "y年MM月dd日", "y/MM/dd", "y.MM.dd"),
    "ru": ("d MMMM y", "d MMMM y 'г.'", "dd.MM.y", "d MMMM y 'года'", "EEEE, d MMMM y"),
    "fr": ("d MMMM y", "EEEE d MMMM y", "dd/MM/y", "d MMM y", "dd.MM.y"),
    "de": ("d. MMMM y", "dd.MM.y", "EEEE, d. MMMM y", "d. MMM y"),
    "es": ("d 'de' MMMM 'de' y", "dd/MM/y", "d MMM y", "d 'de' MMMM, y"),
    "it": ("d MMMM y", "dd/MM/y", "EEEE d MMMM y", "d MMM y"),
    "pt": ("d 'de' MMMM 'de' y", "dd/MM/y", "d/MM/y"),
    "ja": ("y年M月d日", "y年M月d日(EEE)", "y/MM/dd", "y.M.d"),
}
WITHOUT_YEAR = {"en": "MMMM d", "zh": "M月d日", "ru": "d MMMM", "fr": "d MMMM"}
HOSTS = {"zh": "cn", "ru": "ru", "fr": "fr", "de": "de", "es": "es", "it": "it", "pt": "pt", "ja": "jp"}
FOUR = ("en", "zh", "ru", "fr")
FIRST_DAY = dt.date(2009, 1, 5)
MOST_DAYS = 5900


@dataclass(frozen=True)
class Page:
    """One invented page; `gold` is what it states of its publication, None when it states nothing."""

    shape: str
    body: bytes
    url: str
    fetched_on: dt.date
    gold: PartialDate | None
    content_type: str = "text/html; charset=utf-8"
    last_modified: dt.date | None = None


@dataclass(frozen=True)
class Parts:
    """What fills a frame: pieces of HTML, each in its place."""

    head: str = ""
    top: str = ""
    above: str = ""
    beside: str = ""
    lead: str = ""
    after: str = ""
    below: str = ""
    side: str = ""
    foot: str = ""


@dataclass
class Draw:
    """One page's chances: its language, its day, and words for everything."""

    chance: random.Random
    words: Wordings
    language: str
    day: dt.date = field(init=False)
    title: str = field(init=False)

    def __post_init__(self) -> None:
        """Choose the day and the title."""
        self.day = FIRST_DAY + dt.timedelta(days=self.chance.randrange(MOST_DAYS))
        self.title = self.chance.choice(self.words.titles[self.language])

    def other_day(self, least: int = 20, most: int = 900) -> dt.date:
        """Choose a day before the page's own."""
        return self.day - dt.timedelta(days=self.chance.randrange(least, most))

    def later_day(self) -> dt.date:
        """Choose a day after the page's own and before it is fetched."""
        return self.day + dt.timedelta(days=self.chance.randrange(3, 60))

    def written(self, day: dt.date | None = None) -> str:
        """Write a day as people of this language do."""
        form = self.chance.choice(BABEL_FORMS[self.language])
        text = format_date(day or self.day, form, locale=self.language)
        return text.replace("1 ", "1er ", 1) if self.language == "fr" and text.startswith("1 ") else text

    def without_year(self) -> str:
        """Write the day without its year."""
        return format_date(self.day, WITHOUT_YEAR[self.language], locale=self.language)

    def said(self, texts: str, date: str | None = None) -> str:
        """Fill one of the wordings named `texts` with a date, the page's own by default."""
        template = self.chance.choice(getattr(self.words, texts)[self.language])
        agency = self.chance.choice(self.words.agencies.get(self.language, ("",)))
        return str(template).format(date=date or self.written(), agency=agency)

    def line(self, text: str) -> str:
        """Put a line into an element as publishers do."""
        name = self.chance.choice(self.words.names)
        return self.chance.choice(
            ("<p>{}</p>", '<div class="{name}">{}</div>', '<p><span class="{name}">{}</span></p>')
        ).format(text, name=name)

    def dated_links(self, count: int = 10) -> str:
        """List other articles with their dates."""
        titles = [title for title in self.words.titles[self.language] if title != self.title] or ["..."]
        items = "".join(
            f'<li><a href="/n/{place}.html">{self.chance.choice(titles)} {place}</a> '
            f"<span>{self.written(self.other_day())}</span></li>"
            for place in range(count)
        )
        heading = self.chance.choice(self.words.related.get(self.language, ("News",)))
        return f'<div class="list"><h3>{heading}</h3><ul>{items}</ul></div>'

    def page(
        self,
        parts: Parts,
        *,
        gold: PartialDate | dt.date | None = None,
        url: str | None = None,
        fetched_on: dt.date | None = None,
        language_code: str | None = None,
    ) -> Page:
        """Fill a frame; the page's own day is the gold unless it is given."""
        prose = self.words.prose[self.language]
        texts = [parts.lead + prose[0], *prose[1:]]
        frame = self.chance.choice(self.words.frames)
        shown = frame.format(
            title=escape(self.title),
            prose="".join(f"<p>{text}</p>" for text in texts),
            **{name: getattr(parts, name) for name in ("top", "above", "beside", "after", "below", "side", "foot")},
        )
        code = language_code or self.language
        body = (
            f'<!DOCTYPE html><html lang="{code}"><head><meta charset="utf-8"><title>{escape(self.title)}</title>'
            f"{parts.head}</head><body>{shown}</body></html>"
        )
        return Page(
            shape="",
            body=body.encode(),
            url=url or self.address("/news/item-4711.html"),
            fetched_on=fetched_on or self.day + dt.timedelta(days=self.chance.randrange(90, 400)),
            gold=PartialDate.of(gold) if isinstance(gold, dt.date) else gold,
        )

    def own(self, parts: Parts, *, url: str | None = None, fetched_on: dt.date | None = None) -> Page:
        """Fill a frame with a page whose day is stated."""
        return self.page(parts, gold=self.day, url=url, fetched_on=fetched_on)

    def address(self, path: str) -> str:
        """Give an address on a host of the language's country."""
        return f"https://agency.example.{HOSTS.get(self.language, 'org')}{path}"


Shape = Callable[[Draw], Page]


def pages_of(shapes: Sequence[tuple[Shape, tuple[str, ...]]], words: Wordings, *, seed: int, rounds: int) -> list[Page]:
    """Draw `rounds` pages of each shape, going round its languages."""
    found = []
    for shape, languages in shapes:
        name = (shape.__doc__ or "").strip().rstrip(".")
        for turn in range(rounds):
            chance = random.Random(f"{seed}/{shape.__name__}/{turn}")
            page = shape(Draw(chance, words, languages[turn % len(languages)]))
            found.append(Page(**{**vars(page), "shape": name}))
    return found
