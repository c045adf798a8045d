"""The language of each passage that is not in its article's: a quotation, a bilingual page's other half.

Identifying a language costs as much as extracting a page, so only passages are asked that lack the article's own words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

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
    common = _common_words(passages)
    return tuple(_named(passage, language, common) for passage in passages)


def _common_words(passages: Sequence[Passage]) -> set[str]:
    """Take the commonest short words of a text: in running text these are its language's own."""
    words = Counter(word for passage in passages for word in WORD.findall(passage.text.lower()))
    short = ((word, count) for word, count in words.most_common() if len(word) <= MAX_COMMON_CHARS)
    return {word for word, _ in list(short)[:COMMON_WORDS]}


def _named(passage: Passage, language: str, common: set[str]) -> Passage:
    if not _is_foreign_looking(passage.text, language, common):
        return passage
    own = language_of(passage.text)
    return replace(passage, language=own) if own and own != language else passage


def _is_foreign_looking(text: str, language: str, common: set[str]) -> bool:
    ideographs = len(IDEOGRAPH.findall(text))
    words = [] if ideographs > MIN_IDEOGRAPHS else WORD.findall(text.lower())
    if language in EAST_ASIAN:
        return len(words) >= MIN_WORDS and ideographs < HAN_SHARE * len(words)
    if ideographs > MIN_IDEOGRAPHS:
        return True
    return len(words) >= MIN_WORDS and sum(word in common for word in words) < MIN_SHARE * len(words)
