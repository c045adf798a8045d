"""The language of each passage that is not in its article's: a quotation, a bilingual page's other half.

Identifying a language costs as much as extracting a page, so only passages are asked that lack the article's own words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from perilune.languages import language_of
from pipeline.values import Passage

COMMON_WORDS = 20
MAX_COMMON_CHARS = 4
MIN_SHARE = 0.1
MIN_WORDS = 8
MIN_IDEOGRAPHS = 12
HAN_SHARE = 0.3
EAST_ASIAN = frozenset({"zh", "ja", "ko"})
WORD = re.compile(r"[^\W\d_]+")
IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def with_languages(passages: Sequence[Passage], language: str | None) -> tuple[Passage, ...]:
    """Name the language of the passages that are in another than `language`; the others have none of their own."""
    if language is None:
        return tuple(passages)
    words = [WORD.findall(passage.text.lower()) for passage in passages]
    text = _Text(language, words)
    return tuple(_named(passage, own, text) for passage, own in zip(passages, words, strict=True))


@dataclass(frozen=True)
class _Text:
    """An article's language and the words of its passages."""

    language: str
    words: Sequence[Sequence[str]]

    @cached_property
    def common(self) -> set[str]:
        """The commonest short words of the text: in running text these are its language's own."""
        counts = Counter[str]()
        for words in self.words:
            counts.update(words)
        short = (word for word, _ in counts.most_common() if len(word) <= MAX_COMMON_CHARS)
        return set(islice(short, COMMON_WORDS))


def _named(passage: Passage, words: Sequence[str], text: _Text) -> Passage:
    if not _is_foreign_looking(passage.text, words, text):
        return passage
    own = language_of(passage.text)
    return replace(passage, language=own) if own and own != text.language else passage


def _is_foreign_looking(passage: str, words: Sequence[str], text: _Text) -> bool:
    ideographs = 0 if passage.isascii() else len(IDEOGRAPH.findall(passage))
    if text.language in EAST_ASIAN:
        return ideographs <= MIN_IDEOGRAPHS and len(words) >= MIN_WORDS and ideographs < HAN_SHARE * len(words)
    if ideographs > MIN_IDEOGRAPHS:
        return True
    return len(words) >= MIN_WORDS and sum(word in text.common for word in words) < MIN_SHARE * len(words)
