"""Pruning by a policy: what is old and cited nowhere goes, first its rows, then its bytes; a kill loses no more.

Each batch is decided and given up in one transaction in which nobody can cite anything. The bytes of a page go in a
second step, when no other page has the same: they are set aside, the rows are read once more, and what a crawl has
fetched again meanwhile is put back.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, CopyBand, Passage, PassageVectors, TopicAssignment, Vector, Version
from models.corrections import hold_articles
from models.fate import Fate, ask_no_more
from models.knowledge import Topic
from models.pruned import PRUNED, hold_citations, is_cited, is_pruned, keys_in_issues, newest_issue
from models.source import Link, Page, Source
from models.story import DocumentSentence, Story
from models.vocabulary import FateState, Stage
from perilune.archive import Archive
from perilune.storing.prune_policy import GivenUp, Kept, Policy, Rule
from pipeline.runners.places import drop_sentences_of_others, show_latest_version

AT_ONCE = 100
BYTES_AT_ONCE = 500
SETTLE_SECONDS = 5.0
"""Longer than a crawl takes from keeping bytes to writing their row."""
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Pruned:
    """What a rule gives up: articles, pages, and their bytes as they were fetched."""

    rule: str
    article_count: int
    page_count: int
    byte_count: int


def planned(archive: Archive, policy: Policy, *, now: dt.datetime) -> list[Pruned]:
    """Count what each rule would give up now; what two rules name is counted with both."""
    with archive.sessions() as session:
        keys = keys_in_issues(session)
        return [_counted(session, rule, pages_of(rule, policy.keep, keys, now=now)) for rule in policy.rule]


def _counted(session: Session, rule: Rule, pages: sa.Select[int]) -> Pruned:
    articles = sa.select(sa.func.count(Version.article_id.distinct())).where(Version.page_id.in_(pages))
    size = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Page.byte_count), 0)).where(Page.id.in_(pages))
    page_count, byte_count = session.execute(size).one()
    return Pruned(rule.name, session.scalar(articles) or 0, page_count, byte_count)


def pages_of(rule: Rule, kept: Kept, cited_keys: frozenset[str], *, now: dt.datetime) -> sa.Select[int]:
    """Select the pages that a rule gives up now."""
    cutoff = now - dt.timedelta(days=rule.older_than_days)
    if rule.give_up is GivenUp.REFUSED:
        return _refused_pages(rule, kept, cutoff)
    chosen = sa.select(Article.id).join(Source).join(Version, Version.id == Article.current_version_id)
    chosen = chosen.where(Article.first_seen_at < cutoff, ~Article.is_standing, ~is_cited(cited_keys))
    for column, values in (
        (Version.relevance, rule.relevance),
        (Version.doc_type, rule.types),
        (Version.language, rule.languages),
        (Source.slug, rule.sources),
    ):
        chosen = chosen.where(column.in_(values)) if values else chosen
    if kept.sources:
        chosen = chosen.where(Source.slug.not_in(kept.sources))
    if kept.topics:
        of_topic = sa.select(TopicAssignment.version_id).join(Topic).where(Topic.slug.in_(kept.topics))
        chosen = chosen.where(Article.current_version_id.not_in(of_topic))
    pages = sa.select(Version.page_id).where(Version.article_id.in_(chosen))
    found = sa.select(Page.id).where(Page.id.in_(pages))
    # An article may go whose pages have gone before.
    return found if rule.give_up is GivenUp.ARTICLES else found.where(~is_pruned())


def _refused_pages(rule: Rule, kept: Kept, cutoff: dt.datetime) -> sa.Select[int]:
    shown = sa.select(Version.page_id)
    skipped = sa.select(Fate.item_id).where(Fate.stage == Stage.EXTRACT, Fate.state == FateState.SKIPPED)
    found = sa.select(Page.id).join(Link).join(Source).where(Page.fetched_at < cutoff, ~Link.is_standing)
    found = found.where(Page.id.in_(skipped), Page.id.not_in(shown), ~is_pruned())
    if rule.sources:
        found = found.where(Source.slug.in_(rule.sources))
    return found.where(Source.slug.not_in(kept.sources)) if kept.sources else found


def prune(
    archive: Archive, policy: Policy, *, now: dt.datetime, progress: Progress, settle: float = SETTLE_SECONDS
) -> list[Pruned]:
    """Give up what the policy says, and delete bytes that nobody needs; what a kill left is finished first."""
    delete_bytes(archive, now=now, progress=progress, settle=settle)
    done = [_obey(archive, rule, policy.keep, now=now, progress=progress) for rule in policy.rule]
    delete_bytes(archive, now=now, progress=progress, settle=settle)
    return done


def _obey(archive: Archive, rule: Rule, kept: Kept, *, now: dt.datetime, progress: Progress) -> Pruned:
    with archive.sessions() as session:
        newest, keys = newest_issue(session), keys_in_issues(session)
        total = _counted(session, rule, pages_of(rule, kept, keys, now=now))
    articles = pages = size = last = 0
    while True:
        with archive.sessions.begin() as session:
            hold_citations(session)
            cited = keys | keys_in_issues(session, after=newest)
            chosen = pages_of(rule, kept, cited, now=now).where(Page.id > last)
            batch = session.scalars(chosen.order_by(Page.id).limit(AT_ONCE)).all()
            if not batch:
                return Pruned(rule.name, articles, pages, size)
            last = batch[-1]
            if rule.give_up is GivenUp.ARTICLES:
                articles += _take_out(session, batch, rule, now=now)
            _mark(session, batch, rule)
            size += session.scalar(sa.select(sa.func.sum(Page.byte_count)).where(Page.id.in_(batch))) or 0
        pages += len(batch)
        progress(rule.name, pages, max(total.page_count, pages))


def _mark(session: Session, page_ids: Sequence[int], rule: Rule) -> None:
    """Let the pages' fates say that they were pruned; no version stands there, so that nothing reads them anew.

    `finished_at` is set when their bytes are gone.
    """
    session.execute(
        sa.update(Fate)
        .where(Fate.stage == Stage.EXTRACT, Fate.item_id.in_(page_ids))
        .values(state=FateState.SKIPPED, reason=PRUNED + rule.name, version=None, due_at=None, finished_at=None)
        .execution_options(synchronize_session=False)
    )


def _take_out(session: Session, page_ids: Sequence[int], rule: Rule, *, now: dt.datetime) -> int:
    """Take articles out of search, stories and facts, and drop their texts; address and title stay."""
    is_here = Version.page_id.in_(page_ids)
    articles = session.scalars(
        sa.select(Article).where(Article.id.in_(sa.select(Version.article_id).where(is_here))).order_by(Article.id)
    ).all()
    hold_articles(session, articles)
    versions = session.scalars(sa.select(Version).where(is_here)).all()
    for version in versions:
        version.withdrawn, version.text, version.changes = PRUNED + rule.name, "", []
    session.flush()
    ids = [version.id for version in versions]
    for article in articles:
        story_id = article.story_id
        show_latest_version(session, article, now=now)
        if story_id is not None and session.get(Story, story_id) is not None:
            drop_sentences_of_others(session, [story_id])
    for table in (Vector, PassageVectors, DocumentSentence, Passage):
        session.execute(sa.delete(table).where(table.version_id.in_(ids)))
    session.execute(sa.delete(CopyBand).where(CopyBand.article_id.in_([article.id for article in articles])))
    ask_no_more(session, sa.select(Page.link_id).where(Page.id.in_(page_ids)), PRUNED + rule.name)
    return sum(article.current_version_id is None for article in articles)


def delete_bytes(archive: Archive, *, now: dt.datetime, progress: Progress, settle: float) -> int:
    """Delete the bytes of pruned pages that no other page has; returns how many files."""
    store, deleted = archive.pages, 0
    for waiting in _with_bytes(archive):
        hashes = sorted({content_hash for _, content_hash in waiting})
        unneeded = [each for each in hashes if each not in _needed(archive, hashes)]
        for content_hash in unneeded:
            store.set_aside(content_hash)
        time.sleep(settle)
        needed = _needed(archive, unneeded)
        for content_hash in unneeded:
            if content_hash in needed:
                store.put_back(content_hash)
            else:
                store.forget_aside(content_hash)
                deleted += 1
        _note_as_gone(archive, [page_id for page_id, _ in waiting], now=now)
        progress("bytes", deleted, deleted)
    return deleted


def _with_bytes(archive: Archive) -> Iterator[Sequence[tuple[int, str]]]:
    """Give the pruned pages whose bytes are still to be looked at, some at once, until there are none."""
    pruned = sa.select(Fate.item_id).where(Fate.stage == Stage.EXTRACT, Fate.reason.startswith(PRUNED))
    rows = sa.select(Page.id, Page.content_hash).where(Page.id.in_(pruned.where(Fate.finished_at.is_(None))))
    while True:
        with archive.sessions() as session:
            found = [(page_id, content_hash) for page_id, content_hash in session.execute(rows.limit(BYTES_AT_ONCE))]
        if not found:
            return
        yield found


def _needed(archive: Archive, hashes: Sequence[str]) -> set[str]:
    others = sa.select(Page.content_hash).where(Page.content_hash.in_(hashes), ~is_pruned())
    with archive.sessions() as session:
        return set(session.scalars(others))


def _note_as_gone(archive: Archive, page_ids: Sequence[int], *, now: dt.datetime) -> None:
    with archive.sessions.begin() as session:
        session.execute(
            sa.update(Fate)
            .where(Fate.stage == Stage.EXTRACT, Fate.item_id.in_(page_ids))
            .values(finished_at=now)
            .execution_options(synchronize_session=False)
        )
