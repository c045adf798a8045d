"""What analysts keep beside articles: stars, notes, highlights and collections, seen and changed by their owners."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from models.page_store import PageStore
from models.tables import Article, CollectionItem, Note
from models.vocabulary import LOCAL, Role
from perilune.archive import Archive
from perilune.config import settings_from
from perilune.serving import app_for
from perilune.serving_notebook import ArchiveNotebook
from perilune.serving_searches import ArchiveSearches
from perilune.takedowns import withdraw
from tests.builders import ArticleDraft, a_version
from tests.conftest import NOW
from tests.people import a_visitor, an_account, signed_in
from tests.web_archive import QUOTE, TEXT, Keys, fill_archive

HERE = {"Origin": "http://testserver"}


@pytest.fixture
def archive(database_url: str, sessions: sessionmaker[Session], tmp_path: Path) -> Archive:
    """An open archive."""
    return Archive(settings_from({"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": database_url}), sessions)


@pytest.fixture
def keys(sessions: sessionmaker[Session], page_store: PageStore) -> Keys:
    """A filled archive."""
    with sessions.begin() as session:
        return fill_archive(session, page_store)


@pytest.fixture
def client(keys: Keys, archive: Archive) -> Iterator[TestClient]:
    """The archive as the product serves it, to one person alone."""
    with TestClient(app_for(archive.settings), raise_server_exceptions=False, headers=HERE) as client:
        yield client


@pytest.fixture
def people(keys: Keys, archive: Archive) -> Archive:
    """The archive, with accounts."""
    assert keys
    for login, role in ((str(role), role) for role in reversed(Role)):
        an_account(archive, login, role)
    an_account(archive, "eve", Role.ANALYST)
    return archive


def test_an_article_is_starred_noted_and_collected_by_forms(client: TestClient, keys: Keys) -> None:
    own = f"/article/{keys.article}"
    assert "☆" in client.get(own).text
    assert "★" in client.post(f"{own}/star", data={"on": "yes"}).text
    page = client.post(
        f"{own}/notes", data={"quote": "Signed  a memorandum\non lunar", "text": "Which <agencies>?"}
    ).text
    assert '<mark class="noted">signed a memorandum on lunar</mark><a class="notemark"' in page
    assert "Which &lt;agencies&gt;?" in page
    answer = client.post(f"{own}/notes", data={"quote": "words that nobody wrote", "text": "Kept words"})
    assert answer.status_code == 409
    assert "are not in the article" in answer.text
    assert answer.text.count("words that nobody wrote") == answer.text.count("Kept words") == 1
    page = client.post("/collect", data={"key": keys.article, "collection": "new", "name": "Treaties"}).text
    assert "<h1>Treaties</h1>" in page
    (collection,) = set(re.findall(r"/collections/([0-9a-f]{12})", page))
    both = {"key": [keys.article, keys.chinese], "collection": collection, "remark": "in Chinese"}
    assert "1 article is added to “Treaties”; 1 were in it." in client.post("/collect", data=both).text
    client.post(f"/collections/{collection}", data={"article": keys.chinese, "action": "up", "remark": ""})
    page = client.get(f"/collections/{collection}").text
    assert page.index("月球合作") < page.index("Agencies sign a memorandum")
    assert "in Chinese" in page
    client.post(f"/collections/{collection}", data={"article": keys.chinese, "action": "remove"})
    assert "月球合作" not in client.get(f"/collections/{collection}").text
    assert f'<a href="/collections/{collection}">Treaties</a>' in client.get(own).text
    page = client.get("/notebook").text
    assert all(words in page for words in ("Treaties", "Which &lt;agencies&gt;?", "signed a memorandum on lunar"))
    assert "starred" in client.get("/?q=lunar").text
    (note,) = set(re.findall(r"/notes/([0-9a-f]{12})", client.get(own).text))
    client.post(f"/notes/{note}", data={"delete": "yes"})
    client.post(f"{own}/star", data={"on": "no"})
    page = client.get(own).text
    assert "noted" not in page
    assert "☆" in page
    client.post(f"/collections/{collection}", data={"delete": "yes"})
    assert "Treaties" not in client.get("/notebook").text
    assert client.post("/collect", data={"collection": "new", "name": "None"}).status_code == 422


def test_a_button_that_is_pressed_many_times_at_once_does_one_thing(keys: Keys, archive: Archive) -> None:
    notebook, searches = ArchiveNotebook(archive), ArchiveSearches(archive)

    def at_once(press: Callable[[], str]) -> set[str]:
        with ThreadPoolExecutor(6) as pool:
            return {each.result() for each in [pool.submit(press) for _ in range(6)]}

    assert at_once(lambda: notebook.star(LOCAL, keys.article, is_on=True)) == {"It is starred."}
    key = notebook.make_collection(LOCAL, {"name": "Treaties"})
    told = at_once(lambda: notebook.collect(LOCAL, key, [keys.article]))
    assert told == {"1 article is added to “Treaties”.", "0 articles are added to “Treaties”; 1 were in it."}
    (saved,) = at_once(lambda: searches.save(LOCAL, {"query": "lunar"})[0])
    assert len(at_once(lambda: searches.act(LOCAL, saved, "add_section", "weekly"))) == 1
    withdrawals = at_once(lambda: withdraw(archive, keys.article, "asked", by="Ada", now=NOW))
    assert {words.split(".")[0] for words in withdrawals} == {
        f"Article {keys.article} is withdrawn{more}" for more in ("", " already")
    }


@pytest.mark.databases("sqlite")
def test_a_highlight_is_found_again_in_a_new_version_or_says_of_which_it_is(
    client: TestClient, keys: Keys, sessions: sessionmaker[Session]
) -> None:
    own = f"/article/{keys.article}"
    for quote in (QUOTE, "Data are shared"):
        client.post(f"{own}/notes", data={"quote": quote})
    with sessions.begin() as session:
        article = session.scalars(sa.select(Article).where(Article.key == keys.article)).one()
        text = f"An editor's note.\n\n{TEXT.replace('Data are shared', 'Nothing is shared')}"
        a_version(session, article, ArticleDraft(text=text))
    page = client.get(own).text
    assert f'<mark class="noted">{QUOTE}</mark>' in page
    assert "made in version 1" in page
    assert "of version 1; the text has these words no more" in page
    place = re.search(rf'href="({own}/v1\?from=\d+&amp;to=\d+)"', page)
    assert place is not None
    assert "<mark>Data are shared</mark>" in client.get(place[1].replace("&amp;", "&")).text
    assert '<mark class="noted">Data are shared</mark>' in client.get(f"{own}/v1").text


@pytest.mark.databases("sqlite")
def test_the_repeated_words_that_were_selected_are_highlighted(
    client: TestClient, keys: Keys, sessions: sessionmaker[Session]
) -> None:
    second = TEXT.index("are", TEXT.index("Crews"))
    client.post(f"/article/{keys.article}/notes", data={"quote": "are", "near": str(second)})
    with sessions() as session:
        assert session.scalars(sa.select(Note)).one().start == second


@pytest.mark.databases("sqlite")
def test_nobody_sees_or_changes_what_another_keeps_unless_it_is_shared(keys: Keys, people: Archive) -> None:
    ada, eve = signed_in(people, "analyst"), signed_in(people, "eve")
    own = f"/api/articles/{keys.article}/notes"
    private = ada.post(own, json={"text": "My private thought"}).json()["key"]
    ada.post(own, json={"text": "A shared thought", "shared": "yes"})
    kept = ada.post("/api/collections", json={"name": "Only mine"}).json()["key"]
    shared = ada.post("/api/collections", json={"name": "For all", "shared": "yes"}).json()["key"]
    for key in (kept, shared):
        assert ada.post(f"/api/collections/{key}/items", json={"articles": [keys.article]}).status_code == 200
    ada.put(f"/api/stars/{keys.article}")
    assert eve.get("/api/stars").json() == []
    page = eve.get(f"/article/{keys.article}").text
    assert "A shared thought" in page
    assert not any(words in page for words in ("My private thought", "Only mine", "★"))
    assert [each["name"] for each in eve.get("/api/collections").json()] == ["For all"]
    assert eve.get(f"/collections/{shared}").status_code == 200
    assert eve.get(f"/export?collection={kept}&format=csv").status_code == 404
    for method, path, said in (
        ("get", f"/collections/{kept}", None),
        ("get", f"/api/collections/{kept}", None),
        ("patch", f"/api/collections/{shared}", {"name": "Eve's"}),
        ("post", f"/api/collections/{shared}/items", {"articles": [keys.chinese]}),
        ("patch", f"/api/collections/{shared}/items/{keys.article}", {"action": "remark", "remark": "x"}),
        ("delete", f"/api/collections/{shared}/items/{keys.article}", None),
        ("delete", f"/api/collections/{shared}", None),
        ("patch", f"/api/notes/{private}", {"text": "Eve's"}),
        ("delete", f"/api/notes/{private}", None),
        ("post", f"/notes/{private}", {}),
        ("post", f"/collections/{shared}", {}),
    ):
        answer = eve.request(method, path, json=said)
        assert answer.status_code == 404, (method, path, answer.text)
    taken = eve.post("/collect", data={"key": keys.chinese, "collection": shared})
    assert taken.status_code == 404
    assert {note["text"] for note in ada.get("/api/notes").json()} == {"My private thought", "A shared thought"}
    assert [item["article"]["key"] for item in ada.get(f"/api/collections/{shared}").json()["items"]] == [keys.article]


@pytest.mark.databases("sqlite")
def test_a_reader_keeps_and_does_not_share_and_somebody_unknown_does_neither(keys: Keys, people: Archive) -> None:
    bob = signed_in(people, "reader")
    assert bob.post(f"/api/articles/{keys.article}/notes", json={"text": "Mine"}).status_code == 201
    for path, said in (
        (f"/api/articles/{keys.article}/notes", {"text": "Ours", "shared": "yes"}),
        ("/api/collections", {"name": "Ours", "shared": "yes"}),
    ):
        assert bob.post(path, json=said).status_code == 403
    assert bob.post("/collections", data={"name": "Ours", "shared": "yes"}).status_code == 403
    assert bob.post(f"/article/{keys.article}/withdraw", data={"reason": "x"}).status_code == 403
    assert bob.get("/takedowns").status_code == 403
    nobody = a_visitor(people)
    for path in ("/api/notes", "/api/stars", "/api/collections", "/api/export?q=lunar&format=csv"):
        assert nobody.get(path).status_code == 401
    for path in ("/notebook", "/collections", "/export?q=lunar&format=csv", "/takedowns"):
        assert nobody.get(path).headers["location"].startswith("/sign-in")


@pytest.mark.databases("sqlite")
def test_a_form_of_another_site_keeps_nothing(client: TestClient, keys: Keys, sessions: sessionmaker[Session]) -> None:
    for path in (f"/article/{keys.article}/star", f"/article/{keys.article}/notes", "/collect", "/collections"):
        said = {"text": "x", "key": keys.article, "name": "x"}
        assert client.post(path, data=said, headers={"Origin": "http://other.example"}).status_code == 403
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Note)) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(CollectionItem)) == 0


@pytest.mark.databases("sqlite")
def test_a_withdrawn_article_leaves_its_place_in_a_collection_and_none_of_its_words(
    client: TestClient, keys: Keys, archive: Archive
) -> None:
    client.post(f"/article/{keys.article}/notes", data={"quote": QUOTE})
    client.put(f"/api/stars/{keys.article}")
    page = client.post("/collect", data={"key": keys.article, "name": "Treaties"}).text
    (collection,) = set(re.findall(r"/collections/([0-9a-f]{12})", page))
    withdraw(archive, keys.article, "A court said so", by="Ada", now=dt.datetime.now(dt.UTC))
    for path in ("/notebook", f"/collections/{collection}", f"/api/collections/{collection}", "/api/stars"):
        text = client.get(path).text
        assert "Withdrawn article" in text
        assert "memorandum" not in text
    assert client.get("/api/notes").json() == []
    assert client.put(f"/api/stars/{keys.article}").status_code == 422
