"""The archive on screen, asked over HTTP on both databases: its pages, and what must never reach a visitor."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from models.page_store import PageStore
from models.search import rebuild_index
from tests.builders import ArticleDraft, a_source, a_story, a_version, an_article
from tests.web_archive import BODY, CAUSE, QUOTE, TEXT, UNKNOWN_KEY, Keys, fill_archive, mail_of
from web.app import create_app

FOREIGN_SCRIPT = re.compile(r'<script(?! src="/static/[a-z]+\.js\?v=[0-9a-f]+" defer></script>)')
"""A script that is none of our own files."""
ATTACK = "<script>alert(1)</script><img src=x onerror=alert(2)>"
ESCAPED_ATTACK = "&lt;script&gt;alert(1)&lt;/script&gt;"


@pytest.fixture
def keys(sessions: sessionmaker[Session], page_store: PageStore) -> Keys:
    """A filled archive."""
    with sessions.begin() as session:
        return fill_archive(session, page_store)


@pytest.fixture
def client(sessions: sessionmaker[Session], page_store: PageStore) -> Iterator[TestClient]:
    """A visitor of the archive."""
    app = create_app(sessions, pages=page_store, render_issue=mail_of)
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as visitor:
        yield visitor


PAGES = {
    "/": ("Newest on international cooperation", "Agencies sign a memorandum", "also in 1 place", "月球合作"),
    "/?q=memorandum": ("<mark>memorandum</mark>", "10 March 2022", "Un Unoosa"),
    "/?q=月球": ("月球", 'lang="zh"', "Chinese", "2021"),
    "/?q=planetary+defence": ("PDF page 2", "February 2022"),
    "/?q=copies:yes+source:wire": ("date not stated", "source: Wire"),
    "/?q=nowhere+country:CN": ("Nothing in the archive matches", "without “country: China”"),
    "/?q=memorandum&page=9": ("no page",),
    "/about": ("The search language", "country:GB+CN", "lunar-exploration"),
    "/stories": ("Two agencies sign a memorandum", "2 articles", "Two agencies signed a memorandum.", "10 March 2022"),
    "/stories?page=9": ("none on this page",),
    "/issues": ("Seven days of cooperation", "No. 7", "7–14 March 2022"),
    "/issue/{issue}": ("/issue/0123456789ab/mail", "sandbox="),
    "/issue/{issue}/mail": ('<base target="_top">', "A week"),
    "/sources": ("Un Unoosa", "broken", CAUSE, "14 March 2022, 13:00 UTC", "not scheduled", "<rect"),
    "/sources/un_unoosa": ("broken", CAUSE, "3, 12 expected", "75%", "new pages: 3", "</time> to now"),
    "/sources/wire": ("It has not been judged yet",),
    "/status": ("challenge page", "1 failed"),
    "/api": ("GET /api/search", "GET /api/stories/{{key}}"),
    "/article/{article}": (
        "Because of <em>both names of agencies</em>, <em>memorandum</em>",
        "lunar exploration",
        "China National Space Administration",
        "Russia",
        "confidence 0%",
        "10 Mar 2022",
        "MoU, signed",
        "9 March 2022",
        "Also in",
        "Part of the story",
        'rel="noopener noreferrer nofollow"',
        '<ul><li id="p2"',
    ),
    "/article/{copy}": ("The same text leads at", "date not stated"),
    "/article/{changed}": ("A standing page", "Version 2", "Wuhan", "/changes"),
    "/article/{changed}/v1": ("This is version 1", "Oxford"),
    "/article/{changed}/v2/changes": ("<mark>Oxford</mark>", "<mark>Wuhan</mark>", "A new line.", "Added"),
    "/article/{slides}": ("PDF page 1", "PDF page 2", "February 2022"),
    "/article/{chinese}": ('<div class="body" lang="zh" dir="auto">', "<span>news</span>"),
    "/story/{story}": (
        "Two agencies signed a memorandum.",
        "Evidence",
        QUOTE,
        "Also in 1 place",
        "no story is like it",
    ),
}


def test_a_page_shows_what_the_archive_holds(client: TestClient, keys: Keys, subtests: pytest.Subtests) -> None:
    for path, expected in PAGES.items():
        with subtests.test(path):
            response = client.get(path.format(**vars(keys)))
            assert response.status_code == 200
            assert [text for text in expected if text.format() not in response.text] == []
            assert not FOREIGN_SCRIPT.search(response.text)
            assert ' style="' not in response.text


EMPTY_PAGES = {
    "/": "Nothing on international cooperation yet",
    "/stories": "No stories yet",
    "/issues": "No issue yet",
    "/sources": "No sources yet",
    "/topics": "No topics yet",
    "/status": "Nothing has been worked on yet",
    "/about": "The search language",
}


def test_an_empty_archive_explains_itself(client: TestClient, subtests: pytest.Subtests) -> None:
    for path, expected in EMPTY_PAGES.items():
        with subtests.test(path):
            response = client.get(path)
            assert response.status_code == 200
            assert expected in response.text


def test_pages_are_cut_into_twenties_and_linked(client: TestClient, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        for number in range(21):
            an_article(session, ArticleDraft(title=f"Article {number}"))
        rebuild_index(session)
    first, second = client.get("/?q=memorandum"), client.get("/?q=memorandum&page=2")
    assert first.text.count("<article>") == 20
    assert second.text.count("<article>") == 1
    assert "/?q=memorandum&amp;page=2" in first.text
    assert 'rel="prev" href="/?q=memorandum"' in second.text


def test_the_form_becomes_part_of_the_line(client: TestClient, keys: Keys) -> None:
    response = client.get("/?q=memorandum&topic=lunar-exploration&after=2022-03&relevance=core&country=&sort=newest")
    assert response.status_code == 303
    assert response.headers["Location"] == (
        "/?q=memorandum+relevance%3Acore+topic%3Alunar-exploration+after%3A2022-03-01+sort%3Anewest"
    )
    assert "Agencies sign a memorandum" in client.get(response.headers["Location"]).text


def test_a_facet_narrows_the_search_and_takes_itself_back(client: TestClient, keys: Keys) -> None:
    narrow = "/?q=memorandum+topic%3Alunar-exploration"
    assert f'href="{narrow}"' in client.get("/?q=memorandum").text
    assert f'href="{narrow.partition("+")[0]}"' in client.get(narrow).text


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/?q=moon+topics:x+china", "did you mean topic?"),
        ("/?q=topic:lunar-explorations", "did you mean lunar-exploration?"),
        ("/?q=moon&after=soon", "After takes a year, month or day"),
        ('/?q="moon', "A quotation mark is never closed"),
        ("/?q=" + "x" * 5000, "at most 4000 characters"),
    ],
)
def test_a_line_that_is_not_understood_is_told_in_a_sentence(
    client: TestClient, keys: Keys, path: str, sentence: str
) -> None:
    response = client.get(path)
    assert response.status_code == 400
    assert sentence in response.text


def test_the_place_of_a_fault_is_marked(client: TestClient) -> None:
    assert "moon <mark>topics:x</mark> china" in client.get("/?q=moon+topics:x+china").text


def test_evidence_marks_its_code_points_in_the_text(client: TestClient, keys: Keys) -> None:
    start = TEXT.index(QUOTE)
    link = f"/article/{keys.article}/v1?from={start}&amp;to={start + len(QUOTE)}#p1"
    assert f'href="{link}"' in client.get(f"/story/{keys.story}").text
    assert f'href="{link}"' in client.get(f"/article/{keys.article}").text
    opened = client.get(link.replace("&amp;", "&").partition("#")[0]).text
    assert re.search(rf'<p id="p1" data-start="[0-9]+">The two agencies <mark>{QUOTE}</mark> on 9 March', opened)


@pytest.mark.parametrize(
    "span", ["from=5&to=3", "from=0&to=99999", "from=x&to=3", "from=٣&to=9", "to=4", "from=-1&to=2"]
)
def test_an_impossible_place_marks_nothing(client: TestClient, keys: Keys, span: str) -> None:
    response = client.get(f"/article/{keys.article}?{span}")
    assert response.status_code == 200
    assert "<mark>" not in response.text


MISSING = [
    "/nowhere",
    "/article/{unknown}",
    "/article/not-a-key",
    "/article/%00",
    "/article/{article}/v0",
    "/article/{article}/v2",
    "/article/{article}/vx",
    "/article/{article}/v99999999999999999999",
    "/article/{article}/v1/changes",
    "/article/{unknown}/v1/page",
    "/story/{unknown}",
    "/issue/{unknown}",
    "/issue/{unknown}/mail",
    "/static/none.css",
    "/api/nowhere",
    "/api/articles/{unknown}",
    "/api/articles/{article}?version=2",
    "/api/stories/{unknown}",
    "/api/stories/<b>",
    "/api/issues/{unknown}",
]


def test_what_is_not_there_is_told_as_missing(client: TestClient, keys: Keys, subtests: pytest.Subtests) -> None:
    for path in MISSING:
        with subtests.test(path):
            response = client.get(path.format(unknown=UNKNOWN_KEY, **vars(keys)))
            assert response.status_code == 404
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            if path.startswith("/api/"):
                assert response.headers["Content-Type"] == "application/problem+json"
                assert response.json().keys() == {"type", "title", "status", "detail"}
            else:
                assert "Not in the archive" in response.text


def test_archived_bytes_are_sent_as_fetched_but_disarmed(client: TestClient, keys: Keys) -> None:
    response = client.get(f"/article/{keys.article}/v1/page")
    assert response.content == BODY
    assert response.headers["Content-Type"] == "text/html"
    assert response.headers["Content-Disposition"] == f'inline; filename="{keys.article}-v1.html"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'; ")


def test_lost_bytes_are_told_without_blaming_the_visitor(client: TestClient, keys: Keys) -> None:
    response = client.get(f"/article/{keys.slides}/v1/page")
    assert response.status_code == 503
    assert "The archived bytes cannot be shown" in response.text


def test_an_attack_in_stored_words_stays_words(
    client: TestClient, sessions: sessionmaker[Session], page_store: PageStore
) -> None:
    with sessions.begin() as session:
        a_source(session, "evil", name=ATTACK, home="javascript:alert(1)", note=ATTACK)
        story = a_story(session, ATTACK, headline_language='"><b>')
        draft = ArticleDraft(title=ATTACK, text=ATTACK, source="evil", url="javascript:alert(3)", story=story)
        article = an_article(session, draft)
        article.story_reason = ATTACK
        version = a_version(session, article, draft)
        version.authors, version.relevance_because, version.language = [ATTACK], [ATTACK], '"><b>'
        version.page.content_type = ATTACK
        rebuild_index(session)
        keys = {"article": article.key, "story": story.key}
    paths = (
        "/",
        "/?q=alert",
        "/article/{article}",
        "/story/{story}",
        "/stories",
        "/sources",
        "/article/{article}/v2/changes",
    )
    for path in paths:
        text = client.get(path.format(**keys)).text
        assert ESCAPED_ATTACK in text, path
        assert not FOREIGN_SCRIPT.search(text), path
        assert "<img" not in text, path
        assert 'href="javascript:' not in text, path


def test_an_attack_in_the_line_stays_words(client: TestClient, keys: Keys, subtests: pytest.Subtests) -> None:
    for query in (ATTACK, f'"{ATTACK}', f"topic:{ATTACK}", "\x00\x1b[31m", '"><script>', "ﷺ" * 50):
        with subtests.test(query):
            shown, answered = (client.get(path, params={"q": query}) for path in ("/", "/api/search"))
            assert shown.status_code == answered.status_code
            assert shown.status_code in {200, 400}
            assert not FOREIGN_SCRIPT.search(shown.text)
            assert "json" in answered.headers["Content-Type"]
            assert client.get("/", params={"q": "moon", "topic": query}).status_code == 400


def test_every_response_bears_the_security_headers(client: TestClient, keys: Keys) -> None:
    for path in ("/stories", "/static/style.css", "/api/status", "/nowhere", "/stories?page=0"):
        headers = client.get(path).headers
        assert "default-src 'none'; script-src 'none'" in headers["Content-Security-Policy"], path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_fault_of_ours_is_told_without_its_details(sessions: sessionmaker[Session], page_store: PageStore) -> None:
    def broken(content: Mapping[str, object]) -> str:
        raise RuntimeError(f"secret {content}")

    with sessions.begin() as session:
        keys = fill_archive(session, page_store)
    app = create_app(sessions, pages=page_store, render_issue=broken)
    with TestClient(app, raise_server_exceptions=False) as visitor:
        response = visitor.get(f"/issue/{keys.issue}/mail")
    assert response.status_code == 500
    assert "Something went wrong here" in response.text
    assert "secret" not in response.text
    assert "default-src 'none'; script-src 'none'" in response.headers["Content-Security-Policy"]


def test_head_is_answered_with_the_headers_of_get(client: TestClient, keys: Keys) -> None:
    for path in ("/", f"/article/{keys.article}", "/api/status", "/static/style.css", "/nowhere"):
        head, got = client.head(path), client.get(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers["Content-Length"] == got.headers["Content-Length"]
