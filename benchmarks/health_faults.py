"""The faults of the suite, as what they do to HTTP answers: each takes the answer that would come and gives another.

A fault may touch indexes, article pages or both. What has no bytes (no host, no time) is the exception that Scrapy
raises for it, by class name and words, as seen on a loopback server that misbehaves so.
"""

from __future__ import annotations

import datetime as dt
import gzip
import html
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from benchmarks.health_web import Flavour, Item, Site, atom_of, list_of, rss_of, sitemap_of
from crawler.health.answers import Answer
from crawler.health.case import Cause
from models.vocabulary import SourceKind


@dataclass(frozen=True)
class Lost:
    """No answer: Scrapy's exception, and whether headers had come before."""

    kind: str
    words: str = ""
    has_begun: bool = False


Reply = Answer | Lost


@dataclass(frozen=True)
class Moment:
    """Where and when a fault acts: the site, since when it has the fault, and the moment of the request."""

    site: Site
    onset: dt.datetime
    now: dt.datetime

    @property
    def rng(self) -> random.Random:
        """Chance that is the same for the same moment."""
        return random.Random(f"{self.site.host}{self.now.isoformat()}")


OnIndex = Callable[[Answer, Moment], Reply]
OnPage = Callable[[Answer, Item, Moment], Reply]


@dataclass(frozen=True)
class Fault:
    """A fault of the suite: what it is called there, which variant, which cause is right, and what it does."""

    name: str
    variant: str
    cause: Cause
    on_index: OnIndex | None = None
    on_page: OnPage | None = None
    kinds: frozenset[SourceKind] = frozenset({SourceKind.FEED, SourceKind.SITEMAP, SourceKind.LISTING})
    fits: Callable[[Site], bool] = lambda _: True


FEEDS = frozenset({SourceKind.FEED})
XML = frozenset({SourceKind.FEED, SourceKind.SITEMAP})
LISTS = frozenset({SourceKind.LISTING})
HTML_TYPE = {"content-type": "text/html; charset=utf-8"}
ENTITIES = "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(12))
CAPTCHA_PAGE = (
    "<html><title>Security check</title><body><div class='g-recaptcha'></div><p>Prove you are human</p></body></html>"
)
CHALLENGE_PAGE = (
    "<html><title>Just a moment...</title><body><p>Checking your browser before you enter.</p></body></html>"
)
LOGIN_PAGE = (
    "<html><title>Log in | Members</title><body><h1>Log in</h1><form><input name='user'>"
    "<input type='password' name='word'></form></body></html>"
)
NOT_FOUND_PAGE = "<html><title>Page not found</title><body><h1>Page not found</h1><p>Try the search.</p></body></html>"
FORBIDDEN_PAGE = "<html><title>403 Forbidden</title><body><h1>Forbidden</h1></body></html>"
ERROR_PAGE = "<html><title>Error</title><body><h1>Internal Server Error</h1></body></html>"


def answered(status: int, body: str, headers: Mapping[str, str] | None = None) -> Callable[[Answer], Answer]:
    """Make what answers with a status and an HTML body in place of the true answer."""

    def change(answer: Answer) -> Answer:
        fetched = replace(answer.fetched, status=status, headers={**HTML_TYPE, **(headers or {})}, body=body.encode())
        return replace(answer, fetched=fetched)

    return change


def with_body(answer: Answer, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
    """Give an answer another body."""
    return replace(answer, fetched=replace(answer.fetched, body=body, headers=dict(headers or answer.fetched.headers)))


def redirected(answer: Answer, url: str, *statuses: int) -> Answer:
    """Let an answer come from another address."""
    return replace(answer, fetched=replace(answer.fetched, url=url), redirects=statuses)


def for_index(change: Callable[[Answer], Reply]) -> OnIndex:
    """Apply a change to every index."""
    return lambda answer, _: change(answer)


def for_pages(change: Callable[[Answer], Reply]) -> OnPage:
    """Apply a change to every article page."""
    return lambda answer, _item, _moment: change(answer)


def lost(kind: str, words: str = "", *, has_begun: bool = False) -> Callable[[Answer], Lost]:
    """Make what loses every answer."""
    return lambda _: Lost(kind, words, has_begun)


def _empty(answer: Answer, moment: Moment) -> Answer:
    return with_body(answer, moment.site.index_body((), moment.now))


def _stale(answer: Answer, moment: Moment) -> Answer:
    return moment.site.index(answer.asked, moment.onset)


def _new_addresses(answer: Answer, moment: Moment) -> Answer:
    """Redesign the list: other classes, other addresses."""
    text = answer.fetched.body.decode(moment.site.charset)
    text = re.sub(r"/news/(?:\d{4}/\d\d/)?([\w-]+)\.html", r"/stories/\1", text).replace("card", "c-teaser__box")
    return with_body(answer, text.encode(moment.site.charset, "xmlcharrefreplace"))


def _by_script(answer: Answer, _: Moment) -> Answer:
    page = "<html><body><div id='root'></div><script src='/bundle.js'></script></body></html>"
    return with_body(answer, page.encode(), HTML_TYPE)


def _few_links(answer: Answer, moment: Moment) -> Answer:
    """Redesign the list so that only two featured articles keep their links; the others open by script."""
    shown = moment.site.shown(moment.onset)[:2]
    rest = "".join(
        f"<div data-open='{item.number}'>{html.escape(item.title)}</div>" for item in moment.site.shown(moment.now)
    )
    return with_body(answer, moment.site.page(list_of(shown, moment.site, is_dated=True) + rest, moment.now))


def _moved_and_readable(answer: Answer, moment: Moment) -> Answer:
    return redirected(answer, f"https://new.{moment.site.host}/en/feed", 301)


def _moved_to_front_page(answer: Answer, moment: Moment) -> Answer:
    body = moment.site.page("<h2>Welcome</h2><p><a href='/en/'>Enter our new site</a></p>", moment.now)
    return redirected(with_body(answer, body, HTML_TYPE), f"https://www.new-{moment.site.host}/", 301, 302)


def _login_elsewhere(answer: Answer, moment: Moment) -> Answer:
    return redirected(answered(200, LOGIN_PAGE)(answer), f"https://login.{moment.site.host}/sso?next=1", 302)


def misread(body: bytes, charset: str, as_charset: str) -> bytes:
    """Encode twice: text read as another charset than it is in, and written again as UTF-8."""
    text = body.decode(charset).encode("utf-8").decode(as_charset, "replace")
    return re.sub(r"(charset=|encoding=')[\w-]+", r"\1utf-8", text).encode("utf-8")


def _misread_as(as_charset: str) -> Callable[[Answer], Answer]:
    def change(answer: Answer) -> Answer:
        charset = "utf-8" if _is_utf_8(answer.fetched.body) else "gb18030"
        return with_body(answer, misread(answer.fetched.body, charset, as_charset))

    return change


def _question_marks(answer: Answer) -> Answer:
    charset = "utf-8" if _is_utf_8(answer.fetched.body) else "gb18030"
    return with_body(answer, answer.fetched.body.decode(charset).encode("ascii", "replace"))


def _is_utf_8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _index_of(shown: Sequence[Item], answer: Answer, moment: Moment, *, is_dated: bool = True) -> Answer:
    site = moment.site
    writers = {Flavour.RSS: rss_of, Flavour.ATOM: atom_of}
    if site.flavour in writers:
        return with_body(answer, writers[site.flavour](shown, is_dated=is_dated))
    if site.flavour is Flavour.NEWS_SITEMAP:
        body = sitemap_of(shown)
        return with_body(
            answer, body if is_dated else re.sub(rb"<news:publication_date>[^<]*</news:publication_date>", b"", body)
        )
    return with_body(answer, site.page(list_of(shown, site, is_dated=is_dated), moment.now))


def _undated(answer: Answer, moment: Moment) -> Answer:
    return _index_of(moment.site.shown(moment.now), answer, moment, is_dated=False)


def _undated_page(answer: Answer, _item: Item, _moment: Moment) -> Answer:
    return with_body(answer, re.sub(rb"<time.*?</time>", b"", answer.fetched.body))


def _undatable(answer: Answer, moment: Moment) -> Answer:
    """Write dates in a form that no reader can turn into a day."""
    site = moment.site
    body = _index_of(site.shown(moment.now), answer, moment).fetched.body
    unread = re.sub(
        rb"(<pubDate>|<published>|<news:publication_date>|class='date'>|</a></td><td>)[^<]+", rb"\g<1>a while ago", body
    )
    return with_body(answer, unread)


def _dated_now(answer: Answer, moment: Moment) -> Answer:
    """Give every item the date of the request, as feeds of some generators do."""
    shown = [replace(item, at=moment.now) for item in moment.site.shown(moment.now)]
    return _index_of(shown, answer, moment)


def _dated_anew(answer: Answer, moment: Moment) -> Answer:
    """Give every older item the day of the site's move."""
    shown = [replace(item, at=max(item.at, moment.onset)) for item in moment.site.shown(moment.now)]
    return _index_of(shown, answer, moment)


def _one_address(answer: Answer, moment: Moment) -> Answer:
    """Give every entry the address and GUID of one."""
    shown = moment.site.shown(moment.now)
    return _index_of([replace(item, url=shown[-1].url) for item in shown], answer, moment)


def _boilerplate(answer: Answer, item: Item, moment: Moment) -> Answer:
    teaser = moment.site.sentences(random.Random(item.number), 1)[0][:60]
    return with_body(answer, moment.site.page(f"<h1>{html.escape(item.title)}</h1><p>{teaser} …</p>", moment.now))


def _same_text(answer: Answer, item: Item, moment: Moment) -> Answer:
    text = "".join(f"<p>{sentence}</p>" for sentence in moment.site.sentences(random.Random(1), 6))
    return with_body(answer, moment.site.page(f"<h1>{html.escape(item.title)}</h1>{text}", moment.now))


def _now_and_then(answer: Answer, moment: Moment) -> Reply:
    return answer if moment.rng.random() < 0.5 else answered(502, ERROR_PAGE)(answer)


def _one_of_two(answer: Answer, moment: Moment) -> Reply:
    is_second = "/science/" in answer.asked
    return Lost("DownloadTimeoutError") if is_second and moment.site.has_two_indexes else answer


def _most_pages(answer: Answer, item: Item, _moment: Moment) -> Reply:
    return answer if item.number % 3 == 0 else answered(500, ERROR_PAGE)(answer)


def _trap(answer: Answer, moment: Moment) -> Answer:
    """Let a calendar lead from page to page of addresses that are new every day."""
    page = int(answer.asked.rpartition("=")[2]) if "?page=" in answer.asked else 1
    day = moment.now + dt.timedelta(days=page)
    links = "".join(
        f"<li><a href='/news/{day:%Y/%m}/calendar-{day:%Y%m%d%H}-{number}.html'>What was on this day: {number}</a>"
        for number in range(2 if page == 1 else 8)
    )
    onward = f"<a rel='next' href='/news/?page={page + 1}'>Next page</a>"
    own = list_of(moment.site.shown(moment.now) if page == 1 else (), moment.site, is_dated=True)
    own = re.sub(r"<a rel='next'.*?</a>", "", own)
    return moment.site.answer(answer.asked, moment.site.page(f"{own}<ul>{links}</ul>{onward}", moment.now))


@cache
def bomb() -> bytes:
    """Pack 30 MB of nothing into 30 kB."""
    return gzip.compress(b" " * 30_000_000)


def _bomb(answer: Answer) -> Answer:
    return with_body(answer, bomb(), {**answer.fetched.headers, "content-encoding": "gzip"})


def _malformed(answer: Answer) -> Answer:
    """Begin with a bomb of entities and break off in the middle of the first entry."""
    body = answer.fetched.body.decode()
    root = "rss" if "<rss" in body else "feed" if "<feed" in body else "urlset"
    bomb_of_entities = f"<!DOCTYPE {root} [<!ENTITY a 'ha'>{ENTITIES}]>"
    start = body.index(f"<{root}")
    end = min((place for mark in ("<item>", "<entry>", "<url>") if (place := body.find(mark)) > 0), default=len(body))
    return with_body(answer, f"{body[:start]}{bomb_of_entities}{body[start:end]}<x>&m;".encode())


def _broken_tags(answer: Answer) -> Answer:
    """Lose most closing tags, so that entries run into each other."""
    body = answer.fetched.body.decode()
    return with_body(answer, re.sub(r"</(item|entry|url|link|loc|title|news:news)>", "", body).encode())


FAULTS: tuple[Fault, ...] = (
    Fault("403", "index", Cause.FORBIDDEN, on_index=for_index(answered(403, FORBIDDEN_PAGE))),
    Fault("403", "pages", Cause.FORBIDDEN, on_page=for_pages(answered(403, FORBIDDEN_PAGE))),
    Fault(
        "429 with Retry-After",
        "429",
        Cause.RATE_LIMITED,
        on_index=for_index(answered(429, "", {"retry-after": "3600"})),
    ),
    Fault(
        "429 with Retry-After", "503", Cause.RATE_LIMITED, on_index=for_index(answered(503, "", {"retry-after": "600"}))
    ),
    Fault("200 with captcha", "index", Cause.CAPTCHA, on_index=for_index(answered(200, CAPTCHA_PAGE))),
    Fault("200 with captcha", "challenge", Cause.CHALLENGE, on_index=for_index(answered(200, CHALLENGE_PAGE))),
    Fault("200 with captcha", "pages", Cause.CAPTCHA, on_page=for_pages(answered(200, CAPTCHA_PAGE))),
    Fault(
        "DNS failure",
        "",
        Cause.DNS,
        on_index=for_index(lost("CannotResolveHostError", "DNS lookup failed: no results")),
    ),
    Fault(
        "TLS failure",
        "",
        Cause.TLS,
        on_index=for_index(
            lost("DownloadFailedError", "[<Failure OpenSSL.SSL.Error: [('SSL routines', '', 'alert')]>]")
        ),
    ),
    Fault("time-out", "", Cause.TIMEOUT, on_index=for_index(lost("DownloadTimeoutError"))),
    Fault("slow drip", "", Cause.SLOW, on_index=for_index(lost("DownloadTimeoutError", has_begun=True))),
    Fault("empty feed", "", Cause.EMPTY, on_index=_empty, kinds=XML),
    Fault("stale feed", "", Cause.STALE, on_index=_stale, kinds=XML),
    Fault("redesign", "new addresses", Cause.LIST_CHANGED, on_index=_new_addresses, kinds=LISTS),
    Fault("redesign", "by script", Cause.LIST_CHANGED, on_index=_by_script, kinds=LISTS),
    Fault("redesign", "few links", Cause.LIST_CHANGED, on_index=_few_links, kinds=LISTS),
    Fault("moved address", "readable", Cause.MOVED, on_index=_moved_and_readable),
    Fault("moved address", "to front page", Cause.MOVED, on_index=_moved_to_front_page),
    Fault("moved address", "404", Cause.GONE, on_index=for_index(answered(404, NOT_FOUND_PAGE))),
    Fault("login wall", "index", Cause.LOGIN_WALL, on_index=for_index(answered(200, LOGIN_PAGE))),
    Fault("login wall", "redirect", Cause.LOGIN_WALL, on_index=_login_elsewhere),
    Fault("login wall", "pages", Cause.LOGIN_WALL, on_page=for_pages(answered(200, LOGIN_PAGE))),
    Fault(
        "wrong encoding",
        "Latin",
        Cause.GARBLED,
        on_index=for_index(_misread_as("cp1252")),
        on_page=for_pages(_misread_as("cp1252")),
    ),
    Fault("wrong encoding", "Cyrillic, pages", Cause.GARBLED, on_page=for_pages(_misread_as("cp1251"))),
    Fault(
        "wrong encoding",
        "question marks",
        Cause.GARBLED,
        on_index=for_index(_question_marks),
        on_page=for_pages(_question_marks),
        fits=lambda site: site.language in {"zh", "ru"},
    ),
    Fault(
        "undated items",
        "none",
        Cause.UNDATED,
        on_index=_undated,
        on_page=_undated_page,
        fits=lambda site: site.is_dated,
    ),
    Fault("undated items", "unreadable", Cause.UNDATED, on_index=_undatable, fits=lambda site: site.is_dated),
    Fault("undated items", "pages", Cause.UNDATED, on_page=_undated_page, fits=lambda site: not site.is_dated),
    Fault("re-dated items", "now", Cause.REDATED, on_index=_dated_now, fits=lambda site: site.is_dated),
    Fault("re-dated items", "once", Cause.REDATED, on_index=_dated_anew, fits=lambda site: site.is_dated),
    Fault("duplicate GUIDs", "", Cause.DUPLICATES, on_index=_one_address, kinds=FEEDS),
    Fault("soft 404", "index", Cause.SOFT_404, on_index=for_index(answered(200, NOT_FOUND_PAGE))),
    Fault("soft 404", "pages", Cause.SOFT_404, on_page=for_pages(answered(200, NOT_FOUND_PAGE))),
    Fault("boilerplate only", "teaser", Cause.BOILERPLATE, on_page=_boilerplate),
    Fault("boilerplate only", "one text", Cause.BOILERPLATE, on_page=_same_text),
    Fault("partial outage", "now and then", Cause.PARTIAL_OUTAGE, on_index=_now_and_then),
    Fault(
        "partial outage",
        "one index of two",
        Cause.PARTIAL_OUTAGE,
        on_index=_one_of_two,
        fits=lambda site: site.has_two_indexes,
    ),
    Fault("partial outage", "most pages", Cause.PARTIAL_OUTAGE, on_page=_most_pages),
    Fault(
        "endless redirects",
        "",
        Cause.REDIRECT_LOOP,
        on_index=for_index(lost("IgnoreRequest", "max redirections reached")),
    ),
    Fault("endless pagination", "", Cause.ENDLESS, on_index=_trap, kinds=LISTS),
    Fault("decompression bomb", "", Cause.TOO_LARGE, on_index=for_index(_bomb)),
    Fault("malformed XML", "entity bomb", Cause.MALFORMED, on_index=for_index(_malformed), kinds=XML),
    Fault("malformed XML", "broken tags", Cause.MALFORMED, on_index=for_index(_broken_tags), kinds=XML),
)
