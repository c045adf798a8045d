"""Reads what an edition's earlier issues had: of each story, and what they printed, so that nothing is told twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.candidates import Before, NotedFact, Paragraph
from digest.content import content_from
from digest.names import Names
from digest.noted_facts import keys_of_agreement, noted_facts
from models.article import Article, Passage, Version
from models.edition import Edition, Issue, LedgerRow
from models.vocabulary import APART, LedgerFate, PassageKind

REMEMBERED_ISSUES = 26
SILENT = frozenset({*APART, PassageKind.HEADING})
"""Passages that state nothing of their own."""

Texts = dict[int, tuple[Paragraph, ...]]


@dataclass(frozen=True)
class Remembered:
    """What the edition's recent issues printed; agreements by what they are known again by."""

    agreements: frozenset[object]
    sentences: frozenset[str]
    leading: frozenset[str]
    """The keys of the articles that stood among their stories."""


def remembered_of(session: Session, edition: Edition) -> Remembered:
    """Recall what the edition's recent issues printed."""
    stored = session.scalars(
        sa.select(Issue.content)
        .where(Issue.edition_id == edition.id, Issue.subject != "")
        .order_by(Issue.number.desc())
        .limit(REMEMBERED_ISSUES)
    )
    contents = [content_from(each) for each in stored]
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
    )


def before_of_stories(
    session: Session, edition: Edition, story_ids: sa.Select[int | None], names: Names, leading: frozenset[str]
) -> dict[int, Before]:
    """Read what the edition's issues had of stories, by the stories' ids: the versions that they printed.

    `leading` are the keys of the articles that stood among an issue's stories.
    """
    printed = (
        sa.select(LedgerRow.version_id)
        .join(Article, Article.id == LedgerRow.article_id)
        .where(
            LedgerRow.edition_id == edition.id,
            LedgerRow.fate == LedgerFate.INCLUDED,
            Article.story_id.in_(story_ids),
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
    for version_id, story_id, number, key in places:
        told |= {story_id} if key in leading else set()
        versions[story_id].append(version_id)
        numbers[story_id] = number
    return {
        story_id: Before(
            issue_number=numbers[story_id],
            is_told=story_id in told,
            texts=tuple(texts[version_id] for version_id in ids if version_id in texts),
            facts=tuple(fact for version_id in ids for fact in facts[version_id]),
        )
        for story_id, ids in versions.items()
    }


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
