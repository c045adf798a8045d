"""Discovery without a network: which links are articles, what is chosen, where the next page is, what came before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest

from crawler.discovery.addresses import pattern_of
from crawler.discovery.choice import way_from
from crawler.discovery.index_page import IndexPage
from crawler.discovery.lists import ListPattern, learn_list, read_list
from crawler.discovery.paging import next_page_of
from crawler.discovery.survey import survey
from crawler.discovery.values import Discovery, Seen
from crawler.history import Archived, history_step
from models.vocabulary import SourceKind
from models.way import History, Way

HOME = "http://agency.example/news/"
TITLES = (
    "Agencies sign a memorandum on lunar exploration",
    "Joint workshop on Earth observation data in Vienna",
    "Call for proposals: access to the space station",
    "Ministers meet to discuss satellite navigation",
)
MENU = "<nav class='menu'><a href='/about/'>About the agency and its history</a><a href='/jobs/'>Jobs</a></nav>"
FOOT = "<footer><a href='/legal/'>Legal notice and accessibility statement</a></footer>"


def a_row(number: int, title: str) -> str:
    return f"<li><a href='/news/{number}/'>{title}</a> <span class='date'>{10 + number} March 2026</span></li>"


def a_list(*extra: str, start: int = 1) -> str:
    rows = "".join(a_row(number, title) for number, title in enumerate(TITLES, start))
    body = f"<body>{MENU}<ul class='news'>{rows}</ul>{''.join(extra)}{FOOT}</body>"
    return f"<html lang='en'><title>News</title>{body}</html>"


def discovered(pages: Mapping[str, str], url: str = HOME) -> Discovery:
    """Run a survey over pages by their addresses; all others answer 404."""
    asking = survey(url)
    wanted = next(asking)
    while True:
        answers = {}
        for address in wanted:
            body = pages.get(address)
            kind = "text/html" if body is None or "<html" in body else "application/xml"
            text = "<html><title>404 Not Found</title></html>" if body is None else body
            answers[address] = Seen(address, 404 if body is None else 200, kind, text.encode())
        try:
            wanted = asking.send(answers)
        except StopIteration as ended:
            found: Discovery = ended.value
            return found


def a_feed(*paths: str) -> str:
    items = "".join(f"<item><title>{path}</title><link>http://agency.example{path}</link></item>" for path in paths)
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>F</title>{items}</channel></rss>"


def test_the_articles_of_a_list_are_told_from_menus_and_footers() -> None:
    learned = learn_list(IndexPage(a_list(), HOME))
    assert learned is not None
    assert [link.title for link in learned.links] == list(TITLES)
    assert [str(link.published) for link in learned.links] == [f"2026-03-{day}" for day in (11, 12, 13, 14)]
    assert learned.pattern.links == r"^https?://(?:www\.)?agency\.example/news/\d+/$"


def test_what_was_learned_reads_the_list_again_when_its_items_have_changed() -> None:
    learned = learn_list(IndexPage(a_list(), HOME))
    assert learned is not None
    later = read_list(IndexPage(a_list(start=40), HOME), learned.pattern)
    assert [link.url for link in later] == [f"http://agency.example/news/{number}/" for number in range(40, 44)]


def test_a_box_that_other_pages_show_too_is_no_list() -> None:
    box = "<div class='box'>" + "".join(
        f"<p><a href='/read/{number}/'>A much read article of the year before, number {number}</a></p>"
        for number in range(9)
    )
    page = IndexPage(a_list(box), HOME)
    article = IndexPage(f"<html><body><h1>T</h1>{box}</body></html>", "http://agency.example/news/1/")
    learned = learn_list(page, [article])
    assert learned is not None
    assert {link.url for link in learned.links} == {f"http://agency.example/news/{number}/" for number in range(1, 5)}


def test_of_several_links_in_a_row_the_first_counts_and_the_row_gives_the_title() -> None:
    rows = "".join(
        f"<div class='doc'><h3>{title}</h3><a class='dl' href='/files/{number}.pdf'>Download, PDF</a> "
        f"<a class='dl' href='/files/{number}-summary.pdf'>Summary, PDF</a></div>"
        for number, title in enumerate(TITLES)
    )
    learned = learn_list(IndexPage(f"<html><body>{MENU}{rows}</body></html>", HOME))
    assert learned is not None
    assert [(link.url[-5:], link.title) for link in learned.links] == [
        (f"{number}.pdf", title) for number, title in enumerate(TITLES)
    ]


def test_days_without_a_year_take_that_of_the_heading_above() -> None:
    rows = "".join(f"<li><a href='/n/{n}'>{title}</a> <i>{n + 1} March</i></li>" for n, title in enumerate(TITLES))
    learned = learn_list(IndexPage(f"<html lang='en'><body><h2>2025</h2><ul class='l'>{rows}</ul></body></html>", HOME))
    assert learned is not None
    assert [str(link.published) for link in learned.links] == [f"2025-03-0{day}" for day in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("urls", "pattern"),
    [
        (("http://a.org/news/12", "http://www.a.org/news/7"), r"^https?://(?:www\.)?a\.org/news/\d+$"),
        (
            ("http://a.cn/zx/202603/t20260310_47.html", "http://a.cn/zx/202602/t20260201_9.html"),
            r"^https?://(?:www\.)?a\.cn/zx/\d{6}/t\d{8}_\d+\.html$",
        ),
        (("http://a.org/s?id=4&l=en", "http://a.org/s?id=15&l=en"), r"^https?://(?:www\.)?a\.org/s\?id=\d+&l=en$"),
        (("http://a.org/news/x/y", "http://a.org/news/z"), r"^https?://(?:www\.)?a\.org/news/.+$"),
        (("http://a.org/one", "http://a.org/two"), None),
        (("http://a.org/1", "http://b.org/1"), None),
    ],
)
def test_addresses_are_generalised_to_what_they_share(urls: tuple[str, ...], pattern: str | None) -> None:
    assert pattern_of(urls) == pattern


@pytest.mark.parametrize(
    ("body", "following"),
    [
        ("<a rel='next' href='?page=3'>more</a>", "http://agency.example/news/?page=3"),
        ("<a href='index_1.html'>下一页</a>", "http://agency.example/news/index_1.html"),
        ("<b>1</b> <a href='?p=2'>2</a> <a href='?p=3'>3</a>", "http://agency.example/news/?p=2"),
        ("<a class='next' href='/news/page/2/'>»</a>", "http://agency.example/news/page/2/"),
        ("<script>createPageHTML(5, 0, 'index', 'html');</script>", "http://agency.example/news/index_1.html"),
        ("<a href='list2.htm'>2</a>", "http://agency.example/news/list2.htm"),
        ("<a href='/news/older-entries'>Older entries</a>", "http://agency.example/news/older-entries"),
        ("<a href='archive-2024.html'>Archive 2024</a>", "http://agency.example/news/archive-2024.html"),
        ("<a href='/jobs-2024.html'>Jobs 2024</a>", None),
        ("<p><a href='/c/Zm9v'>2</a> <a href='/c/YmFy'>3</a></p>", "http://agency.example/c/Zm9v"),
        (
            "<p><b>1</b> <a href='/c/Zm9v'>2</a> <a href='/c/YmFy'>3</a> <a href='/c/Zm9v'>›</a></p>",
            "http://agency.example/c/Zm9v",
        ),
        ("<table><tr><td><a href='/c/a'>2</a><td><a href='/c/b'>3</a></table>", None),
        ("<a class='btn-next' href='/news/x7f/'><i></i></a>", "http://agency.example/news/x7f/"),
        ("<div class='pagination'><a href='/list/x7f'>Next</a></div>", "http://agency.example/list/x7f"),
        ("<a href='?p=2'>Page 2</a>", "http://agency.example/news/?p=2"),
        ("<select><option value='/news/page/2/'>2</option></select>", "http://agency.example/news/page/2/"),
        ("<a href='/news/archive/'>News archive</a>", "http://agency.example/news/archive/"),
        (
            "<script>var countPage = 9; var currentPage = 0; write('index_' + (currentPage + 1) + '.shtml')</script>",
            "http://agency.example/news/index_1.shtml",
        ),
        (
            "".join(f"<a href='/alerts.aspx?id={n}'>Alert {n} of the year</a>" for n in range(5))
            + "<a href='/alerts.aspx?all=1'><img alt='View All News'></a>",
            "http://agency.example/alerts.aspx?all=1",
        ),
        ("<a href='/missions/'>All missions</a>", None),
        ("<a href='archive.aspx?year=2025'>2025</a>", "http://agency.example/news/archive.aspx?year=2025"),
        ("<a href='/budget/2025'>2025</a>", None),
        ("<a href='/older-entries'>Older entries</a>", None),
        ("<a href='/news/first-light'>Далее</a>", None),
        ("<a href='/next-generation/'>Next generation launcher</a>", None),
        ("<a rel='next' href='http://elsewhere.example/?page=2'>next</a>", None),
    ],
)
def test_the_next_page_of_a_list_is_found(body: str, following: str | None) -> None:
    html = f"<html><body>{body}</body></html>"
    assert next_page_of(IndexPage(html, HOME), html) == following


def test_a_file_with_a_number_is_the_next_page_of_the_file_without() -> None:
    html = "<html><body><a class='next' href='list2.htm'>下一页&gt;&gt;</a></body></html>"
    assert next_page_of(IndexPage(html, f"{HOME}list.htm"), html) == f"{HOME}list2.htm"


def test_a_feed_of_the_page_s_items_is_taken_and_the_list_kept_for_history() -> None:
    feed = "http://agency.example/feed.xml"
    head = f"<link rel='alternate' type='application/rss+xml' href='{feed}'>"
    found = discovered({HOME: a_list(head), feed: a_feed("/news/1/", "/news/2/")})
    assert found.chosen is not None
    assert (found.chosen.kind, found.chosen.addresses) == (SourceKind.FEED, (feed,))
    way = way_from(found)
    assert way is not None
    assert way.archive is not None
    assert way.archive.kind == SourceKind.LISTING


def test_the_list_behind_a_feed_is_kept_to_addresses_like_the_feed_s() -> None:
    feed = "http://agency.example/feed.xml"
    head = f"<link rel='alternate' type='application/rss+xml' href='{feed}'>"
    others = "".join(
        f"<li><a href='/missions/{name}'>The mission {name} and its long journey</a> <span>1 May 2026</span></li>"
        for name in ("gaia", "juice")
    )
    page = a_list(head).replace("</ul>", f"{others}</ul>")
    way = way_from(discovered({HOME: page, feed: a_feed(*(f"/news/{number}/" for number in range(1, 5)))}))
    assert way is not None
    assert way.archive is not None
    assert way.archive.links == r"^https?://(?:www\.)?agency\.example/news/\d+/$"


def test_a_feed_of_another_section_is_refused_with_the_reason() -> None:
    feed = "http://agency.example/feed.xml"
    head = f"<link rel='alternate' type='application/rss+xml' href='{feed}'>"
    found = discovered({HOME: a_list(head), feed: a_feed("/jobs/1", "/jobs/2", "/jobs/3")})
    assert found.chosen is not None
    assert found.chosen.kind == SourceKind.LISTING
    assert [offer.problem for offer in found.offers if offer.kind == SourceKind.FEED] == [
        "only 0 of its 3 items are on the page: it is another section's"
    ]


def test_a_page_without_a_list_is_watched_itself() -> None:
    text = "<p>" + "The twelfth workshop of both countries will be held at the university. " * 12 + "</p>"
    found = discovered({HOME: f"<html><title>Workshops</title><body>{MENU}{text}{FOOT}</body></html>"})
    assert found.chosen is not None
    assert found.chosen.kind == SourceKind.STANDING


def test_a_page_that_a_script_fills_is_told_so() -> None:
    found = discovered({HOME: "<html><body><div id='root'></div><script src='/app.js'></script></body></html>"})
    assert found.chosen is None
    assert found.problem is not None
    assert "filled by a program in the browser" in found.problem


def test_a_list_in_a_frame_is_found_where_it_is() -> None:
    frames = "<html><frameset cols='20%,*'><frame src='menu.htm'><frame src='list.htm'></frameset></html>"
    menu = "<html><body><a href='/about/'>About</a></body></html>"
    found = discovered({HOME: frames, f"{HOME}menu.htm": menu, f"{HOME}list.htm": a_list()})
    assert found.chosen is not None
    assert (found.chosen.kind, found.chosen.addresses) == (SourceKind.LISTING, (f"{HOME}list.htm",))


FRONT = "http://agency.example/"
BLOCKS = "".join(
    f"<div class='block'><h2>{name}</h2><a href='{url}'>A thing of the agency that is shown here</a></div>"
    for name, url in (("Events", "/events/9/"), ("Tenders", "/tenders/4/"), ("Jobs", "/jobs/2/"))
)


def a_front_page(more: str) -> str:
    return f"<html lang='en'><title>Agency</title><body>{MENU}{BLOCKS}{more}{FOOT}</body></html>"


@pytest.mark.parametrize("words", ["News", "View all news", "Press releases", "Новости", "新闻动态", "Actualités"])
def test_a_front_page_leads_to_the_page_that_lists_the_news(words: str) -> None:
    found = discovered({FRONT: a_front_page(f"<a href='/news/'>{words}</a>"), HOME: a_list()}, FRONT)
    assert found.chosen is not None
    assert (found.chosen.kind, found.chosen.addresses) == (SourceKind.LISTING, (HOME,))
    assert found.url == FRONT  # where it is looked for anew


def test_a_page_that_only_names_years_leads_to_the_newest() -> None:
    years = "".join(f"<p><a href='/speeches/{year}/'>{year}</a></p>" for year in (2025, 2026))
    hub, newest = "http://agency.example/speeches/", "http://agency.example/speeches/2026/"
    found = discovered({hub: f"<html><body><h1>Speeches</h1>{years}</body></html>", newest: a_list()}, hub)
    assert found.chosen is not None
    assert found.chosen.addresses == (newest,)


@pytest.mark.parametrize("more", ["<a rel='next' href='/?page=2'>older</a>", ""])
def test_a_front_page_that_is_the_list_itself_is_taken(more: str) -> None:
    other = "".join(
        f"<li><a href='/blog/{n}/'>Post of the category number {n}</a> 2026-01-0{n}</li>" for n in range(1, 8)
    )
    section = f"<html><body><ul class='c'>{other}</ul></body></html>"
    found = discovered(
        {FRONT: a_list(f"<a href='/blog/'>News</a>{more}"), "http://agency.example/blog/": section}, FRONT
    )
    assert found.chosen is not None
    assert found.chosen.addresses == (FRONT,)


def test_an_address_that_is_a_feed_itself_is_taken() -> None:
    found = discovered({HOME: a_feed("/news/1/")})
    assert found.chosen is not None
    assert found.chosen.kind == SourceKind.FEED


def test_history_goes_back_page_by_page_until_its_day() -> None:
    way = Way(kind=SourceKind.LISTING, addresses=(HOME,), select="ul.news > li > a")
    history = History(queue=(HOME,), until=dt.date(2026, 3, 13))
    html = a_list("<a rel='next' href='?page=2'>older</a>")
    step = history_step(Archived(html.encode(), "text/html", HOME), way, history)
    assert [str(link.published) for link in step.links] == ["2026-03-13", "2026-03-14"]
    assert step.history.queue == (f"{HOME}?page=2",)
    past = history.model_copy(update={"until": dt.date(2026, 4, 1)})
    assert history_step(Archived(html.encode(), "text/html", HOME), way, past).history.queue == ()


def test_an_archive_made_otherwise_than_the_list_is_kept_for_history() -> None:
    rows = "".join(f"<tr><td><a href='/news/{n}/'>{title}</a></td></tr>" for n, title in enumerate(TITLES * 3, 1))
    whole = f"<html><body>{MENU}<table>{rows}</table>{FOOT}</body></html>"
    archive = f"{HOME}all/"
    found = discovered({HOME: a_list(f"<a href='{archive}'>All news</a>"), archive: whole})
    way = way_from(found)
    assert way is not None
    assert way.addresses == (HOME,)
    assert way.archive is not None
    assert way.archive.addresses == (archive,)


def test_a_page_of_other_articles_is_no_archive_of_the_list() -> None:
    rows = "".join(f"<tr><td><a href='/news/{n}/'>{title}</a></td></tr>" for n, title in enumerate(TITLES * 3, 100))
    archive = f"{HOME}all/"
    pages = {
        HOME: a_list(f"<a href='{archive}'>All news</a>"),
        archive: f"<html><body><table>{rows}</table></body></html>",
    }
    way = way_from(discovered(pages))
    assert way is not None
    assert way.archive is None


def test_a_selector_that_is_none_is_told() -> None:
    with pytest.raises(ValueError, match="is no CSS selector"):
        read_list(IndexPage(a_list(), HOME), ListPattern("ul >> a["))
