"""The limiter of a command: the file that it uses by default, what else can be named, and what ends it at once."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from leverset._config import ClientConfig
from leverset.cli.limit import state_folder
from leverset.sandbox import Sandbox
from tests.cli.conftest import Invoke
from tests.cli.terminal import COMMAND
from tests.plan.rows import LONG

SET = ["set", "okx", "--inst-id", "BTC-USDT-SWAP", "--lever", "5", "--mgn-mode", "isolated", "--pos-side", "long"]
WAYS = "give --limit-file FILE, --redis URL or --no-shared-limit"
COMMANDS = {
    "set": SET,
    "get": ["get", "okx", "--inst-id", "BTC-USDT-SWAP", "--mgn-mode", "isolated"],
    "doctor": ["doctor", "okx"],
    "apply": ["apply", "plan.yaml"],
}
ALONE = [[*words, "--no-shared-limit"] for words in COMMANDS.values()]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a plan."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.yaml").write_text(f"okx:\n  - {LONG}\n")
    return tmp_path


@pytest.fixture
def file(env: dict[str, str]) -> Path:
    """The default file."""
    return Path(env["XDG_STATE_HOME"]) / "leverset" / "limits.sqlite3"


def slots(path: Path) -> int:
    with sqlite3.connect(path) as db:
        count: int = db.execute("SELECT SUM(open + last) FROM keys").fetchone()[0]
    db.close()
    return count


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_that_sends_uses_the_file_of_this_user(
    invoke: Invoke, exchange: Sandbox, env: dict[str, str], file: Path, name: str
) -> None:
    env["XDG_STATE_HOME"] += "/new/one"
    file = Path(env["XDG_STATE_HOME"]) / "leverset" / "limits.sqlite3"
    result = invoke(*COMMANDS[name], "--sandbox", exchange.url)
    assert result.exit_code == 0, result.output
    assert slots(file) >= 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [stat.S_IMODE(each.stat().st_mode) for each in list(file.parents)[:3]] == [0o700] * 3


@pytest.mark.parametrize("words", [[*SET, "--dry-run"], ["check", "plan.yaml"], ["demo"], *ALONE])
def test_what_shares_no_limit_makes_no_file(invoke: Invoke, exchange: Sandbox, file: Path, words: list[str]) -> None:
    place = ["--sandbox", exchange.url] if words in ALONE else []
    assert invoke(*words, *place).exit_code == 0
    assert not file.parent.exists()


def test_another_file(invoke: Invoke, exchange: Sandbox, file: Path, folder: Path) -> None:
    words = (*SET, "--sandbox", exchange.url)
    assert invoke(*words, "--limit-file", "mine").exit_code == 0
    assert invoke(*words, LEVERSET_LIMIT_FILE="of-the-environment").exit_code == 0
    assert invoke(*words, "--limit-file", "first", LEVERSET_LIMIT_FILE="second", LEVERSET_REDIS="third").exit_code == 0
    assert {path.name for path in folder.iterdir()} >= {"mine", "of-the-environment", "first"}
    assert not (folder / "second").exists()
    assert invoke(*words, "--no-shared-limit", LEVERSET_LIMIT_FILE="second").exit_code == 0
    assert not (folder / "second").exists()
    assert not file.exists()


@pytest.mark.parametrize(
    ("words", "given", "listed"),
    [
        (["--limit-file", "a", "--no-shared-limit"], {}, "--limit-file FILE and --no-shared-limit"),
        (["--limit-file", "a", "--redis", "redis://h"], {}, "--limit-file FILE and --redis URL"),
        (["--no-shared-limit", "--redis", "redis://h"], {}, "--redis URL and --no-shared-limit"),
        (
            ["--no-shared-limit", "--redis", "redis://h", "--limit-file", ""],
            {},
            "--limit-file FILE, --redis URL and --no-shared-limit",
        ),
        (
            [],
            {"LEVERSET_LIMIT_FILE": "a", "LEVERSET_REDIS": "redis://h"},
            "LEVERSET_LIMIT_FILE and LEVERSET_REDIS",
        ),
    ],
)
@pytest.mark.parametrize("name", list(COMMANDS))
def test_one_way_only(
    invoke: Invoke, exchange: Sandbox, name: str, words: list[str], given: dict[str, str], listed: str
) -> None:
    result = invoke(*COMMANDS[name], "--sandbox", exchange.url, *words, **given)
    assert result.exit_code == 2
    expected = f"leverset: {listed} are given: the limit can be shared in one way only\n  fix:   give one of them\n"
    assert result.stderr == expected
    assert exchange.requests() == []


def damaged(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"x" * 2000)


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE theirs (a)")
    db.close()


def as_a_folder(path: Path) -> None:
    path.mkdir()


def dangling(path: Path) -> None:
    path.parent.rmdir()
    path.parent.symlink_to("nowhere")


@pytest.mark.parametrize(
    ("spoil", "reason", "fix"),
    [
        (
            damaged,
            "is out of reach (file is not a database)",
            "give the path of another file: this one is left as it is",
        ),
        (foreign, "is out of reach (it belongs to another program or version", "give the path of another file"),
        (as_a_folder, "cannot be used: path is the folder ", "give the path of a file"),
        (dangling, ", whose folder is not there", "give the path of a file"),
    ],
)
@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_file_that_cannot_be_used_ends_the_command_before_a_request(
    invoke: Invoke, exchange: Sandbox, file: Path, name: str, spoil: Callable[[Path], None], reason: str, fix: str
) -> None:
    file.parent.mkdir()
    spoil(file)
    result = invoke(*COMMANDS[name], "--sandbox", exchange.url)
    assert result.exit_code == 2
    assert str(file) in result.stderr
    assert reason in result.stderr
    assert f"  fix:   {fix}" in result.stderr
    assert result.stderr.endswith(f"; or {WAYS}\n")
    assert exchange.requests() == []


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_folder_that_cannot_be_made(
    invoke: Invoke, exchange: Sandbox, file: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def mkdir(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "mkdir", mkdir)
    result = invoke(*SET, "--sandbox", exchange.url)
    assert result.exit_code == 2
    reason = f"{file} cannot be made ({os.strerror(number)})"
    assert result.stderr == f"leverset: the limit cannot be shared between commands: {reason}\n  fix:   {WAYS}\n"
    assert exchange.requests() == []


def test_a_folder_on_a_drive_that_is_not_there(
    invoke: Invoke, exchange: Sandbox, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where such a drive is no folder and above itself."""

    def mkdir(*_: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "no such drive")

    monkeypatch.setattr(os, "mkdir", mkdir)
    monkeypatch.setattr(os.path, "isdir", lambda _: False)
    result = invoke(*SET, "--sandbox", exchange.url)
    assert result.exit_code == 2
    assert f"{file} cannot be made (no such drive)" in result.stderr


def test_a_full_disk_is_seen_before_a_request(exchange: Sandbox, env: dict[str, str], file: Path) -> None:
    code = "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048)); "
    words = [sys.executable, "-c", f"{code}os.execv(sys.argv[1], sys.argv[1:])", str(COMMAND), *SET]
    ended = subprocess.run(
        [*words, "--sandbox", exchange.url], env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2, ended.stderr
    assert f"the shared limit in {file} is out of reach (" in ended.stderr
    assert "  fix:   make room on the disk, or see to it" in ended.stderr
    assert ended.stderr.endswith(f"; or {WAYS}\n")
    assert exchange.requests() == []


def test_without_a_home_directory(invoke: Invoke, exchange: Sandbox) -> None:
    result = invoke(*SET, "--sandbox", exchange.url, XDG_STATE_HOME="", HOME="nowhere")
    assert result.exit_code == 2
    assert "there is no home directory for it" in result.stderr
    assert WAYS in result.stderr
    assert exchange.requests() == []


def test_a_working_directory_that_is_gone(invoke: Invoke, exchange: Sandbox, folder: Path) -> None:
    gone = folder / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    result = invoke(*SET, "--sandbox", exchange.url, "--limit-file", "limit")
    os.chdir(folder)
    assert (result.exit_code, exchange.requests()) == (2, [])
    assert (
        "leverset: limit is in the working directory, which is gone\n  fix:   give --limit-file an absolute path"
        in (result.stderr)
    )


def test_where_the_state_of_a_user_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert state_folder({"XDG_STATE_HOME": "/state"}, "linux") == "/state"
    assert (
        state_folder({}, "linux") == state_folder({"XDG_STATE_HOME": "relative"}, "darwin") == "/home/me/.local/state"
    )
    assert state_folder({"LOCALAPPDATA": "C:\\me", "XDG_STATE_HOME": "/state"}, "win32") == "C:\\me"
    assert state_folder({"XDG_STATE_HOME": "/state"}, "win32") == ""


@pytest.mark.parametrize("name", list(COMMANDS))
def test_published_limits(invoke: Invoke, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    known: list[object] = []
    made = ClientConfig.__attrs_post_init__

    def note(config: ClientConfig) -> None:
        known.append(config.rate_limits)
        made(config)

    monkeypatch.setattr(ClientConfig, "__attrs_post_init__", note)
    for words, limits in (([], "documented"), (["--limits", "published"], "published")):
        known.clear()
        assert invoke(*COMMANDS[name], "--sandbox", exchange.url, *words).exit_code == 0
        assert set(known) == {limits}
    assert invoke(*COMMANDS[name], "--sandbox", exchange.url, "--limits", "faster").exit_code == 2


def test_the_limit_that_a_dry_run_shows(invoke: Invoke) -> None:
    assert "\nlimit: 5 in 2 s; " in invoke(*SET, "--dry-run").stdout
    assert "\nlimit: 20 in 2 s; " in invoke(*SET, "--dry-run", "--limits", "published").stdout


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_sixteen_commands_at_once_are_all_within_the_limit(exchange: Sandbox, env: dict[str, str]) -> None:
    def run(number: int) -> int:
        words = [str(COMMAND), *SET, "--sandbox", exchange.url]
        words[words.index("BTC-USDT-SWAP")] = f"T{100 + number}-USDT-SWAP"
        return subprocess.run(words, env=env, capture_output=True, check=False).returncode

    with ThreadPoolExecutor(16) as together:
        assert set(together.map(run, range(16))) == {0}
    sent = exchange.requests("okx")
    assert sum(str(entry["path"]).endswith("/set-leverage") for entry in sent) == 16
    assert {entry["response_code"] for entry in sent} == {"0"}
