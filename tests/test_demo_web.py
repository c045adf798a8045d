"""The demo web as a client meets it: real requests through the proxy, and what may never be served."""

from __future__ import annotations

import datetime as dt
import gzip
import tomllib
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
import pytest
from pypdf import PdfReader

import perilune.demo
from perilune.demo.blocks import Block, blocks_of, halves_of
from perilune.demo.build import address_key, build_web, demo_web_hosts
from perilune.demo.clock import FIRST_MOMENT, SECOND_MOMENT
from perilune.demo.content import Page, load_library
from perilune.demo.web import DemoWeb

SOURCES = {
    path.stem: tomllib.loads(path.read_text("utf-8"))
    for path in sorted((Path(perilune.demo.__file__).parent / "sources").glob("*.toml"))
}
STANDING = "http://www.ralspace.stfc.ac.uk/Pages/UK-China-Workshops.aspx"
DECK = "http://www.unoosa.org/documents/pdf/copuos/stsc/2022/UN-China_Global_Partnership_Workshop.pdf"
CAS_LIST = "http://english.cas.cn/newsroom/"
CAS_ARTICLE = "http://english.cas.cn/newsroom/research_in_china/201112/t20111229_79917.shtml"
EMBASSY_LIST = "http://www.chinese-embassy.org.uk/eng/EmbassyNews/"
EXOMARS = (
    "http://www.shropshirestar.com/news/uk-news/2022/03/17/"
    "exomars-mission-suspended-as-esa-says-cooperation-with-russia-is-impossible/"
)
GPS_SITEMAP = "http://www.gps.gov/sitemap-policy.xml.gz"


@pytest.fixture(scope="module")
def server() -> Iterator[DemoWeb]:
    with DemoWeb() as web:
        yield web


@pytest.fixture
def web(server: DemoWeb) -> DemoWeb:
    if server.snapshot.moment != FIRST_MOMENT:
        server.at(FIRST_MOMENT)
    return server


@pytest.fixture
def client(web: DemoWeb) -> Iterator[httpx.Client]:
    with httpx.Client(proxy=web.address, trust_env=False) as client:
        yield client


@pytest.mark.parametrize("slug", SOURCES)
def test_each_source_answers_at_its_home_and_at_what_it_polls(client: httpx.Client, slug: str) -> None:
    source = SOURCES[slug]
    expected = HTTPStatus.SERVICE_UNAVAILABLE if slug == "busy_gazette" else HTTPStatus.OK
    for address in [source["home"], *source.get("address", [])]:
        answer = client.get(address)
        assert answer.status_code == expected, address
        assert answer.content


def test_every_source_has_at_least_a_name_a_home_and_a_kind() -> None:
    kinds = {source["kind"] for source in SOURCES.values() if source["name"] and source["home"]}
    assert kinds == {"feed", "sitemap", "listing", "standing", "documents"}
    assert len(SOURCES) >= 17


def test_origin_form_requests_are_answered_by_the_host_header(web: DemoWeb) -> None:
    answer = httpx.get(f"{web.address}/newsroom/", headers={"Host": urlsplit(CAS_LIST).netloc}, trust_env=False)
    assert answer.status_code == HTTPStatus.OK
    assert "White Paper" in answer.text


def test_head_gives_the_headers_without_the_body(client: httpx.Client) -> None:
    head, whole = client.head(CAS_ARTICLE), client.get(CAS_ARTICLE)
    assert head.content == b""
    assert head.headers["content-length"] == str(len(whole.content))
    assert head.headers["etag"] == whole.headers["etag"]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("http://spacenews.com/a-story-that-was-taken-down", HTTPStatus.NOT_FOUND),
        ("http://not-in-the-demo.example/", HTTPStatus.BAD_GATEWAY),
        ("http://busy-gazette.example/anything", HTTPStatus.SERVICE_UNAVAILABLE),
        ("http://busy-gazette.example/robots.txt", HTTPStatus.OK),
        ("http://english.cas.cn/newsroom", HTTPStatus.MOVED_PERMANENTLY),
        ("http://guarded-news.example/2022/03/partner-agencies-meet", HTTPStatus.OK),
        ("http://bdci.tv/2015/moved-programme-page", HTTPStatus.OK),
    ],
)
def test_odd_addresses_meet_the_fate_they_stand_for(client: httpx.Client, address: str, status: HTTPStatus) -> None:
    assert client.get(address).status_code == status


@pytest.mark.parametrize(
    "address",
    [
        "http://www.wired-gov.net/wg/news.nsf/print/UK+and+China+space+sectors+join+together+11122018113700",
        "http://www.un.org/sg/en/content/noon-briefing-highlight?date%5Bvalue%5D%5Bdate%5D=29%20July%202020",
        "http://www.un.org/sg/en/content/noon-briefing-highlight?date[value][date]=29+July+2020",
        "http://unis.unvienna.org/unis/en/pressrels/2020/unisos541.html?fbclid=IwAR3DgA",
        "http://unis.unvienna.org/unis/en/pressrels/2020/unisos541.html",
        "http://www.stce.be/esww2022/program/tdm.php?nr=T14",
    ],
)
def test_addresses_are_found_however_a_client_spells_them(client: httpx.Client, address: str) -> None:
    assert client.get(address).status_code == HTTPStatus.OK


def test_an_unchanged_page_is_answered_by_304(client: httpx.Client) -> None:
    first = client.get(CAS_ARTICLE)
    by_tag = client.get(CAS_ARTICLE, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    by_date = client.get(CAS_ARTICLE, headers={"If-Modified-Since": first.headers["last-modified"]})
    assert (by_tag.status_code, by_tag.content) == (HTTPStatus.NOT_MODIFIED, b"")
    assert by_date.status_code == HTTPStatus.NOT_MODIFIED


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": '"other"'},
        {"If-Modified-Since": "Mon, 03 Jan 2022 00:00:00 GMT"},
        {"If-Modified-Since": "not a date"},
    ],
)
def test_a_page_is_sent_whole_when_the_condition_fails(client: httpx.Client, headers: dict[str, str]) -> None:
    assert client.get(CAS_ARTICLE, headers=headers).status_code == HTTPStatus.OK


def test_the_second_moment_brings_the_new_story_and_changes_the_list(web: DemoWeb, client: httpx.Client) -> None:
    before = client.get(EMBASSY_LIST)
    assert client.get(EXOMARS).status_code == HTTPStatus.NOT_FOUND
    web.at(SECOND_MOMENT)
    after = client.get(EMBASSY_LIST, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == HTTPStatus.OK
    assert client.get(EXOMARS).status_code == HTTPStatus.OK
    assert EXOMARS in client.get("http://www.shropshirestar.com/sitemap-news.xml").text
    assert dict(build_web(SECOND_MOMENT).resources) == dict(web.snapshot.resources)


def test_the_standing_page_is_rewritten_in_place_by_one_sentence(web: DemoWeb, client: httpx.Client) -> None:
    before = client.get(STANDING).text
    web.at(SECOND_MOMENT)
    after = client.get(STANDING).text
    assert "Registration for the 12th conference" not in before
    assert "Registration for the 12th conference is now open" in after
    for text in (before, after):
        assert "06 Sep 2017" in text
        assert "9th Shanghai, China" in text


@pytest.mark.parametrize("address", [STANDING, "http://ru.china-embassy.gov.cn/rus/dssghd/"])
def test_volatile_pages_differ_at_each_fetch_and_offer_no_validators(client: httpx.Client, address: str) -> None:
    first, second = client.get(address), client.get(address)
    assert first.content != second.content
    assert b"@@" not in first.content
    assert not {"etag", "last-modified"} & set(first.headers)


class Claim(NamedTuple):
    """What a page's bytes are, and what the header and the HTML say of them."""

    charset: str
    header: str | None
    meta: str | None
    words: str


@pytest.mark.parametrize(
    ("address", "claim"),
    [
        ("http://www.gdmsci.cn/article/ZsPB80Nt13Fu.html", Claim("gb18030", None, "gb2312", "马铃薯")),
        ("http://nakedoat.com/gzdt/2012-02/09/content_2062224.htm", Claim("gb18030", None, None, "2012年02月09日")),
        ("http://hangtian-kuaixun.example/", Claim("gb18030", "iso-8859-1", "utf-8", "路面翻修")),
        ("http://www.stallone-f.com/keji/20211209/17871.html", Claim("gb18030", "gb2312", "gb2312", "北斗")),
        (
            "http://www.trend.az/world/russia/2377505.html",
            Claim("windows-1251", "windows-1251", "windows-1251", "Роскосмос"),
        ),
        (
            "http://kosmos-vestnik.example/novosti/2022/biblioteka.html",
            Claim("windows-1251", None, None, "библиотека"),
        ),
        ("http://depeches-espace.example/", Claim("iso-8859-1", "iso-8859-1", None, "Dépêches")),
    ],
)
def test_bytes_and_claims_about_them_are_as_planned(client: httpx.Client, address: str, claim: Claim) -> None:
    answer = client.get(address)
    html = answer.content.decode(claim.charset)
    assert claim.words in html
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode("utf-8")
    header = f"text/html; charset={claim.header}" if claim.header else "text/html"
    assert answer.headers["content-type"] == header
    assert (f"charset={claim.meta}" in html) if claim.meta else ("charset" not in html)


def test_the_deck_is_one_slide_a_page_and_repeats_its_title(client: httpx.Client, tmp_path: Path) -> None:
    listing = client.get(SOURCES["un_unoosa"]["home"]).text
    assert urlsplit(DECK).path in listing
    answer = client.get(DECK)
    assert answer.headers["content-type"] == "application/pdf"
    file = tmp_path / "deck.pdf"
    file.write_bytes(answer.content)
    pages = PdfReader(file).pages
    texts = [" ".join(page.extract_text().split()) for page in pages]
    assert len(texts) == 14
    assert all(text.startswith("UN/China Global Partnership Workshop") for text in texts)
    assert all(page.mediabox.width > page.mediabox.height for page in pages)
    assert "Feb.2022" in texts[0]
    assert "(CSST)" in texts[6]
    assert "THANKS" in texts[-1]
    assert "*" not in "".join(texts)


def test_the_copies_of_the_release_hold_its_text_and_state_no_date(client: httpx.Client) -> None:
    copies = [page for page in load_library().pages if page.id.startswith("seed-release")]
    assert len({page.host for page in copies}) == 4
    for page in copies:
        html = client.get(page.address).text
        assert "About Xinhua Silk Road" in html
        assert "+86 10 63076014" in html
    feed = client.get(SOURCES["wire_meridian"]["address"][0]).text
    assert "<item>" in feed
    assert "<pubDate>" not in feed


def test_sitemaps_come_plain_packed_and_through_an_index(client: httpx.Client) -> None:
    assert GPS_SITEMAP in client.get("http://www.gps.gov/sitemap.xml").text
    packed = client.get(GPS_SITEMAP)
    assert packed.headers["content-type"] == "application/gzip"
    assert "2014-joint-statement" in gzip.decompress(packed.content).decode()
    assert "news:publication_date>2022-03-11<" in client.get("http://www.shropshirestar.com/sitemap-news.xml").text


def test_robots_closes_the_hidden_page_and_names_the_sitemap(client: httpx.Client) -> None:
    assert "Disallow: /eng/internal/\n" in client.get("http://www.chinese-embassy.org.uk/robots.txt").text
    assert "Sitemap: http://www.gps.gov/sitemap.xml\n" in client.get("http://www.gps.gov/robots.txt").text
    assert "/eng/internal/" in client.get(EMBASSY_LIST).text


def test_requests_are_counted_by_host_and_by_address(web: DemoWeb, client: httpx.Client) -> None:
    hosts, times = web.request_counts["english.cas.cn"], web.times_requested(CAS_LIST)
    client.get(CAS_LIST)
    client.head(CAS_ARTICLE)
    assert web.request_counts["english.cas.cn"] == hosts + 2
    assert web.times_requested(CAS_LIST) == times + 1


@pytest.mark.parametrize("moment", [FIRST_MOMENT, SECOND_MOMENT])
def test_nothing_published_later_than_the_moment_is_served(moment: dt.datetime) -> None:
    web = build_web(moment)
    served = {page.address for page in load_library().pages if page.is_served_on(moment.date())}
    for page in load_library().pages:
        if page.published and page.published.first > moment.date():
            assert web.find(page.address) is None
            assert not any(page.address.encode() in resource.body for resource in web.resources.values())
        assert (web.find(page.address) is not None) == (page.address in served)


def test_every_page_is_served_by_the_second_moment() -> None:
    web = build_web(SECOND_MOMENT)
    assert [page.address for page in load_library().pages if web.find(page.address) is None] == []


def test_two_builds_are_byte_identical() -> None:
    assert dict(build_web(SECOND_MOMENT).resources) == dict(build_web(SECOND_MOMENT).resources)


def test_every_page_is_listed_somewhere_and_every_listed_page_exists() -> None:
    library = load_library()
    listed = {name for index in library.indexes for name in index.pages}
    assert listed <= {page.id for page in library.pages}
    standing = {page.id for page in library.pages if page.address == STANDING}
    assert {page.id for page in library.pages} - listed == standing


def test_every_host_of_a_page_or_an_index_has_a_site() -> None:
    library = load_library()
    assert {page.host for page in library.pages} <= set(demo_web_hosts())
    assert {index.host for index in library.indexes} <= set(demo_web_hosts())


def test_undated_pages_give_no_date_field_in_any_feed() -> None:
    web = build_web(SECOND_MOMENT)
    industry = web.find("http://industry-brief.example/feed.json")
    assert industry
    assert industry.body.count(b"date_published") == 1  # of two items, one is undated
    spacenews = web.find("http://spacenews.com/feed/")
    assert spacenews
    assert spacenews.body.count(b"<pubDate>") == 1  # only one of its stories is dated to the day


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("HTTP://Example.ORG", "example.org/?"),
        ("http://example.org/a%20b?y=2&x=1&utm_source=z", "example.org/a b?x=1&y=2"),
        ("http://example.org/a?open", "example.org/a?open="),
    ],
)
def test_addresses_have_one_key(address: str, key: str) -> None:
    assert address_key(address) == key


def test_a_page_lives_from_its_first_to_its_last_day() -> None:
    page = Page("a", "http://a.example/", "A", since=dt.date(2022, 1, 2), until=dt.date(2022, 1, 4))
    assert [page.is_served_on(dt.date(2022, 1, day)) for day in (1, 2, 3, 4)] == [False, True, True, False]


def test_line_forms_become_blocks() -> None:
    assert blocks_of("## Head\n\n- one\n- two\n\nText\nmore\n\n[[\n\nContact\n\n]]") == (
        Block("h", ("Head",)),
        Block("ul", ("one", "two")),
        Block("p", ("Text", "more")),
        Block("tail", blocks=(Block("p", ("Contact",)),)),
    )


@pytest.mark.parametrize(
    "sentence", ["It was signed by Mr. Li of the agency. ", "Договор подписали. ", "协议已经签署。"]
)
def test_long_paragraphs_are_cut_only_after_a_sentence(sentence: str) -> None:
    text = (sentence * 60).strip()
    first, second = halves_of(text)
    assert first.endswith((".", "。"))
    assert not first.endswith("Mr.")
    assert abs(len(first) - len(second)) <= len(sentence) + 2
