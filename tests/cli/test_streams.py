"""Showing is in the way of nothing: encodings, full disks, closed pipes, and pipes that nobody reads."""

from __future__ import annotations

import fcntl
import io
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import pytest

from leverset.cli import _keep_descriptors, streams
from leverset.cli.output import new_console
from leverset.cli.sandbox import sandbox
from leverset.cli.streams import Output, Stream, results_matter, when_unshown
from leverset.sandbox import Sandbox
from tests.cli.terminal import COMMAND
from tests.output import json_lines
from tests.plan.rows import LONG, levers, okx_rows
from tests.processes import until
from tests.server import Raw, http, silent

SET = ["set", "okx", "--inst-id", "BTC-USDT-SWAP", "--lever", "5", "--mgn-mode", "isolated", "--pos-side", "long"]
UNSHOWN = "leverset: not everything could be shown on stdout"
Pipe = tuple[int, TextIO]


def run(
    env: dict[str, str], *words: object, redirected: str = "", **changed: Any
) -> subprocess.CompletedProcess[bytes]:
    """Run the command to its end, its output as a shell redirects it."""
    command = ["sh", "-c", f'exec "$0" "$@" {redirected}', str(COMMAND), *map(str, words)]
    ended = subprocess.run(command, env=env | changed, capture_output=True, timeout=60, check=False)
    if "--json" in words:
        json_lines(ended.stdout.decode())
    return ended


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.yaml"
    path.write_text(okx_rows(7))
    return path


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize("form", ["", "--json"])
def test_what_an_encoding_lacks_is_written_as_escapes(
    plan: Path, env: dict[str, str], encoding: str, form: str
) -> None:
    refused = http(200, '{"code":"59102","msg":"杠杆倍数过高","data":[]}'.encode(), "Connection: close")
    with Raw(refused) as server:
        words = ["apply", plan, "--sandbox", server.url, *filter(None, [form])]
        ended = run(env, *words, PYTHONIOENCODING=encoding)
        one = run(env, *SET, "--sandbox", server.url, *filter(None, [form]), PYTHONIOENCODING=encoding)
    assert (ended.returncode, ended.stderr, one.returncode, one.stderr) == (1, b"", 1, b"")
    assert sum(one.method == "POST" for one in server.arrived) == 8
    times = 2 if form else 1  # in `why` and in the error
    assert ended.stdout.count(b"\\u6760\\u6746") == 7 * times
    assert one.stdout.count(b"\\u6760\\u6746") == times


@pytest.mark.parametrize("redirected", [">/dev/full", ">&-"])
def test_results_that_cannot_be_shown_are_on_stderr_and_in_the_exit_code(
    plan: Path, env: dict[str, str], exchange: Sandbox, tmp_path: Path, redirected: str
) -> None:
    why = {">/dev/full": "No space left on device", ">&-": "it is closed"}[redirected]
    journal = tmp_path / "run.jsonl"
    ended = run(env, "apply", plan, "--sandbox", exchange.url, "--journal", journal, redirected=redirected)
    shown = ended.stderr.decode()
    assert ended.returncode == 4
    assert shown.startswith(f"{UNSHOWN}: {why}; its end:\n")
    assert "\nall 7 rows are applied" in shown
    assert levers(exchange, "okx") == 7
    assert len(journal.read_bytes().splitlines()) == 9
    ended = run(env, *SET, "--sandbox", exchange.url, redirected=redirected)
    shown = ended.stderr.decode()
    assert ended.returncode == 4
    assert shown.startswith(f"{UNSHOWN}: {why}; its end:\napplied on okx: lever 5")
    ended = run(env, "check", plan, redirected=redirected)
    assert (ended.returncode, ended.stderr.decode()) == (4, f"{UNSHOWN}: {why}\n")
    ended = run(env, "sandbox", redirected=redirected)
    assert (ended.returncode, ended.stderr.decode()) == (4, f"{UNSHOWN}: {why}\n")


def test_a_demo_that_cannot_be_shown(env: dict[str, str]) -> None:
    ended = run(env, "demo", redirected=">/dev/full")
    assert (ended.returncode, ended.stderr.decode()) == (4, f"{UNSHOWN}: No space left on device\n")


@pytest.mark.parametrize("redirected", ["2>&-", "2>/dev/full", "2>&1 >/dev/null", "<&-"])
def test_what_cannot_be_shown_on_stderr_changes_no_exit_code(
    plan: Path, env: dict[str, str], exchange: Sandbox, tmp_path: Path, redirected: str
) -> None:
    words = ["apply", plan, "--sandbox", exchange.url]
    assert run(env, *words, "--journal", tmp_path / "run.jsonl", redirected=redirected).returncode == 0
    assert all(json.loads(line) for line in (tmp_path / "run.jsonl").read_bytes().splitlines())
    assert run(env, *words, "--demo", redirected=redirected).returncode == 2
    assert run(env, "apply", "--nothing", redirected=redirected).returncode == 2
    (tmp_path / "wrong.yaml").write_text(f"okx:\n  - {LONG}\n  - {LONG}\n")
    assert run(env, "apply", tmp_path / "wrong.yaml", "--sandbox", exchange.url, redirected=redirected).returncode == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_pipe_that_nobody_reads_holds_up_nothing(
    plan: Path, env: dict[str, str], exchange: Sandbox, tmp_path: Path, number: signal.Signals, stuck: Pipe
) -> None:
    plan.write_text(okx_rows(60))
    journal = tmp_path / "run.jsonl"
    words = [str(COMMAND), "apply", str(plan), "--sandbox", exchange.url, "--journal", str(journal)]
    with subprocess.Popen(words, env=env, stdout=stuck[1], stderr=subprocess.PIPE, text=True) as process:
        until(lambda: journal.exists() and journal.read_bytes().count(b"\n") > 7)
        process.send_signal(number)
        assert process.wait(10) == 128 + number
        assert process.stderr is not None
        shown = process.stderr.read()
    assert shown.startswith(f"{UNSHOWN}: nobody reads it")
    assert "interrupted: " in shown


def test_two_pipes_that_nobody_reads(env: dict[str, str], stuck: Pipe) -> None:
    """There is nowhere to say anything, and the signal is heard all the same."""
    with Raw(silent) as server:
        words = [str(COMMAND), *SET, "--sandbox", server.url]
        with subprocess.Popen(words, env=env, stdout=stuck[1], stderr=stuck[1]) as process:
            until(lambda: server.arrived)
            process.terminate()
            assert process.wait(10) == 143


@pytest.fixture
def stuck() -> Iterator[Pipe]:
    """A pipe that is full, and that nobody reads: its two ends."""
    read, write = os.pipe()
    os.write(write, b"." * fcntl.fcntl(write, fcntl.F_GETPIPE_SZ))
    with os.fdopen(write, "w") as writer:
        yield read, writer
        os.close(read)


def taken(descriptor: int) -> bytes:
    """All that is in a pipe now."""
    os.set_blocking(descriptor, False)
    data = b""
    try:
        while part := os.read(descriptor, 65536):
            data += part
    except BlockingIOError:
        pass
    os.set_blocking(descriptor, True)
    return data


def test_a_reader_that_comes_back_gets_everything(stuck: Pipe) -> None:
    stream = Stream("stdout", stuck[1])
    stream.writelines(["one\n", "", "two " * 500_000])
    stream.flush()
    assert (stream.fileno(), stream.isatty(), stream.problem) == (stuck[1].fileno(), False, "")
    text = b""
    draining = threading.Thread(target=stream.drain)
    stream.patience = 60
    draining.start()
    while b"two " * 500_000 not in text:
        text += taken(stuck[0])
    draining.join(10)
    assert (text.lstrip(b"."), stream.problem) == (b"one\n" + b"two " * 500_000, "")


def test_a_pipe_that_does_not_block_is_waited_for(stuck: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    waited = threading.Event()
    real = select.select

    def watched(*descriptors: Any) -> Any:
        waited.set()
        return real(*descriptors)

    monkeypatch.setattr(select, "select", watched)
    os.set_blocking(stuck[1].fileno(), False)
    stream = Stream("stdout", stuck[1])
    stream.write("one")
    assert waited.wait(10)
    text = taken(stuck[0])
    stream.drain()
    assert (text + taken(stuck[0])).endswith(b"one")


def test_a_reader_that_takes_nothing_is_given_up(stuck: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_MOST", 20)
    stream = Stream("stdout", stuck[1])
    stream.patience = 0.2
    stream.write("a\nb\n")
    assert stream.problem == ""
    stream.write("more than there is room for\n")
    assert stream.problem == "nobody reads it"
    stream.drain()
    assert stream.last_lines() == "a\nb\nmore than there is room for\n"
    taken(stuck[0])  # the thread gets on, and finds that it was given up
    until(lambda: stream._taken == 4)
    stream.drain()
    assert stream.problem == "nobody reads it"


def test_only_the_last_lines_are_repeated() -> None:
    stream = Stream("stdout", None)
    stream.write("".join(f"{number}\n" for number in range(100)))
    assert (stream.problem, stream.last_lines()) == ("it is closed", "".join(f"{each}\n" for each in range(90, 100)))
    with pytest.raises(OSError, match="stdout has no descriptor"):
        stream.fileno()


def test_a_stream_without_a_descriptor_and_one_that_is_closed() -> None:
    inner = io.StringIO()
    stream = Stream("stdout", inner)
    stream.write("one")
    stream.drain()
    assert inner.getvalue() == "one"
    assert not stream.isatty()
    inner.close()
    stream.write("two")
    stream.drain()
    assert "closed" in stream.problem
    assert Stream("stdout", inner)._descriptor is None


def test_a_signal_ends_the_wait_for_a_reader(stuck: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", stuck[1])
    with Output() as output:
        sys.stdout.write("one")
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()
    assert sys.stdout is stuck[1]
    assert (output.exit_code(0), output.exit_code(1)) == (143, 1)


def test_results_that_matter_are_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    results_matter()  # what a caller of ours has in the place of sys.stdout is left alone
    with Output() as output:
        assert [output.stdout.patience] == [None]
        results_matter()
        assert output.stdout.patience == streams._PATIENCE
        results_matter(interrupted=True)
        assert output.stderr.patience == streams._HURRY


def test_one_place_has_one_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "log").open("w") as file, (tmp_path / "other").open("w") as other:
        monkeypatch.setattr(sys, "stdout", file)
        monkeypatch.setattr(sys, "stderr", file)
        one = Output()
        assert one.stdout is one.stderr
        monkeypatch.setattr(sys, "stderr", other)
        two = Output()
        assert two.stdout is not two.stderr


@pytest.mark.parametrize("terminal", [False, True])
def test_what_a_system_does_not_number_is_one_where_it_is_the_console(
    monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    """Windows has the number 0 for every pipe and for its console."""
    with (Path(os.devnull)).open("w") as file, (Path(os.devnull)).open("w") as other:
        monkeypatch.setattr(sys, "stdout", file)
        monkeypatch.setattr(sys, "stderr", other)
        monkeypatch.setattr(os, "fstat", lambda _: os.stat_result([0] * 10))
        monkeypatch.setattr(os, "isatty", lambda _: terminal)
        both = Output()
    assert (both.stdout is both.stderr) is terminal


def test_a_console_that_takes_characters_gets_them_in_its_own_way() -> None:
    """Windows' shows bytes that are written to its descriptor in another encoding."""
    taken = bytearray()

    class _WindowsConsoleIO(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def fileno(self) -> int:
            return 2

        def write(self, data: Any) -> int:
            part = bytes(data)[:10_000]
            taken.extend(part)
            return len(part)

    stream = Stream("stdout", io.TextIOWrapper(io.BufferedWriter(_WindowsConsoleIO()), "utf-8"))
    stream.write("杠杆" * 5000)
    stream.drain()
    assert taken.decode() == "杠杆" * 5000


def test_a_sandbox_that_nobody_can_use_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with Output() as output:
        sandbox(port=0)
    assert output.exit_code(0) == 4


def test_descriptors_that_are_closed_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fstat(number: int) -> None:
        if number == 1:
            raise OSError

    opened: list[object] = []
    monkeypatch.setattr(os, "fstat", fstat)
    monkeypatch.setattr(os, "open", lambda *given: opened.append(given))
    _keep_descriptors()
    monkeypatch.undo()
    assert opened == [(os.devnull, os.O_RDWR)]


def test_a_closed_stdin_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    _keep_descriptors()
    with sys.stdin as stdin:
        assert (stdin.isatty(), stdin.read()) == (False, "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("apply", "PLAN", "--live"), "leverset: --live asks before it sends, and there is no terminal to ask in"),
        (("export", "okx", "--instruments-from", "-", "--live"), "leverset: there is no name on stdin"),
    ],
)
def test_commands_that_would_read_a_closed_stdin(
    plan: Path, env: dict[str, str], words: tuple[str, ...], said: str
) -> None:
    ended = run(env, *(plan if word == "PLAN" else word for word in words), redirected="<&-")
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr.decode().splitlines()[0] == said


def test_a_stream_that_fails_calls_who_wants_to_know(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with Output() as output:
            before = output.stdout.on_problem
            with when_unshown(lambda: told.append(1)):
                assert told == []
                sys.stdout.write("one\n")
                until(lambda: told)
            assert output.stdout.on_problem is before
            with when_unshown(lambda: told.append(2)):
                assert told == [1, 2]
        monkeypatch.undo()


def test_no_thread_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "log").open("w") as file:
        monkeypatch.setattr(sys, "stdout", file)
        with Output() as output:
            sys.stdout.write("one\n")
            writer = output.stdout._writer
        assert writer is not None
        writer.join(5)
        assert not writer.is_alive()


def test_no_columns_are_taken_for_the_usual_ones(plan: Path, env: dict[str, str]) -> None:
    ended = run(env, "check", plan, COLUMNS="0")
    assert (ended.returncode, ended.stdout.decode()) == (0, f"{plan}: 7 rows (okx 7), no problem found\n")


def test_a_console_without_columns_has_eighty(monkeypatch: pytest.MonkeyPatch) -> None:
    for columns, width in (("0", 80), ("1", 1), ("200", 200)):
        monkeypatch.setenv("COLUMNS", columns)
        assert new_console().width == width
