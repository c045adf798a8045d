"""Which articles a query matches, as a SELECT of ids that other queries can restrict; ranking and rows come after."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.knowledge import Actor, Topic
from models.search.columns import Columns, Condition, columns_of
from models.search.filters import ALL_OF
from models.search.pairs import pairs_of
from models.search.patterns import Alternatives, Nearby, Pattern, clauses_of, excluded_of
from models.search.query import Query, Vocabulary
from models.source import Source
from models.story import Story
from models.taxonomy import merged_topics

SEARCH_TEXT = sa.table("search_text", sa.column("rowid", sa.Integer), sa.column("search_text"))
SEARCH_DOCUMENT = sa.table(
    "search_document", sa.column("article_id", sa.Integer), sa.column("part", sa.Integer), sa.column("terms")
)
TITLE_WEIGHT = "A"
"""What a tsvector says of the title's terms."""
MONTH_MARK = "@"
"""What a month starts with where it stands among a tsvector's terms."""
PARTS_MARK = "@parts"
"""What stands among the terms of each row of an article that has several."""
MOST_YEARS = 60


def matching_ids(
    session: Session, query: Query, *, since: dt.date | None = None, is_apart: bool = False
) -> sa.Select[int]:
    """Select the ids of the articles that a query matches, in no order; undated ones match no date filter.

    With `since`, only those of that day and later: PostgreSQL finds them by the months among the terms. With `is_apart`
    it finds what the words match first, or else it may look into each text that other conditions leave.
    """
    columns = columns_of(session)
    return columns.every.where(
        *_column_conditions(columns, query),
        *_many_conditions(session, columns, query),
        *_exclusions(session, columns, query),
        *_text_conditions(session, query, since, is_apart=is_apart),
        *([columns.day >= since] if since else []),
    )


def those_matching(session: Session, matching: sa.Select[int], ids: Sequence[int]) -> Sequence[int]:
    """Return those of some articles that `matching` selects.

    On SQLite each is looked up by itself: given a list, it may seek the whole list for every row that a filter leaves.
    """
    if session.get_bind().dialect.name == "sqlite":
        each = sa.func.json_each(json.dumps(list(ids))).table_valued("value", name="each_of")
        is_matched = matching.where(columns_of(session).article_id == each.c.value).correlate(each).exists()
        select = sa.select(each.c.value).where(is_matched)
    else:
        select = matching.where(columns_of(session).article_id.in_(ids))
    return session.scalars(select).all()


def vocabulary_of(session: Session) -> Vocabulary:
    """Read the slugs that the archive knows, for `parse_query` to check a line against."""
    columns = (Topic.slug, Actor.slug, Source.slug)
    return Vocabulary(*(frozenset(session.scalars(sa.select(column))) for column in columns))


def _column_conditions(columns: Columns, query: Query) -> list[Condition]:
    conditions: list[Condition] = [] if query.with_copies else [sa.not_(columns.is_copy)]
    lists = {"relevance": query.relevance, "lang": query.languages, "type": query.doc_types}
    singles = columns.singles
    conditions += [singles[name].in_([str(value) for value in values]) for name, values in lists.items() if values]
    if query.sources:
        conditions.append(columns.source_id.in_(sa.select(Source.id).where(Source.slug.in_(query.sources))))
    if query.story:
        conditions.append(columns.story_id.in_(sa.select(Story.id).where(Story.key.in_(query.story))))
    if query.after:
        conditions.append(columns.day >= query.after)
    if query.before:
        conditions.append(columns.day < query.before)
    return conditions


def _many_conditions(session: Session, columns: Columns, query: Query) -> list[Condition]:
    """Make the conditions on what an article has several of; a value with `+` wants all its parts."""
    topics = standing(session, query.topics)
    conditions = []
    for name, values in (("topic", topics), ("country", query.countries), ("actor", query.actors)):
        conditions += [sa.or_(*(columns.has_all(name, value.split(ALL_OF)) for value in values))] if values else []
    return conditions


def _exclusions(session: Session, columns: Columns, query: Query) -> list[Condition]:
    """Make the conditions of filters that leave out; what is unknown of an article leaves it in."""
    conditions: list[Condition] = []
    for name, _, value in (each.partition(":") for each in query.without):
        if name in columns.singles:
            conditions.append(columns.singles[name].is_distinct_from(value))
        elif name == "source":
            conditions.append(columns.source_id.not_in(sa.select(Source.id).where(Source.slug == value)))
        elif name == "story":
            of_story = columns.story_id.in_(sa.select(Story.id).where(Story.key == value))
            conditions.append(sa.or_(columns.story_id.is_(None), sa.not_(of_story)))
        else:
            (wanted,) = standing(session, [value]) if name == "topic" else [value]
            conditions.append(sa.not_(columns.has_all(name, wanted.split(ALL_OF))))
    return conditions


def standing(session: Session, topics: Sequence[str]) -> list[str]:
    """Put the topics that were merged as those that stand for them now: an old link finds what it found."""
    merged = merged_topics(session) if topics else {}
    return [ALL_OF.join(merged.get(slug, slug) for slug in value.split(ALL_OF)) for value in topics]


def _text_conditions(session: Session, query: Query, since: dt.date | None, *, is_apart: bool) -> list[Condition]:
    clauses, excluded = clauses_of(query.expression), excluded_of(query.expression)
    article_id = columns_of(session).article_id
    if session.get_bind().dialect.name == "sqlite":
        return _fts5_conditions(article_id, clauses, excluded)
    if not clauses:
        return [article_id.not_in(_ids_with(excluded))] if excluded else []
    found = _found_by_tsvectors(clauses, excluded, _is_since(since) if since else sa.true())
    if is_apart:
        # Looking up an array of ids takes a third of the time of joining them.
        return [article_id == sa.any_(sa.func.array(found.scalar_subquery()))]
    return [article_id.in_(found)]


def _fts5_conditions(
    article_id: sa.ColumnElement[int], clauses: Sequence[Alternatives], excluded: Alternatives
) -> list[Condition]:
    if not clauses:
        without = sa.select(SEARCH_TEXT.c.rowid).where(matches_fts5(fts5_of(excluded)))
        return [article_id.not_in(without)] if excluded else []
    match = " AND ".join(f"({fts5_of(clause)})" for clause in clauses)
    match = f"({match}) NOT ({fts5_of(excluded)})" if excluded else match
    return [article_id.in_(sa.select(SEARCH_TEXT.c.rowid).where(matches_fts5(match)))]


def _found_by_tsvectors(
    clauses: Sequence[Alternatives], excluded: Alternatives, is_recent: Condition
) -> sa.Select[int] | sa.CompoundSelect[int]:
    """Find an article in one part by all terms at once; of long ones intersect ids, for words may stand in any part."""
    if len(clauses) == 1 and not excluded:
        return _ids_with(clauses[0]).where(is_recent)
    wanted = [f"({_any_of(clause)})" for clause in clauses]
    wanted += [f"!({_any_of(excluded)})"] if excluded else []
    whole = _ids_that_match(" & ".join([*wanted, f"!'{PARTS_MARK}'"])).where(is_recent)
    in_parts = [_ids_that_match(f"({_any_of(clause)}) & '{PARTS_MARK}'").where(is_recent) for clause in clauses]
    found = sa.intersect(*in_parts) if len(in_parts) > 1 else in_parts[0]
    if excluded:
        found = sa.except_(found, _ids_that_match(f"({_any_of(excluded)}) & '{PARTS_MARK}'"))
    return sa.union_all(whole, found)


def texts_to_read(query: Query) -> sa.Select[int] | None:
    """Select what has the words of a query's phrases anywhere, so that its text must be read; None without phrases."""
    clauses = clauses_of(query.expression)
    if not any(_is_read(pattern) for clause in clauses for pattern in clause):
        return None
    wanted = ("(" + " | ".join(map(_loose_pattern, clause)) + ")" for clause in clauses)
    return _ids_that_match(" & ".join(wanted))


def _is_read(pattern: Pattern | Nearby) -> bool:
    """Tell whether the index of words does not know where a pattern stands, nor has it as one term."""
    if isinstance(pattern, Nearby):
        return True
    return pattern.is_title or (len(pattern.terms) > 1 and len(pairs_of(pattern.terms)) != 1)


def _loose_pattern(pattern: Pattern | Nearby) -> str:
    if isinstance(pattern, Nearby):
        return f"({_loose_pattern(pattern.left)} & {_loose_pattern(pattern.right)})"
    if pattern.is_prefix:
        return _tsquery_pattern(pattern)
    return "(" + " & ".join(f"'{term}'" for term in pairs_of(pattern.terms) or pattern.terms) + ")"


def month_term(day: dt.date) -> str:
    """Write the month of a day as it stands among a tsvector's terms."""
    return f"{MONTH_MARK}{day:%Y%m}"


def _is_since(day: dt.date) -> Condition:
    """Make the condition that a row of `search_document` is of the month of a day or a later one."""
    years = [f"'{MONTH_MARK}{year}':*" for year in range(day.year + 1, day.year + MOST_YEARS)]
    months = [f"'{month_term(day.replace(day=1, month=month))}'" for month in range(day.month, 13)]
    return SEARCH_DOCUMENT.c.terms.op("@@", is_comparison=True)(_as_tsquery(" | ".join([*months, *years])))


def _as_tsquery(text: str) -> sa.Cast[str]:
    from sqlalchemy.dialects.postgresql import TSQUERY

    return sa.cast(text, TSQUERY)


def _ids_with(alternatives: Alternatives) -> sa.Select[int]:
    return _ids_that_match(_any_of(alternatives))


def _ids_that_match(text: str) -> sa.Select[int]:
    matches = SEARCH_DOCUMENT.c.terms.op("@@", is_comparison=True)(_as_tsquery(text))
    return sa.select(SEARCH_DOCUMENT.c.article_id).where(matches)


def matches_fts5(match: str) -> Condition:
    """Make the condition that a row of `search_text` matches."""
    return SEARCH_TEXT.c.search_text.op("MATCH", is_comparison=True)(match)


def matches_tsquery(alternatives: Alternatives) -> Condition:
    """Make the condition that a row of `search_document` matches any of the patterns."""
    return SEARCH_DOCUMENT.c.terms.op("@@", is_comparison=True)(tsquery_of(alternatives))


def fts5_of(alternatives: Alternatives) -> str:
    """Write patterns in FTS5's language; terms hold letters and digits only, so nothing needs escaping."""
    return " OR ".join(map(_fts5_pattern, alternatives))


def _fts5_pattern(pattern: Pattern | Nearby) -> str:
    if isinstance(pattern, Nearby):
        return f"NEAR({_fts5_pattern(pattern.left)} {_fts5_pattern(pattern.right)}, {pattern.distance})"
    return "title : " * pattern.is_title + f'"{" ".join(pattern.terms)}"' + " *" * pattern.is_prefix


def tsquery_of(alternatives: Alternatives, *, to_rank: bool = False) -> sa.Cast[str]:
    """Write patterns as a tsquery; terms hold letters and digits only, so nothing needs escaping.

    To rank what matches, it is enough that both sides of a NEAR are there, and all its distances would take long.
    """
    return _as_tsquery(" | ".join(map(_ranked_pattern, alternatives)) if to_rank else _any_of(alternatives))


def _any_of(alternatives: Alternatives) -> str:
    return " | ".join(map(_found_pattern, alternatives))


def _found_pattern(pattern: Pattern | Nearby) -> str:
    """Ask for a run of ideographs by its pairs: two are one pair; of more, the pairs leave few texts to be read."""
    if isinstance(pattern, Nearby) or pattern.is_title or pattern.is_prefix or not (pairs := pairs_of(pattern.terms)):
        return _tsquery_pattern(pattern)
    found = " & ".join(f"'{pair}'" for pair in pairs)
    return f"({found})" if len(pairs) == 1 else f"({found} & {_tsquery_pattern(pattern)})"


def _ranked_pattern(pattern: Pattern | Nearby) -> str:
    if isinstance(pattern, Nearby):
        return f"({_tsquery_pattern(pattern.left)} & {_tsquery_pattern(pattern.right)})"
    return _tsquery_pattern(pattern)


def _tsquery_pattern(pattern: Pattern | Nearby) -> str:
    if isinstance(pattern, Nearby):
        left, right = _tsquery_pattern(pattern.left), _tsquery_pattern(pattern.right)
        steps = range(1, pattern.distance + 2)
        return "(" + " | ".join(f"{left} <{step}> {right} | {right} <{step}> {left}" for step in steps) + ")"
    *first, last = (f"'{term}'" for term in pattern.terms)
    weight = TITLE_WEIGHT * pattern.is_title
    marks = [
        f":{weight}" if weight else "",
        f":{'*' * pattern.is_prefix}{weight}" if weight or pattern.is_prefix else "",
    ]
    return "(" + " <-> ".join([*(term + marks[0] for term in first), last + marks[1]]) + ")"
