"""Saved searches as the queries they are: compiled at once, kept until any of them changes; apart from their tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, TopicAssignment, Version, VersionActor, VersionCountry
from models.saved_search import SavedSearch
from models.search import Query, QueryProblem, parse_query, vocabulary_of
from models.search.percolate import Compiled, Percolator, Subject, compiled, counts_of, key_of_value
from models.source import Source
from models.story import Story
from models.taxonomy import merged_topics


def query_of(session: Session, line: str) -> Query:
    """Read a saved search's line against what the archive knows now; QueryProblem where it cannot be asked."""
    return parse_query(line, vocabulary_of(session))


def subjects_of(session: Session, article_ids: Collection[int]) -> dict[int, Subject]:
    """Read articles as queries see them, by id; without those that have no current version."""
    rows = session.execute(
        sa.select(
            Article.id,
            Version.id,
            Version.title,
            Version.text,
            Version.language,
            Version.relevance,
            Version.doc_type,
            Version.published_first_on,
            Article.copy_of_id,
            Source.slug,
            Story.key,
        )
        .join(Version, Version.id == Article.current_version_id)
        .join(Source, Source.id == Article.source_id)
        .outerjoin(Story, Story.id == Article.story_id)
        .where(Article.id.in_(article_ids))
    ).all()
    many = _values_by_version(session, [row[1] for row in rows])
    subjects = {}
    for article_id, version_id, title, text, language, relevance, doc_type, day, copy_of_id, source, story in rows:
        single = {"relevance": relevance, "lang": language, "type": doc_type, "source": source, "story": story}
        values = {key_of_value(name, str(value)) for name, value in single.items() if value is not None}
        values |= many.get(version_id, set())
        subjects[article_id] = Subject(title, text, language, frozenset(values), day, copy_of_id is not None)
    return subjects


def _values_by_version(session: Session, version_ids: Sequence[int]) -> dict[int, set[str]]:
    values: dict[int, set[str]] = {}
    for name, version_id, column in (
        ("topic", TopicAssignment.version_id, TopicAssignment.topic_slug),
        ("country", VersionCountry.version_id, VersionCountry.country),
        ("actor", VersionActor.version_id, VersionActor.actor_slug),
    ):
        for number, value in session.execute(sa.select(version_id, column).where(version_id.in_(version_ids))):
            values.setdefault(number, set()).add(key_of_value(name, value))
    return values


@dataclass
class SavedQueries:
    """All saved searches, compiled; made anew only where one of them, or a name that they use, has changed."""

    problems: dict[int, str] = field(default_factory=dict)
    """Why searches cannot be asked, by id."""
    _known: object = None
    _by_line: dict[str, Compiled] = field(default_factory=dict)
    _compiled: dict[int, Compiled] = field(default_factory=dict)
    _percolator: Percolator | None = None

    def answered_by(self, session: Session, subjects: Mapping[int, Subject]) -> Iterator[tuple[int, set[int]]]:
        """Yield each article's id with the ids of the searches that it answers."""
        self._read(session)
        if self._percolator is None:
            self._percolator = Percolator(self._compiled, counts_of(subjects.values()))
        for article_id, subject in subjects.items():
            yield article_id, self._percolator.answered_by(subject) if self._compiled else set()

    def _read(self, session: Session) -> None:
        lines = dict(session.execute(sa.select(SavedSearch.id, SavedSearch.query).order_by(SavedSearch.id)).all())
        vocabulary, merged = vocabulary_of(session), merged_topics(session)
        names = (vocabulary, merged)
        if self._known == (lines, names):
            return
        if self._known is None or self._known[1] != names:  # type: ignore[index]  # the pair of before
            self._by_line.clear()
        self._known, self._compiled, self.problems, self._percolator = (lines, names), {}, {}, None
        for search_id, line in lines.items():
            try:
                if line not in self._by_line:
                    self._by_line[line] = compiled(parse_query(line, vocabulary), merged)
                self._compiled[search_id] = self._by_line[line]
            except QueryProblem as problem:
                self.problems[search_id] = str(problem)
