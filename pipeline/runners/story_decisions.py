"""Reads what people decided on stories, under the keys that articles go by now, and puts articles where they said.

Apart from grouping because a correction is obeyed at once, without the vectors that grouping compares.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Version, find_article
from models.corrections import head_of, other_keys_in, standing_story_corrections
from models.knowledge import Correction
from models.vocabulary import Relevance
from pipeline.runners.places import day_of
from pipeline.stories.decisions import StoryAction, StoryBonds, StoryDecision, bonds_from

WORDS = {
    StoryAction.WITH: "belongs here",
    StoryAction.ONE: "belongs here",
    StoryAction.ALONE: "stands alone",
    StoryAction.SPLIT: "one of a story of their own",
}


def story_bonds(session: Session) -> StoryBonds:
    """Work out who belongs together and who stands alone from all corrections of stories that stand."""
    corrections = standing_story_corrections(session)
    heads = _heads(session, {key for each in corrections for key in (each.article_key, *other_keys_in(each.value))})
    return bonds_from([_decision(each, heads) for each in corrections])


def mark_of_decisions(session: Session) -> tuple[int, int]:
    """Return what changes with every correction that is made or undone; cheap."""
    undone = sa.func.count(Correction.undone_at)
    last, count = session.execute(sa.select(sa.func.max(Correction.id), undone)).one()
    return last or 0, count


def _heads(session: Session, keys: Collection[str]) -> dict[str, str]:
    """Map keys to those of the articles that lead there now; one that is unknown stays itself."""
    is_elsewhere = Article.moved_to_id.is_not(None) | Article.copy_of_id.is_not(None)
    elsewhere = session.scalars(sa.select(Article).where(Article.key.in_(keys), is_elsewhere))
    heads = {}
    for article in elsewhere.all():
        present = find_article(session, article.key)
        if present is not None:
            heads[article.key] = head_of(session, present).key
    return heads


def _decision(correction: Correction, heads: dict[str, str]) -> StoryDecision:
    return StoryDecision(
        subject=heads.get(correction.article_key, correction.article_key),
        action=StoryAction(str(correction.value["action"])),
        others=tuple(dict.fromkeys(heads.get(key, key) for key in other_keys_in(correction.value))),
        made_by=correction.made_by,
        made_at=correction.made_at,
    )


def articles_belonging_with(session: Session, article: Article, bonds: StoryBonds) -> list[Article]:
    """Read the other leading articles that people said belong with one, by date and key; stories hold none off."""
    keys = bonds.group_of(article.key) - {article.key}
    if not keys:
        return []
    found = session.scalars(
        sa.select(Article)
        .join(Version, Version.id == Article.current_version_id)
        .where(Article.key.in_(keys), Article.copy_of_id.is_(None), Version.relevance != Relevance.OFF)
    )
    return sorted(found, key=lambda each: (day_of(each), each.key))


def stands_as_said(session: Session, article: Article, value: Mapping[str, object]) -> bool:
    """Tell whether a leading article is where a correction of its story says, and every later run will agree."""
    if article.story_id is None:
        return False
    bonds = story_bonds(session)
    members = sa.select(Article.key).where(Article.story_id == article.story_id, Article.copy_of_id.is_(None))
    present = set(session.scalars(members))
    together = bonds.group_of(article.key)
    if value["action"] == StoryAction.ALONE:
        return article.key in bonds.alone_since and present == together == {article.key}
    named = {article.key, *other_keys_in(value)}
    if value["action"] == StoryAction.SPLIT:
        return named <= bonds.alone_since.keys() and present == together == named
    return named <= present & together


def stories_shut_to(session: Session, article: Article, bonds: StoryBonds, among: Iterable[int]) -> set[int]:
    """Name those of the stories in which an article may not be, because someone stands alone."""
    if not bonds.alone_since:
        return set()
    rows = session.execute(
        sa.select(Article.story_id, Article.key, Article.first_seen_at).where(
            Article.story_id.in_(list(among)), Article.copy_of_id.is_(None), Article.id != article.id
        )
    )
    mine = (article.key, article.first_seen_at)
    return {story_id for story_id, key, seen_at in rows if story_id and not bonds.may_meet(mine, (key, seen_at))}


def reason_of(article: Article, bonds: StoryBonds) -> str:
    """Say who put an article where it is."""
    said = bonds.decided.get(article.key)
    if said is None:
        said = next(bonds.decided[key] for key in sorted(bonds.group_of(article.key)) if key in bonds.decided)
        return f"another belongs with it, as {said.made_by} said on {_day(said.made_at)}"
    return f"{WORDS[said.action]}, as {said.made_by} said on {_day(said.made_at)}"


def _day(moment: dt.datetime) -> str:
    return moment.date().isoformat()
