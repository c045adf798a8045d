"""Reads the facts that versions state, ready to print, and which of them were printed or stated before."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.candidates import NotedFact
from digest.content import Evidence, FactEntry
from digest.facts import agreement_identities
from digest.names import Names
from models.article import Article, Passage, Version
from models.fact import Fact, FactWitness
from models.source import Source
from models.vocabulary import FactKind


def facts_of_versions(
    session: Session, chosen: sa.Select[int], previous: Mapping[int, int], printed: frozenset[object], names: Names
) -> dict[int, tuple[NotedFact, ...]]:
    """Read the facts of the chosen versions, by version.

    Known are agreements that recent issues `printed`, and those of the version that the edition took before, which
    `previous` names.
    """
    facts: dict[int, list[NotedFact]] = defaultdict(list)
    for version_id, noted in noted_facts(session, chosen, names):
        facts[version_id].append(noted)
    stated: dict[int, set[object]] = defaultdict(set)
    before = sa.select(Version.id).where(Version.id.in_(previous.values()))
    for version_id, noted in noted_facts(session, before, names) if previous else ():
        stated[version_id] |= set(keys_of_agreement(noted.entry))
    return {
        version_id: tuple(_marked(fact, printed | stated[previous.get(version_id, 0)]) for fact in noted)
        for version_id, noted in facts.items()
    }


def _marked(fact: NotedFact, earlier: frozenset[object]) -> NotedFact:
    return dataclasses.replace(fact, is_known=not earlier.isdisjoint(keys_of_agreement(fact.entry)))


def keys_of_agreement(entry: FactEntry) -> list[object]:
    """List what an agreement is known again by; nothing for an event."""
    return list(agreement_identities(entry)) if entry.kind == FactKind.AGREEMENT else []


def noted_facts(session: Session, chosen: sa.Select[int], names: Names) -> Iterator[tuple[int, NotedFact]]:
    """Read the facts of versions, each with its version."""
    rows = session.execute(
        sa.select(FactWitness, Fact.key, Version.language, Version.number, Article.key, Source.name)
        .add_columns(Passage.ordinal, Passage.page_number)
        .join(Version, Version.id == FactWitness.version_id)
        .join(Article, Article.id == Version.article_id)
        .join(Source, Source.id == Article.source_id)
        .outerjoin(Fact, Fact.id == FactWitness.fact_id)
        .outerjoin(
            Passage,
            (Passage.version_id == FactWitness.version_id)
            & (Passage.start <= FactWitness.start)
            & (FactWitness.start < Passage.end),
        )
        .where(FactWitness.version_id.in_(chosen))
        .order_by(Article.key, FactWitness.version_id, FactWitness.ordinal)
    )
    for fact, fact_key, language, number, article_key, source, ordinal, page_number in rows:
        evidence = Evidence(
            article_key=article_key, version=number, passage=ordinal or 0, source=source, page_number=page_number
        )
        entry = _entry(fact, language, tuple(map(names.party, fact.parties)), evidence)
        entry = entry.model_copy(update={"key": fact_key})
        yield (
            fact.version_id,
            NotedFact(entry=entry, party_slugs=tuple(fact.parties), start=fact.start_on, key=fact_key),
        )


def _entry(fact: FactWitness, language: str | None, parties: tuple[str, ...], evidence: Evidence) -> FactEntry:
    return FactEntry(
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
