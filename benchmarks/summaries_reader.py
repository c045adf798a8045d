"""Ranks sentences with sumy: run by the interpreter of the peers' own environment, which knows nothing of ours.

A line of JSON `{"language", "budget", "stop_words", "documents"}` comes in: of each document its sentences, each with
its words. One of `{way: {"sentences", "seconds"}}` goes out. Stems come with sumy, which downloads nothing.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence

from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence  # type: ignore[import-not-found] # the peers' own
from sumy.nlp.stemmers import Stemmer, null_stemmer  # type: ignore[import-not-found] # the peers' own
from sumy.summarizers.lex_rank import LexRankSummarizer  # type: ignore[import-not-found] # the peers' own
from sumy.summarizers.text_rank import TextRankSummarizer  # type: ignore[import-not-found] # the peers' own

LANGUAGES = {"en": "english", "fr": "french", "ru": "russian"}
WAYS = {"TextRank": TextRankSummarizer, "LexRank": LexRankSummarizer}

Cut = Sequence[tuple[str, Sequence[str]]]


class Words:
    """Gives the words of each sentence as they were sent, in place of a tokenizer."""

    def __init__(self, documents: Sequence[Cut]) -> None:
        self._words = {text: tuple(words) for document in documents for text, words in document}

    def to_words(self, sentence: str) -> tuple[str, ...]:
        """Look up a sentence's words."""
        return self._words[sentence]


def ranked(
    way: str, *, language: str, budget: int, stop_words: Sequence[str], documents: Sequence[Cut]
) -> dict[str, object]:
    """Return the sentences that one way chooses, in reading order, and the processor seconds that it took."""
    words = Words(documents)
    model = ObjectDocumentModel([Paragraph([Sentence(text, words) for text, _ in each]) for each in documents])
    summarizer = WAYS[way](Stemmer(LANGUAGES[language]) if language in LANGUAGES else null_stemmer)
    summarizer.stop_words = stop_words
    began = time.process_time()
    sentences = [str(sentence) for sentence in summarizer(model, budget)]
    return {"sentences": sentences, "seconds": time.process_time() - began}


def main() -> None:
    """Answer every line with one."""
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps({way: ranked(way, **asked) for way in WAYS}), flush=True)


if __name__ == "__main__":
    main()
