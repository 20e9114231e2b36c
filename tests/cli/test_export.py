"""`leverset export`: what holds as a plan on stdout, and everything else on stderr."""

from __future__ import annotations

import io
import shlex
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leverset._registry import EXCHANGES, RegisteredExchange
from leverset.cli.export import announce
from leverset.plan import check, load
from leverset.sandbox import Account, Sandbox
from tests.caller import CREDENTIALS
from tests.cli.conftest import Invoke
from tests.cli.terminal import COMMAND, Terminal
from tests.output import json_lines
from tests.server import Raw, silent

OFFERED = [each for each in EXCHANGES.values() if each.snapshot is not None]
PIPELINE = 'exec "$0" export {words} --sandbox "$1" > "$2"'


def of(account: Account) -> dict[str, str]:
    """An account's credentials as environment variables."""
    name = account.exchange.upper()
    return {
        f"{name}_API_KEY": account.api_key,
        f"{name}_SECRET": account.secret,
        f"{name}_PASSPHRASE": account.passphrase,
    }


@pytest.fixture
def okx(invoke: Invoke, exchange: Sandbox) -> Callable[..., Any]:
    def run(*words: object, **other: str) -> Any:
        return invoke("export", "okx", *words, "--sandbox", exchange.url, **other)

    return run


def test_a_plan_and_nothing_else(okx: Any, exchange: Sandbox) -> None:
    account = exchange.account("okx")
    exchange.change_leverage(account, instId="BTC-USDT-SWAP", lever="9.5", mgnMode="isolated", posSide="long")
    result = okx("--instruments", "BTC-USDT-SWAP, ETH-USDT")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "# What holds on OKX (sandbox), written by leverset export\n"
        "accounts:\n"
        "  okx: {position_mode: long_short_mode, level: single_currency}\n"
        "okx:\n"
        "  - {instId: BTC-USDT-SWAP, lever: 3, mgnMode: cross}\n"
        "  - {instId: BTC-USDT-SWAP, lever: 9.5, mgnMode: isolated, posSide: long}\n"
        "  - {instId: BTC-USDT-SWAP, lever: 3, mgnMode: isolated, posSide: short}\n"
        "  - {instId: ETH-USDT, lever: 3, mgnMode: cross}\n"
        "  - {instId: ETH-USDT, lever: 3, mgnMode: isolated}\n"
    )
    assert {entry["method"] for entry in exchange.requests()} == {"GET"}
    # The same again, word for word: what is exported every day and kept in a repository shows what has changed.
    assert okx("--instruments", "BTC-USDT-SWAP", "--inst-id", "ETH-USDT").stdout == result.stdout


@pytest.mark.parametrize("words", ["okx --instruments BTC-USDT-SWAP,ETH-USDT", "bitget --instruments BTCUSDT,ETHPERP"])
def test_what_a_shell_redirects_into_a_file_is_a_right_plan(
    tmp_path: Path, exchange: Sandbox, env: dict[str, str], invoke: Invoke, words: str
) -> None:
    path, line = tmp_path / "plan.yaml", PIPELINE.format(words=words)
    run = subprocess.run(["sh", "-c", line, str(COMMAND), exchange.url, str(path)], env=env, check=False, timeout=60)
    assert run.returncode == 0
    for command in (["check", path], ["check", path, "--online", "--sandbox", exchange.url]):
        result = invoke(*command)
        assert (result.exit_code, "no problem found" in result.stdout) == (0, True)
    assert invoke("diff", path, "--sandbox", exchange.url).exit_code == 0


def test_a_table(okx: Any, tmp_path: Path) -> None:
    result = okx("--instruments", "BTC-USDT-SWAP", "--mgn-mode", "isolated", "--format", "csv")
    assert result.stdout == (
        "exchange,instId,lever,mgnMode,posSide\nokx,BTC-USDT-SWAP,3,isolated,long\nokx,BTC-USDT-SWAP,3,isolated,short\n"
    )
    path = tmp_path / "plan.csv"
    path.write_text(result.stdout)
    assert check(load(path)) == ()


def test_what_is_left_out_is_counted_on_stderr(okx: Any, exchange: Sandbox) -> None:
    account = exchange.account("okx", level="portfolio")
    result = okx("--instruments", "BTC-USDT-SWAP", "--ccy", "BTC", **of(account))
    assert result.exit_code == 0
    assert result.stderr == (
        "left out 1 leverage: in portfolio margin the leverage of cross contracts is fixed: BTC-USDT-SWAP cross\n"
        "left out 1 leverage: this account has no leverage per currency: BTC cross\n"
    )
    assert result.stdout.endswith(
        "# left out 1 leverage: in portfolio margin the leverage of cross contracts is fixed: BTC-USDT-SWAP cross\n"
        "# left out 1 leverage: this account has no leverage per currency: BTC cross\n"
    )


@pytest.mark.parametrize("form", ["yaml", "csv"])
def test_a_plan_that_is_not_whole_says_so_and_exits_1(okx: Any, form: str) -> None:
    words = ("--instruments", "BTC-USDT-SWAP,NONE-USDT-SWAP", "--mgn-mode", "cross", "--format", form)
    result = okx(*words)
    assert result.exit_code == 1
    assert result.stderr == (
        "NOT WHOLE: 1 leverage could not be read\n"
        "not read 1 leverage: okx/51001: InstrumentDoesNotExist: Instrument ID does not exist: NONE-USDT-SWAP cross\n"
        "  fix:   Check instId; delisted and expired instruments no longer exist.\n"
    )
    assert "BTC-USDT-SWAP" in result.stdout
    assert "# NOT WHOLE: 1 leverage could not be read" in result.stdout


def test_what_could_not_be_read_is_not_said_to_be_without_leverage(okx: Any) -> None:
    result = okx("--instruments", "NONE-USDT-SWAP", "--mgn-mode", "cross")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith("leverset: no leverage that can be set could be read, so there is no plan\n")


def test_nothing_that_can_be_set_is_no_plan(okx: Any, exchange: Sandbox) -> None:
    result = okx("--instruments", "BTC-USDT", **of(exchange.account("okx", level="spot")))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith("leverset: OKX names no leverage that can be set, so there is no plan\n")


def test_errors_leave_stdout_to_the_plan(okx: Any) -> None:
    refused = okx("--instruments", "BTC-USDT", OKX_PASSPHRASE="WRONG")
    broken = okx("--instruments", "btcusdt,BTC-USDT", "--mgn-mode", "crossed")
    for result in (refused, broken):
        assert (result.exit_code, result.stdout) == (1, "")
    assert "error[okx/50105]" in refused.stderr
    assert 'did you mean "BTC-USDT-SWAP" or "BTC-USDT"?' in broken.stderr
    assert "WRONG" not in refused.stderr


NAMES = "\ufeffBTCUSDT  # the first\n\n# a remark, with commas\nETHUSDT,SOLUSDT XRPUSDT\r\n"


def symbols(text: str) -> list[str]:
    """The symbols of the rows, each once."""
    rows = [line.partition("symbol: ")[2].partition(",")[0] for line in text.splitlines()]
    return list(dict.fromkeys(filter(None, rows)))


def test_names_from_a_file(invoke: Invoke, exchange: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text(NAMES, encoding="utf-8")
    words = ("export", "bitget", "--symbol", "DOGEUSDT", "--instruments-from", path, "--sandbox", exchange.url)
    assert symbols(invoke(*words).stdout) == ["DOGEUSDT", "BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT"]


def test_names_from_stdin(exchange: Sandbox, env: dict[str, str]) -> None:
    words = [str(COMMAND), "export", "bitget", "--instruments-from", "-", "--sandbox", exchange.url]
    done = subprocess.run(words, env=env, input=NAMES.encode(), capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert symbols(done.stdout.decode()) == ["BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"\xff\xfe", "cannot be read: it is not UTF-8"),
        (b"# nothing\n , \n", "there is no name in"),
    ],
)
def test_a_file_without_names_exits_2(okx: Any, tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "names.txt"
    if content is not None:
        path.write_bytes(content)
    result = okx("--instruments-from", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
    assert "  fix:   " in result.stderr


def test_wrong_calls_exit_2(invoke: Invoke, exchange: Sandbox, okx: Any) -> None:
    for words in ([], ["--mgn-mode", "cross"], ["--instruments", ","], ["--all", "--instruments", "BTC-USDT"]):
        result = okx(*words)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "fix:   give --instruments, --instruments-from FILE, or --all" in result.stderr
    assert okx("--all", "--ccy", "BTC").exit_code == 2
    assert okx("--instruments", "BTC-USDT", OKX_SECRET="").exit_code == 2
    assert okx("--instruments", "BTC-USDT", "--format", "toml").exit_code == 2
    assert "no environment is given" in invoke("export", "okx", "--instruments", "BTC-USDT").stderr
    assert exchange.requests() == []


def test_everything_that_is_live(invoke: Invoke, exchange: Sandbox, tmp_path: Path) -> None:
    exchange.configure(limits=False)
    words = ("export", "bitget", "--all", "--product-type", "USDC-FUTURES", "--sandbox", exchange.url)
    result = invoke(*words, **of(exchange.account("bitget", margin_mode="crossed")))
    assert (result.exit_code, result.stderr) == (0, "")
    path = tmp_path / "plan.yaml"
    path.write_text(result.stdout)
    assert len(load(path).rows) == 13


def test_a_terminal_is_told_how_long_it_takes(exchange: Sandbox, env: dict[str, str]) -> None:
    """Bitget's limit has one symbol in a request: 40 of them take four seconds, and Ctrl-C ends them."""
    names = ",".join(f"T{number:03}USDT" for number in range(40))
    exchange.configure(latency_out=(0.2, 0.2))
    with Terminal("export", "bitget", "--instruments", names, "--sandbox", exchange.url, env=env) as terminal:
        terminal.sees("40 requests to read, about 4 s at the limit of Bitget\n")
        terminal.until(lambda: exchange.requests())
        terminal.press("\x03")
        assert terminal.exit() == 130
        assert terminal.text.endswith("interrupted: nothing was to be changed\n")
        assert "bitget:" not in terminal.text


def test_what_takes_long_is_announced_in_a_terminal_only(exchange: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    registered = EXCHANGES["bitget"]
    with registered.client(CREDENTIALS, base_url=exchange.url) as client:
        for terminal, requests, said in (
            (True, 40, "40 requests to read, about 4 s at the limit of Bitget\n"),
            (True, 29, ""),
            (False, 40, ""),
        ):
            stream = io.StringIO()
            monkeypatch.setattr(stream, "isatty", lambda terminal=terminal: terminal)
            monkeypatch.setattr("sys.stderr", stream)
            announce(registered, client, requests)
            assert stream.getvalue() == said


def test_a_signal_leaves_no_part_of_a_plan(env: dict[str, str], tmp_path: Path) -> None:
    with Raw(silent) as server, (tmp_path / "plan.yaml").open("wb") as file:
        address = f"http://127.0.0.1:{server.port}"
        words = [str(COMMAND), "export", "okx", "--instruments", "BTC-USDT", "--sandbox", address]
        with subprocess.Popen(words, env=env, stdout=file, stderr=subprocess.PIPE) as process:
            while not server.connections:
                assert process.poll() is None
                time.sleep(0.01)
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 143
    assert (tmp_path / "plan.yaml").read_bytes() == b""


def test_rows_as_json(okx: Any) -> None:
    names = "BTC-USDT-261225,BTC-USDT-270326,NONE-USDT-SWAP"
    result = okx("--instruments", names, "--mgn-mode", "cross", "--json")
    assert result.exit_code == 1
    row, left_out, failed = json_lines(result.stdout)
    request = {"instId": "BTC-USDT-261225", "lever": "3", "mgnMode": "cross"}
    assert row == {"kind": "row", "exchange": "okx", "request": request}
    assert (left_out["subject"], left_out["error"]) == ("BTC-USDT-270326 cross", None)
    assert (failed["subject"], failed["error"]["reference"]) == ("NONE-USDT-SWAP cross", "okx/51001")
    [error] = json_lines(okx("--instruments", "btcusdt", "--json").stdout)
    assert (error["kind"], error["error"]["reference"]) == ("error", "okx/instrument-possible")


@pytest.mark.parametrize("registered", OFFERED, ids=lambda each: each.name)
def test_help_has_the_fields_and_an_example_that_works(
    invoke: Invoke, exchange: Sandbox, registered: RegisteredExchange
) -> None:
    shown = " ".join(invoke("export", registered.name, "--help", COLUMNS="300").stdout.split())
    for field in registered.read_fields:
        assert f"--{field.argument.replace('_', '-')} " in shown.replace(",", " ")
    assert registered.snapshot is not None
    assert registered.snapshot.completes in shown
    example = shown.partition("Examples: ")[2].partition(" --live ")[0]
    result = invoke(*shlex.split(example)[1:], "--sandbox", exchange.url)
    assert (result.exit_code, f"{registered.name}:\n" in result.stdout) == (0, True)
