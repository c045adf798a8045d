"""The API against its own description: whatever is sent, no fault of ours, and every answer as it is described."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy.orm import Session, sessionmaker

from models.page_store import PageStore
from models.vocabulary import Role
from perilune.serving import app_for
from tests.api_archive import Filled, fill, place_of
from tests.people import CHEAP, a_token, an_archive, one_of_each

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
STARTS_A_CRAWL = frozenset({"find_source", "add_source", "check_source"})
FEW, SOME, MANY = 2, 10, 60
OWNER, NOBODY = "owner", "nobody"
"""The only person there is; and somebody who is not signed in, where others may."""
Operation = schemathesis.APIOperation[Any, Any, Any, Any]


def send_what_may_be_sent(operation: Operation, filled: Filled, count: int, headers: dict[str, str]) -> None:
    """Send so many right and so many wrong requests, to things that there are and to others."""
    known = place_of(filled, operation.path)
    modes = schemathesis.GenerationMode
    strategies = [operation.as_strategy(generation_mode=mode) for mode in (modes.POSITIVE, modes.NEGATIVE)]

    @given(case=st.one_of(*strategies), is_known=st.booleans())
    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send(case: schemathesis.Case[Any], *, is_known: bool) -> None:
        if is_known:
            case.path_parameters = {
                name: known.get(name, value) for name, value in (case.path_parameters or {}).items()
            }
        case.call_and_validate(checks=CHECKS, headers=headers)

    send()


@pytest.mark.databases("postgresql", long=("sqlite",))
@pytest.mark.parametrize(
    ("asker", "count"),
    [
        (OWNER, FEW),
        pytest.param(OWNER, MANY, marks=pytest.mark.long),
        pytest.param(Role.READER, SOME, marks=pytest.mark.long),
        pytest.param(NOBODY, SOME, marks=pytest.mark.long),
    ],
)
def test_no_request_finds_a_fault(
    sessions: sessionmaker[Session], tmp_path: Path, now: dt.datetime, asker: Role | str, count: int
) -> None:
    archive = an_archive(tmp_path, sessions)
    filled = fill(sessions, PageStore(str(tmp_path / "pages")), now)
    headers = {}
    if asker != OWNER:
        one_of_each(archive)
    if isinstance(asker, Role):
        headers["Authorization"] = f"Bearer {a_token(archive, str(asker), asker)}"
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app_for(archive.settings, passwords=CHEAP))
    faults = {}
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if operation.definition.raw["operationId"] in STARTS_A_CRAWL:
            continue
        try:
            send_what_may_be_sent(operation, filled, count, headers)
        except* Exception as group:  # noqa: BLE001 - what broke of all that was sent is told together
            faults[operation.label] = [str(each)[:1500] for each in group.exceptions]
    assert faults == {}
