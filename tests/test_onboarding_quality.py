"""The floor under onboarding: replica sites must stay usable from their address alone (see docs/benchmarks.md)."""

from __future__ import annotations

import pytest

from benchmarks.onboarding.measure import score
from benchmarks.onboarding.replicas import Replica, load_replicas

REPLICAS = list(load_replicas("tuning"))
FILLED_BY_SCRIPTS = {"jsonp_broadcast_zh", "textarea_globe_zh"}  # only render = true reads them


@pytest.mark.parametrize(
    "replica",
    [
        pytest.param(replica, id=replica.folder.name, marks=[pytest.mark.long] if place % 4 else [])
        for place, replica in enumerate(REPLICAS)
    ],
)
def test_a_site_is_usable_from_its_address_alone(replica: Replica) -> None:
    result = score(replica)
    assert result.is_usable or replica.folder.name in FILLED_BY_SCRIPTS, result
