"""Real texts in four languages for the duplicates benchmark, read at run time; each set has its own form."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.extraction_sets import fundus_cases
from perilune.languages import language_of
from pipeline.summaries.sentences import sentences_of

REPOSITORY = Path(__file__).parents[1]
LABELLED = REPOSITORY / "pipeline" / "understanding" / "labelled"
LANGUAGES = ("en", "zh", "ru", "fr")
MIN_CHARS = {"en": 400, "ru": 400, "fr": 400, "zh": 140}
MAX_CHARS = 12_000
MAX_TEXTS = {"en": 150, "zh": 90, "ru": 80, "fr": 80}
TREATY = Path("pdf/space-law-corpus/un/treaty/ost-1967")
ARTICLE_HEADING = re.compile(r"\n\s*(?=(?:Article [IVX]+|Статья [IVX]+|第[一二三四五六七八九十]+条)\b)")


@dataclass(frozen=True)
class Source:
    """One text as it was found; `cluster` names the event that it reports, where its collection says so."""

    name: str
    language: str
    title: str
    text: str
    cluster: str | None = None

    @property
    def is_held_out(self) -> bool:
        """Tell which half it belongs to, by its words alone."""
        return hashlib.sha256(self.text.encode()).digest()[0] % 2 == 1

    def chance(self, purpose: str) -> random.Random:
        """Give the same chance at each run."""
        return random.Random(f"{self.name} {purpose}")


def sources_of(folder: Path) -> list[Source]:
    """Read the texts that are long enough, at most so many of a language, a few of each collection."""
    found: dict[str, dict[str, Source]] = {language: {} for language in LANGUAGES}
    for source in all_texts_of(folder):
        if source.language in found and MIN_CHARS[source.language] <= len(source.text) <= MAX_CHARS:
            found[source.language].setdefault(source.text[:80], source)
    chosen = []
    for language, sources in found.items():
        mixed = sorted(sources.values(), key=lambda one: hashlib.sha256(one.name.encode()).digest())
        chosen += mixed[: MAX_TEXTS[language]]
    return chosen


def clustered_of(folder: Path) -> list[Source]:
    """Read all news texts that stand in clusters of one event, whatever their length."""
    return [source for source in _clusters(folder) if source.cluster is not None]


def sentences_in(source: Source) -> list[str]:
    """Give a text's sentences, each with the break that follows it."""
    starts = [span.start for span in sentences_of(source.text, source.language)]
    bounds = [*starts, len(source.text)]
    return [source.text[start:end] for start, end in pairwise(bounds)]


def all_texts_of(folder: Path) -> Iterator[Source]:
    """Yield every text of the data pack, short and long."""
    yield from _clusters(folder)
    for path in (*sorted(LABELLED.glob("*.jsonl")), folder / "text" / "cctv_space_2022_2024.jsonl"):
        for row in _rows(path):
            yield Source(row["id"], row.get("language", "zh"), row["title"], row["text"])
    for case in fundus_cases(folder / "html" / "fundus"):
        yield Source(case.name, language_of(case.gold.text) or "", case.gold.title or "", case.gold.text or "")
    for path in sorted((folder / "govuk").glob("*/*/*.json")):
        item = json.loads(path.read_text(encoding="utf-8"))
        body = re.sub(
            r"<[^>]+>", " ", re.sub(r"</p>|<br ?/?>|</li>|</h\d>", "\n", str(item["details"].get("body", "")))
        )
        yield Source(path.name, language_of(body) or "", item["title"], re.sub(r"[ \t]*\n\s*", "\n", body).strip())
    for path in sorted((folder / TREATY).glob("*/text.txt")):
        text = path.read_text(encoding="utf-8")
        for number, part in enumerate(ARTICLE_HEADING.split(text)):
            heading, _, rest = part.partition("\n")
            yield Source(f"{path.parent.name} {number}", language_of(rest) or "", heading.strip(), rest.strip())


def _clusters(folder: Path) -> Iterator[Source]:
    for row in _rows(folder / "clusters" / "ecbplus.jsonl"):
        yield Source(f"ecb {row['id']}", "en", row["title"] or "", row["text"], row["cluster"])
    for row in _rows(folder / "clusters" / "galaxy_handpicked_wikinews.jsonl"):
        yield Source(row["url"] or row["title"], "en", row["title"], row["text"], f"{row['set']} {row['cluster']}")


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
