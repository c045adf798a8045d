"""Shapes of pages that state their day in words or for machines, among dates that are not theirs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta

from benchmarks.dates_pages import FOUR, Draw, Page, Parts, Shape

VISIBLE = (*FOUR, "de", "es", "it", "ja", "pt")


def stamp_below_title(draw: Draw) -> Page:
    """Stamp with time and source below the title."""
    return draw.own(Parts(beside=draw.line(draw.said("stamps"))))


def label_below_title(draw: Draw) -> Page:
    """Label of publication below the title."""
    return draw.own(Parts(beside=draw.line(draw.said("published"))))


def bare_below_title(draw: Draw) -> Page:
    """Bare date below the title."""
    return draw.own(Parts(beside=draw.line(draw.written())))


def bare_above_title(draw: Draw) -> Page:
    """Bare date above the title."""
    return draw.own(Parts(above=draw.line(draw.written())))


def published_then_updated(draw: Draw) -> Page:
    """Labels of publication and update in one line."""
    text = f"{draw.said('published')} - {draw.said('updated', draw.written(draw.later_day()))}"
    return draw.own(Parts(beside=draw.line(text)))


def updated_then_published(draw: Draw) -> Page:
    """Label of update above that of publication."""
    updated = draw.line(draw.said("updated", draw.written(draw.later_day())))
    return draw.own(Parts(beside=updated + draw.line(draw.said("published"))))


def byline(draw: Draw) -> Page:
    """Byline with the date."""
    return draw.own(Parts(beside=draw.line(draw.said("bylines"))))


def label_after_text(draw: Draw) -> Page:
    """Label of publication after the text."""
    return draw.own(Parts(after=draw.line(draw.said("published"))))


def signature_after_text(draw: Draw) -> Page:
    """Signature with the date after the text."""
    return draw.own(Parts(after=f'<p align="right">{draw.said("signatures")}</p>'))


def in_breadcrumb(draw: Draw) -> Page:
    """Date in the breadcrumb."""
    crumbs = f'<div class="crumbs"><a href="/">1</a> &gt; <a href="/n">{draw.title[:6]}</a> &gt; {draw.written()}</div>'
    return draw.own(Parts(above=crumbs))


def press_release(draw: Draw) -> Page:
    """Press release for immediate release."""
    place = draw.chance.choice(("above", "beside"))
    return draw.own(Parts(**{place: draw.line(draw.said("releases"))}))


def embargo(draw: Draw) -> Page:
    """Embargo that has passed."""
    return draw.own(Parts(beside=draw.line(draw.said("embargoes"))))


def dateline(draw: Draw) -> Page:
    """Dateline with the year."""
    return draw.own(Parts(lead=draw.said("datelines")))


def dateline_and_address(draw: Draw) -> Page:
    """Dateline without the year, date in the address."""
    lead = draw.said("datelines", draw.without_year())
    return draw.own(Parts(lead=lead), url=draw.address(f"/{draw.day:%Y-%m/%d}/c_1125.htm"))


def dateline_and_label(draw: Draw) -> Page:
    """Dateline without the year, label below the title."""
    lead = draw.said("datelines", draw.without_year())
    return draw.own(Parts(lead=lead, beside=draw.line(draw.said("published"))))


def today_above(draw: Draw) -> Page:
    """Date of today in the header, own date below."""
    page = draw.own(Parts(beside=draw.line(draw.written())))
    today = draw.said("today", draw.written(page.fetched_on))
    body = page.body.decode().replace("<body>", f"<body><div class='head'>{today}</div>", 1)
    return Page(**{**vars(page), "body": body.encode()})


def dated_sidebar(draw: Draw) -> Page:
    """Ten dated links beside the own date."""
    return draw.own(Parts(side=draw.dated_links(), beside=draw.line(draw.said("stamps"))))


def dated_related(draw: Draw) -> Page:
    """Dated related articles below, own date below the title."""
    return draw.own(Parts(below=draw.dated_links(4), beside=draw.line(draw.written()), foot="© 2005-2026"))


def dated_comments(draw: Draw) -> Page:
    """Dated comments below, own label."""
    comment = (
        f'<div class="comment"><b>Kim</b> {draw.said("published", draw.written(draw.later_day()))}<p>Ok!</p></div>'
    )
    return draw.own(Parts(below=f'<div id="comments">{comment * 3}</div>', beside=draw.line(draw.said("published"))))


def calendar(draw: Draw) -> Page:
    """Calendar in the sidebar, own date below the title."""
    return draw.own(Parts(side=calendar_of(draw), beside=draw.line(draw.written())))


def calendar_of(draw: Draw) -> str:
    """Draw a month as a table whose days are links."""
    days = "".join(f'<td><a href="/{draw.day:%Y/%m}/{day:02d}/">{day}</a></td>' for day in range(1, 29))
    month = f"{draw.later_day():%B %Y}" if draw.language == "en" else f"{draw.later_day():%Y-%m}"
    return f'<table id="calendar"><caption>{month}</caption><tr>{days}</tr></table>'


def ld_published(draw: Draw) -> Page:
    """JSON-LD datePublished alone."""
    item = {"@type": "NewsArticle", "headline": draw.title, "datePublished": f"{draw.day}T10:22:00+08:00"}
    return draw.own(Parts(head=ld(item)))


def ld(*items: Mapping[str, object]) -> str:
    """Write JSON-LD."""
    return f'<script type="application/ld+json">{json.dumps(items[0] if len(items) == 1 else items)}</script>'


def ld_graph(draw: Draw) -> Page:
    """JSON-LD graph of website, page and article."""
    graph = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "name": "Agency", "datePublished": "2001-01-01"},
            {"@type": "WebPage", "datePublished": f"{draw.day}T08:00:00+00:00", "dateModified": str(draw.later_day())},
        ],
    }
    return draw.own(Parts(head=ld(graph)))


def ld_of_others(draw: Draw) -> Page:
    """JSON-LD of other articles, own label."""
    return draw.own(Parts(head=ld(*others(draw)), beside=draw.line(draw.said("published"))))


def others(draw: Draw) -> list[dict[str, object]]:
    """Describe three other articles for machines."""
    return [
        {
            "@type": "NewsArticle",
            "headline": f"{number} Something else entirely {number}",
            "url": draw.address(f"/news/other-{number}.html"),
            "datePublished": f"{draw.other_day()}T10:00:00Z",
        }
        for number in range(3)
    ]


def meta_time(draw: Draw) -> Page:
    """Meta article:published_time alone."""
    return draw.own(Parts(head=f'<meta property="article:published_time" content="{draw.day}T09:00:00+03:00">'))


def meta_dublin_core(draw: Draw) -> Page:
    """Dublin Core, Highwire or RFC 2822 meta alone."""
    name, value = draw.chance.choice(
        (
            ("DC.date.issued", f"{draw.day}"),
            ("citation_publication_date", f"{draw.day:%Y/%m/%d}"),
            ("pubdate", f"{draw.day:%a, %d %b %Y} 10:22:00 GMT"),
            ("PubDate", f"{draw.day:%Y-%m-%d} 10:22"),
            ("dcterms.created", f"{draw.day:%Y%m%d}"),
        )
    )
    return draw.own(Parts(head=f'<meta name="{name}" content="{value}">'))


def moved_site(draw: Draw) -> Page:
    """Meta time reset by a move of the site, own label."""
    head = '<meta property="article:published_time" content="2026-01-01T00:00:00+00:00">'
    return draw.own(Parts(head=head, beside=draw.line(draw.said("published"))), fetched_on=RESET_SEEN)


def moved_site_bare(draw: Draw) -> Page:
    """Meta time reset by a move of the site, bare date and address."""
    head = ld({"@type": "NewsArticle", "headline": draw.title, "datePublished": "2026-01-01T00:00:00Z"})
    url = draw.address(f"/{draw.day:%Y/%m}/item.html")
    return draw.own(Parts(head=head, beside=draw.line(draw.written())), url=url, fetched_on=RESET_SEEN)


def other_time_zone(draw: Draw) -> Page:
    """Machine's time in another zone, local day shown."""
    stamp = draw.chance.choice((f"{draw.day - ONE_DAY}T22:30:00Z", f"{draw.day + ONE_DAY}T01:30:00Z"))
    head = f'<meta property="article:published_time" content="{stamp}">'
    return draw.own(Parts(head=head, beside=draw.line(draw.said("published"))))


def time_beside_title(draw: Draw) -> Page:
    """Time element beside the title, relative words shown."""
    return draw.own(Parts(beside=f'<time datetime="{draw.day}T10:00:00Z">3 days ago</time>'))


def time_in_teaser(draw: Draw) -> Page:
    """Time element in a teaser, own bare date."""
    teaser = f'<aside><a href="/n/9"><h3>...</h3><time datetime="{draw.other_day()}">x</time></a></aside>'
    return draw.own(Parts(side=teaser, beside=draw.line(draw.written())))


def microdata(draw: Draw) -> Page:
    """Microdata datePublished or hAtom published beside updated."""
    updated = f'<time class="updated" datetime="{draw.later_day()}">{draw.written(draw.later_day())}</time>'
    own = draw.chance.choice(
        (
            f'<meta itemprop="datePublished" content="{draw.day}">',
            f'<time class="entry-date published" datetime="{draw.day}T10:00:00Z">{draw.written()}</time>',
        )
    )
    return draw.own(Parts(beside=f"<p>{own}{updated}</p>"))


def definition_list(draw: Draw) -> Page:
    """Definition list or table of facts with the date."""
    label, value = draw.said("published", "{}").split("{}")[0].strip(" :："), draw.written()
    table = f"<table><tr><th>No.</th><td>12</td></tr><tr><th>{label}</th><td>{value}</td></tr></table>"
    return draw.own(Parts(beside=draw.chance.choice((f"<dl><dt>{label}</dt><dd>{value}</dd></dl>", table))))


def split_date(draw: Draw) -> Page:
    """Day, month and year in elements of their own."""
    parts = (
        f'<span class="d">{draw.day:%d}</span><span class="m">{draw.day:%b}</span><span class="y">{draw.day:%Y}</span>'
    )
    return draw.own(Parts(above=f'<div class="cal">{parts}</div>'))


def in_brackets(draw: Draw) -> Page:
    """Date in brackets, or the time before the date."""
    form = draw.chance.choice(("[{}]", "({})", "10:22, {}", "{} 10:22:33", "10:22 {}", "{} (10:22)"))
    return draw.own(Parts(beside=draw.line(form.format(draw.written()))))


def posted_event(draw: Draw) -> Page:
    """Page of an event with a label of publication."""
    event = f"<p>{draw.said('events', draw.written(draw.later_day()))}</p>"
    own = draw.line(draw.said("published"))
    return draw.own(Parts(beside=draw.chance.choice((own + event, event + own))))


def address_against_page(draw: Draw) -> Page:
    """Date in the address against the page's label."""
    url = draw.address(f"/{draw.other_day():%Y/%m/%d}/item.html")
    return draw.own(Parts(beside=draw.line(draw.said("published"))), url=url)


def address_alone(draw: Draw) -> Page:
    """Date in the address alone."""
    form = draw.chance.choice(
        ("/%Y/%m/%d/item.html", "/%Y-%m/%d/c_1122.htm", "/%Y%m/t%Y%m%d_998.shtml", "/news/%Y-%m-%d-x")
    )
    return draw.own(Parts(), url=draw.address(draw.day.strftime(form)))


def label_in_language(draw: Draw) -> Page:
    """Label of publication in German, Spanish, Italian, Japanese or Portuguese."""
    return draw.own(Parts(beside=draw.line(draw.said("published"))))


ONE_DAY = timedelta(days=1)
RESET_SEEN = date(2026, 6, 1)

STATED: tuple[tuple[Shape, tuple[str, ...]], ...] = (
    (stamp_below_title, FOUR),
    (label_below_title, FOUR),
    (bare_below_title, VISIBLE),
    (bare_above_title, VISIBLE),
    (published_then_updated, FOUR),
    (updated_then_published, FOUR),
    (byline, FOUR),
    (label_after_text, FOUR),
    (signature_after_text, FOUR),
    (in_breadcrumb, FOUR),
    (press_release, FOUR),
    (embargo, ("en", "fr")),
    (dateline, FOUR),
    (dateline_and_address, FOUR),
    (dateline_and_label, FOUR),
    (today_above, FOUR),
    (dated_sidebar, FOUR),
    (dated_related, FOUR),
    (dated_comments, FOUR),
    (calendar, FOUR),
    (ld_published, FOUR),
    (ld_graph, FOUR),
    (ld_of_others, FOUR),
    (meta_time, FOUR),
    (meta_dublin_core, FOUR),
    (moved_site, FOUR),
    (moved_site_bare, FOUR),
    (other_time_zone, FOUR),
    (time_beside_title, FOUR),
    (time_in_teaser, FOUR),
    (microdata, FOUR),
    (definition_list, FOUR),
    (split_date, ("en",)),
    (in_brackets, FOUR),
    (posted_event, FOUR),
    (address_against_page, FOUR),
    (address_alone, FOUR),
    (label_in_language, ("de", "es", "it", "ja", "pt")),
)
