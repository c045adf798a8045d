"""An article's page and API answer: what stands apart from its text, what it says of itself, what became of it."""

from __future__ import annotations

import datetime as dt

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from models.article import Article, Version
from models.history import note_event
from models.page_store import PageStore
from models.vocabulary import HistoryKind, PassageKind
from tests.builders import ArticleDraft, a_version, an_article
from tests.conftest import NOW
from tests.web_archive import mail_of
from web.app import create_app

PARTS = (
    "The treaty is in force.",
    "条约自签署之日起对各缔约国生效并长期有效。",
    "It has ninety parties.",
    "Signed in 1967.",
    "Ask for questions.",
)


@pytest.fixture
def paper(sessions: sessionmaker[Session]) -> str:
    """The key of a document with a foreign paragraph, a footnote, a speaker's note and a history."""
    with sessions.begin() as session:
        article = an_article(session, ArticleDraft(text="The treaty is to come."))
        version = a_version(session, article, ArticleDraft(text="\n\n".join(PARTS), page_numbers=(1, 1, 2, 2, 1)))
        furnish(version)
        note_event(session, article.id, HistoryKind.SILENTLY_EDITED, at=NOW, version_id=version.id)
        note_event(session, article.id, HistoryKind.VANISHED, at=NOW + dt.timedelta(days=3))
        return article.key


def furnish(version: Version) -> None:
    """Give a version what its document says of itself."""
    version.issuer, version.section, version.keywords = "Office for Outer Space Affairs", "Treaties", ["space law"]
    passages = version.passages
    passages[1].language = "zh"
    passages[2].page_label = "iv"
    passages[3].kind, passages[4].kind = PassageKind.FOOTNOTE, PassageKind.NOTE


def test_the_page_tells_text_from_what_stands_apart(
    sessions: sessionmaker[Session], page_store: PageStore, paper: str
) -> None:
    client = TestClient(create_app(sessions, pages=page_store, render_issue=mail_of))
    shown = client.get(f"/article/{paper}").text
    for expected in (
        '<p lang="zh" dir="auto" id="p1" data-start="',
        "PDF page 2, printed iv",
        '<h2 class="part" lang="en">Footnotes</h2>',
        '<h2 class="part" lang="en">Speaker notes</h2>',
        "Office for Outer Space Affairs",
        "Treaties",
        "space law",
        "The page is gone from its site",
        "silently edited",
        f'<a class="small" href="/article/{paper}/v2/changes">what changed</a>',
    ):
        assert expected in shown
    assert shown.index("It has ninety parties") < shown.index("Footnotes") < shown.index("Speaker notes")


def test_the_api_answers_with_the_same(sessions: sessionmaker[Session], page_store: PageStore, paper: str) -> None:
    client = TestClient(create_app(sessions, pages=page_store, render_issue=mail_of))
    answer = client.get(f"/api/articles/{paper}").json()
    assert [event["kind"] for event in answer["history"]] == ["vanished", "silently-edited"]
    assert (answer["issuer"], answer["section"], answer["keywords"]) == (
        "Office for Outer Space Affairs",
        "Treaties",
        ["space law"],
    )
    kinds = [(each["kind"], each["page_label"], each["language"]) for each in answer["passages"]]
    assert kinds == [
        ("paragraph", None, None),
        ("paragraph", None, "zh"),
        ("paragraph", "iv", None),
        ("footnote", None, None),
        ("note", None, None),
    ]


def test_an_article_that_returned_is_not_called_gone(
    sessions: sessionmaker[Session], page_store: PageStore, paper: str
) -> None:
    with sessions.begin() as session:
        article = session.query(Article).filter_by(key=paper).one()
        note_event(session, article.id, HistoryKind.RETURNED, at=NOW + dt.timedelta(days=9))
    client = TestClient(create_app(sessions, pages=page_store, render_issue=mail_of))
    shown = client.get(f"/article/{paper}").text
    assert "The page is gone from its site" not in shown
    assert "returned" in shown
