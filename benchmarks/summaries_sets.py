"""What summaries are measured on: our references, and texts from elsewhere with what comes near a reference.

From the repository: references and key sentences written by hand. From elsewhere, where their folder is given: articles
of CNN and Daily Mail with sentences that people found supported (QAGS), standfirsts of publishers (fundus), and reports
of one event (ECB+, Wikinews), where the openings of other reports stand for references.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from perilune.demo.content import load_library
from pipeline.grounding.words import language_by_words
from pipeline.summaries.sentences import sentences_of
from pipeline.understanding.labelled import LABELLED_FOLDER, load_texts
from pipeline.values import Document

REFERENCES = Path(__file__).with_name("summaries_references.jsonl")
KEY_SENTENCES = Path(__file__).with_name("summaries_key_sentences.jsonl")
TOLD_APART = frozenset({"en", "zh", "ru", "fr"})
MIN_CLUSTER = 4
MAX_CLUSTER = 12
OPENING_SENTENCES = 3
MIN_LONG_CHARS = 1500
MAX_OF_CLUSTER = 3
MIN_REFERENCES, MAX_REFERENCES = 3, 8
MIN_CHARS = 600
MIN_REPORT_CHARS = 300
ENGLISH_AND_FRENCH = frozenset({"uk", "us", "za", "pt", "ca", "fr"})
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
MIN_KEY_TEXT_SENTENCES = 4


@dataclass(frozen=True)
class Story:
    """Documents to be summarised, and the texts that a summary of them is compared with."""

    name: str
    language: str
    documents: tuple[Document, ...]
    references: tuple[str, ...]


@cache
def our_texts() -> dict[str, Document]:
    """Read every labelled text and every page of the demo, by id."""
    labelled = [text.document for path in sorted(LABELLED_FOLDER.glob("*.jsonl")) for text in load_texts(path)]
    pages = [
        Document(page.id, page.title, _plain(page.text), page.language, page.published, page.address)
        for page in load_library().pages
    ]
    return {one.id: one for one in [*pages, *labelled]}


def _plain(text: str) -> str:
    """Take a demo page's line forms away: heading signs, list signs, slide borders and what stands in a tail."""
    body = text.split("\n[[\n", maxsplit=1)[0]
    lines = (line.removeprefix("## ").removeprefix("- ") for line in body.split("\n") if line != "---")
    return "\n".join(lines).strip()


def our_references() -> list[Story]:
    """Read the references that were written by hand."""
    rows = [json.loads(line) for line in REFERENCES.read_text(encoding="utf-8").splitlines()]
    texts = our_texts()
    return [
        Story(row["articles"][0], row["language"], tuple(texts[i] for i in row["articles"]), (row["reference"],))
        for row in rows
    ]


def key_sentences() -> list[Story]:
    """Read the texts whose most telling sentences a reader named, where there was something to choose among."""
    rows = [json.loads(line) for line in KEY_SENTENCES.read_text(encoding="utf-8").splitlines()]
    found = []
    for row in rows:
        document = our_texts()[row["article"]]
        count = len(sentences_of(document.text, document.language))
        if document.language in TOLD_APART and count >= MIN_KEY_TEXT_SENTENCES:
            found.append(Story(document.id, document.language or "", (document,), (" ".join(row["sentences"]),)))
    return found


def supported_summaries(folder: Path) -> list[Story]:
    """Read the articles of QAGS; what most of three people found supported stands for a reference."""
    return list(_supported(folder / "summ" / "qags_cnndm.jsonl"))


def _supported(path: Path) -> Iterator[Story]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        good = [one["sentence"] for one in row["sentences"] if Counter(one["votes"])["yes"] > len(one["votes"]) / 2]
        if good:
            document = Document(row["id"], "", row["source"], "en")
            yield Story(row["id"], "en", (document,), (" ".join(good),))


def standfirsts(folder: Path) -> list[Story]:
    """Read news pages' own standfirsts as references of their bodies."""
    return [story for path in sorted((folder / "html" / "fundus").rglob("*.json")) for story in _standfirst(path)]


def _standfirst(path: Path) -> Iterator[Story]:
    for version, page in json.loads(path.read_text(encoding="utf-8")).items():
        body = page.get("body") if isinstance(page, dict) else None
        if not body or not body.get("summary"):
            continue
        text = "\n\n".join(paragraph for section in body["sections"] for paragraph in section["paragraphs"])
        if len(text) >= MIN_CHARS and not _HANGUL.search(text):
            name = f"{path.stem}-{version}"
            language = language_by_words(text) if path.parent.name in ENGLISH_AND_FRENCH else None
            document = Document(name, page.get("title") or "", text, language)
            yield Story(name, language or "xx", (document,), (" ".join(body["summary"]),))


def reports_of_events(folder: Path) -> list[Story]:
    """Read ECB+'s events: the longest report lends its opening, the others are the story."""
    return [_held_out(group) for group in _clusters(folder) if len(group) >= MIN_CLUSTER]


def _clusters(folder: Path) -> list[list[Document]]:
    """Group the reports of ECB+ and of Wikinews by event; titles alone are no reports."""
    clusters: dict[str, dict[str, Document]] = defaultdict(dict)
    for name in ("ecbplus.jsonl", "galaxy_handpicked_wikinews.jsonl"):
        for place, line in enumerate((folder / "clusters" / name).read_text(encoding="utf-8").splitlines()):
            row = json.loads(line)
            if len(row["text"]) >= MIN_REPORT_CHARS:
                document = Document(row.get("id", f"{name}-{place}"), row["title"], row["text"], "en")
                clusters[row.get("set", "") + row["cluster"]].setdefault(row["text"], document)
    return [list(clusters[name].values()) for name in sorted(clusters)]


def _held_out(group: Sequence[Document]) -> Story:
    longest = max(group, key=lambda one: (len(one.text), one.id))
    others = [one for one in group if one is not longest][:MAX_CLUSTER]
    return Story(longest.id, "en", tuple(others), (_opening(longest),))


def _opening(document: Document) -> str:
    spans = sentences_of(document.text, document.language)[:OPENING_SENTENCES]
    return document.text[spans[0].start : spans[-1].end]


def single_reports(folder: Path) -> list[Story]:
    """Read long reports by themselves; the openings of other reports of the same event stand for references."""
    stories = []
    for group in _clusters(folder):
        long = sorted((one for one in group if len(one.text) >= MIN_LONG_CHARS), key=lambda one: one.id)
        for one in long[:MAX_OF_CLUSTER]:
            others = [_opening(other) for other in group if other is not one][:MAX_REFERENCES]
            if len(others) >= MIN_REFERENCES:
                stories.append(Story(one.id, "en", (one,), tuple(others)))
    return stories


def sets_of(folder: Path | None) -> dict[str, list[Story]]:
    """Give the sets by their titles, those from elsewhere where their folder is given."""
    sets = {"our references": our_references(), "key sentences of accounts of pages": key_sentences()}
    if folder is not None:
        sets |= {
            "CNN and Daily Mail; supported sentences of other systems' summaries as pseudo-references": (
                supported_summaries(folder)
            ),
            "single reports of an event; other reports' openings as pseudo-references": single_reports(folder),
            "several reports of an event; a held-out report's opening as pseudo-reference": reports_of_events(folder),
            "news pages; their publishers' standfirsts as references": standfirsts(folder),
        }
    return sets
