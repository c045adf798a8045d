"""Sources and what is claimed of them, for the grounding benchmark; apart because what is read differs by collection.

Own texts, and real ones of a folder: `text/`, `clusters/` and `pdf/space-law-corpus/` below it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.summaries.sentences import sentences_of

REPOSITORY = Path(__file__).parents[1]
LABELLED = REPOSITORY / "pipeline" / "understanding" / "labelled"
CLAIMS = Path(__file__).with_name("grounding_claims.jsonl")
ACROSS = Path(__file__).with_name("grounding_across.jsonl")
LANGUAGES = ("en", "zh", "ru", "fr")
OWN_TEXTS = 70
REAL_TEXTS = 50
BLOCK_CHARS = 2500
MIN_CLAIM_CHARS = {"zh": 14}
MIN_WESTERN_CHARS = 45
MAX_CLAIM_CHARS = {"zh": 110}
MAX_WESTERN_CHARS = 300


@dataclass(frozen=True)
class Text:
    """A source; `is_real` when it was found and not written for Perilune."""

    id: str
    language: str
    text: str
    is_real: bool = False

    @property
    def is_held_out(self) -> bool:
        """Tell on which half it lies: rules are never made on a text that is held out."""
        half = written_halves().get(self.id)
        return half == "held-out" if half else hashlib.sha256(self.id.encode()).digest()[0] % 2 == 1

    def sentences(self) -> list[str]:
        """List the sentences that may be claimed: neither headings nor lists, neither short nor endless."""
        found = [self.text[span.start : span.end] for span in sentences_of(self.text, self.language)]
        return [one for one in found if self._is_claim(one)]

    def _is_claim(self, sentence: str) -> bool:
        least = MIN_CLAIM_CHARS.get(self.language, MIN_WESTERN_CHARS)
        most = MAX_CLAIM_CHARS.get(self.language, MAX_WESTERN_CHARS)
        is_plain = "\n" not in sentence and not re.search(r"[#*|\[\]{}_]|https?:", sentence)
        return is_plain and least <= len(sentence) <= most and sentence[-1] in ".。!”»\"’'"


@dataclass(frozen=True)
class Pair:
    """A claim about a source: what kind of error it has, or in what way it is reworded, and who wrote it."""

    text: Text
    claim: str
    kind: str
    origin: str
    is_supported: bool


@cache
def written_halves() -> dict[str, str]:
    """Tell on which half the texts lie that claims were written about by hand."""
    lines = (json.loads(line) for line in CLAIMS.read_text(encoding="utf-8").splitlines())
    return {line["source"]: line["half"] for line in lines}


def texts_by_id(folder: Path | None) -> dict[str, Text]:
    """Read the texts written for Perilune and, where a folder is named, the real ones in it."""
    texts = [*_own_texts(), *(_real_texts(folder) if folder else ())]
    return {text.id: text for text in texts}


def _own_texts() -> Iterator[Text]:
    for name in ("gold", *LANGUAGES, *(f"check-{language}" for language in LANGUAGES)):
        for line in (LABELLED / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            page = json.loads(line)
            if page["language"] in LANGUAGES:
                yield Text(page["id"], page["language"], page["text"])


def _real_texts(folder: Path) -> Iterator[Text]:
    for name, language, title in (("text/cctv_space_2022_2024", "zh", "cctv"), ("clusters/ecbplus", "en", "ecb")):
        lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        pages = [page for line in lines if len((page := json.loads(line))["text"]) > MIN_WESTERN_CHARS]
        for page in pages[:: max(1, len(pages) // REAL_TEXTS)]:
            yield Text(f"{title}-{page['id']}", language, page["text"], is_real=True)
    for chapter in sorted((folder / "text" / "ceos-aiml-white-paper").glob("*.md")):
        yield from _blocks(f"ceos-{chapter.stem}", "en", chapter.read_text(encoding="utf-8"))
    treaty = folder / "pdf" / "space-law-corpus" / "un" / "treaty" / "ost-1967"
    for language in LANGUAGES:
        suffix = "" if language == "en" else f"-{language}"
        text = (treaty / f"1967-01-27{suffix}" / "text.txt").read_text(encoding="utf-8")
        yield from _blocks(f"treaty-{language}", language, text)


def _blocks(name: str, language: str, text: str) -> Iterator[Text]:
    block = ""
    for paragraph in text.split("\n\n"):
        block += paragraph + "\n\n"
        if len(block) > (BLOCK_CHARS // 3 if language == "zh" else BLOCK_CHARS):
            yield Text(f"{name}-{len(block)}", language, block.strip(), is_real=True)
            block = ""


def written_pairs(texts: dict[str, Text]) -> list[Pair]:
    """Read the claims that were written by hand, faithful ones and others."""
    lines = (json.loads(line) for line in CLAIMS.read_text(encoding="utf-8").splitlines())
    return [
        Pair(texts[line["source"]], line["claim"], line["kind"], "by hand", line["supported"])
        for line in lines
        if line["source"] in texts
    ]


def pairs_across(texts: dict[str, Text]) -> list[Pair]:
    """Read the claims that were written by hand in another language than their source."""
    lines = (json.loads(line) for line in ACROSS.read_text(encoding="utf-8").splitlines())
    return [
        Pair(texts[line["source"]], line["claim"], line["kind"], f"in {line['language']}", line["supported"])
        for line in lines
    ]


def half_of(pairs: Sequence[Pair], *, held_out: bool) -> list[Pair]:
    """Keep the pairs whose texts lie on one half."""
    return [pair for pair in pairs if pair.text.is_held_out == held_out]


def word_runs(text: str, size: int, language: str) -> list[tuple[str, ...]]:
    """List every run of so many words in lower case, or of so many signs in Chinese: what n-gram precision counts."""
    words = re.findall(r"[\u3400-\u9fff]|\w+" if language == "zh" else r"\w+", text.lower())
    return list(zip(*(words[at:] for at in range(size)), strict=False))
