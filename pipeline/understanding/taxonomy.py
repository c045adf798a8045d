"""The word lists that analysts edit, read from TOML and checked: the topics and the vocabularies of the other verdicts.

Apart from `lexicon`, which matches them, so that rows of the database can be checked by the same rules.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pipeline.understanding.lexicon import Patterns, folded, pattern_from_words
from pipeline.values import Topic

TOPICS_FOLDER = Path(__file__).parent.parent / "topics"
TOPIC_KEYS = ("slug", "name", "description", "patterns")
ENTRY_KEYS = ("words", "pattern", "weight")
MAX_WEIGHT = 10.0
_LANGUAGE = re.compile(r"[a-z]{2}")
_SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def load_topics(folder: Path | None = None) -> tuple[Topic, ...]:
    """Read every TOML file of the folder, by default those that ship with Perilune, in the order of their names.

    Raises ValueError that names the file and the key.
    """
    paths = sorted((folder or TOPICS_FOLDER).glob("*.toml"))
    topics = [topic_from_table(table_from_file(path), path.name) for path in paths]
    for path, topic in zip(paths, topics, strict=True):
        if path.stem != topic.slug:
            raise ValueError(f"{path.name}: slug: {topic.slug!r} must be the file's name")
    return tuple(topics)


def load_vocabulary(path: Path, groups: tuple[str, ...]) -> dict[str, Patterns]:
    """Read a file whose tables are groups of patterns by language; ValueError unless it has just these groups."""
    table = table_from_file(path)
    _check_keys(table, groups, path.name, "")
    return {group: patterns_from_table(table[group], path.name, group) for group in groups}


def table_from_file(path: Path) -> Mapping[str, object]:
    """Read a TOML file; ValueError names the file when it is none."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ValueError(f"{path.name}: {problem}") from problem


def topic_from_table(table: Mapping[str, object], where: str) -> Topic:
    """Check a topic as its file (or row) writes it; ValueError begins with `where` and names the key."""
    _check_keys(table, TOPIC_KEYS, where, "")
    slug, name, description = (_text(table[key], where, key) for key in TOPIC_KEYS[:3])
    if not _SLUG.fullmatch(slug):
        raise ValueError(f"{where}: slug: {slug!r} must be lower-case words joined by hyphens")
    return Topic(slug, name, description, patterns_from_table(table["patterns"], where, "patterns"))


def patterns_from_table(table: object, where: str, key: str) -> Patterns:
    """Turn lists of words by language into weighted regular expressions; ValueError names the entry."""
    if not isinstance(table, Mapping) or not table:
        raise ValueError(f"{where}: {key}: must be lists of words by language")
    patterns = {}
    for language, entries in table.items():
        place = f"{key}.{language}"
        if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
            raise ValueError(f"{where}: {place}: {language!r} is no language of two letters")
        if not isinstance(entries, list):
            raise ValueError(f"{where}: {place}: must be a list")  # noqa: TRY004 - one error for all
        patterns[language] = tuple(
            _weighted_pattern(entry, language, where, f"{place}[{number}]") for number, entry in enumerate(entries)
        )
    return patterns


def _weighted_pattern(entry: object, language: str, where: str, key: str) -> tuple[str, float]:
    table = {"words": entry} if isinstance(entry, str) else entry
    if not isinstance(table, dict):
        raise ValueError(f"{where}: {key}: must be words or a table")  # noqa: TRY004 - one error for all
    _check_known(table, ENTRY_KEYS, where, f"{key}.")
    if ("words" in table) == ("pattern" in table):
        raise ValueError(f"{where}: {key}: needs either 'words' or 'pattern'")
    return _pattern(table, language, where, key), _weight(table.get("weight", 1.0), where, key)


def _pattern(table: Mapping[str, object], language: str, where: str, key: str) -> str:
    try:
        if "words" in table:
            return pattern_from_words(_text(table["words"], where, key), language)
        pattern = folded(_text(table["pattern"], where, key))
        matches_nothing = re.compile(pattern).match("")
    except re.error as problem:
        raise ValueError(f"{where}: {key}.pattern: bad regular expression: {problem}") from problem
    except ValueError as problem:
        raise ValueError(f"{where}: {key}: {problem}") from problem
    if matches_nothing:
        raise ValueError(f"{where}: {key}.pattern: matches the empty text")
    return pattern


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
    for key in keys:
        if key not in table:
            raise ValueError(f"{where}: {prefix}{key}: is missing")


def _check_known(table: Mapping[str, object], keys: tuple[str, ...], where: str, prefix: str) -> None:
    for key in table:
        if key not in keys:
            likely = difflib.get_close_matches(key, keys, n=1)
            hint = f"; did you mean {likely[0]!r}?" if likely else ""
            raise ValueError(f"{where}: {prefix}{key}: unknown key{hint}")
