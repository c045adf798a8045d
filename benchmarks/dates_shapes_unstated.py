"""Shapes of pages that do not state when they were published, full of other dates."""

from __future__ import annotations

import datetime as dt

from benchmarks.dates_pages import FOUR, Draw, Page, Parts, Shape
from benchmarks.dates_shapes import calendar_of, ld, others
from perilune.dates import PartialDate


def update_alone(draw: Draw) -> Page:
    """Update alone."""
    return draw.page(Parts(**{draw.chance.choice(("beside", "after")): draw.line(draw.said("updated"))}))


def ld_modified(draw: Draw) -> Page:
    """JSON-LD dateModified alone."""
    return draw.page(Parts(head=ld({"@type": "Article", "headline": draw.title, "dateModified": str(draw.day)})))


def meta_modified(draw: Draw) -> Page:
    """Meta time of modification alone."""
    name = draw.chance.choice(("article:modified_time", "og:updated_time", "last-modified", "dcterms.modified"))
    return draw.page(Parts(head=f'<meta property="{name}" content="{draw.day}T10:00:00Z">'))


def dateline_without_year(draw: Draw) -> Page:
    """Dateline without the year."""
    return draw.page(Parts(lead=draw.said("datelines", draw.without_year())))


def event_labelled(draw: Draw) -> Page:
    """Event's labelled day beside the title."""
    return draw.page(Parts(beside=draw.line(draw.said("events"))))


def event_in_prose(draw: Draw) -> Page:
    """History that begins with a day."""
    return draw.page(Parts(lead=draw.said("history")))


def event_range(draw: Draw) -> Page:
    """Event's range of days beside the title."""
    first = draw.day.replace(day=10)
    shown = f"{first.day}-{first.day + 4} {first:%B %Y}, Vienna"
    return draw.page(Parts(beside=draw.line(shown)))


def deadline_after_text(draw: Draw) -> Page:
    """Event's day after the text."""
    return draw.page(Parts(after=draw.line(draw.said("events"))))


def today_in_header(draw: Draw) -> Page:
    """Day of the fetch in the header."""
    fetched_on = draw.day + dt.timedelta(days=100)
    return draw.page(Parts(top=draw.said("today", draw.written(fetched_on))), fetched_on=fetched_on)


def cached_today(draw: Draw) -> Page:
    """Day of yesterday's cache in the header."""
    fetched_on = draw.day + dt.timedelta(days=100)
    shown = draw.words.today[draw.language][0].format(date=draw.written(fetched_on - dt.timedelta(days=1)))
    return draw.page(Parts(top=shown), fetched_on=fetched_on)


def copyright_years(draw: Draw) -> Page:
    """Copyright years alone."""
    return draw.page(Parts(foot=f"© {draw.day.year} Agency. All rights reserved. 1998-{draw.day.year}"))


def sidebar_alone(draw: Draw) -> Page:
    """Ten dated links in a sidebar."""
    return draw.page(Parts(side=draw.dated_links()))


def related_alone(draw: Draw) -> Page:
    """Dated related articles below the text."""
    return draw.page(Parts(below=draw.dated_links(5)))


def teasers_in_blocks(draw: Draw) -> Page:
    """Dated teasers in blocks, date above each link."""
    teaser = "".join(
        f'<div class="item"><div>{draw.written(draw.other_day())}</div><a href="/n/{n}">{draw.title[:9]} {n}</a></div>'
        for n in range(4)
    )
    return draw.page(Parts(**{draw.chance.choice(("side", "below")): f'<div class="news">{teaser}</div>'}))


def comments_alone(draw: Draw) -> Page:
    """Dated comments below the text."""
    comment = f'<li class="comment"><b>Kim</b> <p>{draw.said("published")}</p><p>Thanks!</p></li>'
    return draw.page(Parts(below=f'<ol id="comments">{comment * 2}</ol>'))


def calendar_alone(draw: Draw) -> Page:
    """Calendar in the sidebar."""
    return draw.page(Parts(side=calendar_of(draw)))


def ld_others_alone(draw: Draw) -> Page:
    """JSON-LD of other articles alone."""
    items = others(draw)
    listing = {"@type": "CollectionPage", "hasPart": items}
    return draw.page(Parts(head=ld(listing) if draw.chance.random() < 1 / 3 else ld(*items)))


def teaser_time(draw: Draw) -> Page:
    """Time element in a teaser alone."""
    time = f'<time datetime="{draw.other_day()}T10:00:00Z">{draw.written(draw.other_day())}</time>'
    teaser = f'<div class="teaser"><a href="/n/9"><h3>{draw.title[:5]}...</h3>{time}</a></div>'
    return draw.page(Parts(**{draw.chance.choice(("side", "below")): teaser * 2}))


def ambiguous_numbers(draw: Draw) -> Page:
    """Slashed date in English that nothing settles."""
    draw.day = draw.day.replace(day=draw.chance.choice([day for day in range(1, 13) if day != draw.day.month]))
    shown = draw.line(f"{draw.day:%d/%m/%Y}")
    return draw.page(Parts(beside=shown), gold=PartialDate(draw.day.year), url="https://agency.example.org/item")


def embargo_ahead(draw: Draw) -> Page:
    """Embargo that has not passed."""
    fetched_on = draw.day - dt.timedelta(days=9)
    return draw.page(Parts(beside=draw.line(draw.said("embargoes"))), fetched_on=fetched_on)


def future_day(draw: Draw) -> Page:
    """Day in the future, by mistake or of an event."""
    fetched_on = draw.day - dt.timedelta(days=30)
    head = draw.chance.choice(("", f'<meta property="article:published_time" content="{draw.day}T10:00:00Z">'))
    return draw.page(Parts(head=head, beside=draw.line(draw.written())), fetched_on=fetched_on)


def other_label(draw: Draw) -> Page:
    """Day of printing, of entry into force, of founding or of birth."""
    return draw.page(Parts(beside=draw.line(draw.said("generated"))))


def number_in_address(draw: Draw) -> Page:
    """Numbers in the address that are no date."""
    path = draw.chance.choice(
        ("/news/20991399.html", "/a/201345678.html", "/p/1998/item", "/id-202013", "/docs/2024-25/x")
    )
    return draw.page(Parts(), url=draw.address(path))


def epoch_of_page(draw: Draw) -> Page:
    """Seconds since 1970 of the page's making."""
    seconds = int(dt.datetime.combine(draw.day, dt.time(12), dt.UTC).timestamp())
    return draw.page(
        Parts(
            head=f"<script>var now={seconds};</script>", foot=f'<div data-build="{seconds}" data-ts="{seconds}">x</div>'
        )
    )


def http_alone(draw: Draw) -> Page:
    """Last-Modified of the answer alone."""
    return Page(**{**vars(draw.page(Parts())), "last_modified": draw.day})


def nothing(draw: Draw) -> Page:
    """Nothing at all."""
    return draw.page(Parts())


UNSTATED: tuple[tuple[Shape, tuple[str, ...]], ...] = (
    (update_alone, FOUR),
    (ld_modified, FOUR),
    (meta_modified, FOUR),
    (dateline_without_year, FOUR),
    (event_labelled, FOUR),
    (event_in_prose, FOUR),
    (event_range, ("en",)),
    (deadline_after_text, FOUR),
    (today_in_header, FOUR),
    (cached_today, FOUR),
    (copyright_years, FOUR),
    (sidebar_alone, FOUR),
    (related_alone, FOUR),
    (teasers_in_blocks, FOUR),
    (comments_alone, FOUR),
    (calendar_alone, FOUR),
    (ld_others_alone, FOUR),
    (teaser_time, FOUR),
    (ambiguous_numbers, ("en",)),
    (embargo_ahead, ("en", "fr")),
    (future_day, FOUR),
    (other_label, FOUR),
    (number_in_address, FOUR),
    (epoch_of_page, FOUR),
    (http_alone, FOUR),
    (nothing, FOUR),
)
