"""What the tools on articles and stories do: ask the archive by the client, cite, and answer as data and as words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from perilune.client import Perilune
from perilune.mcp.answers import ArticleTold, FoundArticle, PassageTold, SearchTold, Statement, StoryTold, Told
from perilune.mcp.citing import Citations, Place, Words, marks_of, place_of_witness
from web.api_fact_models import FactLineAnswer
from web.api_models import ArticleAnswer, FactAnswer, HitAnswer, PageAnswer, PassageAnswer
from web.api_story_models import EvidenceAnswer, MemberAnswer, StoryAnswer
from web.links import evidence_link

MAX_TEXT_CHARS = 12_000


@dataclass(frozen=True)
class Answered:
    """An answer as data and as words."""

    told: Told
    words: str


@dataclass(frozen=True)
class Archive:
    """An archive, and the address under which people open it."""

    client: Perilune
    base: str


def search(archive: Archive, query: str, limit: int, offset: int) -> Answered:
    """Find articles."""
    page = archive.client.search(query, limit=limit, offset=offset)
    citations, words = Citations(archive.base), Words()
    alone = f" ({page.by_meaning_alone} by meaning alone)" if page.by_meaning_alone else ""
    words.say(f"{page.total} articles match {page.query!r}{alone}; {len(page.hits)} from number {offset + 1} on:")
    articles = tuple(_found(hit, citations) for hit in page.hits)
    for each in articles:
        words.cited(each.snippet, (each.citation,))
    words.list_citations(citations.every())
    told = SearchTold(
        query=page.query,
        by=page.by,
        by_meaning_alone=page.by_meaning_alone,
        total=page.total,
        next_offset=next_offset(page),
        articles=articles,
        citations=citations.every(),
    )
    return Answered(told, words.text)


def next_offset(page: PageAnswer) -> int | None:
    """Say from where the next page is asked for."""
    return page.offset + page.limit if page.next else None


def _found(hit: HitAnswer, citations: Citations) -> FoundArticle:
    source, page = hit.source_name, hit.page_number
    place = Place(hit.key, hit.title, source, hit.published, hit.language, hit.url, page_number=page)
    return FoundArticle(
        citation=citations.cite(place),
        snippet="".join(part.text for part in hit.snippet),
        relevance=hit.relevance,
        doc_type=hit.doc_type,
        topics=hit.topics,
        countries=hit.countries,
        story_key=hit.story_key,
    )


def article(archive: Archive, key: str, from_passage: int) -> Answered:
    """Read an article."""
    found = archive.client.article(key)
    citations, words = Citations(archive.base), Words()
    citations.cite(_place_in(found))
    passages, following = _passages(found.passages, from_passage)
    facts = tuple(_fact_statement(fact, found, citations) for fact in found.facts)
    words.say(f"Article {found.key}, version {found.number} [1]:")
    for each in passages:
        page = f", page {each.page_number}" if each.page_number is not None else ""
        words.say(f"({each.passage}{page}) {words.quoted(each.text)}")
    if following is not None:
        words.say(f"It goes on; ask again with from_passage={following}.")
    for fact in facts:
        words.cited(fact.text, fact.citations)
    words.list_citations(citations.every())
    told = ArticleTold(
        article_key=found.key,
        title=found.title,
        version=found.number,
        topics=tuple(topic.name for topic in found.topics),
        countries=found.countries,
        actors=tuple(actor.name for actor in found.actors),
        story_key=found.story.key if found.story else None,
        passages=passages,
        next_passage=following,
        facts=facts,
        citations=citations.every(),
    )
    return Answered(told, words.text)


def _place_in(found: ArticleAnswer, fact: FactAnswer | None = None) -> Place:
    """Say where an article stands, or one of its facts in it."""
    ordinal = fact.passage_ordinal if fact else None
    passage = next((each for each in found.passages if each.ordinal == ordinal), None)
    return Place(
        found.key,
        found.title,
        found.source.name,
        found.published,
        found.language,
        found.url,
        version=found.number,
        passage=ordinal,
        page_number=passage.page_number if passage else None,
        quote=fact.quote if fact else None,
    )


def _passages(every: tuple[PassageAnswer, ...], first: int) -> tuple[tuple[PassageTold, ...], int | None]:
    """Take passages from one on until there are enough signs, at least one; say where it goes on."""
    taken: list[PassageTold] = []
    room = MAX_TEXT_CHARS
    for each in every[first:]:
        if taken and len(each.text) > room:
            return tuple(taken), each.ordinal
        room -= len(each.text)
        taken.append(PassageTold(passage=each.ordinal, page_number=each.page_number, text=each.text))
    return tuple(taken), None


def _fact_statement(fact: FactAnswer, found: ArticleAnswer, citations: Citations) -> Statement:
    return Statement(text=fact_in_words(fact), citations=(citations.cite(_place_in(found, fact)),))


def fact_in_words(fact: FactAnswer | FactLineAnswer) -> str:
    """Write a fact in one line."""
    when = fact.start_on or "no date stated"
    until = f" to {fact.end_on}" if fact.end_on and fact.end_on != fact.start_on else ""
    parties = ", ".join(party.name for party in fact.parties)
    parts = [f"{fact.kind}: {fact.name} ({fact.status}; {when}{until})", fact.place, parties]
    return "; ".join(part for part in parts if part)


def story(archive: Archive, key: str) -> Answered:
    """Read a story."""
    found = archive.client.story(key)
    citations, words = Citations(archive.base), Words()
    members = {member.key: member for member in found.articles}
    articles = tuple(citations.cite(_place_of_member(member)) for member in found.articles)
    summary = tuple(
        Statement(text=each.text, citations=tuple(_cite_evidence(one, members, citations) for one in each.evidence))
        for each in found.sentences
    )
    timeline = tuple(_timeline(found, citations))
    words.say(f"Story {found.key}: {words.quoted(found.headline)} {marks_of(articles)}")
    for heading, statements in (("Summary:", summary), ("By date:", timeline)):
        if statements:
            words.say(heading)
        for each in statements:
            words.cited(each.text, each.citations)
    words.list_citations(citations.every())
    told = StoryTold(
        story_key=found.key,
        headline=found.headline,
        summary=summary,
        timeline=timeline,
        articles=articles,
        citations=citations.every(),
    )
    return Answered(told, words.text)


def _place_of_member(member: MemberAnswer) -> Place:
    return Place(member.key, member.title, member.source.name, member.published, member.language, member.url)


def _cite_evidence(evidence: EvidenceAnswer, members: dict[str, MemberAnswer], citations: Citations) -> int:
    member, key, number = members.get(evidence.article_key), evidence.article_key, evidence.version_number
    place = Place(
        key,
        member.title if member else "",
        member.source.name if member else "",
        member.published if member else None,
        member.language if member else None,
        member.url if member else None,
        link=evidence_link(key, number, evidence.passage_ordinal, (evidence.start, evidence.end)),
        version=number,
        passage=evidence.passage_ordinal,
        page_number=evidence.page_number,
        quote=evidence.quote,
    )
    return citations.cite(place)


def _timeline(found: StoryAnswer, citations: Citations) -> Iterator[Statement]:
    for entry in found.timeline:
        if entry.witness is None:
            continue
        number = citations.cite(place_of_witness(entry.witness))
        when = f"{entry.date or 'undated'}{' (to come)' if entry.is_to_come else ''}"
        status = f" ({entry.status})" if entry.status else ""
        yield Statement(text=f"{when}: {entry.what}{status}", citations=(number,))
