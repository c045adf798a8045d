"""A held issue with stories, notes, a document and facts for the tests of the desk, which several modules share."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from digest.content import IssueContent, content_from
from digest.issue import compose_issue
from models.edition import Issue, LedgerRow
from models.vocabulary import DocType
from tests.builders import ArticleDraft, a_reader, a_story, an_article, an_edition
from tests.digest_issues import add_fact, told_story

EDITOR = "Ada"


@dataclass(frozen=True)
class Held:
    """A held issue, by its key, with the keys of what is in it."""

    issue: str
    told: str
    """A story with two sentences and an agreement."""
    plain: str
    """An article without a story."""
    document: str
    old: str
    """An article that was left out."""


def hold_an_issue(session: Session, now: dt.datetime, *, slug: str = "weekly") -> Held:
    """Store an edition with a review step, articles of all kinds, and its composed issue."""
    edition = an_edition(session, slug, hold_hours=24)
    a_reader(session, edition)
    story = told_story(session)
    second = an_article(
        session, ArticleDraft(title="They agree too", text="It was on Monday.", source="esa", story=story)
    )
    add_fact(session, second, kind="agreement", name="Memorandum of Monday", subkind="MoU")
    plain = an_article(session, ArticleDraft(title="A launch", source="cnsa", countries=("CN",)))
    an_article(session, ArticleDraft(title="A landing", source="jaxa", story=a_story(session, "A landing")))
    paper = an_article(session, ArticleDraft(title="A white paper", source="cas", doc_type=DocType.WHITE_PAPER))
    for number in range(13):
        title = f"Old {number}"
        old = an_article(session, ArticleDraft(title=title, published=f"2021-01-{20 - number:02d}", is_backfill=True))
    issue = compose_issue(session, edition, now, now)
    assert issue is not None
    return Held(issue.key, story.key, plain.key, paper.key, old.key)


def content_of(sessions: sessionmaker[Session], key: str) -> IssueContent:
    """Read an issue's content."""
    with sessions() as session:
        return content_from(session.scalars(sa.select(Issue).where(Issue.key == key)).one().content)


def ledger_of(sessions: sessionmaker[Session]) -> dict[str, tuple[str, str, int]]:
    """Read the ledger: by the article's key its fate, the reason and the number of the issue."""
    with sessions() as session:
        rows = session.execute(sa.select(LedgerRow, Issue.number).join(Issue, Issue.id == LedgerRow.issue_id))
        return {row.article.key: (str(row.fate), row.reason, number) for row, number in rows}
