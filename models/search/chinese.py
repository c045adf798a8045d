"""Traditional characters as simplified ones, so that each script finds the other; apart for the table it reads.

Folding goes character by character, at index and at query time alike, so that places in a text stay what they are.
The table is that of OpenCC.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

TABLE = "dictionary/TSCharacters.txt"
BESIDE_THE_TABLE = {"著": "着"}


@cache
def simplified_characters() -> Mapping[str, str]:
    """Read the simplified form of each traditional character; of several the first that differs, for `藉` is `借` too.

    Takes a few milliseconds, once in a process.
    """
    simple = dict(BESIDE_THE_TABLE)
    for line in files("opencc").joinpath(TABLE).read_text("utf-8").splitlines():
        traditional, _, candidates = line.partition("\t")
        simple[traditional] = next((each for each in candidates.split() if each != traditional), traditional)
    return {traditional: simple.get(form, form) for traditional, form in simple.items()}


@cache
def _by_code_point() -> Mapping[int, str]:
    return {ord(traditional): simple for traditional, simple in simplified_characters().items()}


def simplified(text: str) -> str:
    """Write a text in simplified characters, each in its place."""
    return text.translate(_by_code_point())
