"""Writes fitted numbers into a table of a TOML file that is otherwise edited by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping

DECIMALS = 2


def with_table(text: str, name: str, numbers: Mapping[str, float]) -> str:
    """Replace a table of numbers, by its name; ValueError where the text has none."""
    table = re.compile(rf"^\[{re.escape(name)}\]\n(?:(?:[\w-]+|\"[^\"\n]*\") = -?[\d.]+\n)*", re.MULTILINE)
    if not table.search(text):
        raise ValueError(f"no table [{name}] to write into.")
    lines = (f"{_written(key)} = {number:.{DECIMALS}f}\n" for key, number in sorted(numbers.items()))
    return table.sub(lambda _: f"[{name}]\n" + "".join(lines), text, count=1)


def _written(key: str) -> str:
    """Quote a key that TOML does not take bare."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{key}"'
