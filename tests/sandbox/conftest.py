"""One sandbox on a still clock for all tests here, back at its start before every one of them."""

from collections.abc import Iterator

import httpx
import pytest

from leverset.sandbox import Sandbox
from tests.sandbox.caller import Caller, StillClock


@pytest.fixture(scope="session")
def shared() -> Iterator[Caller]:
    clock = StillClock()
    with Sandbox(clock=clock) as sandbox, httpx.Client(trust_env=False) as client:
        yield Caller(sandbox, clock, client)


@pytest.fixture
def caller(shared: Caller) -> Caller:
    shared.sandbox.reset(settings=True)
    shared.clock.reset()
    return shared


@pytest.fixture
def sandbox(caller: Caller) -> Sandbox:
    return caller.sandbox
