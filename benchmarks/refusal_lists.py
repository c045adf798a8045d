"""Makes pages that are no articles: lists in the shapes that sites give them, players, galleries and empty shells."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.refusal_words import Words


@dataclass(frozen=True)
class Draw:
    """What a page is made from: chance, words, and whether the shapes held out are wanted."""

    chance: random.Random
    words: Words
    is_held_out: bool


Maker = Callable[[Draw], tuple[str, str]]
"""Makes (path and query, HTML)."""
CATEGORY_NAMES = ("Satellites", "Луна", "月球", "Lune")


def page_of(words: Words, title: str, body: str, *, head: str = "", classes: str = "") -> str:
    """Put a body into a page with a menu and an imprint."""
    menu = "".join(f'<li><a href="/s{place}/">{name}</a></li>' for place, name in enumerate(words.sections))
    return (
        f'<!DOCTYPE html><html lang="{words.language}"><head><meta charset="utf-8"><title>{title} | Org</title>'
        f"{head}</head>"
        f'<body class="{classes}"><nav><ul>{menu}</ul></nav>{body}<footer>© 2024 Org</footer></body></html>'
    )


def day_of(chance: random.Random, words: Words) -> str:
    """Write a day as the language does."""
    year, month, day = chance.randint(2019, 2025), chance.randint(1, 12), chance.randint(1, 28)
    forms = [f"{year}-{month:02}-{day:02}", f"{day:02}.{month:02}.{year}"]
    if words.language == "en":
        forms = [f"{day} {('March', 'June', 'October')[month % 3]} {year}", forms[0]]
    elif words.language == "zh":
        forms = [forms[0], f"{year}年{month}月{day}日", f"[{month:02}-{day:02}]"]
    return chance.choice(forms)


def href_of(draw: Draw) -> str:
    """Make the address of an item."""
    chance, words = draw.chance, draw.words
    number = chance.randint(10_000, 99_999)
    if words.language == "zh":
        return f"./t2024{number}.html" if draw.is_held_out else f"../202403/t20240305_{number}.html"
    return f"/item/{number}" if draw.is_held_out else f"/2024/03/an-item-numbered-{number}/"


def rows_of(draw: Draw, count: int) -> str:
    """Make the rows of a list, all in one shape."""
    chance, words = draw.chance, draw.words
    shapes = HELD_OUT_ROWS if draw.is_held_out else TUNING_ROWS
    shape = chance.choice(shapes)
    has_excerpt = chance.random() < 0.5
    rows = [
        shape.format(
            href=href_of(draw),
            title=words.title(chance),
            day=day_of(chance, words),
            excerpt=words.prose(chance, 2) if has_excerpt else "",
            more=words.more,
        )
        for _ in range(count)
    ]
    holder = "table" if shape.startswith("<tr") else "dl" if shape.startswith("<dt") else chance.choice(("ul", "div"))
    holder = "ul" if shape.startswith("<li") else "div" if holder == "ul" else holder
    return f'<{holder} class="{chance.choice(("list", "items", "content-list"))}">{"".join(rows)}</{holder}>'


TUNING_ROWS = (
    '<li><a href="{href}">{title}</a><span>{day}</span></li>',
    (
        '<div class="card"><h3><a href="{href}">{title}</a></h3><time>{day}</time><p>{excerpt}</p>'
        '<a href="{href}">{more}</a></div>'
    ),
    (
        '<article class="post"><header><h2><a href="{href}">{title}</a></h2><span>{day}</span></header>'
        "<p>{excerpt}</p></article>"
    ),
    '<tr><td>{day}</td><td><a href="{href}">{title}</a></td></tr>',
)
HELD_OUT_ROWS = (
    '<dt><span>{day}</span> <a href="{href}">{title}</a></dt><dd>{excerpt}</dd>',
    '<a class="tile" href="{href}"><small>{day}</small><strong>{title}</strong><em>{excerpt}</em></a>',
    '<p class="news-item"><b>{day}</b><br><a href="{href}">{title}</a><br>{excerpt}</p>',
    (
        '<div class="views-row"><div class="d">{day}</div><div class="t"><a href="{href}">{title}</a></div>'
        '<div class="x">{excerpt} <a href="{href}">{more}</a></div></div>'
    ),
    '<li class="clearfix"><i>{day}</i><a href="{href}" title="{title}">{title}</a></li>',
)


def _pager(chance: random.Random, words: Words) -> str:
    links = "".join(f'<a href="?page={number}">{number}</a>' for number in range(2, chance.randint(4, 7)))
    name = chance.choice(("pagination", "pages", "nav-links"))
    return f'<div class="{name}">{links}<a href="?page=2">{words.following}</a></div>'


def dated_list(draw: Draw) -> tuple[str, str]:
    """Make a section's list with a pager, and often a line about the section."""
    chance, words = draw.chance, draw.words
    name = chance.choice(words.sections)
    said = f"<p>{words.sentence(chance)}</p>" if chance.random() < 0.3 else ""
    rows = rows_of(draw, chance.randint(8, 20))
    path = chance.choice(("/news/", "/press-releases", "/xwdt/index.html", "/actualites", "/novosti/?page=2"))
    return path, page_of(words, name, f"<main><h1>{name}</h1>{said}{rows}{_pager(chance, words)}</main>")


def front_page(draw: Draw) -> tuple[str, str]:
    """Make a home page with several lists."""
    chance, words = draw.chance, draw.words
    parts = "".join(
        f"<section><h2>{name}</h2>{rows_of(draw, chance.randint(4, 8))}</section>" for name in words.sections
    )
    return "/", page_of(
        words, "Org", f"<div id='home'>{parts}</div>", head='<meta property="og:type" content="website">'
    )


def archive_page(draw: Draw) -> tuple[str, str]:
    """Make a tag's, category's, author's or search's page, as WordPress or with JSON-LD."""
    chance, words = draw.chance, draw.words
    kind = chance.choice(("tag", "category", "author", "search"))
    name = chance.choice(CATEGORY_NAMES)
    rows = rows_of(draw, chance.randint(5, 12))
    stated = {"author": "ProfilePage", "search": "SearchResultsPage"}.get(kind, "CollectionPage")
    head = (
        f'<script type="application/ld+json">{{"@type": "{stated}", "name": "{name}"}}</script>'
        if draw.is_held_out
        else ""
    )
    path = f"/?s={name}" if kind == "search" else f"/{kind}/{name.lower()}/"
    body = f"<main><h1>{kind.title()}: {name}</h1>{rows}{_pager(chance, words)}</main>"
    return path, page_of(words, name, body, head=head, classes="" if draw.is_held_out else f"archive {kind} {kind}-7")


def site_map(draw: Draw) -> tuple[str, str]:
    """Make a site map for people."""
    chance, words = draw.chance, draw.words
    tag = "p" if draw.is_held_out else "li"
    parts = "".join(
        f"<h3>{name}</h3>"
        + "".join(f'<{tag}><a href="/m{chance.randint(1, 9999)}">{words.title(chance)}</a></{tag}>' for _ in range(9))
        for name in words.sections
    )
    name = {"en": "Site map", "zh": "网站地图", "ru": "Карта сайта", "fr": "Plan du site"}[words.language]
    return "/sitemap.html", page_of(words, name, f"<div><h1>{name}</h1>{parts}</div>")


def calendar(draw: Draw) -> tuple[str, str]:
    """Make an archive's calendar: days that are links."""
    chance, words = draw.chance, draw.words
    month = chance.randint(1, 12)
    cell = '<td><a href="/archive/2023/{m:02}/{d:02}">{d}</a></td>'
    cell = '<span><a href="/archive?d=2023{m:02}{d:02}">{d}</a></span>' if draw.is_held_out else cell
    cells = "".join(cell.format(m=month, d=day) for day in range(1, 29))
    table = f"<div>{cells}</div>" if draw.is_held_out else f"<table><tr>{cells}</tr></table>"
    return f"/archive/2023/{month:02}", page_of(words, f"2023-{month:02}", f"<h1>2023-{month:02}</h1>{table}")


def video_gallery(draw: Draw) -> tuple[str, str]:
    """Make a gallery of videos: cards with a length."""
    chance, words = draw.chance, draw.words
    tag = "li" if draw.is_held_out else "div"
    holder = "ul" if draw.is_held_out else "div"
    cards = "".join(
        f'<{tag} class="video"><a href="/video/{chance.randint(1, 9999)}"><img src="v.jpg">'
        f"<h4>{words.title(chance)}</h4></a><span>{chance.randint(1, 9)}:{chance.randint(10, 59)}</span></{tag}>"
        for _ in range(chance.randint(8, 16))
    )
    return "/videos/", page_of(words, "Videos", f"<h1>Videos</h1><{holder}>{cards}</{holder}>")


def video_page(draw: Draw) -> tuple[str, str]:
    """Make a player with one line."""
    chance, words = draw.chance, draw.words
    player = (
        '<video src="/a.mp4" controls></video>'
        if draw.is_held_out
        else '<iframe src="https://www.youtube.com/embed/x"></iframe>'
    )
    title = words.title(chance)
    return "/video/4711", page_of(words, title, f"<main><h1>{title}</h1>{player}<p>{words.sentence(chance)}</p></main>")


def picture_gallery(draw: Draw) -> tuple[str, str]:
    """Make pictures with a few words each."""
    chance, words = draw.chance, draw.words
    tag = "li" if draw.is_held_out else "figure"
    pictures = "".join(
        f'<{tag}><img src="{place}.jpg"><span>{place + 1}</span></{tag}>' for place in range(chance.randint(6, 15))
    )
    title = words.title(chance)
    return "/photos/12", page_of(words, title, f"<main><h1>{title}</h1>{pictures}</main>")


def empty_shell(draw: Draw) -> tuple[str, str]:
    """Make a page that a script fills, a stub that sends on, a frame around a document."""
    chance, words = draw.chance, draw.words
    shells = (
        '<div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript>',
        "<p>Redirecting to the new page, please wait a moment while it is loading.</p>",
        '<iframe src="/files/report.pdf" width="100%"></iframe><p>If you see no report, download it.</p>',
        '<div id="app">Loading...</div><noscript>Для работы сайта необходимо включить JavaScript</noscript>',
        "<p>This address has changed and you are being sent on to the new one now.</p>",
        '<object data="/doc/a.pdf" type="application/pdf"></object><p>Your browser shows no such documents.</p>',
    )
    place = chance.randrange(3)
    head = '<meta http-equiv="refresh" content="0; url=/new/page">' if place == 1 else ""
    body = shells[place + 3 * draw.is_held_out]
    return "/go/1", f"<html><head><title>{words.sections[0]}</title>{head}</head><body>{body}</body></html>"


LISTS: Mapping[str, Maker] = {
    "dated list": dated_list,
    "front page": front_page,
    "tag, category, author, search": archive_page,
    "site map": site_map,
    "calendar of an archive": calendar,
    "video gallery": video_gallery,
    "video page": video_page,
    "picture gallery": picture_gallery,
    "empty shell": empty_shell,
}
