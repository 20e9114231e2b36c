"""The console's stream of events: all that is, then what changes; bounded for slow and for gone readers."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from typing import Any

import httpx
import pytest

from leverset.sandbox import Sandbox, _console
from leverset.sandbox._changes import Changes
from leverset.sandbox._console_feed import REQUESTS, Feed
from leverset.sandbox._messages import Request
from tests.sandbox.caller import PERP, SWAP, Caller, StillClock, okx_data
from tests.sandbox.events import Reader, follow


def feed(sandbox: Sandbox) -> Feed:
    return Feed(sandbox._state, sandbox.url)


def named(events: Any, name: str) -> list[Any]:
    return [data for event, data in events if event == name]


def opened(caller: Caller) -> Any:
    return follow(caller.client, caller.sandbox.url)


def test_a_reader_gets_all_that_is(caller: Caller) -> None:
    okx_data(caller.okx())
    caller.sandbox.fault(status=500, times=None)
    with opened(caller) as reader:
        events = reader.beat()
    names = [name for name, _ in events]
    assert names[:2] == ["hello", "settings"]
    [hello] = named(events, "hello")
    assert [exchange["name"] for exchange in hello["exchanges"]] == ["okx", "bitget"]
    first = hello["exchanges"][0]
    assert (first["title"], first["default"], first["kind"]) == ("OKX", "single_currency/long_short_mode", "")
    assert first["paths"][0] == "/api/v5/account/set-leverage"
    assert named(events, "settings")[0]["limits"] is True
    accounts = named(events, "account")
    assert len(accounts) == len(caller.sandbox.accounts)
    assert [(one["exchange"], one["name"]) for one in accounts][:2] == [
        ("okx", "single_currency/long_short_mode"),
        ("okx", "spot/long_short_mode"),
    ], "the default account comes first"
    assert caller.sandbox.url in accounts[0]["lines"]["curl"]
    [leverage] = [one for one in named(events, "leverage") if one["rows"]]
    assert (leverage["total"], leverage["rows"][0]["lever"]) == (1, "5")
    [requests] = named(events, "requests")
    assert [one["sequence"] for one in requests["requests"]] == [1]
    [faults] = named(events, "faults")
    assert (faults[0]["text"], faults[0]["times"], faults[0]["used_up"]) == ("status 500", None, False)
    [[lane]] = named(events, "lanes")
    assert (lane["limit"], lane["seconds"], lane["window"]) == (5, 2.0, "sliding")
    assert events[-1] == ("beat", {"now": 0.0, "at": caller.clock.now})


def test_then_only_what_changes(caller: Caller) -> None:
    with opened(caller) as reader:
        reader.beat()
        okx_data(caller.okx())
        found = reader.until(lambda event: event[0] == "requests" and event[1]["requests"][0]["outcome"] == "applied")
        assert {name for name, _ in found} <= {"leverage", "requests", "lanes", "beat"}
        assert named(found, "leverage")[0]["rows"][0]["lever"] == "5"
        caller.sandbox.change_leverage(caller.sandbox.account("bitget"), **PERP)
        assert reader.find("leverage")["rows"][0]["lever"] == "20"
        caller.sandbox.change_account(caller.sandbox.account("okx"), position_mode="net_mode")
        assert reader.find("account")["modes"]["position_mode"] == "net_mode"
        caller.admin("PATCH", "settings", json={"clock_offset": 60})
        assert reader.find("settings")["clock_offset"] == 60
        caller.sandbox.fault(status=500)
        assert [fault["id"] for fault in reader.find("faults")][-1] > 0
        caller.admin("POST", "reset", json={})
        found = reader.until(lambda event: event[0] == "cleared")
        assert found[-1][1]["log"].endswith(str(caller.sandbox._state.log.clears))
        assert reader.find("lanes") == []


def test_accounts_come_and_go(caller: Caller) -> None:
    shown = feed(caller.sandbox)
    list(shown.events())
    before = len(shown._seen)
    account = caller.sandbox.open_account("bitget")
    caller.sandbox.change_leverage(account, **PERP)
    events = list(shown.events())
    assert ["bitget", account.name] in named(events, "accounts")[0]
    assert [one["uid"] for one in named(events, "account")] == [account.uid]
    assert named(events, "leverage")[0]["rows"][0]["lever"] == "20"
    caller.sandbox.close_account(account)
    assert ["bitget", account.name] not in named(shown.events(), "accounts")[0]
    assert len(shown._seen) == before, "nothing is kept of it"
    for _ in range(120):
        caller.sandbox.open_account("okx")
    assert len(named(shown.events(), "accounts")[0]) == 100


def test_beats_come_where_nothing_changes(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_console, "BEAT", 0.01)
    with opened(caller) as reader:
        reader.beat()
        assert [name for name, _ in reader.beat()] == ["beat"]


def test_what_is_applied_later_is_told_when_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_console, "BEAT", 1000.0)  # which would tell it as well, later
    with Sandbox() as sandbox, httpx.Client(trust_env=False) as client, follow(client, sandbox.url) as reader:
        sandbox.fault(apply_after=0.3)
        clock = StillClock()  # for the caller alone: its moment is the sandbox's
        clock.now = time.time()
        okx_data(Caller(sandbox, clock, client).okx())
        reader.until(lambda event: event[0] == "requests" and event[1]["requests"][0]["pending"])
        found = reader.until(lambda event: event[0] == "requests" and not event[1]["requests"][0]["pending"])
    assert found[-1][1]["requests"][0]["outcome"] == "applied"
    assert named(found, "leverage")[0]["rows"][0]["lever"] == "5"


def test_a_request_is_told_again_when_more_is_known(caller: Caller) -> None:
    shown = feed(caller.sandbox)
    okx_data(caller.okx())
    assert len(named(shown.events(), "requests")) == 1
    assert named(shown.events(), "requests") == []
    caller.sandbox._state.log.latest(1)[0].pending = True
    assert named(shown.events(), "requests")[0]["requests"][0]["pending"] is True


def test_a_cleared_log_begins_anew(caller: Caller) -> None:
    shown = feed(caller.sandbox)
    okx_data(caller.okx())
    list(shown.events())
    caller.sandbox.clear()
    okx_data(caller.okx())
    events = list(shown.events())
    assert [name for name, _ in events if name in ("cleared", "requests")] == ["cleared", "requests"]


def test_nothing_grows_with_the_log(caller: Caller) -> None:
    shown = feed(caller.sandbox)
    for index in range(REQUESTS + 60):
        caller.sandbox.change_leverage(caller.sandbox.account("okx"), **{**SWAP, "instId": f"T{index:03}-USDT-SWAP"})
        caller.sandbox._state.log.add(Request("GET", "/", "/", [], b""), None, 0.0)
    [requests] = named(shown.events(), "requests")
    assert (requests["total"], len(requests["requests"])) == (REQUESTS + 60, REQUESTS)
    assert len(shown._requests) == REQUESTS
    caller.okx()
    assert len(named(shown.events(), "requests")[0]["requests"]) == 1
    assert len(shown._requests) == REQUESTS
    [leverage] = [one for one in named(feed(caller.sandbox).events(), "leverage") if one["rows"]]
    assert (leverage["total"], len(leverage["rows"])) == (REQUESTS + 61, 200)
    for _ in range(60):
        caller.sandbox.fault(status=500, times=None)
    assert len(named(feed(caller.sandbox).events(), "faults")[0]) == 50


def test_places_are_limited_and_come_back(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_console, "MAX_STREAMS", 2)
    with opened(caller) as reader:
        reader.next()
        with opened(caller) as second:
            second.next()
            response = caller.admin("GET", "events")
            assert (response.status_code, response.headers["retry-after"]) == (503, "5")
            assert "2 open pages" in response.json()["error"]
        _until_open(caller)


def _until_open(caller: Caller) -> Reader:
    for _ in range(1000):  # a place is free as soon as the sandbox has seen that its reader is gone
        with caller.client.stream("GET", f"{caller.sandbox.url}/_sandbox/events") as response:
            if response.status_code == 200:
                reader = Reader(response)
                reader.next()
                return reader
    raise AssertionError("the place did not come back")


def silent_reader(sandbox: Sandbox) -> socket.socket:
    """A client that asks for events and reads none; small buffers, so that the sandbox notices soon."""
    assert sandbox._listener is not None
    sandbox._listener._bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # each connection inherits it
    host, port = sandbox.url.removeprefix("http://").split(":")
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.settimeout(60)
    reader.connect((host, int(port)))
    reader.sendall(f"GET /_sandbox/events HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    return reader


def fill_the_log(sandbox: Sandbox) -> None:
    with httpx.Client(trust_env=False) as client:
        for _ in range(70):
            client.post(
                f"{sandbox.url}/api/v5/account/set-leverage", json={str(index): "x" * 60 for index in range(12)}
            )


def test_a_reader_that_does_not_read_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_console, "STALLED", 0.2)
    with Sandbox() as sandbox:
        fill_the_log(sandbox)
        with silent_reader(sandbox) as reader:
            _wait_until_cut_off(reader)


def _wait_until_cut_off(reader: socket.socket) -> None:
    """Wait until sending fails: what is left to be read would hide the end of the connection."""
    pause = threading.Event()
    for _ in range(600):
        try:
            reader.send(b"\r\n")
        except OSError:
            return
        pause.wait(0.05)
    raise AssertionError("the sandbox still waits for a reader that does not read")


def test_open_streams_do_not_keep_the_sandbox_from_ending() -> None:
    with Sandbox() as sandbox:
        fill_the_log(sandbox)
        reader = silent_reader(sandbox)
        with httpx.Client(trust_env=False) as client, follow(client, sandbox.url) as other:
            other.beat()
            sandbox.__exit__(None, None, None)
            with pytest.raises((EOFError, httpx.HTTPError)):
                other.until(lambda _: False)
        reader.close()


def test_a_mistake_in_an_event_is_not_hidden(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def events(_: Feed) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(Feed, "events", events)
    with opened(caller) as reader, pytest.raises((EOFError, httpx.HTTPError)):
        reader.beat()
    caller.admin("GET", "accounts")  # by then it is in the log
    assert "ZeroDivisionError" in caplog.text


def test_a_mark_that_came_before_the_wait_counts() -> None:
    async def run() -> None:
        changes = Changes()
        seen = changes.version
        changes.mark()
        await changes.wait(seen, 60)  # at once
        waiting = [asyncio.ensure_future(changes.wait(changes.version, 60)) for _ in range(2)]
        await asyncio.sleep(0)
        changes.mark()
        changes.mark()  # while they have not run yet
        await asyncio.gather(*waiting)
        assert changes._waiting == set()

    asyncio.run(asyncio.wait_for(run(), 30))
