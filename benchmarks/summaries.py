"""Measures summaries: ROUGE beside the lead and sumy's TextRank and LexRank, evidence, redundancy, time.

Run as `python -m benchmarks.summaries FOLDER`, or with the folder in BENCH_DATA; below it lie `summ/`, `html/fundus/`
and `clusters/`, texts from elsewhere. Without it only our own references are measured. sumy has an environment of its
own (BENCH_PEERS). All choose three sentences from ours.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.extraction_peers import PeersProblem, python_with
from benchmarks.summaries_peers import LEAD, SUMY_NEEDS, Said, Sumy, lead_of
from benchmarks.summaries_rouge import MEASURES, Rouge, interval_of, redundancy_of, repeated_trigrams_of, rouge_of
from benchmarks.summaries_sets import Story, sets_of
from pipeline.summaries.summarise import summarise

BUDGET = 3
OURS = "ours"
LANGUAGES = ("en", "zh", "ru", "fr")
BIG_STORY_DOCUMENTS = 12


@dataclass(frozen=True)
class Measured:
    """One summary by one way: how near it is to the references, and how much it repeats."""

    language: str
    rouge: Rouge
    redundancy: float
    repeated: float
    seconds: float


def ours(story: Story) -> Said:
    """Summarise without the encoder, which stories in one language are not given."""
    language = story.language if story.language in LANGUAGES else None
    began = time.process_time()
    sentences = summarise(story.documents, None, budget=BUDGET, language=language)
    return Said(tuple(one.text for one in sentences), time.process_time() - began)


def measured(story: Story, said: Said) -> Measured:
    """Compare a summary with its references and with itself."""
    return Measured(
        story.language,
        rouge_of(" ".join(said.sentences), story.references, story.language),
        redundancy_of(said.sentences, story.language),
        repeated_trigrams_of(said.sentences, story.language),
        said.seconds,
    )


def measured_by_all(stories: Sequence[Story], sumy: Sumy) -> dict[str, list[Measured]]:
    """Summarise every story in every way, one after the other."""
    found: dict[str, list[Measured]] = {}
    for story in stories:
        summaries = {OURS: ours(story), LEAD: lead_of(story, BUDGET)} | sumy.rank(story, BUDGET)
        for way, said in summaries.items():
            found.setdefault(way, []).append(measured(story, said))
    return found


def print_set(title: str, found: Mapping[str, Sequence[Measured]]) -> None:
    """Print a set's table, and how sure it is that ours is above the lead."""
    print(f"\n{title}: {len(found[OURS])} stories")
    print(f"{'':10s}{'ROUGE-1':>9s}{'-2':>7s}{'-L':>7s}{'said twice':>12s}{'trigrams':>10s}{'ms a story':>12s}")
    for way, every in found.items():
        cells = "".join(f"{_mean([one.rouge.cells[n] for one in every]):>7.3f}" for n in range(len(MEASURES)))
        twice, trigrams = _mean([one.redundancy for one in every]), _mean([one.repeated for one in every])
        print(f"{way:12s}{cells}{twice:>12.3f}{trigrams:>10.3f}{1000 * _mean([one.seconds for one in every]):>12.1f}")
    for n, measure in enumerate(MEASURES):
        gains = [one.rouge.cells[n] - other.rouge.cells[n] for one, other in zip(found[OURS], found[LEAD], strict=True)]
        low, high = interval_of(gains)
        print(f"  ROUGE-{measure} above the lead by {_mean(gains):+.3f} (95%: {low:+.3f} to {high:+.3f})")


def print_languages(found: Mapping[str, Sequence[Measured]]) -> None:
    """Print ROUGE-1, -2 and -L of every way by language."""
    for language in LANGUAGES:
        cells = []
        for way, every in found.items():
            own = [one.rouge.cells for one in every if one.language == language]
            cells.append(f"{way} " + " ".join(f"{_mean([row[n] for row in own]):.3f}" for n in range(len(MEASURES))))
        count = sum(one.language == language for one in found[OURS])
        print(f"  {language} ({count}): " + " | ".join(cells))


def print_evidence(stories: Sequence[Story]) -> None:
    """Print the share of sentences whose evidence opens: the slice that it names is the sentence."""
    opened = count = 0
    for story in stories:
        texts = {document.id: document.text for document in story.documents}
        for sentence in summarise(story.documents, None, budget=BUDGET):
            first = sentence.evidence[0]
            opened += texts[first.document_id][first.start : first.end] == sentence.text
            count += 1
    print(f"\nevidence that opens: {opened} of {count} sentences, {opened / count:.1%}")


def print_big_story(stories: Sequence[Story]) -> None:
    """Print the time of a story of twelve articles."""
    documents = tuple(document for story in stories for document in story.documents)[:BIG_STORY_DOCUMENTS]
    times = [ours(Story("big", "en", documents, ())).seconds for _ in range(5)]
    print(f"a story of {len(documents)} articles: {1000 * min(times):.0f} ms, without the encoder")


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.summaries", description="Measure summaries.")
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get("BENCH_DATA"))
    options = parser.parse_args()
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; budget {BUDGET}")
    sets = sets_of(Path(options.folder) if options.folder else None)
    try:
        with Sumy(python_with(SUMY_NEEDS)) as sumy:
            for title, stories in sets.items():
                found = measured_by_all(stories, sumy)
                print_set(title, found)
                if len({story.language for story in stories}) >= len(LANGUAGES):
                    print_languages(found)
    except PeersProblem as problem:
        raise SystemExit(str(problem)) from problem
    every = [story for stories in sets.values() for story in stories]
    print_evidence(every)
    english = [story for story in every if story.language == "en" and len(story.documents) == 1]
    print_big_story(sorted(english, key=lambda story: -len(story.documents[0].text)))


if __name__ == "__main__":
    main()
