"""What answers show: problems have names, indexes are read by their way, and pages are compared with what was kept."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from crawler.health.answers import Answer, problem_of_failure, read_index, reread, second_look
from crawler.health.characters import GARBLED_SHARE, garbled_share, visible_text
from crawler.health.observations import ArticlesSeen, IndexSeen, PagesSeen, ProblemCode, Reread, SecondLook, Visit
from crawler.kept import Fetched
from models.vocabulary import SourceKind
from models.way import Way

START = dt.datetime(2024, 1, 1, 6, tzinfo=dt.UTC)
HOME = "https://agency.example/"
FEED_URL = "https://agency.example/feed.xml"


def a_page(body: str, url: str = HOME, content_type: str = "text/html; charset=utf-8") -> Fetched:
    """A page of the site that answers with a body."""
    return Fetched(url, 200, {"content-type": content_type}, body.encode())


def a_list(*paths: str) -> Fetched:
    """A list page with a menu, and a link to each path."""
    links = "".join(f"<li class='row'><a href='{path}'>An article at {path}</a></li>" for path in paths)
    return a_page(f"<body><nav><a href='/about'>About</a></nav><ul>{links}</ul></body>")


def test_a_list_whose_selector_chooses_nothing_matches_nothing() -> None:
    way = Way(kind=SourceKind.LISTING, addresses=(HOME,), select="li.row > a")
    assert [link.url for link in read_index(a_list("/1", "/2"), way).chosen] == [f"{HOME}1", f"{HOME}2"]
    changed = a_page("<body><p><a href='/1'>An article at 1</a></p></body>")
    assert read_index(changed, way).problem == ProblemCode.NO_MATCH


def test_a_page_of_documents_without_any_matches_nothing() -> None:
    way = Way(kind=SourceKind.DOCUMENTS, addresses=(HOME,))
    assert [link.url for link in read_index(a_list("/plan.pdf", "/1"), way).chosen] == [f"{HOME}plan.pdf"]
    assert read_index(a_list("/1", "/2"), way).problem == ProblemCode.NO_MATCH


def test_the_home_page_tells_only_of_addresses_formed_like_known_ones() -> None:
    known = [f"{HOME}news/2024/{number}.html" for number in range(1, 6)]
    shown = a_list("/news/2024/5.html", "/news/2024/6.html", "/team/2024/7.html", "/contact")
    assert second_look(Answer(HOME, shown), known, Way(kind=SourceKind.FEED, addresses=(FEED_URL,))).unknown_count == 1


STORY = " ".join(f"Sentence {number} of the story tells of launch {number * 37}." for number in range(12))
OTHER = " ".join(f"Another page tells in its line {number} of talks {number * 91}." for number in range(12))


def an_article(text: str, day: str = "<time datetime='2024-02-01'>1 February 2024</time>") -> Fetched:
    """An article's page with the site's menu and footer."""
    return a_page(f"<nav>News Missions About us</nav><h1>A launch</h1>{day}<p>{text}</p><footer>Cookies</footer>")


def read_again(now: Fetched, kept: str = STORY) -> Reread:
    """What is seen when a page is read again."""
    return reread(Answer(HOME, now), an_article(kept), an_article(OTHER))


def test_a_page_read_again_is_compared_by_its_own_text_only() -> None:
    assert read_again(an_article(STORY)) == Reread(HOME, kept_share=1.0)
    assert read_again(an_article(f"Read also: the week in pictures. {STORY}")).kept_share == pytest.approx(1, abs=0.05)
    assert read_again(an_article(OTHER)).kept_share == pytest.approx(0, abs=0.05)
    assert read_again(an_article("Two words."), kept="Two words.").kept_share is None


def test_a_page_read_again_shows_gates_lost_dates_and_wrong_characters() -> None:
    login = "<title>Log in</title><form><input type='password' name='word'></form>"
    assert read_again(a_page(login)).problem == ProblemCode.LOGIN_WALL
    assert read_again(an_article(STORY, day="")).is_undated
    story = "Роскосмос и КНКА подписали соглашение о станции на Луне. " * 3
    misread = a_page(
        f"<h1>A launch</h1><time>1 February 2024</time><p>{story.encode().decode('cp1251', 'replace')}</p>"
    )
    assert read_again(misread, kept=story).is_garbled


def test_a_document_has_no_visible_text() -> None:
    assert visible_text(a_page("%PDF-1.7 <</Type /Page>>", content_type="application/pdf")) == ""
    assert visible_text(a_page("<script>let a = 1</script><p>Text</p>")) == "Text"


def test_a_visit_is_stored_as_json_and_read_again() -> None:
    visit = Visit(
        START,
        (IndexSeen(FEED_URL, 200, chosen_count=12), IndexSeen(FEED_URL, problem=ProblemCode.DNS)),
        PagesSeen(1, failures={ProblemCode.CAPTCHA: 2}),
        ArticlesSeen(3, 1, 900, 2),
        SecondLook("https://agency.example/", None, 1),
        Reread("https://agency.example/news/1", kept_share=0.9),
        is_cut_short=True,
    )
    stored = json.loads(json.dumps(visit.to_json()))
    assert Visit.from_json(stored) == visit
    assert Visit.from_json({**stored, "written_by_a_later_version": 1}) == visit
    assert stored["pages"] == {"kept_count": 1, "failures": {"captcha": 2}}


@pytest.mark.parametrize(
    ("kind", "words", "has_begun", "code"),
    [
        ("CannotResolveHostError", "DNS lookup failed: no results for hostname lookup", False, ProblemCode.DNS),
        ("DownloadFailedError", "[<Failure OpenSSL.SSL.Error: [('SSL routines', '', '')]>]", False, ProblemCode.TLS),
        ("DownloadFailedError", "Connection was closed cleanly.", False, ProblemCode.BROKEN_OFF),
        ("DownloadTimeoutError", "took longer than 3.0 seconds.", False, ProblemCode.TIMEOUT),
        ("DownloadTimeoutError", "took longer than 3.0 seconds.", True, ProblemCode.SLOW),
        ("DownloadConnectionRefusedError", "Connection refused.", False, ProblemCode.REFUSED),
        ("ResponseDataLossError", "", True, ProblemCode.BROKEN_OFF),
        ("DownloadCancelledError", "", True, ProblemCode.TOO_LARGE),
        ("IgnoreRequest", "exceeded DOWNLOAD_MAXSIZE (1 B) during decompression.", True, ProblemCode.TOO_LARGE),
        ("IgnoreRequest", "max redirections reached", True, ProblemCode.REDIRECT_LOOP),
        ("IgnoreRequest", "Forbidden by robots.txt", False, ProblemCode.ROBOTS),
        ("BadGzipFile", "Not a gzipped file (b'no')", True, ProblemCode.DECODE),
    ],
)
def test_what_scrapy_raises_has_a_name(kind: str, words: str, has_begun: bool, code: ProblemCode) -> None:  # noqa: FBT001
    assert problem_of_failure(kind, words, has_begun=has_begun) == code


@pytest.mark.parametrize(
    "text",
    ["L’agence a réussi — « créée » à l’été", "Роскосмос и КНКА подписали", "中国国家航天局联通月球", "Why? Why now?"],
)
def test_wrongly_decoded_text_is_told_from_written_language(text: str) -> None:
    assert garbled_share(text) == 0.0
    for charset in ("cp1252", "cp1251", "gb18030"):
        misread = text.encode().decode(charset, "replace")
        assert misread == text or garbled_share(misread) >= GARBLED_SHARE
