"""Obeys what people said of stories at once: who is where, what a story is called, whether it is pinned.

Apart from the other corrections because it moves articles, and tells what became of their stories.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, find_article, other_copies_of
from models.corrections import head_of, hold_articles
from models.fate import await_stage
from models.knowledge import Correction
from models.story import Story
from models.vocabulary import CorrectionField, Stage
from pipeline.runners.corrections import mark_corrected
from pipeline.runners.group import GroupRunner
from pipeline.runners.places import day_of, drop_sentences_of_others, found_story, refresh_stories, story_documents
from pipeline.runners.story_changes import Cause, record_pinning, record_places, record_renaming, story_keys_of
from pipeline.runners.story_decisions import articles_belonging_with, reason_of, story_bonds
from pipeline.runners.story_names import name_story
from pipeline.stories.decisions import StoryAction

OF_ITS_OWN = (StoryAction.ALONE, StoryAction.SPLIT)


def put_as_decided(session: Session, article: Article, correction: Correction, *, now: dt.datetime) -> None:
    """Put a leading article, and those that belong with it, where the correction of its story says."""
    bonds = story_bonds(session)
    moved = [article, *articles_belonging_with(session, article, bonds)]
    hold_articles(session, moved)
    before = story_keys_of(session, {each.key for each in moved})
    story_id = _story_decided_on(session, moved, correction)
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
    await_stage(session, Stage.MATCH, [each.id for each in moved], due_at=now)
    record_places(session, before, Cause(correction.note or "", correction.made_by, now))


def _story_decided_on(session: Session, moved: Sequence[Article], correction: Correction) -> int:
    """Choose the story that the articles go to: the other article's, the larger of two, or one of their own."""
    article = moved[0]
    if correction.value["action"] in OF_ITS_OWN:
        founder = min(moved, key=lambda each: (day_of(each), each.key)).current_version
        assert founder is not None
        return found_story(session, founder)
    named = find_article(session, str(correction.value["article"]))
    assert named is not None
    other = head_of(session, named)
    assert other.current_version is not None
    theirs = other.story_id or found_story(session, other.current_version)
    if correction.value["action"] == StoryAction.WITH or article.story_id is None:
        return theirs
    return _larger(session, article.story_id, theirs)


def _larger(session: Session, ours: int, theirs: int) -> int:
    sizes = dict(
        session.execute(
            sa.select(Story.id, sa.func.count(Article.id))
            .join(Article, Article.story_id == Story.id)
            .where(Story.id.in_([ours, theirs]))
            .group_by(Story.id)
        ).all()
    )
    return ours if sizes.get(ours, 0) > sizes.get(theirs, 0) else theirs


def _put(session: Session, article: Article, story_id: int, reason: str) -> None:
    for each in (article, *other_copies_of(session, article)):
        each.story_id, each.placed_by = story_id, GroupRunner.version
        each.story_reason = reason if each is article else f"a copy of {article.key}"


def name_as_decided(session: Session, article: Article, field: CorrectionField, cause: Cause) -> None:
    """Give the story of an article the headline and the pin that hold now, and tell that `field` changed."""
    story = session.get(Story, article.story_id) if article.story_id is not None else None
    if story is None:
        return
    before = (story.headline, story.renamed_by), story.pinned_by
    session.refresh(story, ["articles"])
    name_story(session, story, story_documents(story))
    session.flush()
    if field == CorrectionField.HEADLINE and before[0] != (story.headline, story.renamed_by):
        record_renaming(session, story, cause)
    if field == CorrectionField.PIN and (before[1] is None) != (story.pinned_by is None):
        record_pinning(session, story, cause)
