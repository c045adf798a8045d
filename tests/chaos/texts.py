"""What the site under attack publishes: articles that make stories and copies, a page that is none, lists of them."""

from __future__ import annotations

from tests.bench import LAUNCH, SIGNING, page_of
from tests.crawl_bench import FEED, SITEMAPS

HTML = "text/html; charset=utf-8"
TALKS = (
    "The Indian Space Research Organisation and NASA agreed in Bengaluru to train astronauts together next year.",
    "Crews of both agencies will fly to the International Space Station for two weeks of joint experiments.",
    "Ministers called the agreement on human spaceflight a step towards a common lunar programme.",
)
PROBE = (
    "The Japanese agency JAXA will send a rover to the south pole of the Moon together with partners from Canada.",
    "The rover looks for water ice in craters where the sun never shines, and it carries a drill of two metres.",
    "The launch is planned for 2025 on an H3 rocket, and scientists of nine universities take part.",
)
ELSEWHERE = (
    "The city council discussed new benches for the market square on Tuesday evening, and nobody objected.",
    "The benches are made of oak, cost four thousand euros, and will be set up before the summer.",
    "A reading of the library's new books followed the meeting, with coffee and cake for all guests.",
)
ARTICLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("news", "Agencies sign memorandum on lunar station", SIGNING),
    ("news", "Joint satellite to Mercury is ready", LAUNCH),
    ("news", "New benches for the market square", ELSEWHERE),
    ("news", "Astronauts to train together", (*TALKS, "The training begins in March.")),
    ("wire", "Lunar station: memorandum signed in Beijing", (*SIGNING[:2], "It was a long ceremony with many guests.")),
    ("wire", "Satellite to Mercury: countdown on Friday", LAUNCH),
    ("wire", "A rover for the Moon's south pole", PROBE),
    ("wire", "India and NASA agree on training", TALKS),
)
DAY = "2022-03-1{}"
SOURCES = {"aa_news": ("feed", "/feed"), "bb_wire": ("sitemap", "/sitemap.xml")}


def site_of(home: str) -> dict[str, tuple[str, bytes]]:
    """Make the site's pages by their paths, each with its type."""
    paths = {f"/{where}/{number}": (where, title, text) for number, (where, title, text) in enumerate(ARTICLES, 1)}
    pages = {
        path: (HTML, page_of(title, text, DAY.format(number % 4)))
        for number, (path, (_, title, text)) in enumerate(paths.items())
    }
    items = "".join(
        f"<item><title>{title}</title><link>{home}{path}</link></item>"
        for path, (where, title, _) in paths.items()
        if where == "news"
    )
    entries = "".join(f"<url><loc>{home}{path}</loc></url>" for path, (where, _, _) in paths.items() if where == "wire")
    sitemap = f'<?xml version="1.0"?><urlset xmlns="{SITEMAPS}">{entries}</urlset>'
    return {
        **pages,
        "/wire/empty": (HTML, b"<html><body><p>Soon here.</p></body></html>"),
        "/feed": ("application/rss+xml", FEED.format(items=items).encode()),
        "/sitemap.xml": (
            "application/xml",
            sitemap.replace("</urlset>", f"<url><loc>{home}/wire/empty</loc></url></urlset>").encode(),
        ),
        "/robots.txt": ("text/plain", b"User-agent: *\nAllow: /\n"),
    }
