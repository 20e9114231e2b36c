"""Environment, credentials and shared limiter of a command."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from leverset.cli._credentials_file import read_file
from leverset.sandbox import Sandbox
from tests.cli.conftest import Invoke
from tests.limits.server import RedisServer
from tests.plan.rows import LONG, PERP, bodies

SET = ["set", "okx", "--inst-id", "BTC-USDT-SWAP", "--lever", "5", "--mgn-mode", "isolated", "--pos-side", "long"]


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.yaml"
    path.write_text(f"okx:\n  - {LONG}\nbitget:\n  - {PERP}\n")
    return path


@pytest.mark.parametrize("command", ["apply", "set"])
@pytest.mark.parametrize(
    ("options", "word"),
    [
        ([], "no environment is given"),
        (["--live", "--demo"], "more than one environment"),
        (["--demo", "--sandbox", "http://127.0.0.1:1"], "more than one environment"),
        (["--sandbox", "https://www.okx.com"], "no sandbox on this machine"),
        (["--sandbox", "http://127.0.0.1.example.com:1"], "no sandbox on this machine"),
        (["--sandbox", "127.0.0.1:1"], "no sandbox on this machine"),
        (["--sandbox", "ftp://127.0.0.1"], "no sandbox on this machine"),
        (["--sandbox", "http://["], "no sandbox on this machine"),
        (["--sandbox", "http://127.0.0.1:99999"], "no sandbox on this machine"),
        (["--sandbox", "http://127.0.0.1:abc"], "no sandbox on this machine"),
        (["--sandbox", "http://127.0.0.1:0"], "no sandbox on this machine"),
    ],
)
def test_exactly_one_environment_is_required(
    plan: Path, invoke: Invoke, command: str, options: list[str], word: str
) -> None:
    result = invoke(*(["apply", plan] if command == "apply" else SET), *options)
    assert result.exit_code == 2
    assert word in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("url", ["http://localhost:{}", "http://[::1]:{}", "http://127.0.0.1:{}"])
def test_names_of_this_machine_are_sandboxes(invoke: Invoke, url: str) -> None:
    result = invoke(*SET, "--sandbox", url.format(1))
    assert result.exit_code == 1  # nobody answers there, and it was tried
    assert "leverset/network" in result.stdout


def test_an_address_with_a_path_is_refused_by_the_client(plan: Path, invoke: Invoke) -> None:
    for arguments in (SET, ["apply", plan]):
        result = invoke(*arguments, "--sandbox", "http://127.0.0.1:1/a")
        assert result.exit_code == 2
        assert "base_url" in result.stderr


def test_an_unknown_region(invoke: Invoke) -> None:
    result = invoke(*SET, "--live", "--region", "mars")
    assert result.exit_code == 2
    assert "mars" in result.stderr


def test_missing_credentials_are_named(plan: Path, invoke: Invoke, exchange: Sandbox) -> None:
    for place in (("--sandbox", exchange.url), ("--live",)):
        result = invoke("apply", plan, *place, BITGET_SECRET="")
        assert result.exit_code == 2
        assert "BITGET_SECRET" in result.stderr
    result = invoke("apply", plan, "--demo")
    assert result.exit_code == 2
    assert "OKX_DEMO_API_KEY is missing" in result.stderr
    assert exchange.secret not in result.output
    assert exchange.requests() == []


def keys(exchange: Sandbox, *, mode: int, path: Path) -> Path:
    path.write_text(
        f"# both\n\nexport OKX_API_KEY={exchange.api_key}\nOKX_SECRET='{exchange.secret}'\n"
        f'OKX_PASSPHRASE = "{exchange.passphrase}"\n'
    )
    path.chmod(mode)
    return path


def test_credentials_from_a_private_file(tmp_path: Path, invoke: Invoke, exchange: Sandbox) -> None:
    file = keys(exchange, mode=0o600, path=tmp_path / "keys.env")
    wrong = {"OKX_API_KEY": "wrong", "OKX_SECRET": "wrong", "OKX_PASSPHRASE": "wrong"}
    result = invoke(*SET, "--sandbox", exchange.url, "--credentials", file, **wrong)
    assert result.exit_code == 0, result.output
    assert len(bodies(exchange, "okx")) == 1


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_credentials_in_a_file_others_may_read_are_refused(
    tmp_path: Path, invoke: Invoke, exchange: Sandbox, mode: int
) -> None:
    file = keys(exchange, mode=mode, path=tmp_path / "keys.env")
    result = invoke(*SET, "--sandbox", exchange.url, "--credentials", file)
    assert result.exit_code == 2
    assert f"chmod 600 {file}" in result.stderr
    assert exchange.requests() == []


def test_credentials_in_a_file_of_a_system_that_does_not_say_who_may_read_it(
    tmp_path: Path, invoke: Invoke, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leverset.plan._file.POSIX", False)
    file = keys(exchange, mode=0o644, path=tmp_path / "keys.env")
    result = invoke(*SET, "--sandbox", exchange.url, "--credentials", file)
    remark = f"leverset: who else may read {file} cannot be seen on this system, and was not checked\n"
    assert (result.exit_code, result.stderr) == (0, remark)
    assert len(bodies(exchange, "okx")) == 1


def test_files_without_credentials(tmp_path: Path, invoke: Invoke, exchange: Sandbox) -> None:
    results = {}
    for name, raw in {"lines": b"OKX_API_KEY\n", "binary": b"\xff\n", "empty": b""}.items():
        (tmp_path / name).write_bytes(raw)
        (tmp_path / name).chmod(0o600)
        results[name] = invoke(*SET, "--sandbox", exchange.url, "--credentials", tmp_path / name)
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("missing", "pipe"):
        results[name] = invoke(*SET, "--sandbox", exchange.url, "--credentials", tmp_path / name)
    assert {result.exit_code for result in results.values()} == {2}
    assert "line 1 of" in results["lines"].stderr
    assert "not UTF-8" in results["binary"].stderr
    assert "OKX_API_KEY and OKX_SECRET" in results["empty"].stderr or "OKX_API_KEY" in results["empty"].stderr
    assert "No such file" in results["missing"].stderr
    assert "no regular file" in results["pipe"].stderr


READ = [
    ("OKX_SECRET=aB3x", "aB3x"),
    ("\ufeffOKX_SECRET=aB3x", "aB3x"),
    ("  export\tOKX_SECRET = aB3x  ", "aB3x"),
    ("set OKX_SECRET=aB3x", "aB3x"),
    ('$env:OKX_SECRET = "aB3x"', "aB3x"),
    ('OKX_SECRET="aB3x" # from a password manager', "aB3x"),
    ("OKX_SECRET='aB3x'\t#from a password manager", "aB3x"),
    ("# a remark\n\nOKX_SECRET=aB3x\n  # another", "aB3x"),
    ('OKX_SECRET="aB # 3x"', "aB # 3x"),
    ("OKX_SECRET='aB\"3x'", 'aB"3x'),
    ("OKX_SECRET=aB#3x", "aB#3x"),
    ("OKX_SECRET=aB=3x==", "aB=3x=="),
    ('OKX_SECRET=""', ""),
    ("OKX_SECRET=", ""),
    ('OKX_SECRET=aB"3x', 'aB"3x'),
]
UNREAD = [
    (
        "OKX_SECRET=aB3x # from a password manager",
        "line 1 of",
        "# after a blank may begin a remark or belong to OKX_SECRET",
    ),
    ("\nOKX_SECRET=aB3x\t#x", "line 2 of", "in quotes"),
    ("OKX_SECRET= # later", "line 1 of", "on a line of its own"),
    ("OKX_SECRET=aB3x\nX=1\nOKX_SECRET=aB3x", "line 3 of", "gives OKX_SECRET a second time, after line 1"),
    ("OKX_SECRET=aB3x\nexport OKX_SECRET=other", "line 2 of", "keep one of the two lines"),
    ('OKX_SECRET="aB3x', "line 1 of", "has no second one"),
    ("OKX_SECRET='aB3x\"", "line 1 of", "has no second one"),
    ('OKX_SECRET="aB3x" more', "line 1 of", "has no second one"),
    ('OKX_SECRET="aB"3x"', "line 1 of", "quotes of the other kind"),
    ("OKX_SECRET: aB3x", "line 1 of", "is not NAME=VALUE"),
    ("[okx]\nOKX_SECRET=aB3x", "line 1 of", "is not NAME=VALUE"),
    ("=aB3x", "line 1 of", "is not NAME=VALUE"),
    ('"OKX_SECRET"=aB3x', "line 1 of", "is not NAME=VALUE"),
]


def private(folder: Path, text: str) -> Path:
    path = folder / "keys.env"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(("text", "value"), READ)
def test_lines_are_read_as_a_person_means_them(tmp_path: Path, text: str, value: str) -> None:
    assert read_file(private(tmp_path, text))["OKX_SECRET"] == value


@pytest.mark.parametrize(("text", "where", "says"), UNREAD)
def test_lines_that_could_be_read_in_two_ways_are_refused_and_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, where: str, says: str
) -> None:
    with pytest.raises(typer.Exit) as caught:
        read_file(private(tmp_path, text))
    shown = capsys.readouterr().err
    assert caught.value.exit_code == 2
    assert where in shown
    assert says in shown
    assert "aB3x" not in shown


@pytest.mark.parametrize("value", ["\u201caB3x\u201d", "${OKX_SECRET}", "your_secret_here", "<secret>"])
def test_a_file_with_a_placeholder_is_refused(tmp_path: Path, invoke: Invoke, exchange: Sandbox, value: str) -> None:
    file = private(tmp_path, f"OKX_API_KEY={exchange.api_key}\nOKX_SECRET={value}\nOKX_PASSPHRASE=x1\n")
    result = invoke(*SET, "--sandbox", exchange.url, "--credentials", file)
    assert result.exit_code == 2
    assert "OKX_SECRET is " in result.stderr
    assert value not in result.stderr
    assert exchange.requests() == []


def test_no_option_takes_a_secret(invoke: Invoke) -> None:
    for words in ("apply", "set okx", "set bitget"):
        shown = invoke(*words.split(), "--help").stdout
        assert not [word for word in ("--api-key", "--secret", "--passphrase") if word in shown]
    assert invoke(*SET, "--secret", "x").exit_code == 2


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    server = RedisServer()
    server.start()
    # As if it had been in use for long: one that knows nothing grants nothing until all that it may have lost is over.
    server.limiter(namespace="leverset").close()
    yield server
    server.remove()


def test_a_shared_limit(plan: Path, invoke: Invoke, exchange: Sandbox, redis: RedisServer) -> None:
    assert invoke("apply", plan, "--sandbox", exchange.url, "--redis", redis.url).exit_code == 0
    grants = redis.calls("evalsha")
    assert grants >= 4
    assert invoke(*SET, "--sandbox", exchange.url, LEVERSET_REDIS=redis.url).exit_code == 0
    assert redis.calls("evalsha") > grants
    assert len(bodies(exchange, "okx")) == 2


def test_a_shared_limit_out_of_reach_sends_nothing(
    plan: Path, invoke: Invoke, exchange: Sandbox, redis: RedisServer
) -> None:
    redis.stop()
    result = invoke("apply", plan, "--sandbox", exchange.url, "--redis", redis.url)
    assert result.exit_code == 1
    assert "okx    1 not sent" in result.stdout
    assert "given up: leverset/limiter-unavailable" in result.stdout
    assert exchange.requests() == []


def test_a_wrong_address_of_a_shared_limit(invoke: Invoke, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    words = (*SET, "--sandbox", exchange.url, "--redis", "redis://user:hunter2@")
    result = invoke(*words[:-1], "nonsense://user:hunter2@here")
    assert result.exit_code == 2
    assert "rediss://user:password@host" in result.stderr
    assert "hunter2" not in result.output
    monkeypatch.setitem(sys.modules, "leverset.limits.redis", None)
    result = invoke(*words)
    assert result.exit_code == 2
    assert "leverset[redis]" in result.stderr
    assert exchange.requests() == []
