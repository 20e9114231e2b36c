"""The lines to copy work as they are, and the faults that have buttons do what they say."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from leverset.sandbox import Account, Sandbox
from leverset.sandbox._console_feed import describe_account
from leverset.sandbox._exchange import Exchange
from leverset.sandbox._fault_presets import presets
from leverset.sandbox._registry import EXCHANGES
from tests.sandbox.caller import Caller, code

TOOLS = pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="needs curl and openssl")


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """A sandbox on the machine's own clock, which the lines take their time from."""
    with Sandbox() as sandbox:
        yield sandbox


def lines(sandbox: Sandbox, account: Account) -> dict[str, str]:
    found = describe_account(account, sandbox.url)["lines"]
    assert isinstance(found, dict)
    return found


def can_be_set(account: Account) -> bool:
    return account.modes.get("level") != "spot" and account.kind != "unified"


@TOOLS
def test_curl_signed_by_openssl(running: Sandbox) -> None:
    running.reset()
    for number, account in enumerate(running.accounts):
        running.change_account(account, environment="demo" if number % 2 else "live")
        ran = subprocess.run(
            ["sh", "-c", lines(running, account)["curl"]], capture_output=True, text=True, timeout=60, check=False
        )
        assert ran.returncode == 0, ran.stderr
        entry = running.requests()[-1]
        assert entry["response_body_b64"], ran.stdout
        assert bool(entry["applied"]) is can_be_set(account), (account.name, ran.stdout)
    assert len(running.requests()) == len(running.accounts)


@pytest.mark.parametrize("exchange", EXCHANGES)
@pytest.mark.parametrize("environment", ["live", "demo"])
def test_python(running: Sandbox, capsys: pytest.CaptureFixture[str], exchange: str, environment: str) -> None:
    running.reset()
    account = running.account(exchange)
    running.change_account(account, environment=environment)
    exec(compile(lines(running, account)["python"], "console", "exec"), {})  # noqa: S102 - that is what it is for
    [row] = running.leverage(exchange)
    assert capsys.readouterr().out == f"{row['lever']}\n"


def test_environment(running: Sandbox) -> None:
    account = running.account("okx")
    *exports, command = lines(running, account)["environment"].splitlines()
    script = "\n".join([*exports, f"{sys.executable} -c 'import os; print(os.environ[\"OKX_API_KEY\"])'"])
    ran = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.strip() == account.api_key
    assert [line.partition("=")[0] for line in exports] == [
        "export OKX_API_KEY",
        "export OKX_SECRET",
        "export OKX_PASSPHRASE",
    ]
    assert command == f"leverset doctor okx --sandbox {running.url}"


def test_an_exchange_without_a_guide_has_no_lines(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(EXCHANGES["okx"]), "guide", Exchange.guide)
    described = describe_account(caller.sandbox.account("okx"), caller.sandbox.url)
    assert (described["lines"], described["example"]) == ({}, {})
    assert "Wrong value reported" not in [preset["name"] for preset in presets(EXCHANGES["okx"])]
    caller.okx()
    found = caller.admin("GET", "requests/1").json()
    assert dict(found["headers"])["ok-access-key"].startswith("(redacted")


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_the_faults_with_buttons(caller: Caller, exchange: str) -> None:
    known = EXCHANGES[exchange]
    field = next(iter(known.guide.leverage_fields[known.set_leverage_path])) if known.guide else ""
    outcomes = {}
    for preset in presets(known):
        caller.sandbox.reset()
        fault = dict(preset["fault"])  # type: ignore[call-overload] # an object
        if preset.get("value"):
            fault["replace"] = {field: "77"}
        if preset.get("seconds"):
            fault[str(preset["seconds"])] = 3
        caller.sandbox.fault(**fault)
        caller.clock.reset()
        try:
            response = caller.request(exchange)
            outcome = f"HTTP {response.status_code}" + (" value 77" if '"77"' in response.text else "")
        except httpx.RemoteProtocolError:
            outcome = "cut"
        outcomes[preset["name"]] = (outcome, bool(caller.sandbox.leverage(exchange)), sum(caller.clock.slept))
    assert outcomes == {
        "Timeout, not applied": ("HTTP 200", False, 60),
        "Timeout, applied": ("HTTP 200", True, 60),
        "Connection cut, not applied": ("cut", False, 0),
        "Connection cut, applied": ("cut", True, 0),
        "Wrong value reported": ("HTTP 200 value 77", True, 0),
        "HTTP 429": ("HTTP 429", False, 0),
        "HTTP 503, not applied": ("HTTP 503", False, 0),
        "HTTP 503, applied": ("HTTP 503", True, 0),
        "HTML page": ("HTTP 502", False, 0),
        "Delay": ("HTTP 200", True, 3),
    }
    assert code(caller.request(exchange)) in ("0", "00000"), "once only"
