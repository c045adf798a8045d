"""What changed on a page, sentence by sentence; pure.

Passages are compared first and only those that differ are cut into sentences, so that a long page stays cheap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from digest.candidates import Snapshot
from digest.content import Rewording

# A mark ends a sentence before white space and a capital, a digit or an opening sign; a wide mark always does.
SENTENCE_END = re.compile(
    r"(?<=[。！？])(?![”」』）])"
    r"|(?<=[.!?…][\"'”’»)])\s+(?=[^\W_])"
    r"|(?<=[.!?…])\s+(?=[\"'“‘«(\[]?[^\W_])"
)
ABBREVIATED = re.compile(
    r"(?:^|[\s(«“])(?:[^\W\d_]|[^\W\d_]{1,3}\.[^\W\d_]{1,3}|Mr|Mrs|Ms|Dr|Prof|No|Nos|St|art|см|ст|гг|им)\.$"
)

Block = tuple[tuple[str, ...], tuple[str, ...], int]


def rewordings(before: Snapshot, after: Snapshot) -> tuple[Rewording, ...]:
    """List what differs between two versions, in the order of the newer one; nothing when the words are the same.

    `passage` of each is where it stands in the newer version, or where the lost words would follow.
    """
    found: list[Rewording] = []
    if _plain(before.title) != _plain(after.title):
        found.append(Rewording(before=(_plain(before.title),), after=(_plain(after.title),), passage=0))
    for old, new, passage in _differing_passages(before.passages, after.passages):
        found.extend(_differing_sentences(old, new, passage))
    return tuple(found)


def _differing_passages(before: Sequence[str], after: Sequence[str]) -> Iterator[Block]:
    old, new = [_plain(text) for text in before], [_plain(text) for text in after]
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield tuple(old[i:j]), tuple(new[k:m]), k


def _differing_sentences(before: Sequence[str], after: Sequence[str], first_passage: int) -> Iterator[Rewording]:
    old = [sentence for text in before for sentence in sentences_of(text)]
    placed = [(sentence, n) for n, text in enumerate(after, first_passage) for sentence in sentences_of(text)]
    new = [sentence for sentence, _ in placed]
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        place = placed[min(k, len(placed) - 1)][1] if placed else max(0, first_passage - 1)
        yield Rewording(before=tuple(old[i:j]), after=tuple(new[k:m]), passage=place)


def sentences_of(text: str) -> list[str]:
    """Cut a passage into sentences, in any of our languages; nothing of it is lost."""
    pieces: list[str] = []
    for piece in filter(None, (part.strip() for part in SENTENCE_END.split(text))):
        if pieces and (piece[0].islower() or ABBREVIATED.search(pieces[-1])):
            pieces[-1] = f"{pieces[-1]} {piece}"
        else:
            pieces.append(piece)
    return pieces


def _plain(text: str) -> str:
    return " ".join(text.split())
