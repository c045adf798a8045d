"""What an editor sees of an issue: the draft with the passages that it cites, what was left out, and who reads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Version, find_article, texts_at
from models.edition import Issue, IssueEdit, LedgerRow, Reader
from models.readers import who_gets
from models.search import Query, parse_query, search, vocabulary_of
from models.source import Source
from models.story import Story, find_story
from models.takedown import shown_content, shown_subject, withdrawn_keys
from models.vocabulary import IssueState, LedgerFate
from perilune.dates import PartialDate
from web.desk_draft import Draft, Place
from web.links import story_or_article_in
from web.problems import KEY, checked_key, missing

MAX_LEFT_OUT = 60
MAX_FOUND = 12


@dataclass(frozen=True)
class DeskView:
    """An issue at the desk; `revision` counts its edits, `quotes` are the cited passages by their place."""

    key: str
    edition_slug: str
    edition_name: str
    number: int
    language: str
    subject: str
    timezone: str
    is_held: bool
    is_changed: bool
    composed_at: dt.datetime
    release_at: dt.datetime | None
    released_at: dt.datetime | None
    released_by: str | None
    reader_count: int
    revision: int
    draft: Draft
    quotes: Mapping[tuple[str, int, int], str]
    left_out: Sequence[Listed]
    left_out_count: int
    changed_keys: frozenset[str]
    """The stories and articles that the machine composed otherwise."""
    dropped: Sequence[Listed]
    """What the machine composed and the draft has no more; their keys are those to restore by."""


@dataclass(frozen=True)
class Listed:
    """A story or an article that could be added; `fate` is what the edition's ledger says of it."""

    key: str
    title: str
    language: str | None
    source: str
    published: PartialDate | None
    fate: str | None
    article_count: int = 1
    is_present: bool = False
    """Whether the issue has it already."""


def desk_view(session: Session, key: str) -> DeskView:
    """Read an issue for the desk; NotInArchive where there is none."""
    issue = issue_at(session, key)
    shown = shown_content(session, issue.content)
    draft = Draft.model_validate(shown.content)
    composed = Draft.model_validate(shown_content(session, issue.composed_content or issue.content).content)
    dropped = _dropped(composed, draft)
    left_out = _left_out(session, issue, draft.article_keys() | composed.article_keys())
    return DeskView(
        key=issue.key,
        edition_slug=issue.edition.slug,
        edition_name=issue.edition.name,
        number=issue.number,
        language=issue.edition.language,
        subject=shown_subject(issue.subject, f"{issue.edition.name}, issue {issue.number}", shown),
        timezone=issue.edition.timezone,
        is_held=issue.state == IssueState.HELD,
        is_changed=issue.composed_content is not None,
        composed_at=issue.composed_at,
        release_at=issue.release_at,
        released_at=issue.released_at,
        released_by=issue.released_by,
        reader_count=len(readers_of(session, issue)),
        revision=revision_of(session, issue.key),
        draft=draft,
        quotes=_quotes(session, draft.places()),
        left_out=left_out[:MAX_LEFT_OUT],
        left_out_count=len(left_out),
        changed_keys=_changed_keys(composed, draft),
        dropped=dropped,
    )


def issue_at(session: Session, key: str) -> Issue:
    """Find an issue by its public key."""
    issue = session.scalar(sa.select(Issue).where(Issue.key == checked_key(key, "issue")))
    if issue is None:
        raise missing("issue", key)
    return issue


def revision_of(session: Session, key: str) -> int:
    """Count the edits of an issue."""
    counted = sa.select(sa.func.count()).select_from(IssueEdit).join(Issue, Issue.id == IssueEdit.issue_id)
    return session.scalar(counted.where(Issue.key == key)) or 0


def readers_of(session: Session, issue: Issue) -> list[Reader]:
    """Read who gets the issue's mail."""
    return list(session.scalars(who_gets(issue.edition_id).order_by(Reader.address)))


def _quotes(session: Session, places: Iterable[Place]) -> dict[tuple[str, int, int], str]:
    return texts_at(session, {place.id for place in places})


def _changed_keys(composed: Draft, draft: Draft) -> frozenset[str]:
    was = {entry.key: entry for entry in (*composed.stories, *composed.also_noted)}
    return frozenset(
        entry.key
        for entry in (*draft.stories, *draft.also_noted)
        if entry.key in was and (was[entry.key] != entry or (entry in draft.stories) != (entry in composed.stories))
    )


def _dropped(composed: Draft, draft: Draft) -> list[Listed]:
    keys = {entry.key for entry in (*draft.stories, *draft.also_noted)}
    entries = [entry for entry in (*composed.stories, *composed.also_noted) if entry.key not in keys]
    present = draft.article_keys() | {item.article_key for entry in entries for item in entry.items}
    listed = (*composed.documents, *(change.item for change in composed.changes), *composed.older)
    items = [item for item in listed if item.article_key not in present]
    return [Listed(entry.key, entry.headline, entry.language, "", None, None) for entry in entries] + [
        Listed(item.article_key, item.title, item.language, item.source, None, None) for item in items
    ]


def _left_out(session: Session, issue: Issue, shown: frozenset[str]) -> list[Listed]:
    rows = session.execute(
        sa.select(Article.key, Version.title, Version.language, Source.name, Version.published, LedgerRow.reason)
        .join(LedgerRow, LedgerRow.version_id == Version.id)
        .join(Article, Article.id == Version.article_id)
        .join(Source, Source.id == Article.source_id)
        .where(LedgerRow.issue_id == issue.id, LedgerRow.fate == LedgerFate.LEFT_OUT)
        .where(Article.key.not_in(withdrawn_keys()))
        .order_by(LedgerRow.reason.startswith("dropped").desc(), Version.published_first_on.desc(), Article.key)
    )
    return [
        Listed(f"article/{key}", title, language, source, published, reason)
        for key, title, language, source, published, reason in rows
        if key not in shown
    ]


def found_for(session: Session, issue: Issue, line: str) -> list[Listed]:
    """Find what a key, an address or a search line names in the archive, to be added; QueryProblem for a bad line."""
    named = story_or_article_in(line.strip())
    what, _, key = named.rpartition("/")
    if KEY.fullmatch(key):
        articles, stories = _named(session, what, key)
    else:
        articles, stories = _matching(session, line.strip())
    fates = _fates(session, issue, [article.id for article in articles])
    present = Draft.model_validate(issue.content).article_keys()
    listed = [_story_listed(session, story, present) for story in stories]
    return listed + [_article_listed(session, article, fates.get(article.id), present) for article in articles]


def _named(session: Session, what: str, key: str) -> tuple[list[Article], list[Story]]:
    story = find_story(session, key) if what != "article" else None
    article = find_article(session, key) if what != "story" else None
    return [article] if article and article.current_version_id else [], [story] if story else []


def _matching(session: Session, line: str) -> tuple[list[Article], list[Story]]:
    if line.startswith(("http://", "https://")):
        at_address = sa.select(Article).where(Article.url == line, Article.current_version_id.is_not(None))
        return list(session.scalars(at_address)), []
    query = parse_query(line, vocabulary_of(session))
    hits = search(session, query, limit=MAX_FOUND).hits if query != Query() else ()
    wanted = sa.select(Article).where(Article.key.in_([hit.key for hit in hits]))
    articles = {article.key: article for article in session.scalars(wanted)}
    story_ids = {article.story_id for article in articles.values() if article.story_id}
    several = (
        sa.select(Article.story_id)
        .where(Article.story_id.in_(story_ids), Article.repeats_id.is_(None))
        .group_by(Article.story_id)
        .having(sa.func.count() > 1)
    )
    stories = session.scalars(sa.select(Story).where(Story.id.in_(several)).order_by(Story.key))
    return [articles[one.key] for one in hits], list(stories)


def _story_listed(session: Session, story: Story, present: frozenset[str]) -> Listed:
    of_story = sa.select(Article.key).where(Article.story_id == story.id, Article.repeats_id.is_(None))
    keys = set(session.scalars(of_story))
    return Listed(
        f"story/{story.key}", story.headline, story.headline_language, "", None, None, len(keys), keys <= present
    )


def _article_listed(session: Session, article: Article, fate: str | None, present: frozenset[str]) -> Listed:
    version = article.current_version
    source = session.get_one(Source, article.source_id).name
    assert version is not None
    is_present = article.key in present
    return Listed(
        f"article/{article.key}",
        version.title,
        version.language,
        source,
        version.published,
        fate,
        is_present=is_present,
    )


def _fates(session: Session, issue: Issue, article_ids: Sequence[int]) -> dict[int, str]:
    """Say what the edition's ledger has of articles, the latest of each."""
    rows = session.execute(
        sa.select(LedgerRow, Issue.number)
        .join(Issue, Issue.id == LedgerRow.issue_id)
        .where(LedgerRow.edition_id == issue.edition_id, LedgerRow.article_id.in_(article_ids))
        .order_by(Issue.number)
    )
    words = {LedgerFate.INCLUDED: "in", LedgerFate.FOLDED: "folded in", LedgerFate.LEFT_OUT: "left out of"}
    return {row.article_id: f"{words[LedgerFate(row.fate)]} issue {number}: {row.reason}" for row, number in rows}
