"""Builds pages of the kinds that our sources have around texts that are known, so that their gold is exact.

The looks (`extraction_looks/`) are written after old government sites, agencies, WordPress, SharePoint, Chinese content
systems and press wires; what stands around a text, and whether its day is stated, is drawn by a seed.
"""

from __future__ import annotations

import datetime as dt
import random
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader

from benchmarks.extraction_stories import LANGUAGES, Story, own_story

FOLDER = Path(__file__).with_name("extraction_looks")
LOOKS = ("government", "modern", "wordpress", "aspx", "institute", "release")
FETCHED_ON = dt.date(2025, 6, 1)
MARKS = {
    "government": ("",),
    "modern": ("meta", "json", "time", ""),
    "wordpress": ("meta", "time", ""),
    "aspx": ("meta", "", ""),
    "institute": ("meta", "", ""),
    "release": ("json", "meta", ""),
}
OPTIONAL = (
    *("window", "breaks", "picture", "updated", "tools", "related", "contact"),
    *("newsletter", "cookies", "share", "inline", "about", "above", "heading"),
)
DATELESS_SHARE = 0.12
AUTHORED_SHARE = 0.5
OPTIONAL_SHARE = 0.55
SHOWN_BESIDE_MARKUP_SHARE = 0.7

Wordings = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class BuiltPage:
    """A page and what it should give; `day` is None where it states none, and so is `author`."""

    name: str
    html: str
    url: str
    text: str
    title: str
    day: dt.date | None
    author: str | None
    look: str
    fetched_on: dt.date = FETCHED_ON


@cache
def _wordings() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((FOLDER / "wordings.toml").read_text(encoding="utf-8"))


@cache
def _looks() -> Environment:
    return Environment(loader=FileSystemLoader(FOLDER), autoescape=True)


def built_pages(count: int, seed: int, stories: Sequence[Story] = ()) -> Iterator[BuiltPage]:
    """Build pages of every look and language in turn; where `stories` has none of a language, texts are our own.

    Seeds of the other parity have other wordings, other class names and other stories.
    """
    chance = random.Random(seed)
    for number in range(count):
        language = LANGUAGES[number // len(LOOKS) % len(LANGUAGES)]
        theirs = [story for story in stories if story.language == language][seed % 2 :: 2]
        story = theirs[chance.randrange(len(theirs))] if theirs else own_story(language, chance, parity=seed % 2)
        look = _Look(LOOKS[number % len(LOOKS)])
        yield _page(look, story, seed * 10_000 + number, _Words(language, seed, chance))


def article_page(number: int) -> BuiltPage:
    """Build one of a site's many articles: all in one look, each with its day in a meta element."""
    chance = random.Random(number)
    words = _Words("en", 1, chance)
    look = _Look("modern", marked="meta", text_name="article-body")
    return _page(look, own_story("en", chance, parity=number % 2), number, words)


class _Words:
    """Draws what stands around a text: each seed has its half of the wordings."""

    def __init__(self, language: str, seed: int, chance: random.Random) -> None:
        self.language = language
        self.chance = chance
        self._parity = seed % 2
        self._words: Wordings = _wordings()[language]

    def __getitem__(self, kind: str) -> str:
        return self.chance.choice(self._words[kind][self._parity :: 2])

    def several(self, kind: str, count: int) -> list[str]:
        """Draw several of a kind, of all that there are."""
        return self.chance.sample(self._words[kind], count)

    def parts(self, kind: str) -> list[str]:
        """Draw one of a kind that has parts."""
        return self[kind].split("|")

    def names(self, *, has_day: bool) -> dict[str, str]:
        """Draw the names of the elements, and a form of address that holds a day only where the page has one."""
        known = {kind: names[self._parity :: 2] for kind, names in _wordings()["names"].items()}
        known["path"] = [path for path in known["path"] if has_day or "{y}" not in path]
        return {kind: self.chance.choice(names) for kind, names in known.items()}

    def day(self, day: dt.date) -> str:
        """Write a day as the page's language does."""
        return format_date(day, self["pattern"], locale=self.language)


@dataclass(frozen=True)
class _Look:
    """A template, where its markup states the day (drawn where None), and the name of what holds the text."""

    template: str
    marked: str | None = None
    text_name: str = ""


def _page(look: _Look, story: Story, number: int, words: _Words) -> BuiltPage:
    chance = words.chance
    day = dt.date(2012, 1, 1) + dt.timedelta(days=chance.randrange(4_700))
    is_dated = look.marked is not None or chance.random() >= DATELESS_SHARE
    marked = look.marked or (chance.choice(MARKS[look.template]) if is_dated else "")
    is_shown = is_dated and (marked in ("", "time") or chance.random() < SHOWN_BESIDE_MARKUP_SHARE)
    # A wire's release names its issuer, no author.
    author = words["authors"] if look.template != "release" and chance.random() < AUTHORED_SHARE else None
    names = words.names(has_day=is_dated)
    names |= {"text": look.text_name} if look.text_name else {}
    values: dict[str, object] = {
        "title": story.title,
        "language": story.language,
        "blocks": story.blocks,
        "has": {name: chance.random() < OPTIONAL_SHARE for name in OPTIONAL},
        "marked": marked,
        "day": day.isoformat(),
        "stated": words["posted"].format(day=words.day(day)) if is_shown else "",
        "author": author,
        "byline": words["byline"].format(author=author) if author else "",
        "names": names,
        "number": number,
    }
    path = names["path"].format(y=day.year, m=f"{day.month:02}", d=f"{day.day:02}", n=number)
    return BuiltPage(
        name=f"{look.template}-{story.language}-{number}",
        html=_looks().get_template(f"{look.template}.html").render(**values, **_furniture(words, day)),
        url=f"https://site{number}.example{path}",
        text="\n".join(block.lines for block in story.blocks),
        title=story.title,
        day=day if is_dated else None,
        author=author,
        look=look.template,
    )


def _furniture(words: _Words, day: dt.date) -> dict[str, object]:
    """Draw the menus, links, notices and contacts that stand around every text."""
    later = day + dt.timedelta(days=words.chance.randint(1, 150))
    teasers = [
        {
            "text": text,
            "lead": text + "…",
            "day": words.day(dt.date(2024, 1, 1) + dt.timedelta(days=words.chance.randrange(500))),
        }
        for text in words.several("teasers", 5)
    ]
    one_of: dict[str, Callable[[str], object]] = dict.fromkeys(
        ("related", "crumb", "credit", "site"), words.__getitem__
    )
    several = dict.fromkeys(("share", "cookies", "contact", "about", "newsletter", "tools", "copyright"), words.parts)
    return {
        "menu": words.several("menu", 12),
        "teasers": teasers,
        "later": later.isoformat(),
        "updated": words["updated"].format(day=words.day(later)),
        "heading": words.chance.choice(("h1", "h2")),
        **{kind: draw(kind) for kind, draw in (one_of | several).items()},
    }
