"""What a person says of stories, checked: where an article belongs, what a story is called, whether it is pinned."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, find_article
from models.corrections import head_of
from models.search.words import CONTROL
from models.story import Story, find_story
from models.vocabulary import Relevance
from perilune.correcting.said_of_facts import listed_in
from perilune.problems import Problem
from pipeline.runners.places import day_of
from pipeline.runners.story_decisions import stands_as_said
from pipeline.stories.decisions import StoryAction

Value = dict[str, object]
MAX_HEADLINE_CHARS = 200
STORY = "story/"
YES, NO = "yes", "no"


def known_article(session: Session, key: str) -> Article:
    """Find the article with this key, wherever it has moved, or that stands for `story/KEY`; Problem without one."""
    if key.startswith(STORY):
        return _founder_of(_known_story(session, key.removeprefix(STORY)))
    article = None if CONTROL.search(key) else find_article(session, key)
    if article is None or article.current_version_id is None:
        raise Problem(f"there is no article {key!r}; `perilune search` prints the keys.")
    return article


def _known_story(session: Session, key: str) -> Story:
    story = None if CONTROL.search(key) else find_story(session, key)
    if story is None or not story.articles:
        raise Problem(f"there is no story {key!r}; `perilune stories list` prints the keys.")
    return story


def _founder_of(story: Story) -> Article:
    """Choose the article by which things are said of a story: that which bears its key, or its first."""
    leading = [each for each in story.articles if each.copy_of_id is None] or story.articles
    return min(leading, key=lambda each: (each.key != story.key, day_of(each), each.key))


def story_said(session: Session, article: Article, text: str) -> Value:
    """Check to whose story an article belongs; or that it stands alone."""
    if text == StoryAction.ALONE:
        _require_in_stories(head_of(session, article), "this article")
        return {"action": str(StoryAction.ALONE)}
    _, other = _two_articles(session, article, text)
    return {"action": str(StoryAction.WITH), "article": other.key}


def one_story_said(session: Session, article: Article, text: str) -> Value:
    """Check that the stories of two articles may be one, and note whose they are now."""
    both = _two_articles(session, article, text)
    stories = [each.story_id for each in both if each.story_id is not None]
    members = session.scalars(
        sa.select(Article.key).where(Article.story_id.in_(stories), Article.copy_of_id.is_(None)).order_by(Article.key)
    )
    return {"action": str(StoryAction.ONE), "article": both[1].key, "members": list(members)}


def _two_articles(session: Session, article: Article, text: str) -> tuple[Article, Article]:
    """Find those that lead the copies of an article and of another, which may be named by its story."""
    head = head_of(session, article)
    other = head_of(session, _article_named(session, head, text))
    if other.id == head.id:
        raise Problem("an article belongs to its own story anyway; name another one, or say alone.")
    _require_in_stories(head, "this article")
    _require_in_stories(other, f"article {other.key}")
    return head, other


def _article_named(session: Session, head: Article, text: str) -> Article:
    """Find the article that `article/KEY`, `story/KEY` or a key means; of a story another than `head`, if it has one.

    A story bears the key of the article that founded it, and it may have left.
    """
    what, _, key = text.rpartition("/")
    article, story = find_article(session, key), find_story(session, key)
    is_of_both = not what and article is not None and story is not None and story.key == key
    if is_of_both and article and story and story.id not in {head.story_id, head_of(session, article).story_id}:
        raise Problem(f"{key} names an article and a story that it has left; say article/{key} or story/{key}.")
    if what == "story":
        return _member_of(_known_story(session, key), key, head)
    if not what and article is None and story is not None:
        return _member_of(story, key, head)
    return known_article(session, key if what == "article" else text)


def _member_of(story: Story, key: str, head: Article) -> Article:
    """Choose who stands for a story: its founder, else another article than `head`, if it has one."""
    others = [each for each in story.articles if head.id not in {each.id, each.copy_of_id}]
    return min(others, key=lambda each: each.key != key, default=head)


def _require_in_stories(article: Article, name: str) -> None:
    version = article.current_version
    if version is None or version.relevance is None:
        raise Problem(f"{name} has not been understood yet; wait for the next `perilune process`.")
    if version.relevance == Relevance.OFF:
        raise Problem(f"{name} is not about space, and stories hold none such; correct its relevance first.")


def split_said(session: Session, article: Article, text: str) -> Value | None:
    """Check that articles, of which the first is given, may leave their story for one of their own."""
    head, story = head_of(session, article), _story_of(session, article)
    heads = {head.id: head}
    for key in listed_in(text):
        found = head_of(session, known_article(session, key))
        heads[found.id] = found
    for each in heads.values():
        _require_in_stories(each, f"article {each.key}")
        if each.story_id != story.id:
            raise Problem(f"article {each.key} is not in the story of {head.key}; split what is in one.")
    if len(heads) == 1:
        return {"action": str(StoryAction.ALONE)}
    value: Value = {"action": str(StoryAction.SPLIT), "articles": sorted(each.key for each in heads.values())}
    if stands_as_said(session, head, value):
        return None
    together = sa.select(Article.id).where(Article.story_id == story.id, Article.copy_of_id.is_(None))
    if set(session.scalars(together)) <= heads.keys():
        raise Problem("these are all the articles of their story; leave at least one out.")
    return value


def headline_said(session: Session, article: Article, text: str) -> Value | None:
    """Check the headline that a story is given."""
    story, headline = _story_of(session, article), " ".join(text.split())
    if not headline:
        raise Problem("a headline needs words; undo takes one back that was given.")
    if len(headline) > MAX_HEADLINE_CHARS:
        raise Problem(f"a headline has at most {MAX_HEADLINE_CHARS} characters.")
    if story.renamed_by is not None and story.headline == headline:
        return None
    return {"value": headline, "story": story.key}


def pin_said(session: Session, article: Article, text: str) -> Value | None:
    """Check whether a story is to be pinned."""
    if text not in {YES, NO}:
        raise Problem(f"pin is {YES} or {NO}, not {text!r}.")
    story = _story_of(session, article)
    if (story.pinned_by is not None) == (text == YES):
        return None
    return {"value": text == YES, "story": story.key}


def _story_of(session: Session, article: Article) -> Story:
    head = head_of(session, article)
    story = session.get(Story, head.story_id) if head.story_id is not None else None
    if story is None:
        raise Problem(f"article {head.key} has no story yet; wait for the next `perilune process`.")
    return story
