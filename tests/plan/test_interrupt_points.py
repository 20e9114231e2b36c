"""A signal's handler raises at every point of the thread that applies a plan: it ends, and what it says is true."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from leverset import Limiter, Okx, RateLimit
from leverset.plan import Difference, Result, apply, diff, load
from tests.caller import CREDENTIALS, settings
from tests.retry.test_interrupt_points import Exchange, Points
from tests.retry.test_interrupts import Interrupt
from tests.server import Arrived, Loopback

RATE = RateLimit(requests=4, seconds=0.002)
FAST = settings(limiter=Limiter(), rate_limits={"set_leverage": RATE, "get_leverage": RATE})


class Rows(Exchange):
    """OKX, which remembers what was set until `levers` is cleared; everything else has leverage 3."""

    def __init__(self) -> None:
        super().__init__()
        self.levers: dict[str, str] = {}

    def respond(self, request: Arrived) -> tuple[int, Any]:
        """What it says."""
        if request.method == "POST":
            entry = json.loads(request.body)
            self.levers[entry["instId"]] = entry["lever"]
            return super().respond(request)
        names = parse_qs(urlsplit(request.target).query)["instId"][0].split(",")
        usual = {"mgnMode": "cross", "posSide": "net"}
        entries = [{"instId": name, **usual, "lever": self.levers.get(name, "3")} for name in names]
        return 200, {"code": "0", "msg": "", "data": entries}


PLAN = """\
okx:
  - {instId: BTC-USDT-SWAP, lever: 5, mgnMode: cross}
  - {instId: ETH-USDT-SWAP, lever: 5, mgnMode: cross}
"""


# What a handler raises while something is collected is lost.
@pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("force", [False, True])
def test_every_point_of_the_thread_that_applies(tmp_path: Path, *, force: bool) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN)
    plan = load(path)
    number, where, ends = 0, "nowhere yet", {"returned": 0, "raised": 0}
    exchange = Rows()
    with Loopback(exchange.respond) as server, Okx(CREDENTIALS, base_url=server.url, **FAST) as okx:
        apply(plan, [okx], force=force)
        while where:
            number += 1
            points, results = Points(number), list[Result]()
            server.seen.clear()
            exchange.levers.clear()
            sys.setprofile(points)
            try:
                apply(plan, [okx], on_result=results.append, force=force)
                ends["returned"] += 1
            except Interrupt:
                ends["raised"] += 1
            finally:
                sys.setprofile(None)
            where = points.where
            arrived = {json.loads(request.body)["instId"] for request in server.seen if request.method == "POST"}
            by_row = {str(result.row.body["instId"]): result.status for result in results}
            assert len(by_row) == len(results), where
            assert {name for name, status in by_row.items() if status == "applied"} <= arrived, where
            assert not arrived & {name for name, status in by_row.items() if status == "not_sent"}, where
            assert arrived <= by_row.keys(), where
    assert number > 100
    assert min(ends.values()) > 0


@pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")
def test_every_point_of_the_thread_that_compares(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN)
    plan, exchange = load(path), Rows()
    number, where, ends = 0, "nowhere yet", {"returned": 0, "raised": 0}
    exchange.levers["ETH-USDT-SWAP"] = "5"
    with Loopback(exchange.respond) as server, Okx(CREDENTIALS, base_url=server.url, **FAST) as okx:
        while where:
            number += 1
            points, seen = Points(number), list[Difference]()
            server.seen.clear()
            sys.setprofile(points)
            try:
                diff(plan, [okx], on_difference=seen.append)
                ends["returned"] += 1
            except Interrupt:
                ends["raised"] += 1
            finally:
                sys.setprofile(None)
            where = points.where
            assert {request.method for request in server.seen} <= {"GET"}, where
            said = {(each.row.number, each.status, each.current) for each in seen if each.leverages}
            assert said <= {(1, "differs", "3"), (2, "as_wanted", "5")}, where
            assert not said or server.seen, where
    assert number > 50
    assert min(ends.values()) > 0
