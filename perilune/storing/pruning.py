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
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from models.article import Article, CopyBand, Passage, PassageVectors, TopicAssignment, Vector, Version
from models.corrections import hold_articles
from models.fate import Fate, ask_no_more
from models.knowledge import Topic
from models.pruned import PRUNED, Named, hold_citations, is_cited, is_pruned, keys_named
from models.source import Link, Page, Source
from models.story import DocumentSentence, Story
from models.vocabulary import FateState, Stage
from perilune.archive import Archive, require_sources
from perilune.correcting.transaction import in_one_go
from perilune.storing.prune_policy import GivenUp, Kept, Policy, Rule
from perilune.topics import topic_row
from pipeline.runners.extract import UNCHANGED
from pipeline.runners.places import drop_sentences_of_others, show_latest_version

AT_ONCE = 100
BYTES_AT_ONCE = 10_000
SETTLE_SECONDS = 45.0
"""Longer than a crawl takes from keeping bytes to writing their row: a second, and as long as a database is busy."""
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
    _require_known(archive, policy)
    with archive.sessions() as session:
        cited = is_cited(session, keys_named(session))
        return [_counted(session, rule, pages_of(rule, policy.keep, cited, now=now)) for rule in policy.rule]


def _require_known(archive: Archive, policy: Policy) -> None:
    """Check that what a policy names is there: a name that is none would protect, or take, nothing."""
    require_sources(archive, [*policy.keep.sources, *(slug for rule in policy.rule for slug in rule.sources)])
    with archive.sessions() as session:
        for slug in policy.keep.topics:
            topic_row(session, slug)


def _counted(session: Session, rule: Rule, pages: sa.Select[int]) -> Pruned:
    articles = sa.select(sa.func.count(Version.article_id.distinct())).where(Version.page_id.in_(pages))
    whole = _with_unchanged(rule, pages)
    size = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Page.byte_count), 0)).where(Page.id.in_(whole))
    page_count, byte_count = session.execute(size).one()
    return Pruned(rule.name, session.scalar(articles) or 0, page_count, byte_count)


def pages_of(rule: Rule, kept: Kept, cited: sa.ColumnElement[bool], *, now: dt.datetime) -> sa.Select[int]:
    """Select the pages that a rule gives up now; with those of articles go more, see `_with_unchanged`."""
    cutoff = now - dt.timedelta(days=rule.older_than_days)
    if rule.give_up is GivenUp.REFUSED:
        return _refused_pages(rule, kept, cutoff)
    chosen = sa.select(Article.id).join(Source).join(Version, Version.id == Article.current_version_id)
    chosen = chosen.where(Article.first_seen_at < cutoff, ~Article.is_standing, ~cited)
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
    """Select the pages that showed no article, at addresses that never showed one, or one that was given up."""
    found = sa.select(Page.id).join(Link).join(Source).where(Page.fetched_at < cutoff, ~Link.is_standing)
    is_of_article = _other_page_with_version(Version.withdrawn.is_(None) | ~Version.withdrawn.startswith(PRUNED))
    found = found.where(_shows_nothing(Fate.reason != UNCHANGED), ~is_of_article)
    if rule.sources:
        found = found.where(Source.slug.in_(rule.sources))
    return found.where(Source.slug.not_in(kept.sources)) if kept.sources else found


def _shows_nothing(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Say of a page that it has no version, and that its fate fulfils conditions."""
    skipped = sa.select(Fate.item_id).where(Fate.stage == Stage.EXTRACT, Fate.state == FateState.SKIPPED, *conditions)
    return Page.id.in_(skipped) & Page.id.not_in(sa.select(Version.page_id)) & ~is_pruned()


def _other_page_with_version(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Say of a page that its link has another, with a version, that fulfils conditions on `Version`."""
    other = aliased(Page)
    of_link = sa.select(Version.id).join(other, Version.page_id == other.id).where(other.link_id == Page.link_id)
    return of_link.where(*conditions).correlate(Page).exists()


def _with_unchanged(rule: Rule, pages: sa.Select[int]) -> sa.Select[int] | sa.CompoundSelect[int]:
    """Add to the pages of articles those that showed nothing new of them: where all that their links show is given up.

    Read anew, they would otherwise bring the article back.
    """
    if rule.give_up is GivenUp.REFUSED:
        return pages
    page = aliased(Page)
    links = sa.select(page.link_id).where(page.id.in_(pages))
    stays = _other_page_with_version(Version.page_id.not_in(pages), ~is_pruned(Version.page_id))
    unchanged = sa.select(Page.id).where(Page.link_id.in_(links), _shows_nothing(), ~stays)
    return sa.union(pages, unchanged)


def prune(
    archive: Archive, policy: Policy, *, now: dt.datetime, progress: Progress, settle: float = SETTLE_SECONDS
) -> list[Pruned]:
    """Give up what the policy says, and delete bytes that nobody needs; what a kill left is finished first."""
    _require_known(archive, policy)
    archive.pages.forget_unfinished(now=now)
    delete_bytes(archive, now=now, progress=progress, settle=settle)
    done = [_obey(archive, rule, policy.keep, now=now, progress=progress) for rule in policy.rule]
    delete_bytes(archive, now=now, progress=progress, settle=settle)
    return done


@dataclass(frozen=True)
class _Reached:
    """How far a rule is obeyed: what is known as cited, the last page, and what was given up."""

    named: Named
    page_id: int = 0
    given_up: Pruned | None = None


def _obey(archive: Archive, rule: Rule, kept: Kept, *, now: dt.datetime, progress: Progress) -> Pruned:
    articles = pages = size = 0

    def begin(session: Session) -> _Reached:
        hold_citations(session)
        return _Reached(keys_named(session))

    def go_on(reached: _Reached, session: Session) -> _Reached:
        hold_citations(session)
        named = keys_named(session, reached.named)
        chosen = pages_of(rule, kept, is_cited(session, named), now=now).where(Page.id > reached.page_id)
        batch = session.scalars(chosen.order_by(Page.id).limit(AT_ONCE)).all()
        given_up = _give_up(session, rule, batch, now=now) if batch else None
        return _Reached(named, max(batch, default=0), given_up)

    reached = in_one_go(archive, begin)
    with archive.sessions() as session:
        cited = is_cited(session, reached.named)
        total = _counted(session, rule, pages_of(rule, kept, cited, now=now)).page_count
    while (reached := in_one_go(archive, partial(go_on, reached))).given_up is not None:
        articles += reached.given_up.article_count
        pages += reached.given_up.page_count
        size += reached.given_up.byte_count
        progress(rule.name, pages, max(total, pages))
    return Pruned(rule.name, articles, pages, size)


def _give_up(session: Session, rule: Rule, batch: Sequence[int], *, now: dt.datetime) -> Pruned:
    whole = session.scalars(_with_unchanged(rule, sa.select(Page.id).where(Page.id.in_(batch)))).all()
    articles = _take_out(session, batch, rule, now=now) if rule.give_up is GivenUp.ARTICLES else 0
    _mark(session, whole, rule)
    size = session.scalar(sa.select(sa.func.sum(Page.byte_count)).where(Page.id.in_(whole))) or 0
    return Pruned(rule.name, articles, len(whole), size)


def _mark(session: Session, page_ids: Sequence[int], rule: Rule) -> None:
    """Let the pages' fates say that they were pruned; no version stands there, so that nothing reads them anew.

    `finished_at` is set when their bytes are gone.
    """
    session.execute(
        sa.update(Fate)
        .where(Fate.stage == Stage.EXTRACT, Fate.item_id.in_(page_ids))
        .values(state=FateState.SKIPPED, reason=PRUNED + rule.name, version=None, due_at=None, finished_at=None)
        .values(claimed_by=None, claimed_until=None)  # whoever has it rolls back, and frees nothing when dead
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
        unneeded = set(hashes) - _needed(archive, hashes)
        for content_hash in sorted(unneeded):
            store.set_aside(content_hash)
        if unneeded:
            time.sleep(settle)
        needed = _needed(archive, hashes)
        for content_hash in hashes:
            if content_hash in needed:
                store.put_back(content_hash)  # that a prune set it aside which was killed here, too
            elif content_hash in unneeded:
                store.forget_aside(content_hash)
                deleted += 1
        looked_at = [page_id for page_id, content_hash in waiting if content_hash in needed | unneeded]
        _note_as_gone(archive, looked_at, now=now)
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
