"""A process that forks with a warm client: both call on, every claim is true, and none waits for the other."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from leverset import AsyncOkx, LeversetError, Limiter, Okx
from leverset.sandbox import Sandbox
from tests.caller import FORMS, arguments, settings
from tests.processes import begin, in_child
from tests.system.faults import credentials
from tests.system.tls import through_tls

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="only systems that fork can be harmed by it"),
    # From Python 3.12 on it warns of what is tested here.
    pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning"),
]
SCHEMES = pytest.mark.parametrize("scheme", ["http", "https"])
BOTH = pytest.mark.parametrize("form", FORMS)


class Calling:
    """A client of either form, called from code that does not wait."""

    def __init__(self, form: str, url: str, keys: Any, **given: Any) -> None:
        self.form = form
        self._runner: asyncio.Runner | None = None
        kind: Any = Okx if form == "sync" else AsyncOkx
        self.client = kind(keys, base_url=url, **settings(retries=2, timeout=5.0, **given))

    def set(self, lever: str, side: str = "long") -> str:
        """The claim of one call: `success 5`, or an outcome with its text."""
        asked = arguments("okx", lever) | {"pos_side": side}
        try:
            return f"success {self.run(lambda: self.client.set_leverage(**asked)).lever}"
        except LeversetError as error:
            return f"{error.outcome} {error}"

    def run(self, work: Callable[[], Any]) -> Any:
        """Call, and in async await, in a loop of this process."""
        if self.form == "sync":
            return work()
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner.run(work())

    def in_child(self) -> None:
        """Leave the parent's loop alone."""
        self._runner = None

    def close(self) -> None:
        """Close the client and its loop."""
        self.run(self.client.close if self.form == "sync" else self.client.aclose)
        if self._runner is not None:
            self._runner.close()


@contextlib.contextmanager
def address(sandbox: Sandbox, scheme: str) -> Iterator[str]:
    """The sandbox's address, over TLS or not."""
    if scheme == "http":
        yield sandbox.url
    else:
        with through_tls(sandbox.url) as url:
            yield url


def applied(sandbox: Sandbox) -> list[tuple[str, str]]:
    """Side and leverage of each request that arrived, in order; each must have been applied."""
    entries = sandbox.requests("okx")
    assert all(entry["applied"] for entry in entries)
    bodies = [json.loads(base64.b64decode(str(entry["body_b64"]))) for entry in entries]
    return [(body["posSide"], body["lever"]) for body in bodies]


@SCHEMES
@BOTH
def test_parent_and_child_call_on_and_every_claim_is_true(sandbox: Sandbox, form: str, scheme: str) -> None:
    """The parent sets one side and the child another, at the same time, for a while, three generations of children."""
    keys = credentials(sandbox, "okx")
    with address(sandbox, scheme) as url:
        calling = Calling(form, url, keys)
        assert calling.set("5") == "success 5"

        def child() -> str:
            calling.in_child()
            return " ".join(calling.set(f"{number}", "short") for number in range(10, 20))

        for _ in range(3):
            at_work = begin(child)
            ours = [calling.set(f"{number}") for number in range(20, 30)]
            assert ours == [f"success {number}" for number in range(20, 30)]
            assert at_work.result() == " ".join(f"success {number}" for number in range(10, 20))
        assert calling.set("6") == "success 6"
        calling.close()
    arrived = applied(sandbox)
    assert [lever for side, lever in arrived if side == "short"] == [f"{number}" for number in range(10, 20)] * 3
    longs = [f"{number}" for number in range(20, 30)]
    assert [lever for side, lever in arrived if side == "long"] == ["5", *longs * 3, "6"], "one request each"


@SCHEMES
@BOTH
def test_a_child_of_a_child_calls_too(sandbox: Sandbox, form: str, scheme: str) -> None:
    keys = credentials(sandbox, "okx")
    with address(sandbox, scheme) as url:
        calling = Calling(form, url, keys)
        assert calling.set("5") == "success 5"

        def child() -> str:
            calling.in_child()
            assert calling.set("6") == "success 6"
            return in_child(grandchild) + calling.set("8")

        def grandchild() -> str:
            calling.in_child()
            return calling.set("7")

        assert in_child(child) == "success 7success 8"
        assert calling.set("9") == "success 9"
        calling.close()
    assert [lever for _, lever in applied(sandbox)] == ["5", "6", "7", "8", "9"]


@BOTH
def test_a_child_closes_its_copy_alone(sandbox: Sandbox, form: str) -> None:
    calling = Calling(form, sandbox.url, credentials(sandbox, "okx"))
    assert calling.set("5") == "success 5"
    connections = len(open_connections(calling))

    def child() -> str:
        calling.in_child()
        said = calling.set("6")
        calling.close()
        return said

    assert in_child(child) == "success 6"
    assert calling.set("7") == "success 7"
    assert len(open_connections(calling)) == connections == 1, "the parent's connection is still there"
    calling.close()


def open_connections(calling: Calling) -> list[Any]:
    """The connections that a client has open."""
    transport = calling.client._transport
    connections = transport._sync if calling.form == "sync" else transport._async
    stacks = list(connections._stacks.values())
    return [one for stack in stacks for one in stack if not one.closed]


@BOTH
def test_a_child_never_waits_for_a_call_of_its_parent(sandbox: Sandbox, form: str) -> None:
    """The parent is in the middle of a call for the same leverage, and has the lock of that scope."""
    keys = credentials(sandbox, "okx")
    sandbox.fault(delay_after=1.5)
    calling = Calling(form, sandbox.url, keys, max_wait=20.0)
    ours: list[str] = []
    thread = threading.Thread(target=lambda: ours.append(calling.set("5")))
    thread.start()
    while not sandbox.requests("okx"):
        time.sleep(0.005)
    assert calling.client._locks._queues

    def child() -> str:
        calling.in_child()
        began = time.monotonic()
        said = calling.set("6")
        return f"{said} {time.monotonic() - began < 1.0}"

    assert in_child(child) == "success 6 True"
    thread.join(10)
    assert ours == ["success 5"]
    if form == "sync":
        calling.close()
    else:
        asyncio.run(calling.client.aclose())
        calling._runner.close()  # type: ignore[union-attr] # it has one
    assert [lever for _, lever in applied(sandbox)] == ["5", "6"]


def test_children_of_a_busy_parent_do_not_hang(sandbox: Sandbox) -> None:
    """Threads of the parent call without end, and are inside every lock there is when it forks."""
    keys, over = credentials(sandbox, "okx"), threading.Event()
    calling = Calling("sync", sandbox.url, keys, limiter=Limiter())
    wrong: list[str] = []

    def busy(side: str) -> None:
        while not over.is_set():
            said = calling.set("5", side)
            if said != "success 5":
                wrong.append(said)

    def child() -> str:
        return calling.set("7", "short")

    threads = [threading.Thread(target=busy, args=(side,)) for side in ("long", "long", "short", "short")]
    for thread in threads:
        thread.start()
    try:
        assert [in_child(child, seconds=10) for _ in range(12)] == ["success 7"] * 12
    finally:
        over.set()
    for thread in threads:
        thread.join(10)
    assert wrong == []
    calling.close()
