"""Puts machine translations beside what a composed issue prints in other languages, where somebody made them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.content import Document, Entry, IssueContent, Item, Sentence, Translated
from models.story import Translation

Found = Mapping[str, Translated]


def with_translations(session: Session, content: IssueContent) -> IssueContent:
    """Read the translations of an issue's foreign titles and sentences into its language, and put them beside these."""
    foreign = {_hash_of(text): text for text in _foreign_texts(content)}
    rows = session.scalars(
        sa.select(Translation)
        .where(Translation.language == content.language, Translation.text_hash.in_(foreign))
        .order_by(Translation.made_at, Translation.model)
    )
    found = {
        foreign[row.text_hash]: Translated(text=row.text, model=row.model, problems=tuple(row.problems)) for row in rows
    }
    return translated(content, found) if found else content


def _hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _foreign_texts(content: IssueContent) -> Iterator[str]:
    for entry in (*content.stories, *content.also_noted):
        told = [(entry.headline, entry.language), *((item.title, item.language) for item in entry.items)]
        told += [(sentence.text, sentence.language) for sentence in entry.sentences]
        yield from (text for text, language in told if language != content.language)
    sentences = (sentence for document in content.documents for sentence in document.sentences)
    yield from (sentence.text for sentence in sentences if sentence.language != content.language)
    listed = [*content.documents, *content.older, *(change.item for change in content.changes)]
    listed += [item for section in content.sections for item in section.items]
    yield from (item.title for item in listed if item.language != content.language)


def translated(content: IssueContent, found: Found) -> IssueContent:
    """Put translations beside the texts that they are of."""
    return content.model_copy(
        update={
            "stories": tuple(_entry(entry, found) for entry in content.stories),
            "also_noted": tuple(_entry(entry, found) for entry in content.also_noted),
            "documents": tuple(_document(document, found) for document in content.documents),
            "older": tuple(_item(item, found) for item in content.older),
            "sections": tuple(
                section.model_copy(update={"items": tuple(_item(item, found) for item in section.items)})
                for section in content.sections
            ),
            "changes": tuple(
                change.model_copy(update={"item": _item(change.item, found)}) for change in content.changes
            ),
        }
    )


def _entry(entry: Entry, found: Found) -> Entry:
    return entry.model_copy(
        update={
            "translation": found.get(entry.headline),
            "items": tuple(_item(item, found) for item in entry.items),
            "sentences": _sentences(entry.sentences, found),
        }
    )


def _document(document: Document, found: Found) -> Document:
    sentences = _sentences(document.sentences, found)
    return document.model_copy(update={"translation": found.get(document.title), "sentences": sentences})


def _sentences(sentences: Iterable[Sentence], found: Found) -> tuple[Sentence, ...]:
    return tuple(each.model_copy(update={"translation": found.get(each.text)}) for each in sentences)


def _item(item: Item, found: Found) -> Item:
    return item.model_copy(update={"translation": found.get(item.title)})
