"""Four processes with three threads each, one Redis, one exchange with jitter on both ways: nothing is refused.

Bitget's limit is 5 requests in a second. Each test prints what it measured (`pytest -m slow -rP`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from leverset.sandbox import Sandbox
from tests.limits.crew import DEADLINE, LOST_AFTER, Crew
from tests.limits.server import RedisServer

pytestmark = pytest.mark.slow

QUARANTINE = DEADLINE + LOST_AFTER + 1.0


@pytest.fixture(params=[("sliding", "redis"), ("fixed", "redis"), ("token_bucket", "valkey")], ids="-".join)
def setting(request: pytest.FixtureRequest) -> tuple[str, str]:
    """How the exchange counts, and which server it is."""
    found: tuple[str, str] = request.param
    return found


@pytest.fixture
def own_server(setting: tuple[str, str]) -> Iterator[RedisServer]:
    server = RedisServer(kind=setting[1])
    server.start()
    yield server
    server.remove()


@pytest.fixture
def sandbox(setting: tuple[str, str]) -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        sandbox.configure(window=setting[0], latency_in=(0.0, 0.08), latency_out=(0.0, 0.08))
        yield sandbox


@pytest.fixture
def crew(sandbox: Sandbox, own_server: RedisServer) -> Iterator[Callable[..., Crew]]:
    crews: list[Crew] = []

    def hire(**arguments: Any) -> Crew:
        own_server.known("leverset")  # the store has been in use for long
        crews.append(Crew(sandbox, own_server.url, **arguments))
        return crews[-1]

    yield hire
    for each in crews:
        each.stop()


def test_processes_share_the_limit(crew: Callable[..., Crew]) -> None:
    workers = crew()
    workers.finish()
    assert workers.report() > 0.7
    assert {call["result"] for call in workers.calls} == {"accepted"}


@pytest.mark.parametrize("setting", [("sliding", "redis")], indirect=True)
def test_one_process_is_killed_half_way(crew: Callable[..., Crew]) -> None:
    workers = crew()
    workers.wait_for(20)
    workers.processes[1].kill()
    workers.finish()
    assert workers.report() > 0.4  # its slots are held until their leases end


@pytest.mark.parametrize("setting", [("sliding", "valkey")], indirect=True)
def test_the_store_is_restarted_half_way(crew: Callable[..., Crew], own_server: RedisServer, sandbox: Sandbox) -> None:
    workers = crew()
    workers.wait_for(20)
    own_server.stop()
    stopped = time.monotonic()
    own_server.start()
    workers.finish()
    workers.report()
    granted = sorted(float(call["granted"]) for call in workers.accepted())
    after = [at for at in granted if at > stopped + 0.5]
    assert after
    assert after[0] - stopped > QUARANTINE - 0.1


@pytest.mark.parametrize("setting", [("sliding", "redis")], indirect=True)
def test_the_wall_clocks_of_two_processes_are_five_seconds_off(crew: Callable[..., Crew]) -> None:
    workers = crew(skews=(5.0, -5.0, 0.0, 0.0))
    workers.finish()
    assert workers.report() > 0.7
    assert {call["result"] for call in workers.calls} == {"accepted"}
