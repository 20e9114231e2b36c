"""Many calls under random faults, each claim compared with the sandbox's own log.

Eight threads call in sync and in async, the async ones in one event loop after another, and read back where they are in
doubt. Meanwhile the main thread forks children that call with its warm clients, calls itself at the same time, and is
interrupted by a signal's handler; somebody else sets some of the leverages too, and some requests are applied late.

It is a program, `python -m tests.system.soak SEED COUNT...`, in a process of its own: what forks, what is interrupted
and what is counted there is leverset, with no test's own threads, locks or records among it. It prints how it ended as
JSON.
"""

from __future__ import annotations

import asyncio
import base64
import faulthandler
import gc
import json
import logging
import math
import random
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import httpx

from leverset import Credentials, LeversetError
from tests.caller import ASYNC, SYNC, settings
from tests.processes import begin
from tests.retry.test_interrupts import SoftTimeLimitExceeded

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
    {"trickle": {"bytes": 1, "seconds": 0.1}},
    {"headers": {"x-long": "x" * 2000}, "trickle": {"bytes": 100, "seconds": 0.05}},
    {"exchange_code": {"code": "98765", "msg": "?"}},
    {"exchange_code": {"code": "98765", "msg": "?"}, "apply": False},
    {"exchange_code": {"code": "50102", "msg": "?", "status": 401}, "apply": False},
    {"exchange_code": {"code": "40008", "msg": "?", "status": 400}, "apply": False},
    {"exchange_code": {"code": "51000", "msg": "?"}, "apply": False},
    {"exchange_code": {"code": "40020", "msg": "?"}, "apply": False},
)
"""What may happen to a request; none of them lets it arrive after the call has ended. Some are slow to the deadline."""
LATE: tuple[dict[str, Any], ...] = (
    {"close": "before", "apply_after": 0.02},
    {"close": "before", "apply_after": 0.3},
    {"status": 502, "body": "<html>", "apply_after": 0.15},
    {"drop": ["data"], "apply_after": 0.1},
)
"""These are applied when the client has given up, or while it reads."""
READS: tuple[dict[str, Any], ...] = (
    {"close": "before"},
    {"status": 503, "body": "<html>"},
    {"delay_after": 0.4},
    {"body": ""},
    {"status": 429, "body": "slow down"},
)
"""What may happen to a read."""
READ_PATHS = {"okx": "/api/v5/account/leverage-info", "bitget": "/api/v2/mix/account/account"}

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
"""Exchange, form, account and body, one for each thread: nobody else sets that leverage."""
FORKING: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("okx", "sync", "portfolio/net_mode", SWAP),
    ("bitget", "async", "crossed/one_way_mode", FUTURES),
)
"""The same for the main thread, which shares them with its children."""
OVERWRITTEN = (1, 5, 6)
"""The workers whose leverage somebody else sets as well."""
OUTSIDE = {
    "okx": {"instId": "BTC-USDT-SWAP", "mgnMode": "isolated"},
    "bitget": {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT"},
}
TIMEOUT, DEADLINE = 0.3, 2.0
CALLS = 10
"""How many a child, and its parent at the same time, make before the next child."""
LOOP = 25
"""How many calls are made in one event loop."""


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


Key = tuple[str, str, str]
"""Exchange, account and leverage: each is asked for once."""


@dataclass(frozen=True, slots=True)
class End:
    """What one call ended in: `outcome` is an error's, `success`, or after an interrupt what its note says.

    `observed` are the leverages that were read back in vain, and `confirmed` is the result's.
    """

    outcome: str
    began: float
    over: float
    text: str = ""
    confirmed: str = ""
    observed: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.over - self.began


def ended(began: float, error: BaseException | None, result: Any = None) -> End:
    """What is claimed after a call that began then and returned a result, or raised this."""
    over = time.monotonic()
    if error is None:
        return End("success", began, over, confirmed=result.confirmed)
    if isinstance(error, LeversetError):
        observed = tuple(f"{each.lever:f}".rstrip("0") for each in error.observed)
        return End(error.outcome, began, over, str(error), observed=observed)
    notes = " ".join(getattr(error, "__notes__", ()))
    for said, outcome in (("was applied", "success"), ("was not applied", "refused"), ("may have been", "unknown")):
        if said in notes:
            return End(outcome, began, over, notes)
    return End("interrupted", began, over, repr(error))


@dataclass
class Soak:
    """The clients of all workers and how their calls ended; `known` is what the sandbox is."""

    known: dict[str, Any]
    seed: int
    ends: dict[Key, End] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    read_back: int = 0
    doubts_left: int = 0
    overwritten: int = 0
    interrupts: int = 0
    children: int = 0
    left_over: list[object] = field(default_factory=list)
    problems: list[BaseException] = field(default_factory=list)
    slowest: float = 0.0
    made: int = 0

    def round(self, count: int) -> None:
        """So many calls, one fifth of them by the main thread and its children, the rest shared by the workers."""
        children = count // 5 // (2 * CALLS)
        share = (count - children * 2 * CALLS) // len(WORKERS)
        threads = [threading.Thread(target=self._guarded, args=(worker, share)) for worker in range(len(WORKERS))]
        over = threading.Event()
        outside = threading.Thread(target=self._set_outside, args=(over,))
        for thread in (*threads, outside):
            thread.start()
        try:
            self._fork(children)
        finally:
            for thread in threads:
                thread.join()
            over.set()
            outside.join()
        time.sleep(0.4)  # longer than anything is applied late
        assert self.problems == []
        self.made += share * len(WORKERS) + children * 2 * CALLS
        self._check()

    def _client(self, worker: tuple[str, str, str, dict[str, str]], retries: int) -> Any:
        exchange, form, account, _ = worker
        keys = next(a for a in self.known["accounts"] if (a["exchange"], a["name"]) == (exchange, account))
        credentials = Credentials(keys["api_key"], keys["secret"], keys["passphrase"])
        kind: Any = (SYNC if form == "sync" else ASYNC)[exchange]
        mode = "always" if account == "isolated/hedge_mode" else "on_doubt"
        given = settings(
            base_url=self.known["url"], timeout=TIMEOUT, deadline=DEADLINE, retries=retries, read_back=mode
        )
        return kind(credentials, **given)

    def _guarded(self, number: int, count: int) -> None:
        try:
            self._work(number, count)
        except BaseException as problem:
            self.problems.append(problem)

    def _work(self, number: int, count: int) -> None:
        worker = WORKERS[number]
        client = self._client(worker, number % 3)
        with httpx.Client(base_url=self.known["url"], trust_env=False) as control:
            asked = list(self._asked(worker, f"{number}", count))
            if worker[1] == "sync":
                with client:
                    for body in asked:
                        self._set_fault(worker, control, body)
                        self.ends[_key(worker, body)] = _call(client, body)
                return
            for start in range(0, count, LOOP):
                asyncio.run(self._awaited(worker, client, control, asked[start : start + LOOP]))
            asyncio.run(client.aclose())

    async def _awaited(self, worker: Any, client: Any, control: httpx.Client, asked: list[dict[str, str]]) -> None:
        for body in asked:
            self._set_fault(worker, control, body)
            self.ends[_key(worker, body)] = await _call_async(client, body)
        self.left_over += asyncio.all_tasks() - {asyncio.current_task()}

    def _asked(self, worker: Any, who: str, count: int) -> Iterator[dict[str, str]]:
        """Bodies, each with another leverage, growing; `who` asks for them."""
        name = "lever" if worker[0] == "okx" else "leverage"
        return (worker[3] | {name: f"1.{self.made + step:06d}{who}"} for step in range(count))

    def _set_fault(self, worker: Any, control: httpx.Client, body: dict[str, str]) -> None:
        """Now and then a fault that awaits the next request of the account."""
        chance = random.Random(f"{self.seed} {_key(worker, body)}")  # noqa: S311 - a seed, so that it can be run again
        about = {"exchange": worker[0], "account": worker[2]}
        if chance.random() < 0.3:
            fault = about | chance.choice(FAULTS if chance.random() < 0.9 else LATE)
            control.post("/_sandbox/faults", json=fault).raise_for_status()
            if chance.random() < 0.1:
                fault = about | {"path": READ_PATHS[worker[0]], **chance.choice(READS)}
                control.post("/_sandbox/faults", json=fault).raise_for_status()

    def _set_outside(self, over: threading.Event) -> None:
        """Set some leverages from outside, as somebody else would, some twenty times a second."""
        moments = random.Random(self.seed)  # noqa: S311 - no secret
        with httpx.Client(base_url=self.known["url"], trust_env=False) as control:
            while not over.wait(moments.uniform(0.02, 0.08)):
                exchange, _, account, body = WORKERS[moments.choice(OVERWRITTEN)]
                self.overwritten += 1
                side = {"posSide": body.get("pos_side"), "holdSide": body.get("hold_side")}
                fields = {**OUTSIDE[exchange], **{name: value for name, value in side.items() if value}}
                fields["lever" if exchange == "okx" else "leverage"] = f"2.{self.overwritten:06d}"
                place = f"/_sandbox/accounts/{exchange}/{account}/leverage"
                control.post(place, json=fields).raise_for_status()

    def _fork(self, children: int) -> None:
        """Fork children that call with this thread's warm clients, call at the same time, and be interrupted."""
        if not children:
            return
        clients = [self._client(worker, 2) for worker in FORKING]
        with httpx.Client(base_url=self.known["url"], trust_env=False) as control, _interrupts() as interrupts:
            for child in range(children):
                number = child % len(FORKING)
                worker, client = FORKING[number], clients[number]
                theirs = list(self._asked(worker, f"{child:03d}8", CALLS))
                self._set_fault(worker, control, theirs[0])
                at_work = begin(lambda w=worker, c=client, a=theirs: _in_child(w, c, a))  # type: ignore[misc] # bound now
                for body in self._asked(worker, f"{child:03d}9", CALLS):
                    key = _key(worker, body)
                    if worker[1] == "sync":
                        self.ends[key] = _interrupted_call(client, body, interrupts)
                    else:
                        self.ends[key] = _interrupted_call_async(client, body, interrupts)
                for body, end in zip(theirs, json.loads(at_work.result(60.0)), strict=True):
                    self.ends[_key(worker, body)] = End(*end)
                self.children += 1
            self.interrupts += interrupts.raised
        clients[0].close()
        asyncio.run(clients[1].aclose())
        time.sleep(0.2)  # what was sent right before an interrupt arrives

    def _check(self) -> None:
        """Every claim of the round against the log of the sandbox, which is forgotten after it."""
        with httpx.Client(base_url=self.known["url"], trust_env=False, timeout=60) as control:
            entries = control.get("/_sandbox/requests").json()["requests"]
            control.delete("/_sandbox/requests")
            control.delete("/_sandbox/faults")
        arrived: defaultdict[Key, list[float | None]] = defaultdict(list)
        reads: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        last: dict[tuple[str, str], str] = {}
        shared = {(exchange, account) for exchange, _, account, _ in FORKING}
        for entry in entries:
            account = (entry["exchange"], entry["account"])
            if entry["method"] == "GET":
                reads[account].append(entry["arrived"])
                continue
            body = json.loads(base64.b64decode(entry["body_b64"]))
            lever = (body.get("lever") or body["leverage"]).rstrip("0")  # as it is read
            arrived[*account, lever].append(entry["applied_at"] if entry["applied"] else None)
            if entry["applied"] and account not in shared:
                assert lever >= last.get(account, ""), "an older call came after a newer one"
                last[account] = lever
        for asked, end in self.ends.items():
            self.kinds[end.outcome] += 1
            self.slowest = max(self.slowest, end.seconds)
            sent = arrived[asked]
            applied = [at for at in sent if at is not None]
            assert end.seconds <= DEADLINE + TIMEOUT + 1.0, (asked, end)  # nobody waits for a slot here
            outcomes = ("success", "refused", "differs", "not_sent", "unknown", "interrupted")
            assert end.outcome in outcomes, (asked, end)
            assert end.outcome != "differs" or any(value != asked[2] for value in end.observed), (asked, end)
            # Each value is asked for once: it held at some moment of the call if it was applied before the end.
            # What the exchange reports without a value, and nobody could read, is believed.
            by = end.over if end.confirmed in ("response", "read_back") else math.inf
            assert end.outcome != "success" or min(applied, default=by) < by, (asked, end)
            assert end.outcome != "refused" or not applied, (asked, end)
            assert end.outcome != "not_sent" or not sent, (asked, end)
            self.read_back += end.confirmed == "read_back"
            if end.outcome == "unknown" and end.observed and asked[:2] not in shared and applied:
                # In vain although it had been applied when the read arrived, and nothing else since.
                late = max((at for at in reads[asked[:2]] if end.began < at < end.over), default=0.0)
                newer = {at for value in end.observed for at in arrived.get((*asked[:2], value), []) if at is not None}
                outside = any(value.startswith("2.") for value in end.observed)
                self.doubts_left += min(applied) < late and not outside and max(newer, default=0.0) < min(applied)
        assert set(arrived) <= set(self.ends), "something was sent that nobody asked for"
        self.ends.clear()


def _key(worker: Any, body: dict[str, str]) -> Key:
    return worker[0], worker[2], (body.get("lever") or body["leverage"]).rstrip("0")


def _call(client: Any, body: dict[str, str]) -> End:
    began = time.monotonic()
    try:
        result = client.set_leverage(**body)
    except LeversetError as error:
        return ended(began, error)
    return ended(began, None, result)


async def _call_async(client: Any, body: dict[str, str]) -> End:
    began = time.monotonic()
    try:
        result = await client.set_leverage(**body)
    except LeversetError as error:
        return ended(began, error)
    return ended(began, None, result)


def _in_child(worker: Any, client: Any, asked: list[dict[str, str]]) -> str:
    """The ends of some calls in a child, as JSON; the async ones each in an event loop of its own."""
    logging.disable()
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    if worker[1] == "sync":
        ends = [_call(client, body) for body in asked]
        client.close()
    else:
        ends = [asyncio.run(_call_async(client, body)) for body in asked]
        asyncio.run(client.aclose())
    return json.dumps([(end.outcome, end.began, end.over, end.text, end.confirmed, end.observed) for end in ends])


_ASYNCIO = str(Path(asyncio.__file__).parent)


def _is_of_the_loop(frame: FrameType | None) -> bool:
    """Whether asyncio is at work here, or what it has called that is neither leverset nor this module.

    Where a handler raises between asyncio's taking a callback and running it, that is lost, and `asyncio.run` waits for
    its task for ever, whatever the task is.
    """
    while frame is not None:
        file = frame.f_code.co_filename
        if file == __file__ or "leverset" in Path(file).parts or file.endswith("selectors.py"):
            return False
        if file.startswith(_ASYNCIO):
            return True
        frame = frame.f_back
    return False


class _Interrupts:
    """Lets a handler raise in the main thread, but only while a call is under way there, and not in asyncio's loop."""

    def __init__(self) -> None:
        self.armed = False
        self.raised = 0

    def handler(self, _: int, frame: FrameType | None) -> None:
        """What a time limit does."""
        if self.armed and not _is_of_the_loop(frame):
            self.armed = False
            self.raised += 1
            raise SoftTimeLimitExceeded


@contextmanager
def _interrupts() -> Iterator[_Interrupts]:
    """Signals at random moments, some fifty a second."""
    interrupts, over = _Interrupts(), threading.Event()
    moments = random.Random(3)  # noqa: S311 - no secret

    def send() -> None:
        while not over.wait(moments.uniform(0.001, 0.04)):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, interrupts.handler)
    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield interrupts
    finally:
        over.set()
        thread.join()
        signal.signal(signal.SIGUSR1, before)


def _interrupted_call(client: Any, body: dict[str, str], interrupts: _Interrupts) -> End:
    began = time.monotonic()
    try:
        try:
            interrupts.armed = True
            result = client.set_leverage(**body)
        finally:
            interrupts.armed = False
    except (LeversetError, SoftTimeLimitExceeded) as error:
        return ended(began, error)
    return ended(began, None, result)


def _interrupted_call_async(client: Any, body: dict[str, str], interrupts: _Interrupts) -> End:
    """The handler raises in the event loop, which passes it on and cancels the call: the call's own end counts."""
    ends: list[End] = []
    began = time.monotonic()

    async def run() -> None:
        try:
            interrupts.armed = True
            result = await client.set_leverage(**body)
        except (LeversetError, SoftTimeLimitExceeded, asyncio.CancelledError) as error:
            ends.append(ended(began, error))
            raise
        finally:
            interrupts.armed = False
        ends.append(ended(began, None, result))

    try:
        asyncio.run(run())
    except (LeversetError, SoftTimeLimitExceeded, asyncio.CancelledError) as error:
        return ends[0] if ends else ended(began, error)
    return ends[0]


def _in_use() -> tuple[int, int]:
    """Blocks and bytes that Python has in use; the bytes since they are traced, which takes half of the time."""
    gc.collect()
    return sys.getallocatedblocks(), tracemalloc.get_traced_memory()[0]


def _files() -> int:
    """Open files and connections of this process."""
    return len(list(Path("/proc/self/fd").iterdir()))


def _left_behind(threads: set[threading.Thread], files: int) -> list[str]:
    """The threads and files that there are more than before, once there are none or a second has passed."""
    left: list[str] = []
    for _ in range(100):
        gc.collect()
        left = [thread.name for thread in set(threading.enumerate()) - threads]
        left += ["a file"] * (_files() - files)
        if not left:
            break
        time.sleep(0.01)  # a thread that ends, a connection that closes
    return left


def run(seed: int, rounds: list[int]) -> dict[str, Any]:
    """Rounds of so many calls; how they ended and what is left behind.

    With five rounds or more, `blocks` is how many more blocks Python holds after the last than after the first, and
    `bytes` how many more bytes after the last than before it.
    """
    memory: list[tuple[int, int]] = []
    with sandbox() as known:
        before = set(threading.enumerate()), _files()
        soak = Soak(known, seed)
        for number, count in enumerate(rounds):
            if number == len(rounds) - 2 and number > 2:
                tracemalloc.start()
            soak.round(count)
            memory.append(_in_use())
        tracemalloc.stop()
        left = _left_behind(*before)
    return {
        "made": soak.made,
        "kinds": soak.kinds,
        "read_back": soak.read_back,
        "doubts_left": soak.doubts_left,
        "overwritten": soak.overwritten,
        "interrupts": soak.interrupts,
        "children": soak.children,
        "slowest": soak.slowest,
        "left": left + [repr(one) for one in soak.left_over],
        "blocks": memory[-1][0] - memory[0][0],
        "bytes": memory[-1][1] - memory[-2][1] if len(memory) > 1 else 0,
    }


if __name__ == "__main__":
    logging.getLogger("leverset").setLevel(logging.ERROR)
    faulthandler.dump_traceback_later(500, exit=True)
    print(json.dumps(run(int(sys.argv[1]), [int(count) for count in sys.argv[2:]])))  # noqa: T201
