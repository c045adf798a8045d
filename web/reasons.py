"""Why an article was understood as it was: texts that it reads like, and where it says that a country takes part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.article import Version
from models.takedown import withdrawn_among
from web.links import article_link, evidence_link
from web.names import topic_names
from web.passages import passage_at


@dataclass(frozen=True)
class LikenessView:
    """A labelled text that the article reads like; `link` where it is an article of the archive."""

    title: str
    link: str | None


@dataclass(frozen=True)
class TopicView:
    """A topic of a version, its score in 0..1 and the words that speak for it."""

    slug: str
    name: str
    score: float
    because: tuple[str, ...]
    by_human: bool
    reads_like: tuple[LikenessView, ...]


@dataclass(frozen=True)
class CountryView:
    """A country that takes part; `quote` and `link` are the words that say so, where the text has any."""

    code: str
    quote: str | None
    link: str | None


def likenesses(session: Session, rows: Sequence[Mapping[str, object]]) -> tuple[LikenessView, ...]:
    """Read the likenesses that a row holds, but for articles that are withdrawn."""
    withdrawn = withdrawn_among(session, [str(row["id"]) for row in rows if row.get("is_held")])
    return tuple(
        LikenessView(str(row["title"]), article_link(str(row["id"])) if row.get("is_held") else None)
        for row in rows
        if str(row["id"]) not in withdrawn
    )


def countries_of(version: Version, key: str) -> tuple[CountryView, ...]:
    """Read the countries of a version, each with its evidence."""
    views = []
    for row in version.countries:
        if row.start is None or row.end is None:
            views.append(CountryView(row.country, None, None))
            continue
        place = (row.start, row.end)
        link = evidence_link(key, version.number, passage_at(version.passages, row.start), place)
        views.append(CountryView(row.country, version.text[row.start : row.end], link))
    return tuple(views)


def topics_of(session: Session, version: Version) -> tuple[TopicView, ...]:
    """Read the topics of a version, each with its reasons."""
    names = topic_names(session)
    return tuple(
        TopicView(
            row.topic_slug,
            names[row.topic_slug],
            row.score,
            tuple(row.because),
            row.by_human,
            likenesses(session, row.reads_like),
        )
        for row in version.topics
    )
