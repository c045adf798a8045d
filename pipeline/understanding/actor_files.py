"""The gazetteer's TOML files: reading and checking them, and writing actors as such files again.

Apart from the matching, so that actors that people add are checked by the same rules.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TypeGuard

import tomli_w
from babel import Locale

from perilune.urls import is_web_address
from pipeline.understanding.gazetteer import names_of
from pipeline.values import Actor

ACTORS_FOLDER = Path(__file__).parent.parent / "actors"
ACTOR_KINDS = frozenset(
    {"agency", "un", "organisation", "association", "mission", "programme", "instrument", "company", "institute"}
)
NOT_ISO_CODES = frozenset({"EU-ESA", "UN"})
ACTOR_KEYS = tuple(field.name for field in fields(Actor))
REQUIRED_KEYS = ("slug", "name", "kind", "names")
TEXT_KEYS = ("slug", "name", "kind", "country", "wikidata", "cited")
MAX_SLUG_CHARS = 80
MAX_NAME_CHARS = 200
LANGUAGES = ("en", "zh", "ru", "fr")
"""The languages of first rank, in the order in which files and pages give names."""
_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_WIKIDATA = re.compile(r"Q[1-9]\d*")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def load_actors(folder: Path | None = None) -> tuple[Actor, ...]:
    """Read every TOML file of the folder, by default the one that ships with Perilune.

    Raises ValueError that names the file and the key: unknown key, wrong type, unknown kind or country, slug used
    twice, or a name that several actors bear and that is not `ambiguous` in each.
    """
    actors: dict[str, Actor] = {}
    bearers: dict[str, Actor] = {}
    for path in sorted((folder or ACTORS_FOLDER).glob("*.toml")):
        for table in _tables_of(path):
            actor = _actor_from_table(table, path.name)
            if actor.slug in actors:
                raise ValueError(f"{path.name}: slug {actor.slug!r} is used twice")
            actors[actor.slug] = actor
            _check_shared_names(bearers, actor, path.name)
    return tuple(actors.values())


def _tables_of(path: Path) -> list[Mapping[str, object]]:
    try:
        content: Mapping[str, object] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as problem:
        raise ValueError(f"{path.name}: {problem}") from problem
    for key in content:
        if key != "actor":
            raise ValueError(f"{path.name}: unknown key {key!r}; every table is an [[actor]]")
    tables = content.get("actor", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ValueError(f"{path.name}: 'actor' must be written as [[actor]]")
    return tables


def _actor_from_table(table: Mapping[str, object], file: str) -> Actor:
    where = f"{file}, actor {table.get('slug', '?')!r}"
    for key in table:
        if key not in ACTOR_KEYS:
            likely = difflib.get_close_matches(key, ACTOR_KEYS, n=1)
            raise ValueError(f"{where}: unknown key {key!r}" + (f"; did you mean {likely[0]!r}?" if likely else ""))
    for key in REQUIRED_KEYS:
        if key not in table:
            raise ValueError(f"{where}: key {key!r} is missing")
    text = {key: _text_at(table, key, where) for key in TEXT_KEYS}
    actor = Actor(
        slug=text["slug"] or "",
        name=text["name"] or "",
        kind=text["kind"] or "",
        country=text["country"],
        names=_lists_at(table, "names", where),
        ambiguous=_lists_at(table, "ambiguous", where),
        wikidata=text["wikidata"],
        cited=text["cited"],
    )
    check_actor(actor, where)
    return actor


def check_actor(actor: Actor, where: str) -> None:
    """Check what an actor says of itself; ValueError begins with `where` and names the key."""
    problem = _problem_of(actor)
    if problem:
        raise ValueError(f"{where}: {problem}")


def _problem_of(actor: Actor) -> str | None:
    names = list(names_of(actor))
    strange = [name for name in actor.ambiguous if name not in names]
    too_long = [name for name in names if len(name) > MAX_NAME_CHARS]
    languages = [language for language in actor.names if not _LANGUAGE.fullmatch(language)]
    problems = {
        f"slug {actor.slug!r} must be lower-case words joined by hyphens": not _SLUG.fullmatch(actor.slug),
        f"kind {actor.kind!r} is none of {', '.join(sorted(ACTOR_KINDS))}": actor.kind not in ACTOR_KINDS,
        f"country {actor.country!r} is no ISO 3166 alpha-2 code, EU-ESA or UN": (
            actor.country is not None and actor.country not in country_codes()
        ),
        f"wikidata {actor.wikidata!r} is no identifier such as Q42262": (
            actor.wikidata is not None and not _WIKIDATA.fullmatch(actor.wikidata)
        ),
        f"cited {actor.cited!r} is no web address": actor.cited is not None and not is_web_address(actor.cited),
        f"{languages[:1]} is no language of two or three letters": bool(languages),
        f"ambiguous {strange[:1]} is no name of it": bool(strange),
        f"a name has more than {MAX_NAME_CHARS} characters": bool(too_long),
        f"slug {actor.slug!r} has more than {MAX_SLUG_CHARS} characters": len(actor.slug) > MAX_SLUG_CHARS,
        "a name is empty": any(not name.strip() for name in names),
        "a word beside an ambiguous name is empty": any(
            not word.removeprefix("-").strip() for words in actor.ambiguous.values() for word in words
        ),
    }
    return next((problem for problem, is_so in problems.items() if is_so), None)


def _text_at(table: Mapping[str, object], key: str, where: str) -> str | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        raise ValueError(f"{where}: {key!r} must be a text that is not empty")
    return value


def _is_list_of_text(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) and item for item in value)


def _lists_at(table: Mapping[str, object], key: str, where: str) -> Mapping[str, Sequence[str]]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise ValueError(f"{where}: {key!r} must be a table of lists")  # noqa: TRY004 - one error for a bad file
    lists = {}
    for name, items in value.items():
        if not _is_list_of_text(items):
            raise ValueError(f"{where}: '{key}.{name}' must be a list of texts")
        lists[name] = tuple(items)
    return lists


def _check_shared_names(bearers: dict[str, Actor], actor: Actor, file: str) -> None:
    for name in names_of(actor):
        other = bearers.setdefault(name, actor)
        if other is not actor and not (name in actor.ambiguous and name in other.ambiguous):
            raise ValueError(
                f"{file}, actor {actor.slug!r}: {name!r} is also a name of {other.slug!r}; make it ambiguous in both"
            )


@cache
def country_codes() -> frozenset[str]:
    """Give the country codes that an actor may bear: ISO 3166 alpha-2 as CLDR knows them, EU-ESA and UN."""
    pseudo = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
    codes = {str(code) for code in Locale("en").territories}
    return frozenset(code for code in codes - pseudo if len(code) == 2) | NOT_ISO_CODES  # noqa: PLR2004 - alpha-2


def actors_as_files(actors: Iterable[Actor]) -> dict[str, str]:
    """Write actors as TOML files, one for each kind, by the files' names; `load_actors` reads them back unchanged."""
    by_kind: dict[str, list[Actor]] = {}
    for actor in sorted(actors, key=lambda actor: actor.slug):
        by_kind.setdefault(actor.kind, []).append(actor)
    return {f"{kind}.toml": "\n".join(map(_toml_of, found)) for kind, found in sorted(by_kind.items())}


def _toml_of(actor: Actor) -> str:
    texts = {key: value for key in TEXT_KEYS if (value := getattr(actor, key)) is not None}
    # A database keeps no order of languages and names, so that files have one of their own.
    lists = {
        "names": sorted(actor.names.items(), key=lambda item: _place_of(item[0])),
        "ambiguous": sorted(actor.ambiguous.items()),
    }
    parts = ["[[actor]]\n", tomli_w.dumps(texts)]
    for key, values in lists.items():
        if values or key == "names":
            lines = (f"{_toml_key(name)} = {_toml_list(items)}\n" for name, items in values)
            parts += [f"[actor.{key}]\n", *lines]
    return "".join(parts)


def _place_of(language: str) -> tuple[int, str]:
    return (LANGUAGES.index(language) if language in LANGUAGES else len(LANGUAGES), language)


def _toml_list(items: Sequence[str]) -> str:
    return f"[{', '.join(tomli_w.dumps({'x': item})[4:-1] for item in items)}]"


def _toml_key(name: str) -> str:
    return tomli_w.dumps({name: 1})[:-5]
