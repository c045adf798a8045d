"""Makes the entry of a story or an article that an editor adds, wherever the archive has it."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.content import Entry
from digest.desk import DeskProblem
from digest.desk_ledger import earlier_issue
from digest.entries import entry_of
from digest.selection import material_for
from models.article import Article, Version, find_article
from models.edition import Issue, LedgerRow
from models.story import find_story
from models.vocabulary import LedgerFate

_CURRENT = sa.select(Version.id).join(Article, Article.current_version_id == Version.id)


def entry_named(session: Session, issue: Issue, named: str) -> Entry:
    """Make the entry of what a key names, or `story/KEY`, or `article/KEY` for the article alone.

    Of a story, the articles that earlier issues of the edition had are left out, unless they had them all. What one
    of them had says so in the entry.
    """
    what, _, key = named.rpartition("/")
    story = find_story(session, key) if what != "article" else None
    article = find_article(session, key) if story is None else None
    if story is not None:
        chosen = _of_story(session, issue, story.id)
    elif article is not None and article.current_version_id is not None:
        chosen = _CURRENT.where(Article.id == article.id)
    else:
        raise DeskProblem(f"there is no story or article {key!r} in the archive.")
    material = material_for(session, issue.edition, issue, chosen)
    if not material.candidates:
        raise DeskProblem(f"{key!r} has no article that could be printed.")
    told = {each: replace(story, before=None) for each, story in material.stories.items()}
    entry = entry_of(material.candidates, replace(material, stories=told))
    since = earlier_issue(session, issue, entry.items)
    return entry.model_copy(update={"is_continued": since is not None, "since_issue": since})


def _of_story(session: Session, issue: Issue, story_id: int) -> sa.Select[int]:
    every = _CURRENT.where(Article.story_id == story_id, Article.repeats_id.is_(None))
    was_had = sa.exists().where(
        LedgerRow.edition_id == issue.edition_id,
        LedgerRow.article_id == Article.id,
        LedgerRow.fate == LedgerFate.INCLUDED,
        LedgerRow.issue_id != issue.id,
    )
    new = every.where(~was_had)
    return new if session.scalars(new.limit(1)).first() is not None else every
