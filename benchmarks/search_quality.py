"""Does the search find? Judged queries in four languages over pages of the repository, beside what SQLite offers.

Run `python -m benchmarks.search_quality`: recall@20 by kind and language, by words, by meaning and by both, beside FTS5
with the tokenizers unicode61 and trigram. Queries of the kind "meaning" are scored by nDCG@10, apart for pages of the
query's language and of others: words alone hardly answer them.
"""

from __future__ import annotations

import json
import math
import sqlite3
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.article import Vector, Version
from models.database import open_database
from models.fate import await_stage
from models.search import By, index_article, parse_query, search, search_by
from models.search.meaning import Meaning
from models.search.words import Near, Wanted
from models.vocabulary import Stage
from perilune.config import settings_from
from perilune.logs import configure_logging
from perilune.serving_meaning import encoding_with
from pipeline.encoding.encoder import Encoder, load_encoder
from pipeline.runners.embed import text_to_encode
from pipeline.runners.passages import PassagesRunner
from pipeline.runners.runner import Worker, drain
from tests.builders import ArticleDraft, an_article
from tests.conftest import NOW

HERE = Path(__file__).parent
LABELLED = HERE.parent / "pipeline" / "understanding" / "labelled"
DEMO = HERE.parent / "perilune" / "demo" / "content" / "gold.jsonl"
LANGUAGES = ("en", "zh", "ru", "fr")
MEANING = "meaning"
RECALL_AT, NDCG_AT, RANKED = 20, 10, 200
AIMS = {"all": 0.95, "two-characters": 1.0, "inflection": 0.98}
MIN_SHARE_ACROSS = 0.8
"""How good, of nDCG@10 in the query's own language, that in the other languages is to be."""
Find = Callable[[str], Sequence[str]]
"""From a search line to the names of pages, best first."""


@dataclass(frozen=True)
class Page:
    """A page to find."""

    name: str
    language: str
    title: str
    text: str


@dataclass(frozen=True)
class Judged:
    """A query with the pages that answer it."""

    line: str
    language: str
    kind: str
    relevant: frozenset[str]


def load_pages() -> dict[str, Page]:
    """Read the pages by name."""
    files = [DEMO, *(LABELLED / f"check-{language}.jsonl" for language in LANGUAGES)]
    rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    return {row["id"]: Page(row["id"], row["language"], row["title"], row["text"]) for row in rows}


def load_queries() -> list[Judged]:
    """Read the judged queries."""
    rows = tomllib.loads((HERE / "search_queries.toml").read_text("utf-8"))["query"]
    return [Judged(row["line"], row["language"], row["kind"], frozenset(row["relevant"])) for row in rows]


def store_pages(session: Session, pages: Mapping[str, Page]) -> dict[int, str]:
    """Store and index the pages; returns their names by article."""
    names = {}
    for page in pages.values():
        draft = ArticleDraft(title=page.title, text=page.text or page.title, language=page.language)
        article = an_article(session, draft)
        index_article(session, article.id)
        names[article.id] = page.name
    return names


def finder(session: Session, names: Mapping[int, str]) -> Find:
    """Make a finder of the archive's own search by words."""
    return lambda line: [names[hit.article_id] for hit in search(session, parse_query(line), limit=RECALL_AT).hits]


def embed_pages(sessions: sessionmaker[Session], encoder: Encoder) -> None:
    """Give each stored page the vectors that the stages would."""
    with sessions.begin() as session:
        versions = session.scalars(sa.select(Version).order_by(Version.id)).all()
        vectors = encoder.encode([text_to_encode(version.title, version.text) for version in versions])
        for version, vector in zip(versions, vectors, strict=True):
            embedding = vector.astype("<f2").tobytes()
            row = Vector(version_id=version.id, model=encoder.model, language=version.language, embedding=embedding)
            session.add(row)
        await_stage(session, Stage.PASSAGES, [version.id for version in versions], due_at=NOW)
    drain(PassagesRunner(encoder.model, lambda: encoder), Worker(sessions, "benchmark", NOW))


def finder_by(session: Session, names: Mapping[int, str], meaning: Meaning, by: By) -> Find:
    """Make a finder of one way of searching, whatever the line says; it remembers what it found."""

    @cache
    def find(line: str) -> list[str]:
        query = parse_query(line).with_(by=by)
        return [names[hit.article_id] for hit in search_by(session, query, meaning, limit=RANKED).hits]

    return find


def recall(find: Find, queries: Sequence[Judged]) -> float:
    """Compute the mean share of relevant pages among the first twenty."""
    shares = [len(query.relevant & {*find(query.line)[:RECALL_AT]}) / len(query.relevant) for query in queries]
    return sum(shares) / len(shares)


def ndcg(find: Find, queries: Sequence[Judged], pages: Mapping[str, Page], *, of_own_language: bool) -> float:
    """Compute the mean nDCG@10 for the relevant pages of the query's own language or of the others, among those."""
    scores = []
    for query in queries:
        names = [name for name in find(query.line) if (pages[name].language == query.language) == of_own_language]
        wanted = {name for name in query.relevant if (pages[name].language == query.language) == of_own_language}
        if wanted:
            gain = sum(1 / math.log2(place + 2) for place, name in enumerate(names[:NDCG_AT]) if name in wanted)
            scores.append(gain / sum(1 / math.log2(place + 2) for place in range(min(len(wanted), NDCG_AT))))
    return sum(scores) / len(scores)


def scores_of(find: Find, pages: Mapping[str, Page]) -> dict[str, float]:
    """Score a finder: recall@20 by kind and language, nDCG@10 of queries by meaning."""
    queries = load_queries()
    by_words = [query for query in queries if query.kind != MEANING]
    by_meaning = [query for query in queries if query.kind == MEANING]
    scores = {"all": recall(find, by_words)}
    for kind in ("words", "inflection", "two-characters"):
        scores[kind] = recall(find, [query for query in by_words if query.kind == kind])
    for language in LANGUAGES:
        scores[language] = recall(find, [query for query in by_words if query.language == language])
    scores["same-language nDCG"] = ndcg(find, by_meaning, pages, of_own_language=True)
    scores["cross-language nDCG"] = ndcg(find, by_meaning, pages, of_own_language=False)
    return scores


@contextmanager
def plain_fts5(pages: Mapping[str, Page], tokenizer: str) -> Iterator[Find]:
    """Index the pages with a tokenizer of SQLite alone."""
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE VIRTUAL TABLE page USING fts5(name UNINDEXED, title, body, tokenize = '{tokenizer}')")
    rows = [(page.name, page.title, page.text) for page in pages.values()]
    connection.executemany("INSERT INTO page VALUES (?, ?, ?)", rows)

    def find(line: str) -> list[str]:
        found = connection.execute(
            "SELECT name FROM page WHERE page MATCH ? ORDER BY rank LIMIT ?", (_in_fts5(line), RECALL_AT)
        )
        return [name for (name,) in found]

    yield find
    connection.close()


def _in_fts5(line: str) -> str:
    clauses = (" OR ".join(map(_quoted, clause)) for clause in parse_query(line).expression.clauses)
    return " AND ".join(f"({clause})" for clause in clauses)


def _quoted(wanted: Wanted | Near) -> str:
    if isinstance(wanted, Near):
        return f'NEAR("{wanted.left.text}" "{wanted.right.text}", {wanted.distance})'
    return "title : " * wanted.is_title + f'"{wanted.text}"'


def archive_of(folder: Path) -> sessionmaker[Session]:
    """Make an empty archive in a folder."""
    return open_database(f"sqlite:///{folder}/perilune.db")


def main() -> None:
    """Print the scores of all, and what is to be reached."""
    pages = load_pages()
    configure_logging("warning")
    settings = settings_from({})
    encoder = load_encoder(settings.encoder, settings.cache, threads=1)
    meaning = Meaning(encoding_with(encoder))
    with tempfile.TemporaryDirectory() as folder:
        sessions = archive_of(Path(folder))
        with sessions.begin() as session:
            names = store_pages(session, pages)
        embed_pages(sessions, encoder)
        with (
            sessions() as session,
            plain_fts5(pages, "unicode61") as unicode61,
            plain_fts5(pages, "trigram") as trigram,
        ):
            ways = {f"by {by}": finder_by(session, names, meaning, by) for by in By}
            finders = ways | {"unicode61": unicode61, "trigram": trigram}
            columns = {name: scores_of(find, pages) for name, find in finders.items()}
            missed(ways[f"by {By.BOTH}"])
    print(f"{len(load_queries())} queries over {len(pages)} pages")
    print(f"{'':22}" + "".join(f"{name:>12}" for name in columns) + f"{'aim':>8}")
    for score in columns["unicode61"]:
        cells = "".join(f"{column[score]:12.3f}" for column in columns.values())
        print(f"{score:22}{cells}" + (f"{AIMS[score]:8.2f}" if score in AIMS else ""))
    shares = [column["cross-language nDCG"] / max(column["same-language nDCG"], 1e-9) for column in columns.values()]
    print(f"{'across of same':22}" + "".join(f"{share:12.3f}" for share in shares) + f"{MIN_SHARE_ACROSS:8.2f}")


def missed(find: Find) -> None:
    """Print the queries by words of which something is missing."""
    for query in load_queries():
        missing = query.relevant - {*find(query.line)}
        if missing and query.kind != MEANING:
            print(f"missed by {query.line!r}: {', '.join(sorted(missing))}")


if __name__ == "__main__":
    main()
