"""The tool of digests: the newest issues, or one with what it reports, each sentence with where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from digest.content import Entry, Evidence, FactEntry, IssueContent, Item, Sentence, content_from
from perilune.mcp.answers import DigestTold, IssueLine, SectionTold, Statement
from perilune.mcp.citing import Citations, Place, Words
from perilune.mcp.tools import Answered, Archive
from web.api_issue_models import IssueCardAnswer
from web.links import article_link, issue_link


def issues(archive: Archive, limit: int) -> Answered:
    """List the newest issues."""
    page, words = archive.client.issues(limit=limit), Words()
    lines = tuple(_line(card, archive.base) for card in page.issues)
    words.say(f"{page.total} issues; the newest {len(lines)}:")
    for line in lines:
        words.say(f"- {line.issue_key}: {line.edition} {line.number}, until {line.until}: {words.quoted(line.subject)}")
    words.say("Ask again with an issue's key to read it.")
    return Answered(DigestTold(issues=lines, sections=(), citations=()), words.text)


def issue(archive: Archive, key: str) -> Answered:
    """Read one issue."""
    found = archive.client.issue(key)
    content = content_from(dict(found.content))
    citations, words = Citations(archive.base), Words()
    sections = tuple(each for each in _Cited(content, citations).sections() if each.statements)
    line = _line(found, archive.base)
    words.say(f"{line.edition}, issue {line.number}, until {line.until}: {words.quoted(line.subject)}")
    for section in sections:
        words.say(f"{section.heading}:")
        for each in section.statements:
            words.cited(each.text, each.citations)
    words.list_citations(citations.every())
    return Answered(DigestTold(issues=(line,), sections=sections, citations=citations.every()), words.text)


def _line(card: IssueCardAnswer, base: str) -> IssueLine:
    return IssueLine(
        issue_key=card.key,
        edition=card.edition_name,
        number=card.number,
        subject=card.subject,
        until=str(card.period_end_at.date()),
        archive_url=base.rstrip("/") + issue_link(card.key),
    )


class _Cited:
    """An issue's parts, each with the places that it cites."""

    def __init__(self, content: IssueContent, citations: Citations) -> None:
        self._content = content
        self._citations = citations
        entries = (*content.stories, *content.also_noted)
        items = [item for entry in entries for item in entry.items]
        items += [*content.documents, *content.older, *(change.item for change in content.changes)]
        self._items = {item.article_key: item for item in items}

    def sections(self) -> Iterator[SectionTold]:
        """Yield the parts in the order of the mail."""
        content = self._content
        for entry in content.stories:
            told = self._sentences(entry.sentences, entry.evidence)
            yield SectionTold(heading="Story", statements=(self._entry(entry), *told))
        for heading, facts in (("Agreements", content.agreements), ("Events", content.events)):
            yield SectionTold(heading=heading, statements=tuple(self._fact(fact) for fact in facts))
        for document in content.documents:
            told = self._sentences(document.sentences, document.evidence)
            yield SectionTold(heading="Document", statements=(self._item(document), *told))
        yield SectionTold(heading="Also noted", statements=tuple(self._entry(each) for each in content.also_noted))
        changed = tuple(self._item(each.item) for each in content.changes)
        yield SectionTold(heading="Changed pages", statements=changed)
        yield SectionTold(heading="Found late", statements=tuple(self._item(each) for each in content.older))

    def _entry(self, entry: Entry) -> Statement:
        numbers = tuple(self._citations.cite(_place_of_item(item)) for item in entry.items)
        return Statement(text=entry.headline, citations=numbers)

    def _item(self, item: Item) -> Statement:
        return Statement(text=item.title, citations=(self._citations.cite(_place_of_item(item)),))

    def _sentences(self, sentences: Sequence[Sentence], evidence: Sequence[Evidence]) -> Iterator[Statement]:
        """Yield sentences; one that no model wrote and nobody edited is the quotation itself."""
        for sentence in sentences:
            is_copied = sentence.maker is None and sentence.edited_by is None
            places = [evidence[mark - 1] for mark in sentence.marks if 0 < mark <= len(evidence)]
            numbers = tuple(self._cite(place, sentence.text if is_copied else None) for place in places)
            yield Statement(text=sentence.text, citations=numbers)

    def _fact(self, fact: FactEntry) -> Statement:
        text = f"{fact.name} ({fact.status}; {fact.start or 'no date stated'})"
        return Statement(text=text, citations=(self._cite(fact.evidence, None),))

    def _cite(self, place: Evidence, quote: str | None) -> int:
        item = self._items.get(place.article_key)
        return self._citations.cite(
            Place(
                place.article_key,
                item.title if item else "",
                place.source,
                item.published if item else None,
                item.language if item else None,
                url=item.url if item else None,
                link=f"{article_link(place.article_key, place.version)}#p{place.passage}",
                version=place.version,
                passage=place.passage,
                page_number=place.page_number,
                quote=quote,
            )
        )


def _place_of_item(item: Item) -> Place:
    key, title, version = item.article_key, item.title, item.version
    return Place(key, title, item.source, item.published, item.language, item.url, version=version)
