"""Rows of many kinds: what is learned from one page, with the titles and dates that its rows give."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pytest

from crawler.discovery.date_order import DAYS_FIRST, MONTHS_FIRST, order_in
from crawler.discovery.index_page import IndexPage
from crawler.discovery.lists import LearnedList, learn_list, read_list

HOME = "http://institute.example/news/"
TITLES = (
    "Antenna in the north completes its first season",
    "Laboratory for small satellites opens its doors",
    "Survey of coastal waters begins in the spring",
    "Librarian finds forgotten charts of the sky",
)
DAYS = ("2026-03-14", "2026-03-12", "2026-02-28", "2026-02-03")
WORDS = ("14 March 2026", "12 March 2026", "28 February 2026", "3 February 2026")
MENU = "<nav><a href='/about/'>About the institute and its history</a> <a href='/people/'>People</a></nav>"


def a_page(body: str, lang: str = "en") -> IndexPage:
    return IndexPage(f"<html lang='{lang}'><title>News</title><body>{MENU}{body}</body></html>", HOME)


def learned_from(body: str, lang: str = "en") -> LearnedList:
    learned = learn_list(a_page(body, lang))
    assert learned is not None
    return learned


def rows(write: Callable[[str, str, str], str]) -> str:
    """Write a row for each title with its address and its day in words."""
    return "".join(
        write(f"/news/{number}.html", title, words)
        for number, (title, words) in enumerate(zip(TITLES, WORDS, strict=True), 10)
    )


def dates_in(learned: LearnedList) -> list[str | None]:
    return [str(link.published) if link.published else None for link in learned.links]


def titles_in(learned: LearnedList) -> list[str | None]:
    return [link.title for link in learned.links]


@pytest.mark.parametrize(
    "body",
    [
        "<p>" + rows(lambda url, title, day: f"{day} - <a href='{url}'>{title}</a><br>") + "</p>",
        "<div>" + rows(lambda url, title, day: f"<a href='{url}'>{title}</a> ({day})<br>") + "</div>",
        "<dl>" + rows(lambda url, title, day: f"<dt>{day}<dd><a href='{url}'>{title}</a>") + "</dl>",
        rows(lambda url, title, day: f"<h3>{day}</h3><ul><li><a href='{url}'>{title}</a></li></ul>"),
        "<table>"
        + rows(
            lambda url, title, day: f"<tr><td colspan='2'>{day}</td></tr><tr><td>·</td><td><a href='{url}'>{title}</a>"
        )
        + "</table>",
        rows(
            lambda url, title, day: (
                f"<a class='card' href='{url}'><div>News</div><div>{title}</div><div>{day}</div></a>"
            )
        ),
        rows(
            lambda url, title, day: f"<div class='row'><h2>{title}</h2><i>{day}</i> <a href='{url}'>Read more</a></div>"
        ),
        rows(lambda url, title, day: f"<div class='row'><a href='{url}' aria-label='{title}'></a><i>{day}</i></div>"),
        rows(
            lambda url, title, day: (
                f"<p class='row'><a href='javascript:void(0)' onclick=\"open('{url}','_blank')\">{title}</a>{day}</p>"
            )
        ),
        rows(
            lambda url, title, day: (
                f"<div class='row'><a href='/tags/{url[-6]}/'>News</a> <a href='{url}'>{title}</a>{day}</div>"
            )
        ),
    ],
    ids=[
        "date before",
        "date after",
        "definitions",
        "headings",
        "date rows",
        "cards",
        "read on",
        "labels",
        "scripts",
        "tags",
    ],
)
def test_rows_give_their_titles_and_dates(body: str) -> None:
    learned = learned_from(body)
    assert titles_in(learned) == list(TITLES)
    assert dates_in(learned) == list(DAYS)


@pytest.mark.parametrize(
    ("lang", "shown", "day"),
    [
        ("en", "<b>14</b> <i>Mar</i> <u>2026</u>", "2026-03-14"),
        ("zh", "<p>14</p><span>2026-03</span>", "2026-03-14"),
        ("zh", "[2026-03-14]", "2026-03-14"),
        ("zh", "2026年3月14日", "2026-03-14"),
        ("ru", "14 марта 2026 г.", "2026-03-14"),
        ("ru", "14.03.26", "2026-03-14"),
        ("fr", "14 févr. 2026", "2026-02-14"),
        ("en", "14 Mar 26", "2026-03-14"),
        ("fr", "14/03/2026", "2026-03-14"),
        ("en", "<span property='dc:date' content='2026-03-14T00:00:00-04:00'>2026/03/14</span>", "2026-03-14"),
    ],
)
def test_a_row_s_date_may_be_written_in_many_ways(lang: str, shown: str, day: str) -> None:
    body = rows(lambda url, title, _: f"<li class='row'><a href='{url}'>{title}</a> <div>{shown}</div></li>")
    assert dates_in(learned_from(body, lang)) == [day] * len(TITLES)


@pytest.mark.parametrize(
    ("shown", "order"),
    [
        (("03/14/2026", "03/02/2026"), MONTHS_FIRST),
        (("14/03/2026", "02/03/2026"), DAYS_FIRST),
        (("03/12/26", "03/04/26", "02/11/26", "02/05/26", "01/09/26"), MONTHS_FIRST),
        (("12/03/2026", "04/03/2026", "11/02/2026", "05/02/2026", "09/01/2026"), DAYS_FIRST),
        (("03/04/2026", "02/03/2026"), None),
    ],
)
def test_numbers_or_the_order_of_a_list_tell_whether_months_come_first(shown: Sequence[str], order: str | None) -> None:
    assert order_in(" ".join(shown)) == order


def test_days_below_months_below_years_are_completed() -> None:
    def listed(*days: int) -> str:
        return "".join(f"<li>{day} <a href='/n/{day}.html'>{TITLES[day % 4]}</a></li>" for day in days)

    months = f"<li>March<ul>{listed(14, 9)}</ul></li><li>February<ul>{listed(7, 4)}</ul></li>"
    learned = learned_from(f"<ul class='archive'><li>2026<ul>{months}</ul></li></ul>")
    assert dates_in(learned) == ["2026-03-14", "2026-03-09", "2026-02-07", "2026-02-04"]


def test_short_names_beside_dates_are_titles() -> None:
    names = ("Omran, Inc.", "GLJ Tools", "Atlas Pumps", "Tern, Ltd.")
    cells = "".join(
        f"<tr><td>{day}</td><td>{number}</td><td><a href='/decisions/{number}.pdf'>{name}</a></td></tr>"
        for number, (name, day) in enumerate(zip(names, WORDS, strict=True), 63700)
    )
    learned = learned_from(f"<form><table>{cells}</table></form>")
    assert titles_in(learned) == list(names)


def test_a_number_that_links_takes_the_title_of_its_row_and_no_other_link_s() -> None:
    cells = "".join(
        f"<tr><td><a href='/op/{number}P.pdf'>{number}P</a></td><td><a href='http://else.example/{number}'>{number}</a></td>"
        f"<td>{day}</td><td>{title}<br><span>Lower court</span></td></tr>"
        for number, (title, day) in enumerate(zip(TITLES, WORDS, strict=True), 100)
    )
    learned = learned_from(f"<table>{cells}</table>")
    assert [(link.url[-8:], link.title) for link in learned.links] == [
        (f"{number}P.pdf", title) for number, title in enumerate(TITLES, 100)
    ]


def test_titles_that_differ_by_a_number_alone_are_titles() -> None:
    items = "".join(
        f"<li><a href='/b/{number}.html'>Bulletin of the institute, No. {number}</a></li>" for number in range(9)
    )
    assert titles_in(learned_from(f"<ul class='all'>{items}</ul>"))[0] == "Bulletin of the institute, No. 0"


def test_classes_that_follow_a_category_part_no_list() -> None:
    body = rows(
        lambda url, title, day: (
            f"<div class='row'><a class='is-{title[:3].lower()}' href='{url}'>{title}</a>{day}</div>"
        )
    )
    assert titles_in(learned_from(body)) == list(TITLES)


def test_rows_of_two_kinds_are_one_list() -> None:
    def write(url: str, title: str, day: str) -> str:
        tag = "h3" if "e" in title[:4] else "h4"
        return f"<div class='row'><time>{day}</time><{tag}><a href='{url}'>{title}</a></{tag}></div>"

    assert titles_in(learned_from(f"<div>{rows(write)}</div>")) == list(TITLES)


def test_a_pinned_article_above_the_list_belongs_to_it() -> None:
    pinned = "<div class='pinned'><a href='/news/7.html'>Minister opens the new observatory</a> 15 March 2026</div>"
    items = rows(lambda url, title, day: f"<div class='row'><a href='{url}'>{title}</a> {day}</div>")
    assert titles_in(learned_from(f"{pinned}<div class='all'>{items}</div>"))[0] == "Minister opens the new observatory"


def test_undated_links_to_elsewhere_among_dated_rows_are_strays() -> None:
    items = rows(lambda url, title, day: f"<p>{day}: <a href='{url}'>{title}</a></p>")
    stray = "<p><a href='/statutes.pdf'>The statutes of the society in force</a></p>"
    assert titles_in(learned_from(f"<div>{items}{stray}</div>")) == list(TITLES)


def test_a_form_around_the_whole_page_is_no_furniture() -> None:
    items = rows(lambda url, title, _: f"<li><a href='{url}'>{title}</a></li>")
    page = a_page(f"<form class='with-sidebar'><ul class='news'>{items}</ul></form>")
    assert not any(anchor.furniture for anchor in page.anchors if "/news/" in anchor.url)


def test_rows_that_a_script_packs_are_read() -> None:
    records = rows(
        lambda url, title, day: f"<record><![CDATA[<li><a href='{url}'>{title}</a><b>{day}</b></li>]]></record>"
    )
    learned = learned_from(f"<div><script type='text/xml'><datastore>{records}</datastore></script></div>")
    assert (titles_in(learned), dates_in(learned)) == (list(TITLES), list(DAYS))


@pytest.mark.parametrize(
    "script",
    [
        "<script type='application/ld+json'>{}</script>",
        "<script id='__NEXT_DATA__' type='application/json'>{}</script>",
        "<script>window.__STATE__ = {};(function(){{}})();</script>",
    ],
)
def test_a_list_that_stands_in_a_script_is_read_and_read_again(script: str) -> None:
    entries = [
        {
            "item": {
                "headline": title,
                "url": f"/news/{number}",
                "datePublished": f"{day}T09:00:00Z",
                "image": {"url": "/x"},
            }
        }
        for number, (title, day) in enumerate(zip(TITLES, DAYS, strict=True))
    ]
    menu = [{"title": "People", "url": "/people"}, {"title": "Jobs", "url": "/jobs"}]
    page = a_page(script.format(json.dumps({"menu": menu, "itemListElement": entries})))
    learned = learn_list(page)
    assert learned is not None
    assert (titles_in(learned), dates_in(learned)) == (list(TITLES), list(DAYS))
    assert read_list(page, learned.pattern) == list(learned.links)


def test_the_second_page_of_a_list_widens_its_pattern_of_addresses() -> None:
    def listed(month: str) -> IndexPage:
        items = "".join(f"<li><a href='/2026/{month}/{title[:5]}{month}'>{title}</a></li>" for title in TITLES)
        return a_page(f"<ul class='news'>{items}</ul>")

    learned = learn_list(listed("march"), further=[listed("february")])
    assert learned is not None
    assert len(read_list(listed("january"), learned.pattern)) == len(TITLES)


OLDER = ("Museum lends its oldest sextant to the port", "Ferry carries instruments to the island station")


def older(write: Callable[[str, str], str]) -> str:
    """Write a row for each older title with its address."""
    return "".join(write(f"/news/{number}.html", title) for number, title in enumerate((*OLDER, TITLES[0][::-1]), 2))


@pytest.mark.parametrize(
    "after",
    [
        "<section id='more'><ul>" + older(lambda url, t: f"<li class='row'><h3><a href='{url}'>{t}</a></h3></li>"),
        "<ol class='nav'>" + older(lambda url, t: f"<li><a href='{url}'>{t}</a></li>"),
    ],
    ids=["rows made alike", "bare titles"],
)
def test_a_list_goes_on_in_what_comes_just_after_it(after: str) -> None:
    first = rows(lambda url, title, _: f"<li class='row'><h2><a href='{url}'>{title}</a></h2></li>")
    body = f"<main><div class='list'><ul>{first}</ul></div>{after}</main>"
    assert set(OLDER) < set(titles_in(learned_from(body)))


@pytest.mark.parametrize(
    "after",
    [
        "<aside><ul>" + older(lambda url, t: f"<li class='row'><h2><a href='{url}'>{t}</a></h2></li>"),
        "<p><a href='/'>Everything about our missions and people</a></p><ol class='nav'>"
        + older(lambda url, t: f"<li><a href='{url}'>{t}</a></li>"),
    ],
    ids=["aside", "among others"],
)
def test_a_box_beside_a_list_is_none_of_it(after: str) -> None:
    first = rows(lambda url, title, _: f"<li class='row'><h2><a href='{url}'>{title}</a></h2></li>")
    body = f"<main><div class='list'><ul>{first}</ul></div>{after}</main>"
    assert titles_in(learned_from(body)) == list(TITLES)


def test_blocks_of_articles_whose_addresses_carry_their_day_are_one_list() -> None:
    first = rows(lambda url, title, _: f"<li><h3><a href='/n/2026-03/14/c_{url[-7:-5]}.htm'>{title}</a></h3></li>")
    blocks = older(lambda url, t: f"<p class='b'><a href='/n/2026-02/0{url[-6]}/c_{url[-6]}.htm'>{t}</a></p>")
    body = f"<div class='top'>{blocks}</div><ul>{first}</ul>"
    assert set(OLDER) | set(TITLES) <= set(titles_in(learned_from(body)))


def test_the_time_of_an_update_is_no_date_of_a_row() -> None:
    body = rows(
        lambda url, title, day: (
            f"<li><a href='{url}'>{title}</a> <p class='meta'><span class='updated'>2026-04-01</span>{day}</p></li>"
        )
    )
    assert dates_in(learned_from(body)) == list(DAYS)


@pytest.mark.parametrize("around", ["html", "body", "div"])
def test_what_is_named_updated_and_holds_the_links_is_kept(around: str) -> None:
    body = rows(lambda url, title, day: f"<li><a href='{url}'>{title}</a> {day}</li>")
    page = f"<html><body><div><ul>{body}</ul></div></body></html>".replace(f"<{around}>", f"<{around} class='updated'>")
    learned = learn_list(IndexPage(page, HOME))
    assert learned is not None
    assert titles_in(learned) == list(TITLES)


def test_a_cell_that_spans_rows_leaves_their_other_columns_alone() -> None:
    def row(url: str, title: str, _: str) -> str:
        other = "".join(f"<a href='{url}?l={lang}'>{lang}</a>" for lang in ("fr", "de", "es"))
        start = "<td rowspan='4'>March</td>" if url.endswith("10.html") else ""
        topic = f"<td><a href='/about/{url[-6]}'>Law</a></td>"
        return f"<tr>{start}{topic}<td><a href='{url}'>{title}</a></td><td>{other}</td></tr>"

    assert titles_in(learned_from(f"<table>{rows(row)}</table>")) == list(TITLES)


def test_a_row_that_opens_by_a_click_is_its_article_s_though_it_holds_another_link() -> None:
    body = rows(
        lambda url, title, day: (
            f"<tr class='row' data-href='{url}'><td>{title}</td><td>{day}</td><td><a href='/de{url}'>DE</a></td></tr>"
        )
    )
    learned = learned_from(f"<table>{body}</table>")
    assert titles_in(learned) == list(TITLES)
    assert all("/de/" not in link.url for link in learned.links)


def test_links_to_pictures_are_no_articles() -> None:
    body = rows(
        lambda url, title, _: (
            f"<div class='row'><a class='zoom' href='/img{url[:-4]}jpg'><img alt='{title}'></a><h2><a href='{url}'>"
            f"{title}</a></h2></div>"
        )
    )
    assert all(link.url.endswith(".html") for link in learned_from(body).links)
