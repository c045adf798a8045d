"""What many saved searches cost: `python -m benchmarks.saved_searches [--searches 10000] [--articles 50000]`.

A day's new articles, put together from sentences of real texts in four languages, go through the stage that matches
them, with its fates and finds, on SQLite in a folder that is thrown away. Beside it, each search is run by itself over
the same articles, once, on a sample; what the sample finds must be what matching found.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import re
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.base import Base, key_of
from models.fate import await_stage
from models.search import index_article, matching_ids, parse_query
from models.tables import (
    Account,
    Article,
    Link,
    Page,
    SavedSearch,
    SearchHit,
    Source,
    Topic,
    TopicAssignment,
    Version,
    VersionCountry,
)
from models.vocabulary import DocType, Relevance, Role, SourceKind, Stage
from perilune.archive import Archive, open_archive
from perilune.config import settings_from
from perilune.logs import configure_logging
from pipeline.runners.match import MatchRunner
from pipeline.runners.runner import Worker, drain
from pipeline.understanding.labelled import load_training_texts

NOW = dt.datetime(2026, 3, 2, 7, tzinfo=dt.UTC)
CHUNK = 2_000
WORDS_OF_ARTICLE = {"zh": 800}
WORDS_OTHERWISE = 500
TOPICS = ("launch", "lunar-exploration", "earth-observation", "law-policy", "diplomacy", "space-science")
COUNTRIES = ("CN", "RU", "US", "FR", "GB", "IN", "JP", "UN", "EU-ESA")
SAMPLE = 100
Texts = dict[str, list[str]]


def sentences_by_language() -> Texts:
    """Cut real texts into sentences."""
    found: Texts = {}
    for one in load_training_texts():
        language = one.document.language or "en"
        found.setdefault(language, []).extend(re.findall(r"[^.。!?！？\n]{12,}[.。!?！？]?", one.document.text))
    return {language: texts for language, texts in found.items() if language in {"en", "zh", "ru", "fr"}}


def text_of(texts: Texts, language: str, chance: random.Random) -> str:
    """Put an article of about 500 words together (Chinese: 800 characters)."""
    parts: list[str] = []
    size, wanted = 0, WORDS_OF_ARTICLE.get(language, WORDS_OTHERWISE)
    while size < wanted:
        parts.append(chance.choice(texts[language]))
        size += len(parts[-1]) if language == "zh" else len(parts[-1].split())
    return " ".join(parts)


def lay(session: Session, texts: Texts, ids: range, source_id: int) -> None:
    """Store and index articles as understanding leaves them."""
    chance = random.Random(ids.start)
    rows: dict[type[Base], list[dict[str, object]]] = {each: [] for each in (Link, Page, Article, Version)}
    topics, countries = [], []
    for number in ids:
        url = f"http://bench.example/{number}"
        language = chance.choice(sorted(texts))
        day = NOW.date() - dt.timedelta(days=chance.randrange(30))
        rows[Link].append({"id": number, "source_id": source_id, "url": url, "found_at": NOW})
        page = {"id": number, "link_id": number, "url": url, "status": 200, "content_type": "text/html"}
        rows[Page].append({**page, "content_hash": f"{number:064x}", "byte_count": 1, "fetched_at": NOW})
        article = {"id": number, "key": key_of(url), "url": url, "source_id": source_id, "first_seen_at": NOW}
        rows[Article].append(article)
        rows[Version].append(
            {
                "id": number,
                "article_id": number,
                "number": 1,
                "page_id": number,
                "fetched_at": NOW,
                "title": chance.choice(texts[language])[:90],
                "text": text_of(texts, language, chance),
                "text_hash": f"{number:064x}",
                "language": language,
                "published_first_on": day,
                "relevance": chance.choices(list(Relevance), (2, 3, 5))[0],
                "doc_type": chance.choices(list(DocType))[0],
            }
        )
        topics += [
            {"version_id": number, "topic_slug": slug, "score": 1.0}
            for slug in chance.sample(TOPICS, chance.randint(0, 2))
        ]
        places = chance.sample(COUNTRIES, chance.randint(0, 3))
        countries += [{"version_id": number, "country": code, "rank": rank} for rank, code in enumerate(places)]
    rows |= {TopicAssignment: topics, VersionCountry: countries}
    for table, found in rows.items():
        session.execute(sa.insert(table), found)
    session.execute(sa.update(Article).where(Article.id.in_(ids)).values(current_version_id=Article.id))
    for number in ids:
        index_article(session, number)
    await_stage(session, Stage.MATCH, ids, due_at=NOW)


def line_of(texts: Texts, chance: random.Random) -> str:
    """Write a search as people keep them: two or three words, a phrase, a beginning, an exclusion, filters."""
    language = chance.choice(sorted(texts))
    # Of two sentences, which few articles have both: who keeps a search wants few finds a day.
    sentence = " ".join(chance.choices(texts[language], k=2))
    words = re.findall(r"\w\w" if language == "zh" else r"[^\W\d_]{4,}", sentence) or ["space"]
    chosen = chance.sample(words, min(len(words), chance.choice((2, 2, 3, 3))))
    kind = chance.random()
    if kind < 0.2 and len(words) > 1:
        place = chance.randrange(len(words) - 1)
        chosen = [f'"{words[place]}{"" if language == "zh" else " "}{words[place + 1]}"']
    elif kind < 0.3 and language != "zh":
        chosen[0] = f"{chosen[0][:5]}*"
    elif kind < 0.35 and len(chosen) > 2:
        chosen = [chosen[0], "OR", *chosen[1:]]
    elif kind < 0.5:
        chosen.append(f"-{chance.choice(words)}")
    elif kind < 0.51:
        chosen = []
    filters = [f"topic:{chance.choice(TOPICS)}", f"country:{chance.choice(COUNTRIES)}", "relevance:core"]
    return " ".join([*chosen, *chance.sample(filters, chance.choice((0, 1, 1, 2)) if chosen else 2)])


def fill(archive: Archive, texts: Texts, searches: int, articles: int) -> None:
    """Lay the articles and the searches."""
    with archive.sessions.begin() as session:
        source = Source(slug="bench", name="Bench", home="http://bench.example/", kind=SourceKind.LISTING, addresses=[])
        source.created_at = NOW
        session.add_all([source, *(Topic(slug=slug, name=slug, description="") for slug in TOPICS)])
        account = Account(login="bench", name="Bench", role=Role.READER, created_at=NOW)
        session.add(account)
        session.flush()
        source_id, account_id = source.id, account.id
        chance = random.Random(7)
        lines = [line_of(texts, chance) for _ in range(searches)]
        session.add_all(
            SavedSearch(account_id=account_id, name=line[:80], query=line, asked_at=NOW, created_at=NOW)
            for line in lines
        )
    for start in range(1, articles + 1, CHUNK):
        with archive.sessions.begin() as session:
            lay(session, texts, range(start, min(start + CHUNK, articles + 1)), source_id)


def seconds_alone(session: Session, sample: Sequence[SavedSearch]) -> list[float]:
    """Run each search of a sample by itself, and check that matching found the same; returns the seconds of each."""
    seconds = []
    for search in sample:
        started = time.process_time()
        ids = session.scalars(matching_ids(session, parse_query(search.query))).all()
        seconds.append(time.process_time() - started)
        keys = set(session.scalars(sa.select(Article.key).where(Article.id.in_(ids))))
        hits = session.scalars(sa.select(SearchHit.article_key).where(SearchHit.saved_search_id == search.id))
        if keys != set(hits):
            raise AssertionError(f"{search.query!r} was not matched as it finds")
    return seconds


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--searches", type=int, default=10_000)
    parser.add_argument("--articles", type=int, default=50_000)
    given = parser.parse_args()
    configure_logging("warning")
    with tempfile.TemporaryDirectory() as folder:
        archive = open_archive(settings_from({"PERILUNE_HOME": str(Path(folder))}))
        fill(archive, sentences_by_language(), given.searches, given.articles)
        started, used = time.perf_counter(), time.process_time()
        drain(MatchRunner("http://archive.example"), Worker(archive.sessions, "bench", NOW))
        matched, cpu = time.perf_counter() - started, time.process_time() - used
        with archive.sessions() as session:
            finds = session.scalar(sa.select(sa.func.count()).select_from(SearchHit)) or 0
            searches = session.scalars(sa.select(SavedSearch)).all()
            sample = random.Random(3).sample(searches, min(SAMPLE, len(searches)))
            alone = seconds_alone(session, sample)
    extrapolated = statistics.fmean(alone) * given.searches
    print(f"{given.searches:,} searches, {given.articles:,} articles of about 500 words: {finds:,} finds")
    print(
        f"  all at once: {matched:,.0f} s ({cpu:,.0f} s of one core), {1000 * cpu / given.articles:.1f} ms an article"
    )
    print(
        f"  each by itself, once: {extrapolated:,.0f} s of one core, extrapolated from {len(alone)}; all found the same"
    )
    print(
        f"  ratio {extrapolated / cpu:.1f} in processor time where each runs daily, 1440 times that where once a minute"
    )


if __name__ == "__main__":
    main()
