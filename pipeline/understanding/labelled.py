"""The labelled texts that ship with Perilune: what the classifier is trained on, and what it is checked on.

One JSON object a line in `labelled/`; a file whose name begins with `check-` is never trained on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

from models.vocabulary import DocType, Relevance
from perilune.dates import PartialDate
from pipeline.values import Document

LABELLED_FOLDER = Path(__file__).with_name("labelled")
CHECK_PREFIX = "check-"


class LabelledFact(TypedDict, total=False):
    """An event (name, start, end, place) or an agreement (parties, date, title) as a reader noted it."""

    name: str
    start: str | None
    end: str | None
    place: str | None
    parties: str
    date: str | None
    title: str


class Line(TypedDict):
    """A line of a file of labelled texts; keys beside these are not read."""

    id: str
    language: str
    title: str
    text: str
    url: NotRequired[str | None]
    published: str | None
    relevance: str
    topics: list[str]
    doc_type: str
    countries: list[str]
    events: list[LabelledFact]
    agreements: list[LabelledFact]


@dataclass(frozen=True)
class Labelled:
    """A text and what a reader said of it."""

    document: Document
    relevance: Relevance
    topics: tuple[str, ...]
    doc_type: DocType
    countries: tuple[str, ...]
    events: tuple[LabelledFact, ...]
    agreements: tuple[LabelledFact, ...]


def load_training_texts(folder: Path = LABELLED_FOLDER) -> tuple[Labelled, ...]:
    """Read the texts to train on; ValueError names the file and the line of what is wrong."""
    paths = (path for path in sorted(folder.glob("*.jsonl")) if not path.name.startswith(CHECK_PREFIX))
    return tuple(text for path in paths for text in load_texts(path))


def load_check_texts(folder: Path = LABELLED_FOLDER) -> tuple[Labelled, ...]:
    """Read the frozen check set; ValueError names the file and the line of what is wrong."""
    return tuple(text for path in sorted(folder.glob(f"{CHECK_PREFIX}*.jsonl")) for text in load_texts(path))


def load_texts(path: Path) -> list[Labelled]:
    """Read one file of labelled texts; ValueError names the line of what is wrong."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return [_labelled(line, f"{path.name}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]


def _labelled(line: str, where: str) -> Labelled:
    try:
        row: Line = json.loads(line)
        return Labelled(
            document=_document(row),
            relevance=Relevance(row["relevance"]),
            topics=tuple(row["topics"]),
            doc_type=DocType(row["doc_type"]),
            countries=tuple(row["countries"]),
            events=tuple(row["events"]),
            agreements=tuple(row["agreements"]),
        )
    except (json.JSONDecodeError, KeyError, ValueError) as error:
        raise ValueError(f"{where}: {error}") from error


def _document(row: Line) -> Document:
    published = row["published"]
    return Document(
        id=row["id"],
        title=row["title"],
        text=row["text"],
        language=row["language"],
        published=PartialDate.parse(published) if published else None,
        url=row.get("url"),
    )
