"""What an editor may do to an issue before it is released: pure functions from one content to the next.

A story goes by its key, an article that belongs to none by its own: `key_of_entry`. DeskProblem says what cannot be.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from digest.content import (
    ChangeEntry,
    Document,
    Entry,
    Evidence,
    FactEntry,
    Introduction,
    IssueContent,
    Item,
    Section,
    Sentence,
)
from models.vocabulary import FactKind
from perilune.languages import language_of
from perilune.problems import Conflict, Problem

Told = Entry | Document
Printed = TypeVar("Printed", Entry, Document, Item, ChangeEntry)


class DeskProblem(Problem):
    """Something that an editor asked for cannot be done; the message says why."""


class DeskConflict(DeskProblem, Conflict):
    """An issue is not what it was when the editor looked at it."""


class Step(StrEnum):
    """Where an entry may be moved: within its section, or to the other one."""

    UP = "up"
    DOWN = "down"
    TOP = "top"
    LEAD = "lead"
    """Among the stories, as the last."""
    NOTE = "note"
    """Among what is also noted, as the first."""


@dataclass(frozen=True)
class Edited:
    """An issue after one edit, and what the record says of it."""

    content: IssueContent
    action: str
    target: str
    before: str | None = None
    after: str | None = None


def key_of_entry(entry: Entry) -> str:
    """Return what an entry goes by: its story's key, or that of its only article."""
    return entry.story_key or entry.items[0].article_key


def find_told(content: IssueContent, key: str) -> Told | None:
    """Find the story, article or document with a key among those that are told in sentences."""
    entries = (*content.stories, *content.also_noted)
    found: Iterable[Told] = (*(entry for entry in entries if key_of_entry(entry) == key), *content.documents)
    return next((each for each in found if isinstance(each, Entry) or each.article_key == key), None)


def title_of(told: Told) -> str:
    """Return the words that a person knows a story or document by."""
    return told.headline if isinstance(told, Entry) else told.title


def items_of(content: IssueContent) -> Iterator[Item]:
    """Yield every article that an issue prints; one may be yielded twice."""
    for entry in (*content.stories, *content.also_noted):
        yield from entry.items
    yield from content.documents
    yield from (change.item for change in content.changes)
    for section in content.sections:
        yield from section.items
    yield from content.older


def _section_without(section: Section, dropped: Collection[str]) -> Section:
    kept = tuple(one for one in section.items if one.article_key not in dropped)
    return section.model_copy(update={"items": kept})


def drop(content: IssueContent, named: str) -> Edited:
    """Take a story with all its articles, or one article wherever it stands, out of an issue with what it states.

    A story has the key of the article that founded it: `article/KEY` is the article alone.
    """
    what, _, key = named.rpartition("/")
    told = find_told(content, key) if what != "article" else None
    items = [item for item in items_of(content) if item.article_key == key]
    if told is None and not items:
        raise DeskProblem(f"there is no story or article {key!r} in this issue.")
    dropped = {item.article_key for item in told.items} if isinstance(told, Entry) else {key}
    without = content.model_copy(
        update={
            "stories": tuple(_without(content.stories, dropped)),
            "also_noted": tuple(_without(content.also_noted, dropped)),
            "documents": tuple(one for one in content.documents if one.article_key not in dropped),
            "changes": tuple(one for one in content.changes if one.item.article_key not in dropped),
            "older": tuple(one for one in content.older if one.article_key not in dropped),
            "sections": tuple(_section_without(each, dropped) for each in content.sections),
            "agreements": tuple(one for one in content.agreements if one.evidence.article_key not in dropped),
            "events": tuple(one for one in content.events if one.evidence.article_key not in dropped),
        }
    )
    title = title_of(told) if told else items[0].title
    return Edited(without, "drop", title, before=title)


def _without(entries: Iterable[Entry], dropped: Collection[str]) -> Iterator[Entry]:
    for entry in entries:
        items = tuple(item for item in entry.items if item.article_key not in dropped)
        if len(items) == len(entry.items):
            yield entry
        elif items:
            yield _with_items(_citing(entry, dropped), items)


def _with_items(entry: Entry, items: tuple[Item, ...]) -> Entry:
    sources = {item.source for item in items}
    is_fewer = len(items) < len(entry.items)
    count = min(entry.source_count, len(sources)) if is_fewer else max(entry.source_count, len(sources))
    languages = {item.language for item in items}
    return entry.model_copy(
        update={"items": items, "source_count": max(1, count), "language_count": max(1, len(languages))}
    )


def _citing(entry: Entry, dropped: Collection[str]) -> Entry:
    """Keep of an entry what articles that are not dropped say."""
    kept = [number for number, place in enumerate(entry.evidence, 1) if place.article_key not in dropped]
    sentences = [
        each.model_copy(update={"marks": tuple(kept.index(mark) + 1 for mark in each.marks if mark in kept)})
        for each in entry.sentences
        if not each.marks or any(mark in kept for mark in each.marks)
    ]
    return entry.model_copy(
        update={
            "sentences": tuple(sentences),
            "evidence": tuple(entry.evidence[number - 1] for number in kept),
            "news": tuple(each for each in entry.news if each.fact.evidence.article_key not in dropped),
        }
    )


def drop_fact(content: IssueContent, kind: FactKind, number: int) -> Edited:
    """Take one agreement or event out, by its place from 1; the article that states it stays."""
    section = "agreements" if kind == FactKind.AGREEMENT else "events"
    facts: tuple[FactEntry, ...] = getattr(content, section)
    if not 1 <= number <= len(facts):
        raise DeskProblem(f"there is no {kind} {number} in this issue.")
    fact = facts[number - 1]
    kept = facts[: number - 1] + facts[number:]
    return Edited(content.model_copy(update={section: kept}), "drop", fact.name, before=fact.name)


def move(content: IssueContent, key: str, step: Step) -> Edited:
    """Move a story or article within its section, or between the stories and what is also noted."""
    stories, noted = list(content.stories), list(content.also_noted)
    section = next((one for one in (stories, noted) if any(key_of_entry(each) == key for each in one)), None)
    if section is None:
        raise DeskProblem(f"{key!r} is neither among the stories nor among what is also noted.")
    before = _place(content, key)
    place = next(number for number, each in enumerate(section) if key_of_entry(each) == key)
    entry = section.pop(place)
    if step in {Step.LEAD, Step.NOTE}:
        stories.append(entry) if step == Step.LEAD else noted.insert(0, entry)
    else:
        to = {Step.UP: max(0, place - 1), Step.DOWN: place + 1, Step.TOP: 0}[step]
        section.insert(to, entry)
    moved = content.model_copy(update={"stories": tuple(stories), "also_noted": tuple(noted)})
    return Edited(moved, "move", entry.headline, before, _place(moved, key))


def _place(content: IssueContent, key: str) -> str:
    for name, entries in (("story", content.stories), ("also noted", content.also_noted)):
        for number, entry in enumerate(entries, 1):
            if key_of_entry(entry) == key:
                return f"{name} {number}"
    return "nowhere"


def sentence_of(content: IssueContent, key: str, number: int) -> tuple[Told, Sentence]:
    """Find a sentence by what it belongs to and its place from 1."""
    told = find_told(content, key)
    if told is None or not 1 <= number <= len(told.sentences):
        raise DeskProblem(f"there is no sentence {number} of {key!r} in this issue.")
    return told, told.sentences[number - 1]


def cited_by(told: Told, sentence: Sentence) -> list[Evidence]:
    """List the passages that a sentence cites."""
    return [told.evidence[mark - 1] for mark in sentence.marks]


def reword(content: IssueContent, key: str, number: int, changed: Sentence) -> Edited:
    """Put an editor's sentence for one; an empty one takes it out, and the same words change nothing."""
    told, before = sentence_of(content, key, number)
    if changed.text == before.text:
        return Edited(content, "reword", title_of(told), before.text, before.text)
    kept = (changed,) if changed.text else ()
    sentences = (*told.sentences[: number - 1], *kept, *told.sentences[number:])
    edited = _put(content, key, lambda one: one.model_copy(update={"sentences": sentences}))
    return Edited(edited, "reword", title_of(told), before.text, changed.text or None)


def edited_sentence(before: Sentence, text: str, *, by: str, unsaid: Sequence[str]) -> Sentence:
    """Make the sentence that an editor wrote for another, with the same evidence."""
    return Sentence(
        text=text,
        language=language_of(text) or before.language,
        marks=before.marks,
        edited_by=by,
        unsaid=tuple(unsaid),
    )


def retitle(content: IssueContent, key: str, headline: str) -> Edited:
    """Put an editor's headline over a story or an article."""
    told = find_told(content, key)
    if not isinstance(told, Entry):
        raise DeskProblem(f"there is no story {key!r} in this issue.")
    if not headline:
        raise DeskProblem("a story needs a headline.")
    words = {"headline": headline, "language": language_of(headline) or told.language, "translation": None}
    edited = _put(content, key, lambda one: one.model_copy(update=words))
    return Edited(edited, "retitle", told.headline, told.headline, headline)


def _put(content: IssueContent, key: str, change: Callable[[Told], Told]) -> IssueContent:
    """Change what has a key, in the first section that has it."""
    for section in ("stories", "also_noted", "documents"):
        told: tuple[Told, ...] = getattr(content, section)
        keys = [key_of_entry(one) if isinstance(one, Entry) else one.article_key for one in told]
        if key in keys:
            changed = tuple(change(one) if at == keys.index(key) else one for at, one in enumerate(told))
            return content.model_copy(update={section: changed})
    raise DeskProblem(f"there is no story or document {key!r} in this issue.")


def introduce(content: IssueContent, text: str, *, by: str) -> Edited:
    """Put an editor's introduction at the head; an empty one takes it away."""
    before = content.introduction.text if content.introduction else None
    introduction = Introduction(text=text, by=by) if text else None
    return Edited(
        content.model_copy(update={"introduction": introduction}), "introduce", "introduction", before, text or None
    )


def add(content: IssueContent, entry: Entry, *, is_lead: bool) -> Edited:
    """Add a story or an article, as the last story or the first of what is noted; one whose story is there joins it."""
    present = {item.article_key for item in items_of(content)}
    further = tuple(item for item in entry.items if item.article_key not in present)
    if not further:
        raise DeskProblem("this is in the issue already.")
    told = find_told(content, key_of_entry(entry))
    after = ", ".join(item.title for item in further)
    if isinstance(told, Entry):
        key = key_of_entry(told)
        joined = _put(content, key, lambda one: _with_items(one, (*one.items, *further)) if one is told else one)
        return Edited(joined, "add", told.headline, None, after)
    added = _with_items(entry, further) if len(further) < len(entry.items) else entry
    section, entries = (
        ("stories", (*content.stories, added)) if is_lead else ("also_noted", (added, *content.also_noted))
    )
    return Edited(content.model_copy(update={section: entries}), "add", entry.headline, None, after)


def restore(content: IssueContent, composed: IssueContent, key: str) -> Edited:
    """Give one story, article or document back as the machine composed it, in the place it had."""
    told = find_told(composed, key)
    listed = next((item for item in items_of(composed) if item.article_key == key), None)
    title = title_of(told) if told else listed.title if listed else None
    if title is None:
        raise DeskProblem("the machine's version has no such story; drop it instead.")
    back = {item.article_key for item in told.items} if isinstance(told, Entry) else {key}
    stated = back | {item.article_key for item in items_of(content)}
    sections: dict[str, object] = {
        name: _merged(getattr(content, name), getattr(composed, name), key)
        for name in ("stories", "also_noted", "documents")
    }
    for name in ("changes", "older"):
        sections[name] = _merged(getattr(content, name), getattr(composed, name), *back)
    sections["sections"] = tuple(
        each.model_copy(update={"items": _merged(each.items, whole.items, *back)})
        for each, whole in zip(content.sections, composed.sections, strict=True)
    )
    for name in ("agreements", "events"):
        present = getattr(content, name)
        facts = getattr(composed, name)
        sections[name] = tuple(one for one in facts if one in present or one.evidence.article_key in back) + tuple(
            one for one in present if one not in facts and one.evidence.article_key in stated
        )
    return Edited(content.model_copy(update=sections), "restore", title, None, title)


def _merged(present: Sequence[Printed], composed: Sequence[Printed], *keys: str) -> tuple[Printed, ...]:
    """Put what has one of the keys back where it was composed: after the nearest that stood before it."""
    found = [one for one in present if _key(one) not in keys]
    for place, one in enumerate(composed):
        if _key(one) in keys:
            earlier = [_key(other) for other in composed[:place]]
            at = max((number for number, other in enumerate(found, 1) if _key(other) in earlier), default=0)
            found.insert(at, one)
    return tuple(found)


def _key(printed: Entry | Item | ChangeEntry) -> str:
    if isinstance(printed, Entry):
        return key_of_entry(printed)
    return printed.item.article_key if isinstance(printed, ChangeEntry) else printed.article_key
