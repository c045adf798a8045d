"""Trying stages on files without storing: what `perilune try` reads and prints. One line out for each line in."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from models.vocabulary import DocType
from perilune.config import Settings
from perilune.dates import PartialDate
from perilune.languages import language_of
from perilune.output import console, print_json_line
from perilune.problems import Problem
from pipeline.extraction.extract import FetchedPage
from pipeline.extraction.ocr import find_ocr
from pipeline.extraction.pool import Extraction, Unreadable, extract_all
from pipeline.values import Document, Fact, Passage, Rejected, TopicScore, Understanding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

Line = dict[str, object]
ENCODED_AT_ONCE = 64
READ_FIELDS = frozenset(
    {
        "id", "path", "url", "title", "text", "published", "published_at", "language", "doc_type", "authors",
        "passages", "fate", "reason", "source", "claim", "story",
    }
)  # fmt: skip


class LineProblem(ValueError):
    """A line of input that a stage cannot use; the message is its reason."""


def read_lines(file: Path) -> list[Line]:
    """Read JSON lines from a file or, for `-`, standard input; a line that is no object becomes a failed one."""
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except OSError as error:
        raise Problem(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Problem(f"{file} is not UTF-8 text: byte {error.start}.") from error
    return [_parsed(line, number) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def _parsed(line: str, number: int) -> Line:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        return {"id": f"line {number}", "fate": "failed", "reason": f"line {number} is no JSON: {error}"}
    if not isinstance(value, dict):
        return {"id": f"line {number}", "fate": "failed", "reason": f"line {number} is no JSON object"}
    return {"id": value.get("path", f"line {number}"), **value}


def print_lines(lines: Iterable[Line], *, as_json: bool) -> None:
    """Print lines as JSON Lines, or, to a person at a terminal, field by field."""
    for line in lines:
        if as_json or not sys.stdout.isatty():
            print_json_line(line)
            continue
        for field, value in line.items():
            if field != "passages":
                console().print(f"{field}: {json.dumps(value, ensure_ascii=False, default=str)}", markup=False)
        console().print()


def extracted_lines(paths: Sequence[Path], *, url: str | None, settings: Settings) -> Iterator[Line]:
    """Extract files in worker processes, each within the deadline of the settings; the lines keep the files' order."""
    extractions = extract_all(
        ((path, _page_of(path, url)) for path in paths if _is_readable(path)),
        worker_count=settings.extract_workers,
        deadline=settings.extract_timeout,
        memory_mb=settings.extract_memory_mb,
        ocr=find_ocr(settings),
    )
    for path in paths:
        line: Line = {"id": str(path), "path": str(path), "url": url}
        if _is_readable(path):
            _, result = next(extractions)
            yield line | _extracted_fields(result)
        else:
            yield line | _failed("there is no such file, or it may not be read")


def _is_readable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.R_OK)


def _page_of(path: Path, url: str | None) -> FetchedPage:
    return FetchedPage(body=path.read_bytes(), url=url or path.absolute().as_uri())


def _failed(reason: str) -> Line:
    return {"fate": "failed", "reason": reason}


def _extracted_fields(result: Extraction) -> Line:
    if isinstance(result, Unreadable):
        return _failed(result.reason)
    if isinstance(result, Rejected):
        return {"fate": "skipped", "reason": result.reason}
    return {
        "fate": "done",
        "reason": result.remark,
        "title": result.title,
        "authors": list(result.authors),
        "published_at": str(result.published.date) if result.published.date else None,
        "language": result.language,
        "doc_type": result.doc_type,
        "site_name": result.site_name,
        "issuer": result.issuer,
        "section": result.section,
        "keywords": list(result.keywords),
        "image_url": result.image_url,
        "canonical_url": result.canonical_url,
        "date_witnesses": [
            {"kind": witness.kind, "date": str(witness.date), "quote": witness.quote}
            for witness in result.published.witnesses
        ],
        "text": result.text,
        "passages": [_passage_fields(passage) for passage in result.passages],
    }


def _passage_fields(passage: Passage) -> Line:
    """Give a passage with its place; `label` and `language` only where it has its own."""
    fields: Line = {name: getattr(passage, name) for name in ("kind", "text", "page", "start", "end")}
    own = ((name, getattr(passage, name)) for name in ("label", "language"))
    return fields | {name: value for name, value in own if value is not None}


def understood_lines(lines: Sequence[Line], *, settings: Settings, is_encoded: bool = True) -> Iterator[Line]:
    """Understand each line's text with the shipped taxonomy, gazetteer and classifier, in batches.

    Unless `is_encoded`, no vectors are made: faster by far, and less exact.
    """
    from pipeline.runners.classifier import shipped_classifier
    from pipeline.understanding.understand import load_knowledge, understand

    knowledge = load_knowledge(shipped_classifier(settings.encoder))
    vectors_of = _vectors_of(settings) if is_encoded else _no_vectors
    for start in range(0, len(lines), ENCODED_AT_ONCE):
        batch = lines[start : start + ENCODED_AT_ONCE]
        documents = [_document_or_none(line) for line in batch]
        vectors = iter(vectors_of([one for one in documents if one is not None]))
        for line, document in zip(batch, documents, strict=True):
            if document is None:
                yield _kept(line) | _failed(_reason_for(line))
            else:
                yield _kept(line) | _understood_fields(understand(document, knowledge, next(vectors)))


def _vectors_of(settings: Settings) -> Callable[[Sequence[Document]], Sequence[Vector | None]]:
    """Load the encoder of the settings; gives centred vectors of documents."""
    from pipeline.encoding.encoder import load_encoder
    from pipeline.runners.classifier import steady_means
    from pipeline.runners.embed import text_to_encode

    encoder, means = load_encoder(settings.encoder, settings.cache), steady_means(settings.encoder)

    def vectors(documents: Sequence[Document]) -> list[Vector | None]:
        encoded = encoder.encode([text_to_encode(one.title, one.text) for one in documents])
        return [means.centred(vector, one.language) for one, vector in zip(documents, encoded, strict=True)]

    return vectors


def _no_vectors(documents: Sequence[Document]) -> Sequence[Vector | None]:
    return [None] * len(documents)


def _understood_fields(understood: Understanding) -> Line:
    return {
        "fate": "done",
        "reason": None,
        "relevance": understood.relevance,
        "relevance_score": round(understood.relevance_score, 4),
        "because": list(understood.relevance_because),
        "reads_like": [likeness.title for likeness in understood.reads_like],
        "topics": [_topic_fields(topic) for topic in understood.topics],
        "doc_type": understood.doc_type,
        "countries": list(understood.countries),
        "actors": [mention.slug for mention in understood.actors],
        "events": [_fact_fields(fact) for fact in understood.facts if fact.kind == "event"],
        "agreements": [_fact_fields(fact) for fact in understood.facts if fact.kind == "agreement"],
    }


def _topic_fields(topic: TopicScore) -> Line:
    return {
        "slug": topic.slug,
        "score": round(topic.score, 4),
        "because": list(topic.because),
        "reads_like": [likeness.title for likeness in topic.reads_like],
    }


def _fact_fields(fact: Fact) -> Line:
    fields: Line = {
        "name": fact.name,
        "kind": fact.subkind,
        "status": fact.status,
        "parties": list(fact.parties),
        "countries": list(fact.countries),
        "evidence": {"start": fact.span.start, "end": fact.span.end},
    }
    start = str(fact.start) if fact.start else None
    if fact.kind == "agreement":
        return fields | {"date": start}
    return fields | {"start": start, "end": str(fact.end) if fact.end else None, "place": fact.place}


def story_lines(lines: Sequence[Line], *, settings: Settings) -> Iterator[Line]:
    """Group the lines into stories; a story is named after its first article."""
    from pipeline.encoding.encoder import load_encoder
    from pipeline.encoding.language_means import LanguageMeans, prior_means
    from pipeline.runners.embed import text_to_encode
    from pipeline.stories.features import features_of
    from pipeline.stories.stories import group_into_stories
    from pipeline.understanding.understand import load_knowledge, understand

    documents = {number: found for number, line in enumerate(lines) if (found := _document_or_none(line)) is not None}
    encoder, knowledge = load_encoder(settings.encoder, settings.cache), load_knowledge()
    vectors = encoder.encode([text_to_encode(one.title, one.text) for one in documents.values()])
    means = LanguageMeans(prior=prior_means(encoder.model))
    for document, vector in zip(documents.values(), vectors, strict=True):
        means = means.updated(document.language, vector)
    features = [
        features_of(
            document,
            understand(document, knowledge),
            means.centred(vector, document.language),
            first_seen=dt.date.max,
        )
        for document, vector in zip(documents.values(), vectors, strict=True)
    ]
    stories = dict(zip(documents, group_into_stories(features), strict=True))
    for number, line in enumerate(lines):
        if number in stories:
            yield _kept(line) | {"fate": "done", "reason": None, "story": stories[number]}
        else:
            yield _kept(line) | _failed(_reason_for(line)) | {"story": None}


def summary_lines(lines: Sequence[Line], *, settings: Settings) -> Iterator[Line]:
    """Summarise each story; lines without the field `story` are stories of their own."""
    from perilune.understanding import EncoderOnDemand
    from pipeline.summaries.summarise import summarise

    encoder = EncoderOnDemand(settings)
    for story, members in _lines_by_story(lines).items():
        documents = [document for line in members if (document := _document_or_none(line)) is not None]
        if not documents:
            yield {"story": story, **_failed(_reason_for(members[0])), "sentences": []}
            continue
        sentences = summarise(documents, lambda texts: encoder().encode(texts))
        yield {
            "story": story,
            "fate": "done",
            "reason": None,
            "sentences": [
                {
                    "text": sentence.text,
                    "language": sentence.language,
                    "evidence": [
                        {"id": span.document_id, "start": span.start, "end": span.end} for span in sentence.evidence
                    ],
                }
                for sentence in sentences
            ],
        }


def _lines_by_story(lines: Sequence[Line]) -> dict[object, list[Line]]:
    stories: dict[object, list[Line]] = {}
    for line in lines:
        story = line.get("story")
        stories.setdefault(line["id"] if story is None else story, []).append(line)
    return stories


def grounded_lines(lines: Sequence[Line], *, settings: Settings, is_encoded: bool = True) -> Iterator[Line]:
    """Check each line's claim against its source (a text, or a list of passages).

    Unless `is_encoded`, meaning does not count and claims in another language are not supported. The entailment model
    of the settings is asked where one is named.
    """
    from perilune.understanding import EncoderOnDemand
    from pipeline.grounding.entailment import load_entailment
    from pipeline.grounding.ground import Judges, ground
    from pipeline.understanding.actor_files import load_actors
    from pipeline.understanding.gazetteer import Gazetteer

    names = Gazetteer(load_actors()).spans
    encoder = EncoderOnDemand(settings)() if is_encoded else None
    nli = load_entailment(settings.nli, settings.cache) if settings.nli else None
    judges = Judges(encoder.encode, encoder.in_context, nli) if encoder else Judges(nli=nli)
    for line in lines:
        source, claim = line.get("source"), line.get("claim")
        if isinstance(source, list):
            source = "\n\n".join(str(passage) for passage in source)
        if not isinstance(source, str) or not isinstance(claim, str):
            yield _kept(line) | _failed("source and claim must be texts")
            continue
        grounding = ground(source, claim, names=names, judges=judges)
        yield _kept(line) | {
            "fate": "done",
            "reason": None,
            "supported": grounding.supported,
            "score": round(grounding.score, 4),
            "problems": list(grounding.problems),
        }


def _kept(line: Mapping[str, object]) -> Line:
    """Keep the id and every field that the stages do not read."""
    return {"id": line["id"]} | {field: value for field, value in line.items() if field not in READ_FIELDS}


def _document(line: Mapping[str, object]) -> Document:
    text, title = line.get("text"), line.get("title")
    if not isinstance(text, str) or not isinstance(title, str | None):
        raise LineProblem(str(line.get("reason") or "title and text must be texts"))
    language = line.get("language")
    url = line.get("url")
    return Document(
        id=str(line["id"]),
        title=title or "",
        text=text,
        language=language if isinstance(language, str) else language_of(f"{title or ''}\n{text}"),
        published=_published(line.get("published") or line.get("published_at")),
        doc_type=_doc_type(line.get("doc_type")),
        url=url if isinstance(url, str) else None,
    )


def _document_or_none(line: Mapping[str, object]) -> Document | None:
    try:
        return _document(line)
    except LineProblem:
        return None


def _reason_for(line: Mapping[str, object]) -> str:
    return str(line.get("reason") or "title and text must be texts")


def _doc_type(value: object) -> DocType | None:
    return DocType(value) if isinstance(value, str) and value in list(DocType) else None


def _published(value: object) -> PartialDate | None:
    try:
        return PartialDate.parse(str(value)) if value else None
    except ValueError:
        return None
