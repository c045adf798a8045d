"""Translated copies: events told by a text and its translations, releases, a treaty; beside texts that are none.

`python -m benchmarks.duplicates_translations FOLDER`: FOLDER is the data pack that `benchmarks.duplicates` reads.
"""

from __future__ import annotations

import argparse
import itertools
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.duplicates_others import SLOT_VALUES, TEMPLATES, filled
from benchmarks.duplicates_texts import LANGUAGES, Source, all_texts_of
from perilune.config import settings_from
from pipeline.encoding.encoder import load_encoder
from pipeline.encoding.language_means import LanguageMeans, prior_means
from pipeline.runners.translated_copies import rendering_of
from pipeline.stories.translations import Rendering, is_translation, may_be_translation
from pipeline.values import Document

RELEASES = Path(__file__).parent / "duplicates_translations.toml"
EVENTS = RELEASES.with_name("duplicates_events.toml")
MOST_CHARS = 2500
TREATY_NAMES = "1967-01-27"
# The templates that say the same in every language.
LITERAL_KINDS = frozenset(
    {"editions of a meeting", "agreements of an agency", "monthly reports", "adverts of an institute"}
)


@dataclass(frozen=True)
class Case:
    """Two texts and whether they are one; `kind` says where they are from."""

    kind: str
    one: Source
    other: Source
    is_translation: bool
    is_held_out: bool = False


def main() -> None:
    """Print precision and recall of each half, with the encoder and without."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mistakes", action="store_true", help="name the pairs of the tuning half that are wrong")
    options = parser.parse_args()
    cases = list(cases_of(options.folder))
    for label, rule in rules().items():
        said = [(case, rule(case)) for case in cases]
        for name, is_held_out in (("tuning", False), ("held out", True)):
            print_half(f"{label}, {name}", [(case, found) for case, found in said if case.is_held_out is is_held_out])
        if options.mistakes:
            for case, found in said:
                if found is not case.is_translation and not case.is_held_out:
                    print(f"    {case.kind}: {case.one.title} | {case.other.title}")


def rules() -> Mapping[str, Callable[[Case], bool]]:
    """Make the rules that are measured."""
    renderings = Renderings()
    return {
        "with the encoder": lambda case: is_translation(renderings.of(case.one), renderings.of(case.other)),
        "lengths, figures and countries alone": lambda case: may_be_translation(
            *map(_document, (case.one, case.other))
        ),
    }


def print_half(label: str, said: Sequence[tuple[Case, bool]]) -> None:
    """Print the figures of one half, and by kind and languages how many are right."""
    right = sum(found and case.is_translation for case, found in said)
    found_count, true_count = sum(found for _, found in said), sum(case.is_translation for case, _ in said)
    print(f"{label}: {true_count} translations, {len(said) - true_count} others;", end=" ")
    print(f"precision {right / max(1, found_count):.3f} ({found_count} found), recall {right / true_count:.3f}")
    groups: dict[str, list[bool]] = defaultdict(list)
    for case, found in said:
        groups[case.kind].append(found is case.is_translation)
        if case.is_translation and case.kind.startswith("event"):
            groups["event, " + "-".join(sorted((case.one.language, case.other.language)))].append(found)
    for kind, rights in sorted(groups.items()):
        print(f"  {kind:30s}{len(rights):5d}  right {sum(rights)}")


def cases_of(folder: Path) -> Iterator[Case]:
    """Yield translations, reports of the same events, the same with other figures, and texts of the same subject."""
    yield from _events()
    yield from _look_alikes()
    yield from _releases()
    yield from _articles(folder)


def _events() -> Iterator[Case]:
    events = tomllib.loads(EVENTS.read_text(encoding="utf-8"))["event"]
    for number, event in enumerate(events):
        is_held_out = number >= len(events) // 2
        told = {role: Source(f"event {number} {role}", *texts) for role, texts in event.items()}
        renderings = [told[role] for role in ("text", "translation", "second") if role in told]
        for one, other in itertools.combinations(renderings, 2):
            yield Case("event", one, other, is_translation=True, is_held_out=is_held_out)
        for another in events[len(events) // 2 :] if is_held_out else events[: len(events) // 2]:
            if another is not event and another["translation"][0] != event["text"][0]:
                other = Source(f"event {events.index(another)} translation", *another["translation"])
                yield Case("another event", told["text"], other, is_translation=False, is_held_out=is_held_out)
        for role in ("report", "other"):
            for one in renderings:
                if one.language != told[role].language:
                    yield Case(f"{role} of an event", one, told[role], is_translation=False, is_held_out=is_held_out)


def _look_alikes() -> Iterator[Case]:
    """Fill templates of an agency, such as an agreement or an edition of a meeting, with other values each."""
    for one, other in itertools.combinations(TEMPLATES["template"], 2):
        if one["kind"] == other["kind"] in LITERAL_KINDS and one["language"] != other["language"]:
            for number, again in itertools.combinations(range(SLOT_VALUES), 2):
                first, second = _filled(one, number), _filled(other, again)
                yield Case(f"look-alikes, {one['kind']}", first, second, is_translation=False)


def _filled(template: Mapping[str, str], number: int) -> Source:
    return Source(
        f"{template['kind']} {template['language']} {number}", template["language"], *filled(template, number)
    )


def _releases() -> Iterator[Case]:
    releases = tomllib.loads(RELEASES.read_text(encoding="utf-8"))["pair"]
    written = [
        [Source(f"release {number} {language}", language, *texts) for language, texts in release.items()]
        for number, release in enumerate(releases)
    ]
    for one, other in written:
        yield Case("release", one, other, is_translation=True)
        yield Case("release, other figures", one, _with_other_figures(other), is_translation=False)
    for (one, _), (_, other) in itertools.permutations(written, 2):
        yield Case("another release", one, other, is_translation=False)


def _articles(folder: Path) -> Iterator[Case]:
    articles: dict[int, list[Source]] = defaultdict(list)
    for source in all_texts_of(folder):
        if source.name.startswith(TREATY_NAMES) and source.language in LANGUAGES:
            articles[int(source.name.rpartition(" ")[2])].append(source)
    for number, renderings in articles.items():
        for one, other in itertools.combinations(renderings, 2):
            if number and max(len(one.text), len(other.text)) <= MOST_CHARS:
                yield Case("article of a treaty", one, other, is_translation=True)
        for one in renderings[:1]:
            for other in articles.get(number + 1, [])[1:]:
                yield Case("the next article", one, other, is_translation=False)


def _with_other_figures(source: Source) -> Source:
    text = re.sub(r"\d+", lambda match: str(int(match[0]) + 3), source.text)
    return Source(f"{source.name} other", source.language, source.title, text)


def _document(source: Source) -> Document:
    return Document(source.name, source.title, source.text, source.language)


class Renderings:
    """Texts with the vectors of their sentences, each encoded once, as the runner has them."""

    def __init__(self) -> None:
        settings = settings_from({})
        self._encoder = load_encoder(settings.encoder, settings.cache)
        self._means = LanguageMeans({}, prior_means(self._encoder.model))
        self._made: dict[str, Rendering] = {}

    def of(self, source: Source) -> Rendering:
        """Give a text with its vectors."""
        if source.name not in self._made:
            self._made[source.name] = rendering_of(_document(source), self._encoder.encode, self._means)
        return self._made[source.name]


if __name__ == "__main__":
    main()
