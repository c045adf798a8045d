"""A reader's view of a frozen issue: what they mute is hidden and counted, their topics and countries come first."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from digest.content import (
    ChangeEntry,
    Document,
    Entry,
    Evidence,
    FactEntry,
    IssueContent,
    Item,
    Tag,
    stored_content,
)
from digest.follows import Taste, for_reader
from digest.render import render_html
from models.vocabulary import FactKind
from tests.builders import ArticleDraft, an_article, an_edition
from tests.digest_issues import LINKS, an_issue, frozen, render_text, titles

PLAIN = an_issue().stories[0]


def _item(title: str, *tokens: str) -> Item:
    tags = tuple(Tag(token=token, name=token.partition(":")[2].upper()) for token in tokens)
    return PLAIN.items[0].model_copy(update={"article_key": f"key of {title}", "title": title, "tags": tags})


def _entry(headline: str, *items: Item, **columns: object) -> Entry:
    return PLAIN.model_copy(update={"headline": headline, "items": items, **columns})


def _fact(item: Item) -> FactEntry:
    return FactEntry(
        kind=FactKind.AGREEMENT,
        name=f"signed in {item.title}",
        language="en",
        status="signed",
        subkind=None,
        start=None,
        end=None,
        place=None,
        parties=(),
        evidence=Evidence(article_key=item.article_key, version=1, passage=0, source=item.source),
    )


LAUNCH, LAW = _item("Launch", "topic:launch", "country:FR", "source:wire"), _item("Law", "topic:un-law", "country:CN")
BOTH = _item("Both", "topic:launch", "actor:cnsa", "source:wire")
STORY_KEY = "d" * 12


def _issue() -> IssueContent:
    return an_issue().model_copy(
        update={
            "stories": (
                _entry("Launch", LAUNCH),
                _entry("Mixed", LAW, _item("Mixed launch", "topic:launch")),
                _entry("Law", LAW),
                _entry("Both", BOTH),
            ),
            "also_noted": (
                _entry("Noted launch", _item("Noted", "topic:launch")),
                _entry("Noted story", _item("Told", "topic:data"), story_key=STORY_KEY),
            ),
            "documents": (Document(**vars(LAUNCH)), Document(**vars(LAW))),
            "older": (LAUNCH, LAW),
            "changes": tuple(ChangeEntry(item=item, rewordings=(), more_count=0) for item in (LAUNCH, LAW)),
            "agreements": (_fact(LAUNCH), _fact(LAW), _fact(_item("Told"))),
            "events": (_fact(BOTH),),
        }
    )


def test_what_a_reader_mutes_is_hidden_and_counted_while_the_issue_stays_as_it_is() -> None:
    content = _issue()
    before = stored_content(content)
    view = for_reader(content, Taste(mutes=("topic:launch", f"story:{STORY_KEY}")))
    assert titles(view.content.stories) == ["Mixed", "Law"]
    assert view.content.also_noted == ()
    for part in (view.content.documents, view.content.older, [each.item for each in view.content.changes]):
        assert [item.title for item in part] == ["Law"]
    assert [fact.name for fact in view.content.agreements] == ["signed in Law"]
    assert view.content.events == ()
    assert view.hidden_count == 10
    assert stored_content(content) == before
    assert for_reader(content, Taste(mutes=("source:wire",))).hidden_count == 7
    assert for_reader(content, Taste(mutes=("country:FR+CN",))).hidden_count == 0


def test_what_is_followed_is_shown_though_it_is_muted_too() -> None:
    view = for_reader(_issue(), Taste(follows=("actor:cnsa",), mutes=("topic:launch",)))
    assert titles(view.content.stories) == ["Both", "Mixed", "Law"]
    assert [fact.name for fact in view.content.events] == ["signed in Both"]
    view = for_reader(_issue(), Taste(follows=(f"story:{STORY_KEY}",), mutes=("topic:data",)))
    assert "Noted story" in titles(view.content.stories)
    assert "signed in Told" in [fact.name for fact in view.content.agreements]


def test_own_topics_come_in_the_readers_order_then_own_countries_behind_what_is_pinned_and_followed() -> None:
    content = _issue()
    stories = (
        _entry("Other", _item("Other")),
        _entry("China", _item("China", "country:CN")),
        *content.stories,
        _entry("Pinned", _item("Pinned"), pinned_by="Ada"),
    )
    content = content.model_copy(update={"stories": stories})
    taste = Taste(follows=("actor:cnsa",), topics=("un-law", "launch"), countries=("FR", "CN"))
    view = for_reader(content, taste)
    assert titles(view.content.stories) == ["Pinned", "Both", "Mixed", "Law", "Launch", "China", "Other"]
    assert [item.title for item in view.content.documents] == ["Law", "Launch"]
    assert [fact.name for fact in view.content.agreements] == ["signed in Law", "signed in Launch", "signed in Told"]
    assert view.hidden_count == 0
    assert titles(for_reader(content, Taste(countries=("CN",))).content.stories)[:2] == ["Pinned", "China"]


def test_an_issue_tags_its_articles_with_their_source_and_prints_it_among_no_topics(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        an_edition(session)
        an_article(session, ArticleDraft(source="wire_service"))
        content = frozen(session, now)
    (item,) = content.stories[0].items
    assert item.tags[-1] == Tag(token="source:wire_service", name="Wire Service")
    assert item.topics == ("Lunar exploration",)
    assert for_reader(content, Taste(mutes=("source:wire_service",))).content.stories == ()
    for render in (render_html, render_text):
        assert "You follow: Wire Service" in render(content, LINKS, Taste(follows=("source:wire_service",)))
