"""A topic written as its TOML file, in the form of those that ship; apart because only exports write files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import tomli_w

from models.word_list import WordEntry
from pipeline.understanding.taxonomy import TopicFile

MAX_LINE_CHARS = 200
HEAD = """\
# Words match whole; * is any ending; a hyphen is a hyphen, a space or nothing; a capital letter matches as written.
# Weight: 2 speaks for the topic by itself, 1 (the default) is an ordinary sign, 0.5 a weak one.
# { words = "...", weight = 2 } gives a weight; { pattern = "..." } is a regular expression.
"""


def toml_of_topic(file: TopicFile) -> str:
    """Write a topic as a file that any installation reads, its words as they were written."""
    lines = [HEAD, *(f"{key} = {_quoted(getattr(file, key))}" for key in ("slug", "name", "description"))]
    if file.examples:
        lines += ["examples = [", *(f"  {_quoted(text)}," for text in file.examples), "]"]
    if file.words:
        lines += ["", "[patterns]"]
    for language, entries in file.words.items():
        lines += [f"{language} = [", *_wrapped(map(_written, entries)), "]"]
    return "\n".join(lines) + "\n"


def _written(entry: WordEntry) -> str:
    key = "pattern" if entry.is_pattern else "words"
    if entry.weight == 1 and not entry.is_pattern:
        return _quoted(entry.text)
    weight = "" if entry.weight == 1 else f", weight = {entry.weight:g}"
    return f"{{ {key} = {_quoted(entry.text)}{weight} }}"


def _wrapped(entries: Iterable[str]) -> Iterator[str]:
    line = " "
    for entry in entries:
        if len(line) + len(entry) + 2 > MAX_LINE_CHARS and line.strip():
            yield line
            line = " "
        line += f" {entry},"
    if line.strip():
        yield line


def _quoted(text: str) -> str:
    return tomli_w.dumps({"x": text}).removeprefix("x = ").rstrip("\n")
