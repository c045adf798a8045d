"""The word lists that analysts edit, read from TOML and checked: the topics and the vocabularies of the other verdicts.

Apart from `lexicon`, which matches them, so that rows of the database can be checked by the same rules.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from models.word_list import WordEntry, WordLists
from pipeline.understanding.gazetteer import folded
from pipeline.understanding.lexicon import Patterns, pattern_from_words
from pipeline.values import Topic

TOPICS_FOLDER = Path(__file__).parent.parent / "topics"
NEEDED_KEYS = ("slug", "name", "description")
TOPIC_KEYS = (*NEEDED_KEYS, "examples", "patterns")
ENTRY_KEYS = ("words", "pattern", "weight")
MAX_SLUG_CHARS = 40
MAX_WEIGHT = 10.0
_LANGUAGE = re.compile(r"[a-z]{2}")
_SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


@dataclass(frozen=True)
class TopicFile:
    """A topic as its file says it: the words as they were written, by language, and short texts that are examples."""

    slug: str
    name: str
    description: str
    examples: tuple[str, ...] = ()
    words: WordLists = field(default_factory=dict)

    @property
    def topic(self) -> Topic:
        """The topic with its words compiled."""
        return Topic(self.slug, self.name, self.description, patterns_from_lists(self.words), self.examples)


def load_topics(folder: Path | None = None) -> tuple[Topic, ...]:
    """Read every topic of a folder, as `load_topic_files` does, with the words compiled."""
    return tuple(file.topic for file in load_topic_files(folder))


def load_topic_files(folder: Path | None = None) -> tuple[TopicFile, ...]:
    """Read every TOML file of the folder, by default those that ship with Perilune, in the order of their names.

    Raises ValueError that names the file and the key.
    """
    paths = sorted((folder or TOPICS_FOLDER).glob("*.toml"))
    files = [topic_file_from_table(table_from_file(path), path.name) for path in paths]
    for path, file in zip(paths, files, strict=True):
        if path.stem != file.slug:
            raise ValueError(f"{path.name}: slug: {file.slug!r} must be the file's name")
    return tuple(files)


def load_vocabulary(path: Path, groups: tuple[str, ...]) -> dict[str, Patterns]:
    """Read a file whose tables are groups of patterns by language; ValueError unless it has just these groups."""
    table = table_from_file(path)
    _check_keys(table, groups, path.name, "")
    return {group: patterns_from_table(table[group], path.name, group) for group in groups}


def table_from_file(path: Path) -> Mapping[str, object]:
    """Read a TOML file; ValueError names the file when it is none."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as problem:
        raise ValueError(f"{path.name}: {problem}") from problem


def topic_file_from_table(table: Mapping[str, object], where: str) -> TopicFile:
    """Check a topic as its file (or row) writes it; ValueError begins with `where` and names the key."""
    _check_known(table, TOPIC_KEYS, where, "")
    _check_there(table, NEEDED_KEYS, where, "")
    slug, name, description = (_text(table[key], where, key) for key in NEEDED_KEYS)
    if not _SLUG.fullmatch(slug) or len(slug) > MAX_SLUG_CHARS:
        raise ValueError(
            f"{where}: slug: {slug!r} must be lower-case words joined by hyphens, {MAX_SLUG_CHARS} letters at the most"
        )
    examples = table.get("examples", [])
    if not isinstance(examples, list):
        raise ValueError(f"{where}: examples: must be a list of texts")  # noqa: TRY004 - one error for all
    texts = tuple(_text(each, where, f"examples[{number}]") for number, each in enumerate(examples))
    words = lists_from_table(table["patterns"], where, "patterns") if "patterns" in table else {}
    return TopicFile(slug, name, description, texts, words)


def patterns_from_table(table: object, where: str, key: str) -> Patterns:
    """Turn lists of words by language into weighted regular expressions; ValueError names the entry."""
    return patterns_from_lists(lists_from_table(table, where, key))


def patterns_from_lists(lists: WordLists) -> Patterns:
    """Turn entries that were checked into weighted regular expressions."""
    return {
        language: tuple((_regex(entry, language), entry.weight) for entry in entries)
        for language, entries in lists.items()
    }


def lists_from_table(table: object, where: str, key: str) -> WordLists:
    """Check lists of words by language; ValueError names the entry."""
    if not isinstance(table, Mapping) or not table:
        raise ValueError(f"{where}: {key}: must be lists of words by language")
    lists = {}
    for language, entries in table.items():
        place = f"{key}.{language}"
        if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
            raise ValueError(f"{where}: {place}: {language!r} is no language of two letters")
        if not isinstance(entries, list):
            raise ValueError(f"{where}: {place}: must be a list")  # noqa: TRY004 - one error for all
        lists[language] = tuple(
            _entry(entry, language, where, f"{place}[{number}]") for number, entry in enumerate(entries)
        )
    return lists


def _entry(entry: object, language: str, where: str, key: str) -> WordEntry:
    table = {"words": entry} if isinstance(entry, str) else entry
    if not isinstance(table, Mapping):
        raise ValueError(f"{where}: {key}: must be words or a table")  # noqa: TRY004 - one error for all
    _check_known(table, ENTRY_KEYS, where, f"{key}.")
    if ("words" in table) == ("pattern" in table):
        raise ValueError(f"{where}: {key}: needs either 'words' or 'pattern'")
    is_pattern = "pattern" in table
    text = _text(table["pattern" if is_pattern else "words"], where, key)
    read = WordEntry(text, _weight(table.get("weight", 1.0), where, key), is_pattern)
    _check_matches(read, language, where, key)
    return read


def _regex(entry: WordEntry, language: str) -> str:
    return folded(entry.text) if entry.is_pattern else pattern_from_words(entry.text, language)


def _check_matches(entry: WordEntry, language: str, where: str, key: str) -> None:
    regex = entry.text
    try:
        regex = _regex(entry, language)
        matches_nothing = entry.is_pattern and re.compile(regex).match("")
    except (re.error, OverflowError, RecursionError) as problem:
        raise ValueError(f"{where}: {key}.pattern: bad regular expression {regex!r}: {problem}") from problem
    except ValueError as problem:
        raise ValueError(f"{where}: {key}: {problem}") from problem
    if matches_nothing:
        raise ValueError(f"{where}: {key}.pattern: matches the empty text")


def _weight(value: object, where: str, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= MAX_WEIGHT:
        raise ValueError(f"{where}: {key}.weight: must be above 0 and at most {MAX_WEIGHT:g}")
    return float(value)


def _text(value: object, where: str, key: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{where}: {key}: must be a text that is not empty")
    return value


def _check_keys(table: Mapping[str, object], keys: tuple[str, ...], where: str, prefix: str) -> None:
    _check_known(table, keys, where, prefix)
    _check_there(table, keys, where, prefix)


def _check_there(table: Mapping[str, object], keys: tuple[str, ...], where: str, prefix: str) -> None:
    for key in keys:
        if key not in table:
            raise ValueError(f"{where}: {prefix}{key}: is missing")


def _check_known(table: Mapping[str, object], keys: tuple[str, ...], where: str, prefix: str) -> None:
    for key in table:
        if key not in keys:
            likely = difflib.get_close_matches(key, keys, n=1)
            hint = f"; did you mean {likely[0]!r}?" if likely else ""
            raise ValueError(f"{where}: {prefix}{key}: unknown key{hint}")
