"""What an issue says of itself in a line or five: its subject, and what stands in brief at its head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from digest.because import span_of
from digest.columns import one_line
from digest.content import Entry, FactEntry, IssueContent, Item
from digest.phrases import Phrases, phrases_for

DEADLINE = "deadline"
HEADLINE_CHARS = 84
"""Few headlines are longer, and lists of mail on a desk show as much."""
BRIEF_CHARS = 140
NAME_CHARS = 60
MAX_BRIEF = 5
MAX_STORIES = 3
MAX_EXTRAS = 2
MAX_NAMED = 2


def headline_of(entry: Entry, language: str) -> str:
    """Return an entry's headline in the issue's language where there is one, be it a machine's."""
    is_foreign = entry.language not in {None, language}
    return entry.translation.text if is_foreign and entry.translation else entry.headline


def title_of(item: Item, language: str) -> str:
    """Return an article's title likewise."""
    is_foreign = item.language not in {None, language}
    return item.translation.text if is_foreign and item.translation else item.title


def subject_line(content: IssueContent) -> str:
    """Write the subject: what leads, and up to two counts of what binds a reader's days.

    Such as `China-UK workshop back after four years; 3 new agreements; 2 deadlines`.
    """
    phrases = phrases_for(content.language)
    headline = next(_headlines(content), None)
    extras = list(_extras(content, phrases))
    if headline is None:
        parts = extras or [phrases.text("nothing_new").rstrip(".。")]
    else:
        parts = [one_line(headline, HEADLINE_CHARS), *extras[:MAX_EXTRAS]]
    return one_line(phrases.text("semicolon").join(parts))


def _headlines(content: IssueContent) -> Iterator[str]:
    """Yield what the issue is about, the most important first; older documents are never among it."""
    yield from (headline_of(entry, content.language) for entry in content.stories)
    yield from (title_of(item, content.language) for item in content.documents)
    yield from (title_of(change.item, content.language) for change in content.changes)
    yield from (title_of(item, content.language) for section in content.sections for item in section.items)


def _extras(content: IssueContent, phrases: Phrases) -> Iterator[str]:
    deadlines = [event for event in content.events if event.subkind == DEADLINE]
    leads_otherwise = bool(content.stories or content.documents)
    for name, found in (
        ("agreement_count", content.agreements),
        ("deadline_count", deadlines),
        ("event_count", () if deadlines else content.events),
        ("change_count", content.changes if leads_otherwise else ()),
        ("document_count", content.documents if content.stories else ()),
        ("noted_count", () if leads_otherwise else content.also_noted),
        ("older_count", () if leads_otherwise else content.older),
    ):
        if found:
            yield phrases.counted(name, len(found))


def brief_lines(content: IssueContent) -> list[str]:
    """Write three to five lines about the issue, fewer where it holds less: what leads, what binds, what comes next."""
    phrases = phrases_for(content.language)
    stories = [headline_of(entry, content.language) for entry in content.stories[:MAX_STORIES]]
    lines = [*stories, *_agreements(content.agreements, phrases), *_next_dates(content.events, phrases)]
    rest = [title_of(item, content.language) for item in content.documents]
    rest += [title_of(change.item, content.language) for change in content.changes]
    lines += rest[: max(0, MAX_STORIES - len(lines))]
    return [one_line(line, BRIEF_CHARS) for line in lines[:MAX_BRIEF]]


def _agreements(agreements: Sequence[FactEntry], phrases: Phrases) -> Iterator[str]:
    if agreements:
        count = phrases.counted("agreement_count", len(agreements))
        yield phrases.text(
            "labelled", label=count, text=_named([_with_parties(one, phrases) for one in agreements], phrases)
        )


def _with_parties(agreement: FactEntry, phrases: Phrases) -> str:
    """Name an agreement by its parties too, where its name does not: many are called "memorandum" and no more."""
    name = one_line(agreement.name, NAME_CHARS)
    if not agreement.parties or any(party.casefold() in name.casefold() for party in agreement.parties):
        return name
    parties = phrases.text("comma").join(agreement.parties[:MAX_NAMED])
    return phrases.text("aside", text=name, aside=one_line(parties, NAME_CHARS))


def _next_dates(events: Sequence[FactEntry], phrases: Phrases) -> Iterator[str]:
    if events:
        names = [phrases.text("labelled", label=span_of(one, phrases), text=one_line(one.name)) for one in events]
        yield phrases.text("next_dates", what=_named(names, phrases))


def _named(names: Sequence[str], phrases: Phrases) -> str:
    more = len(names) - MAX_NAMED
    shown = phrases.text("semicolon").join(one_line(name) for name in names[:MAX_NAMED])
    return f"{shown} +{more}" if more > 0 else shown
