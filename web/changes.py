"""What differs between two versions, sentence by sentence, with the changed words marked; pure.

Sentences are cut eagerly: a cut after an abbreviation makes a change smaller, never wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from web.passages import Piece, Pieces

SENTENCE = re.compile(r"[^。！？!?.…\n]+(?:[。！？]+[”」』）]*|[.!?…]+[\"'”’»)]*(?=\s|$)|[.!?…]|\n|$)", re.DOTALL)
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|\w+|\s+|.", re.DOTALL)
MAX_COMPARED_WORDS = 1_200
MIN_LIKENESS = 0.4


@dataclass(frozen=True)
class Change:
    """Sentences that stood there before and those in their place; `passage_ordinal` is where they stand now."""

    before: tuple[Pieces, ...]
    after: tuple[Pieces, ...]
    passage_ordinal: int | None


def changes_between(before: Sequence[str], after: Sequence[str]) -> tuple[Change, ...]:
    """List what differs between the passages of two versions, in the order of the newer one."""
    found: list[Change] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            found.extend(_changed_sentences(before[i:j], after[k:m], k))
    return tuple(found)


def _changed_sentences(before: Sequence[str], after: Sequence[str], first_passage: int) -> Iterator[Change]:
    old = [sentence for text in before for sentence in sentences_of(text)]
    placed = [(sentence, n) for n, text in enumerate(after, first_passage) for sentence in sentences_of(text)]
    new = [sentence for sentence, _ in placed]
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        removed, added = _marked_pairs(old[i:j], new[k:m])
        yield Change(removed, added, placed[k][1] if k < m else None)


def sentences_of(text: str) -> list[str]:
    """Cut a passage at the ends of its sentences; white space aside, nothing is lost."""
    sentences: list[str] = []
    is_open = False
    for match in SENTENCE.finditer(text):
        piece = match.group()
        if is_open:
            sentences[-1] += piece
        else:
            sentences.append(piece)
        # A full stop inside a number or an address ends nothing.
        is_open = piece[-1] in ".!?…" and match.end() < len(text) and not text[match.end()].isspace()
    return [" ".join(sentence.split()) for sentence in sentences if sentence.strip()] or ([text] if text else [])


def _marked_pairs(old: Sequence[str], new: Sequence[str]) -> tuple[tuple[Pieces, ...], tuple[Pieces, ...]]:
    """Mark the words that changed where a sentence has a counterpart; a sentence without one is wholly new or gone."""
    if len(old) != len(new):
        return tuple(map(_plain, old)), tuple(map(_plain, new))
    pairs = [_marked(one, other) for one, other in zip(old, new, strict=True)]
    return tuple(one for one, _ in pairs), tuple(other for _, other in pairs)


def _marked(old: str, new: str) -> tuple[Pieces, Pieces]:
    old_words, new_words = WORD.findall(old), WORD.findall(new)
    matcher = SequenceMatcher(None, old_words, new_words, autojunk=False)
    if len(old_words) + len(new_words) > MAX_COMPARED_WORDS or matcher.ratio() < MIN_LIKENESS:
        return _plain(old), _plain(new)
    removed, added = [], []
    for tag, i, j, k, m in matcher.get_opcodes():
        removed.append(Piece("".join(old_words[i:j]), is_marked=tag != "equal"))
        added.append(Piece("".join(new_words[k:m]), is_marked=tag != "equal"))
    return tuple(piece for piece in removed if piece.text), tuple(piece for piece in added if piece.text)


def _plain(text: str) -> Pieces:
    return (Piece(text, is_marked=False),)
