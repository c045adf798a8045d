"""The client against a real server on loopback: typed answers, problems, pages, waiting, and what it does not load."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy.orm import Session, sessionmaker
from werkzeug import Response

from models.page_store import PageStore
from models.vocabulary import Relevance, Role
from perilune.client import ApiProblem, NoAnswer, Perilune
from perilune.client.transport import Habits, wait_of
from perilune.config import settings_from
from perilune.serving import app_for
from tests.api_archive import Filled, fill, served
from tests.test_api_document import app as app  # noqa: PLC0414 - a fixture
from tests.test_api_document import operations as operations  # noqa: PLC0414 - a fixture
from tests.web_archive import BODY, QUOTE
from web.api_account_models import NewAccount
from web.api_bodies import EditionSaid, NewEdition, NewReader, NewTopic, ReaderOfEdition, Saying
from web.api_desk_bodies import Approve, Drop, SentenceSaid
from web.api_document import Part
from web.api_notebook_models import CollectionSaid, ItemChange, ItemsSaid, NoteChange, NoteSaid
from web.api_search_models import NewSearch, SearchChange
from web.means import Means

SQLITE = pytest.mark.databases("sqlite")
UNUSED = NewReader(edition="weekly", address="eve@example.org")


@pytest.fixture
def filled(sessions: sessionmaker[Session], tmp_path: Path, now: dt.datetime) -> Filled:
    """A filled archive."""
    return fill(sessions, PageStore(str(tmp_path / "pages")), now)


@pytest.fixture
def client(filled: Filled, database_url: str, tmp_path: Path) -> Iterator[Perilune]:
    """A client of that archive's server."""
    said = {"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": database_url}
    settings = settings_from(said | {"PERILUNE_ALLOW_NETWORKS": "127.0.0.1:9"})
    with served(app_for(settings)) as url, Perilune(url, habits=Habits(remembered=10)) as program:
        yield program


@SQLITE
def test_it_reads_everything_typed(client: Perilune, filled: Filled) -> None:
    keys = filled.keys
    found = client.search("memorandum country:RU", facets=True)
    assert (found.hits[0].key, found.hits[0].published) == (keys.article, "2022-03-10")
    assert found.facets is not None
    assert found.facets["year"][0].count > 1
    article = client.article(keys.article)
    assert article == client.article(keys.article)
    assert (article.facts[0].quote, article.source.slug) == (QUOTE, "un_unoosa")
    assert client.article(keys.changed, version=1).number == 1
    assert client.changes(keys.changed, 2).earlier_number == 1
    assert client.archived_page(keys.article, 1) == BODY
    assert client.story(keys.story).sentences[0].evidence[0].quote == QUOTE
    assert client.matrix(by="actors").pairs == ()
    assert client.cell("RU", "CN").story_count >= 0
    assert client.calendar(past=True, year=2022).limit == 20
    assert client.agreements(sort="name").total >= 0
    assert client.source("un_unoosa").line.state == "broken"
    assert client.topic("tea").line in client.topics(limit=100).topics
    assert client.actor("cnsa").line.article_count == client.actors(q="cnsa").actors[0].article_count
    assert client.names().names[0].article_count == 4
    assert {issue.key for issue in client.issues().issues} == {keys.issue, filled.held.issue}
    assert client.issue(keys.issue).content == {"headline": "A week"}
    assert b"They met" in client.issue_file(filled.held.issue, "txt")
    assert client.recent("moon").query == "moon"
    assert client.status().totals["articles"] > 6
    whole = [story.key for page in client.pages(client.stories(limit=1)) for story in page.stories]
    assert len(set(whole)) == len(whole) == client.stories().total > 1


@SQLITE
def test_it_changes_what_a_person_may(client: Perilune, filled: Filled) -> None:
    held = filled.held
    obeyed = client.correct(Saying(article=filled.keys.article, by="Ada", relevance=Relevance.SPACE))
    assert client.corrections(filled.keys.article).corrections[0].id == obeyed.corrections[0].id
    assert client.undo(obeyed.corrections[0].id, by="Bob").words.startswith("Undone")
    assert client.correction(obeyed.corrections[0].id).undone_by == "Bob"
    client.add_topic(NewTopic(slug="ice", name="Ice", description="Water on the Moon."))
    assert client.merge_topic("ice", into="tea").words
    client.make_edition(NewEdition(slug="lunar", name="Lunar", hour=6))
    client.change_edition("lunar", EditionSaid(is_active=False))
    assert (client.edition("lunar").hour, client.edition("lunar").is_active) == (6, False)
    client.add_reader(UNUSED)
    assert client.readers("weekly").readers[0].address == UNUSED.address
    client.remove_reader(ReaderOfEdition(edition="weekly", address=UNUSED.address))
    sentence = SentenceSaid(key=held.told, number=1, text="They met in Geneva.")
    assert client.check_sentence(held.issue, sentence).unsaid
    assert client.edit_issue(held.issue, Drop(revision=0, key=held.plain, by="Ada")).revision == 1
    with pytest.raises(ApiProblem) as stale:
        client.edit_issue(held.issue, Approve(revision=0, by="Bob"))
    assert stale.value.status == 409
    assert "Somebody changed this issue" in stale.value.detail
    assert [edit.made_by for edit in client.desk_record(held.issue).edits] == ["Ada"]
    assert client.desk_readers(held.issue)[0].address == "ada@example.org"


@SQLITE
def test_it_keeps_what_a_person_keeps(client: Perilune, filled: Filled) -> None:
    key = filled.keys.article
    client.star(key)
    assert [each.key for each in client.stars()] == [key]
    assert client.unstar(key).words
    note = client.write_note(key, NoteSaid(text="Ask them.", quote=QUOTE)).key
    client.change_note(note, NoteChange(text="Asked."))
    assert [(each.text, each.quote) for each in client.notes(key)] == [("Asked.", QUOTE)]
    made = client.make_collection(CollectionSaid(name="Signed")).key
    client.collect(made, ItemsSaid(articles=[key, filled.keys.changed]))
    client.change_item(made, filled.keys.changed, ItemChange(action="up"))
    client.change_collection(made, CollectionSaid(description="By both."))
    kept = client.collection(made)
    assert [item.article.key for item in kept.items] == [filled.keys.changed, key]
    assert (kept.description, client.collections()[0].item_count) == ("By both.", 2)
    assert client.export("csv", collection=made).count(b"\n") == client.export("csv", key=[key, key]).count(b"\n") + 1
    client.remove_item(made, key)
    client.delete_collection(made)
    client.delete_note(note)
    assert (client.collections(), client.notes(), client.stars()) == ([], [], [])
    client.withdraw(key, "A court said so.")
    with pytest.raises(ApiProblem, match="A court said so"):
        client.article(key)
    assert client.restore(key).words
    assert [each.lifted_by for each in client.takedowns(lifted=True)] == ["local"]
    assert client.takedowns() == []


@SQLITE
def test_it_keeps_searches_and_sees_to_people(client: Perilune) -> None:
    assert client.suggest("topic:te").found[0].text
    saved = client.keep_search(NewSearch(query="moon", name="Moon")).key
    client.change_search(saved, SearchChange(name="The Moon"))
    assert client.renew_feed(saved).words
    assert client.finds(saved, limit=5).finds == ()
    hook = client.add_webhook(saved, "http://127.0.0.1:9/moon").key
    assert client.restart_webhook(saved, hook).words
    assert "127.0.0.1" in client.try_webhook(saved, hook).words
    assert [each.key for each in client.webhooks(saved).webhooks] == [hook]
    client.remove_webhook(saved, hook)
    client.add_section(saved, "weekly")
    assert client.remove_section(saved, "weekly").words
    assert [each.name for each in client.searches().searches] == [client.saved_search(saved).name] == ["The Moon"]
    client.delete_search(saved)
    assert (client.me().means, client.tokens(), client.browsers()) == (Means.ALONE, [], [])
    client.add_account(NewAccount(login="ada", role=Role.ADMINISTRATOR, password="a lander on the far side"))
    with pytest.raises(ApiProblem) as unknown:
        client.accounts()
    assert unknown.value.status == 401


@SQLITE
def test_problems_rise_with_what_the_archive_says(client: Perilune) -> None:
    with pytest.raises(ApiProblem) as problem:
        client.search("moon OR")
    assert (problem.value.status, problem.value.title, problem.value.position) == (400, "Bad Request", 5)
    with pytest.raises(ApiProblem, match="There is no article"):
        client.article("f" * 12)
    with pytest.raises(NoAnswer, match=r"127\.0\.0\.1:9 does not answer"):
        Perilune("http://127.0.0.1:9").status()


def test_it_waits_as_long_as_the_archive_says_and_sends_its_token(httpserver: HTTPServer) -> None:
    later = Response("busy", 503, {"Retry-After": "0"})
    recent = {"query": "", "last_7_days": 1, "last_30_days": 2}
    headers = {"Authorization": "Bearer per_secret"}
    httpserver.expect_ordered_request("/api/search/recent", headers=headers).respond_with_response(later)
    httpserver.expect_ordered_request("/api/search/recent", headers=headers).respond_with_json(recent)
    with Perilune(httpserver.url_for(""), "per_secret") as program:
        assert program.recent().last_30_days == 2
    httpserver.check()
    httpserver.expect_request("/api/status").respond_with_response(Response("busy", 503, {"Retry-After": "3600"}))
    httpserver.expect_request("/api/editions").respond_with_data("<html>", content_type="text/html")
    with Perilune(httpserver.url_for("")) as program:
        with pytest.raises(ApiProblem, match="busy"):
            program.status()
        with pytest.raises(NoAnswer, match="no Perilune archive"):
            program.editions()


def test_retry_after_is_seconds_or_a_date(now: dt.datetime) -> None:
    assert wait_of("7", now) == 7
    assert wait_of("Mon, 14 Mar 2022 07:00:30 GMT", now) == 30
    assert wait_of("soon", now) == wait_of(None, now) == 1


def test_every_operation_has_a_method(operations: dict[str, Part]) -> None:
    assert {name for name in operations if not callable(getattr(Perilune, name, None))} == set()


def test_it_loads_neither_the_server_nor_the_models() -> None:
    program = "import sys, perilune.client; print(*({'fastapi', 'torch', 'scrapy', 'jinja2'} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert loaded.stdout.split() == []
