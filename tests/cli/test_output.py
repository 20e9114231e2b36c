"""`--json`: every command prints lines of one schema, errors and interrupts too."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from leverset import cli
from leverset._registry import EXCHANGES
from leverset.cli._refusal import interruption
from leverset.cli.app import app
from leverset.cli.set import _Call
from leverset.okx._client import Okx
from leverset.plan import JournalError
from leverset.sandbox import Sandbox
from tests.cli.conftest import Invoke
from tests.cli.terminal import COMMAND
from tests.output import KINDS, PAGE, SCHEMA, json_lines
from tests.plan.rows import LONG, PERP, okx_rows
from tests.processes import kill_when
from tests.server import Raw, http, silent

SET = ["set", "okx", "--inst-id", "BTC-USDT-SWAP", "--lever", "5", "--mgn-mode", "isolated", "--pos-side", "long"]
MODES = ["--position-mode", "long_short_mode"]
GET = ["get", "okx", "--inst-id", "BTC-USDT-SWAP", "--mgn-mode", "isolated"]
SET_BITGET = ["set", "bitget", "--symbol", "BTCUSDT", "--product-type", "USDT-FUTURES"]
SET_BITGET += ["--margin-coin", "USDT", "--leverage", "20", "--hold-side", "long"]
GET_BITGET = ["get", "bitget", "--symbol", "BTCUSDT", "--product-type", "USDT-FUTURES", "--margin-coin", "USDT"]

# Every command that has --json, a call of it, and the kinds of what that prints.
CALLS: dict[str, tuple[list[str], list[str]]] = {
    "check": (["check", "wrong.yaml"], ["problem"]),
    "apply": (["apply", "plan.yaml", "--sandbox"], ["result", "summary"]),
    "set okx": ([*SET, "--sandbox"], ["result"]),
    "set bitget": ([*SET_BITGET, "--dry-run"], ["request"]),
    "get okx": ([*GET, "--sandbox"], ["leverage"]),
    "get bitget": ([*GET_BITGET, "--sandbox"], ["leverage"]),
    "diff": (["diff", "plan.yaml", "--sandbox"], ["difference", "comparison"]),
    "export okx": (["export", "okx", "--instruments", "BTC-USDT-SWAP", "--sandbox"], ["row"]),
    "export bitget": (
        ["export", "bitget", "--instruments", "BTCUSDT", "--product-type", "USDT-FUTURES", "--sandbox"],
        ["row"],
    ),
    "doctor okx": (["doctor", "okx", "--sandbox"], ["check"]),
    "doctor bitget": (["doctor", "bitget", "--sandbox"], ["check"]),
    "sandbox": (["sandbox"], ["sandbox"]),
}


def commands(command: Any = None, name: str = "") -> Iterator[str]:
    """The names of all commands that have --json."""
    command = get_command(app) if command is None else command
    for word, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{name} {word}".strip())
    if any("--json" in parameter.opts for parameter in command.params):
        yield name


def test_every_command_with_json_is_called_here_and_every_kind_is_printed() -> None:
    assert sorted(CALLS) == sorted(commands())
    elsewhere = {"error", "unchecked", "not_exported"}  # see the tests of `check --online` and `export`
    assert {kind for _, kinds in CALLS.values() for kind in kinds} | elsewhere == KINDS.keys()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "plan.yaml").write_text(f"okx:\n  - {LONG}\nbitget:\n  - {PERP}\n")
    (tmp_path / "wrong.yaml").write_text("okx:\n  - {instId: BTC-USDT, lever: 5, mgnMode: isolated, posSide: long}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", [name for name in CALLS if name != "sandbox"])
def test_what_a_command_prints_fits_the_schema(invoke: Invoke, exchange: Sandbox, name: str) -> None:
    words, kinds = CALLS[name]
    where = [exchange.url] if words[-1] == "--sandbox" else []
    lines = json_lines(invoke(*words, *where, "--json").stdout)
    assert list(dict.fromkeys(line["kind"] for line in lines)) == kinds


def test_what_the_sandbox_prints_fits_the_schema(env: dict[str, str]) -> None:
    with subprocess.Popen([COMMAND, "sandbox", "--json"], env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        [line] = json_lines(process.stdout.readline())
        process.terminate()
        assert (process.wait(20), line["kind"]) == (0, "sandbox")


@pytest.mark.parametrize("name", CALLS)
def test_wrong_options_are_an_error_of_the_schema(invoke: Invoke, name: str) -> None:
    result = invoke(*name.split(), "--nonsense", "--json")
    [line] = json_lines(result.stdout)
    assert (result.exit_code, line["error"]["reference"], line["error"]["outcome"]) == (2, "leverset/usage", "not_sent")
    assert "--nonsense" in line["error"]["summary"]
    assert "--nonsense" in result.stderr
    assert invoke(*name.split(), "--nonsense").stdout == ""


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("diff plan.yaml --sandbox", "diff"),
        ("set okx --lever", "set okx"),
        ("apply plan.yaml --yes=3", "apply"),
        ("get --help=3", "get"),
        ("check", "check"),
    ],
)
def test_wrong_words_name_the_help_of_their_command(invoke: Invoke, words: str, command: str) -> None:
    result = invoke(*words.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith(f"\n  fix:   leverset {command} --help shows what there is\n")


def test_a_wrong_word_before_a_command_is_an_error_of_the_schema(invoke: Invoke) -> None:
    [line] = json_lines(invoke("--nonsense", "check", "--json").stdout)
    assert "--nonsense" in line["error"]["summary"]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", [name for name, (words, _) in CALLS.items() if words[-1] == "--sandbox"])
def test_what_ends_a_command_before_it_sends_is_an_error_of_the_schema(invoke: Invoke, name: str) -> None:
    words = CALLS[name][0][:-1]
    for wrong, text in ((["--live", "--demo"], "more than one environment"), (["--live"], "is empty")):
        result = invoke(*words, *wrong, "--json", **{f"{each.upper()}_SECRET": "" for each in EXCHANGES})
        [line] = json_lines(result.stdout)
        assert (result.exit_code, line["kind"], text in line["error"]["summary"]) == (2, "error", True)
        assert line["error"]["fix"]
        assert line["error"]["reference"] in ("leverset/command", "leverset/credentials")


def test_a_plan_that_cannot_be_read(invoke: Invoke, here: Path) -> None:
    for words in (["check", here / "none.yaml"], ["apply", here / "none.yaml", "--live"]):
        result = invoke(*words, "--json")
        [line] = json_lines(result.stdout)
        assert (result.exit_code, line["error"]["reference"]) == (2, "plan/unreadable")


def test_a_problem_says_what_its_row_is_for(invoke: Invoke, here: Path) -> None:
    for words in (["check", "wrong.yaml"], ["apply", "wrong.yaml", "--sandbox", "http://127.0.0.1:1"]):
        [line] = json_lines(invoke(*words, "--json").stdout)
        target = line["error"]["target"]
        assert (target["exchange"], target["environment"], target["method"]) == ("okx", None, "POST")
        assert target["request"] == {"instId": "BTC-USDT", "lever": "5", "mgnMode": "isolated", "posSide": "long"}
        assert (line["error"]["docs"], line["error"]["violations"][0]["field"]) != (None, "posSide")
    (here / "wrong.yaml").write_text("okx: {}\nnowhere: []\n")
    assert all(line["error"]["target"] is None for line in json_lines(invoke("check", "wrong.yaml", "--json").stdout))


def test_an_error_has_the_same_keys_wherever_it_is(invoke: Invoke, exchange: Sandbox, here: Path) -> None:
    """The schema has `additionalProperties: false`, and requires all of them."""
    error = SCHEMA["$defs"]["error_object"]
    assert set(error["required"]) == error["properties"].keys()
    assert error["additionalProperties"] is False
    exchange.fault(exchange="okx", times=None, exchange_code={"code": "59102", "status": 200}, apply=False)
    [line] = json_lines(invoke(*SET, "--sandbox", exchange.url, "--json").stdout)
    row = json_lines(invoke("apply", here / "plan.yaml", "--sandbox", exchange.url, "--json").stdout)
    [failed] = [each["error"] for each in row if each["kind"] == "result" and each["error"]]
    assert line["error"] == failed
    assert (failed["code"], failed["status"], failed["outcome"]) == ("59102", 200, "refused")
    assert (failed["target"]["environment"], failed["target"]["request"]["lever"]) == ("sandbox", "5")
    assert failed["category"] == "leverage-range"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("words", "status", "text"),
    [([*SET, *MODES], "unknown", "was under way and may have been applied"), (SET, "not_sent", "nothing was sent")],
)
def test_an_interrupted_set_prints_its_result(
    invoke: Invoke, words: list[str], status: str, text: str, number: signal.Signals
) -> None:
    with Raw(silent) as server:
        killer = kill_when(lambda: server.arrived, number)
        result = invoke(*words, "--sandbox", server.url, "--json")
        killer.join()
    [line] = json_lines(result.stdout)
    assert (result.exit_code, line["kind"], line["status"]) == (128 + number, "result", status)
    assert (line["error"]["reference"], line["error"]["outcome"]) == ("leverset/interrupted", status)
    assert line["error"]["target"]["request"]["instId"] == "BTC-USDT-SWAP"
    assert text in line["why"]


def test_an_interrupted_set_prints_that_the_exchange_had_refused(
    invoke: Invoke, caplog: pytest.LogCaptureFixture
) -> None:
    with Raw(http(429, b'{"code":"50011","msg":"","data":[]}', "Retry-After: 9")) as server:
        killer = kill_when(lambda: "retrying in" in caplog.text, signal.SIGTERM)
        result = invoke(*SET, *MODES, "--sandbox", server.url, "--json")
        killer.join()
    [line] = json_lines(result.stdout)
    assert (result.exit_code, line["status"], line["error"]["outcome"]) == (143, "refused", "refused")


def test_an_interrupt_after_the_response_prints_the_success(
    invoke: Invoke, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Okx, "__exit__", interrupt)
    result = invoke(*SET, "--sandbox", exchange.url, "--json")
    [line] = json_lines(result.stdout)
    assert (result.exit_code, line["status"], line["error"], line["confirmed"]) == (130, "applied", None, "response")


def test_an_interrupt_after_an_error_prints_the_error_once(
    invoke: Invoke, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = _Call.show, []

    def show(call: _Call) -> bool:
        shown = real(call)
        calls.append(shown)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return shown

    monkeypatch.setattr(_Call, "show", show)
    exchange.fault(exchange="okx", times=None, exchange_code={"code": "59102", "status": 200})
    result = invoke(*SET, "--sandbox", exchange.url, "--json")
    [line] = json_lines(result.stdout)
    assert (result.exit_code, line["status"], line["error"]["reference"]) == (130, "refused", "okx/59102")
    assert result.stderr.startswith("interrupted: refused, okx/59102: ")


def test_an_interrupt_of_a_call_that_knows_its_success_has_no_error(
    invoke: Invoke, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Okx, "_is_certain", interrupt)
    result = invoke(*SET, "--sandbox", exchange.url, "--json")
    [line] = json_lines(result.stdout)
    assert (result.exit_code, line["status"], line["error"], line["confirmed"]) == (130, "applied", None, None)
    assert "was applied: the exchange had reported success" in line["why"]


@pytest.mark.parametrize("words", [GET, ["doctor", "okx"]])
def test_interrupted_reading_is_an_error(invoke: Invoke, words: list[str]) -> None:
    with Raw(silent) as server:
        killer = kill_when(lambda: server.arrived, signal.SIGTERM)
        result = invoke(*words, "--sandbox", server.url, "--json")
        killer.join()
    [line] = json_lines(result.stdout)
    assert (result.exit_code, line["error"]["reference"]) == (143, "leverset/interrupted")
    assert line["error"]["summary"] == "interrupted: nothing was to be changed"


@pytest.mark.parametrize("name", ["apply", "set"])
def test_an_interrupt_before_anything_is_sent(
    name: str, invoke: Invoke, here: Path, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_: object) -> dict[str, str]:
        os.kill(os.getpid(), signal.SIGTERM)
        return {}

    monkeypatch.setattr("leverset.cli.target.read_file", read)
    words = SET if name == "set" else ["apply", here / "plan.yaml"]
    result = invoke(*words, "--sandbox", exchange.url, "--credentials", "keys.env", "--json")
    [line] = json_lines(result.stdout)
    assert (result.exit_code, line["error"]["outcome"]) == (143, "not_sent")
    assert line["kind"] == ("result" if name == "set" else "error")


STARTUP = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "leverset.cli.app":
            os.kill(os.getpid(), signal.SIGTERM)

sys.meta_path.insert(0, Finder())
from leverset.cli import main
main()
"""


def test_an_interrupt_while_the_command_starts(env: dict[str, str]) -> None:
    words = [sys.executable, "-c", STARTUP, *SET, "--live", "--json"]
    ended = subprocess.run(words, env=env, capture_output=True, text=True, timeout=30, check=False)
    [line] = json_lines(ended.stdout)
    assert (ended.returncode, line) == (143, json.loads(cli.NOTHING_SENT))
    assert line["error"] == interruption("nothing was sent", "not_sent").describe()


def test_a_journal_that_cannot_be_written_is_an_error(
    invoke: Invoke, here: Path, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "plan.yaml").write_text(okx_rows(2))

    def full(*_: object) -> None:
        raise JournalError("no room", reference="plan/journal", fix="make room")

    monkeypatch.setattr("leverset.plan.Journal.write", full)
    words = ("apply", here / "plan.yaml", "--sandbox", exchange.url, "--journal", here / "run.jsonl", "--json")
    result = invoke(*words)
    line = json_lines(result.stdout)[-1]
    assert (result.exit_code, line["kind"], line["error"]["reference"]) == (1, "error", "plan/journal")
    assert line["error"]["outcome"] == "not_sent"  # the journal is written first


def test_the_page_has_every_kind_and_key_and_lines_that_fit() -> None:
    page = PAGE.read_text("utf-8")
    assert sorted(re.findall(r"^\| `(\w+)` \| `leverset", page, re.MULTILINE)) == sorted(KINDS)
    keys = re.findall(r"^\| `(\w+)` \|(?! `leverset)", page, re.MULTILINE)
    assert keys == SCHEMA["$defs"]["error_object"]["required"]
    [lines] = re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(json_lines(lines)) >= 3
