"""A model for named entities that somebody brings along: the organisations it sees join those proposed to people.

Apart from the finding by words, which needs no model; loaded at the first text, and only where a setting names one.

Errors: OrganisationModelProblem, for every reason why the model cannot be used.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.encoding.encoder import EncoderProblem
from pipeline.foreign_models import FOREIGN_PARTS, FOREIGN_WEIGHTS
from pipeline.values import Span

if TYPE_CHECKING:
    from transformers import TokenClassificationPipeline

ORGANISATION_LABELS = frozenset({"ORG", "ORGANIZATION", "ORGANISATION"})
MIN_SCORE = 0.6
CHUNK_CHARS = 400  # what models of 512 tokens read whole, ideographs too


class OrganisationModelProblem(EncoderProblem):
    """The model that `PERILUNE_NER_MODEL` names cannot be used; no item is at fault."""


class OrganisationModel:
    """Finds organisations by a transformers model for token classification, named by folder or hub name."""

    def __init__(self, name: str, cache: Path) -> None:
        self._name = name
        self._cache = cache
        self._pipeline: TokenClassificationPipeline | None = None
        self._lock = threading.Lock()

    def __call__(self, text: str) -> list[Span]:
        """Return the places of organisations in reading order; loads the model at the first call."""
        with self._lock:
            if self._pipeline is None:
                self._pipeline = _loaded(self._name, self._cache)
            return [span for start, chunk in _chunks(text) for span in self._spans(chunk, start)]

    def _spans(self, chunk: str, start: int) -> Iterator[Span]:
        assert self._pipeline is not None
        for entity in self._pipeline(chunk):
            if str(entity["entity_group"]).upper() in ORGANISATION_LABELS and float(entity["score"]) >= MIN_SCORE:
                yield Span(start + int(entity["start"]), start + int(entity["end"]))


def organisation_model(name: str | None, cache: Path) -> OrganisationModel | None:
    """Make the model that the settings name, or None where they name none."""
    return OrganisationModel(name, cache) if name else None


def _loaded(name: str, cache: Path) -> TokenClassificationPipeline:
    from transformers import AutoModelForTokenClassification, AutoTokenizer, TokenClassificationPipeline

    places: dict[str, object] = {"cache_dir": cache, "local_files_only": Path(name).is_dir()}
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, **places, **FOREIGN_PARTS)
        network = AutoModelForTokenClassification.from_pretrained(name, **places, **FOREIGN_WEIGHTS)
    except (OSError, ValueError, KeyError, ImportError) as problem:
        said = str(problem).strip().splitlines()[:1]
        raise OrganisationModelProblem(
            f"PERILUNE_NER_MODEL names {name!r}, which cannot be loaded as a model for token classification"
            f" ({''.join(said)}); give a model's folder or its name on the hub, or leave the setting out"
        ) from problem
    labels = {str(label).upper().split("-")[-1] for label in network.config.id2label.values()}
    if not labels & ORGANISATION_LABELS:
        raise OrganisationModelProblem(
            f"PERILUNE_NER_MODEL names {name!r}, which knows no organisations: its labels are "
            f"{', '.join(sorted(labels))}, and one of them must be ORG"
        )
    return TokenClassificationPipeline(model=network, tokenizer=tokenizer, aggregation_strategy="simple")


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """Cut a text into pieces that a model can read, at the ends of lines or words where there are any."""
    start = 0
    while start < len(text):
        end = min(len(text), start + CHUNK_CHARS)
        if end < len(text):
            cut = max(text.rfind("\n", start, end), text.rfind(" ", start + CHUNK_CHARS // 2, end))
            end = cut + 1 if cut > start else end
        yield start, text[start:end]
        start = end
