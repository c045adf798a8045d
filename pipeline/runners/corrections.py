"""Obeys corrections: what people decided is put over what was derived, at once and after every later run.

Apart from understanding and grouping because both obey, and so does whoever makes a correction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, TopicAssignment, Version, VersionCountry, find_article, other_copies_of
from models.corrections import head_of, hold_articles, keys_of, standing_corrections, stories_decided_on
from models.fate import await_stage
from models.knowledge import Correction
from models.story import Story
from models.taxonomy import standing_topics
from models.vocabulary import CorrectionField, DocType, Relevance, Stage
from pipeline.runners.fact_corrections import obey_about_fact
from pipeline.runners.facts import settle_facts
from pipeline.runners.group import GroupRunner
from pipeline.runners.places import drop_sentences_of_others, found_story, leave_story, refresh_stories
from pipeline.runners.story_decisions import articles_belonging_with, reason_of, story_bonds
from pipeline.stories.decisions import StoryAction


def obey_corrections(session: Session, version: Version) -> None:
    """Put the corrections that stand over what was derived of a version, the newest last."""
    keys = keys_of(session, version.article)
    corrections = standing_corrections(session, keys)
    _obey(session, version, corrections)
    _mark(version, (*corrections, *stories_decided_on(session, keys)))


def mark_corrected(session: Session, article: Article) -> None:
    """Note on an article and its copies what of them people have decided."""
    keys = keys_of(session, article)
    corrections = (*standing_corrections(session, keys), *stories_decided_on(session, keys))
    for each in (article, *other_copies_of(session, article)):
        if each.current_version is not None:
            _mark(each.current_version, corrections)
    session.flush()


def _mark(version: Version, corrections: Iterable[Correction]) -> None:
    version.corrected = sorted({str(each.field) for each in corrections})


def _obey(session: Session, version: Version, corrections: Iterable[Correction]) -> None:
    for correction in corrections:
        _OBEY[CorrectionField(correction.field)](session, version, correction)


def obey_at_once(session: Session, article: Article, corrections: Sequence[Correction], *, now: dt.datetime) -> None:
    """Put new corrections over an article and its copies as they are, where all that stood before is obeyed."""
    for each in (article, *other_copies_of(session, article)):
        version = each.current_version
        if version is None or version.relevance is None:  # understanding will obey
            continue
        _obey(session, version, corrections)
        session.flush()
        if version.relevance == Relevance.OFF:
            _leave(session, each, now=now)
        elif each.story_id is None:
            await_stage(session, Stage.EMBED, [version.id], due_at=now)
        settle_facts(session, version)
    mark_corrected(session, article)


def _leave(session: Session, article: Article, *, now: dt.datetime) -> None:
    left = article.story_id
    leave_story(session, article, now=now)
    if left is not None:
        drop_sentences_of_others(session, [left])


def _because(correction: Correction) -> list[str]:
    return [f"corrected by {correction.made_by}"]


def _obey_relevance(_session: Session, version: Version, correction: Correction) -> None:
    version.relevance = Relevance(str(correction.value["value"]))
    version.relevance_because, version.reads_like = _because(correction), []


def _obey_doc_type(_session: Session, version: Version, correction: Correction) -> None:
    version.doc_type = DocType(str(correction.value["value"]))
    version.doc_type_because = _because(correction)


def _obey_topics(session: Session, version: Version, correction: Correction) -> None:
    value = correction.value
    if "add" in value:
        _give_topics(version, standing_topics(session, [str(value["add"])]))
    elif "remove" in value:
        removed = str(value["remove"])
        _take_topics(version, {removed, *standing_topics(session, [removed])})
    else:
        wanted = standing_topics(session, cast("Sequence[str]", value["value"]))
        _take_topics(version, {row.topic_slug for row in version.topics} - set(wanted))
        _give_topics(version, wanted)


def _give_topics(version: Version, slugs: Iterable[str]) -> None:
    for slug in slugs:
        row = next((row for row in version.topics if row.topic_slug == slug), None)
        if row is None:
            row = TopicAssignment(topic_slug=slug, because=[])
            version.topics.append(row)
        row.score, row.by_human = 1.0, True


def _take_topics(version: Version, slugs: Iterable[str]) -> None:
    for row in [row for row in version.topics if row.topic_slug in set(slugs)]:
        version.topics.remove(row)


def _obey_countries(_session: Session, version: Version, correction: Correction) -> None:
    wanted = cast("Sequence[str]", correction.value["value"])
    rows = {row.country: row for row in version.countries}
    for code in rows.keys() - set(wanted):
        version.countries.remove(rows[code])
    for rank, code in enumerate(wanted):
        if code not in rows:
            version.countries.append(VersionCountry(country=code, rank=rank))
        else:
            rows[code].rank = rank


def _obey_fact(_session: Session, version: Version, correction: Correction) -> None:
    obey_about_fact(version, correction.value)


def _leave_to_grouping(_session: Session, _version: Version, _correction: Correction) -> None:
    """Do nothing here: where an article stands, grouping decides, and `put_as_decided` at once."""


_OBEY: dict[CorrectionField, Callable[[Session, Version, Correction], None]] = {
    CorrectionField.RELEVANCE: _obey_relevance,
    CorrectionField.DOC_TYPE: _obey_doc_type,
    CorrectionField.TOPICS: _obey_topics,
    CorrectionField.COUNTRIES: _obey_countries,
    CorrectionField.FACT: _obey_fact,
    CorrectionField.STORY: _leave_to_grouping,
}


def put_as_decided(session: Session, article: Article, correction: Correction, *, now: dt.datetime) -> None:
    """Put a leading article, and those that belong with it, where the correction of its story says."""
    bonds = story_bonds(session)
    moved = [article, *articles_belonging_with(session, article, bonds)]
    hold_articles(session, moved)
    story_id = _story_decided_on(session, article, correction)
    left = {each.story_id for each in moved} - {None, story_id}
    for each in moved:
        if each.story_id != story_id:
            _put(session, each, story_id, reason_of(each, bonds))
    session.flush()  # articles and their versions point at each other, and are written one after the other
    for each in moved:
        mark_corrected(session, each)
    stories = [each for each in (*left, story_id) if each is not None]
    refresh_stories(session, stories, now=now)
    drop_sentences_of_others(session, stories)


def _story_decided_on(session: Session, article: Article, correction: Correction) -> int:
    """Choose the story that the articles go to: the other article's, the larger of two, or one of its own."""
    version = article.current_version
    assert version is not None
    if correction.value["action"] == StoryAction.ALONE:
        return found_story(session, version)
    named = find_article(session, str(correction.value["article"]))
    assert named is not None
    other = head_of(session, named)
    assert other.current_version is not None
    theirs = other.story_id or found_story(session, other.current_version)
    if correction.value["action"] == StoryAction.WITH or article.story_id is None:
        return theirs
    sizes = dict(
        session.execute(
            sa.select(Story.id, sa.func.count(Article.id))
            .join(Article, Article.story_id == Story.id)
            .where(Story.id.in_([article.story_id, theirs]))
            .group_by(Story.id)
        ).all()
    )
    return article.story_id if sizes.get(article.story_id, 0) > sizes.get(theirs, 0) else theirs


def _put(session: Session, article: Article, story_id: int, reason: str) -> None:
    for each in (article, *other_copies_of(session, article)):
        each.story_id, each.placed_by = story_id, GroupRunner.version
        each.story_reason = reason if each is article else f"a copy of {article.key}"
