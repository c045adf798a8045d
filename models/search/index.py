"""Writing the search index: FTS5 on SQLite, tsvector on PostgreSQL, both of our own terms, in the caller's transaction.

A tsvector forgets what stands beyond place 16383, beyond the 255th occurrence of a word, or beyond a megabyte
(PostgreSQL manual, "Limitations" of text search), so a long text becomes several rows
that overlap by the longest phrase.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Version
from models.index_change import note_change
from models.search.matching import PARTS_MARK, TITLE_WEIGHT, month_term
from models.search.pairs import pair_of
from models.search.terms import FORM_MARK, TITLE_FORM_MARK, Token, tokens_of
from models.search.words import MAX_PHRASE_TERMS

MAX_PART_PLACES = 16_000
MAX_OCCURRENCES = 254
MAX_PART_BYTES = 700_000
BYTES_BESIDE_LEXEME = 8
MAX_BYTES_OF_CHARACTER = 4
BODY_WEIGHT = "D"
REBUILD_BATCH = 200


class Placed(NamedTuple):
    """A token, its place among those of title and body, and its weight."""

    place: int
    token: Token
    weight: str


def index_article(session: Session, article_id: int) -> None:
    """Index the current version of an article anew; one without a version leaves the index."""
    unindex_article(session, article_id)
    version = session.execute(
        sa.select(Version.title, Version.text, Version.language, Version.published_first_on)
        .join(Article, Article.current_version_id == Version.id)
        .where(Article.id == article_id)
    ).one_or_none()
    if version is None:
        return
    title, body = (tokens_of(text, version.language) for text in (version.title, version.text))
    if session.get_bind().dialect.name == "sqlite":
        _store_fts5(session, article_id, title, body)
    else:
        _store_tsvectors(session, article_id, tsvectors_of(title, body, version.published_first_on))


def unindex_article(session: Session, article_id: int) -> None:
    """Take an article out of the index; nothing happens where it is not in it."""
    note_change(session, [article_id])
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sa.text("DELETE FROM search_text WHERE rowid = :id"), {"id": article_id})
    else:
        session.execute(sa.text("DELETE FROM search_document WHERE article_id = :id"), {"id": article_id})


def rebuild_index(session: Session) -> int:
    """Index every article anew and return how many there are."""
    table = "search_text" if session.get_bind().dialect.name == "sqlite" else "search_document"
    session.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608 - one of two names above
    ids = session.scalars(
        sa.select(Article.id).where(Article.current_version_id.is_not(None)).order_by(Article.id)
    ).all()
    for article_id in ids:
        index_article(session, article_id)
    return len(ids)


def forms_of(title: Sequence[Token], body: Sequence[Token]) -> list[str]:
    """Give the words as written that an index keeps without their places: of all, and those of the title once more."""
    of_title = _written(title)
    every = dict.fromkeys([*of_title, *_written(body)])
    return [*(FORM_MARK + form for form in every), *(TITLE_FORM_MARK + form for form in of_title)]


def _written(tokens: Sequence[Token]) -> dict[str, None]:
    return dict.fromkeys(form for token in tokens for form in (token.form, token.joined) if form)


def _forms_of_part(part: Sequence[Placed]) -> list[str]:
    title = [each.token for each in part if each.weight == TITLE_WEIGHT]
    return forms_of(title, [each.token for each in part if each.weight != TITLE_WEIGHT])


def _pairs_of_part(part: Sequence[Placed]) -> set[str]:
    pairs = {
        pair_of(left.token.term, right.token.term)
        for left, right in itertools.pairwise(part)
        if right.place == left.place + 1
    }
    return pairs - {""}


def fts5_texts(title: Sequence[Token], body: Sequence[Token]) -> tuple[str, str, str]:
    """Write what FTS5 is given of an article: the terms of title and body, and the forms."""
    in_title, in_body = (" ".join(token.term for token in tokens) for tokens in (title, body))
    return in_title, in_body, " ".join(forms_of(title, body))


def _store_fts5(session: Session, article_id: int, title: list[Token], body: list[Token]) -> None:
    names = ("title", "body", "forms")
    session.execute(
        sa.text("INSERT INTO search_text (rowid, title, body, forms) VALUES (:id, :title, :body, :forms)"),
        {"id": article_id} | dict(zip(names, fts5_texts(title, body), strict=True)),
    )


def placed_of(title: list[Token], body: list[Token]) -> list[Placed]:
    """Place the tokens of an article; places stay empty so that nothing reaches from the title into the body."""
    placed = [Placed(place, token, TITLE_WEIGHT) for place, token in enumerate(title)]
    return placed + [
        Placed(place, token, BODY_WEIGHT) for place, token in enumerate(body, len(title) + MAX_PHRASE_TERMS)
    ]


def tsvectors_of(title: list[Token], body: list[Token], published: dt.date | None) -> list[str]:
    """Write the tsvectors of an article, each with the month of its publication, and that there are several."""
    parts = parts_of(placed_of(title, body)) or [[]]
    marks = [f"'{month_term(published)}'"] if published else []
    marks += [f"'{PARTS_MARK}'"] if len(parts) > 1 else []
    return [" ".join([tsvector_of(part), *marks]) for part in parts]


def _store_tsvectors(session: Session, article_id: int, tsvectors: Sequence[str]) -> None:
    rows = [{"id": article_id, "part": number, "terms": terms} for number, terms in enumerate(tsvectors)]
    session.execute(
        sa.text("INSERT INTO search_document (article_id, part, terms) VALUES (:id, :part, CAST(:terms AS tsvector))"),
        rows,
    )


def parts_of(placed: Sequence[Placed]) -> list[Sequence[Placed]]:
    """Cut tokens into parts that a tsvector holds whole, each overlapping the last by a phrase's length."""
    if _fits_one_part(placed):
        return [placed] if placed else []
    parts = []
    start = 0
    while start < len(placed):
        end = _end_of_part(placed, start)
        parts.append(placed[start:end])
        if end == len(placed):
            break
        start = max(end - MAX_PHRASE_TERMS, start + 1)
    return parts


def _fits_one_part(placed: Sequence[Placed]) -> bool:
    """Say, cheaply, whether one part will do, as for nearly all articles."""
    counts = Counter(each.token.term for each in placed)
    size = sum(map(len, _forms_of_part(placed))) + sum(map(len, counts))
    bytes_of_pairs = (2 * MAX_BYTES_OF_CHARACTER + BYTES_BESIDE_LEXEME) * len(placed)
    bytes_at_most = MAX_BYTES_OF_CHARACTER * size + BYTES_BESIDE_LEXEME * 3 * len(placed) + bytes_of_pairs
    return (
        len(placed) <= MAX_PART_PLACES
        and max(counts.values(), default=0) <= MAX_OCCURRENCES
        and (bytes_at_most <= MAX_PART_BYTES)
    )


def _end_of_part(placed: Sequence[Placed], start: int) -> int:
    counts: Counter[str] = Counter()
    seen: set[str] = set()
    size = 0
    for index in range(start, len(placed)):
        token = placed[index].token
        counts[token.term] += 1
        pair = pair_of(placed[index - 1].token.term, token.term) if index > start else ""
        new = {token.term, pair, TITLE_FORM_MARK + token.form, TITLE_FORM_MARK + token.joined} - seen
        seen |= new
        size += sum(len(lexeme.encode()) + BYTES_BESIDE_LEXEME for lexeme in new) + BYTES_BESIDE_LEXEME
        is_full = index - start >= MAX_PART_PLACES or counts[token.term] > MAX_OCCURRENCES or size > MAX_PART_BYTES
        if is_full and index > start:
            return index
    return len(placed)


def tsvector_of(part: Sequence[Placed]) -> str:
    """Write a part as PostgreSQL's text form of a tsvector: terms with places and weights; forms and pairs without."""
    if not part:
        return ""
    first = part[0].place
    places: dict[str, list[str]] = {}
    for place, token, weight in part:
        places.setdefault(token.term, []).append(f"{place - first + 1}{weight}")
    return " ".join([*_lexemes(places), *(f"'{each}'" for each in (*_forms_of_part(part), *_pairs_of_part(part)))])


def _lexemes(places: dict[str, list[str]]) -> Iterator[str]:
    return (f"'{term}':{','.join(where)}" for term, where in places.items())
