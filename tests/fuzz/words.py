"""Targets that read short texts: addresses, dates, search lines, source files."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import tempfile
from functools import cache
from pathlib import Path

import tomli_w
from sqlalchemy.orm import Session, sessionmaker

from crawler.feed_dates import FIRST_YEAR, MAX_FUTURE, feed_date
from crawler.found import FoundLink, address_of, joined
from crawler.source_file import SHIPPED, SourceProblem, load_source_file
from models.database import open_database
from models.search import index_article, parse_query, search
from models.search.problem import QueryProblem
from models.search.query import Query
from perilune.addresses import Address, AddressProblem, checked_url, is_public, networks_allowed
from perilune.dates import OUR_LANGUAGES, PartialDate, dates_in
from perilune.urls import canonical_url, is_same_site, is_web_address
from tests.builders import ArticleDraft, an_article
from tests.fuzz.target import PIECES, Target, text_of

NOW = dt.datetime(2022, 3, 14, 7, tzinfo=dt.UTC)
PAGE = "https://agency.example/news/"
GROWTH = 12
"""How many times longer an address may become: each byte of a character of four is written with three signs."""


def check_address(content: bytes) -> None:
    """An address is canonical once and for all, and what is asked on somebody's word has a host and a port."""
    text = text_of(content)
    _check_canonical(text)
    address_of(FoundLink(joined(PAGE, text)))
    with contextlib.suppress(AddressProblem):
        host, port = checked_url(text)
        assert host
        assert 0 < port <= 65_535
    with contextlib.suppress(ValueError):
        for host, port in networks_allowed(text):
            assert host
            assert 0 < port <= 65_535
            assert "@" not in host
    if len(content) >= 16:
        _check_public(ipaddress.IPv6Address(content[:16]))


def _check_canonical(text: str) -> None:
    is_address = is_web_address(text)
    try:
        written = canonical_url(text)
    except ValueError:
        return
    if not is_address:
        return
    assert is_web_address(written), written
    assert canonical_url(written) == written, (written, canonical_url(written))
    assert is_same_site(written, written), written
    assert len(written) <= GROWTH * len(text) + len("https://")
    assert "#" not in written.partition("#!")[0], written


def _check_public(address: ipaddress.IPv6Address) -> None:
    low = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    carriers: list[Address] = [
        address,
        ipaddress.IPv6Address(f"::ffff:{low}"),
        ipaddress.IPv6Address(f"64:ff9b::{low}"),
        ipaddress.IPv6Address((0x2002 << 112) | (int(low) << 80)),
    ]
    assert not is_public(address) or address.is_global
    for carrier in carriers[1:]:
        assert is_public(carrier) == is_public(low), (carrier, low)


ADDRESSES = Target(
    check_address,
    lambda: [
        b"HTTP://www.Agency.example:80/a/../b/%7euser/?utm_source=x&b=2&a=1#part",
        b"https://m.agency.example/news/amp/?amp=1&sid=0123456789abcdef0123",
        b"https://www.google.com/amp/s/agency.example/news;jsessionid=1A?x=%e6%9c%88",
        "http://пример.example/новости?q=月".encode(),
        b"http://user:word@[::ffff:127.0.0.1]:8600/",
        b"127.0.0.1:9000, [::1]:80",
        b"http://2130706433/%00",
    ],
    PIECES["addresses"],
    max_bytes=600,
)


def check_date(content: bytes) -> None:
    """A date found in a text is one of the calendar, stands where it says, and reads back; so does one of a feed."""
    text = text_of(content)
    for language in (None, *OUR_LANGUAGES, "de"):
        end = 0
        for date, start, stop in dates_in(text, language):
            assert end <= start < stop <= len(text), (text, start, stop)
            assert date.first <= date.last
            assert PartialDate.parse(str(date)) == date
            end = stop
    with contextlib.suppress(ValueError):
        date = PartialDate.parse(text)
        assert PartialDate.parse(str(date)) == date
    found = feed_date(text, now=NOW)
    if found is not None:
        assert found.earliest <= NOW + MAX_FUTURE
        assert found.day.year >= FIRST_YEAR
        again = feed_date(str(found.day))
        assert again is not None
        assert again.day == found.day


DATES = Target(
    check_date,
    lambda: [
        b"Thu, 10 Mar 2022 02:00:00 +0800",
        b"2022-03-10T24:00:00.5+08:00",
        b"Signed on 25-29 April 2022, and from 30 March to 2 April 2021 in Vienna",
        "2022年3月10日至12日 二〇二一年十二月三日".encode(),
        "с 10 по 12 марта 2022 г., le 1er février 2021 au 3 août 2021".encode(),
        b"04/05/2022 5.6.2021 2020/12 (2019) since 1998",
    ],
    PIECES["dates"],
    max_bytes=400,
)


@cache
def _archive() -> sessionmaker[Session]:
    """An archive of one article, to see that whatever is understood can be searched for."""
    folder = tempfile.mkdtemp(prefix="perilune-fuzz-")
    sessions = open_database(f"sqlite:///{folder}/perilune.db")
    with sessions.begin() as session:
        index_article(
            session, an_article(session, ArticleDraft(title="Moon treaty", text="China lands on the moon")).id
        )
    return sessions


def check_query(content: bytes) -> None:
    """A search line is refused in a sentence, or reads back as itself and can be searched for."""
    line = text_of(content)
    for make in (parse_query, Query):
        try:
            query = make(line)
        except QueryProblem as problem:
            _check_refusal(problem, line)
            continue
        assert parse_query(query.line) == query, (query.line, query)
        assert parse_query(query.line).line == query.line
        with _archive()() as session:
            search(session, query, limit=1)


def _check_refusal(problem: QueryProblem, line: str) -> None:
    assert problem.position is None or 0 <= problem.position <= len(line), problem
    assert str(problem).isprintable() or not line.isprintable()


QUERIES = Target(
    check_query,
    lambda: [
        b'moon OR lunar china -"space race" title:"lunar station" after:2021-03 sort:newest',
        b"(moon OR (mars venus)) NEAR/3 base country:GB+CN,FR -topic:launch lang:zh year:2020..2024",
        "«лунная станция» 月球探测 l'espace co-operat* type:report by:both copies:yes".encode(),
    ],
    PIECES["queries"],
    max_bytes=400,
)


def check_source_file(content: bytes) -> None:
    """A source file is refused in a sentence that names it, or reads back as itself from what is written of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "xx_fuzz.toml"
        path.write_bytes(content)
        try:
            source = load_source_file(path)
        except SourceProblem:
            return
        kept = source.model_dump(mode="json", exclude_defaults=True, exclude={"slug"})
        path.write_bytes(tomli_w.dumps(kept).encode())
        assert load_source_file(path) == source


SOURCE_FILES = Target(
    check_source_file,
    lambda: [path.read_bytes() for path in sorted(SHIPPED.glob("*.toml"))[:40]],
    PIECES["sources"],
    max_bytes=1_500,
)
