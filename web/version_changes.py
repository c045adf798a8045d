"""What a version of an article changed of the one before it, for page and API."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.article import Article, Version
from web.article_view import article_of, version_of
from web.changes import Change, changes_between
from web.labels import date_in_words
from web.problems import NotInArchive


@dataclass(frozen=True)
class VersionChanges:
    """Two versions of an article, and what differs: `heads` names title and date, `changes` the passages."""

    article: Article
    earlier: Version
    version: Version
    heads: tuple[str, ...]
    changes: tuple[Change, ...]


def version_changes(session: Session, key: str, number: int) -> VersionChanges:
    """Compare a version with the one before it; NotInArchive where there is none."""
    article = article_of(session, key)
    version = version_of(article, number)
    place = article.versions.index(version)
    if place == 0:
        raise NotInArchive("The first version of an article changed nothing.")
    earlier = article.versions[place - 1]
    lines = [
        [each.title, date_in_words(each.published), *(passage.text for passage in each.passages)]
        for each in (earlier, version)
    ]
    heads = tuple(name for name, old, new in zip(("title", "date"), *lines, strict=False) if old != new)
    return VersionChanges(article, earlier, version, heads, changes_between(lines[0][2:], lines[1][2:]))
