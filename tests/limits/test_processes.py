"""Four processes with three threads each, one Redis, one exchange with jitter on both ways: nothing is refused.

Bitget's limit is 5 requests in a second. Each test prints what it measured (`pytest -m slow -rP`).
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import pytest

from leverset.sandbox import Sandbox
from tests.limits.server import RedisServer
from tests.limits.worker import THREADS, Job

pytestmark = pytest.mark.slow

PROCESSES = 4
SECONDS = 14.0
DEADLINE = 2.0
LOST_AFTER = 1.0  # the sandbox counts within 0.08 s: far inside of the assumption
QUARANTINE = DEADLINE + LOST_AFTER + 1.0


@pytest.fixture(params=["sliding", "fixed", "token_bucket"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        sandbox.configure(window=request.param, latency_in=(0.0, 0.08), latency_out=(0.0, 0.08))
        yield sandbox


class Crew:
    """The processes, and what they have done."""

    def __init__(self, sandbox: Sandbox, server: RedisServer, skews: tuple[float, ...] = (0.0,) * PROCESSES) -> None:
        self.sandbox = sandbox
        with server.limiter(namespace="leverset"):  # the store has been in use for long
            pass
        account = sandbox.account("bitget")
        jobs = [
            Job(
                number=number,
                exchange=sandbox.url,
                store=server.url,
                api_key=account.api_key,
                secret=account.secret,
                passphrase=account.passphrase,
                seconds=SECONDS,
                deadline=DEADLINE,
                late_delivery_grace=LOST_AFTER,
                skew=skew,
            )
            for number, skew in enumerate(skews)
        ]
        self.processes = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.limits.worker", json.dumps(asdict(job))], stdout=subprocess.PIPE
            )
            for job in jobs
        ]
        self.calls: list[dict[str, Any]] = []
        self._readers = [threading.Thread(target=self._read, args=(process,)) for process in self.processes]
        for reader in self._readers:
            reader.start()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.calls.append(json.loads(line))

    def accepted(self) -> list[dict[str, Any]]:
        return [call for call in self.calls if call["result"] == "accepted"]

    def wait_for(self, calls: int) -> None:
        end = time.monotonic() + 60
        while len(self.accepted()) < calls:
            assert time.monotonic() < end, "the processes do nothing"
            time.sleep(0.01)

    def finish(self) -> None:
        for process in self.processes:
            process.wait(60)
        for reader in self._readers:
            reader.join(10)
        for process in self.processes:
            assert process.stdout is not None
            process.stdout.close()

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
        self.finish()

    def report(self) -> float:
        """Nothing was refused; prints throughput and order, and returns the throughput as a part of the limit."""
        arrivals = self.sandbox.requests("bitget")
        assert all(entry["admitted"] for entry in arrivals)
        times = [float(str(entry["arrived"])) for entry in arrivals]
        accepted = sorted(self.accepted(), key=lambda call: float(call["granted"]))
        trip = sum(call["done"] - call["granted"] for call in accepted) / len(accepted)
        rate = (len(times) - 5) / (times[-1] - times[0])  # the first five came at once
        inversions, behind = 0, 0.0
        latest = accepted[0]["called"]
        for call in accepted[1:]:
            if call["called"] < latest:
                inversions, behind = inversions + 1, max(behind, latest - call["called"])
            latest = max(latest, call["called"])
        others = {call["result"] for call in self.calls} - {"accepted", "unavailable"}
        sys.stdout.write(
            f"{len(times)} requests of {len(self.processes)} x {THREADS}, 0 refused, {rate:.2f}/s = {rate / 5:.1%} of"
            f" the limit, {rate * (1.001 + trip) / 5:.1%} of N/(W+RTT) at RTT {trip * 1000:.0f} ms; out of order"
            f" {inversions} of {len(accepted)}, by {behind * 1000:.0f} ms at most; other results: {others or 'none'}\n"
        )
        return rate / 5


@pytest.fixture
def crew(sandbox: Sandbox, own_server: RedisServer) -> Iterator[Callable[..., Crew]]:
    crews: list[Crew] = []

    def hire(**arguments: Any) -> Crew:
        crews.append(Crew(sandbox, own_server, **arguments))
        return crews[-1]

    yield hire
    for each in crews:
        each.stop()


def test_processes_share_the_limit(crew: Callable[..., Crew]) -> None:
    workers = crew()
    workers.finish()
    assert workers.report() > 0.7
    assert {call["result"] for call in workers.calls} == {"accepted"}


@pytest.mark.parametrize("sandbox", ["sliding"], indirect=True)
def test_one_process_is_killed_half_way(crew: Callable[..., Crew]) -> None:
    workers = crew()
    workers.wait_for(20)
    workers.processes[1].kill()
    workers.finish()
    assert workers.report() > 0.4  # its slots are held until their leases end


@pytest.mark.parametrize("sandbox", ["sliding"], indirect=True)
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


@pytest.mark.parametrize("sandbox", ["sliding"], indirect=True)
def test_the_wall_clocks_of_two_processes_are_five_seconds_off(crew: Callable[..., Crew]) -> None:
    workers = crew(skews=(5.0, -5.0, 0.0, 0.0))
    workers.finish()
    assert workers.report() > 0.7
    assert {call["result"] for call in workers.calls} == {"accepted"}
