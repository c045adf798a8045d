"""Learning from corrections: trains the classifier anew, checks it on texts it never saw, and deploys it or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from rich.markup import escape
from rich.table import Table
from sqlalchemy.orm import Session

from models.knowledge import Correction, TrainedModel
from models.taxonomy import merged_topics
from models.vocabulary import CorrectionField, Relevance
from perilune.archive import Archive
from perilune.output import console
from pipeline.encoding.encoder import Encoder
from pipeline.runners.classifier import Deployed, deployed_classifier, profile_of, shipped_classifier
from pipeline.runners.lessons import (
    examples_again,
    examples_of_corrections,
    examples_of_texts,
    newest_articles,
    shipped_slugs,
)
from pipeline.understanding.checking import Said, Scores, complaint_about, scores_of
from pipeline.understanding.classifier import Classifier, classifier_bytes
from pipeline.understanding.judging import judged
from pipeline.understanding.knowledge import knowledge_from_rows, topics_from_rows
from pipeline.understanding.labelled import Labelled, load_check_texts, load_training_texts
from pipeline.understanding.signals import Signals
from pipeline.understanding.tagging import Tagger
from pipeline.understanding.training import Example, merged_example, train
from pipeline.understanding.understand import Knowledge, load_knowledge
from pipeline.values import Topic

LEARNS_AT = dt.time(2, tzinfo=dt.UTC)
CHANGES_SHOWN = 20
WORDINGS = {
    "core": "core against the rest, F1",
    "relevance": "core, space, off, mean F1",
    "topics": "topics, F1 over all",
    "topics_macro": "topics, mean F1",
}
Tell = Callable[[str], None]
"""Takes one sentence on what is being done."""


@dataclass(frozen=True)
class Change:
    """An article that the new classifier judges otherwise."""

    key: str
    title: str
    before: Said
    after: Said

    def as_dict(self) -> dict[str, object]:
        """Give it as plain values."""
        return {
            "article": self.key,
            "title": self.title,
            "before": [self.before.relevance, *sorted(self.before.topics)],
            "after": [self.after.relevance, *sorted(self.after.topics)],
        }


@dataclass(frozen=True)
class Report:
    """What a training gave: figures on the check set beside those of the classifier before, and what would change.

    `refused` says why the classifier is not deployed.
    """

    text_count: int
    corrected_count: int
    check_count: int
    scores: Scores
    scores_before: Scores | None
    new_topics: tuple[str, ...]
    compared_count: int
    changes: tuple[Change, ...]
    refused: str | None

    def as_dict(self) -> dict[str, object]:
        """Give the report as plain values."""
        return {
            "trained on": {"shipped texts": self.text_count, "corrected articles": self.corrected_count},
            "check set": self.check_count,
            "scores": self.scores.as_dict(),
            "scores before": self.scores_before.as_dict() if self.scores_before else None,
            "topics learned": list(self.new_topics),
            "articles compared": self.compared_count,
            "articles that change": len(self.changes),
            "changes": [change.as_dict() for change in self.changes[:CHANGES_SHOWN]],
            "refused": self.refused,
        }


@dataclass(frozen=True)
class Texts:
    """The labelled texts: those to train on, and those to check on; by default those that ship."""

    training: Sequence[Labelled] = field(default_factory=load_training_texts)
    check: Sequence[Labelled] = field(default_factory=load_check_texts)


def train_shipped(encoder: Encoder) -> Classifier:
    """Train on the shipped texts alone, as the classifier that ships was."""
    knowledge = load_knowledge()
    examples = examples_of_texts(load_training_texts(), knowledge, encoder)
    return train(examples, [topic.slug for topic in knowledge.tagger.topics], encoder.model)


def write_shipped(encoder: Encoder, path: Path) -> None:
    """Write the classifier that is trained on the shipped texts alone to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(classifier_bytes(train_shipped(encoder)))


def learn(
    archive: Archive,
    encoder: Callable[[], Encoder],
    *,
    now: dt.datetime,
    texts: Texts | None = None,
    tell: Tell = lambda _: None,
) -> Report:
    """Train from shipped texts and all corrections, store the classifier with its report; it runs unless worse."""
    model = archive.settings.encoder
    texts = texts or Texts()
    with archive.sessions() as session:
        ground = _ground(session, model)
        corrected = examples_of_corrections(session, ground.knowledge, model)
        newest = newest_articles(session, ground.knowledge, model)
    tell("reading the labelled texts")
    shipped = _shipped_examples(texts.training, ground.knowledge, encoder, model)
    tell(f"training on {len(shipped)} texts and {len(corrected)} corrected articles")
    examples = [merged_example(one, ground.merges) for one in (*shipped, *corrected)]
    own = [topic for topic in ground.topics if topic.slug not in shipped_slugs()]
    profiles = {topic.slug: profile_of(topic, encoder()) for topic in own}
    classifier = train(examples, [topic.slug for topic in ground.topics], model, profiles)
    tell("checking")
    check = examples_of_texts(texts.check, ground.knowledge, encoder())
    report = _report(ground, classifier, (shipped, corrected, check, newest))
    with archive.sessions.begin() as session:
        session.add(
            TrainedModel(
                encoder=model,
                made_at=now,
                content=classifier_bytes(classifier),
                report=report.as_dict(),
                refused=report.refused,
            )
        )
    return report


@dataclass(frozen=True, eq=False)
class _Ground:
    """What a training begins from."""

    knowledge: Knowledge
    topics: tuple[Topic, ...]
    merges: Mapping[str, str]
    deployed: Deployed | None

    def tagger(self, classifier: Classifier) -> Tagger:
        """Make a tagger of the topics in use with a classifier."""
        return Tagger(self.topics, classifier, {}, self.merges)


def _ground(session: Session, model: str) -> _Ground:
    return _Ground(
        knowledge_from_rows(session),
        topics_from_rows(session),
        merged_topics(session),
        deployed_classifier(session, model),
    )


def _shipped_examples(
    texts: Sequence[Labelled], knowledge: Knowledge, encoder: Callable[[], Encoder], model: str
) -> list[Example]:
    """Make examples of labelled texts; only those whose vectors do not ship are encoded."""
    shipped = shipped_classifier(model)
    kept = examples_again(texts, knowledge, shipped) if shipped else []
    known = {example.id for example in kept}
    missing = [text for text in texts if text.document.id not in known]
    return kept + (examples_of_texts(missing, knowledge, encoder()) if missing else [])


def _report(ground: _Ground, classifier: Classifier, lessons: tuple[Sequence[Example], ...]) -> Report:
    shipped, corrected, check, newest = lessons
    expected = [_expected(merged_example(one, ground.merges), ground) for one in check]
    new, before = ground.tagger(classifier), ground.deployed.classifier if ground.deployed else None
    scores = scores_of(expected, [_said(one.signals, new) for one in check])
    old = ground.tagger(before) if before else None
    scores_before = scores_of(expected, [_said(one.signals, old) for one in check]) if old else None
    return Report(
        text_count=len(shipped),
        corrected_count=len(corrected),
        check_count=len(check),
        scores=scores,
        scores_before=scores_before,
        new_topics=tuple(slug for slug in _topics_of(classifier) if before is None or slug not in _topics_of(before)),
        compared_count=len(newest) if old else 0,
        changes=tuple(_changes(newest, old, new)) if old else (),
        refused=complaint_about(scores, scores_before) if scores_before else None,
    )


def _topics_of(classifier: Classifier) -> tuple[str, ...]:
    return (*classifier.slugs, *classifier.newcomers)


def _expected(example: Example, ground: _Ground) -> Said:
    active = {topic.slug for topic in ground.topics}
    return Said(
        example.relevance or Relevance.OFF,
        frozenset(slug for slug, is_there in example.topics.items() if is_there and slug in active),
    )


def _said(signals: Signals, tagger: Tagger) -> Said:
    """Say what a classifier makes of an article, of topics that the check set was judged for."""
    relevance = judged(signals, tagger.classifier).relevance
    topics = () if relevance is Relevance.OFF else tagger.topics_of(signals)
    return Said(relevance, frozenset(topic.slug for topic in topics))


def _changes(newest: Sequence[Example], old: Tagger, new: Tagger) -> Iterator[Change]:
    for one in newest:
        before, after = _said(one.signals, old), _said(one.signals, new)
        if before != after:
            yield Change(one.id, one.title, before, after)


def learning_is_due(session: Session, *, now: dt.datetime) -> bool:
    """Tell whether corrections were made or undone since the last training, before the last time to learn."""
    at = dt.datetime.combine(now.date(), LEARNS_AT)
    last_moment = at if at <= now else at - dt.timedelta(days=1)
    last = session.scalar(sa.select(sa.func.max(TrainedModel.made_at)))
    touched = sa.func.max(sa.func.coalesce(Correction.undone_at, Correction.made_at))
    fields = (CorrectionField.RELEVANCE, CorrectionField.TOPICS)
    newest = session.scalar(sa.select(touched).where(Correction.field.in_(fields)))
    if newest is None or newest > last_moment:
        return False
    return last is None or newest > last


def print_report(report: Report) -> None:
    """Print a report for people."""
    out = console()
    verdict = f"not deployed: {report.refused}" if report.refused else "deployed"
    out.print(
        f"Trained on {report.text_count} shipped texts and {report.corrected_count} corrected articles: {verdict}."
    )
    table = Table("on the check set", "now", "before")
    for name, wording in WORDINGS.items():
        before = getattr(report.scores_before, name, None)
        table.add_row(wording, f"{getattr(report.scores, name):.3f}", "" if before is None else f"{before:.3f}")
    out.print(table)
    if report.new_topics:
        out.print(f"Topics learned: {', '.join(report.new_topics)}.")
    out.print(f"Of the {report.compared_count} newest articles {len(report.changes)} are judged otherwise.")
    for change in report.changes[:CHANGES_SHOWN]:
        before, after = (", ".join((said.relevance, *sorted(said.topics))) for said in (change.before, change.after))
        out.print(f"  {change.key} {escape(change.title)}: {before} -> {after}", highlight=False)
