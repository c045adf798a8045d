"""Writes the reference pages from the code that they describe, so that neither can say what the other does not.

Run as `python docs/reference.py`; `--into FOLDER` writes elsewhere, which is how the test compares.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

REFERENCE = Path(__file__).parent / "reference"
NOTICE = "<!-- Written by docs/reference.py from the code; `make docs` writes it anew. -->"

Schema = Mapping[str, object]
Row = Sequence[str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write every reference page."""
    parser = argparse.ArgumentParser(description="Write the reference pages from the code.")
    parser.add_argument("--into", type=Path, default=REFERENCE, help="the folder to write to")
    folder: Path = parser.parse_args(arguments).into
    # A default below the home folder must not depend on who runs this.
    os.environ.pop("XDG_CACHE_HOME", None)
    folder.mkdir(parents=True, exist_ok=True)
    for name, make_page in PAGES.items():
        (folder / f"{name}.md").write_text(make_page(), encoding="utf-8")
        print(folder / f"{name}.md")
    return 0


def page(title: str, introduction: str, lines: Iterable[str]) -> str:
    """Put a page together; ends with one line break."""
    return "\n".join([f"# {title}", "", NOTICE, "", introduction, "", *lines]).rstrip() + "\n"


def table(head: Row, rows: Iterable[Row]) -> list[str]:
    """Write a table; bars and line breaks inside cells are made harmless."""
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *cells)] + [""]


def code(value: object) -> str:
    """Write a value as code; nothing for None."""
    return "" if value is None else f"`{value}`"


def mapping_in(schema: Schema, key: str) -> Schema:
    """Take a mapping out of a JSON schema, empty where there is none."""
    value = schema.get(key)
    return value if isinstance(value, Mapping) else {}


def schemas_in(schema: Schema, key: str) -> list[Schema]:
    """Take a list of schemas out of a JSON schema, empty where there is none."""
    value = schema.get(key)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def values_in(schema: Schema, key: str) -> list[str]:
    """Take a list of plain values out of a JSON schema, as texts."""
    value = schema.get(key)
    return [str(each) for each in value] if isinstance(value, list) else []


def type_in_words(schema: Schema, definitions: Schema, *, linked: bool = False) -> str:
    """Say in words what a JSON schema takes: `text`, `whole number 1 to 9`, `list of text`, `one of ...`."""
    if isinstance(reference := schema.get("$ref"), str):
        name = reference.rsplit("/", 1)[-1]
        named = mapping_in(definitions, name)
        if linked and "enum" not in named:
            return f"[{name}](#{name.lower()})"
        return type_in_words(named, definitions, linked=linked)
    if choices := values_in(schema, "enum"):
        return f"one of {', '.join(f'`{choice}`' for choice in choices)}"
    if branches := schemas_in(schema, "anyOf") or schemas_in(schema, "oneOf"):
        kinds = [type_in_words(branch, definitions, linked=linked) for branch in branches]
        return " or ".join(kind for kind in kinds if kind != "nothing")
    if schema.get("type") == "array":
        return f"list of {type_in_words(mapping_in(schema, 'items'), definitions, linked=linked)}"
    names = {"string": "text", "integer": "whole number", "number": "number", "boolean": "yes or no", "null": "nothing"}
    formats = {"path": "path", "date-time": "time (UTC)", "date": "date", "password": "secret text"}
    kind = formats.get(str(schema.get("format"))) or names.get(str(schema.get("type")), "object")
    return f"{kind}{_bounds_in_words(schema)}"


def _bounds_in_words(schema: Schema) -> str:
    least, most, above, below = (
        schema.get(name) for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
    )
    if least is not None and most is not None:
        return f" {least} to {most}"
    parts = [("at least", least), ("at most", most), ("above", above), ("below", below)]
    words = [f"{word} {bound}" for word, bound in parts if bound is not None]
    return f", {' and '.join(words)}" if words else ""


def sources_page() -> str:
    """Describe the format of source files."""
    from crawler.source_file import SourceFile

    schema = SourceFile.model_json_schema()
    required = set(values_in(schema, "required")) - {"slug"}
    rows = []
    for key, field in mapping_in(schema, "properties").items():
        if key == "slug" or not isinstance(field, Mapping):
            continue
        default = "needed" if key in required else code(field.get("default")) or "none"
        rows.append(
            (code(key), type_in_words(field, mapping_in(schema, "$defs")), default, str(field.get("description", "")))
        )
    introduction = (
        "A source is one TOML file in `crawler/sources/` (or in the folder that `PERILUNE_SOURCES` names). Its file "
        "name without `.toml` is its short name: lower-case words joined by `_`. Any key that is not in this table is "
        "an error. How to write one is told in [Adding a source](../adding-a-source.md)."
    )
    return page("Source files", introduction, table(("key", "takes", "default", "meaning"), rows))


def settings_page() -> str:
    """Describe the settings."""
    from perilune.config import PREFIX, Settings

    schema = Settings.model_json_schema()
    rows = []
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        shown = code(default).replace(str(Path.home()), "~") or "none"
        takes = type_in_words(mapping_in(mapping_in(schema, "properties"), name), mapping_in(schema, "$defs"))
        rows.append((code(PREFIX + name.upper()), takes, shown, field.description or ""))
    introduction = (
        "Settings are environment variables, read once. An unknown variable that starts with `PERILUNE_` is an error. "
        "Each may also be given as the name of a file that holds it, with `_FILE` added to the variable's name, which "
        "is how secrets are best passed. `perilune config` prints the values in force."
    )
    return page("Settings", introduction, table(("variable", "takes", "default", "meaning"), rows))


def commands_page() -> str:
    """Describe the command line."""
    from typer.core import TyperGroup
    from typer.main import get_command

    from perilune.cli import app

    root = get_command(app)
    assert isinstance(root, TyperGroup)
    introduction = (
        "`perilune COMMAND --help` says the same at the terminal. Every problem that a person can mend ends as one "
        "sentence and exit code 2; `--json` prints for programs."
    )
    return page("Commands", introduction, _commands_of(root, "perilune"))


def _commands_of(group: object, name: str) -> Iterator[str]:
    from typer.core import TyperCommand, TyperGroup

    assert isinstance(group, TyperGroup)
    for short_name, command in group.commands.items():
        full_name = f"{name} {short_name}"
        if isinstance(command, TyperGroup):
            yield from (f"## {full_name}", "", str(command.help), "")
            yield from _commands_of(command, full_name)
        elif isinstance(command, TyperCommand):
            level = "##" if name == "perilune" else "###"
            yield from (f"{level} {full_name}", "", str(command.help), "", *_parameters_of(command))


def _parameters_of(command: object) -> list[str]:
    from typer.core import TyperArgument, TyperCommand, TyperOption

    assert isinstance(command, TyperCommand)
    rows = []
    for parameter in command.params:
        assert isinstance(parameter, TyperArgument | TyperOption)
        is_argument = isinstance(parameter, TyperArgument)
        name = str(parameter.name).upper() if is_argument else ", ".join(parameter.opts)
        is_flag = isinstance(parameter, TyperOption) and parameter.is_flag
        default = "needed" if parameter.required else "" if is_flag else code(parameter.default) or "none"
        rows.append((code(name + "..." * (parameter.nargs == -1)), default, parameter.help or ""))
    return table(("argument or option", "default", "meaning"), rows) if rows else []


def api_page() -> str:
    """Describe the JSON API from its OpenAPI document."""
    document = _openapi()
    definitions = mapping_in(mapping_in(document, "components"), "schemas")
    lines: list[str] = []
    for path, operations in mapping_in(document, "paths").items():
        assert isinstance(operations, Mapping)
        for method, operation in operations.items():
            lines += [f"## {str(method).upper()} {path}", "", *_operation_lines(operation, definitions)]
    lines += ["## Answers and what is taken", ""]
    for name, schema in definitions.items():
        if isinstance(schema, Mapping) and "properties" in schema:
            lines += [f"### {name}", "", *_answer_lines(schema, definitions)]
    lines += _issue_file_lines()
    introduction = (
        "The archive answers programs in JSON beside its pages, and does for them whatever its pages do. How to sign "
        "in, page, and ask only for what changed, and a client in Python, stand in [the API](../api.md). Problems are "
        "told as RFC 9457 says (`application/problem+json`). The OpenAPI document itself is served at "
        "`/api/openapi.json`, a page about it at `/api`."
    )
    return page("JSON API", introduction, lines)


def _issue_file_lines() -> list[str]:
    """Describe the JSON file of an issue."""
    from digest.exports.structured import IssueDocument

    schema = IssueDocument.model_json_schema()
    definitions = mapping_in(schema, "$defs")
    lines = [
        "## The JSON file of an issue",
        "",
        "What `/issue/{key}.json` sends and `perilune digest write` writes. New fields may come, none changes.",
        "",
    ]
    named = {name: part for name, part in definitions.items() if isinstance(part, Mapping) and "properties" in part}
    for name, part in {"IssueDocument": schema, **named}.items():
        lines += [f"### {name}", "", *_answer_lines(part, definitions)]
    return lines


def rights_page() -> str:
    """Describe what each route needs of whoever asks."""
    from models.vocabulary import Role
    from web.rights import rights_of

    rows = []
    for right in rights_of(_app()):
        (needed,) = right.needs
        may = [needed.role is None, needed.lets_guests or needed.role is None]
        may += [needed.role is None or list(Role).index(role) >= list(Role).index(needed.role) for role in Role]
        rows.append((code(f"{right.method} {right.path}"), *("yes" if each else "" for each in may)))
    introduction = (
        "Who is served what. Everybody means just that: mail's readers and whoever is about to sign in. Guests are not "
        "signed in; they count where `PERILUNE_VISITORS` is `read`. Without accounts, whoever sits at the machine is "
        "its administrator. How people come in is told in [Accounts](../accounts.md)."
    )
    return page("Rights", introduction, table(("address", "everybody", "guest", *Role), rows))


def _openapi() -> Schema:
    return _app().openapi()


def _app() -> FastAPI:
    import sqlalchemy as sa
    from sqlalchemy.orm import sessionmaker

    from models.page_store import PageStore
    from web.app import create_app

    sessions = sessionmaker(sa.create_engine("sqlite://"))
    return create_app(sessions, pages=PageStore("memory://"), render_issue=json.dumps)


def _operation_lines(operation: Schema, definitions: Schema) -> list[str]:
    lines = [str(operation["description"]), ""]
    parameters = [
        (
            code(parameter["name"]),
            "address" if parameter["in"] == "path" else "query",
            type_in_words(mapping_in(parameter, "schema"), definitions),
            _default_of(parameter),
            str(parameter.get("description", "")),
        )
        for parameter in schemas_in(operation, "parameters")
    ]
    lines += table(("parameter", "stands in", "takes", "default", "meaning"), parameters) if parameters else []
    body = mapping_in(mapping_in(mapping_in(operation, "requestBody"), "content"), "application/json")
    lines += (
        [f"Takes {type_in_words(mapping_in(body, 'schema'), definitions, linked=True)} as JSON.", ""] if body else []
    )
    answers = []
    for status, response in sorted(mapping_in(operation, "responses").items()):
        assert isinstance(response, Mapping)
        content = mapping_in(mapping_in(response, "content"), "application/json")
        answer = type_in_words(mapping_in(content, "schema"), definitions, linked=True) if content else ""
        answers.append((code(status), answer or str(response["description"])))
    return lines + table(("status", "answer"), answers)


def _default_of(parameter: Schema) -> str:
    if parameter.get("required"):
        return "needed"
    default = mapping_in(parameter, "schema").get("default")
    return code(default) if default not in {None, ""} else "none"


def _answer_lines(schema: Schema, definitions: Schema) -> list[str]:
    rows = [
        (code(name), type_in_words(field, definitions, linked=True), str(field.get("description", "")))
        for name, field in mapping_in(schema, "properties").items()
        if isinstance(field, Mapping)
    ]
    return [str(schema.get("description", "")), "", *table(("field", "holds", "meaning"), rows)]


PAGES: Mapping[str, Callable[[], str]] = {
    "sources": sources_page,
    "commands": commands_page,
    "settings": settings_page,
    "api": api_page,
    "rights": rights_page,
}


if __name__ == "__main__":
    sys.exit(main())
