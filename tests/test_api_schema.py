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
from perilune.config import settings_from
from perilune.serving import app_for
from tests.api_archive import Filled, fill, place_of

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
STARTS_A_CRAWL = frozenset({"find_source", "add_source", "check_source"})
FEW, MANY = 2, 60
Operation = schemathesis.APIOperation[Any, Any, Any, Any]


def send_what_may_be_sent(operation: Operation, filled: Filled, count: int) -> None:
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
        case.call_and_validate(checks=CHECKS)

    send()


@pytest.mark.databases("postgresql", long=("sqlite",))
@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.long)])
def test_no_request_finds_a_fault(
    sessions: sessionmaker[Session], database_url: str, tmp_path: Path, now: dt.datetime, count: int
) -> None:
    filled = fill(sessions, PageStore(str(tmp_path / "pages")), now)
    app = app_for(settings_from({"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": database_url}))
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app)
    faults = {}
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if operation.definition.raw["operationId"] in STARTS_A_CRAWL:
            continue
        try:
            send_what_may_be_sent(operation, filled, count)
        except* Exception as group:  # noqa: BLE001 - what broke of all that was sent is told together
            faults[operation.label] = [str(each)[:1500] for each in group.exceptions]
    assert faults == {}
