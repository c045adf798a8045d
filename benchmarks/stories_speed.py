"""What stories cost: `python -m benchmarks.stories_speed [--week 10000] [--core 300] [--archive 1000000]`.

A week of articles is identified, embedded, understood, grouped and summarised, stage by stage; then single articles are
added to a large archive, where all that is not the encoder is timed. Both on SQLite, in a folder that is thrown away.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import re
import resource
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from benchmarks.stories_sets import WRITTEN
from models.base import key_of
from models.fate import await_stage
from models.tables import Article, Link, Page, Passage, Source, Story, TermCount, Vector, Version
from models.vocabulary import PassageKind, Relevance, SourceKind, Stage
from perilune.archive import Archive, open_archive
from perilune.config import settings_from
from perilune.dates import PartialDate
from perilune.logs import configure_logging
from perilune.processing import process_due
from perilune.seeding import seed
from perilune.understanding import EncoderOnDemand
from pipeline.encoding.encoder import Encoder
from pipeline.runners.embed import ALL_DOCUMENTS
from pipeline.runners.group import GroupRunner
from pipeline.runners.identify import IdentifyRunner
from pipeline.runners.runner import StageRunner
from pipeline.stories.features import terms_in
from pipeline.understanding.labelled import load_training_texts

NOW = dt.datetime(2026, 3, 2, 7, tzinfo=dt.UTC)
DAYS_OF_ARCHIVE = 730
CHUNK = 5_000
BANDS = 38
PLACED_SHARE = 0.05
TEXTS_MIXED, WORDS, TITLE_WORDS = 12, 90, 9
TERMS_FROM = 3000
SENTENCES, WORDS_OF_SENTENCE = 16, 16
ADDED = 20
Floats = NDArray[np.float32]
AIM_MINUTES, AIM_MILLISECONDS = 20, 50


@dataclass(frozen=True)
class Text:
    """What an article of the benchmark says."""

    title: str
    text: str
    language: str


def week_of(count: int, core: int) -> Iterator[Text]:
    """Write a week: reports of this domain first, then articles of words that texts about other things are made of."""
    with WRITTEN.open(encoding="utf-8") as lines:
        rows = list(map(json.loads, lines))
    for number in range(core):
        row = rows[number % len(rows)]
        yield Text(row["title"], row["text"], row["language"])
    chance = random.Random(7)
    others = [one.document for one in load_training_texts() if one.relevance is Relevance.OFF]
    words = _words_by_language((one.language or "en", one.text) for one in others)
    for _ in range(count - core):
        language = chance.choice(sorted(words))
        joint, end = ("", "。") if language == "zh" else (" ", ". ")
        drawn = [joint.join(chance.choices(words[language], k=WORDS_OF_SENTENCE)) for _ in range(SENTENCES + 1)]
        yield Text(drawn[0], end.join([*drawn[1:], ""]).strip(), language)


def _words_by_language(texts: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """List the words of texts, two characters of Chinese at a time; no names and figures, which tell of events."""
    words: dict[str, list[str]] = {}
    for language, text in texts:
        plain = re.sub(r"[\W\d_]+", " ", text.lower())
        words.setdefault(language, []).extend(re.findall(r"\w\w", plain) if language == "zh" else plain.split())
    return words


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


class Strangers:
    """Articles for a full archive: near to many others in meaning and vocabulary, and no report of their events.

    Their words are drawn from those of the written texts; their vectors lie around the same centre as those of the
    texts, half of the way at random, since so many a day along the texts' own directions would be taken for one story.
    """

    def __init__(self, encoder: Encoder) -> None:
        with WRITTEN.open(encoding="utf-8") as lines:
            rows = list(map(json.loads, lines))
        self._vectors = encoder.encode([f"{row['title']}. {row['text']}" for row in rows])
        self._words = _words_by_language((row["language"], row["text"]) for row in rows)
        self._of_language: dict[str, list[int]] = {}
        for number, row in enumerate(rows):
            self._of_language.setdefault(row["language"], []).append(number)
        self._languages = sorted(self._of_language)
        self._centres = {one: self._vectors[numbers].mean(axis=0) for one, numbers in self._of_language.items()}

    def draw(self, number: int) -> tuple[Text, Floats]:
        """Put one article together, and give the vector of it, normalised, shape [dimensions]."""
        chance = random.Random(number)
        language = chance.choice(self._languages)
        joint = "" if language == "zh" else " "
        words = chance.choices(self._words[language], k=WORDS)
        chosen = chance.sample(self._of_language[language], TEXTS_MIXED)
        shares = np.array(chance.choices((-1, 1), k=TEXTS_MIXED), np.float32) / TEXTS_MIXED**0.5
        apart = shares @ (self._vectors[chosen] - self._centres[language])
        noise = np.random.default_rng(number).standard_normal(len(apart)).astype(np.float32)
        noise *= np.linalg.norm(apart) / np.linalg.norm(noise)
        vector = self._centres[language] + (apart + noise) / 2**0.5
        text = Text(joint.join(words[:TITLE_WORDS]), joint.join(words), language)
        return text, vector / np.linalg.norm(vector)


def fill(archive: Archive, count: int) -> None:
    """Fill an archive with articles of two years, a twentieth of them in stories, with vectors and bands of copies."""
    chance = np.random.default_rng(7)
    strangers = Strangers(EncoderOnDemand(archive.settings)())
    with archive.sessions.begin() as session:
        source = Source(
            slug="old", name="Old", home="http://old.example/", kind=SourceKind.LISTING, addresses=[], created_at=NOW
        )
        session.add(source)
        session.flush()
        source_id = source.id
        # An index that is made at the end takes a fraction of the time of one that grows at random places.
        session.execute(sa.text("DROP INDEX ix_copy_band_band"))
    for start in range(1, count + 1, CHUNK):
        ids = range(start, min(start + CHUNK, count + 1))
        placed = [one for one in ids if one % round(1 / PLACED_SHARE) == 0]
        bands = chance.integers(-(2**62), 2**62, size=(len(ids), BANDS)).tolist()
        with archive.sessions.begin() as session:
            put = partial(_insert, session)
            put(Link, [_link_row(n, source_id) for n in ids])
            put(Story, [_story_row(n) for n in placed])
            put(Page, [_page_row(n) for n in ids])
            put(Article, [_article_row(n, source_id) for n in ids])
            put(Version, [_version_row(n) for n in ids])
            session.execute(sa.update(Article).where(Article.id.in_(ids)).values(current_version_id=Article.id))
            place = sa.update(Article).where(Article.id.in_(placed))
            session.execute(place.values(story_id=Article.id, placed_by=GroupRunner.version))
            for n in placed:
                text, vector = strangers.draw(n)
                known = {"title": text.title, "text": text.text, "language": text.language}
                session.execute(sa.update(Version).where(Version.id == n).values(relevance=Relevance.CORE, **known))
                put(Vector, [_vector_row(n, text.language, vector, archive.settings.encoder)])
            rows = [(n, band) for n, mine in zip(ids, bands, strict=True) for band in set(mine)]
            session.connection().exec_driver_sql("INSERT INTO copy_band (article_id, band) VALUES (?, ?)", rows)
    with archive.sessions.begin() as session:
        session.execute(sa.text("CREATE INDEX ix_copy_band_band ON copy_band (band)"))
        _count_terms(session, count)


def _count_terms(session: Session, count: int) -> None:
    """Count in how many articles terms occur, as if all had been written like those in stories."""
    placed = sa.select(Version.title, Version.text, Version.language).where(Version.relevance == Relevance.CORE)
    rows = session.execute(placed.limit(TERMS_FROM)).all()
    counts = Counter(term for title, text, language in rows for term in set(terms_in(f"{title}\n{text}", language)))
    found = [{"term": term, "document_count": round(n * count / len(rows))} for term, n in counts.items()]
    _insert(session, TermCount, [*found, {"term": ALL_DOCUMENTS, "document_count": count}])


def _day(number: int) -> dt.date:
    return NOW.date() - dt.timedelta(days=1 + number % DAYS_OF_ARCHIVE)


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


def _link_row(number: int, source_id: int) -> dict[str, object]:
    return {"id": number, "source_id": source_id, "url": f"http://old.example/{number}", "found_at": NOW}


def _story_row(number: int) -> dict[str, object]:
    day = _day(number)
    return {"id": number, "key": key_of(f"s{number}"), "headline": f"Story {number}", "first_on": day, "last_on": day}


def _article_row(number: int, source_id: int) -> dict[str, object]:
    return {
        "id": number,
        "key": key_of(f"http://old.example/{number}"),
        "url": f"http://old.example/{number}",
        "source_id": source_id,
        "first_seen_at": dt.datetime.combine(_day(number), dt.time(), dt.UTC),
    }


def _version_row(number: int) -> dict[str, object]:
    day = _day(number)
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
        "published": PartialDate.of(day),
        "published_first_on": day,
        "published_last_on": day,
        "relevance": Relevance.OFF,
    }


def _vector_row(number: int, language: str | None, vector: Floats, model: str) -> dict[str, object]:
    embedding = vector.astype("<f2").tobytes()
    return {"version_id": number, "model": model, "language": language, "embedding": embedding}


def print_added(archive: Archive) -> None:
    """Add the articles of one run to a full archive, and print what each stage but the encoder takes for one."""
    with archive.sessions.begin() as session:
        version_ids = lay(session, list(week_of(ADDED, ADDED)), first=10**7, now=NOW)
    _print_run(IdentifyRunner(), archive, version_ids)
    _print_run(GroupRunner(archive.settings.encoder), archive, _embedded(archive, version_ids))
    print(f"  aim for an article {AIM_MILLISECONDS} ms; memory {_memory():.0f} MB")


def _print_run(runner: StageRunner[None], archive: Archive, item_ids: Sequence[int]) -> None:
    started = time.perf_counter()
    results = iter(runner.compute(archive.sessions, item_ids))
    first = next(results)
    begun = 1000 * (time.perf_counter() - started)
    times = [_stored(runner, archive, *one) for one in chain([first], results)]
    each = f"{statistics.median(times):.0f} ms in the middle, {max(times):.0f} ms at most"
    mean = (begun + sum(times)) / len(times)
    print(f"  {runner.stage:10s} run begun in {begun:.0f} ms; then an article {each}; {mean:.0f} ms each, all told")


def _embedded(archive: Archive, version_ids: Sequence[int]) -> list[int]:
    """Give versions what the encoder and understanding would; returns their articles."""
    encoder, model = EncoderOnDemand(archive.settings)(), archive.settings.encoder
    with archive.sessions.begin() as session:
        versions = [session.get_one(Version, version_id) for version_id in version_ids]
        vectors = encoder.encode([f"{one.title}. {one.text}" for one in versions])
        for version, vector in zip(versions, vectors, strict=True):
            version.relevance = Relevance.CORE
            session.add(Vector(**_vector_row(version.id, version.language, vector, model)))
        return [version.article_id for version in versions]


def _stored(runner: StageRunner[None], archive: Archive, item_id: int, result: None) -> float:
    started = time.perf_counter()
    with archive.sessions.begin() as session:
        runner.store(session, item_id, result, now=NOW)
    return 1000 * (time.perf_counter() - started)


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
    configure_logging("warning")
    with tempfile.TemporaryDirectory() as folder:
        if options.week:
            print_week(_new_archive(Path(folder) / "week"), options.week, options.core)
        if options.archive:
            archive = _new_archive(Path(folder) / "archive")
            started = time.monotonic()
            fill(archive, options.archive)
            minutes = (time.monotonic() - started) / 60
            print(f"articles more in an archive of {options.archive:,} (made in {minutes:.1f} minutes)")
            print_added(archive)


if __name__ == "__main__":
    main()
