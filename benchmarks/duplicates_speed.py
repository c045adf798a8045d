"""Copies in an archive of 100,000 texts: what signing, looking up and checking cost, and what is found; beside an LSH.

`python -m benchmarks.duplicates_speed FOLDER [COUNT]`: the real texts that `duplicates_texts` reads, among texts put
together from their phrases. Mutations of the real ones and texts that only look like them are looked up.
"""

from __future__ import annotations

import hashlib
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.duplicates import pairs_of
from benchmarks.duplicates_copies import Pair
from benchmarks.duplicates_peers import DATASKETCH_NEEDS, Datasketch
from benchmarks.duplicates_texts import LANGUAGES, Source, all_texts_of, sources_of
from benchmarks.extraction_peers import python_with
from pipeline.runners.identify import MAX_CANDIDATES, MAX_SHARING_A_BAND
from pipeline.stories.duplicates import is_copy
from pipeline.stories.signatures import signature_of

COUNT = 100_000
QUESTIONS = 1_000
THRESHOLDS = (0.85, 0.5)
CHAIN_WORDS = 3
CHARS = (400, 2400)


@dataclass(frozen=True)
class Question:
    """A text that is looked up: the place of the text that it was made of, and whether it is a copy of that."""

    pair: Pair
    place: int


def main() -> None:
    """Print rates and finds."""
    folder = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else COUNT
    sources = sources_of(folder)
    archive = [(one.title, one.text) for one in sources]
    archive += [("", text) for text in made_texts(list(all_texts_of(folder)), count - len(archive))]
    questions = list(questions_of(folder, sources))
    copies = sum(question.pair.is_copy for question in questions)
    print(f"{count} texts; {copies} copies and {len(questions) - copies} texts that only look like one are looked up")
    ours = print_ours(archive, questions)
    with Datasketch(python_with(DATASKETCH_NEEDS), THRESHOLDS) as peer:
        print_peer(peer, archive, questions, ours)


def made_texts(sources: Sequence[Source], count: int) -> Iterator[str]:
    """Put texts together in which every three neighbouring words (in Chinese signs) stand somewhere in a real text."""
    chance = random.Random("archive")
    chains: dict[str, Mapping[tuple[str, ...], list[str]]] = {}
    for language in LANGUAGES:
        chain: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for source in sources:
            words = source.text.split(" ") if language != "zh" else list(source.text)
            for start in range(len(words) - CHAIN_WORDS if source.language == language else 0):
                chain[tuple(words[start : start + CHAIN_WORDS - 1])].append(words[start + CHAIN_WORDS - 1])
        chains[language] = chain
    openings = {language: list(chain) for language, chain in chains.items()}
    for number in range(count):
        language = LANGUAGES[number % len(LANGUAGES)]
        size = chance.randrange(*CHARS) // (1 if language != "zh" else 3)
        yield _chained(chains[language], openings[language], size, chance, " " if language != "zh" else "")


def _chained(
    chain: Mapping[tuple[str, ...], list[str]],
    openings: Sequence[tuple[str, ...]],
    size: int,
    chance: random.Random,
    space: str,
) -> str:
    words = list(chance.choice(openings))
    length = 0
    while length < size:
        following = chain.get(tuple(words[1 - CHAIN_WORDS :])) or chance.choice(openings)
        words.append(chance.choice(following))
        length += len(words[-1]) + len(space)
    return space.join(words)


def questions_of(folder: Path, sources: Sequence[Source]) -> Iterator[Question]:
    """Choose pairs whose first text is in the archive, as many copies as others."""
    places = {source.text: place for place, source in enumerate(sources)}
    pairs = [pair for pair in pairs_of(folder) if pair.texts[0] in places]
    pairs.sort(key=lambda pair: hashlib.sha256("\n".join(pair.texts).encode()).digest())
    for is_copy_of in (True, False):
        for pair in [pair for pair in pairs if pair.is_copy is is_copy_of][:QUESTIONS]:
            yield Question(pair, places[pair.texts[0]])


def print_ours(archive: Sequence[tuple[str, str]], questions: Sequence[Question]) -> float:
    """Sign, look up and check, and print what it cost; return the seconds of signing a text."""
    kept: dict[int, list[int]] = defaultdict(list)
    began = time.process_time()
    signatures = [signature_of(text).bands for _, text in archive]
    signing = (time.process_time() - began) / len(archive)
    for place, bands in enumerate(signatures):
        for band in bands:
            kept[band].append(place)
    candidates, found = [], []
    began = time.process_time()
    for question in questions:
        bands = signature_of(question.pair.texts[1]).bands
        shared = Counter(place for band in bands for place in kept.get(band, ())[:MAX_SHARING_A_BAND])
        candidates.append(sorted(shared, key=lambda place: (-shared[place], place))[:MAX_CANDIDATES])
    looking = (time.process_time() - began) / len(questions)
    began = time.process_time()
    for question, near in zip(questions, candidates, strict=True):
        title, text = question.pair.titles[1], question.pair.texts[1]
        found.append([place for place in near if is_copy(*archive[place], title, text)])
    checking = (time.process_time() - began) / len(questions)
    print(f"ours: signing {1000 * signing:.2f} ms a text; signing and looking up {1000 * looking:.2f} ms,", end=" ")
    print(f"checking {1000 * checking:.2f} ms a question, {sum(map(len, candidates)) / len(questions):.1f} candidates")
    print_found("ours, bands and check", questions, found)
    print_found("ours, bands alone", questions, candidates)
    return signing


def print_peer(
    peer: Datasketch, archive: Sequence[tuple[str, str]], questions: Sequence[Question], ours: float
) -> None:
    """Print the same of the library."""
    kept, found = (
        peer.keep([text for _, text in archive]),
        peer.find([question.pair.texts[1] for question in questions]),
    )
    for threshold in THRESHOLDS:
        signing = kept[threshold].signing / len(archive)
        print(f"datasketch's LSH at {threshold}: signing {1000 * signing:.2f} ms a text (ours {ours / signing:.2f}),")
        print(f"  keeping {1000 * kept[threshold].index / len(archive):.2f} ms a text,", end=" ")
        print(f"looking up {1000 * found[threshold].index / len(questions):.2f} ms a question")
        print_found(f"datasketch's LSH at {threshold}", questions, found[threshold].found)


def print_found(name: str, questions: Sequence[Question], found: Sequence[Sequence[int]]) -> None:
    """Print recall, and what else was found: for copies another text than theirs, for others anything."""
    asked = [(question.pair.is_copy, question.place, places) for question, places in zip(questions, found, strict=True)]
    copies = [(place, places) for is_copy_of, place, places in asked if is_copy_of]
    others = [(place, places) for is_copy_of, place, places in asked if not is_copy_of]
    recall = sum(place in places for place, places in copies) / len(copies)
    print(
        f"  {name}: recall {recall:.4f}; {sum(place in places for place, places in others)} of {len(others)}", end=" "
    )
    more = sum(any(one != place for one in places) for _, place, places in asked)
    print(f"others joined to what they look like, {more} of {len(asked)} to a third text")


if __name__ == "__main__":
    main()
