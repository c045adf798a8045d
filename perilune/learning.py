"""Learning from corrections: trains the classifier anew, checks it on texts it never saw, and deploys it or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import sqlalchemy as sa
from rich.markup import escape
from rich.table import Table
from sqlalchemy.orm import Session

from models.knowledge import Correction, TrainedModel
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
from pipeline.understanding.knowledge import knowledge_from_rows
from pipeline.understanding.labelled import Labelled, load_check_texts, load_training_texts
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
        ground = _Ground(knowledge_from_rows(session), deployed_classifier(session, model))
        corrected = examples_of_corrections(session, ground.knowledge, model)
        newest = newest_articles(session, ground.knowledge, model)
    tell("reading the labelled texts")
    shipped = _shipped_examples(texts.training, ground.knowledge, encoder, model)
    tell(f"training on {len(shipped)} texts and {len(corrected)} corrected articles")
    examples = [merged_example(one, ground.merges) for one in (*shipped, *corrected)]
    own = [topic for topic in ground.topics if topic.slug not in ground.judged_topics()]
    profiles = {topic.slug: profile_of(topic, encoder()) for topic in own}
    classifier = train(examples, [topic.slug for topic in ground.topics], model, profiles)
    tell("checking")
    check = _Check(ground, examples_of_texts(texts.check, ground.knowledge, encoder()))
    taggers = [
        replace(ground.knowledge.tagger, classifier=one, profiles=profiles)
        for one in (classifier, ground.deployed.classifier if ground.deployed else None, shipped_classifier(model))
    ]
    report = _report(check, taggers, (shipped, corrected, newest))
    with archive.sessions.begin() as session:
        if not report.refused:  # one that ran before is never run again: its report is enough
            session.execute(sa.update(TrainedModel).where(TrainedModel.encoder == model).values(content=b""))
        session.add(
            TrainedModel(
                encoder=model,
                made_at=now,
                content=b"" if report.refused else classifier_bytes(classifier),
                report=report.as_dict(),
                refused=report.refused,
            )
        )
    return report


@dataclass(frozen=True, eq=False)
class _Ground:
    """What a training begins from: taxonomy and gazetteer as they are, the classifier that runs."""

    knowledge: Knowledge
    deployed: Deployed | None

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The topics in use."""
        return self.knowledge.tagger.topics

    @property
    def merges(self) -> Mapping[str, str]:
        """The topic that stands for one that was merged."""
        return self.knowledge.tagger.merged

    def judged_topics(self) -> frozenset[str]:
        """Name the topics in use that the labelled texts were judged for."""
        standing = {self.merges.get(slug, slug) for slug in shipped_slugs()}
        return frozenset(topic.slug for topic in self.topics if topic.slug in standing)


def _shipped_examples(
    texts: Sequence[Labelled], knowledge: Knowledge, encoder: Callable[[], Encoder], model: str
) -> list[Example]:
    """Make examples of labelled texts; only those whose vectors do not ship are encoded."""
    shipped = shipped_classifier(model)
    kept = examples_again(texts, knowledge, shipped) if shipped else []
    known = {example.id for example in kept}
    missing = [text for text in texts if text.document.id not in known]
    return kept + (examples_of_texts(missing, knowledge, encoder()) if missing else [])


@dataclass(frozen=True, eq=False)
class _Check:
    """The check set, and what counts in it: topics that its texts were judged for."""

    ground: _Ground
    examples: Sequence[Example]

    def scores(self, tagger: Tagger) -> Scores | None:
        """Score a classifier; None where there is none."""
        if tagger.classifier is None:
            return None
        topics = self.ground.judged_topics()
        merged = [merged_example(one, self.ground.merges) for one in self.examples]
        found = [tagger.said_of(one.signals) for one in self.examples]
        return scores_of(
            [_among(Said(one.relevance or Relevance.OFF, one.has), topics) for one in merged],
            [_among(one, topics) for one in found],
        )


def _among(said: Said, topics: frozenset[str]) -> Said:
    return replace(said, topics=said.topics & topics)


def _report(check: _Check, taggers: Sequence[Tagger], lessons: tuple[Sequence[Example], ...]) -> Report:
    """Compare the new classifier with the one that runs and the one that ships: it must be worse than neither."""
    shipped, corrected, newest = lessons
    new, old, _ = taggers
    scores, scores_before, scores_first = (check.scores(tagger) for tagger in taggers)
    if scores is None:
        raise ValueError("the new classifier is missing")
    before = old.classifier
    return Report(
        text_count=len(shipped),
        corrected_count=len(corrected),
        check_count=len(check.examples),
        scores=scores,
        scores_before=scores_before,
        new_topics=tuple(slug for slug in _topics_of(new) if before is None or slug not in _topics_of(old)),
        compared_count=len(newest) if before else 0,
        changes=tuple(_changes(newest, old, new)) if before else (),
        refused=next(
            (complaint for one in (scores_before, scores_first) if one and (complaint := complaint_about(scores, one))),
            None,
        ),
    )


def _topics_of(tagger: Tagger) -> tuple[str, ...]:
    return (*tagger.classifier.slugs, *tagger.classifier.newcomers) if tagger.classifier else ()


def _changes(newest: Sequence[Example], old: Tagger, new: Tagger) -> Iterator[Change]:
    for one in newest:
        before, after = old.said_of(one.signals), new.said_of(one.signals)
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
    verdict = f"not deployed: {escape(report.refused)}" if report.refused else "deployed"
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
