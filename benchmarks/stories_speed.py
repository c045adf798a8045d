"""What stories cost: `python -m benchmarks.stories_speed [--week 10000] [--core 300] [--archive 1000000]`.

A week of articles is identified, embedded, understood, grouped and summarised, stage by stage; then single articles are
added to a large archive, where all that is not the encoder is timed. Both on SQLite, in a folder that is thrown away.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.stories_sets import WRITTEN
from models.base import key_of
from models.fate import await_stage
from models.tables import Article, CopyBand, Link, Page, Passage, Source, Story, Vector, Version
from models.vocabulary import PassageKind, Relevance, SourceKind, Stage
from perilune.archive import Archive, open_archive
from perilune.config import settings_from
from perilune.dates import PartialDate
from perilune.processing import process_due
from perilune.seeding import seed
from perilune.understanding import EncoderOnDemand
from pipeline.runners.group import GroupRunner
from pipeline.runners.identify import IdentifyRunner
from pipeline.runners.runner import StageRunner
from pipeline.understanding.labelled import load_training_texts

NOW = dt.datetime(2026, 3, 2, 7, tzinfo=dt.UTC)
DAYS_OF_ARCHIVE = 730
CHUNK = 5_000
BANDS = 38
PLACED_SHARE = 0.1
DIMENSIONS = 384
ADDED = 20
AIM_MINUTES, AIM_MILLISECONDS = 20, 50


@dataclass(frozen=True)
class Text:
    """What an article of the benchmark says."""

    title: str
    text: str
    language: str


def week_of(count: int, core: int) -> Iterator[Text]:
    """Write a week: reports of this domain first, then articles put together from sentences about other things."""
    with WRITTEN.open(encoding="utf-8") as lines:
        rows = list(map(json.loads, lines))
    for number in range(core):
        row = rows[number % len(rows)]
        yield Text(row["title"], row["text"], row["language"])
    chance = random.Random(7)
    others = [one.document for one in load_training_texts() if one.relevance is Relevance.OFF]
    sentences: dict[str, list[str]] = {}
    for one in others:
        sentences.setdefault(one.language or "en", []).extend(part for part in one.text.split(". ") if part)
    for number in range(count - core):
        language = chance.choice(sorted(sentences))
        chosen = chance.sample(sentences[language], min(8, len(sentences[language])))
        yield Text(f"{chosen[0][:80]} {number}", ". ".join(chosen), language)


def lay(session: Session, texts: Sequence[Text], *, first: int, now: dt.datetime) -> list[int]:
    """Store articles as extraction leaves them; returns their versions' ids."""
    source = session.scalar(sa.select(Source).limit(1)) or Source(
        slug="bench", name="Bench", home="http://bench.example/", kind=SourceKind.LISTING, addresses=[], created_at=now
    )
    session.add(source)
    session.flush()
    version_ids = []
    for number, one in enumerate(texts, start=first):
        url = f"http://bench.example/{number}"
        day = PartialDate.parse((now.date() - dt.timedelta(days=number % 7)).isoformat())
        link = Link(source_id=source.id, url=url, found_at=now)
        session.add(link)
        session.flush()
        page = Page(
            link_id=link.id,
            url=url,
            status=200,
            content_type="text/html",
            content_hash=f"{number:064x}",
            byte_count=len(one.text),
            fetched_at=now,
        )
        article = Article(key=key_of(url), url=url, source_id=source.id, first_seen_at=now)
        session.add_all([page, article])
        session.flush()
        version = Version(
            article_id=article.id,
            number=1,
            page_id=page.id,
            fetched_at=now,
            title=one.title,
            text=one.text,
            text_hash=f"{number:064x}",
            language=one.language,
            published=day,
            published_first_on=day.first,
            published_last_on=day.last,
        )
        session.add(version)
        session.flush()
        version.passages.append(
            Passage(ordinal=0, kind=PassageKind.PARAGRAPH, start=0, end=len(one.text), text=one.text)
        )
        article.current_version_id = version.id
        version_ids.append(version.id)
    session.flush()
    await_stage(session, Stage.IDENTIFY, version_ids, due_at=now)
    return version_ids


def print_week(archive: Archive, count: int, core: int) -> None:
    """Process a week of articles, and print the minutes of each stage."""
    texts = list(week_of(count, core))
    for start in range(0, len(texts), CHUNK):
        with archive.sessions.begin() as session:
            lay(session, texts[start : start + CHUNK], first=start, now=NOW)
    begun: dict[Stage, float] = {}
    ended: dict[Stage, float] = {}

    def progress(stage: Stage, _done: int, _all: int) -> None:
        begun.setdefault(stage, time.monotonic())
        ended[stage] = time.monotonic()

    started = time.monotonic()
    process_due(archive, now=NOW, progress=progress)
    minutes = (time.monotonic() - started) / 60
    print(f"a week of {count:,} articles, {core} of them of the domain: {minutes:.1f} minutes (aim {AIM_MINUTES})")
    for stage, moment in begun.items():
        print(f"  {stage:12s} {(ended[stage] - moment) / 60:6.2f} minutes")
    with archive.sessions() as session:
        stories = session.scalar(sa.select(sa.func.count()).select_from(Story))
    print(f"  {stories} stories; memory, most at any time {_memory():.0f} MB")


def fill(archive: Archive, count: int) -> None:
    """Fill an archive with articles of two years, a tenth of them in stories, with vectors and bands of copies."""
    chance = np.random.default_rng(7)
    version = GroupRunner.version
    with archive.sessions.begin() as session:
        source = Source(
            slug="old", name="Old", home="http://old.example/", kind=SourceKind.LISTING, addresses=[], created_at=NOW
        )
        session.add(source)
        session.flush()
        source_id = source.id
    for start in range(1, count + 1, CHUNK):
        ids = range(start, min(start + CHUNK, count + 1))
        vectors = chance.standard_normal((len(ids), DIMENSIONS)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        days = {one: NOW.date() - dt.timedelta(days=1 + one % DAYS_OF_ARCHIVE) for one in ids}
        placed = [one for one in ids if one % round(1 / PLACED_SHARE) == 0]
        bands = chance.integers(-(2**62), 2**62, size=(len(ids), BANDS))
        with archive.sessions.begin() as session:
            put = partial(_insert, session)
            put(
                Link,
                [{"id": n, "source_id": source_id, "url": f"http://old.example/{n}", "found_at": NOW} for n in ids],
            )
            put(Story, [{"id": n, "key": key_of(f"s{n}"), "headline": f"Story {n}"} for n in placed])
            put(Page, [_page_row(n) for n in ids])
            put(Article, [_article_row(n, source_id, version if n in set(placed) else None, days[n]) for n in ids])
            put(Version, [_version_row(n, days[n]) for n in ids])
            session.execute(sa.update(Article).where(Article.id.in_(ids)).values(current_version_id=Article.id))
            put(Vector, [_vector_row(n, vectors[n - start], archive.settings.encoder) for n in ids])
            put(
                CopyBand, [{"article_id": n, "band": int(band)} for n in ids for band in set(bands[n - start].tolist())]
            )


def _insert(session: Session, table: type[object], rows: Sequence[dict[str, object]]) -> None:
    if rows:
        session.execute(sa.insert(table), rows)


def _page_row(number: int) -> dict[str, object]:
    return {
        "id": number,
        "link_id": number,
        "url": f"http://old.example/{number}",
        "status": 200,
        "content_type": "text/html",
        "content_hash": f"{number:064x}",
        "byte_count": 1,
        "fetched_at": NOW,
    }


def _article_row(number: int, source_id: int, placed_by: str | None, day: dt.date) -> dict[str, object]:
    return {
        "id": number,
        "key": key_of(f"http://old.example/{number}"),
        "url": f"http://old.example/{number}",
        "source_id": source_id,
        "first_seen_at": dt.datetime.combine(day, dt.time(), dt.UTC),
        "story_id": number if placed_by else None,
        "placed_by": placed_by,
    }


def _version_row(number: int, day: dt.date) -> dict[str, object]:
    return {
        "id": number,
        "article_id": number,
        "number": 1,
        "page_id": number,
        "fetched_at": NOW,
        "title": f"Report {number}",
        "text": f"Report {number} says that committee {number % 97} met in town {number % 89}.",
        "text_hash": f"{number:064x}",
        "language": "en",
        "published": PartialDate.parse(day.isoformat()),
        "published_first_on": day,
        "published_last_on": day,
        "relevance": Relevance.CORE,
    }


def _vector_row(number: int, vector: np.ndarray[tuple[int], np.dtype[np.float32]], model: str) -> dict[str, object]:
    return {"version_id": number, "model": model, "language": "en", "embedding": vector.astype("<f2").tobytes()}


def print_added(archive: Archive, count: int) -> None:
    """Add single articles to a full archive, and print what each stage but the encoder takes."""
    started = time.monotonic()
    fill(archive, count)
    print(f"an archive of {count:,} articles was made in {(time.monotonic() - started) / 60:.1f} minutes")
    texts = list(week_of(ADDED, ADDED))
    times: dict[str, list[float]] = {"identify": [], "group": []}
    encoder = EncoderOnDemand(archive.settings)
    group = GroupRunner(archive.settings.encoder)
    for number, text in enumerate(texts):
        with archive.sessions.begin() as session:
            (version_id,) = lay(session, [text], first=10**7 + number, now=NOW)
        times["identify"].append(_timed(IdentifyRunner(), archive, version_id))
        vector = encoder().encode([f"{text.title}. {text.text}"])[0]
        with archive.sessions.begin() as session:
            version = session.get_one(Version, version_id)
            version.relevance = Relevance.CORE
            embedding = vector.astype("<f2").tobytes()
            session.add(
                Vector(
                    version_id=version_id, model=archive.settings.encoder, language=text.language, embedding=embedding
                )
            )
            article_id = version.article_id
        times["group"].append(_timed(group, archive, article_id))
    for stage, seconds in times.items():
        middle, most = 1000 * statistics.median(seconds), 1000 * max(seconds)
        print(f"  {stage:10s} one article more: {middle:.0f} ms in the middle, {most:.0f} ms at most")
    total = sum(statistics.median(seconds) for seconds in times.values())
    print(f"  both together {1000 * total:.0f} ms (aim {AIM_MILLISECONDS} ms); memory {_memory():.0f} MB")


def _timed(runner: StageRunner[None], archive: Archive, item_id: int) -> float:
    started = time.perf_counter()
    for one, result in runner.compute(archive.sessions, [item_id]):
        with archive.sessions.begin() as session:
            runner.store(session, one, result, now=NOW)
    return time.perf_counter() - started


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _new_archive(folder: Path) -> Archive:
    archive = open_archive(settings_from({"PERILUNE_HOME": str(folder)}))
    seed(archive, now=NOW)
    return archive


def main() -> None:
    """Measure both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--week", type=int, default=10_000, help="articles of the week; 0 leaves it out")
    parser.add_argument("--core", type=int, default=300, help="how many of them are of the domain")
    parser.add_argument("--archive", type=int, default=1_000_000, help="articles of the archive; 0 leaves it out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.week:
            print_week(_new_archive(Path(folder) / "week"), options.week, options.core)
        if options.archive:
            print_added(_new_archive(Path(folder) / "archive"), options.archive)


if __name__ == "__main__":
    main()
