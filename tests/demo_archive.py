"""Runs the demonstration as a user does, and reads what an archive holds in a form that two runs can be compared by."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.fate import Fate
from models.search import Query, search
from models.source import Link, Page
from models.tables import Article, Issue, LedgerRow, Story
from models.vocabulary import Stage

DEMO_SECONDS = 600
LOOK_SECONDS = 0.02


def start_demo(folder: Path, database_url: str) -> subprocess.Popen[str]:
    """Start `perilune demo` in a folder, as the leader of a process group of its own."""
    command = [sys.executable, "-m", "perilune.cli", "demo", "--folder", str(folder), "--database", database_url]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def run_demo_to_its_end(folder: Path, database_url: str) -> str:
    """Run the demonstration and return what it printed."""
    with start_demo(folder, database_url) as child:
        output, _ = child.communicate(timeout=DEMO_SECONDS)
    assert child.returncode == 0, output
    return output


def kill_demo_when(folder: Path, database_url: str, moment: str) -> bool:
    """Start the demonstration and kill it with SIGKILL as soon as a query answers more than 0; False if it never did.

    The query is asked again and again; while its tables are not there, the moment has not come.
    """
    engine = sa.create_engine(database_url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection, start_demo(folder, database_url) as child:
        while child.poll() is None:
            with contextlib.suppress(sa.exc.OperationalError, sa.exc.ProgrammingError):
                if (connection.scalar(sa.text(moment)) or 0) > 0:
                    child.send_signal(signal.SIGKILL)
                    break
            time.sleep(LOOK_SECONDS)
        return child.wait() == -signal.SIGKILL


def contents_of(sessions: sessionmaker[Session]) -> dict[str, object]:
    """Read everything that must not depend on how often a run was cut off, by public keys and addresses."""
    with sessions() as session:
        articles = {article.id: article for article in session.scalars(sa.select(Article).order_by(Article.key))}
        return {
            "pages": sorted(
                session.execute(
                    sa.select(Link.url, sa.func.count(Page.id)).join(Page, Page.link_id == Link.id).group_by(Link.url)
                ).all()
            ),
            "fetches": sorted(
                (url, state, reason or "")
                for url, state, reason in session.execute(
                    sa.select(Link.url, Fate.state, Fate.reason)
                    .join(Fate, Fate.item_id == Link.id)
                    .where(Fate.stage == Stage.FETCH)
                )
            ),
            "articles": {article.key: _article_value(article, articles) for article in articles.values()},
            "stories": {story.key: _story_value(story) for story in session.scalars(sa.select(Story))},
            "ledger": sorted((row.article.key, row.fate, row.reason) for row in session.scalars(sa.select(LedgerRow))),
            "issues": [
                (issue.key, issue.subject) for issue in session.scalars(sa.select(Issue).order_by(Issue.due_at))
            ],
            "found": sorted(hit.key for hit in search(session, Query(text="cooperation"), limit=1000).hits),
        }


def _article_value(article: Article, articles: dict[int, Article]) -> tuple[object, ...]:
    version = article.current_version
    assert version is not None
    lead = articles[article.copy_of_id].key if article.copy_of_id else None
    return (
        article.url,
        len(article.versions),
        version.title,
        version.text_hash,
        str(version.published),
        version.relevance,
        sorted(topic.topic_slug for topic in version.topics),
        len(version.witnesses),
        lead,
    )


def _story_value(story: Story) -> tuple[object, ...]:
    sentences = [(sentence.text, len(sentence.evidence)) for sentence in story.sentences]
    return story.headline, sorted(article.key for article in story.articles), sentences
