"""The other figures of understanding: countries, kinds of document, events and agreements, on the same pages."""

from __future__ import annotations

from collections.abc import Sequence

from babel import Locale

from benchmarks.understanding_facts import Counted, NamesOf, counted_agreements, counted_events
from benchmarks.understanding_lessons import Lessons
from benchmarks.understanding_scores import interval_of_counts
from pipeline.understanding.gazetteer import names_of
from pipeline.understanding.labelled import Labelled
from pipeline.understanding.understand import understand
from pipeline.values import Understanding

LANGUAGES = ("en", "zh", "ru", "fr")


def print_rest(lessons: Lessons) -> None:
    """Print countries, kinds of document, events and agreements."""
    pairs = [
        (page, understand(page.document, lessons.knowledge, example.signals.vector))
        for page, example in zip(lessons.pages, lessons.examples, strict=True)
    ]
    countries = interval_of_counts([_countries(page, found) for page, found in pairs])
    print(f"countries that take part, F1 {countries}; naming all that are mentioned {_all_named(lessons)}")
    events = [counted_events(found.facts, page.events) for page, found in pairs]
    agreements = [counted_agreements(found.facts, page.agreements, _names_by_party(lessons)) for page, found in pairs]
    _print_facts("events, name and start", events)
    _print_facts("agreements, parties or title, and date", agreements)
    kinds = sum(page.doc_type == found.doc_type for page, found in pairs) / len(pairs)
    print(f"kind of document, accuracy {kinds:.3f}")


def _print_facts(what: str, counted: Sequence[Counted]) -> None:
    total = sum(counted, Counted())
    interval = interval_of_counts([(one.right, one.found - one.right, one.labelled - one.right) for one in counted])
    print(f"{what}, F1 {interval}; precision {total.precision:.3f}, recall {total.recall:.3f}")


def _names_by_party(lessons: Lessons) -> NamesOf:
    """Give every name of an actor by its slug, and those of a country by its code."""
    actors = lessons.knowledge.gazetteer.actors

    def names(party: str) -> list[str]:
        if party in actors:
            return list(names_of(actors[party]))
        return [str(Locale(language).territories.get(party, party)) for language in LANGUAGES]

    return names


def _countries(page: Labelled, found: Understanding) -> tuple[int, int, int]:
    return _three(set(page.countries), set(found.countries))


def _three(expected: set[str], found: set[str]) -> tuple[int, int, int]:
    return len(expected & found), len(found - expected), len(expected - found)


def _all_named(lessons: Lessons) -> str:
    """Score the baseline: every country that the text names."""
    from pipeline.understanding.countries import countries_in

    counts = []
    for page in lessons.pages:
        text = f"{page.document.title}\n{page.document.text}"
        counts.append(_three(set(page.countries), {one.code for one in countries_in(text, page.document.language)}))
    return str(interval_of_counts(counts))
