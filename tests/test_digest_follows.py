"""What readers follow: their mail puts it first and says so; and the commands that keep weights and follow lists."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner

from digest.content import Entry, IssueContent, StoryState, Tag
from digest.deliver import Post, deliver_due
from digest.follows import MAX_LIFTED, Taste, for_reader
from digest.mail import FolderMailer
from digest.render import render_html
from models.edition import Edition, Reader
from models.knowledge import Actor, Topic
from models.story import Story
from perilune.archive import Archive
from perilune.cli import app
from perilune.config import settings_from
from perilune.edition_settings import edition_rows
from perilune.editions import weigh_topics
from perilune.problems import Problem
from perilune.readers import reader_rows
from perilune.tastes import Wish, add_wishes, drop_wishes
from tests.builders import ArticleDraft, a_reader, a_story, an_article, an_edition
from tests.conftest import NOW
from tests.digest_issues import ARCHIVE, LINKS, an_issue, frozen, render_text, titles

ADA = "ada@example.org"


def _entry(headline: str, *tags: str, **columns: object) -> Entry:
    (entry,) = an_issue(headline=headline).stories
    named = tuple(Tag(token=tag, name=tag.partition(":")[2].upper()) for tag in tags)
    item = entry.items[0].model_copy(update={"tags": named})
    return entry.model_copy(update={"items": (item,), **columns})


def _issue(stories: list[Entry], noted: list[Entry]) -> IssueContent:
    return an_issue().model_copy(update={"stories": tuple(stories), "also_noted": tuple(noted)})


def test_what_a_reader_follows_comes_first_and_is_lifted_from_the_notes() -> None:
    content = _issue(
        [
            _entry("Pinned", pinned_by="Ada"),
            _entry("Great", "country:CN"),
            _entry("Small", "country:FR", "actor:cnsa"),
            _entry("Own story", story_key="a" * 12),
        ],
        [
            _entry("Noted", "country:DE"),
            _entry("Both", "country:GB", "country:CN"),
            _entry("Only one", "country:GB"),
            _entry("Open", "actor:cnsa", state=StoryState.STILL_OPEN),
        ],
    )
    view = for_reader(content, Taste(("actor:cnsa", "country:GB+CN", f"story:{'a' * 12}"))).content
    assert titles(view.stories) == ["Pinned", "Small", "Own story", "Both", "Great"]
    assert titles(view.also_noted) == ["Open", "Noted", "Only one"]
    follows = ("actor:cnsa", "country:GB+CN")
    for render in (render_html, render_text):
        mail = render(content, LINKS, Taste(follows))
        assert mail.count("You follow: CNSA") == 2
        assert mail.count("You follow: GB + CN") == 1
        assert "You follow" not in render(content, LINKS)
    assert for_reader(content, Taste()).content is content


def test_a_wide_follow_list_lifts_no_flood() -> None:
    content = _issue([], [_entry(f"{number}", "country:CN") for number in range(20)])
    view = for_reader(content, Taste(("country:CN",))).content
    assert len(view.stories) == MAX_LIFTED
    assert len(view.also_noted) == 20 - MAX_LIFTED


def test_each_reader_gets_the_frozen_issue_in_their_own_order(
    sessions: sessionmaker[Session], now: dt.datetime, tmp_path: Path
) -> None:
    with sessions.begin() as session:
        edition = an_edition(session)
        a_reader(session, edition, "plain@example.org")
        a_reader(session, edition).follows = ["topic:tourism", f"story:{'f' * 12}"]
        first = a_story(session, "A first story")
        for source in ("aa_one", "bb_two"):
            an_article(session, ArticleDraft(source=source, story=first))
        an_article(session, ArticleDraft(title="A launch", topics=("launch",)))
        # What the reader follows was merged since they said so.
        session.add(Topic(slug="tourism", name="Tourism", description="", merged_into="launch"))
        assert titles(frozen(session, now).stories) == ["A first story", "A launch"]
    deliver_due(sessions, FolderMailer(tmp_path), post=Post("p@example.org", ARCHIVE), now=now, claimant="me")
    follows = {}
    for path in tmp_path.glob("*.eml"):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = mail.get_body(("plain",))
        assert body is not None
        follows[str(mail["To"])] = "You follow: Launch" in body.get_content()
    assert follows == {"ada@example.org": True, "plain@example.org": False}


@pytest.fixture
def archive(sessions: sessionmaker[Session], tmp_path: Path) -> Archive:
    """An archive with an edition, its reader, a topic, an actor and a story."""
    with sessions.begin() as session:
        a_reader(session, an_edition(session))
        session.add(Actor(slug="cnsa", name="CNSA", kind="agency"))
        session.add_all(Topic(slug=slug, name=slug, description="") for slug in ("launch", "diplomacy"))
        a_story(session, "A story")
    return Archive(settings_from({"PERILUNE_HOME": str(tmp_path)}), sessions)


def test_follow_lists_are_kept_in_the_words_of_the_search_line(archive: Archive) -> None:
    with archive.sessions() as session:
        key = session.scalars(sa.select(Story.key)).one()
    assert add_wishes(archive, ADA, Wish.FOLLOWS, ["topic:launch", "country:fr,DE", "ACTOR:CNSA"]) == [
        "topic:launch",
        "country:FR",
        "country:DE",
        "actor:cnsa",
    ]
    assert add_wishes(archive, ADA, Wish.FOLLOWS, [f"story:{key}", "topic:launch"])[-1] == f"story:{key}"
    left = drop_wishes(archive, ADA, Wish.FOLLOWS, ["country:DE", f"story:{key}"])
    assert left == ["topic:launch", "country:FR", "actor:cnsa"]
    assert reader_rows(archive) == [
        {
            "reader": ADA,
            "name": None,
            "editions": ["weekly"],
            "not_confirmed": [],
            "follows": ["topic:launch", "country:FR", "actor:cnsa"],
            "gets_mail": True,
            "stopped_because": None,
        }
    ]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("token", "sentence"),
    [
        ("topic:lanch", "the topic 'lanch' is unknown; did you mean launch?"),
        ("actor:cnas", "the actor 'cnas' is unknown; did you mean cnsa?"),
        ("country:UK", "the country 'UK' is unknown; did you mean GB?"),
        ("story:ffffffffffff", "there is no story 'ffffffffffff'"),
        ("moon", "'moon' is nothing to follow or mute; begin with one of topic:, actor:, country:, source:, story:"),
        ("topic:launch moon", "is nothing to follow"),
        ("lang:zh", "'lang:zh' is nothing to follow"),
        ("topik:launch", "the filter 'topik' is unknown; did you mean topic?"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_a_hint(archive: Archive, token: str, sentence: str) -> None:
    with pytest.raises(Problem) as refusal:
        add_wishes(archive, ADA, Wish.FOLLOWS, [token])
    assert sentence in str(refusal.value)
    with archive.sessions() as session:
        assert session.scalars(sa.select(Reader.follows)).one() == []


@pytest.mark.databases("sqlite")
def test_topics_are_weighed_per_edition_and_nonsense_is_refused(archive: Archive) -> None:
    assert weigh_topics(archive, "weekly", ["launch=0.5", "diplomacy=2"]) == {"diplomacy": 2.0, "launch": 0.5}
    assert weigh_topics(archive, "weekly", ["launch=1"]) == {"diplomacy": 2.0}
    assert edition_rows(archive, now=NOW)[0]["topic_weights"] == ["diplomacy=2"]
    for said, sentence in (
        ("lanch=2", "there is no topic 'lanch'; did you mean launch?"),
        ("launch", "'' is no number; write TOPIC=NUMBER, as in launch=2."),
        ("launch=much", "'much' is no number"),
        ("launch=-1", "launch cannot count -1 times; give a number from 0 to 10"),
        ("launch=nan", "launch cannot count nan times"),
    ):
        with pytest.raises(Problem) as refusal:
            weigh_topics(archive, "weekly", [said])
        assert sentence in str(refusal.value)
    with pytest.raises(Problem, match="does not follow topic:launch; there is: nothing"):
        drop_wishes(archive, ADA, Wish.FOLLOWS, ["topic:launch"])
    with pytest.raises(Problem, match="is no reader"):
        add_wishes(archive, "bob@example.org", Wish.FOLLOWS, ["topic:launch"])
    with archive.sessions() as session:
        assert session.scalars(sa.select(Edition.topic_weights)).one() == {"diplomacy": 2.0}


@pytest.mark.databases("sqlite")
def test_the_commands_print_what_is_kept_now(
    archive: Archive, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert archive
    monkeypatch.setenv("PERILUNE_DATABASE", database_url)
    run = CliRunner().invoke
    assert json.loads(run(app, ["editions", "weigh", "weekly", "launch=2", "--json"]).output) == {"launch": 2.0}
    assert "launch" in run(app, ["editions", "weigh", "weekly"]).output
    assert run(app, ["readers", "follow", ADA, "topic:launch"]).output == f"{ADA} follows topic:launch.\n"
    assert json.loads(run(app, ["readers", "list", "--json"]).output)[0]["follows"] == ["topic:launch"]
    left = run(app, ["readers", "unfollow", ADA, "topic:launch", "--json"]).output
    assert json.loads(left) == {"reader": ADA, "follows": []}
