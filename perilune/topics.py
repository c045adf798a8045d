"""Changing the taxonomy: topics are added, edited, merged and switched, and what that touches is understood anew."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, TopicAssignment, Version, find_article
from models.edition import Edition
from models.fate import Fate, await_stage
from models.knowledge import Topic
from models.search import parse_query
from models.search.filters import ALL_OF
from models.taxonomy import article_counts, state_of_topic
from models.vocabulary import FateState, Stage
from models.word_list import WordEntry, WordLists, entries_by_words, entries_from_text
from perilune.archive import Archive
from perilune.problems import Problem
from pipeline.understanding.knowledge import columns_of_topic, topic_file_of
from pipeline.understanding.taxonomy import TopicFile, topic_file_from_table

MAX_NAME_CHARS = 80
MAX_DESCRIPTION_CHARS = 1000
MAX_EXAMPLE_CHARS = 2000
ARTICLE_EXAMPLE_CHARS = 600
_KEY = re.compile(r"[0-9a-f]{12}")
Value = dict[str, object]


@dataclass(frozen=True)
class Change:
    """What was done to a topic, in words, and how many articles are to be judged again because of it."""

    slug: str
    done: str
    judged_again: int = 0

    @property
    def sentence(self) -> str:
        """The whole of it for people."""
        if not self.judged_again:
            return self.done
        articles = "1 article is" if self.judged_again == 1 else f"{self.judged_again:,} articles are"
        return f"{self.done} {articles} judged again at the next `perilune process`."


@dataclass(frozen=True)
class TopicDraft:
    """What a person says of a topic; None leaves a thing as it is, and a language without entries has no words."""

    name: str | None = None
    description: str | None = None
    examples: Sequence[str] | None = None
    words: WordLists = field(default_factory=dict)


def topic_rows(archive: Archive) -> list[Value]:
    """Read every topic with its state and its counts."""
    with archive.sessions() as session:
        counts = article_counts(session)
        return [
            {
                "topic": row.slug,
                "name": row.name,
                "state": state_of_topic(row),
                "articles": counts.get(row.slug, 0),
                "examples": len(row.examples),
                "words": {language: len(entries) for language, entries in topic_file_of(row).words.items()},
            }
            for row in session.scalars(sa.select(Topic).order_by(Topic.slug))
        ]


def topic_value(archive: Archive, slug: str) -> Value:
    """Read all of one topic; Problem when there is none."""
    with archive.sessions() as session:
        row = topic_row(session, slug)
        file = topic_file_of(row)
        return {
            "topic": row.slug,
            "name": row.name,
            "description": row.description,
            "state": state_of_topic(row),
            "edited_at": row.edited_at,
            "articles": article_counts(session).get(slug, 0),
            "examples": list(file.examples),
            "words": {language: [entry.row for entry in entries] for language, entries in file.words.items()},
        }


def topic_row(session: Session, slug: str) -> Topic:
    """Read a topic's row; Problem names the likely right one."""
    row = session.get(Topic, slug)
    if row is None:
        near = difflib.get_close_matches(slug, session.scalars(sa.select(Topic.slug)).all(), n=1)
        hint = f"did you mean {near[0]}?" if near else "`perilune topics list` shows all."
        raise Problem(f"there is no topic {slug!r}; {hint}")
    return row


def add_topic(archive: Archive, slug: str, draft: TopicDraft, *, now: dt.datetime) -> Change:
    """Add a topic; Problem for a slug that is taken or impossible, or for words that match nothing."""
    with archive.sessions.begin() as session:
        if session.get(Topic, slug) is not None:
            raise Problem(f"the topic {slug!r} is there already; `perilune topics show {slug}` shows it.")
        file = _drafted(session, TopicFile(slug, "", ""), draft)
        session.add(Topic(slug=slug, edited_at=now, **columns_of_topic(file)))
        return Change(slug, f"{file.name} is added.", _judge_all_again(session, now))


def edit_topic(archive: Archive, slug: str, draft: TopicDraft, *, now: dt.datetime) -> Change:
    """Change what a draft says of a topic; Problem for words that match nothing."""
    with archive.sessions.begin() as session:
        row = _editable(session, slug)
        file = _drafted(session, topic_file_of(row), draft)
        return _store(session, row, file, now)


def edit_words(
    archive: Archive,
    slug: str,
    language: str,
    changes: tuple[Sequence[WordEntry], Sequence[WordEntry]],
    *,
    now: dt.datetime,
) -> Change:
    """Add entries to a topic's words of a language (one that is there gets the new weight), and remove others."""
    added, removed = changes
    with archive.sessions.begin() as session:
        row = _editable(session, slug)
        file = topic_file_of(row)
        entries = entries_by_words(file.words.get(language, ()))
        for entry in removed:
            if entries.pop(entry.words, None) is None:
                near = difflib.get_close_matches(entry.as_written, [each.as_written for each in entries.values()], n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"`perilune topics show {slug}` shows all."
                raise Problem(f"{slug} has no words {entry.as_written!r} in the language {language}; {hint}")
        entries |= entries_by_words(added)
        return _store(session, row, _drafted(session, file, TopicDraft(words={language: (*entries.values(),)})), now)


def edit_examples(
    archive: Archive, slug: str, changes: tuple[Sequence[str], Sequence[int]], *, now: dt.datetime
) -> Change:
    """Add examples (texts, or keys of articles) to a topic, and remove those with these numbers, from 1."""
    added, removed = changes
    with archive.sessions.begin() as session:
        row = _editable(session, slug)
        for number in removed:
            if not 0 < number <= len(row.examples):
                raise Problem(f"{slug} has no example {number}; it has {len(row.examples)}.")
        kept = [text for number, text in enumerate(row.examples, 1) if number not in removed]
        file = _drafted(session, topic_file_of(row), TopicDraft(examples=[*kept, *added]))
        return _store(session, row, file, now)


def merge_topic(archive: Archive, slug: str, into: str, *, now: dt.datetime) -> Change:
    """Put a topic into another: its articles, words and examples go there at once; Problem where that makes a circle.

    Its row stays, so that corrections and searches that name it follow, and switching it on undoes the merge.
    """
    with archive.sessions.begin() as session:
        row, target = _editable(session, slug), topic_row(session, into)
        _refuse_circle(row, target)
        touched = _touched_by(session, [slug, into])
        moved = _move_articles(session, slug, into)
        joined = _joined(topic_file_of(target), topic_file_of(row))
        row.is_active, row.merged_into = False, into
        if joined != topic_file_of(target):
            _fill(target, joined, now)
            judged = _judge_all_again(session, now)
        else:
            judged = len(touched)
            await_stage(session, Stage.UNDERSTAND, touched, due_at=now)
        articles = "1 article" if moved == 1 else f"{moved:,} articles"
        done = f"{row.name} is merged into {target.name}: {articles} moved, its words and examples speak for that now."
        return Change(slug, done, judged)


def switch_topic(archive: Archive, slug: str, *, is_on: bool, now: dt.datetime) -> Change:
    """Switch a topic on, which undoes a merge too, or off, which takes it from all articles at once."""
    with archive.sessions.begin() as session:
        row = topic_row(session, slug)
        if is_on == row.is_active:
            return Change(slug, f"{row.name} is {state_of_topic(row)} already.")
        if row.merged_into is not None and not is_on:
            raise Problem(f"{slug} is {state_of_topic(row)}, so it is off already.")
        row.is_active, row.merged_into = is_on, None
        if is_on:
            return Change(slug, f"{row.name} is on.", _judge_all_again(session, now))
        touched = _touched_by(session, [slug])
        session.execute(sa.delete(TopicAssignment).where(TopicAssignment.topic_slug == slug))
        await_stage(session, Stage.UNDERSTAND, touched, due_at=now)
        return Change(slug, f"{row.name} is off.{_warning(session, slug)}", len(touched))


def store_topic(session: Session, file: TopicFile, *, now: dt.datetime) -> Change | None:
    """Store a topic as its file says it; None where it is so already."""
    row = session.get(Topic, file.slug)
    if row is None:
        session.add(Topic(slug=file.slug, edited_at=now, **columns_of_topic(file)))
        return Change(file.slug, f"{file.name} is added.", _judge_all_again(session, now))
    return None if topic_file_of(row) == file else _store(session, row, file, now)


def _editable(session: Session, slug: str) -> Topic:
    row = topic_row(session, slug)
    if row.merged_into is not None:
        raise Problem(f"{slug} was merged into {row.merged_into}; change that one, or `perilune topics on {slug}`.")
    return row


def _drafted(session: Session, file: TopicFile, draft: TopicDraft) -> TopicFile:
    """Put what a draft says over a file, and check it by the rules of files."""
    words = {language: entries for language, entries in {**file.words, **draft.words}.items() if entries}
    examples = file.examples if draft.examples is None else [_example(session, said) for said in draft.examples]
    table: Value = {
        "slug": file.slug,
        "name": file.name if draft.name is None else _short(draft.name, MAX_NAME_CHARS, "name"),
        "description": (
            file.description
            if draft.description is None
            else _short(draft.description, MAX_DESCRIPTION_CHARS, "description")
        ),
        "examples": list(dict.fromkeys(examples)),
    }
    if words:
        table["patterns"] = {language: [entry.row for entry in entries] for language, entries in words.items()}
    try:
        return topic_file_from_table(table, file.slug)
    except ValueError as problem:
        raise Problem(f"{problem}.") from problem


def _short(text: str, most: int, what: str) -> str:
    text = " ".join(text.split())
    if len(text) > most:
        raise Problem(f"the {what} has {len(text)} characters; it may have {most}.")
    return text


def _example(session: Session, said: str) -> str:
    """Read an example: a text, kept on one line, or an article's key, which stands for its title and beginning."""
    text = " ".join(said.split())
    if not _KEY.fullmatch(text):
        return _short(text, MAX_EXAMPLE_CHARS, "example")
    article = find_article(session, text)
    if article is None or article.current_version is None:
        raise Problem(f"there is no article {text!r} to be an example; `perilune search` prints the keys.")
    return example_of(article.current_version)


def example_of(version: Version) -> str:
    """Make the example that an article stands for: its title and beginning, on one line."""
    return " ".join(f"{version.title}. {version.text[:ARTICLE_EXAMPLE_CHARS]}".split())


def _store(session: Session, row: Topic, file: TopicFile, now: dt.datetime) -> Change:
    before = topic_file_of(row)
    changed = [
        key for key in ("name", "description", "examples", "words") if getattr(file, key) != getattr(before, key)
    ]
    if not changed:
        return Change(row.slug, f"{row.name} is so already.")
    _fill(row, file, now)
    judged = _judge_all_again(session, now) if row.is_active and changed != ["name"] else 0
    return Change(row.slug, f"{file.name}: changed its {', '.join(changed)}.", judged)


def _fill(row: Topic, file: TopicFile, now: dt.datetime) -> None:
    for column, value in columns_of_topic(file).items():
        setattr(row, column, value)
    row.edited_at = now


def _refuse_circle(row: Topic, target: Topic) -> None:
    if row is target:
        raise Problem(f"{row.slug} cannot be merged into itself.")
    if target.merged_into == row.slug:
        raise Problem(f"{target.slug} was merged into {row.slug}; merging that into it would go in a circle.")
    if target.merged_into is not None:
        raise Problem(f"{target.slug} was merged into {target.merged_into}; merge into that one.")
    if not target.is_active:
        raise Problem(f"{target.slug} is off; `perilune topics on {target.slug}` comes first.")


def _joined(target: TopicFile, merged: TopicFile) -> TopicFile:
    """Give a topic the words and examples of another too; where both have the same words, its own weight holds."""
    words = {
        language: tuple(entries_by_words((*merged.words.get(language, ()), *target.words.get(language, ()))).values())
        for language in {**target.words, **merged.words}
    }
    examples = tuple(dict.fromkeys((*target.examples, *merged.examples)))
    return replace(target, words=words, examples=examples)


def _move_articles(session: Session, slug: str, into: str) -> int:
    """Give every version of a topic the other one, once; returns how many articles have it now for it."""
    moved = article_counts(session).get(slug, 0)
    has_both = sa.select(TopicAssignment.version_id).where(TopicAssignment.topic_slug == into)
    kept = sa.orm.aliased(TopicAssignment)
    pairs = session.execute(
        sa.select(TopicAssignment, kept)
        .join(kept, kept.version_id == TopicAssignment.version_id)
        .where(TopicAssignment.topic_slug == slug, kept.topic_slug == into)
    )
    for ours, theirs in pairs.all():
        theirs.score = max(ours.score, theirs.score)
        theirs.by_human = ours.by_human or theirs.by_human
        theirs.because = list(dict.fromkeys((*theirs.because, *ours.because)))
        session.delete(ours)
    session.flush()
    left = sa.update(TopicAssignment).where(TopicAssignment.topic_slug == slug)
    session.execute(left.where(TopicAssignment.version_id.not_in(has_both)).values(topic_slug=into))
    session.expire_all()
    return moved


def _touched_by(session: Session, slugs: Iterable[str]) -> list[int]:
    """Name the current versions that bear one of the topics, and those that are being understood at this moment."""
    bearing = sa.select(TopicAssignment.version_id).where(TopicAssignment.topic_slug.in_(list(slugs)))
    claimed = sa.select(Fate.item_id).where(Fate.stage == Stage.UNDERSTAND, Fate.state == FateState.CLAIMED)
    return _current(session, Version.id.in_(bearing) | Version.id.in_(claimed))


def _judge_all_again(session: Session, now: dt.datetime) -> int:
    """Make all that was understood, or is being understood now, wait to be understood; returns how many."""
    begun = sa.select(Fate.item_id).where(Fate.stage == Stage.UNDERSTAND)
    ids = _current(session, Version.relevance.is_not(None) | Version.id.in_(begun))
    await_stage(session, Stage.UNDERSTAND, ids, due_at=now)
    return len(ids)


def _current(session: Session, condition: sa.ColumnElement[bool]) -> list[int]:
    current = sa.select(Version.id).join(Article, Article.current_version_id == Version.id).where(condition)
    return list(session.scalars(current))


def _warning(session: Session, slug: str) -> str:
    """Name the digests whose search asks for a topic: without it they may have nothing to say."""
    editions = session.scalars(sa.select(Edition).order_by(Edition.slug))
    asking = [
        each.slug
        for each in editions
        if slug in {part for value in parse_query(each.query).topics for part in value.split(ALL_OF)}
    ]
    return f" The search of the digest {', '.join(asking)} asks for it." if asking else ""


def draft_from_form(said: Mapping[str, str]) -> TopicDraft:
    """Read a form: name, description, examples one a line, `words-zh` one entry a line; Problem for a bad line."""
    examples = said.get("examples")
    return TopicDraft(
        name=said.get("name"),
        description=said.get("description"),
        examples=None if examples is None else [line for line in examples.splitlines() if line.strip()],
        words={
            language: entries_said(text, language)
            for key, text in said.items()
            if (language := key.removeprefix("words-")) != key
        },
    )


def entries_said(text: str, language: str) -> tuple[WordEntry, ...]:
    """Read entries, one a line; Problem names the language and the line."""
    try:
        return entries_from_text(text)
    except ValueError as problem:
        raise Problem(f"words in the language {language}: {problem}.") from problem
