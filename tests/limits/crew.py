"""Several processes with three threads each that share a limit (`worker`), and what became of their calls."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from typing import Any

from leverset.sandbox import Sandbox
from tests.limits.worker import THREADS, Job

PROCESSES = 4
SECONDS = 14.0
DEADLINE = 2.0
LOST_AFTER = 1.0  # the sandbox counts within 0.08 s: far inside of the assumption


class Crew:
    """The processes, and what they have done."""

    def __init__(
        self,
        sandbox: Sandbox,
        store: str,
        *,
        skews: tuple[float, ...] = (0.0,) * PROCESSES,
        dies: tuple[str, ...] = (),
        seconds: float = SECONDS,
    ) -> None:
        self.sandbox = sandbox
        account = sandbox.account("bitget")
        jobs = [
            Job(
                number=number,
                exchange=sandbox.url,
                store=store,
                api_key=account.api_key,
                secret=account.secret,
                passphrase=account.passphrase,
                seconds=seconds,
                deadline=DEADLINE,
                late_delivery_grace=LOST_AFTER,
                skew=skew,
                dies=dies[number] if number < len(dies) else "",
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
