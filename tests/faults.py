"""The ways in which real sites break, each as a function of what is asked and the healthy answer."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from urllib.parse import quote

import brotli  # type: ignore[import-untyped]

from models.vocabulary import SourceKind
from tests.fault_site import Item, Reply, Site, feed_of, sitemap_of

BOMB_BYTES = 70_000_000
KNOWN_ITEMS = 4
CHARSETS = {"ru": "cp1251", "zh": "gbk", "en": "cp1252"}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"


class Fault(StrEnum):
    """What is wrong with a site."""

    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    THROTTLED = "throttled"
    CAPTCHA = "captcha"
    CHALLENGE = "challenge"
    COOKIE_SCRIPT = "cookie-script"
    DNS = "dns"
    TLS_SELF_SIGNED = "tls-self-signed"
    TLS_EXPIRED = "tls-expired"
    TLS_WRONG_PROTOCOL = "tls-wrong-protocol"
    TIMEOUT = "timeout"
    SLOW_DRIP = "slow-drip"
    EMPTY_INDEX = "empty-index"
    STALE_INDEX = "stale-index"
    REDESIGN = "redesign"
    MOVED = "moved"
    MOVED_HOST = "moved-host"
    LOGIN_WALL = "login-wall"
    COOKIE_WALL = "cookie-wall"
    WRONG_ENCODING = "wrong-encoding"
    NO_ENCODING = "no-encoding"
    UNDATED = "undated"
    REDATED = "redated"
    DUPLICATE_GUIDS = "duplicate-guids"
    SOFT_404 = "soft-404"
    BOILERPLATE = "boilerplate"
    PARTIAL_OUTAGE = "partial-outage"
    ENDLESS_REDIRECTS = "endless-redirects"
    ENDLESS_PAGINATION = "endless-pagination"
    GZIP_BOMB = "gzip-bomb"
    BROTLI_BOMB = "brotli-bomb"
    ZIPPED_INDEX_BOMB = "zipped-index-bomb"
    MALFORMED_XML = "malformed-xml"
    BILLION_LAUGHS = "billion-laughs"
    QUADRATIC_BLOWUP = "quadratic-blowup"
    EXTERNAL_ENTITY = "external-entity"
    ENDLESS_BODY = "endless-body"
    HUGE_HEADER = "huge-header"
    ENDLESS_HEADERS = "endless-headers"
    SHORT_BODY = "short-body"


CERTIFICATES = {Fault.TLS_SELF_SIGNED: "self-signed", Fault.TLS_EXPIRED: "expired"}


@dataclass(frozen=True)
class Asked:
    """A request to a broken site: for which path, and whether at the host that the site has moved to."""

    site: Site
    path: str
    secret_path: str
    is_elsewhere: bool = False

    @property
    def is_index(self) -> bool:
        """Whether its index is asked for."""
        return self.path.partition("?")[0] == self.site.index_path

    @property
    def item(self) -> Item | None:
        """The item whose page is asked for."""
        return self.site.item_at(self.path)


class Scope(StrEnum):
    """Which answers of a site have its fault."""

    ALL = "all"
    INDEX = "index"
    PAGES = "pages"

    def holds(self, asked: Asked) -> bool:
        """Tell whether an answer has the fault."""
        if self is Scope.INDEX:
            return asked.item is None and asked.path != "/robots.txt"
        return self is Scope.ALL or not (asked.is_index or asked.path == "/robots.txt")


@dataclass(frozen=True)
class Endless:
    """Raw bytes, head included, sent until somebody has had enough; `pause` is in seconds."""

    pieces: Iterable[bytes]
    pause: float = 0.0


Behaviour = Callable[[Asked, Reply], Reply | Endless]


def _page(asked: Asked, content: str, title: str) -> Reply:
    return asked.site.page(content, title=title)


def _forbidden(_asked: Asked, _healthy: Reply) -> Reply:
    return Reply(b"<html><title>403 Forbidden</title><h1>Forbidden</h1></html>", status=403)


def _not_found(_asked: Asked, _healthy: Reply) -> Reply:
    return Reply(b"<html><title>404 Not Found</title><h1>Not Found</h1></html>", status=404)


def _throttled(_asked: Asked, _healthy: Reply) -> Reply:
    return Reply(b"<h1>Too many requests</h1>", status=429, headers={"Retry-After": "7200"})


def _captcha(asked: Asked, _healthy: Reply) -> Reply:
    form = "<form method='post'><div class='g-recaptcha' data-sitekey='x'></div><button>Continue</button></form>"
    return _page(asked, f"<h1>Security check</h1><p>Please confirm that you are human.</p>{form}", "Security check")


def _challenge(_asked: Asked, _healthy: Reply) -> Reply:
    body = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><noscript>Enable JavaScript and "
    return Reply(
        f"{body}cookies to continue</noscript><script>window._cf_chl_opt={{}};</script></body></html>".encode()
    )


def _cookie_script(_asked: Asked, _healthy: Reply) -> Reply:
    """Answer as CDNs do that set their cookie by a script: no markup but the script."""
    script = "document.cookie=('_')+('_')+('j')+('sl')+'_clearance_s=1|-1|x;Max-age=3600;Path=/';location.href="
    return Reply(f"<script>{script}location.pathname+location.search</script>".encode(), status=521)


def _timeout(_asked: Asked, _healthy: Reply) -> Endless:
    return Endless(itertools.repeat(b""), pause=0.2)


def _slow_drip(asked: Asked, healthy: Reply) -> Reply | Endless:
    if asked.path == "/robots.txt":
        return healthy
    return Endless(itertools.chain([HEAD + b"\r\n"], itertools.repeat(b" ")), pause=0.1)


def _empty_index(asked: Asked, healthy: Reply) -> Reply:
    return asked.site.index([]) if asked.is_index else healthy


def _stale_index(asked: Asked, healthy: Reply) -> Reply:
    known = [item for item in asked.site.items if item.number <= KNOWN_ITEMS]
    return asked.site.index(known) if asked.is_index else healthy


def _redesign(asked: Asked, healthy: Reply) -> Reply:
    """Give the list other addresses in other markup; a feed is none any more but a page."""
    if not asked.is_index:
        return healthy
    cards = "".join(f"<div><a href='/stories/{n}-a-new-look'>A story in our new look {n}</a></div>" for n in range(9))
    return _page(asked, cards, "Our new site")


def _moved(asked: Asked, healthy: Reply) -> Reply:
    address = "/all/new-index.xml"
    if asked.path == address:
        return asked.site.index(asked.site.items)
    return Reply(status=301, headers={"Location": address}) if asked.is_index else healthy


def _moved_host(asked: Asked, healthy: Reply) -> Reply:
    if asked.is_elsewhere:
        return healthy
    address = asked.site.origin.replace("//", "//moved.") + asked.path
    return Reply(status=301, headers={"Location": address})


def _login_wall(asked: Asked, _healthy: Reply) -> Reply:
    if not asked.path.startswith("/login"):
        return Reply(status=302, headers={"Location": f"/login?next={quote(asked.path)}"})
    form = "<form method='post'><input name='user'><input type='password' name='word'><button>Sign in</button></form>"
    return _page(asked, f"<h1>Sign in</h1>{form}<p>No account yet? Register here.</p>", f"Sign in | {asked.site.host}")


def _cookie_wall(asked: Asked, _healthy: Reply) -> Reply:
    words = (
        "<h1>Before you continue</h1><p>We and our 842 partners store and access information on your device, such as "
        "cookies, and process personal data for personalised advertising and content, measurement and research.</p>"
        "<p>You can accept or reject all, or change your choice at any time in our privacy settings.</p>"
        "<form method='post' action='/consent'><button>Accept all</button><button>Reject all</button></form>"
    )
    return _page(asked, words, "Your privacy choices")


def _wrong_encoding(asked: Asked, healthy: Reply) -> Reply:
    charset = CHARSETS[asked.site.language]
    return replace(healthy, body=healthy.body.decode().encode(charset, "xmlcharrefreplace"))


def _no_encoding(asked: Asked, healthy: Reply) -> Reply:
    wrong = _wrong_encoding(asked, healthy)
    body = wrong.body.replace(b" encoding='utf-8'", b"").replace(b"<meta charset='utf-8'>", b"")
    return replace(wrong, body=body, content_type=wrong.content_type.partition(";")[0])


def _redated_as(site: Site, *, is_dated: bool) -> list[Item]:
    return [replace(item, at=site.today if is_dated else None) for item in site.items]


def _dated_otherwise(asked: Asked, healthy: Reply, *, is_dated: bool) -> Reply:
    items = _redated_as(asked.site, is_dated=is_dated)
    if asked.is_index:
        return asked.site.index(items)
    return next((asked.site.article(item) for item in items if asked.item and item.url == asked.item.url), healthy)


def _undated(asked: Asked, healthy: Reply) -> Reply:
    return _dated_otherwise(asked, healthy, is_dated=False)


def _redated(asked: Asked, healthy: Reply) -> Reply:
    return _dated_otherwise(asked, healthy, is_dated=True)


def _duplicate_guids(asked: Asked, healthy: Reply) -> Reply:
    """Give all items one guid, and list each of them twice, once with a tracking parameter."""
    if not asked.is_index:
        return healthy
    items = [replace(item, guid="the-only-guid") for item in asked.site.items]
    return asked.site.index([*items, *(replace(item, url=f"{item.url}?utm_source=feed") for item in items)])


def _soft_404(asked: Asked, _healthy: Reply) -> Reply:
    words = "<h1>Page not found</h1><p>The page that you are looking for was moved or removed.</p>"
    return _page(asked, words + "<p><a href='/'>Go to the front page</a></p>", f"Page not found | {asked.site.host}")


def _boilerplate(asked: Asked, healthy: Reply) -> Reply:
    if asked.item is None:
        return healthy
    return _page(asked, f"<h1>{asked.item.title}</h1><div id='app'></div><p>Share</p>", asked.item.title)


def _partial_outage(asked: Asked, healthy: Reply) -> Reply:
    is_out = asked.item is not None and asked.item.number % 2 == 0
    return Reply(b"<h1>Internal Server Error</h1>", status=500) if is_out else healthy


def _endless_redirects(asked: Asked, healthy: Reply) -> Reply:
    if asked.path == "/robots.txt":
        return healthy
    path, _, number = asked.path.partition("?again=")
    return Reply(status=302, headers={"Location": f"{path}?again={int(number or 0) + 1}"})


def _endless_pagination(asked: Asked, healthy: Reply) -> Reply:
    """Lead from each page of the list to a further one with something new, from each sitemap to two more."""
    if asked.site.kind is SourceKind.SITEMAP and asked.path.startswith("/sitemap"):
        number = int(asked.path.partition("?n=")[2] or 1)
        further = [f"{asked.site.index_url}?n={2 * number + one}" for one in (0, 1)]
        return Reply(sitemap_of(further).replace(b"urlset", b"sitemapindex").replace(b"<url>", b"<sitemap>"))
    if not asked.is_index:
        return healthy
    number = int(asked.path.partition("?page=")[2] or 1)
    trap = f"<li><a href='/news/trap-{number}.html'>Events of the day number {number}</a></li>"
    more = f"<a rel='next' href='{asked.site.index_path}?page={number + 1}'>Next page</a>"
    first = healthy.body.decode() if number == 1 else ""
    return Reply((first + f"<html><body><ul class='news'>{trap}</ul>{more}</body></html>").encode())


@cache
def _zipped_bomb() -> bytes:
    return gzip.compress(b" " * BOMB_BYTES, 1)


@cache
def _brotli_bomb() -> bytes:
    return bytes(brotli.compress(b" " * BOMB_BYTES, quality=1))


def _gzip_bomb(_asked: Asked, healthy: Reply) -> Reply:
    return Reply(_zipped_bomb(), healthy.content_type, headers={"Content-Encoding": "gzip"})


def _brotli_bomb_reply(_asked: Asked, healthy: Reply) -> Reply:
    return Reply(_brotli_bomb(), healthy.content_type, headers={"Content-Encoding": "br"})


def _zipped_index_bomb(asked: Asked, healthy: Reply) -> Reply:
    return Reply(_zipped_bomb(), "application/gzip") if asked.is_index else healthy


def _malformed_xml(asked: Asked, healthy: Reply) -> Reply:
    """Cut the index off in the midst of its last but one entry, with an unescaped sign before."""
    if not asked.is_index:
        return healthy
    body = asked.site.index(asked.site.items).body.replace(b" and ", b" & ")
    return replace(healthy, body=body[: body.rfind(b"<item>") + 30])


def _with_entities(asked: Asked, healthy: Reply, declarations: str) -> Reply:
    """Declare entities before the feed, and name the entity `x` in each title."""
    if not asked.is_index:
        return healthy
    items = [replace(item, title=f"ENTITY {item.title}") for item in asked.site.items]
    head, _, rest = feed_of(items).decode().partition("?>")
    return replace(healthy, body=f"{head}?><!DOCTYPE rss [{declarations}]>{rest.replace('ENTITY', '&x;')}".encode())


def _billion_laughs(asked: Asked, healthy: Reply) -> Reply:
    names = "abcdefghijx"
    laughs = "".join(f"<!ENTITY {name} '{f'&{before};' * 10}'>" for before, name in itertools.pairwise(names))
    return _with_entities(asked, healthy, f"<!ENTITY a 'ha'>{laughs}")


def _quadratic_blowup(asked: Asked, healthy: Reply) -> Reply:
    made = _with_entities(asked, healthy, f"<!ENTITY x '{'ha' * 50_000}'>")
    return replace(made, body=made.body.replace(b"&x;", b"&x;" * 5_000))


def _external_entity(asked: Asked, healthy: Reply) -> Reply:
    return _with_entities(asked, healthy, f"<!ENTITY x SYSTEM 'file://{asked.secret_path}'>")


def _endless_body(_asked: Asked, _healthy: Reply) -> Endless:
    return Endless(itertools.chain([HEAD + b"\r\n"], itertools.repeat(b"<p>And so on.</p>" * 8_000)))


def _huge_header(_asked: Asked, healthy: Reply) -> Reply:
    return replace(healthy, headers={"X-Padding": "x" * 1_000_000})


def _endless_headers(_asked: Asked, _healthy: Reply) -> Endless:
    lines = (f"X-Header-{number}: {'x' * 60}\r\n".encode() * 100 for number in itertools.count())
    return Endless(itertools.chain([HEAD], lines), pause=0.005)


def _short_body(_asked: Asked, healthy: Reply) -> Reply:
    return replace(healthy, declared_length=len(healthy.body) + 500)


BEHAVIOURS: dict[Fault, Behaviour] = {
    Fault.FORBIDDEN: _forbidden,
    Fault.NOT_FOUND: _not_found,
    Fault.THROTTLED: _throttled,
    Fault.CAPTCHA: _captcha,
    Fault.CHALLENGE: _challenge,
    Fault.COOKIE_SCRIPT: _cookie_script,
    Fault.TIMEOUT: _timeout,
    Fault.SLOW_DRIP: _slow_drip,
    Fault.EMPTY_INDEX: _empty_index,
    Fault.STALE_INDEX: _stale_index,
    Fault.REDESIGN: _redesign,
    Fault.MOVED: _moved,
    Fault.MOVED_HOST: _moved_host,
    Fault.LOGIN_WALL: _login_wall,
    Fault.COOKIE_WALL: _cookie_wall,
    Fault.WRONG_ENCODING: _wrong_encoding,
    Fault.NO_ENCODING: _no_encoding,
    Fault.UNDATED: _undated,
    Fault.REDATED: _redated,
    Fault.DUPLICATE_GUIDS: _duplicate_guids,
    Fault.SOFT_404: _soft_404,
    Fault.BOILERPLATE: _boilerplate,
    Fault.PARTIAL_OUTAGE: _partial_outage,
    Fault.ENDLESS_REDIRECTS: _endless_redirects,
    Fault.ENDLESS_PAGINATION: _endless_pagination,
    Fault.GZIP_BOMB: _gzip_bomb,
    Fault.BROTLI_BOMB: _brotli_bomb_reply,
    Fault.ZIPPED_INDEX_BOMB: _zipped_index_bomb,
    Fault.MALFORMED_XML: _malformed_xml,
    Fault.BILLION_LAUGHS: _billion_laughs,
    Fault.QUADRATIC_BLOWUP: _quadratic_blowup,
    Fault.EXTERNAL_ENTITY: _external_entity,
    Fault.ENDLESS_BODY: _endless_body,
    Fault.HUGE_HEADER: _huge_header,
    Fault.ENDLESS_HEADERS: _endless_headers,
    Fault.SHORT_BODY: _short_body,
}
