"""What every method of the benchmark of understanding is given: texts to train on, pages to judge, their signals."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from perilune.config import settings_from
from pipeline.encoding.encoder import Encoder, load_encoder
from pipeline.runners.classifier import shipped_classifier
from pipeline.runners.lessons import examples_again, examples_of_texts
from pipeline.understanding.checking import Said
from pipeline.understanding.classifier import Classifier
from pipeline.understanding.labelled import Labelled, load_check_texts, load_texts, load_training_texts
from pipeline.understanding.training import Example
from pipeline.understanding.understand import Knowledge, load_knowledge


@dataclass(frozen=True, eq=False)
class Lessons:
    """Texts with labels, those to train on and those to judge, each also as the classifier sees it."""

    knowledge: Knowledge
    encoder: Encoder
    classifier: Classifier
    training_texts: tuple[Labelled, ...]
    training: list[Example]
    pages: tuple[Labelled, ...]
    examples: list[Example]

    @property
    def slugs(self) -> tuple[str, ...]:
        """The topics of the taxonomy."""
        return tuple(topic.slug for topic in self.knowledge.tagger.topics)

    @property
    def expected(self) -> list[Said]:
        """What the readers said of the pages."""
        return [Said(page.relevance, frozenset(page.topics)) for page in self.pages]


def load_lessons(pages: Path | None) -> Lessons:
    """Load everything; pages default to the frozen check set."""
    settings = settings_from({})
    classifier = shipped_classifier(settings.encoder)
    if classifier is None:
        raise SystemExit(f"no classifier ships for {settings.encoder}; run `make classifier`.")
    knowledge, encoder = load_knowledge(classifier), load_encoder(settings.encoder, settings.cache)
    texts = load_training_texts()
    judged = tuple(load_texts(pages)) if pages else load_check_texts()
    return Lessons(
        knowledge=knowledge,
        encoder=encoder,
        classifier=classifier,
        training_texts=texts,
        training=examples_again(texts, knowledge, classifier),
        pages=judged,
        examples=examples_of_texts(judged, knowledge, encoder),
    )
