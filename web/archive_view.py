"""The archive's lists as plain values: stories, issues, sources and the state of the work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from models.article import Article, Version
from models.edition import Edition, Issue
from models.fate import counts_by_state
from models.redaction import Redacted
from models.search import words_on_search
from models.source import Page, Source
from models.story import Story, SummarySentence
from models.takedown import shown_content, shown_subject, withdrawn_keys
from models.vocabulary import FateState, IssueState, Relevance, Stage
from models.work import Queue, queues
from perilune.dates import PartialDate
from web.api_issue_models import IssueCardAnswer
from web.links import issue_link, story_link
from web.problems import checked_key, missing
from web.story_view import period_of
from web.translations import TranslationView, translations_into

REASONS_SHOWN = 20


@dataclass(frozen=True)
class StoryCard:
    """A story in a list; `lead` is the first sentence of its summary."""

    key: str
    headline: str
    language: str | None
    first_published: PartialDate | None
    last_published: PartialDate | None
    lead: str | None
    lead_language: str | None
    article_count: int
    source_names: tuple[str, ...]
    is_core: bool
    pinned_by: str | None
    renamed_by: str | None
    link: str
    translation: TranslationView | None = None
    """Of the headline."""
    lead_translation: TranslationView | None = None


def story_cards(
    session: Session, *, limit: int, offset: int, reader_language: str = "en"
) -> tuple[int, tuple[StoryCard, ...]]:
    """Count the stories and read a page of them: pinned ones, those of international cooperation, then the newest."""
    total = session.scalar(sa.select(sa.func.count()).select_from(Story)) or 0
    is_core = sa.exists(
        sa.select(Article.id)
        .join(Version, Version.id == Article.current_version_id)
        .where(Article.story_id == Story.id, Version.relevance == str(Relevance.CORE))
    )
    is_pinned = Story.pinned_by.is_not(None)
    order = (is_pinned.desc(), is_core.desc(), Story.last_on.desc().nulls_last(), Story.key)
    select = sa.select(Story, is_core).order_by(*order)
    rows = session.execute(select.limit(limit).offset(offset)).all()
    members = _members_by_story(session, [story.id for story, _ in rows])
    leads = _leads(session, [story.id for story, _ in rows], reader_language)
    cards = [_card(story, leads.get(story.id), members.get(story.id, []), is_core=bool(core)) for story, core in rows]
    shown = [text for card in cards for text in ((card.headline, card.language), (card.lead or "", card.lead_language))]
    found = translations_into(session, reader_language, shown)
    return total, tuple(
        replace(card, translation=found.get(card.headline), lead_translation=found.get(card.lead or ""))
        for card in cards
    )


Member = tuple[str, PartialDate | None]


def _members_by_story(session: Session, story_ids: Sequence[int]) -> Mapping[int, list[Member]]:
    """Read the source's name and the date of each article of these stories."""
    rows = session.execute(
        sa.select(Article.story_id, Source.name, Version.published)
        .join(Source, Source.id == Article.source_id)
        .join(Version, Version.id == Article.current_version_id)
        .where(Article.story_id.in_(story_ids))
        .order_by(Article.copy_of_id.is_not(None), Article.first_seen_at, Article.key)
    )
    members: dict[int, list[Member]] = {}
    for story_id, name, published in rows:
        members.setdefault(story_id or 0, []).append((name, published))
    return members


def _leads(session: Session, story_ids: Sequence[int], reader_language: str) -> Mapping[int, SummarySentence]:
    """Read the first sentence of each summary, in the reader's language where it has one in it."""
    is_other = SummarySentence.language.is_distinct_from(reader_language)
    order = (SummarySentence.story_id, is_other, SummarySentence.ordinal)
    found: dict[int, SummarySentence] = {}
    rows = sa.select(SummarySentence).where(SummarySentence.story_id.in_(story_ids)).order_by(*order)
    for sentence in session.scalars(rows):
        found.setdefault(sentence.story_id, sentence)
    return found


def _card(story: Story, lead: SummarySentence | None, members: Sequence[Member], *, is_core: bool) -> StoryCard:
    first, last = period_of(published for _, published in members)
    return StoryCard(
        key=story.key,
        headline=story.headline,
        language=story.headline_language,
        first_published=first,
        last_published=last,
        lead=lead.text if lead else None,
        lead_language=lead.language if lead else None,
        article_count=len(members),
        source_names=tuple(dict.fromkeys(name for name, _ in members)),
        is_core=is_core,
        pinned_by=story.pinned_by,
        renamed_by=story.renamed_by,
        link=story_link(story.key),
    )


def issue_cards(session: Session, *, with_held: bool) -> tuple[IssueCardAnswer, ...]:
    """Read all issues, the newest first; those that are held for review where they are wanted."""
    select = sa.select(Issue, Edition).join(Edition).order_by(Issue.due_at.desc(), Edition.slug)
    if not with_held:
        select = select.where(Issue.state == IssueState.RELEASED)
    is_anything_withdrawn = session.scalar(sa.select(withdrawn_keys().exists()))
    if not is_anything_withdrawn:  # then the subjects stand as they were sent, and no content need be read
        select = select.options(defer(Issue.content), defer(Issue.composed_content))
    return tuple(
        _issue_card(issue, edition, shown_content(session, issue.content) if is_anything_withdrawn else None)
        for issue, edition in session.execute(select)
    )


def issue_of(session: Session, key: str, *, with_held: bool) -> tuple[IssueCardAnswer, Mapping[str, object]]:
    """Read an issue and its content, without the words of what is withdrawn.

    NotInArchive where there is none, or it is held and is not to be seen yet.
    """
    issue = session.scalar(sa.select(Issue).where(Issue.key == checked_key(key, "issue")))
    if issue is None or (issue.state == IssueState.HELD and not with_held):
        raise missing("issue", key)
    shown = shown_content(session, issue.content)
    return _issue_card(issue, issue.edition, shown), shown.content


def _issue_card(issue: Issue, edition: Edition, shown: Redacted | None) -> IssueCardAnswer:
    neutral = f"{edition.name}, issue {issue.number}"
    return IssueCardAnswer(
        key=issue.key,
        edition_slug=edition.slug,
        edition_name=edition.name,
        number=issue.number,
        subject=shown_subject(issue.subject, neutral, shown) if shown else issue.subject,
        language=edition.language,
        period_start_at=issue.period_start_at,
        period_end_at=issue.period_end_at,
        composed_at=issue.composed_at,
        link=issue_link(issue.key),
        held_until=issue.release_at if issue.state == IssueState.HELD else None,
    )


@dataclass(frozen=True)
class FateCount:
    """How many items met a fate at a stage."""

    stage: Stage
    state: FateState
    reason: str | None
    count: int


@dataclass(frozen=True)
class Status:
    """What the archive holds, and where everything stands."""

    totals: Mapping[str, int]
    newest_page_at: dt.datetime | None
    fates: tuple[FateCount, ...]
    queues: tuple[Queue, ...]
    search: str
    """Which index answers searches, in a sentence."""

    @property
    def failed_count(self) -> int:
        """Count what failed at any stage."""
        return sum(fate.count for fate in self.fates if fate.state is FateState.FAILED)


def _shown_fates(fates: Iterable[FateCount]) -> Iterator[FateCount]:
    """Give the commonest reasons of each stage and state, and count the others as one: errors may say anything."""
    for (stage, state), group in groupby(fates, lambda fate: (fate.stage, fate.state)):
        alike = list(group)
        yield from alike[:REASONS_SHOWN]
        if others := alike[REASONS_SHOWN:]:
            yield FateCount(stage, state, f"{len(others)} other reasons", sum(fate.count for fate in others))


def status_of(session: Session, *, now: dt.datetime) -> Status:
    """Count rows, fates and what waits, in the order of the stages."""
    counted = {
        "active sources": sa.select(sa.func.count()).select_from(Source).where(Source.is_active.is_(True)),
        "pages": sa.select(sa.func.count()).select_from(Page),
        "articles": sa.select(sa.func.count()).select_from(Article),
        "copies": sa.select(sa.func.count()).select_from(Article).where(Article.copy_of_id.is_not(None)),
        "versions": sa.select(sa.func.count()).select_from(Version),
        "stories": sa.select(sa.func.count()).select_from(Story),
        "issues": sa.select(sa.func.count()).select_from(Issue),
    }
    stages, states = list(Stage), list(FateState)
    rows = sorted(counts_by_state(session), key=lambda row: (stages.index(row[0]), states.index(row[1]), -row[3]))
    return Status(
        totals={name: session.scalar(select) or 0 for name, select in counted.items()},
        newest_page_at=session.scalar(sa.select(sa.func.max(Page.fetched_at))),
        fates=tuple(_shown_fates(FateCount(*row) for row in rows)),
        queues=tuple(queue for queue in queues(session, now=now) if queue.due_count or queue.claimed_count),
        search=words_on_search(session),
    )
