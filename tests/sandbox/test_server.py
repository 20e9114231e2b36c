"""Start and stop of thread, socket and process."""

import asyncio
import importlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from typing import Any

import httpx
import pytest

import leverset.sandbox
from leverset.sandbox import Sandbox, serve
from leverset.sandbox._app import App
from leverset.sandbox._clock import Clock
from leverset.sandbox._config import SandboxConfig
from leverset.sandbox._state import State
from tests.sandbox.caller import OKX_PATH, Caller, StillClock, code

TIME = "/api/v5/public/time"


def is_up(url: str) -> bool:
    with httpx.Client(trust_env=False) as client:
        return client.get(url + TIME).is_success


def test_start_and_stop_leave_nothing() -> None:
    before = set(threading.enumerate())
    with Sandbox() as sandbox:
        assert is_up(sandbox.url)
        port = int(sandbox.url.rpartition(":")[2])
        [mine] = [thread for thread in set(threading.enumerate()) - before if "sandbox" in thread.name]
    assert not mine.is_alive()
    with pytest.raises(httpx.ConnectError):
        is_up(sandbox.url)
    with Sandbox(port) as again:  # the port is free again, at once
        assert again.url == sandbox.url


def test_stop_with_open_connections_and_waiting_requests(caplog: pytest.LogCaptureFixture) -> None:
    waiting = threading.Event()

    class Stuck(StillClock):
        async def sleep(self, seconds: float) -> None:
            waiting.set()
            await asyncio.Event().wait()

    errors: list[Exception] = []
    with httpx.Client(trust_env=False) as client:

        def call() -> None:
            try:
                client.post(sandbox.url + OKX_PATH)
            except httpx.HTTPError as error:
                errors.append(error)

        with caplog.at_level(logging.WARNING), Sandbox(clock=Stuck()) as sandbox:
            sandbox.fault(delay_before=3600)
            thread = threading.Thread(target=call)
            thread.start()
            assert waiting.wait(10)
        thread.join(10)
    assert [type(error) for error in errors] == [httpx.RemoteProtocolError]
    assert caplog.records == []


def test_methods_work_before_start_and_after_stop() -> None:
    sandbox = Sandbox(limits=False)
    with pytest.raises(RuntimeError, match="not running"):
        _ = sandbox.url
    sandbox.fault(status=500)
    with sandbox, httpx.Client(trust_env=False) as client:
        assert client.post(sandbox.url + OKX_PATH).status_code == 500
        port = int(sandbox.url.rpartition(":")[2])
    assert [(entry["path"], entry["response_status"]) for entry in sandbox.requests()] == [(OKX_PATH, 500)]
    with pytest.raises(RuntimeError, match="starts once"):
        sandbox.__enter__()
    assert port
    sandbox.__exit__(None, None, None)  # stopping twice does no harm
    Sandbox().__exit__(None, None, None)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])  # noqa: S104 - that is what it refuses
def test_host_must_be_loopback(host: str) -> None:
    with pytest.raises(ValueError, match="loopback addresses only"):
        Sandbox(host=host).__enter__()


def test_ipv6_loopback() -> None:
    with Sandbox(host="::1") as sandbox:
        assert sandbox.url.startswith("http://[::1]:")
        assert is_up(sandbox.url)


def test_a_taken_port_is_an_os_error() -> None:
    with Sandbox() as sandbox, pytest.raises(OSError, match="in use"):
        Sandbox(int(sandbox.url.rpartition(":")[2])).__enter__()


def test_tcp_nodelay_is_set(caller: Caller) -> None:
    """Without TCP_NODELAY each response waits 40 ms for an acknowledgement of its headers."""
    delays = []

    class Watching(App):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            connection = scope["state"]["transport"].get_extra_info("socket")
            delays.append(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            await super().__call__(scope, receive, send)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leverset.sandbox._server.App", Watching)
        with Sandbox() as sandbox:
            assert is_up(sandbox.url)
    assert delays == [1]


def test_request_cut_short_is_not_logged() -> None:
    state = State(SandboxConfig(), StillClock())
    messages = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        raise AssertionError("nobody is there")

    scope = {"type": "http", "path": OKX_PATH, "raw_path": OKX_PATH.encode(), "query_string": b""}
    asyncio.run(App(state)({**scope, "method": "POST", "headers": []}, receive, send))
    assert (messages, state.log.total) == ([], 0)


def test_clock_of_the_machine() -> None:
    clock = Clock()
    before = clock.monotonic()
    asyncio.run(clock.sleep(0))
    assert clock.monotonic() >= before
    assert clock.wall() > 1_700_000_000


def test_public_names() -> None:
    assert set(leverset.sandbox.__all__) == {"Account", "Sandbox", "serve"}
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = leverset.sandbox.Nothing


@pytest.mark.parametrize("missing", ["uvicorn", "starlette"])
def test_a_missing_extra_is_named(missing: str) -> None:
    program = f"""
import sys
sys.modules[{missing!r}] = None
from leverset.sandbox import Account
try:
    from leverset.sandbox import Sandbox
except ModuleNotFoundError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "pip install 'leverset[sandbox]'" in done.stdout
    assert missing in done.stdout


def test_a_missing_extra_is_named_in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_server", "_foreground", "_listener"):
        monkeypatch.delitem(sys.modules, f"leverset.sandbox.{name}")
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(ModuleNotFoundError, match=r"uvicorn, which is not installed: pip install 'leverset\["):
        importlib.import_module("leverset.sandbox").__getattr__("Sandbox")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_serve_ends_with_a_signal(capsys: pytest.CaptureFixture[str], ending: signal.Signals) -> None:
    port = _free_port()
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    seen: list[bool] = []

    def watch() -> None:
        with httpx.Client(transport=httpx.HTTPTransport(retries=8), trust_env=False) as client:
            seen.append(client.get(f"http://127.0.0.1:{port}{TIME}").is_success)
        os.kill(os.getpid(), ending)

    thread = threading.Thread(target=watch)
    thread.start()
    serve(port, lenient=True, limits=False)
    thread.join(10)
    assert seen == [True]
    assert handlers == [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    text = capsys.readouterr().out
    assert f"(lenient, limits off): OKX and Bitget on http://127.0.0.1:{port}" in text
    assert "single_currency/long_short_mode" in text


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_serve_as_a_process_prints_one_line_of_json(ending: signal.Signals) -> None:
    program = "from leverset.sandbox import serve; serve(json=True)"
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        described = json.loads(process.stdout.readline())
        assert is_up(described["url"])
        process.send_signal(ending)
        assert (process.stdout.read(), process.stderr.read(), process.wait(10)) == ("", "", 0)
    assert set(described) == {"kind", "url", "api_key", "secret", "passphrase", "accounts"}


def test_garbage_on_the_socket(caller: Caller) -> None:
    host, port = caller.sandbox.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"\x00\x01\x02\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")
    assert code(caller.okx()) == "0"
