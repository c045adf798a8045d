"""Reads what an edition's earlier issues had: of each story, and what they printed, so that nothing is told twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.candidates import Before, NotedFact, Paragraph
from digest.content import Entry, Sentence, content_from
from digest.names import Names
from digest.noted_facts import keys_of_agreement, noted_facts
from models.article import Article, Passage, Version
from models.edition import Edition, Issue, LedgerRow
from models.story import Story
from models.vocabulary import APART, LedgerFate, PassageKind

REMEMBERED_ISSUES = 26
SILENT = frozenset({*APART, PassageKind.HEADING})
"""Passages that state nothing of their own."""

Texts = dict[int, tuple[Paragraph, ...]]


@dataclass
class Printed:
    """What issues printed of one story: the keys of its articles, and its sentences."""

    articles: set[str] = field(default_factory=set)
    sentences: list[Sentence] = field(default_factory=list)

    def take(self, entry: Entry) -> None:
        """Take what an entry says."""
        self.articles |= {item.article_key for item in entry.items}
        self.sentences += entry.sentences


@dataclass(frozen=True)
class Remembered:
    """What the edition's recent issues printed; agreements by what they are known again by."""

    agreements: frozenset[object]
    sentences: frozenset[str]
    leading: frozenset[str]
    """The keys of the articles that stood among their stories."""
    stories: Mapping[str, Printed]
    """What was printed of each story, by its key."""


def remembered_of(session: Session, edition: Edition) -> Remembered:
    """Recall what the edition's recent issues printed."""
    stored = session.scalars(
        sa.select(Issue.content)
        .where(Issue.edition_id == edition.id, Issue.subject != "")
        .order_by(Issue.number.desc())
        .limit(REMEMBERED_ISSUES)
    )
    contents = [content_from(each) for each in stored]
    stories: dict[str, Printed] = defaultdict(Printed)
    for entry in (entry for content in contents for entry in (*content.stories, *content.also_noted)):
        stories[entry.story_key or ""].take(entry)
    return Remembered(
        agreements=frozenset(
            key for content in contents for entry in content.agreements for key in keys_of_agreement(entry)
        ),
        sentences=frozenset(
            sentence.text for content in contents for entry in content.stories for sentence in entry.sentences
        ),
        leading=frozenset(
            item.article_key for content in contents for entry in content.stories for item in entry.items
        ),
        stories=stories,
    )


def before_of_stories(
    session: Session, edition: Edition, story_ids: sa.Select[int | None], names: Names, remembered: Remembered
) -> dict[int, Before]:
    """Read what the edition's issues had of stories, by the stories' ids: the versions that they printed.

    What was printed as a story's own counts even where it has left that story since, and its sentences even where
    they rest on an article that the edition had not: readers know them.
    """
    stories = session.execute(sa.select(Story.id, Story.key).where(Story.id.in_(story_ids))).all()
    known = {story_id: remembered.stories[key] for story_id, key in stories if key in remembered.stories}
    former: dict[str, set[int]] = defaultdict(set)
    for story_id, had in known.items():
        for key in had.articles:
            former[key].add(story_id)
    printed = (
        sa.select(LedgerRow.version_id)
        .join(Article, Article.id == LedgerRow.article_id)
        .where(
            LedgerRow.edition_id == edition.id,
            LedgerRow.fate == LedgerFate.INCLUDED,
            Article.story_id.in_(story_ids) | Article.key.in_(list(former)),
        )
    )
    places = session.execute(
        printed.join(Issue, Issue.id == LedgerRow.issue_id)
        .add_columns(Article.story_id, Issue.number, Article.key)
        .order_by(Issue.number, LedgerRow.version_id)
    ).all()
    facts: dict[int, list[NotedFact]] = defaultdict(list)
    for version_id, fact in noted_facts(session, printed, names):
        facts[version_id].append(fact)
    texts = texts_of(session, printed, with_titles=True)
    versions: dict[int, list[int]] = defaultdict(list)
    numbers: dict[int, int] = {}
    told: set[int] = set()
    for version_id, now_in, number, key in places:
        for story_id in {now_in, *former.get(key, ())} - {None}:
            told |= {story_id} if key in remembered.leading else set()
            versions[story_id].append(version_id)
            numbers[story_id] = number
    return {
        story_id: Before(
            issue_number=numbers[story_id],
            is_told=story_id in told,
            texts=(*(texts[version_id] for version_id in ids if version_id in texts), *_said(known.get(story_id))),
            facts=tuple(fact for version_id in ids for fact in facts[version_id]),
        )
        for story_id, ids in versions.items()
    }


def _said(printed: Printed | None) -> tuple[tuple[Paragraph, ...], ...]:
    return tuple((Paragraph(0, each.text, each.language),) for each in printed.sentences) if printed else ()


def texts_of_continued(session: Session, chosen: sa.Select[int], story_ids: Collection[int]) -> Texts:
    """Read the text of the chosen versions whose stories earlier issues had."""
    if not story_ids:
        return {}
    theirs = sa.select(Article.current_version_id).where(
        Article.current_version_id.in_(chosen), Article.story_id.in_(story_ids)
    )
    return texts_of(session, theirs)


def texts_of(session: Session, versions: sa.Select[int | None] | sa.Select[int], *, with_titles: bool = False) -> Texts:
    """Read what versions say, passage by passage; titles, if wanted, stand first."""
    rows = session.execute(
        sa.select(Passage.version_id, Passage.ordinal, Passage.text, Passage.language, Passage.page_number)
        .where(Passage.version_id.in_(versions), Passage.kind.not_in(SILENT))
        .order_by(Passage.version_id, Passage.ordinal)
    ).all()
    of_versions = sa.select(Version.id, Version.title, Version.language).where(Version.id.in_(versions))
    titles = {version_id: (title, language) for version_id, title, language in session.execute(of_versions)}
    found: dict[int, list[Paragraph]] = defaultdict(list)
    if with_titles:
        for version_id, (title, language) in titles.items():
            found[version_id].append(Paragraph(0, title, language))
    for version_id, ordinal, text, language, page_number in rows:
        found[version_id].append(Paragraph(ordinal, text, language or titles[version_id][1], page_number))
    return {version_id: tuple(paragraphs) for version_id, paragraphs in found.items()}
