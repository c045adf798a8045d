"""The API's OpenAPI document as plain values for a page, since the usual viewers load scripts from elsewhere; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation; `limits` says its type, bounds and default in words."""

    name: str
    place: str
    limits: str
    description: str


@dataclass(frozen=True)
class Operation:
    """One thing that the API can be asked."""

    method: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]


def operations_of(document: Mapping[str, object]) -> tuple[Operation, ...]:
    """Read the operations of an OpenAPI document in its order."""
    return tuple(
        Operation(method.upper(), path, str(operation.get("description", "")), tuple(_parameters(operation)))
        for path, methods in _mapping(document.get("paths")).items()
        for method, operation in ((name, _mapping(each)) for name, each in _mapping(methods).items())
    )


def _parameters(operation: Mapping[str, object]) -> Iterator[Parameter]:
    listed = operation.get("parameters", [])
    for parameter in map(_mapping, listed if isinstance(listed, list) else []):
        schema = _mapping(parameter.get("schema"))
        words = [str(schema.get("type", "string"))]
        bounds = {"minimum": "from", "maximum": "to", "maxLength": "at most, characters:", "default": "default"}
        words += [f"{word} {schema[name]!r}" for name, word in bounds.items() if name in schema]
        description = str(parameter.get("description", ""))
        yield Parameter(str(parameter.get("name")), str(parameter.get("in")), ", ".join(words), description)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
