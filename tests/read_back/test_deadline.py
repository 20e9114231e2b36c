"""Reads end in time: those after a call a `timeout` after its deadline, that before it within one `timeout`."""

from __future__ import annotations

from typing import Any

import pytest
from leverset_okx import operations

from leverset import AsyncOkx, Okx
from leverset.okx._reads import OkxReads
from tests.caller import CREDENTIALS, settings
from tests.clock import Clock, clocked
from tests.stand_ins import NOWHERE

pytestmark = pytest.mark.parametrize("make", [Okx, AsyncOkx])


def made(make: Any, clock: Clock) -> Any:
    given = settings(deadline=20.0, timeout=3.0, retries=2)
    return clocked(make, monotonic=clock)(CREDENTIALS, base_url=NOWHERE, **given)


@pytest.mark.parametrize(("deadline", "until"), [(110.0, 113.0), (None, 108.0)])
def test_a_read_after_a_call(make: Any, deadline: float | None, until: float) -> None:
    """A call that never had a slot has no deadline: then it is a `timeout` from now."""
    clock = Clock(100.0)
    client = made(make, clock)
    call = client.new_call()
    call.deadline = deadline
    clock.now = 105.0
    reading = client._reading_call(call, operations.GET_LEVERAGE)
    assert call.reading is reading
    assert (reading.deadline, reading.operation, reading._retries) == (until, operations.GET_LEVERAGE, 2)
    assert not reading.withdrawn
    call.withdraw()
    assert reading.withdrawn
    assert client._reading_call(call, operations.GET_LEVERAGE).withdrawn


def test_the_read_before_a_call(make: Any) -> None:
    call = made(make, Clock(100.0)).read_call(OkxReads().account({}), within=3.0)
    assert (call.deadline, call.operation, call._retries) == (103.0, operations.GET_ACCOUNT_CONFIG, 2)
