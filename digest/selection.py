"""Reads what an issue may take: the relevant articles without a row in the edition's ledger, as plain candidates."""

from __future__ import annotations

import dataclasses
import zoneinfo
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from digest.candidates import Candidate, IssueFrame, Material, NotedFact
from digest.content import Evidence, FactEntry, content_from
from digest.facts import agreement_identities
from digest.phrases import country_name
from digest.schedule import zone_of
from digest.told_stories import continued_story_ids, told_stories
from digest.watch import watch_of
from models.article import Article, Passage, TopicAssignment, Version, VersionCountry
from models.edition import Edition, Issue, LedgerRow
from models.fact import FactWitness
from models.knowledge import Actor, Topic
from models.search import matching_ids, parse_query
from models.source import Page, Source
from models.story import Story
from models.vocabulary import DocType, FactKind, LedgerFate
from perilune.changes import Told

MAX_TOPICS = 3
MAX_COUNTRIES = 6
REMEMBERED_ISSUES = 26
DOCUMENT_TYPES = frozenset({DocType.WHITE_PAPER, DocType.REPORT})
DOCUMENT_MEDIA = ("application/pdf", "presentation", "powerpoint", "msword", "wordprocessing")

Chosen = sa.Select[int]
Identities = frozenset[object]


def material_for(session: Session, edition: Edition, issue: Issue) -> Material:
    """Read everything that composing `issue` decides on; the issue need not be stored."""
    zone = zone_of(edition)
    chosen = _chosen_versions(session, edition)
    frame = IssueFrame(
        key=issue.key,
        number=issue.number,
        edition_name=edition.name,
        language=edition.language,
        query=edition.query,
        note=edition.note,
        period_start_on=issue.period_start_at.astimezone(zone).date(),
        due_on=issue.due_at.astimezone(zone).date(),
    )
    return Material(
        frame=frame,
        candidates=_candidates(session, edition, chosen, zone),
        stories=told_stories(session, chosen, continued_story_ids(session, edition), edition.language),
        known_copies=_known_copies(session, edition),
        watch=watch_of(session, issue),
    )


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
class _Details:
    """What belongs to the chosen versions, by version or article id."""

    topics: Mapping[int, tuple[str, ...]]
    countries: Mapping[int, tuple[str, ...]]
    facts: Mapping[int, tuple[NotedFact, ...]]
    roots: Mapping[int, str]
    snapshots: Mapping[int, tuple[Told, Told]] = field(default_factory=dict)


def _candidates(session: Session, edition: Edition, chosen: Chosen, zone: zoneinfo.ZoneInfo) -> list[Candidate]:
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
        topics=_topics(session, chosen),
        countries=_countries(session, edition, chosen),
        facts=_facts(session, edition, chosen, previous),
        roots=_copy_roots(session, chosen),
        snapshots={new: (_snapshot(session, old), _snapshot(session, new)) for new, old in previous.items()},
    )
    return [
        _candidate(article, version, source, _Place(media or "", story_key, number, zone), details)
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
        authority=source.authority,
        published=version.published,
        first_seen_on=article.first_seen_at.astimezone(place.zone).date(),
        is_backfill=article.is_backfill,
        doc_type=doc_type,
        is_document=doc_type in DOCUMENT_TYPES or any(kind in place.media for kind in DOCUMENT_MEDIA),
        topics=details.topics.get(version.id, ()),
        countries=details.countries.get(version.id, ()),
        story_key=place.story_key,
        copy_of=details.roots.get(article.id),
        facts=details.facts.get(version.id, ()),
        before=before,
        after=after,
    )


def _topics(session: Session, chosen: Chosen) -> dict[int, tuple[str, ...]]:
    rows = session.execute(
        sa.select(TopicAssignment.version_id, Topic.name)
        .join(Topic, Topic.slug == TopicAssignment.topic_slug)
        .where(TopicAssignment.version_id.in_(chosen), Topic.is_active)
        .order_by(TopicAssignment.version_id, TopicAssignment.score.desc(), Topic.slug)
    )
    return _grouped(((version_id, name) for version_id, name in rows), limit=MAX_TOPICS)


def _countries(session: Session, edition: Edition, chosen: Chosen) -> dict[int, tuple[str, ...]]:
    rows = session.execute(
        sa.select(VersionCountry.version_id, VersionCountry.country)
        .where(VersionCountry.version_id.in_(chosen))
        .order_by(VersionCountry.version_id, VersionCountry.rank, VersionCountry.country)
    )
    named = ((version_id, country_name(code, edition.language)) for version_id, code in rows)
    return _grouped(named, limit=MAX_COUNTRIES)


def _grouped(pairs: Iterable[tuple[int, str]], *, limit: int) -> dict[int, tuple[str, ...]]:
    groups: dict[int, list[str]] = defaultdict(list)
    for version_id, name in pairs:
        groups[version_id].append(name)
    return {version_id: tuple(names[:limit]) for version_id, names in groups.items()}


def _facts(
    session: Session, edition: Edition, chosen: Chosen, previous: Mapping[int, int]
) -> dict[int, tuple[NotedFact, ...]]:
    known = _printed_agreements(session, edition)
    names = dict(session.execute(sa.select(Actor.slug, Actor.name)).all())
    facts: dict[int, list[NotedFact]] = defaultdict(list)
    for version_id, noted in _noted_facts(session, edition, chosen, names):
        facts[version_id].append(noted)
    result = {}
    for version_id, noted_facts in facts.items():
        before = previous.get(version_id)
        earlier = set(known)
        if before is not None:
            older = sa.select(Version.id).where(Version.id == before)
            earlier |= {key for _, fact in _noted_facts(session, edition, older, names) for key in _keys(fact.entry)}
        result[version_id] = tuple(
            dataclasses.replace(fact, is_known=bool(set(_keys(fact.entry)) & earlier)) for fact in noted_facts
        )
    return result


def _keys(entry: FactEntry) -> list[object]:
    return list(agreement_identities(entry)) if entry.kind == FactKind.AGREEMENT else []


def _printed_agreements(session: Session, edition: Edition) -> set[object]:
    """Recall what the edition's recent issues printed as new, so that it is not new twice."""
    contents = session.scalars(
        sa.select(Issue.content)
        .where(Issue.edition_id == edition.id, Issue.subject != "")
        .order_by(Issue.number.desc())
        .limit(REMEMBERED_ISSUES)
    )
    return {key for stored in contents for entry in content_from(stored).agreements for key in _keys(entry)}


def _noted_facts(
    session: Session, edition: Edition, chosen: Chosen, names: Mapping[str, str]
) -> Iterator[tuple[int, NotedFact]]:
    rows = session.execute(
        sa.select(FactWitness, Version.language, Article.key, Source.name, Passage.ordinal, Passage.page_number)
        .add_columns(Version.number)
        .join(Version, Version.id == FactWitness.version_id)
        .join(Article, Article.id == Version.article_id)
        .join(Source, Source.id == Article.source_id)
        .outerjoin(
            Passage,
            (Passage.version_id == FactWitness.version_id)
            & (Passage.start <= FactWitness.start)
            & (FactWitness.start < Passage.end),
        )
        .where(FactWitness.version_id.in_(chosen))
        .order_by(Article.key, FactWitness.ordinal)
    )
    for fact, language, key, source, ordinal, page_number, number in rows:
        evidence = Evidence(
            article_key=key, version=number, passage=ordinal or 0, source=source, page_number=page_number
        )
        parties = tuple(names.get(party) or country_name(party, edition.language) for party in fact.parties)
        yield fact.version_id, _noted_fact(fact, language, parties, evidence)


def _noted_fact(fact: FactWitness, language: str | None, parties: tuple[str, ...], evidence: Evidence) -> NotedFact:
    entry = FactEntry(
        kind=FactKind(fact.kind),
        name=fact.name,
        language=language,
        status=fact.status,
        subkind=fact.subkind,
        start=str(fact.start_on) if fact.start_on else None,
        end=str(fact.end_on) if fact.end_on else None,
        place=fact.place,
        parties=tuple(dict.fromkeys(parties)),
        evidence=evidence,
    )
    return NotedFact(entry=entry, party_slugs=tuple(fact.parties), start=fact.start_on)


def _copy_roots(session: Session, chosen: Chosen) -> dict[int, str]:
    """Follow the chains of copies to their ends: article id to the key of what it repeats."""
    above = (
        sa.select(Article.id.label("copy_id"), Article.copy_of_id.label("above_id"))
        .where(Article.current_version_id.in_(chosen), Article.copy_of_id.is_not(None))
        .cte("above", recursive=True)
    )
    above = above.union(
        sa.select(above.c.copy_id, Article.copy_of_id)
        .join(Article, Article.id == above.c.above_id)
        .where(Article.copy_of_id.is_not(None))
    )
    rows = session.execute(
        sa.select(above.c.copy_id, Article.key)
        .join(Article, Article.id == above.c.above_id)
        .where(Article.copy_of_id.is_(None))
    )
    return dict(rows.all())


def _known_copies(session: Session, edition: Edition) -> dict[str, str]:
    """Map the key of each article that has copies to the one that the edition took of them."""
    root = aliased(Article)
    has_copies = root.id.in_(sa.select(Article.copy_of_id).where(Article.copy_of_id.is_not(None)))
    rows = session.execute(
        sa.select(root.key, Article.key)
        .select_from(LedgerRow)
        .join(Article, Article.id == LedgerRow.article_id)
        .join(root, root.id == sa.func.coalesce(Article.copy_of_id, Article.id))
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
