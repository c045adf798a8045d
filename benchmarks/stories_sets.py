"""The texts that stories are measured on, each with the story that a reader put it into.

From the repository: 305 texts written for this in four languages, with families of stories that are easily taken for
one; 100 more of such families, held out; and labels of real texts. From elsewhere, where their folder is given: those
texts (CCTV, Spaceflight News), general news (ECB+, hand-picked and Wikinews clusters of the galaxy project), and the
pages of `gold`.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from perilune.dates import PartialDate
from perilune.languages import language_of
from pipeline.encoding.encoder import Encoder
from pipeline.encoding.language_means import LanguageMeans, prior_means
from pipeline.runners.embed import text_to_encode
from pipeline.stories.features import StoryFeatures, features_of
from pipeline.understanding.understand import Knowledge, understand
from pipeline.values import Document

WRITTEN = Path(__file__).with_name("stories_written.jsonl")
FRESH = Path(__file__).with_name("stories_fresh.jsonl")
HELD_OUT = "look-alikes, held out"
"""The set that no weight is fitted to and no rule was written after."""
LABELS = Path(__file__).with_name("stories_labels.jsonl")
BULLETIN = "快讯"
"""In the title of items that hold several reports: one label says too little of them."""
SEEN_ON = dt.date(2026, 1, 1)

Row = Mapping[str, str]
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?(?!\d)")


@dataclass(frozen=True, eq=False)
class StorySet:
    """Articles with the stories that readers put them into; `families` names those that are easily taken for one."""

    name: str
    documents: tuple[Document, ...]
    stories: tuple[str, ...]
    families: tuple[str | None, ...]
    features: tuple[StoryFeatures, ...] = ()


def load_sets(folder: Path | None) -> list[StorySet]:
    """Read the sets without their features; only our own texts without a folder."""
    found = [_written("written", WRITTEN), _written(HELD_OUT, FRESH)]
    if folder is not None:
        labels = list(_rows(LABELS))
        found += [_ecb(folder), *_galaxy(folder), _gold(folder), _cctv(folder, labels), _headlines(folder, labels)]
    return found


def with_features(found: StorySet, knowledge: Knowledge, encoder: Encoder) -> StorySet:
    """Read what the story rule knows of each article; languages are centred by the means of the set."""
    vectors = encoder.encode([text_to_encode(one.title, one.text) for one in found.documents])
    means = LanguageMeans({}, prior_means(encoder.model))
    for document, vector in zip(found.documents, vectors, strict=True):
        means = means.updated(document.language, vector)

    def features(document: Document, vector: NDArray[np.float32]) -> StoryFeatures:
        centred = means.centred(vector, document.language)
        return features_of(document, understand(document, knowledge), centred, first_seen=SEEN_ON)

    read = tuple(features(document, vector) for document, vector in zip(found.documents, vectors, strict=True))
    return StorySet(found.name, found.documents, found.stories, found.families, read)


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _set(name: str, articles: Iterable[tuple[Document, str]], families: Iterable[str | None] = ()) -> StorySet:
    documents, stories = zip(*articles, strict=True)
    known = tuple(families) or (None,) * len(documents)
    return StorySet(name, documents, stories, known)


def _day(text: str | None) -> PartialDate | None:
    return PartialDate.parse(text[:10]) if text and _DATE.match(text) else None


def _written(name: str, path: Path) -> StorySet:
    rows = list(_rows(path))
    articles = [
        (Document(row["id"], row["title"], row["text"], row["language"], _day(row["published"])), row["story"])
        for row in rows
    ]
    return _set(name, articles, [row["family"] for row in rows])


def _ecb(folder: Path) -> StorySet:
    rows = _rows(folder / "clusters" / "ecbplus.jsonl")
    return _set(
        "ECB+",
        ((Document(row["id"], row["title"], row["text"], "en", _day(row["date"])), row["cluster"]) for row in rows),
    )


def _galaxy(folder: Path) -> Iterator[StorySet]:
    rows = list(_rows(folder / "clusters" / "galaxy_handpicked_wikinews.jsonl"))
    for name in ("handpicked", "wikinews"):
        yield _set(name, (_of_galaxy(row, number) for number, row in enumerate(rows) if row["set"] == name))


def _of_galaxy(row: Row, number: int) -> tuple[Document, str]:
    # All of Wikinews bears the day on which it was collected, weeks after most of its reports: no date of theirs.
    published = None if row["set"] == "wikinews" else _day(row["date_in_source"])
    language = language_of(f"{row['title']}\n{row['text']}")
    document = Document(f"{row['set']}-{number}", row["title"], row["text"], language, published)
    return document, row["cluster"]


def _gold(folder: Path) -> StorySet:
    pages = {row["id"]: row for row in _rows(folder / "gold" / "pages.jsonl")}
    return _set(
        "gold",
        (
            (
                Document(row["id"], page["title"], page["text"], page["language"], _day(page["published"])),
                row["story"] or row["id"],
            )
            for row in _rows(folder / "gold" / "labels.jsonl")
            for page in [pages[row["id"]]]
        ),
    )


def _cctv(folder: Path, labels: Iterable[Row]) -> StorySet:
    story_of = {int(row["n"]): row["story"] for row in labels if row["set"] == "cctv"}
    rows = enumerate(_rows(folder / "text" / "cctv_space_2022_2024.jsonl"))
    return _set(
        "cctv",
        (
            (Document(f"cctv-{n}", row["title"], row["text"], "zh", _day(row["date"])), story_of[n])
            for n, row in rows
            if BULLETIN not in row["title"]
        ),
    )


def _headlines(folder: Path, labels: Iterable[Row]) -> StorySet:
    story_of = {int(row["n"]): row["story"] for row in labels if row["set"] == "snapi"}
    rows = enumerate(_rows(folder / "text" / "snapi_headlines_2023_05_07.jsonl"))
    return _set(
        "headlines",
        (
            (Document(f"snapi-{n}", row["title"], "", "en", _day(row["first_seen"])), story_of[n])
            for n, row in rows
            if n in story_of
        ),
    )
