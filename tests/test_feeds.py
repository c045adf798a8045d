"""Feeds of every flavour and in every condition: what is read from them, and how what is no feed is refused."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.feed_dates import feed_date
from crawler.feeds import FeedItem, FeedProblem, feed_of, links_in_feed
from crawler.pace import Hints
from perilune.dates import WitnessKind

URL = "https://agency.example/news/feed.xml"
NOW = dt.datetime(2022, 3, 14, 7, tzinfo=dt.UTC)
ITEM = "<item><title>{0}</title><link>https://agency.example/{0}</link></item>"


def rss(items: str, channel: str = "<title>News</title>") -> bytes:
    """An RSS feed with these items."""
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{channel}{items}</channel></rss>'.encode()


def only_item(body: bytes) -> FeedItem:
    """The one item of a feed."""
    (item,) = feed_of(body, URL, now=NOW).items
    return item


FLAVOURS = {
    "RSS 2.0": rss(
        "<item><title>Moon treaty</title><link>https://agency.example/1</link><guid isPermaLink='false'>a1</guid>"
        "<pubDate>Thu, 10 Mar 2022 02:00:00 +0800</pubDate><description>&lt;p&gt;Signed.&lt;/p&gt;</description></item>"
    ),
    "RSS 1.0": b"""<?xml version="1.0"?><rdf:RDF xmlns="http://purl.org/rss/1.0/"
        xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel rdf:about="https://agency.example/"><title>News</title></channel>
        <item rdf:about="a1"><title>Moon treaty</title><link>https://agency.example/1</link>
        <dc:date>2022-03-10T02:00:00+08:00</dc:date><description>Signed.</description></item></rdf:RDF>""",
    "RSS 0.90": b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns="http://my.netscape.com/rdf/simple/0.9/" xmlns:dc="http://purl.org/dc/elements/1.0/">
        <channel><title>News</title></channel><item><title>Moon treaty</title><link>https://agency.example/1</link>
        <dc:identifier>a1</dc:identifier><dc:date>2022-03-10T02:00:00+08:00</dc:date>
        <dc:description>Signed.</dc:description></item></rdf:RDF>""",
    "Atom 1.0": b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><entry><id>a1</id>
        <title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Moon <b>treaty</b></div></title>
        <link rel="enclosure" href="https://agency.example/a.mp3"/><link href="https://agency.example/1"/>
        <published>2022-03-10T02:00:00+08:00</published><updated>2022-03-12T00:00:00Z</updated>
        <summary type="html">&lt;script&gt;x()&lt;/script&gt;Signed.</summary></entry></feed>""",
    "Atom 0.3": b"""<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>News</title><entry><id>a1</id>
        <title mode="base64">TW9vbiB0cmVhdHk=</title><link rel="alternate" href="https://agency.example/1"/>
        <issued>2022-03-10T02:00:00+08:00</issued><summary>Signed.</summary></entry></feed>""",
    "Atom with a prefix": b"""<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>News</a:title><a:entry>
        <a:id>a1</a:id><a:title>Moon treaty</a:title><a:link href="https://agency.example/1"/>
        <a:updated>2022-03-10T02:00:00+08:00</a:updated><a:content>Signed.</a:content></a:entry></a:feed>""",
    "JSON Feed": b"""{"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": [{"id": "a1",
        "title": "Moon treaty", "url": "https://agency.example/1", "summary": "Signed.",
        "date_published": "2022-03-10T02:00:00+08:00"}, "no item", null]}""",
}


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_flavour_says_the_same(flavour: str) -> None:
    feed = feed_of(FLAVOURS[flavour], URL, now=NOW)
    (item,) = feed.items
    assert (feed.title, item.title, item.url) == ("News", "Moon treaty", "https://agency.example/1")
    assert (item.guid, item.summary, str(item.published)) == ("a1", "Signed.", "2022-03-10")
    assert item.published_at is not None
    assert item.published_at.isoformat() == "2022-03-10T02:00:00+08:00"


def test_links_carry_title_date_and_witness() -> None:
    (link,) = links_in_feed(FLAVOURS["RSS 2.0"], URL)
    assert (link.url, link.title, str(link.published)) == ("https://agency.example/1", "Moon treaty", "2022-03-10")
    assert link.witness is WitnessKind.FEED


DATES = {
    "Thu, 10 Mar 2022 02:00:00 +0800": "2022-03-10",
    "Thu, 10 Mar 2022 23:00:00 EST": "2022-03-10",
    "2022-03-10T00:00:00+08:00": "2022-03-10",
    "2022-03-10 08:00:00 UTC": "2022-03-10",
    "2022-03-10T24:00:00Z": "2022-03-11",
    "2022-03": "2022-03",
    "Thu Mar 10 08:00:00 CST 2022": "2022-03-10",
    "10 Mar 22 08:00 GMT": "2022-03-10",
    "2022年3月10日 08:00": "2022-03-10",
    "чт, 10 мар 2022 08:00:00 +0300": "2022-03-10",
    "jeu., 10 mars 2022 08:00:00 +0100": "2022-03-10",
    "0001-01-01T00:00:00Z": "None",
    "Thu, 01 Jan 1970 00:00:00 GMT": "None",
    "1646899200": "None",
    "yesterday": "None",
    "9" * 5000: "None",
}


@pytest.mark.parametrize("stated", DATES, ids=range(len(DATES)))
def test_a_date_is_the_day_that_the_publisher_states(stated: str) -> None:
    found = feed_date(stated, now=NOW)
    assert str(found.day if found else None) == DATES[stated]


def test_a_date_more_than_two_days_ahead_is_none() -> None:
    ahead = NOW + dt.timedelta(days=2, hours=1)
    assert feed_date(ahead.isoformat(), now=NOW) is None
    assert feed_date((NOW + dt.timedelta(days=1)).isoformat(), now=NOW) is not None
    assert feed_date(ahead.isoformat()) is not None


def test_a_future_publication_date_yields_to_the_date_of_change() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title><link href="/1"/>
        <published>2031-01-01T00:00:00Z</published><updated>2022-03-12T00:00:00Z</updated></entry></feed>"""
    assert str(only_item(body).published) == "2022-03-12"


def test_an_item_without_a_date_has_none() -> None:
    item = only_item(rss(ITEM.format("a") + "<item><guid>20220310</guid><link>https://agency.example/a</link></item>"))
    assert (item.published, item.published_at) == (None, None)


def test_items_of_one_guid_or_of_one_address_are_one() -> None:
    items = [("1", "g1"), ("1?utm_source=rss", "g2"), ("2", "g1"), ("3", "g3"), ("4", "g4")]
    written = "".join(
        f"<item><title>T{path}</title><link>https://agency.example/{path}</link><guid>{guid}</guid></item>"
        for path, guid in items
    )
    addresses = [item.url for item in feed_of(rss(written), URL).items]
    assert addresses == [f"https://agency.example/{path}" for path in ("1", "3", "4")]


def test_a_guid_that_most_items_share_hides_none() -> None:
    written = "".join(ITEM.format(f"n{number}").replace("</item>", "<guid>0</guid></item>") for number in range(6))
    assert len(feed_of(rss(written), URL).items) == 6


def test_relative_addresses_follow_xml_base_and_then_the_feed() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://cdn.example/a/"><entry xml:base="b/">
        <title>A</title><link href="1.html"/></entry></feed>"""
    assert only_item(body).url == "https://cdn.example/a/b/1.html"
    assert only_item(rss("<item><title>A</title><link>../x/1</link></item>")).url == "https://agency.example/x/1"


def test_an_address_is_found_where_the_link_is_missing() -> None:
    assert only_item(rss("<item><guid>https://agency.example/g</guid></item>")).url == "https://agency.example/g"
    assert (
        only_item(rss("<item><title>A</title><guid isPermaLink='false'>https://x.example/g</guid></item>")).url is None
    )
    assert links_in_feed(rss("<item><title>A</title></item>"), URL) == []


@pytest.mark.parametrize("declared", ["", ' encoding="gb2312"', ' encoding="utf-8"'])
def test_an_encoding_that_is_missing_or_wrong_is_found_out(declared: str) -> None:
    title = "中国与俄罗斯签署国际月球科研站合作谅解备忘录，双方将开展广泛合作"
    text = f'<?xml version="1.0"{declared}?><rss><channel>{ITEM.format(title)}</channel></rss>'
    assert only_item(text.encode("gb18030")).title == title


def test_html_s_entities_and_stray_signs_lose_no_word() -> None:
    body = rss(
        "<item><title>Caf&eacute;&nbsp;R&D &lt;b&gt;a&lt;/b&gt; &unknown; <3</title><link>/?a=1&b=2</link></item>"
    )
    item = only_item(body)
    assert (item.title, item.url) == ("Café R&D a &unknown; <3", "https://agency.example/?a=1&b=2")


def test_a_feed_with_an_impossible_character_reference_is_read() -> None:
    assert (
        only_item(rss("<item><title>Moon&#x110000; &#0;treaty&#55296;</title></item>")).title
        == "Moon\ufffd \ufffdtreaty\ufffd"
    )


def test_a_plain_title_keeps_what_looks_like_a_tag() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry>
        <title>The &lt;b&gt; &amp;amp; tag</title></entry></feed>"""
    assert only_item(body).title == "The <b> &amp; tag"


def test_sections_are_left_as_they_are() -> None:
    body = rss("<item><title><![CDATA[AT&T &amp; <i>more</i>]]></title><link><![CDATA[/?a=1&b=2]]></link></item>")
    assert (only_item(body).title, only_item(body).url) == ("AT&T & more", "https://agency.example/?a=1&b=2")


def test_a_foreign_vocabulary_is_not_taken_for_the_feed_s() -> None:
    body = rss(
        "<item xmlns:x='https://shop.example/ns'><x:title>Price</x:title><title>A</title><x:link>/x</x:link></item>"
    )
    assert (only_item(body).title, only_item(body).url) == ("A", None)


def test_a_zipped_body_is_read() -> None:
    assert only_item(gzip.compress(FLAVOURS["RSS 2.0"])).title == "Moon treaty"


def test_a_feed_behind_a_server_s_warning_is_read() -> None:
    assert only_item(b"<br />\n<b>Warning</b>: x<br />\n" + FLAVOURS["RSS 2.0"]).title == "Moon treaty"


def test_a_stray_closing_tag_costs_no_item() -> None:
    items = ITEM.format("a") + "</b></div></channel>" + ITEM.format("b") + ITEM.format("c")
    assert [item.title for item in feed_of(rss(items), URL).items] == ["a", "b", "c"]


def test_the_language_and_the_hints_are_read() -> None:
    channel = (
        "<language>en_gb</language><ttl>90</ttl><skipHours><hour>0</hour><hour>24</hour><hour>3</hour></skipHours>"
        "<skipDays><day>Sunday</day><day>Someday</day></skipDays>"
        "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"
    )
    feed = feed_of(rss(ITEM.format("a"), channel), URL)
    assert feed.language == "en-gb"
    assert feed.hints == Hints(90, 720, frozenset({0, 3}), frozenset({6}))


REFUSED = {
    "empty": (b" \n", "the feed is empty"),
    "a byte order mark": (b"\xef\xbb\xbf\n", "the feed is empty"),
    "an HTML page": (b"<!doctype html><title>Page not found</title>", "no feed but an HTML page: 'Page not found'"),
    "a sitemap": (b"<urlset><url><loc>https://x.example/</loc></url></urlset>", "no feed but <urlset>"),
    "text": (b"Service unavailable", "no feed; it starts with 'Service unavailable'"),
    "JSON": (b'{"message": "no"}', "JSON without a list of items"),
    "deep JSON": (b'{"items": ' + b"[" * 200_000, "broken JSON"),
    "too many elements": (b"<rss><channel>" + b"<a>" * 250_000, "too large: 250002 marks"),
    "a zipped page": (gzip.compress(b"<!-- x --><html><body>Sorry</body></html>"), "no feed but an HTML page"),
    "what breaks feedparser": (b"<rss><channel><item><gml:pos>1 2</gml:pos>", "too broken to be read"),
    "a broken zip": (b"\x1f\x8bxx", "cannot be unzipped"),
    "a decompression bomb": (gzip.compress(b"<rss>" + b" " * 50_000_000), "unpacks to more than 20,000,000 bytes"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_feed_is_refused_by_name(what: str) -> None:
    body, message = REFUSED[what]
    with pytest.raises(FeedProblem) as caught:
        feed_of(body, URL)
    assert message in str(caught.value)


def test_a_body_that_names_a_file_is_not_opened(tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_bytes(FLAVOURS["RSS 2.0"])
    for name in (str(file), file.as_uri()):
        with pytest.raises(FeedProblem, match="no feed; it starts with"):
            feed_of(name.encode(), URL)


ENTITIES = "".join(f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 10))
BOMBS = {
    "billion laughs": f'<!DOCTYPE r [<!ENTITY e0 "ha">{ENTITIES}]><rss><channel>{ITEM.format("&e9;")}</channel></rss>',
    "a file as entity": f'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel>{ITEM.format("&a;")}',
    "deep": f"<rss><channel>{ITEM.format('a')}" + "<a>" * 20_000,
    "deep items": "<rss><channel>" + "<item>" * 20_000,
    "open comments": f"<rss><channel>{ITEM.format('a')}" + "<!--" * 100_000,
    "comments": "<!---->" * 1000 + f"<rss><channel>{ITEM.format('a')}",
    "open sections": f"<rss><channel>{ITEM.format('a')}" + "<![CDATA[" * 100_000,
    "signs": f"<rss><channel>{ITEM.format('a')}" + "&<" * 100_000,
    "scripts": f"<rss><channel>{ITEM.format('&lt;script&gt;' * 50_000)}",
    "declarations": "<rss>" + "<!DOCTYPE [" * 100_000,
    "many items": "<rss><channel>" + ITEM.format("a") * 6000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_survived(bomb: str) -> None:
    feed = feed_of(BOMBS[bomb].encode(), URL)
    assert all(len(item.title or "") <= 1000 and "root:" not in (item.title or "") for item in feed.items)


PIECES = [
    "<rss>",
    "<channel>",
    "<item>",
    "<title>",
    "</title>",
    "</item>",
    "<link>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "&",
    "<",
    "&#x0;",
]
PIECES += [
    "<!DOCTYPE [",
    "]>",
    "<feed xmlns='http://www.w3.org/2005/Atom'>",
    "<entry>",
    "<x:y",
    "'",
    '"',
    "http://[",
    "\x00",
    "月",
]


@settings(deadline=None, max_examples=150)
@given(
    st.one_of(
        st.binary(max_size=300), st.lists(st.sampled_from(PIECES), max_size=40).map(lambda p: "".join(p).encode())
    )
)
def test_no_body_raises_anything_else(body: bytes) -> None:
    for start in (b"", b"<rss><channel>", b"{"):
        with contextlib.suppress(FeedProblem):
            feed_of(start + body, URL, now=NOW)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_date_raises(text: str) -> None:
    feed_date(text, now=NOW)
    feed_date(f"Thu, 10 Mar 2022 08:00:00 {text}", now=NOW)
    feed_date(f"2022-03-10T08:00:00{text}", now=NOW)
