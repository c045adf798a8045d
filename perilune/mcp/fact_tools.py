"""What the tool on facts does: events and agreements, each with the articles that state it."""

from __future__ import annotations

from models.vocabulary import FactKind
from perilune.client.reading import AgreementFilters, CalendarFilters
from perilune.mcp.answers import FactsTold, FactTold
from perilune.mcp.citing import Citations, Words, place_of_witness
from perilune.mcp.tools import Answered, Archive, fact_in_words, next_offset
from web.api_fact_models import FactLineAnswer, FactsAnswer

MAX_CITED_WITNESSES = 3


def events(archive: Archive, filters: CalendarFilters) -> Answered:
    """List events."""
    return _facts(archive, archive.client.calendar(**filters))


def agreements(archive: Archive, filters: AgreementFilters) -> Answered:
    """List agreements."""
    return _facts(archive, archive.client.agreements(**filters))


def _facts(archive: Archive, page: FactsAnswer) -> Answered:
    citations, words = Citations(archive.base), Words()
    facts = tuple(_fact(line, citations) for line in page.facts)
    words.say(f"{page.total} facts; these are {len(facts)} from number {page.offset + 1} on.")
    for line, fact in zip(page.facts, facts, strict=True):
        disputed = f"; sources contradict each other on {', '.join(fact.disputed)}" if fact.disputed else ""
        words.cited(fact_in_words(line) + disputed, fact.citations)
    words.list_citations(citations.every())
    told = FactsTold(total=page.total, next_offset=next_offset(page), facts=facts, citations=citations.every())
    return Answered(told, words.text)


def _fact(line: FactLineAnswer, citations: Citations) -> FactTold:
    first = [witness for witness in line.witnesses if not witness.is_copy][:MAX_CITED_WITNESSES]
    return FactTold(
        fact_key=line.key,
        kind="event" if line.kind is FactKind.EVENT else "agreement",
        name=line.name,
        status=line.status,
        start=line.start_on,
        end=line.end_on,
        place=line.place,
        parties=tuple(party.name for party in line.parties),
        disputed=line.disputed,
        citations=tuple(citations.cite(place_of_witness(witness)) for witness in first),
    )
