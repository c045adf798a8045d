"""Issues to test the digest with: composed of rows and read back, or made by hand; its test modules share them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.content import Copy, Entry, IssueContent, Item, Watch, content_from
from digest.issue import compose_issue
from models.article import Article
from models.edition import Edition, LedgerRow
from models.fact import FactWitness
from models.story import Evidence, Story, SummarySentence
from models.vocabulary import DocType
from tests.builders import ArticleDraft, a_story, an_article

ARCHIVE = "https://archive.example.org"
A_WEEK = dt.timedelta(days=7)


def frozen(session: Session, moment: dt.datetime) -> IssueContent:
    """Compose the issue of a moment for the only edition and read it back."""
    issue = compose_issue(session, session.scalars(sa.select(Edition)).one(), moment, moment)
    assert issue is not None
    session.expire(issue)
    return content_from(issue.content)


def ledger(session: Session) -> dict[str, list[tuple[str, str]]]:
    """Return what the ledger says of each article, by title of its current version."""
    rows = session.scalars(sa.select(LedgerRow).order_by(LedgerRow.version_id))
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        assert row.article.current_version
        found.setdefault(row.article.current_version.title, []).append((row.fate, row.reason))
    return found


def titles(entries: Sequence[Entry]) -> list[str]:
    """Return the headlines of entries."""
    return [entry.headline for entry in entries]


def everything(content: IssueContent) -> set[str]:
    """Return the title of every article that an issue prints."""
    items = [item for entry in (*content.stories, *content.also_noted) for item in entry.items]
    items += [*content.documents, *content.older, *(change.item for change in content.changes)]
    return {item.title for item in items}


def add_fact(session: Session, article: Article, **columns: object) -> None:
    """Store a fact in an article's first passage."""
    assert article.current_version_id
    values: dict[str, object] = {"status": "signed", "start": 0, "end": 3, "parties": [], "countries": []}
    ordinal = session.scalar(sa.select(sa.func.count()).where(FactWitness.version_id == article.current_version_id))
    session.add(FactWitness(version_id=article.current_version_id, ordinal=ordinal, **(values | columns)))
    session.flush()


def told_story(session: Session) -> Story:
    """Store a story with a summary of two sentences, one with evidence in a second passage."""
    story = a_story(session, "Agencies agree", headline_language="en")
    text = "They met in Vienna.\n\nThey signed a memorandum."
    article = an_article(session, ArticleDraft(title="They agree", text=text, story=story))
    assert article.current_version_id
    for ordinal, sentence in enumerate(("They met in Vienna.", "They signed a memorandum.")):
        session.add(SummarySentence(story_id=story.id, ordinal=ordinal, text=sentence, language="en"))
        session.flush()
        session.add(
            Evidence(
                story_id=story.id,
                sentence_ordinal=ordinal,
                ordinal=0,
                version_id=article.current_version_id,
                passage_ordinal=ordinal,
                start=0,
                end=5,
            )
        )
    session.flush()
    return story


def an_issue(language: str = "en", entries_count: int = 1, headline: str = "Agencies agree") -> IssueContent:
    """Make an issue by hand."""
    item = Item(
        article_key="a" * 12,
        version=1,
        title=headline,
        language="zh",
        source="CNSA",
        url='https://cnsa.example/a"b',
        published="2022-03",
        doc_type=DocType.AGREEMENT,
        topics=("Diplomacy", "Lunar exploration"),
        countries=("China", "Russia"),
        copies=(Copy(article_key="b" * 12, source="Xinhua", url="https://x.example/"),),
    )
    entry = Entry(headline=headline, language="zh", story_key=None, items=(item,), source_count=1)
    return IssueContent(
        key="c" * 12,
        number=7,
        edition_name="Weekly digest",
        language=language,
        query="relevance:core",
        note=None,
        period_start_on=dt.date(2022, 3, 14),
        due_on=dt.date(2022, 3, 21),
        stories=(entry,) * min(entries_count, 8),
        also_noted=(entry,) * max(0, entries_count - 8),
        watch=Watch(source_count=21, checked_count=20, failing=()),
    )
