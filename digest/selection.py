"""Reads what an issue may take: the relevant articles without a row in the edition's ledger, as plain candidates."""

from __future__ import annotations

import zoneinfo
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from digest.candidates import Candidate, IssueFrame, Material, NotedFact, SectionMaterial
from digest.content import Tag
from digest.earlier import Texts, before_of_stories, remembered_of, texts_of_continued
from digest.names import Names, names_in
from digest.noted_facts import facts_of_versions
from digest.overviews import overviews_of
from digest.publishers import publisher_at
from digest.schedule import zone_of
from digest.told_stories import told_stories
from digest.trends import trends_of
from digest.watch import watch_of
from models.article import Article, Passage, TopicAssignment, Version, VersionActor, VersionCountry
from models.edition import Edition, Issue, LedgerRow
from models.knowledge import Actor, Topic
from models.saved_search import EditionSection, SavedSearch, SearchHit
from models.search import matching_ids, parse_query
from models.source import Page, Source
from models.story import Story
from models.takedown import withdrawn_keys
from models.taxonomy import merged_topics
from models.vocabulary import DocType, LedgerFate, Length
from perilune.changes import Told

MAX_TOPICS = 3
MAX_COUNTRIES = 6
MAX_ACTORS = 4
DOCUMENT_TYPES = frozenset({DocType.WHITE_PAPER, DocType.REPORT})
DOCUMENT_MEDIA = ("application/pdf", "presentation", "powerpoint", "msword", "wordprocessing")

Chosen = sa.Select[int]
Slugs = Mapping[int, tuple[str, ...]]


def material_for(session: Session, edition: Edition, issue: Issue, chosen: Chosen | None = None) -> Material:
    """Read everything that composing `issue` decides on; the issue need not be stored.

    `chosen` selects the versions instead of the edition's search and ledger: what an editor adds.
    """
    zone = zone_of(edition)
    has_sections = chosen is None
    chosen = _chosen_versions(session, edition) if chosen is None else chosen
    story_ids = sa.select(Article.story_id).where(Article.current_version_id.in_(chosen), Article.story_id.is_not(None))
    names = names_in(session, edition.language)
    remembered = remembered_of(session, edition)
    before = before_of_stories(session, edition, story_ids, names, remembered)
    reading = _Reading(edition, chosen, zone, names, remembered.agreements, frozenset(before))
    frame = IssueFrame(
        key=issue.key,
        number=issue.number,
        edition_name=edition.name,
        language=edition.language,
        query=edition.query,
        note=edition.note,
        period_start_on=issue.period_start_at.astimezone(zone).date(),
        due_on=issue.due_at.astimezone(zone).date(),
        length=Length(edition.length),
    )
    return Material(
        frame=frame,
        candidates=_candidates(session, reading),
        stories=told_stories(session, story_ids, before, edition.language),
        known_copies=_known_copies(session, edition),
        watch=watch_of(session, issue),
        topic_weights=_weights(session, edition),
        printed=remembered.sentences,
        trends=trends_of(session, edition, frame.due_on, names),
        sections=_sections(session, reading) if has_sections else (),
    )


def _sections(session: Session, reading: _Reading) -> list[SectionMaterial]:
    """Read what the edition's saved searches found since it has their sections, and no issue had."""
    rows = session.execute(
        sa.select(EditionSection, SavedSearch)
        .join(SavedSearch, SavedSearch.id == EditionSection.saved_search_id)
        .where(EditionSection.edition_id == reading.edition.id)
        .order_by(EditionSection.place, SavedSearch.id)
    ).all()
    return [
        SectionMaterial(
            saved.name, saved.query, _candidates(session, replace(reading, chosen=_found(section, reading.chosen)))
        )
        for section, saved in rows
    ]


def _found(section: EditionSection, taken: Chosen) -> Chosen:
    """Select the current versions of what a section's search found, without those that the issue has anyway."""
    is_find = (SearchHit.saved_search_id == section.saved_search_id) & (SearchHit.found_at >= section.created_at)
    has_row = sa.exists().where(LedgerRow.edition_id == section.edition_id, LedgerRow.article_id == Article.id)
    return (
        sa.select(Version.id)
        .join(Article, Article.current_version_id == Version.id)
        .join(SearchHit, SearchHit.article_key == Article.key)
        .where(is_find, SearchHit.is_backfill.is_(False), Article.key.not_in(withdrawn_keys()))
        .where(Version.relevance.is_not(None), Version.id.not_in(taken), ~has_row)
    )


def _weights(session: Session, edition: Edition) -> dict[str, float]:
    """Give the edition's weights to the topics that stand for those that it names."""
    merged = merged_topics(session) if edition.topic_weights else {}
    return {merged.get(slug, slug): float(weight) for slug, weight in edition.topic_weights.items()}


def _chosen_versions(session: Session, edition: Edition) -> Chosen:
    """Select the current versions that match the edition, are understood and have no row in its ledger."""
    query = parse_query(edition.query).with_(with_copies=True)
    has_row = sa.exists().where(LedgerRow.edition_id == edition.id, LedgerRow.version_id == Version.id)
    return (
        sa.select(Version.id)
        .join(Article, Article.current_version_id == Version.id)
        .where(Article.id.in_(matching_ids(session, query)), Version.relevance.is_not(None), ~has_row)
    )


@dataclass(frozen=True)
class _Reading:
    """What reading the candidates of one issue depends on."""

    edition: Edition
    chosen: Chosen
    zone: zoneinfo.ZoneInfo
    names: Names
    printed_agreements: frozenset[object]
    continued: frozenset[int]


@dataclass(frozen=True)
class _Details:
    """What belongs to the chosen versions, by version or article id."""

    names: Names
    topics: Slugs
    countries: Slugs
    actors: Slugs
    facts: Mapping[int, tuple[NotedFact, ...]]
    roots: Mapping[int, str]
    texts: Texts
    overviews: Texts
    snapshots: Mapping[int, tuple[Told, Told]] = field(default_factory=dict)


def _candidates(session: Session, reading: _Reading) -> list[Candidate]:
    edition, chosen = reading.edition, reading.chosen
    # One statement says which version is current and which one the edition took before: what the pipeline stores
    # meanwhile belongs to the next issue.
    rows = session.execute(
        sa.select(Article, Version, Source, Page.content_type, Story.key, Version.number, _taken_before(edition))
        .join(Version, Article.current_version_id == Version.id)
        .join(Source, Source.id == Article.source_id)
        .join(Page, Page.id == Version.page_id)
        .outerjoin(Story, Story.id == Article.story_id)
        .where(Version.id.in_(chosen))
        .options(sa.orm.defer(Version.text), sa.orm.defer(Version.date_witnesses))
        .order_by(Article.key)
    ).all()
    previous = {version.id: before for _, version, _, _, _, _, before in rows if before is not None}
    details = _Details(
        names=reading.names,
        topics=_topics(session, chosen),
        countries=_countries(session, chosen),
        actors=_actors(session, chosen),
        facts=facts_of_versions(session, chosen, previous, reading.printed_agreements, reading.names),
        roots=_copy_roots(session, chosen),
        texts=texts_of_continued(session, chosen, reading.continued),
        overviews=overviews_of(session, chosen),
        snapshots={new: (_snapshot(session, old), _snapshot(session, new)) for new, old in previous.items()},
    )
    return [
        _candidate(article, version, source, _Place(media or "", story_key, number, reading.zone), details)
        for article, version, source, media, story_key, number, _ in rows
    ]


def _taken_before(edition: Edition) -> sa.ScalarSelect[int | None]:
    """Name the version that the edition took of the enclosing query's article last, if any."""
    return (
        sa.select(sa.func.max(LedgerRow.version_id))
        .where(LedgerRow.edition_id == edition.id, LedgerRow.article_id == Article.id)
        .correlate(Article)
        .scalar_subquery()
    )


@dataclass(frozen=True)
class _Place:
    media: str
    story_key: str | None
    number: int
    zone: zoneinfo.ZoneInfo


def _candidate(article: Article, version: Version, source: Source, place: _Place, details: _Details) -> Candidate:
    before, after = details.snapshots.get(version.id, (None, None))
    names, number = details.names, version.id
    topics, actors, countries = (each.get(number, ()) for each in (details.topics, details.actors, details.countries))
    doc_type = DocType(version.doc_type) if version.doc_type else None
    return Candidate(
        article_id=article.id,
        version_id=version.id,
        key=article.key,
        version=place.number,
        title=version.title,
        language=version.language,
        url=article.url,
        source_slug=source.slug,
        source=source.name,
        publisher=publisher_at(source.home, source.slug),
        authority=source.authority,
        published=version.published,
        first_seen_on=article.first_seen_at.astimezone(place.zone).date(),
        is_backfill=article.is_backfill,
        doc_type=doc_type,
        is_document=doc_type in DOCUMENT_TYPES or any(kind in place.media for kind in DOCUMENT_MEDIA),
        topics=tuple(names.topics.get(slug, slug) for slug in topics[:MAX_TOPICS]),
        countries=tuple(map(names.country, countries[:MAX_COUNTRIES])),
        actors=tuple(names.actors.get(slug, slug) for slug in actors[:MAX_ACTORS]),
        tags=(*_tags(topics, actors, countries, names), Tag(token=f"source:{source.slug}", name=source.name)),
        story_key=place.story_key,
        copy_of=details.roots.get(article.id),
        facts=details.facts.get(version.id, ()),
        paragraphs=details.texts.get(version.id, ()),
        overview=details.overviews.get(version.id, ()),
        before=before,
        after=after,
    )


def _topics(session: Session, chosen: Chosen) -> Slugs:
    return _grouped(
        session,
        sa.select(TopicAssignment.version_id, TopicAssignment.topic_slug)
        .join(Topic, Topic.slug == TopicAssignment.topic_slug)
        .where(TopicAssignment.version_id.in_(chosen), Topic.is_active)
        .order_by(TopicAssignment.version_id, TopicAssignment.score.desc(), Topic.slug),
    )


def _countries(session: Session, chosen: Chosen) -> Slugs:
    return _grouped(
        session,
        sa.select(VersionCountry.version_id, VersionCountry.country)
        .where(VersionCountry.version_id.in_(chosen))
        .order_by(VersionCountry.version_id, VersionCountry.rank, VersionCountry.country),
    )


def _actors(session: Session, chosen: Chosen) -> Slugs:
    return _grouped(
        session,
        sa.select(VersionActor.version_id, VersionActor.actor_slug)
        .join(Actor, Actor.slug == VersionActor.actor_slug)
        .where(VersionActor.version_id.in_(chosen), Actor.is_active)
        .order_by(VersionActor.version_id, VersionActor.mention_count.desc(), VersionActor.actor_slug),
    )


def _grouped(session: Session, pairs: sa.Select[int, str]) -> dict[int, tuple[str, ...]]:
    groups: dict[int, list[str]] = defaultdict(list)
    for version_id, slug in session.execute(pairs):
        groups[version_id].append(slug)
    return {version_id: tuple(slugs) for version_id, slugs in groups.items()}


def _tags(topics: Iterable[str], actors: Iterable[str], countries: Iterable[str], names: Names) -> tuple[Tag, ...]:
    """Name all that an article can be followed by."""
    return (
        *(Tag(token=f"topic:{slug}", name=names.topics.get(slug, slug)) for slug in topics),
        *(Tag(token=f"actor:{slug}", name=names.actors.get(slug, slug)) for slug in actors),
        *(Tag(token=f"country:{code}", name=names.country(code)) for code in countries),
    )


def _copy_roots(session: Session, chosen: Chosen) -> dict[int, str]:
    """Follow the chains of copies and translations to their ends: article id to the key of what it repeats."""
    above = (
        sa.select(Article.id.label("copy_id"), Article.repeats_id.label("above_id"))
        .where(Article.current_version_id.in_(chosen), Article.repeats_id.is_not(None))
        .cte("above", recursive=True)
    )
    above = above.union(
        sa.select(above.c.copy_id, Article.repeats_id)
        .join(Article, Article.id == above.c.above_id)
        .where(Article.repeats_id.is_not(None))
    )
    rows = session.execute(
        sa.select(above.c.copy_id, Article.key)
        .join(Article, Article.id == above.c.above_id)
        .where(Article.repeats_id.is_(None))
    )
    return dict(rows.all())


def _known_copies(session: Session, edition: Edition) -> dict[str, str]:
    """Map the key of each article that has copies to the one that the edition took of them."""
    root = aliased(Article)
    has_copies = root.id.in_(sa.select(Article.repeats_id).where(Article.repeats_id.is_not(None)))
    rows = session.execute(
        sa.select(root.key, Article.key)
        .select_from(LedgerRow)
        .join(Article, Article.id == LedgerRow.article_id)
        .join(root, root.id == sa.func.coalesce(Article.repeats_id, Article.id))
        .where(LedgerRow.edition_id == edition.id, LedgerRow.fate == LedgerFate.INCLUDED, has_copies)
        .order_by((root.id == Article.id).cast(sa.Integer), Article.key.desc())
    )
    return dict(rows.all())


def _snapshot(session: Session, version_id: int) -> Told:
    title = session.scalars(sa.select(Version.title).where(Version.id == version_id)).one()
    passages = session.scalars(
        sa.select(Passage.text).where(Passage.version_id == version_id).order_by(Passage.ordinal)
    )
    return Told(title, tuple(passages))
