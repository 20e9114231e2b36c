"""The matrix: every scripted fault of the sandbox: what a client claims after it, and what really happened."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx

from leverset import Credentials
from leverset.sandbox import Sandbox
from tests.caller import CARRIERS, EXCHANGES, FORMS, Claim, call, carried

LEVER = "7"
COLUMNS: tuple[tuple[str, int, int | None, str], ...] = (
    ("retries off", 0, 1, "never"),
    ("retries on, the fault passes", 2, 1, "never"),
    ("retries on, the fault lasts", 2, None, "never"),
    ("read back, retries off", 0, 1, "on_doubt"),
    ("read back, the fault lasts", 2, None, "on_doubt"),
)
"""What the column is called, how many retries a call has, how many requests that set a leverage the fault takes effect
on, and when the leverage is read back. Reads are answered."""


@dataclass(frozen=True, slots=True)
class Row:
    """One fault in words, as the sandbox takes it for an exchange, and what the client's times are then."""

    name: str
    fault: Callable[[str], dict[str, Any]]
    times: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a call claimed, how many of its requests arrived, and whether any was applied."""

    claim: Claim
    arrived: int
    applied: bool
    lever: str | None

    @property
    def wrong(self) -> str:
        """What is wrong with the claim; empty where it is true."""
        said, holds = self.claim.outcome, self.lever == LEVER
        if said == "success" and not holds:
            return f"success, and {self.lever} holds"
        if said == "refused" and self.applied:
            return "refused, and it was applied"
        if said == "not_sent" and self.arrived:
            return "not_sent, and it arrived"
        return ""

    @property
    def text(self) -> str:
        """The cell of the table."""
        kind = "" if self.claim.error is None else f", {self.claim.kind}"
        if self.claim.result is not None and self.claim.result.confirmed == "read_back":
            kind = ", read back"
        really = "applied" if self.applied else "not applied" if self.arrived else "never arrived"
        return f"`{self.claim.outcome}`{kind} ({really})"


def same(**fault: Any) -> Callable[[str], dict[str, Any]]:
    """A fault that is the same on both exchanges."""
    return lambda _: fault


def code(okx: str, bitget: str, status: int = 200, **fault: Any) -> Callable[[str], dict[str, Any]]:
    """A refusal by an exchange's own code; the sandbox applies nothing where it says `apply=False`."""
    codes = {"okx": okx, "bitget": bitget}
    return lambda exchange: {"exchange_code": {"code": codes[exchange], "msg": "scripted", "status": status}, **fault}


def another(exchange: str) -> dict[str, Any]:
    """Another leverage in the response than the one that was set."""
    return {"replace": {"lever" if exchange == "okx" else "longLeverage": "3"}}


SLOW = {"timeout": 0.5, "deadline": 4.0}
LATE = {"timeout": 0.5, "deadline": 1.2}
HTML = "<html><body>Bad Gateway</body></html>"

ROWS: tuple[Row, ...] = (
    Row("none", same()),
    Row("the request is slow to arrive", same(delay_before=0.8), SLOW),
    Row("the response is slow to come", same(delay_after=0.8), SLOW),
    Row("the response is slow to come, nothing is applied", same(delay_after=0.8, apply=False), SLOW),
    Row("the response trickles past the deadline", same(trickle={"bytes": 1, "seconds": 0.05}, body="x" * 40), LATE),
    Row("closed before the response", same(close="before")),
    Row("closed before the response, nothing is applied", same(close="before", apply=False)),
    Row("closed before the response, applied later", same(close="before", apply_after=0.6), {"timeout": 5.0}),
    Row("reset before the response", same(close="before", reset=True)),
    Row("closed after the headers", same(close="headers")),
    Row("closed in the middle of the body", same(close="middle")),
    Row("reset in the middle of the body", same(close="middle", reset=True)),
    Row("closed after the response", same(close="after")),
    Row("a Content-Length that is too long", same(content_length=100_000)),
    Row("a Content-Length that is too short", same(content_length=20)),
    Row("sent in chunks", same(chunked=True)),
    Row("HTML with status 502", same(status=502, body=HTML, headers={"content-type": "text/html"})),
    Row("HTML with status 502, nothing is applied", same(status=502, body=HTML, apply=False)),
    Row("plain text with status 429, nothing is applied", same(status=429, body="Too Many Requests", apply=False)),
    Row("an empty body", same(body="")),
    Row("a response of 2 MB", same(body="x" * 1024, repeat=2048)),
    Row("bytes that are no text", same(body_b64="//79/A==")),
    Row("a success with status 500", same(status=500)),
    Row("a redirect", same(redirect="http://127.0.0.1:9/elsewhere")),
    Row("status 204", same(status=204)),
    Row("gzip in name only", same(headers={"content-encoding": "gzip"})),
    Row("no `data`", same(drop=["data"])),
    Row("`data` is null", same(null=["data"])),
    Row("no `code`", same(drop=["code"])),
    Row("`code` is null", same(null=["code"])),
    Row("another leverage in the response", another),
    Row("a Date an hour off", same(date_offset=3600.0)),
    Row("refused: a parameter", code("51000", "40020", apply=False)),
    Row("refused: the rate limit", code("50011", "429", 429, apply=False)),
    Row("refused: the timestamp", code("50102", "40008", 401, apply=False)),
    Row("refused: the environment", code("50101", "40099", 401, apply=False)),
    Row("failed inside, applied", code("50004", "45001", 400)),
    Row("failed inside, nothing is applied", code("50026", "40015", 500, apply=False)),
    Row("a code in no table, applied", code("98765", "98765")),
    Row("a code in no table, nothing is applied", code("98765", "98765", apply=False)),
)


def credentials(sandbox: Sandbox, exchange: str) -> Credentials:
    """Those of the default account."""
    account = sandbox.account(exchange)
    return Credentials(account.api_key, account.secret, account.passphrase)


def run(
    sandbox: Sandbox,
    row: Row,
    exchange: str,
    form: str,
    carrier: str,
    *,
    retries: int,
    times: int | None,
    read_back: str = "never",
) -> Cell:
    """One call under the fault, and what the sandbox knows once everything that was sent has arrived."""
    sandbox.reset()
    sandbox.fault(exchange=exchange, times=times, **row.fault(exchange))
    keys = credentials(sandbox, exchange)
    given = {"retries": retries, "read_back": read_back, **row.times, **carried(carrier, form)}
    if carrier == "httpx":  # which would take bytes that are left over for the next response
        kind = httpx.HTTPTransport if form == "sync" else httpx.AsyncHTTPTransport
        given["transport"] = kind(limits=httpx.Limits(max_keepalive_connections=0))
    claim = call(exchange, form, sandbox.url, keys, lever=LEVER, **given)
    waits = 0
    # matched and pending are numbers and booleans in JSON
    while len(entries := _written(sandbox, exchange)) < sandbox.faults()[0]["matched"] or any(  # type: ignore[operator]
        entry["pending"] for entry in entries
    ):
        waits += 1
        assert waits < 1000, "a request was begun and never arrived or was never applied"
        time.sleep(0.01)
    state = [scope for scope in sandbox.leverage(exchange) if scope["scope"] in ("contract", "long")]
    return Cell(claim, len(entries), any(e["applied"] for e in entries), state[0]["lever"] if state else None)


def _written(sandbox: Sandbox, exchange: str) -> list[dict[str, Any]]:
    """The requests that arrived to set a leverage."""
    return [entry for entry in sandbox.requests(exchange) if entry["method"] == "POST"]


WAYS = tuple(itertools.product(EXCHANGES, FORMS, CARRIERS))
FEW = (("okx", "sync", "own"), ("bitget", "async", "own"), ("okx", "async", "httpx"))
"""Exchange, form and carrier: every way that a call can go, and those of a row for which it has to wait."""


def line(sandbox: Sandbox, row: Row, *, every: bool = True) -> str:
    """The row of the table; AssertionError where a claim is wrong or where exchanges, forms or carriers differ.

    Without `every`, a row that has to wait goes few ways.
    """

    def place(column: tuple[str, int, int | None, str], sandbox: Sandbox) -> str:
        name, retries, times, mode = column
        texts = set()
        for exchange, form, carrier in WAYS if every or not row.times else FEW:
            cell = run(sandbox, row, exchange, form, carrier, retries=retries, times=times, read_back=mode)
            assert not cell.wrong, f"{row.name}, {name}, {exchange}, {form}, {carrier}: {cell.wrong}"
            texts.add(cell.text)
        assert len(texts) == 1, (row.name, name, texts)
        return texts.pop()

    if not row.times:
        places = [place(column, sandbox) for column in COLUMNS]
    else:  # nearly all of it is waiting: side by side, each column with an exchange of its own
        with ExitStack() as stack, ThreadPoolExecutor(len(COLUMNS)) as pool:
            own = [stack.enter_context(Sandbox(limits=False)) for _ in COLUMNS]
            places = list(pool.map(place, COLUMNS, own))
    return f"| {row.name} | {' | '.join(places)} |"
