"""The archive on screen and its API, asked over HTTP on both databases; the pure parts of web besides."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from models.fate import Fate
from models.page_store import PageStore
from models.search import Query, QueryProblem, Vocabulary, rebuild_index
from models.tables import (
    Actor,
    Article,
    CrawlRun,
    Evidence,
    Fact,
    Issue,
    Source,
    SummarySentence,
    Version,
    VersionActor,
)
from models.vocabulary import DocType, FactKind, FateState, PassageKind, Relevance, Stage
from perilune.dates import PartialDate
from tests.builders import ArticleDraft, a_source, a_story, a_version, an_article, an_edition
from tests.conftest import NOW
from web.app import create_app
from web.archived import archived_headers
from web.changes import changes_between, sentences_of
from web.labels import date_in_words, interval_in_words, period_in_words, size_in_words
from web.links import outward_link
from web.passages import Span, pieces_of
from web.search_form import SearchForm, fault_of, query_of

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(2)>"
ESCAPED_ATTACK = "&lt;script&gt;alert(1)&lt;/script&gt;"
BODY = b"<html><body><script>alert(1)</script>As fetched</body></html>"
ISSUE_KEY = "0123456789ab"
UNKNOWN_KEY = "f" * 12
TEXT = (
    "Agencies met in Vienna.\n\nThe two agencies signed a memorandum on lunar exploration on 9 March 2022. 🌕\n\n"
    "Data are shared\n\nCrews are trained"
)
QUOTE = "signed a memorandum on lunar exploration"


@dataclass(frozen=True)
class Keys:
    """The public keys of what the archive holds."""

    article: str
    changed: str
    slides: str
    chinese: str
    copy: str
    story: str
    issue: str = ISSUE_KEY


def fill_archive(session: Session, pages: PageStore) -> Keys:
    """Store one of everything that a page can show."""
    story = a_story(session, "Two agencies sign a memorandum", headline_language="en", last_on=dt.date(2022, 3, 10))
    lead = an_article(session, ArticleDraft(text=TEXT, story=story))
    copy = an_article(session, ArticleDraft(text=TEXT, source="wire", is_copy_of=lead, story=story, published=None))
    lead.story_reason = "no story is like it"
    _understand(session, lead, pages)
    _summarise(session, story.id, lead)
    changed = _changed_article(session)
    slides = an_article(
        session,
        ArticleDraft(
            title="Workshop slides",
            text="Cover of the deck\n\nSession on planetary defence\n\nSession on launches",
            published="2022-02",
            source="slides",
            page_numbers=(1, 2, 2),
            topics=("planetary-defence",),
            doc_type=DocType.REPORT,
        ),
    )
    chinese = an_article(
        session,
        ArticleDraft(
            title="月球合作", text="两国航天局签署了月球探测谅解备忘录。", language="zh", published="2021", source="cn"
        ),
    )
    an_article(session, ArticleDraft(title="Opening hours", text="The library is closed.", relevance=Relevance.OFF))
    _crawl(session, a_source(session))
    _issue(session)
    rebuild_index(session)
    return Keys(lead.key, changed.key, slides.key, chinese.key, copy.key, story.key)


def _understand(session: Session, article: Article, pages: PageStore) -> None:
    version = session.get_one(Version, article.current_version_id)
    version.page.content_hash = pages.keep(BODY)
    version.relevance_because = ["both names of agencies", "memorandum"]
    version.date_witnesses = [{"kind": "visible", "date": "2022-03-10", "quote": "10 Mar 2022"}]
    version.topics[0].because = ["lunar exploration"]
    version.passages[2].kind = version.passages[3].kind = PassageKind.LIST_ITEM
    session.add(Actor(slug="cnsa", name="China National Space Administration", kind="agency"))
    session.flush()
    version.actors.append(VersionActor(actor_slug="cnsa", mention_count=2, start=0, end=8))
    start = TEXT.index(QUOTE)
    version.facts.append(
        Fact(
            ordinal=0,
            kind=FactKind.AGREEMENT,
            name="Memorandum on lunar exploration",
            status="signed",
            subkind="MoU",
            start_on=PartialDate(2022, 3, 9),
            parties=["cnsa", "RU"],
            start=start,
            end=start + len(QUOTE),
        )
    )
    session.flush()


def _summarise(session: Session, story_id: int, article: Article) -> None:
    start = TEXT.index(QUOTE)
    sentence = SummarySentence(story_id=story_id, ordinal=0, text="Two agencies signed a memorandum.", language="en")
    sentence.evidence.append(
        Evidence(
            story_id=story_id,
            ordinal=0,
            version_id=article.current_version_id,
            passage_ordinal=1,
            start=start,
            end=start + len(QUOTE),
        )
    )
    session.add(sentence)
    session.flush()


def _changed_article(session: Session) -> Article:
    before = ArticleDraft(
        title="Workshops", text="The workshop is in Oxford. It is free.", source="ral", is_standing=True
    )
    article = an_article(session, before)
    after = ArticleDraft(title="Workshops", text="The workshop is in Wuhan. It is free.\n\nA new line.", source="ral")
    a_version(session, article, after)
    return article


def _crawl(session: Session, source: Source) -> None:
    run = CrawlRun(source_id=source.id, started_at=NOW, finished_at=NOW, outcome="done", counts={"new pages": 3})
    waiting = Fate(stage=Stage.CRAWL, item_id=source.id, state=FateState.DONE, due_at=NOW + dt.timedelta(hours=6))
    failed = Fate(stage=Stage.FETCH, item_id=1, state=FateState.FAILED, reason="challenge page")
    session.add_all([run, waiting, failed])
    session.flush()


def _issue(session: Session) -> None:
    session.add(
        Issue(
            key=ISSUE_KEY,
            edition_id=an_edition(session).id,
            number=7,
            period_start_at=NOW - dt.timedelta(days=7),
            period_end_at=NOW,
            due_at=NOW,
            composed_at=NOW,
            subject="Seven days of cooperation",
            content={"headline": "A week"},
        )
    )
    session.flush()


def mail_of(content: Mapping[str, object]) -> str:
    """Render an issue in the plainest way."""
    return f"<!doctype html><html><head><title>Mail</title></head><body><h1>{content['headline']}</h1></body></html>"


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
    "/sources": ("Un Unoosa", "new pages: 3", "14 March 2022, 13:00 UTC", "not crawled yet"),
    "/status": ("challenge page", "1 failed"),
    "/api": ("GET /api/search", "GET /api/stories/{{key}}"),
    "/article/{article}": (
        "both names of agencies, memorandum",
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
        '<ul><li id="p2">',
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
            assert "<script" not in response.text
            assert ' style="' not in response.text


EMPTY_PAGES = {
    "/": "Nothing on international cooperation yet",
    "/stories": "No stories yet",
    "/issues": "No issue yet",
    "/sources": "No sources yet",
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
    assert f'<p id="p1">The two agencies <mark>{QUOTE}</mark> on 9 March' in opened


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
    assert response.headers["Content-Security-Policy"] == (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )


@pytest.mark.parametrize(
    ("content_type", "sent", "disposition"),
    [
        ("text/html; charset=gb2312", "text/html; charset=gb2312", "inline"),
        ("TEXT/HTML;Charset='utf-8'", "text/html; charset=utf-8", "inline"),
        ("application/pdf", "application/pdf", "inline"),
        ("text/javascript", "application/octet-stream", "attachment"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
        ("text/html; charset=x\r\nSet-Cookie: a=b", "text/html; charset=x", "inline"),
        (None, "application/octet-stream", "attachment"),
    ],
)
def test_only_text_and_pdf_are_shown(content_type: str | None, sent: str, disposition: str) -> None:
    headers = archived_headers(content_type, "x-v1")
    assert headers["Content-Type"] == sent
    assert headers["Content-Disposition"].startswith(f'{disposition}; filename="x-v1.')
    assert ("sandbox" in headers["Content-Security-Policy"]) == (sent != "application/pdf")


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
        assert "<script" not in text, path
        assert "<img" not in text, path
        assert 'href="javascript:' not in text, path


def test_an_attack_in_the_line_stays_words(client: TestClient, keys: Keys, subtests: pytest.Subtests) -> None:
    for query in (ATTACK, f'"{ATTACK}', f"topic:{ATTACK}", "\x00\x1b[31m", '"><script>', "ﷺ" * 50):
        with subtests.test(query):
            shown, answered = (client.get(path, params={"q": query}) for path in ("/", "/api/search"))
            assert shown.status_code == answered.status_code
            assert shown.status_code in {200, 400}
            assert "<script" not in shown.text
            assert "json" in answered.headers["Content-Type"]
            assert client.get("/", params={"q": "moon", "topic": query}).status_code == 400


def test_every_response_bears_the_security_headers(client: TestClient, keys: Keys) -> None:
    for path in ("/", "/static/style.css", "/api/status", "/nowhere", "/?page=0"):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"], path
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
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]


def test_the_api_finds_articles(client: TestClient, keys: Keys) -> None:
    found = client.get("/api/search", params={"q": "memorandum country:ru", "limit": 1}).json()
    assert found["query"] == "memorandum country:RU"
    assert (found["total"], found["limit"], found["offset"]) == (1, 1, 0)
    hit = found["hits"][0]
    assert (hit["key"], hit["published"], hit["copy_count"]) == (keys.article, "2022-03-10", 1)
    assert any(part["is_hit"] for part in hit["snippet"])
    assert client.get("/api/search").json()["total"] == 5
    assert client.get("/api/search?offset=4").json()["hits"][0]["title"]


def test_the_api_gives_an_article_with_its_evidence(client: TestClient, keys: Keys) -> None:
    article = client.get(f"/api/articles/{keys.article}").json()
    assert [passage["kind"] for passage in article["passages"]] == ["paragraph", "paragraph", "list-item", "list-item"]
    assert article["facts"][0]["quote"] == QUOTE
    assert article["facts"][0]["parties"][1] == {"slug": "RU", "name": "Russia"}
    assert article["copies"][0]["key"] == keys.copy
    assert article["story"]["key"] == keys.story
    assert "id" not in article
    first = client.get(f"/api/articles/{keys.changed}?version=1").json()
    assert (first["number"], first["is_current"]) == (1, False)
    assert client.get(f"/api/articles/{keys.slides}").json()["published"] == "2022-02"


def test_the_api_gives_stories(client: TestClient, keys: Keys) -> None:
    listed = client.get("/api/stories").json()
    assert (listed["total"], listed["stories"][0]["key"]) == (1, keys.story)
    story = client.get(f"/api/stories/{keys.story}").json()
    evidence = story["sentences"][0]["evidence"][0]
    assert (evidence["quote"], evidence["version_number"], evidence["number"]) == (QUOTE, 1, 1)
    assert [article["key"] for article in story["articles"]] == [keys.article]
    assert story["articles"][0]["copies"][0]["published"] is None


def test_the_api_gives_sources_issues_and_status(client: TestClient, keys: Keys) -> None:
    sources = {source["slug"]: source for source in client.get("/api/sources").json()}
    assert sources["un_unoosa"]["last_outcome"] == "done"
    assert sources["wire"]["last_crawled_at"] is None
    assert client.get("/api/issues").json()[0]["key"] == keys.issue
    assert client.get(f"/api/issues/{keys.issue}").json()["content"] == {"headline": "A week"}
    status = client.get("/api/status").json()
    assert status["totals"]["articles"] == 6
    assert {"stage": "fetch", "state": "failed", "reason": "challenge page", "count": 1} in status["fates"]


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/api/search?q=OR+moon", 400, "OR must stand between two words"),
        ("/api/search?q=topic:none", 400, "the topic 'none' is unknown"),
        ("/api/search?limit=0", 422, "limit:"),
        ("/api/search?limit=101", 422, "limit:"),
        ("/api/search?offset=99999999999999999999", 422, "offset:"),
        ("/api/stories?offset=-1", 422, "offset:"),
        ("/api/articles/" + UNKNOWN_KEY + "?version=0", 422, "version:"),
    ],
)
def test_the_api_tells_its_problems_by_rfc_9457(client: TestClient, path: str, status: int, detail: str) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert (problem["status"], problem["type"]) == (status, "about:blank")
    assert detail in problem["detail"]


def test_a_search_problem_names_its_place(client: TestClient) -> None:
    assert client.get("/api/search?q=moon+OR").json()["position"] == 5


def test_another_method_is_refused_in_the_same_form(client: TestClient) -> None:
    response = client.post("/api/search")
    assert (response.status_code, response.headers["Content-Type"]) == (405, "application/problem+json")
    assert response.headers["Allow"] == "GET"


def test_head_is_answered_with_the_headers_of_get(client: TestClient, keys: Keys) -> None:
    for path in ("/", f"/article/{keys.article}", "/api/status", "/static/style.css", "/nowhere"):
        head, got = client.head(path), client.get(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers["Content-Length"] == got.headers["Content-Length"]


def test_the_openapi_document_describes_the_api_only(client: TestClient) -> None:
    document = client.get("/api/openapi.json").json()
    assert all(path.startswith("/api/") for path in document["paths"])
    responses = document["paths"]["/api/search"]["get"]["responses"]
    assert set(responses) == {"200", "400", "422"}
    assert "application/problem+json" in responses["422"]["content"]
    assert "HTTPValidationError" not in json.dumps(document)


@pytest.mark.parametrize(
    ("before", "after", "removed", "added"),
    [
        (["Same. Old words."], ["Same. New words."], ["Old words."], ["New words."]),
        (["中国签署。旧句。"], ["中国签署。新句。"], ["旧句。"], ["新句。"]),
        (["Да. Нет."], ["Да."], ["Нет."], []),
        (["One."], ["One.", "Two."], [], ["Two."]),
        (["A costs 3.5 tonnes."], ["A costs 3.6 tonnes."], ["A costs 3.5 tonnes."], ["A costs 3.6 tonnes."]),
        (["Same."], ["Same."], [], []),
    ],
)
def test_changes_are_told_by_sentence(
    before: list[str], after: list[str], removed: list[str], added: list[str]
) -> None:
    changes = changes_between(before, after)
    assert ["".join(piece.text for piece in each) for change in changes for each in change.before] == removed
    assert ["".join(piece.text for piece in each) for change in changes for each in change.after] == added


@pytest.mark.parametrize("text", ["", "...", "No end", "A.B. c\nd", "“引文。”后文", "См. «Да.» Нет…"])
def test_cutting_sentences_loses_nothing(text: str) -> None:
    assert "".join("".join(sentences_of(text)).split()) == "".join(text.split())


def test_marks_follow_code_points_beyond_the_basic_plane() -> None:
    pieces = pieces_of("a🌕b月c", 10, Span(11, 13))
    assert [(piece.text, piece.is_marked) for piece in pieces] == [("a", False), ("🌕b", True), ("月c", False)]


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2022", None, "2022"),
        ("2022-03", "2022-03", "March 2022"),
        ("2022-04-25", "2022-04-29", "25–29 April 2022"),
        ("2022-04-29", "2022-05-02", "29 April–2 May 2022"),
        ("2021-12-30", "2022-01-02", "30 December 2021 – 2 January 2022"),
        ("2021", "2022-01-02", "2021 – 2 January 2022"),
        (None, None, "date not stated"),
    ],
)
def test_periods_are_as_exact_as_their_ends(start: str | None, end: str | None, words: str) -> None:
    first, last = (PartialDate.parse(text) if text else None for text in (start, end))
    assert period_in_words(first, last) == words


def test_values_are_put_into_words() -> None:
    assert date_in_words(dt.date(2022, 3, 1)) == "1 March 2022"
    assert [interval_in_words(minutes) for minutes in (1, 60, 360, 1440, 90)] == [
        "every minute",
        "every hour",
        "every 6 hours",
        "every day",
        "every 90 minutes",
    ]
    assert [size_in_words(size) for size in (12, 1600, 2_500_000)] == ["12 bytes", "2 kB", "2.5 MB"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//x.example", "http://", "http://[", ""])
def test_only_addresses_of_the_web_become_links(url: str) -> None:
    assert outward_link(url) is None


def test_the_form_widens_lists_and_replaces_dates() -> None:
    vocabulary = Vocabulary(frozenset({"launch", "security"}), frozenset(), frozenset())
    form = SearchForm(q="moon topic:launch after:2020", topic="security", after="2021", sort="newest")
    expected = Query(text="moon", topics=("launch", "security"), after=dt.date(2021, 1, 1), sort="newest")  # type: ignore[arg-type]  # as typed
    assert query_of(form, vocabulary) == expected
    with pytest.raises(QueryProblem):
        query_of(SearchForm(q="", topic="unheard-of"), vocabulary)


def test_a_fault_without_a_place_marks_nothing() -> None:
    fault = fault_of("moon", QueryProblem("too long"))
    assert (fault.before, fault.at, fault.after) == ("moon", "", "")
