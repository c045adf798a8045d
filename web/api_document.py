"""The OpenAPI document: what FastAPI reads from the routes, with names, subjects and problems that all routes share."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import cast

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from web.api_models import FaultAnswer, Problem
from web.api_problems import problem_answer
from web.rights import Needs

SUBJECTS = {
    "search": "Finding articles",
    "articles": "Articles, their versions and archived copies",
    "stories": "Stories: articles that report the same event",
    "facts": "Single facts with their witnesses",
    "calendar": "Events",
    "agreements": "Agreements",
    "matrix": "Who cooperates with whom",
    "topics": "The taxonomy",
    "actors": "Organisations, missions and programmes",
    "names": "Names that are proposed as actors",
    "corrections": "What people decided of articles and stories",
    "sources": "What is watched, and how it fares",
    "issues": "Issues of digests",
    "editions": "Digests that recur",
    "readers": "Who gets mail",
    "subscriptions": "Asking for mail",
    "desk": "Reviewing a held issue",
    "searches": "Saved searches: alerts, feeds, webhooks, sections of editions",
    "stars": "Articles that one marked",
    "notes": "Notes and highlights beside articles",
    "collections": "Articles put together",
    "export": "Taking articles along",
    "takedowns": "Articles that are withdrawn from sight",
    "suggest": "What a search line may go on with",
    "status": "How the work stands",
    "me": "Who asks",
    "tokens": "Tokens of who asks",
    "accounts": "Who may come in",
}
"""What the first part of an address is about, in the order of the document."""
SIGNED_IN = problem_answer("Nobody is signed in: send a token as `Authorization: Bearer TOKEN`.")
NOT_ALLOWED = problem_answer("The role of who asks is too low, or another site's page asked.")
TOO_LARGE = problem_answer("What was sent is larger than this archive takes (PERILUNE_MAX_BODY_BYTES).")
NO_BODY = problem_answer("The body cannot be read.")
BEARER = "A token of an account; none is needed where one person works alone."
METHODS = ("get", "post", "put", "patch", "delete")
Part = dict[str, object]


def operation_name(route: APIRoute) -> str:
    """Name an operation by its function: `api_add_source` is `add_source`."""
    return route.name.removeprefix("api_")


def describe(app: FastAPI) -> None:
    """Have an app serve the document that is made here."""

    def document() -> Part:
        if not app.openapi_schema:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # as FastAPI's own guide extends it


def _document(app: FastAPI) -> Part:
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    open_to_all = set(_open_operations(app))
    for path, method, operation in operations_in(document):
        operation["tags"] = [subject_of(path)]
        responses = cast("Part", operation["responses"])
        if method != "get":
            responses.setdefault("413", TOO_LARGE)
        if "requestBody" in operation:
            responses.setdefault("400", NO_BODY)
        if (path, method) not in open_to_all:
            operation["security"] = [{"token": []}, {}]
            responses.setdefault("401", SIGNED_IN)
            responses.setdefault("403", NOT_ALLOWED)
        operation["responses"] = dict(sorted(responses.items()))
    document["tags"] = list(_tags({subject_of(path) for path, _, _ in operations_in(document)}))
    components = cast("dict[str, Part]", document.setdefault("components", {}))
    components.setdefault("schemas", {}).update(_problem_schemas())
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "description": BEARER}}
    return cast("Part", document)


def subject_of(path: str) -> str:
    """Return what an address of the API is about: the part after `/api/`."""
    return path.split("/")[2]


def _tags(subjects: Collection[str]) -> Iterator[Part]:
    """Describe subjects in the order of SUBJECTS, others after them."""
    for name in (*(each for each in SUBJECTS if each in subjects), *sorted(set(subjects) - SUBJECTS.keys())):
        yield {"name": name, "description": SUBJECTS.get(name, name.capitalize())}


def operations_in(document: Part) -> Iterator[tuple[str, str, Part]]:
    """Yield path, method and description of every operation of a document."""
    for path, methods in cast("dict[str, Part]", document["paths"]).items():
        for method, operation in methods.items():
            if method in METHODS:
                yield path, method, cast("Part", operation)


def _open_operations(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Yield path and method of what is open to everybody."""
    for route in iter_route_contexts(app.routes):
        needed = [each.dependency for each in getattr(route.original_route, "dependencies", ())]
        if any(isinstance(each, Needs) and each.role is None for each in needed):
            yield from ((route.path or "", method.lower()) for method in route.methods or ())


def _problem_schemas() -> Part:
    template = "#/components/schemas/{model}"
    schema = Problem.model_json_schema(ref_template=template)
    schema.pop("$defs", None)
    return {"Problem": schema, "FaultAnswer": FaultAnswer.model_json_schema(ref_template=template)}
