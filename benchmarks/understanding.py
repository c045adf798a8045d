"""Relevance, topics, countries, facts, learning and speed of understanding, beside baselines, with intervals.

`python -m benchmarks.understanding [PAGES.jsonl]`: labelled pages like those in `pipeline/understanding/labelled/`; by
default the frozen check set, which the classifier was not trained on. `--zero-shot MODEL` adds an NLI model by name.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.understanding_baselines import METHODS, Method, zero_shot_method
from benchmarks.understanding_learning import print_learning
from benchmarks.understanding_lessons import Lessons, load_lessons
from benchmarks.understanding_real import print_real
from benchmarks.understanding_rest import print_rest
from benchmarks.understanding_scores import interval_of, said_by_language
from benchmarks.understanding_speed import print_speed
from pipeline.understanding.checking import HEADLINES, Said, scores_of

LANGUAGES = ("en", "zh", "ru", "fr")


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="?", type=Path, help="labelled pages; default: the check set")
    parser.add_argument("--zero-shot", metavar="MODEL", help="an NLI model, by folder or name on a hub")
    parser.add_argument("--quick", action="store_true", help="leave out learning and speed")
    options = parser.parse_args()
    lessons = load_lessons(options.pages)
    methods = dict(METHODS)
    if options.zero_shot:
        methods[f"zero-shot NLI, {options.zero_shot}"] = zero_shot_method(options.zero_shot)
    print_methods(lessons, methods)
    print_rest(lessons)
    if not options.quick:
        print_real(lessons)
        print_learning(lessons)
        print_speed(lessons)


def print_methods(lessons: Lessons, methods: dict[str, Method]) -> None:
    """Print each method's scores with bootstrap intervals, ours first, then ours by language."""
    expected = lessons.expected
    print(f"{len(expected)} pages; F1, in brackets the 95% interval of 1,000 bootstrap samples")
    print(f"{'':34s}" + "".join(f"{name:>24s}" for name in HEADLINES))
    ours: list[Said] = []
    for name, method in methods.items():
        found = method(lessons)
        ours = ours or found
        cells = (interval_of(expected, found, headline) for headline in HEADLINES)
        print(f"{name:34s}" + "".join(f"{cell!s:>24s}" for cell in cells))
    for language, pairs in said_by_language(lessons, ours).items():
        scores = scores_of(*pairs)
        figures = (f"{getattr(scores, headline):24.3f}" for headline in HEADLINES)
        print(f"  ours, {language:26s}" + "".join(figures))
    print("  ours, each topic: " + ", ".join(f"{k} {v:.2f}" for k, v in scores_of(expected, ours).each_topic.items()))


if __name__ == "__main__":
    main()
