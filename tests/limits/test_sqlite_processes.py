"""Processes on one file, and an exchange with jitter on both ways: nothing is refused.

Bitget's limit is 5 requests in a second. Each test prints what it measured (`pytest -rP`).
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from leverset.sandbox import Sandbox
from tests.limits.crew import Crew

EIGHT = (0.0,) * 8


@pytest.fixture(params=["sliding", "fixed", "token_bucket"])
def crew(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Crew]]:
    crews: list[Crew] = []

    def hire(**arguments: Any) -> Crew:
        crews.append(Crew(sandbox, str(tmp_path / "limits.sqlite3"), **arguments))
        return crews[-1]

    with Sandbox() as sandbox:
        sandbox.configure(window=request.param, latency_in=(0.0, 0.08), latency_out=(0.0, 0.08))
        yield hire
        for each in crews:
            each.stop()


@pytest.mark.parametrize("crew", ["sliding"], indirect=True)
def test_two_processes_share_the_limit(crew: Callable[..., Crew]) -> None:
    workers = crew(skews=(0.0, 5.0), seconds=3.0)
    workers.finish()
    workers.report()
    assert {call["result"] for call in workers.calls} == {"accepted"}
    assert 10 <= len(workers.calls) <= 26, "the limit is used, and is no more than one"


@pytest.mark.slow
def test_eight_processes_share_the_limit(crew: Callable[..., Crew]) -> None:
    workers = crew(skews=EIGHT)
    workers.finish()
    assert workers.report() > 0.7
    assert {call["result"] for call in workers.calls} == {"accepted"}


@pytest.mark.slow
@pytest.mark.parametrize("crew", ["sliding"], indirect=True)
def test_one_of_eight_is_killed_and_one_is_stopped_for_a_while(crew: Callable[..., Crew]) -> None:
    workers = crew(skews=EIGHT, seconds=20.0)
    workers.wait_for(20)
    workers.processes[1].kill()
    workers.processes[2].send_signal(signal.SIGSTOP)
    time.sleep(4)  # it is stopped for longer than its deadline, its grace and a window
    workers.processes[2].send_signal(signal.SIGCONT)
    workers.finish()
    assert workers.report() > 0.4  # the slots of both are held until their leases end
