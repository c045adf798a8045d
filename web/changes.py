"""What differs between two versions, with the changed words within each sentence marked; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from perilune.changes import Rewording, Told, rewordings
from web.passages import Piece, Pieces

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
    found = rewordings(Told("", tuple(before)), Told("", tuple(after)))
    return tuple(_marked_change(one) for one in found)


def _marked_change(rewording: Rewording) -> Change:
    removed, added = _marked_pairs(rewording.before, rewording.after)
    return Change(removed, added, rewording.passage if rewording.after else None)


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
