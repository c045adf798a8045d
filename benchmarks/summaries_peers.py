"""What summaries are measured beside: the lead, and TextRank and LexRank of sumy in a process of its own environment.

All get our sentences, of the language that the summary is in, and the same budget.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

from benchmarks.peer_process import PeerProcess
from benchmarks.summaries_sets import Story
from pipeline.grounding.words import STOP_WORDS
from pipeline.summaries.sentences import sentences_of
from pipeline.values import Document

SUMY_NEEDS = Path(__file__).parents[1] / "requirements" / "peers-sumy.txt"
READER = Path(__file__).with_name("summaries_reader.py")
LEAD = "lead"
_WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3400-\u9fff\uf900-\ufaff]+")


@dataclass(frozen=True)
class Said:
    """A summary, and the processor seconds that it took."""

    sentences: tuple[str, ...]
    seconds: float


def lead_of(story: Story, budget: int) -> Said:
    """Take the first sentences: of one document its first ones, of several the first of each in turn."""
    began = time.process_time()
    turns = zip_longest(*(_cut(document) for document in _in_language(story)))
    taken = [sentence for sentence in chain.from_iterable(turns) if sentence][:budget]
    return Said(tuple(taken), time.process_time() - began)


def _in_language(story: Story) -> Sequence[Document]:
    return [one for one in story.documents if one.language in {story.language, None}]


def _cut(document: Document) -> list[str]:
    return [document.text[span.start : span.end] for span in sentences_of(document.text, document.language)]


class Sumy(PeerProcess):
    """One process that ranks with sumy, one story after the other."""

    def __init__(self, python: Path) -> None:
        super().__init__(python, READER)

    def rank(self, story: Story, budget: int) -> dict[str, Said]:
        """Summarise a story in each of sumy's ways."""
        cut = [[(text, _WORD.findall(text)) for text in _cut(document)] for document in _in_language(story)]
        stop_words = sorted(STOP_WORDS.get(story.language, ()))
        answer = self.asked({"language": story.language, "budget": budget, "stop_words": stop_words, "documents": cut})
        return {way: Said(tuple(said["sentences"]), said["seconds"]) for way, said in answer.items()}  # type: ignore[arg-type]
