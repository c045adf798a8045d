"""Proves of an edition's issues, by ledger and contents, that nothing is missing which matched and nothing comes twice.

What matched is noted by a rule of the proof's own when an issue is composed, never by the digest's search.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.content import Entry, IssueContent, Item, StoryState, content_from
from models.article import Article, TopicAssignment, Version
from models.edition import Issue, LedgerRow
from models.story import Story
from models.vocabulary import LedgerFate


@dataclass(frozen=True)
class Wanted:
    """What an edition asks for, in the proof's words and as its search."""

    topics: tuple[str, ...] = ()
    relevance: tuple[str, ...] = ("core",)

    @property
    def query(self) -> str:
        """The search line."""
        return " ".join([*(f"topic:{slug}" for slug in self.topics), *(f"relevance:{one}" for one in self.relevance)])

    def has(self, relevance: str | None, topics: Collection[str]) -> bool:
        """Tell whether the edition wants an article of this relevance with these topics."""
        return relevance in self.relevance and (not self.topics or not set(self.topics).isdisjoint(topics))


@dataclass(frozen=True)
class Shown:
    """An article as it stood when an issue was composed."""

    version_id: int
    article_id: int
    key: str
    published_on: dt.date | None
    first_seen_at: dt.datetime
    copy_of: int | None


def shown_articles(session: Session, wanted: Wanted) -> list[Shown]:
    """Read the articles that an edition wants as they stand now."""
    topics: dict[int, set[str]] = {}
    for version_id, slug in session.execute(sa.select(TopicAssignment.version_id, TopicAssignment.topic_slug)):
        topics.setdefault(version_id, set()).add(slug)
    rows = session.execute(
        sa.select(Version.relevance, Version.published_first_on, Version.id, Article)
        .join(Article, Article.current_version_id == Version.id)
        .order_by(Version.id)
    ).all()
    return [
        Shown(version_id, article.id, article.key, published, article.first_seen_at, article.copy_of_id)
        for relevance, published, version_id, article in rows
        if wanted.has(relevance, topics.get(version_id, ()))
    ]


@dataclass
class Proof:
    """What was noted of one edition, and the faults that were found; `counts` says how much was looked at."""

    edition_id: int
    due: dict[int, dict[int, str]] = field(default_factory=dict)
    """For each issue the versions that it owed, with their articles' keys."""
    continued: dict[int, set[str]] = field(default_factory=dict)
    """For each issue the stories of which earlier issues had printed an article."""
    faults: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def note(self, session: Session, issue_id: int, shown: Sequence[Shown]) -> None:
        """Note what an issue that was just composed owes: what is wanted, and no earlier issue owed."""
        taken = {version_id for owed in self.due.values() for version_id in owed}
        self.due[issue_id] = {each.version_id: each.key for each in shown if each.version_id not in taken}
        earlier = sa.select(LedgerRow.article_id).where(
            LedgerRow.edition_id == self.edition_id,
            LedgerRow.issue_id != issue_id,
            LedgerRow.fate == LedgerFate.INCLUDED,
        )
        stories = sa.select(Story.key).join(Article, Article.story_id == Story.id).where(Article.id.in_(earlier))
        self.continued[issue_id] = set(session.scalars(stories))

    def prove(self, session: Session) -> None:
        """Read all issues and the ledger, and note every fault."""
        issues = session.scalars(sa.select(Issue).where(Issue.edition_id == self.edition_id).order_by(Issue.id)).all()
        self._prove_periods(issues)
        rows = session.scalars(sa.select(LedgerRow).where(LedgerRow.edition_id == self.edition_id)).all()
        by_issue: dict[int, list[LedgerRow]] = {issue.id: [] for issue in issues}
        for row in rows:
            by_issue[row.issue_id].append(row)
        numbers = dict(session.execute(sa.select(Version.id, Version.number)).all())
        fates = {row.article.key: row.fate for row in sorted(rows, key=lambda row: row.issue_id)}
        seen = _Seen()
        for issue in issues:
            content = content_from(issue.content)
            self._prove_ledger(issue, by_issue[issue.id])
            self._prove_fates(content, by_issue[issue.id], numbers, fates)
            self._prove_nothing_twice(issue, content, seen)

    def _hold(self, what: str, *, holds: bool, of: object) -> None:
        self.counts[what] += 1
        if not holds:
            self.faults.append(f"{what}: {of}")

    def _prove_periods(self, issues: Sequence[Issue]) -> None:
        numbers = [issue.number for issue in issues]
        self._hold("numbers without gaps", holds=numbers == list(range(1, len(issues) + 1)), of=numbers)
        for one, other in pairwise(issues):
            self._hold("due moments rise", holds=one.due_at < other.due_at, of=other.number)
            self._hold("periods chain", holds=one.period_end_at == other.period_start_at, of=other.number)
        for issue in issues:
            self._hold(
                "period has an end after its start", holds=issue.period_start_at < issue.period_end_at, of=issue.number
            )

    def _prove_ledger(self, issue: Issue, rows: Sequence[LedgerRow]) -> None:
        owed, found = self.due[issue.id], {row.version_id for row in rows}
        for version_id in owed.keys() | found:
            is_kept = version_id in owed and version_id in found
            self._hold("what matched has its row, and nothing else", holds=is_kept, of=(issue.number, version_id))

    def _prove_fates(
        self, content: IssueContent, rows: Sequence[LedgerRow], numbers: dict[int, int], fates: dict[str, LedgerFate]
    ) -> None:
        printed = {(item.article_key, item.version) for item in items_of(content)}
        open_still = {
            item.article_key: entry.since_issue
            for entry in entries_of(content)
            if entry.state == StoryState.STILL_OPEN
            for item in entry.items
        }
        copies = {item.article_key: {copy.article_key for copy in item.copies} for item in items_of(content)}
        for row in rows:
            key, what = row.article.key, (content.number, row.article.key, row.reason)
            is_printed = (key, numbers[row.version_id]) in printed
            printed.discard((key, numbers[row.version_id]))
            if row.fate == LedgerFate.INCLUDED:
                self._hold("what is included is printed", holds=is_printed, of=what)
            elif row.fate == LedgerFate.LEFT_OUT:
                self._hold("what is left out is not printed", holds=not is_printed and bool(row.reason), of=what)
            elif row.reason.startswith("copy of "):
                lead = row.reason.removeprefix("copy of ")
                is_named = lead not in copies or key in copies[lead]
                self._hold("a copy stands under what was printed", holds=lead in fates and is_named, of=what)
                self._hold("a copy is not printed", holds=not is_printed, of=what)
            elif row.reason.startswith("nothing new since issue "):
                since = int(row.reason.rpartition(" ")[2])
                self._hold("what says nothing new is listed as open", holds=open_still.get(key) == since, of=what)
            else:
                self._hold("a version with the same words is not printed", holds=not is_printed, of=what)
        self._hold("nothing is printed without a row", holds=not printed, of=(content.number, printed))
        left_out = sum(row.fate == LedgerFate.LEFT_OUT for row in rows)
        self._hold("what is left out is counted", holds=content.left_out_count == left_out, of=content.number)

    def _prove_nothing_twice(self, issue: Issue, content: IssueContent, seen: _Seen) -> None:
        changed = {change.item.article_key for change in content.changes}
        for key in {item.article_key for item in items_of(content)}:
            is_new = key not in seen.articles or key in changed
            self._hold("an article comes again only as a changed page", holds=is_new, of=(issue.number, key))
        for entry in entries_of(content):
            if entry.story_key is None:
                continue
            had = entry.story_key in self.continued[issue.id] or entry.story_key in seen.stories
            is_marked = entry.is_continued and entry.since_issue in range(1, issue.number)
            holds = is_marked if had else not entry.is_continued
            self._hold("a story that comes again is marked so", holds=holds, of=(issue.number, entry.headline))
        for entry in content.stories:
            told = seen.sentences.setdefault(entry.story_key or entry.items[0].article_key, set())
            texts = [each.text for each in entry.sentences]
            again = [text for text in texts if text in told or texts.count(text) > 1]
            self._hold("a story tells no sentence twice", holds=not again, of=(issue.number, again))
            told.update(texts)
        seen.articles |= {item.article_key for item in items_of(content)}
        seen.stories |= {entry.story_key for entry in entries_of(content) if entry.story_key}


@dataclass
class _Seen:
    """What earlier issues printed."""

    articles: set[str] = field(default_factory=set)
    stories: set[str] = field(default_factory=set)
    sentences: dict[str, set[str]] = field(default_factory=dict)


def entries_of(content: IssueContent) -> Iterator[Entry]:
    """Yield the entries of an issue."""
    yield from content.stories
    yield from content.also_noted


def items_of(content: IssueContent) -> Iterator[Item]:
    """Yield every article that an issue prints; a document that is part of a story stands in two places."""
    for entry in entries_of(content):
        yield from entry.items
    yield from content.documents
    yield from content.older
    for change in content.changes:
        yield change.item
