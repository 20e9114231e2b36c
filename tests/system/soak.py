"""Many calls under random faults, in eight threads of both forms and exchanges, held against the sandbox's log."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from leverset import Credentials, LeversetError
from tests.callers import ASYNC, SYNC, Claim, settings

SERVER = """
import json, sys
from leverset.sandbox import Sandbox
with Sandbox(limits=False) as sandbox:
    print(json.dumps(sandbox.describe()), flush=True)
    sys.stdin.read()
"""

FAULTS: tuple[dict[str, Any], ...] = (
    {"close": "before"},
    {"close": "before", "apply": False},
    {"close": "before", "reset": True},
    {"close": "headers"},
    {"close": "middle"},
    {"close": "middle", "reset": True, "apply": False},
    {"close": "after"},
    {"status": 502, "body": "<html>"},
    {"status": 502, "body": "<html>", "apply": False},
    {"status": 429, "body": "slow down", "apply": False},
    {"body": ""},
    {"status": 500},
    {"status": 307, "headers": {"location": "http://127.0.0.1:9/"}},
    {"content_length": 10},
    {"content_length": 100_000},
    {"chunked": True},
    {"drop": ["code"]},
    {"drop": ["data"]},
    {"null": ["data"]},
    {"body": "x", "repeat": 1_100_000},
    {"delay_after": 0.4},
    {"trickle": {"bytes": 20, "seconds": 0.002}},
    {"exchange_code": {"code": "98765", "msg": "?"}},
    {"exchange_code": {"code": "98765", "msg": "?"}, "apply": False},
    {"exchange_code": {"code": "50102", "msg": "?", "status": 401}, "apply": False},
    {"exchange_code": {"code": "40008", "msg": "?", "status": 400}, "apply": False},
    {"exchange_code": {"code": "51000", "msg": "?"}, "apply": False},
    {"exchange_code": {"code": "40020", "msg": "?"}, "apply": False},
)
"""What may happen to a request; none of them lets it arrive after the call has ended."""

SWAP = {"inst_id": "BTC-USDT-SWAP", "mgn_mode": "isolated"}
FUTURES = {"symbol": "BTCUSDT", "product_type": "USDT-FUTURES", "margin_coin": "USDT"}
WORKERS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("okx", "sync", "single_currency/long_short_mode", SWAP | {"pos_side": "long"}),
    ("okx", "sync", "single_currency/net_mode", SWAP),
    ("okx", "sync", "multi_currency/long_short_mode", SWAP | {"pos_side": "short"}),
    ("okx", "async", "multi_currency/net_mode", SWAP | {"pos_side": "net"}),
    ("okx", "async", "portfolio/long_short_mode", SWAP | {"pos_side": "long"}),
    ("bitget", "sync", "isolated/hedge_mode", FUTURES | {"hold_side": "long"}),
    ("bitget", "sync", "isolated/one_way_mode", FUTURES),
    ("bitget", "async", "crossed/hedge_mode", FUTURES),
)
"""Exchange, form, account and what is asked for, one for each thread: nobody else sets that leverage."""


@contextmanager
def sandbox() -> Iterator[dict[str, Any]]:
    """A sandbox in a process of its own, so that what is measured here is the client; yields its description."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        yield json.loads(process.stdout.readline())
        process.stdin.close()


@dataclass
class Soak:
    """The clients of all workers and what they were told, call by call; `known` is what the sandbox is."""

    known: dict[str, Any]
    seed: int
    claims: dict[tuple[str, str, str], Claim] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    left_over: list[object] = field(default_factory=list)
    made: int = 0

    def round(self, count: int) -> None:
        """So many calls, shared between the workers, each with a client of its own for the round."""
        share = count // len(WORKERS)
        threads = [threading.Thread(target=self._work, args=(worker, share)) for worker in range(len(WORKERS))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.made += share * len(WORKERS)
        self._check()

    def _work(self, number: int, count: int) -> None:
        exchange, form, account, _ = WORKERS[number]
        keys = next(a for a in self.known["accounts"] if (a["exchange"], a["name"]) == (exchange, account))
        credentials = Credentials(keys["api_key"], keys["secret"], keys["passphrase"])
        given = settings(base_url=self.known["url"], timeout=0.3, deadline=2.0, retries=number % 3)
        with httpx.Client(base_url=self.known["url"], trust_env=False) as control:
            if form == "async":
                asyncio.run(self._awaited(number, count, ASYNC[exchange](credentials, **given), control))
                return
            with SYNC[exchange](credentials, **given) as client:
                for asked in self._asked(number, count, control):
                    try:
                        claim = Claim("success", None, client.set_leverage(**asked))
                    except LeversetError as error:
                        claim = Claim(error.outcome, error)
                    self._keep(number, asked, claim)

    async def _awaited(self, number: int, count: int, client: Any, control: httpx.Client) -> None:
        async with client:
            for asked in self._asked(number, count, control):
                try:
                    claim = Claim("success", None, await client.set_leverage(**asked))
                except LeversetError as error:
                    claim = Claim(error.outcome, error)
                self._keep(number, asked, claim)
        self.left_over += asyncio.all_tasks() - {asyncio.current_task()}

    def _asked(self, number: int, count: int, control: httpx.Client) -> Iterator[dict[str, str]]:
        """What to ask for, each time another leverage, and now and then a fault that awaits it."""
        exchange, _, account, body = WORKERS[number]
        name = "lever" if exchange == "okx" else "leverage"
        chance = random.Random(f"{self.seed} {number} {self.made}")  # noqa: S311 - a seed, so that it can be run again
        for step in range(count):
            if chance.random() < 0.3:
                fault = {"exchange": exchange, "account": account, **chance.choice(FAULTS)}
                control.post("/_sandbox/faults", json=fault).raise_for_status()
            yield body | {name: f"1.{self.made // len(WORKERS) + step:06d}1"}

    def _keep(self, number: int, asked: dict[str, str], claim: Claim) -> None:
        exchange, _, account, _ = WORKERS[number]
        self.claims[exchange, account, asked.get("lever") or asked["leverage"]] = claim

    def _check(self) -> None:
        """Every claim of the round against the log of the sandbox, which is forgotten after it."""
        with httpx.Client(base_url=self.known["url"], trust_env=False, timeout=60) as control:
            entries = control.get("/_sandbox/requests").json()["requests"]
            control.delete("/_sandbox/requests")
            control.delete("/_sandbox/faults")
        arrived: defaultdict[tuple[str, str, str], list[bool]] = defaultdict(list)
        last: dict[tuple[str, str], str] = {}
        for entry in entries:
            body = json.loads(base64.b64decode(entry["body_b64"]))
            account = (entry["exchange"], entry["account"])
            lever = body.get("lever") or body["leverage"]
            arrived[*account, lever].append(entry["applied"])
            if entry["applied"]:
                assert lever >= last.get(account, ""), "an older call came after a newer one"
                last[account] = lever
        for asked, claim in self.claims.items():
            self.kinds[claim.outcome] += 1
            applied = arrived[asked]
            assert claim.outcome in ("success", "refused", "not_sent", "unknown"), (asked, claim)
            assert claim.outcome != "success" or any(applied), (asked, claim)
            assert claim.outcome != "refused" or not any(applied), (asked, claim)
            assert claim.outcome != "not_sent" or not applied, (asked, claim)
        assert set(arrived) <= set(self.claims), "something was sent that nobody asked for"
        self.claims.clear()
