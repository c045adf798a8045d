"""The OpenAPI document: every action of a page has its API, names are stable, and problems are told alike."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy.orm import sessionmaker

from models.page_store import PageStore
from web.api_document import SUBJECTS, Part, operations_in
from web.app import PARTS, create_app

API_OF_PAGES = {
    "/actors/proposed/{verdict}": ("accept_name", "dismiss_name"),
    "/correct/{key}": ("correct",),
    "/corrections/{number}/undo": ("undo",),
    "/story/{key}/correct": ("correct",),
    "/sources": ("find_source", "add_source"),
    "/sources/{slug}/edit": ("edit_source",),
    "/sources/{slug}/{action}": ("repair_source", "retire_source", "resume_source"),
    "/topics": ("add_topic",),
    "/topics/{slug}/{action}": ("edit_topic", "merge_topic", "switch_topic"),
    "/editions/{slug}": ("make_edition", "change_edition"),
    "/editions/{slug}/count": ("recent",),
    "/readers/{action}": ("add_reader", "invite_reader", "remove_reader"),
    "/subscribe": ("subscribe",),
    "/desk/{key}/check": ("check_sentence",),
    "/desk/{key}/{action}": ("edit_issue",),
    "/account/tokens": ("make_token",),
    "/account/{action}": ("change_me", "end_browser", "revoke_token"),
    "/article/{key}/notes": ("write_note",),
    "/article/{key}/star": ("star", "unstar"),
    "/article/{key}/withdraw": ("withdraw",),
    "/collect": ("collect", "make_collection"),
    "/collections": ("make_collection",),
    "/collections/{key}": ("change_collection", "delete_collection", "change_item", "remove_item"),
    "/notes/{key}": ("change_note", "delete_note"),
    "/searches": ("keep_search",),
    "/searches/{key}": ("change_search", "delete_search", "renew_feed", "add_webhook", "add_section"),
    "/takedowns/{key}/restore": ("restore",),
    "/accounts": ("add_account",),
    "/accounts/{key}/{action}": ("change_account", "close_account"),
}
"""The operations that do what a page's form does."""
WITHOUT_API = {
    "/desk/{key}/name": "a browser remembers a name; a program says it each time",
    "/searches/stop/{key}/{signature}": "a signed address of the mail's",
    "/sign-in": "a browser's; a program has a token",
    "/sign-out": "a browser's",
    "/account/password": "a browser's, which is asked for the old one",
}
OF_THE_MAIL = re.compile(r"/(r|confirm|own|m)/")
"""Signed addresses are the mail's: what readers do by them is no program's."""


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """The app; nothing is asked of its database."""
    sessions = sessionmaker(sa.create_engine("sqlite://"))
    return create_app(sessions, pages=PageStore("memory://"), render_issue=json.dumps)


@pytest.fixture(scope="module")
def operations(app: FastAPI) -> dict[str, Part]:
    """The operations by their names."""
    return {str(operation["operationId"]): operation for _, _, operation in operations_in(app.openapi())}


def forms_of_pages() -> Iterator[str]:
    """Yield the address of every form that changes something."""
    for part in PARTS:
        for route in iter_route_contexts(part.pages.routes):
            if route.path and set(route.methods or ()) - {"GET", "HEAD"} and not OF_THE_MAIL.match(route.path):
                yield route.path


def test_every_action_of_a_page_has_its_api(operations: dict[str, Part]) -> None:
    assert sorted(forms_of_pages()) == sorted([*API_OF_PAGES, *WITHOUT_API])
    assert {name for names in API_OF_PAGES.values() for name in names} <= operations.keys()


def test_operations_are_named_described_and_sorted(app: FastAPI, operations: dict[str, Part]) -> None:
    every = list(operations_in(app.openapi()))
    assert len(every) == len(operations)
    for path, _, operation in every:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", str(operation["operationId"])), path
        assert operation["description"], path
        assert operation["tags"], path
    assert [tag["name"] for tag in app.openapi()["tags"]] == list(SUBJECTS)


def test_every_operation_tells_its_problems_alike(app: FastAPI) -> None:
    document = app.openapi()
    for path, method, operation in operations_in(document):
        responses = operation["responses"]
        assert isinstance(responses, dict)
        problems = {status: answer for status, answer in responses.items() if status >= "400"}
        wanted = {"422"} if path in {"/api/subscriptions", "/api/me"} else {"401", "403", "422"}
        assert wanted <= problems.keys(), (method, path)
        assert all(list(answer["content"]) == ["application/problem+json"] for answer in problems.values()), path
    assert "HTTPValidationError" not in json.dumps(document)
    named = set(re.findall(r"#/components/schemas/([A-Za-z_]+)", json.dumps(document)))
    assert named <= document["components"]["schemas"].keys()
