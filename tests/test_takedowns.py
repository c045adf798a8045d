"""Takedowns: a withdrawn article leaves a tombstone and not one of its words, anywhere, until it is put back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from crawler.frontier import Frontier
from digest.content import Section, content_from
from digest.issue import compose_issue
from models.fate import Fate, await_stage
from models.page_store import PageStore
from models.search import Query, facets, rebuild_index, search
from models.source import Link, Source
from models.tables import Actor, Article, Edition, Evidence, Issue, Story, SummarySentence, Topic, Version
from models.takedown import shown_content
from models.vocabulary import FactKind, FateState, Stage
from perilune.archive import Archive
from perilune.config import Settings, settings_from
from perilune.dates import PartialDate
from perilune.issues import signed_address
from perilune.problems import Problem
from perilune.reading import article_value
from perilune.serving import app_for
from perilune.takedowns import restore, rows_of_takedowns, withdraw
from perilune.topics import example_of
from pipeline.runners.places import show_latest_version
from tests.bench import SIGNING, Bench, page_of
from tests.builders import ArticleDraft, a_story, a_version, an_article, an_edition
from tests.conftest import NOW
from tests.digest_issues import A_WEEK, add_fact

SECRET = "Zanzibarium"
"""A word that only the article says which is withdrawn."""
TEXT = f"{SECRET} agencies signed a memorandum.\n\nThe lunar treaty of {SECRET} is in force."
REASON = "The publisher asked for it."
HERE = {"Origin": "http://testserver"}
LINK = re.compile(r'(?:href|src)="(/[^"#]*)')
STARTS = (
    "/",
    "/?q=lunar+copies%3Ayes",
    "/corrections",
    "/takedowns",
    "/api/search?q=lunar+copies%3Ayes",
    "/api/stories",
    "/api/corrections",
    "/api/issues",
    "/api/facts",
    "/api/topics/lunar-exploration",
)
MAX_PAGES = 400


@dataclass(frozen=True)
class Keys:
    """What the archive holds."""

    secret: str
    other: str
    story: str
    issue: str


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """The settings of an archive on a database."""
    return settings_from({"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": database_url})


@pytest.fixture
def archive(settings: Settings, sessions: sessionmaker[Session]) -> Archive:
    """An open archive."""
    return Archive(settings, sessions)


@pytest.fixture
def keys(sessions: sessionmaker[Session], page_store: PageStore) -> Keys:
    """A story of two articles, of which one says a word that no other says, in all places where words are kept."""
    with sessions.begin() as session:
        edition = an_edition(session)
        session.add(Actor(slug="cnsa", name="CNSA", kind="agency"))
        story = a_story(session, f"{SECRET} leads", headline_language="en")
        secret = an_article(
            session, ArticleDraft(title=f"{SECRET} leads", text=TEXT, story=story, published="2022-03-09")
        )
        a_version(session, secret, ArticleDraft(title=f"{SECRET} leads", text=f"{TEXT} Now.", published="2022-03-09"))
        other = an_article(session, ArticleDraft(title="A lunar accord", source="wire", story=story))
        third = an_article(session, ArticleDraft(title="Another lunar matter", source="ral"))
        for version in secret.versions:
            version.page.content_hash = page_store.keep(f"<p>{SECRET}</p>".encode())
        add_fact(
            session, secret, kind=FactKind.AGREEMENT, name=f"{SECRET} memorandum", start_on=PartialDate(2022, 3, 9)
        )
        _state_facts(session, secret)
        _summarise(session, story, [secret, other])
        likeness = {"id": secret.key, "title": f"{SECRET} leads", "is_held": True, "score": 0.9}
        for article in (other, third):
            version = session.get_one(Version, article.current_version_id)
            version.reads_like = version.topics[0].reads_like = [likeness]
        topic = session.scalars(sa.select(Topic).where(Topic.slug == "lunar-exploration")).one()
        topic.examples = [example_of(secret.versions[0]), "Another example"]
        issue = compose_issue(session, edition, NOW, NOW)
        assert issue is not None
        rebuild_index(session)
        return Keys(secret.key, other.key, story.key, issue.key)


def _state_facts(session: Session, article: Article) -> None:
    from pipeline.runners.facts import settle_facts

    settle_facts(session, session.get_one(Version, article.current_version_id))


def _summarise(session: Session, story: Story, articles: list[Article]) -> None:
    for ordinal, article in enumerate(articles):
        version = session.get_one(Version, article.current_version_id)
        text = version.text.split("\n\n")[0]
        sentence = SummarySentence(story_id=story.id, ordinal=ordinal, text=text, language="en")
        place = {"version_id": version.id, "passage_ordinal": 0, "start": 0, "end": len(text)}
        sentence.evidence.append(Evidence(story_id=story.id, ordinal=0, **place))
        session.add(sentence)
    session.flush()


@pytest.fixture
def visitor(keys: Keys, settings: Settings) -> Iterator[TestClient]:
    """The administrator, before the archive as the product serves it."""
    with TestClient(app_for(settings), raise_server_exceptions=False) as client:
        yield client


def _walk(visitor: TestClient, starts: list[str]) -> dict[str, str]:
    """Open every page that can be reached, and return what each says."""
    waiting, seen = list(starts), dict.fromkeys(starts, "")
    while waiting and len(seen) < MAX_PAGES:
        answer = visitor.get(waiting.pop())
        assert answer.status_code < 500, answer.url
        kind = answer.headers.get("content-type", "")
        if "pdf" in kind or "image" in kind:
            continue
        seen[str(answer.url.raw_path, "ascii")] = answer.text
        for found in LINK.findall(answer.text.replace("&amp;", "&")):
            if found not in seen and not found.startswith("/static/") and not found.endswith(".pdf"):
                seen[found] = ""
                waiting.append(found)
    return seen


@pytest.mark.databases("sqlite")
def test_no_page_says_a_word_of_a_withdrawn_article(
    visitor: TestClient, keys: Keys, archive: Archive, sessions: sessionmaker[Session]
) -> None:
    corrected = {"article": keys.secret, "by": "Ada", "headline": f"On {SECRET}", "note": f"{SECRET} it is"}
    for said in ({"relevance": "core"}, {"change_fact": "1", "name": f"{SECRET} pact"}):
        assert visitor.post("/api/corrections", json=corrected | said, headers=HERE).status_code == 201
    mailed = signed_address(archive, keys.issue).removeprefix(archive.settings.archive_url)
    own = f"/article/{keys.secret}"
    starts = [*STARTS, own, f"/story/{keys.story}", f"/issue/{keys.issue}", f"/desk/{keys.issue}/record", mailed]
    assert sum(SECRET in text for text in _walk(visitor, starts).values()) > 15, "the walk sees what there is to see"
    answer = visitor.post(f"{own}/withdraw", data={"reason": REASON}, headers=HERE)
    assert f"Article {keys.secret} is withdrawn." in answer.text
    starts += [
        f"{own}/v1",
        f"{own}/v2/changes",
        f"{own}/v1/page",
        f"/correct/{keys.secret}",
        f"/api/articles/{keys.secret}",
    ]
    starts += [f"{mailed}{own}", f"{mailed}{own}/v1", f"/api/issues/{keys.issue}", f"/issue/{keys.issue}.md"]
    telling = {path for path, text in _walk(visitor, starts).items() if SECRET in text}
    assert telling == set()
    for path in (own, f"{own}/v1", f"{own}/v2/changes", f"{own}/v1/page", f"{mailed}{own}", f"/correct/{keys.secret}"):
        answer = visitor.get(path)
        assert (answer.status_code, REASON in answer.text) == (410, True), path
    tombstone = visitor.get(f"/api/articles/{keys.secret}")
    assert tombstone.status_code == 410
    assert tombstone.headers["content-type"] == "application/problem+json"
    assert keys.secret in tombstone.json()["detail"]
    assert "withdrawn" in visitor.get(f"/issue/{keys.issue}/mail").text
    assert "A lunar accord" in visitor.get(f"/story/{keys.story}").text
    with sessions() as session, pytest.raises(Problem, match="withdrawn"):
        article_value(session, keys.secret)


def test_what_is_withdrawn_is_not_found_fetched_or_digested_and_comes_back_when_restored(
    archive: Archive, keys: Keys, sessions: sessionmaker[Session], page_store: PageStore
) -> None:
    with sessions.begin() as session:
        before = search(session, Query(text="lunar")).total
        link_ids = session.scalars(sa.select(Link.id).where(Link.url.contains("un_unoosa"))).all()
        await_stage(session, Stage.FETCH, link_ids, due_at=NOW)
    assert "is withdrawn" in withdraw(archive, f"http://here.example/article/{keys.secret}", REASON, by="Ada", now=NOW)
    assert "already" in withdraw(archive, keys.secret, REASON, by="Ada", now=NOW)
    with sessions.begin() as session:
        rebuild_index(session)
        article = session.scalars(sa.select(Article).where(Article.key == keys.secret)).one()
        show_latest_version(session, article, now=NOW)
        assert (article.current_version_id, article.story_id) == (None, None)
        assert search(session, Query(text=SECRET)).total == 0
        assert search(session, Query(text="lunar")).total == before - 1
        assert not any(value.value == "un_unoosa" for value in facets(session, Query())["source"])
        fates = sa.select(Fate.state).where(Fate.stage == Stage.FETCH, Fate.item_id.in_(link_ids))
        assert set(session.scalars(fates)) == {FateState.SKIPPED}
        await_stage(session, Stage.FETCH, link_ids, due_at=NOW)
        edition = session.scalars(sa.select(Edition)).one()
        later = compose_issue(session, edition, NOW + A_WEEK, NOW + A_WEEK)
        assert later is not None
        assert SECRET not in str(later.content)
        first = session.scalars(sa.select(Issue).where(Issue.key == keys.issue)).one()
        assert SECRET in str(first.content), "what was frozen is kept"
        shown = content_from(shown_content(session, _with_section(first.content)).content)
        assert shown.stories[0].headline == "A lunar accord"
        assert [item.title for item in shown.sections[0].items] == ["A lunar accord", "[withdrawn 2022-03-14]"]
        source = session.scalars(sa.select(Source).where(Source.slug == "un_unoosa")).one()
    frontier = Frontier(sessions, page_store, claimant="test", clock=lambda: NOW)
    assert frontier.claim_links(source) == []
    restore(archive, keys.secret, by="Ada", now=NOW)
    with pytest.raises(Problem, match="not withdrawn"):
        restore(archive, keys.secret, by="Ada", now=NOW)
    assert [waiting.link.id for waiting in frontier.claim_links(source)] == link_ids
    with sessions() as session:
        article = session.scalars(sa.select(Article).where(Article.key == keys.secret)).one()
        assert article.current_version is not None
        assert rows_of_takedowns(session, with_lifted=False) == []
        assert [row["reason"] for row in rows_of_takedowns(session, with_lifted=True)] == [REASON]


def _with_section(content: Mapping[str, object]) -> dict[str, object]:
    """Give an issue's content a section of a saved search that found the articles of its first story."""
    items = content_from(dict(content)).stories[0].items
    section = Section(name="Treaties", query="lunar", items=tuple(sorted(items, key=lambda item: item.title)))
    return {**content, "sections": [section.model_dump(mode="json")]}


@pytest.mark.databases("sqlite")
def test_reading_the_pages_again_keeps_the_takedown(bench: Bench) -> None:
    url = "http://aa.example/2022/signing.html"
    bench.lay(url, page_of("Agencies sign a memorandum", SIGNING))
    bench.work()
    assert "withdrawn" in withdraw(bench.archive, url, REASON, by="Ada", now=NOW)
    bench.lay(url, page_of("Agencies sign a memorandum anew", (*SIGNING, "A third agency joined them in the evening.")))
    bench.work()
    with bench.archive.sessions() as session:
        (article,) = session.scalars(sa.select(Article))
        assert article.current_version_id is None
        assert session.scalar(sa.select(sa.func.count()).select_from(Version)) == 2
        assert search(session, Query()).total == 0
    restore(bench.archive, url, by="Ada", now=NOW)
    bench.work()
    with bench.archive.sessions() as session:
        assert search(session, Query(text="memorandum")).hits[0].title == "Agencies sign a memorandum anew"
