"""Real pages, held out: four times the classifier is trained without a quarter of them, which it then judges."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.understanding_baselines import keywords
from benchmarks.understanding_lessons import Lessons
from benchmarks.understanding_scores import interval_of
from pipeline.understanding.checking import HEADLINES, Said
from pipeline.understanding.training import train

FOLDS = 4


def print_real(lessons: Lessons) -> None:
    """Print the scores on the real pages among the training texts, those that have an address, and the baseline's."""
    places = [place for place, text in enumerate(lessons.training_texts) if text.document.url]
    found = _held_out(lessons, places)
    real = replace(
        lessons,
        pages=tuple(lessons.training_texts[place] for place in places),
        examples=[lessons.training[place] for place in places],
    )
    for name, said in ((f"ours, {len(places)} real pages held out", found), ("keywords, the same", keywords(real))):
        cells = (interval_of(real.expected, said, headline) for headline in HEADLINES)
        print(f"{name:34s}" + "".join(f"{cell!s:>24s}" for cell in cells))


def _held_out(lessons: Lessons, places: list[int]) -> list[Said]:
    """Judge each of these texts by a classifier that was trained without it."""
    found: dict[int, Said] = {}
    for fold in range(FOLDS):
        apart = set(places[fold::FOLDS])
        training = [one for place, one in enumerate(lessons.training) if place not in apart]
        classifier = train(training, lessons.slugs, lessons.classifier.encoder)
        tagger = replace(lessons.knowledge.tagger, classifier=classifier)
        found |= {place: tagger.said_of(lessons.training[place].signals) for place in apart}
    return [found[place] for place in places]
