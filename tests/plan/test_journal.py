"""The journal: on the disk line by line, by what rows set, bound to its environments and accounts."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import pickle
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from leverset import Bitget, Okx, OkxAccount
from leverset.plan import Journal, JournalError, Plan, Result, Status, Summary, apply, to_json
from leverset.sandbox import Sandbox
from tests.caller import CREDENTIALS
from tests.plan.rows import bitget_rows, bodies, keys, okx_rows, sandbox, settings, written
from tests.processes import begin, in_child


@pytest.fixture
def exchange() -> Iterator[Sandbox]:
    with sandbox() as running:
        yield running


def run(plan: Plan, exchange: Sandbox, path: Path, **arguments: Any) -> Summary:
    with ExitStack() as stack:
        client = stack.enter_context(Okx(keys(exchange), **settings(exchange)))
        journal = stack.enter_context(Journal(path, plan, [client]))
        return apply(plan, [client], journal=journal, **arguments)


def entries(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def rows(path: Path) -> list[dict[str, Any]]:
    """The entries of rows."""
    return [entry for entry in entries(path) if "row" in entry]


def test_a_second_run_sends_only_unconfirmed_rows(tmp_path: Path, exchange: Sandbox) -> None:
    text = okx_rows(3) + "  - {instId: T009-USDT-SWAP, lever: 500, mgnMode: isolated, posSide: long}\n"
    plan, path = written(tmp_path, text), tmp_path / "run.jsonl"
    first = run(plan, exchange, path)
    assert [result.status for result in first.results] == ["applied", "applied", "applied", "refused"]
    exchange.clear()
    results: list[Result] = []
    second = run(plan, exchange, path, on_result=results.append)
    assert bodies(exchange, "okx") == ["T009-USDT-SWAP"]
    assert [result.earlier for result in second.results] == [True, True, True, False]
    assert len(results) == 4
    assert not second.complete
    assert [result.status for result in second.results] == ["kept", "kept", "kept", "refused"]
    assert sorted(entry["row"] for entry in rows(path)) == [1, 2, 3, 4, 4]
    assert path.stat().st_mode & 0o777 == 0o600


def test_each_line_has_the_request_and_the_reported_values(tmp_path: Path, exchange: Sandbox) -> None:
    path = tmp_path / "run.jsonl"
    run(written(tmp_path, okx_rows(1)), exchange, path)
    header, run_entry, entry = entries(path)
    assert header == {"leverset-journal": 2}
    assert list(run_entry) == ["run", "at", "environments"]
    assert run_entry["run"] == os.getpid()
    assert list(run_entry["environments"]) == ["okx"]
    told = ["status", "why", "error", "reported", "confirmed", "observed"]
    assert list(entry) == ["at", "row", "line", "exchange", "request", *told]
    assert exchange.api_key not in path.read_text()
    assert entry["request"] == {"instId": "T000-USDT-SWAP", "lever": "5", "mgnMode": "isolated", "posSide": "long"}
    assert (entry["status"], entry["reported"]["lever"], entry["line"]) == ("applied", "5", 2)


def test_a_row_whose_latest_entry_is_unknown_was_applied_by_nobody(tmp_path: Path, exchange: Sandbox) -> None:
    plan, path = written(tmp_path, okx_rows(2)), tmp_path / "run.jsonl"
    run(plan, exchange, path)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, lines[-1].replace('"applied"', '"unknown"')]) + "\n")
    exchange.clear()
    second = run(plan, exchange, path)
    assert [(result.status, result.earlier) for result in second.results] == [("kept", True), ("kept", False)]
    assert bodies(exchange, "okx") == []
    assert rows(path)[-1]["status"] == "kept"


@pytest.mark.parametrize("cut", [1, 20, 100])
def test_a_torn_last_line_is_dropped(tmp_path: Path, exchange: Sandbox, cut: int) -> None:
    plan, path = written(tmp_path, okx_rows(2)), tmp_path / "run.jsonl"
    run(plan, exchange, path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    second = run(plan, exchange, path)
    torn = json.loads(whole.splitlines()[-1])["row"]
    assert {result.row.number: result.earlier for result in second.results} == {torn: False, 3 - torn: True}
    assert [entry["row"] for entry in rows(path)] == [3 - torn, torn]


@pytest.mark.parametrize("kept", [0, 1, 10, 60])
def test_a_torn_first_line_is_an_empty_journal(tmp_path: Path, exchange: Sandbox, kept: int) -> None:
    plan, path = written(tmp_path, okx_rows(1)), tmp_path / "run.jsonl"
    run(plan, exchange, path)
    path.write_bytes(path.read_bytes()[:kept])
    assert run(plan, exchange, path).complete
    assert [next(iter(entry)) for entry in entries(path)] == ["leverset-journal", "run", "at"]


def test_another_environment_is_refused(tmp_path: Path, exchange: Sandbox) -> None:
    path = tmp_path / "run.jsonl"
    run(written(tmp_path, okx_rows(1)), exchange, path)
    before = path.read_bytes()
    with sandbox() as other, pytest.raises(JournalError, match="another environment or account"):
        run(written(tmp_path, okx_rows(1)), other, path)
    demo = Okx(keys(exchange), **settings(exchange, demo=True))
    with pytest.raises(JournalError, match="another environment"):
        Journal(path, written(tmp_path, okx_rows(1)), [demo])
    assert path.read_bytes() == before


def test_a_corrected_row_is_the_only_one_that_is_sent(tmp_path: Path, exchange: Sandbox) -> None:
    """Corrected, appended, removed and put in another order: the journal is still the plan's."""
    wrong = "  - {instId: T009-USDT-SWAP, lever: 500, mgnMode: isolated, posSide: long}\n"
    path = tmp_path / "run.jsonl"
    assert run(written(tmp_path, okx_rows(3) + wrong), exchange, path).counts() == {"applied": 3, "refused": 1}
    exchange.clear()
    first, *others = okx_rows(3).splitlines(keepends=True)[1:]
    text = "okx:\n" + wrong.replace("500", "50") + "".join(reversed(others)) + first.replace("T000", "T007")
    second = run(written(tmp_path, text), exchange, path)
    assert [(each.status, each.earlier) for each in second.results] == [
        ("applied", False),
        ("kept", True),
        ("kept", True),
        ("applied", False),
    ]
    assert bodies(exchange, "okx") == ["T009-USDT-SWAP", "T007-USDT-SWAP"]


def test_an_exchange_that_is_added_to_the_plan_goes_on_with_its_journal(tmp_path: Path, exchange: Sandbox) -> None:
    path = tmp_path / "run.jsonl"
    run(written(tmp_path, okx_rows(1)), exchange, path)
    both = written(tmp_path, okx_rows(1) + bitget_rows(1))
    given = settings(exchange, "bitget")
    with Okx(keys(exchange), **settings(exchange)) as okx, Bitget(keys(exchange), **given) as bitget:
        with Journal(path, both, [okx, bitget]) as journal:
            assert apply(both, [okx, bitget], journal=journal).counts() == {"kept": 1, "applied": 1}
        with Bitget(keys(exchange, api_key="another"), **given) as other, pytest.raises(JournalError, match="another"):
            Journal(path, both, [okx, other])


def test_another_value_in_between_was_not_applied_earlier(tmp_path: Path, exchange: Sandbox) -> None:
    """5, then 6, then somebody sets 5 again: what the last run did to the row was to set 6."""
    path = tmp_path / "run.jsonl"
    five, six = written(tmp_path, okx_rows(1)), written(tmp_path, okx_rows(1, 6), "six.yaml")
    for plan in (five, six):
        assert run(plan, exchange, path).counts() == {"applied": 1}
    exchange.change_leverage(exchange.account("okx"), **dict(five.rows[0].body))
    [result] = run(five, exchange, path).results
    assert (result.status, result.earlier) == ("kept", False)
    [result] = run(five, exchange, path).results
    assert (result.status, result.earlier) == ("kept", False)
    assert [entry["status"] for entry in rows(path)] == ["applied", "applied", "kept"]


def test_a_journal_of_an_older_version_is_read(tmp_path: Path, exchange: Sandbox) -> None:
    plan, path = written(tmp_path, okx_rows(2)), tmp_path / "run.jsonl"
    run(plan, exchange, path)
    _, first, *others = entries(path)
    older = {"leverset-journal": 1, "plan": "0" * 64, "rows": 2, "environments": first["environments"]}
    path.write_text("".join(json.dumps(entry) + "\n" for entry in (older, *others)))
    assert [result.earlier for result in run(plan, exchange, path).results] == [True, True]
    with sandbox() as other, pytest.raises(JournalError, match="another environment or account"):
        run(plan, other, path)
    path.write_text(json.dumps({**older, "environments": None}) + "\n")
    with pytest.raises(JournalError, match="is no journal"):
        run(plan, exchange, path)


def test_a_journal_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text('{"leverset-journal": 3, "more": 1}\n')
    with pytest.raises(JournalError, match="the journal of a newer leverset, version 3"):
        Journal(path, written(tmp_path, okx_rows(1)), [])
    assert path.read_text() == '{"leverset-journal": 3, "more": 1}\n'


def test_a_journal_is_used_in_its_own_environment_only(tmp_path: Path, exchange: Sandbox) -> None:
    def refused() -> pytest.RaisesExc[JournalError]:
        return pytest.raises(JournalError, match="another environment or account")

    plan, path = written(tmp_path, okx_rows(1)), tmp_path / "run.jsonl"
    run(plan, exchange, path)
    with sandbox() as other, Okx(keys(exchange), **settings(exchange)) as okx:
        changed: list[dict[str, Any]] = [
            {"base_url": other.url},
            {"demo": True},
            {"account": OkxAccount(uid="5")},
            {"credentials": keys(exchange, api_key="another")},
        ]
        for change in changed:
            arguments = {"credentials": keys(exchange), **settings(exchange), **change}
            with Okx(**arguments) as client, Journal(path, plan, [okx]) as journal, refused():
                apply(plan, [client], journal=journal)
        with Journal(tmp_path / "none.jsonl", plan, []) as journal, refused():
            apply(plan, [okx], journal=journal)
        assert other.requests() == []
    assert len(bodies(exchange, "okx")) == 1


def test_a_closed_journal_is_refused(tmp_path: Path, exchange: Sandbox) -> None:
    plan = written(tmp_path, okx_rows(1))
    with Okx(keys(exchange), **settings(exchange)) as okx:
        journal = Journal(tmp_path / "run.jsonl", plan, [okx])
        journal.close()
        journal.close()
        with pytest.raises(JournalError, match="is closed"):
            apply(plan, [okx], journal=journal)
    assert exchange.requests() == []


def test_a_journal_closed_in_the_middle_writes_to_no_other_file(tmp_path: Path, exchange: Sandbox) -> None:
    plan = written(tmp_path, okx_rows(20))
    with Okx(keys(exchange), **settings(exchange)) as okx, ExitStack() as stack:
        journal = Journal(tmp_path / "run.jsonl", plan, [okx])
        others: list[Any] = []
        lock, over = threading.Lock(), threading.Event()

        def close(_: Result) -> None:
            journal.close()  # the next file that is opened gets its number
            with lock:  # a row that was under way may end when the run is over already
                if not over.is_set():
                    others.append(stack.enter_context((tmp_path / f"other{len(others)}").open("w+")))

        with pytest.raises(JournalError, match="is closed"):
            apply(plan, [okx], journal=journal, on_result=close)
        with lock:
            over.set()
        assert [other.read() for other in others] == [""] * len(others)


@pytest.mark.parametrize(
    "changes",
    [
        {"request": None},
        {"request": {"instId": "T000-USDT-SWAP", "mgnMode": "isolated", "posSide": "long"}},
        {"request": {"instId": "T000-USDT-SWAP", "lever": "5x", "mgnMode": "isolated", "posSide": "long"}},
        {"exchange": "bitget"},
        {"exchange": "nowhere"},
        {"exchange": ["okx"]},
        {"status": []},
        {"status": "done"},
    ],
)
def test_an_entry_that_is_about_no_request_is_refused(
    tmp_path: Path, exchange: Sandbox, changes: dict[str, Any]
) -> None:
    plan, path = written(tmp_path, okx_rows(2)), tmp_path / "run.jsonl"
    run(plan, exchange, path)
    header, begun, first, second = entries(path)
    path.write_text("".join(json.dumps(entry) + "\n" for entry in (header, begun, {**first, **changes}, second)))
    with pytest.raises(JournalError, match=r"line 3 of .* is damaged"):
        run(plan, exchange, path)


@pytest.mark.parametrize(
    "text", ["okx:\n", "okx: []", "{}\n", '{"leverset-journal": 0}\n', '{"leverset-journal": true}\n', "5\n"]
)
def test_a_file_that_is_no_journal_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text(text)
    with pytest.raises(JournalError, match="no journal"):
        Journal(path, written(tmp_path, okx_rows(1)), [])
    assert path.read_text() == text


@pytest.mark.parametrize("line", ["", "{", "[]", '{"row": 0}', '{"row": 2}', '{"row": "1"}', "{}", "[" * 100_000])
def test_damage_before_the_end_is_refused(tmp_path: Path, exchange: Sandbox, line: str) -> None:
    plan, path = written(tmp_path, okx_rows(1)), tmp_path / "run.jsonl"
    run(plan, exchange, path)
    header, begun, entry = path.read_text().splitlines()
    path.write_text(f"{header}\n{line}\n{begun}\n{entry}\n")
    with pytest.raises(JournalError, match=r"line 2 of .* is damaged"):
        run(plan, exchange, path)


def test_a_journal_in_use_is_refused_with_the_other_runs_process_and_time(tmp_path: Path) -> None:
    plan, path = written(tmp_path, okx_rows(1)), tmp_path / "run.jsonl"
    with Journal(path, plan, []):
        since = entries(path)[1]["at"]
        with pytest.raises(JournalError) as caught:
            Journal(path, plan, [])
    error = caught.value
    assert error.summary == f"{path} is in use by another run: process {os.getpid()}, since {since}"
    assert error.fix == "wait for it, or give another path"
    Journal(path, plan, []).close()


def test_a_forked_child_neither_keeps_a_journal_in_use_nor_frees_it(tmp_path: Path) -> None:
    plan, path = written(tmp_path, okx_rows(1)), tmp_path / "run.jsonl"

    def close() -> str:
        journal.close()
        return "closed"

    def stay() -> str:
        os.read(reading, 1)
        return "stayed"

    reading, writing = os.pipe()
    with Journal(path, plan, []) as journal:
        assert in_child(close) == "closed"
        with pytest.raises(JournalError, match="is in use by another run"):
            Journal(path, plan, [])
        child = begin(stay)
    try:
        Journal(path, plan, []).close()
    finally:
        os.write(writing, b".")
        assert child.result() == "stayed"
        os.close(reading)
        os.close(writing)


def test_a_journal_in_use_by_what_says_nothing_of_itself(tmp_path: Path) -> None:
    plan, path = written(tmp_path, okx_rows(1)), tmp_path / "run.jsonl"
    with path.open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(JournalError) as caught:
            Journal(path, plan, [])
    assert caught.value.summary == f"{path} is in use by another run"


@pytest.mark.parametrize("process", ["ended", -1, 2**70, "x", None])
def test_a_run_that_is_over_is_not_said_to_have_it(tmp_path: Path, process: object) -> None:
    plan, path = written(tmp_path, okx_rows(1)), tmp_path / "run.jsonl"
    Journal(path, plan, []).close()
    if process == "ended":
        process = begin(lambda: str(os.getpid())).result()
        process = int(str(process))
    header, entry = path.read_text().splitlines()
    path.write_text(f"{header}\n{json.dumps(json.loads(entry) | {'run': process})}\n")
    with path.open("r+") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(JournalError) as caught:
            Journal(path, plan, [])
    assert caught.value.summary == f"{path} is in use by another run"


@pytest.mark.parametrize(("posix", "error"), [(True, PermissionError), (False, AssertionError)])
def test_a_run_that_cannot_be_asked_for_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, posix: bool, error: type[Exception]
) -> None:
    def kill(*_: object) -> None:
        raise error

    monkeypatch.setattr("os.kill", kill)
    monkeypatch.setattr("leverset.plan._file.POSIX", posix)
    plan, path = written(tmp_path, okx_rows(1)), tmp_path / "run.jsonl"
    with Journal(path, plan, []), pytest.raises(JournalError, match=f"process {os.getpid()}, since"):
        Journal(path, plan, [])


def test_an_unusable_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="No such file"):
        Journal(tmp_path / "nowhere" / "run.jsonl", written(tmp_path, okx_rows(1)), [])


def test_a_full_disk_ends_the_run(tmp_path: Path, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = written(tmp_path, okx_rows(40))
    results: list[Result] = []
    written_lines = 0
    sync = os.fsync

    def full(descriptor: int) -> None:
        nonlocal written_lines
        written_lines += 1
        if written_lines > 4:  # the header with the run, its folder, and two rows
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(JournalError, match="No space left") as raised:
        run(plan, exchange, tmp_path / "run.jsonl", on_result=results.append)
    monkeypatch.undo()
    error, applied = raised.value, len(bodies(exchange, "okx"))
    assert error.outcome == "unknown"
    assert [result.row.number for result in error.results] == list(range(1, 41))
    assert all(result in error.results for result in results)
    assert f"of 40 rows {applied} are applied, {40 - applied} were not sent" in error.why
    assert "nothing left this machine" not in str(error)
    assert len(results) == 40
    assert len(bodies(exchange, "okx")) < 25
    assert {result.status for result in results} == {"applied", "not_sent"}


@pytest.mark.parametrize("ends", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_journal_goes_on_after_a_write_that_failed_in_the_middle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: BaseException
) -> None:
    plan, path = written(tmp_path, okx_rows(3)), tmp_path / "run.jsonl"
    first, second, third = (Result(row=row, status="applied") for row in plan.rows)
    true, calls = os.write, 0

    def full(file: int, data: bytes) -> int:
        nonlocal calls
        calls += 1
        if calls % 2 == 0:
            raise ends
        return true(file, data[: len(data) // 2])

    with Journal(path, plan, []) as journal:
        journal.write(first)
        before = path.read_bytes()
        monkeypatch.setattr(os, "write", full)
        for _ in range(2):
            with pytest.raises((JournalError, KeyboardInterrupt)):
                journal.write(second)
        monkeypatch.undo()
        assert path.read_bytes() != before, "there is a torn line"
        journal.write(third)
    assert path.read_bytes().startswith(before)
    with Journal(path, plan, []) as journal:
        assert [journal.was_applied(row) for row in plan.rows] == [True, False, True]


def test_a_journal_error_counts_every_status(tmp_path: Path, exchange: Sandbox) -> None:
    text = okx_rows(3) + "  - {instId: T009-USDT-SWAP, lever: 500, mgnMode: isolated, posSide: long}\n"
    plan, path = written(tmp_path, text), tmp_path / "run.jsonl"
    run(plan, exchange, path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:3]))
    exchange.clear()
    exchange.fault(exchange="okx", nth=1, status=200, body="<html>")
    with Okx(keys(exchange), **settings(exchange, retries=0, read_back="never")) as okx:
        journal = Journal(path, plan, [okx])

        def close(result: Result) -> None:
            if result.status == "unknown":
                journal.close()

        with pytest.raises(JournalError) as raised:
            apply(plan, [okx], journal=journal, on_result=close, force=True)
    error = raised.value
    assert [result.status for result in error.results] == ["unknown", "applied", "not_sent", "not_sent"]
    assert error.why == "of 4 rows 1 is applied, 1 is unknown, 2 were not sent"
    assert str(pickle.loads(pickle.dumps(error)).results) == str(error.results)  # noqa: S301 - our own bytes


def test_a_journal_error_before_anything_is_sent(tmp_path: Path, exchange: Sandbox) -> None:
    plan = written(tmp_path, okx_rows(2))
    with Okx(keys(exchange), **settings(exchange)) as okx:
        journal = Journal(tmp_path / "run.jsonl", plan, [okx])
        journal.close()
        with pytest.raises(JournalError) as raised:
            apply(plan, [okx], journal=journal)
    assert (raised.value.outcome, raised.value.results, raised.value.why) == ("not_sent", (), "")


def test_a_journal_error_says_how_many_rows_have_each_status(tmp_path: Path) -> None:
    [row] = written(tmp_path, okx_rows(1)).rows
    statuses: list[Status] = [
        "kept",
        "unchanged",
        "applied",
        "refused",
        "differs",
        "differs",
        "unknown",
        "unknown",
        "not_sent",
    ]
    error = JournalError("", reference="plan/journal")
    error.add_results(tuple(Result(row=row, status=status) for status in statuses))
    assert error.why == (
        "of 9 rows 1 was kept, 2 are applied, 1 is refused, 2 have another value, 2 are unknown, 1 was not sent"
    )
    error = JournalError("", reference="plan/journal")
    error.add_results((Result(row=row, status="kept", earlier=True),))
    assert (error.outcome, error.why) == ("not_sent", "of 1 row 1 was kept")


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "nul", "socket"])
def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    paths = {"device": "/dev/full", "folder": str(tmp_path), "nul": f"{tmp_path}/a\0b"}
    path = paths.get(kind, str(tmp_path / kind))
    listener = socket.socket(socket.AF_UNIX)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        listener.bind(path)
    with listener, Okx(CREDENTIALS, base_url="http://127.0.0.1:1") as okx:
        with pytest.raises(JournalError, match=r"is no regular file|cannot be used: \w+") as caught:
            Journal(path, written(tmp_path, okx_rows(1)), [okx])
        assert caught.value.outcome == "not_sent"


@pytest.mark.parametrize("step", ["flock", "fchmod", "open"])
def test_a_file_that_the_system_refuses_is_no_bare_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Locks that a file system lacks, a file of another user, a folder that may not be read."""
    real = os.open

    def refuse(*given: Any) -> int:
        if step == "open" and given[0] != str(tmp_path):
            return real(*given)
        raise OSError(errno.EPERM, "Operation not permitted")

    path = tmp_path / "run.jsonl"
    path.touch(0o666)
    path.chmod(0o666)
    monkeypatch.setattr(fcntl if step == "flock" else os, step, refuse)
    with Okx(CREDENTIALS, base_url="http://127.0.0.1:1") as okx:
        plan = written(tmp_path, okx_rows(1))
        with pytest.raises(JournalError, match=r"run\.jsonl cannot be used: Operation not permitted"):
            Journal(path, plan, [okx])


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o602])
def test_a_journal_that_others_may_read_becomes_private(tmp_path: Path, mode: int) -> None:
    plan, path = written(tmp_path, okx_rows(1)), tmp_path / "run.jsonl"
    with Okx(CREDENTIALS, base_url="http://127.0.0.1:1") as okx:
        for _ in range(2):  # an empty file, and a journal
            path.touch()
            path.chmod(mode)
            Journal(path, plan, [okx]).close()
            assert path.stat().st_mode & 0o777 == 0o600
        other = tmp_path / "other.txt"
        other.write_text("no journal\n")
        other.chmod(mode)
        with pytest.raises(JournalError, match="is no journal"):
            Journal(other, plan, [okx])
        assert other.stat().st_mode & 0o777 == mode


@pytest.mark.parametrize(
    "line", ['{"row": 1, "status": [], "reported": null}', "[" * 100_000, '{"row": [1]}', "\udc80"]
)
def test_lines_that_nobody_of_ours_wrote_are_damage(tmp_path: Path, line: str) -> None:
    plan, path = written(tmp_path, okx_rows(1)), tmp_path / "run.jsonl"
    with Okx(CREDENTIALS, base_url="http://127.0.0.1:1") as okx:
        Journal(path, plan, [okx]).close()
        with path.open("a", errors="surrogateescape") as file:
            file.write(f"{line}\n")
        with pytest.raises(JournalError, match=r"line 3 of .* is damaged"):
            Journal(path, plan, [okx])


def test_json_has_no_nan() -> None:
    document = {"a": float("nan"), "b": [1.5, float("inf")], "c": {"d": (-float("inf"), "x", None)}}
    assert json.loads(to_json(document), parse_constant=refuse_constant) == {
        "a": "nan",
        "b": [1.5, "inf"],
        "c": {"d": ["-inf", "x", None]},
    }
    assert to_json({"a": 1.5}) == '{"a": 1.5}'


def refuse_constant(name: str) -> None:
    raise AssertionError(name)
