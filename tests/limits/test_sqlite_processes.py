"""Processes on one file, and an exchange with jitter on both ways: nothing is refused.

Bitget's limit is 5 requests in a second. Each test prints what it measured (`pytest -rP`).
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from leverset.sandbox import Sandbox
from tests.limits.crew import Crew
from tests.limits.test_sqlite import whole
from tests.limits.worker import PLACES

EIGHT = (0.0,) * 8
# Longer than its deadline, its grace and a window; a minute by hand says the same (docs/rate-limit.md).
STOPPED = float(os.environ.get("STOPPED", "4"))


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
def test_seven_of_nine_are_killed_each_in_another_place_and_one_is_stopped(
    crew: Callable[..., Crew], tmp_path: Path
) -> None:
    """Clocks on walls are set meanwhile, by as much as the exchange takes."""
    workers = crew(skews=(20.0, -20.0, *(0.0,) * 7), dies=("", "", *PLACES), seconds=STOPPED + 16.0)
    stopped = workers.processes[1]
    for place, process in zip(PLACES, workers.processes[2:], strict=True):
        assert process.wait(60) == -signal.SIGKILL, place
    stopped.send_signal(signal.SIGSTOP)
    time.sleep(STOPPED)
    stopped.send_signal(signal.SIGCONT)
    workers.finish()
    assert [process.returncode for process in workers.processes[:2]] == [0, 0]
    workers.report()
    last = max(float(call["granted"]) for call in workers.accepted())
    late = [call for call in workers.accepted() if float(call["granted"]) > last - 3.0]
    assert {int(call["number"]) for call in late} == {0, 1}, (
        "what the dead had is free again, and the stopped one goes on"
    )
    assert whole(tmp_path / "limits.sqlite3")
