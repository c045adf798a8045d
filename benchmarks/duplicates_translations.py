"""Translated copies: releases in two languages and a treaty's articles, beside texts that are no translations.

`python -m benchmarks.duplicates_translations FOLDER`: FOLDER is the data pack that `benchmarks.duplicates` reads.
"""

from __future__ import annotations

import argparse
import itertools
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.duplicates_texts import LANGUAGES, Source, all_texts_of
from perilune.config import settings_from
from pipeline.encoding.encoder import Encoder, load_encoder
from pipeline.encoding.language_means import LanguageMeans, prior_means
from pipeline.runners.embed import text_to_encode
from pipeline.stories.translations import Rendering, is_translation
from pipeline.summaries.sentences import sentences_of

RELEASES = Path(__file__).parent / "duplicates_translations.toml"
MOST_CHARS = 2500
TREATY_NAMES = "1967-01-27"


@dataclass(frozen=True)
class Case:
    """Two texts and whether they are one; `kind` says where they are from."""

    kind: str
    one: Source
    other: Source
    is_translation: bool


def main() -> None:
    """Print precision and recall with vectors of sentences and without."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    cases = list(cases_of(parser.parse_args().folder))
    for label, with_sentences in (("with sentences", True), ("texts as wholes", False)):
        renderings = Renderings(with_sentences=with_sentences)
        said = [(case, is_translation(renderings.of(case.one), renderings.of(case.other))) for case in cases]
        right = sum(found and case.is_translation for case, found in said)
        found_count, true_count = sum(found for _, found in said), sum(case.is_translation for case in cases)
        print(f"{label}: {true_count} translations, {len(cases) - true_count} others;", end=" ")
        print(f"precision {right / max(1, found_count):.3f}, recall {right / true_count:.3f}")
        for kind in sorted({case.kind for case in cases}):
            members = [(case, found) for case, found in said if case.kind == kind]
            print(f"  {kind:30s}{len(members):5d}  right {sum(found is c.is_translation for c, found in members)}")


def cases_of(folder: Path) -> Iterator[Case]:
    """Yield translations, the same with other figures, and other texts of the same subject."""
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


class Renderings:
    """Texts with their vectors, each encoded once."""

    _encoder: Encoder | None = None

    def __init__(self, *, with_sentences: bool) -> None:
        self._with_sentences = with_sentences
        self._made: dict[str, Rendering] = {}
        if Renderings._encoder is None:
            settings = settings_from({})
            Renderings._encoder = load_encoder(settings.encoder, settings.cache)
        self._means = LanguageMeans({}, prior_means(Renderings._encoder.model))

    def of(self, source: Source) -> Rendering:
        """Give a text with its vectors."""
        if source.name not in self._made:
            self._made[source.name] = self._render(source)
        return self._made[source.name]

    def _render(self, source: Source) -> Rendering:
        assert Renderings._encoder is not None
        texts = [text_to_encode(source.title, source.text)]
        if self._with_sentences:
            texts += [source.text[span.start : span.end] for span in sentences_of(source.text, source.language)]
        vectors = Renderings._encoder.encode(texts)
        centred = np.stack([self._means.centred(vector, source.language) for vector in vectors])
        sentences = centred[1:] if self._with_sentences else None
        return Rendering(source.title, source.text, source.language, centred[0], sentences)


if __name__ == "__main__":
    main()
