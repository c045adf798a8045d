"""What a person says of an article, checked and turned into the values that corrections keep; one error: Problem."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, find_article
from models.corrections import head_of
from models.knowledge import Topic
from models.search.filters import country_names
from models.search.words import CONTROL
from models.story import Story, find_story
from models.vocabulary import CorrectionField, DocType, Relevance
from perilune.correcting.said_of_facts import FACT_DETAILS, FACT_SAYINGS, listed_in, refuse_stray_details, value_of_fact
from perilune.problems import Problem
from pipeline.stories.decisions import StoryAction

Said = Mapping[str, str | None]
"""By name, as options, forms and the API write it: `relevance`, `topics`, `add_topic`, `story`, `remove_fact` ..."""
Value = dict[str, object]
NOTE = "note"
MAX_NOTE_CHARS = 1000
MAX_NAME_CHARS = 80


def corrections_said(session: Session, article: Article, said: Said) -> list[tuple[CorrectionField, Value]]:
    """Check what is said of an article; Problem says in one sentence what cannot be."""
    known = (*CHECKS, *FACT_SAYINGS, *FACT_DETAILS, NOTE)
    for name, text in said.items():
        _require(name, known, f"{name!r} is nothing that can be corrected")
        _refuse_control(text or "", name)
    refuse_stray_details(said)
    if said.get("relevance") == Relevance.OFF and (said.get("story") or said.get("one_story_with")):
        raise Problem("what is off belongs to no story; say one or the other.")
    found = [
        (field, check(session, article, text.strip()))
        for name, (field, check) in CHECKS.items()
        if (text := said.get(name)) is not None and (text.strip() or name in MAY_BE_NONE)
    ]
    found += [
        (CorrectionField.FACT, value)
        for name in FACT_SAYINGS
        if said.get(name) and (value := value_of_fact(session, article, name, said)) is not None
    ]
    return found


def says_something(said: Said) -> bool:
    """Tell whether anything is said that can be corrected; a note alone says nothing."""
    return any((said.get(name) or "").strip() for name in (*CHECKS, *FACT_SAYINGS))


def name_of_person(by: str) -> str:
    """Check the name of whoever corrects."""
    name = " ".join(by.split())
    if not name:
        raise Problem("say who you are: a correction bears a name.")
    if len(name) > MAX_NAME_CHARS:
        raise Problem(f"a name has at most {MAX_NAME_CHARS} characters.")
    _refuse_control(name, "name")
    return name


def _refuse_control(text: str, name: str) -> None:
    """Refuse signs that no database takes as text; line breaks are space."""
    if CONTROL.search(" ".join(text.split())):
        raise Problem(f"the {name.replace('_', ' ')} has control characters in it; write it without them.")


def note_of(said: Said) -> str | None:
    """Check the reason that is given, if one is."""
    note = (said.get(NOTE) or "").strip()
    if len(note) > MAX_NOTE_CHARS:
        raise Problem(f"the reason has more than {MAX_NOTE_CHARS} characters; say it shorter.")
    _refuse_control(note, "reason")
    return note or None


def known_article(session: Session, key: str) -> Article:
    """Find the article with this key, wherever it has moved; Problem where there is none."""
    article = None if CONTROL.search(key) else find_article(session, key)
    if article is None or article.current_version_id is None:
        raise Problem(f"there is no article {key!r}; `perilune search` prints the keys.")
    return article


def _require(given: str, known: Collection[str], refusal: str) -> None:
    if given not in known:
        close = difflib.get_close_matches(given, known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"use one of {', '.join(known)}."
        raise Problem(f"{refusal}; {hint}")


def _relevance(_session: Session, _article: Article, text: str) -> Value:
    if text not in list(Relevance):
        raise Problem(f"relevance is one of {', '.join(Relevance)}, not {text!r}.")
    return {"value": text}


def _doc_type(_session: Session, _article: Article, text: str) -> Value:
    _require(text, list(DocType), f"there is no document type {text!r}")
    return {"value": text}


def _known_topics(session: Session, slugs: list[str]) -> list[str]:
    known = list(session.scalars(sa.select(Topic.slug).where(Topic.is_active).order_by(Topic.slug)))
    for slug in slugs:
        _require(slug, known, f"there is no topic {slug!r}")
    return slugs


def _topics(session: Session, _article: Article, text: str) -> Value:
    return {"value": _known_topics(session, listed_in(text))}


def _added_topic(session: Session, _article: Article, text: str) -> Value:
    return {"add": _known_topics(session, [text])[0]}


def _removed_topic(session: Session, _article: Article, text: str) -> Value:
    return {"remove": _known_topics(session, [text])[0]}


def _countries(_session: Session, _article: Article, text: str) -> Value:
    codes = [code.upper() for code in listed_in(text)]
    for code in codes:
        if code not in country_names():
            raise Problem(f"there is no country {code!r}; write codes of two letters such as CN, or UN, EU-ESA.")
    return {"value": codes}


def _story(session: Session, article: Article, text: str) -> Value:
    if text == StoryAction.ALONE:
        _require_in_stories(head_of(session, article), "this article")
        return {"action": str(StoryAction.ALONE)}
    _, other = _two_articles(session, article, text)
    return {"action": str(StoryAction.WITH), "article": other.key}


def _one_story(session: Session, article: Article, text: str) -> Value:
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
        if story is None:
            raise Problem(f"there is no story {key!r}; `perilune stories list` prints the keys.")
        return _member_of(story, key, head)
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


Check = Callable[[Session, Article, str], Value]
CHECKS: Mapping[str, tuple[CorrectionField, Check]] = {
    "relevance": (CorrectionField.RELEVANCE, _relevance),
    "topics": (CorrectionField.TOPICS, _topics),
    "add_topic": (CorrectionField.TOPICS, _added_topic),
    "remove_topic": (CorrectionField.TOPICS, _removed_topic),
    "doc_type": (CorrectionField.DOC_TYPE, _doc_type),
    "countries": (CorrectionField.COUNTRIES, _countries),
    "story": (CorrectionField.STORY, _story),
    "one_story_with": (CorrectionField.STORY, _one_story),
}
MAY_BE_NONE = ("topics", "countries")
"""What may be said to be none at all, by an empty text."""
