"""Builders with boring defaults: say only what the test is about."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from models.base import key_of
from models.tables import (
    Article,
    Edition,
    Link,
    Page,
    Passage,
    Reader,
    Source,
    Story,
    Subscription,
    Topic,
    TopicAssignment,
    Version,
    VersionCountry,
)
from models.vocabulary import DocType, PassageKind, Relevance, SourceKind
from perilune.dates import PartialDate
from pipeline.encoding.encoder import Encoder
from pipeline.runners.group import GroupRunner
from pipeline.runners.understand import UnderstandRunner
from tests.conftest import NOW

_numbers = itertools.count(1)


def a_source(session: Session, slug: str = "un_unoosa", **columns: object) -> Source:
    """Return the source with this slug, made if it is not there."""
    found = session.query(Source).filter_by(slug=slug).one_or_none()
    if found is not None:
        return found
    values: dict[str, object] = {
        "name": slug.replace("_", " ").title(),
        "home": f"http://{slug.replace('_', '.')}.example/",
        "kind": SourceKind.LISTING,
        "addresses": [],
        "created_at": NOW,
    }
    source = Source(slug=slug, **(values | columns))
    session.add(source)
    session.flush()
    return source


@dataclass
class ArticleDraft:
    """What a test may say about an article."""

    title: str = "Agencies sign a memorandum on lunar exploration"
    text: str = "The two space agencies signed a memorandum of understanding on lunar exploration in Vienna."
    url: str | None = None
    source: str = "un_unoosa"
    language: str = "en"
    published: str | None = "2022-03-10"
    relevance: Relevance = Relevance.CORE
    topics: tuple[str, ...] = ("lunar-exploration",)
    countries: tuple[str, ...] = ("CN", "RU")
    doc_type: DocType = DocType.NEWS
    first_seen_at: dt.datetime = NOW
    is_backfill: bool = False
    is_standing: bool = False
    is_copy_of: Article | None = None
    story: Story | None = None
    page_numbers: tuple[int | None, ...] = field(default=())


def an_article(session: Session, draft: ArticleDraft | None = None) -> Article:
    """Store an article with one version, its passages (paragraphs of the text), topics and countries."""
    draft = draft or ArticleDraft()
    url = draft.url or f"http://{draft.source}.example/item/{next(_numbers)}"
    source = a_source(session, draft.source)
    article = Article(
        key=key_of(url),
        url=url,
        source_id=source.id,
        first_seen_at=draft.first_seen_at,
        is_backfill=draft.is_backfill,
        is_standing=draft.is_standing,
        copy_of_id=draft.is_copy_of.id if draft.is_copy_of else None,
        story_id=draft.story.id if draft.story else None,
        placed_by=GroupRunner.version if draft.story else None,
    )
    session.add(article)
    session.flush()
    a_version(session, article, draft)
    return article


def a_version(session: Session, article: Article, draft: ArticleDraft) -> Version:
    """Store a further version of an article and make it the current one."""
    number = next(_numbers)
    link = Link(source_id=article.source_id, url=f"{article.url}#{number}", found_at=draft.first_seen_at)
    session.add(link)
    session.flush()
    page = Page(
        link_id=link.id,
        url=article.url,
        status=200,
        content_type="text/html",
        content_hash=f"{number:064x}",
        byte_count=len(draft.text),
        fetched_at=draft.first_seen_at,
    )
    session.add(page)
    session.flush()
    published = PartialDate.parse(draft.published) if draft.published else None
    version = Version(
        article_id=article.id,
        number=len(session.query(Version).filter_by(article_id=article.id).all()) + 1,
        page_id=page.id,
        fetched_at=draft.first_seen_at,
        title=draft.title,
        text=draft.text,
        text_hash=key_of(draft.text),
        language=draft.language,
        published=published,
        published_first_on=published.first if published else None,
        published_last_on=published.last if published else None,
        doc_type=draft.doc_type,
        relevance=draft.relevance,
        relevance_score=0.9,
    )
    session.add(version)
    session.flush()
    _add_passages(version, draft)
    for topic in draft.topics:
        if session.get(Topic, topic) is None:
            session.add(Topic(slug=topic, name=topic.replace("-", " ").capitalize(), description=""))
            session.flush()
        version.topics.append(TopicAssignment(topic_slug=topic, score=0.8))
    version.countries = [VersionCountry(country=code, rank=rank) for rank, code in enumerate(draft.countries)]
    article.current_version_id = version.id
    session.flush()
    return version


def _add_passages(version: Version, draft: ArticleDraft) -> None:
    start = 0
    for ordinal, text in enumerate(draft.text.split("\n\n")):
        page_number = draft.page_numbers[ordinal] if ordinal < len(draft.page_numbers) else None
        version.passages.append(
            Passage(
                ordinal=ordinal,
                kind=PassageKind.PARAGRAPH,
                start=start,
                end=start + len(text),
                page_number=page_number,
                text=text,
            )
        )
        start += len(text) + 2


def a_story(session: Session, headline: str = "Agencies sign a memorandum", **columns: object) -> Story:
    """Store a story without articles."""
    story = Story(key=key_of(f"{headline}{next(_numbers)}"), headline=headline, **columns)
    session.add(story)
    session.flush()
    return story


def an_edition(session: Session, slug: str = "weekly", **columns: object) -> Edition:
    """Store a weekly edition."""
    edition = Edition(slug=slug, name="Weekly digest", created_at=NOW, **columns)
    session.add(edition)
    session.flush()
    return edition


def a_reader(session: Session, edition: Edition, address: str = "ada@example.org") -> Reader:
    """Store a reader of the edition."""
    reader = Reader(address=address, name=None, created_at=NOW)
    session.add(reader)
    session.flush()
    session.add(Subscription(edition_id=edition.id, reader_id=reader.id, confirmed_at=NOW))
    session.flush()
    return reader


def runner_by_words() -> UnderstandRunner:
    """Make a runner of understanding that needs no encoder: words decide alone."""

    def load() -> Encoder:
        raise AssertionError("nothing is encoded without a classifier")

    return UnderstandRunner("none", load, None)
