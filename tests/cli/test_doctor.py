"""`leverset doctor`: every check in its good and in its bad form, against the sandbox; nothing is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from leverset import Credentials, Okx, RateLimit
from leverset._registry import EXCHANGES
from leverset.cli import doctor
from leverset.doctor import NAMES, Check, examine
from leverset.doctor._checks import environment, limit
from leverset.errors import ConfigurationError, misconfigured
from leverset.sandbox import Account, Sandbox
from tests.cli.conftest import Invoke
from tests.cli.terminal import Terminal
from tests.limits.server import RedisServer
from tests.server import Raw, http

TIME = {"okx": "/api/v5/public/time", "bitget": "/api/v2/public/time"}
NOT_KNOWN = "not known, because {} failed"


class Shown:
    """The checks of one run, and its exit code; nothing but GET has arrived."""

    def __init__(self, invoke: Invoke, name: str, url: str, *words: str, **env: str) -> None:
        result = invoke("doctor", name, "--sandbox", url, "--json", *words, **env)
        self.code, self.output = result.exit_code, result.output
        self.lines: list[dict[str, Any]] = [json.loads(line) for line in result.stdout.splitlines()]
        assert {line["exchange"] for line in self.lines} <= {name}
        assert [each for each in NAMES if each in {line["name"] for line in self.lines}] == list(NAMES)
        assert all(line["fix"] for line in self.lines if line["status"] in ("failed", "hint"))

    def __getitem__(self, name: str) -> dict[str, Any]:
        return next(line for line in self.lines if line["name"] == name)

    def statuses(self, *names: str) -> set[str]:
        return {self[name]["status"] for name in names}


@pytest.fixture(autouse=True)
def only_reads(exchange: Sandbox) -> Any:
    yield
    assert {entry["method"] for entry in exchange.requests()} <= {"GET"}
    assert exchange.leverage("okx") == exchange.leverage("bitget") == []


def keys(name: str, account: Any, passphrase: str | None = None) -> dict[str, str]:
    """The environment variables of an account, or of one of its keys."""
    three = {"API_KEY": account.api_key, "SECRET": account.secret, "PASSPHRASE": passphrase or account.passphrase}
    return {f"{name.upper()}_{part}": value for part, value in three.items()}


def test_an_account_without_fault(invoke: Invoke, exchange: Sandbox) -> None:
    account = exchange.account("okx")
    bound = exchange.add_key(account, ips=["127.0.0.1"], permissions=["read", "trade"])
    shown = Shown(invoke, "okx", exchange.url, **keys("okx", bound))
    assert shown.code == 0
    good = ("reachable", "clock", "environment", "key", "addresses", "permission", "account")
    assert shown.statuses(*good) == {"ok"}
    clock, permission, limit = (shown[name]["facts"] for name in ("clock", "permission", "limit"))
    assert (clock["tolerance_seconds"], clock["offset_seconds"]) == (30.0, pytest.approx(0, abs=2))
    assert shown["environment"]["facts"]["environment"] == "sandbox"
    assert shown["addresses"]["facts"]["addresses"] == ["127.0.0.1"]
    assert (permission["permissions"], permission["may_set"]) == (["read_only", "trade"], True)
    assert shown["account"]["facts"]["uid"] == account.uid
    assert shown["account"]["facts"]["modes"] == {"level": "single_currency", "position_mode": "long_short_mode"}
    assert (limit["key"], shown["limit"]["status"]) == (f"okx:{account.uid}:set_leverage", "ok")


def test_what_bitget_does_not_say_is_unknown(invoke: Invoke, exchange: Sandbox) -> None:
    shown = Shown(invoke, "bitget", exchange.url)
    assert shown.code == 0
    assert shown.statuses("reachable", "clock", "environment", "key", "account") == {"ok"}
    assert shown.statuses("addresses", "permission") == {"unknown"}
    assert shown["account"]["facts"]["modes"] == {"position_mode": "hedge_mode", "margin_mode": "isolated"}
    assert shown["account"]["facts"]["for"] == {
        "symbol": "BTCUSDT",
        "productType": "USDT-FUTURES",
        "marginCoin": "USDT",
    }
    words = ("--symbol", "ETHPERP", "--product-type", "USDC-FUTURES", "--margin-coin", "USDC")
    assert Shown(invoke, "bitget", exchange.url, *words)["account"]["facts"]["for"]["symbol"] == "ETHPERP"


def test_text_for_people(invoke: Invoke, exchange: Sandbox) -> None:
    result = invoke("doctor", "okx", "--sandbox", exchange.url)
    lines = result.stdout.splitlines()
    assert lines[0] == f"OKX, sandbox {exchange.url}"
    assert "ok       key         key, secret and passphrase are accepted" in lines
    assert "hint     addresses   the API key may be used from every IP address" in lines
    assert "         fix: bind the API key to the addresses that use it" in lines
    assert lines[-1] == "nothing was found that would keep a leverage from being set"
    result = invoke("doctor", "okx", "--sandbox", exchange.url, OKX_SECRET="WRONG")
    assert "failed   key         okx/50113: WrongSignature: Invalid Sign" in result.stdout
    assert result.stdout.endswith("\n1 check failed: no leverage can be set like this\n")
    assert "WRONG" not in result.output


@pytest.mark.parametrize(
    ("name", "part", "reference"),
    [
        ("okx", "API_KEY", "okx/50111"),
        ("okx", "SECRET", "okx/50113"),
        ("okx", "PASSPHRASE", "okx/50105"),
        ("bitget", "API_KEY", "bitget/40006"),
        ("bitget", "SECRET", "bitget/40009"),
        ("bitget", "PASSPHRASE", "bitget/40012"),
    ],
)
def test_credentials_that_are_not_accepted(
    invoke: Invoke, exchange: Sandbox, name: str, part: str, reference: str
) -> None:
    shown = Shown(invoke, name, exchange.url, **{f"{name.upper()}_{part}": "WRONG"})
    assert (shown.code, shown["key"]["status"], shown["key"]["error"]["reference"]) == (1, "failed", reference)
    assert shown.statuses("environment", "addresses", "permission", "account") == {"unknown"}
    assert shown["account"]["summary"] == NOT_KNOWN.format("key")
    assert shown.statuses("reachable", "clock") == {"ok"}
    assert shown["limit"]["status"] == "ok"
    assert "WRONG" not in shown.output


def test_a_key_that_may_not_trade(invoke: Invoke, exchange: Sandbox) -> None:
    reader = exchange.add_key(exchange.account("okx"), permissions=["read"])
    shown = Shown(invoke, "okx", exchange.url, **keys("okx", reader))
    assert (shown.code, shown["permission"]["status"]) == (1, "failed")
    assert "only read_only" in shown["permission"]["summary"]
    assert shown.statuses("key", "account") == {"ok"}
    blind = exchange.add_key(exchange.account("bitget"), permissions=["trade"])
    shown = Shown(invoke, "bitget", exchange.url, **keys("bitget", blind))
    assert (shown.code, shown["permission"]["error"]["reference"]) == (1, "bitget/40014")


def test_a_key_that_may_withdraw(invoke: Invoke, exchange: Sandbox) -> None:
    key = exchange.add_key(exchange.account("okx"), permissions=["read", "trade", "withdraw"])
    shown = Shown(invoke, "okx", exchange.url, **keys("okx", key))
    assert shown.code == 0
    hints = [line["summary"] for line in shown.lines if line["name"] == "account" and line["status"] == "hint"]
    assert hints == ["the API key may withdraw, which no leverage needs"]


@pytest.mark.parametrize(("name", "reference"), [("okx", "okx/50110"), ("bitget", "bitget/40018")])
def test_a_key_of_another_address(invoke: Invoke, exchange: Sandbox, name: str, reference: str) -> None:
    key = exchange.add_key(exchange.account(name), ips=["203.0.113.7"])
    shown = Shown(invoke, name, exchange.url, **keys(name, key))
    assert (shown.code, shown["addresses"]["status"], shown["addresses"]["error"]["reference"]) == (
        1,
        "failed",
        reference,
    )
    assert shown.statuses("key", "permission") == {"unknown"}


@pytest.mark.parametrize(("name", "reference"), [("okx", "okx/50101"), ("bitget", "bitget/40099")])
def test_a_key_of_the_other_environment(invoke: Invoke, exchange: Sandbox, name: str, reference: str) -> None:
    exchange.change_account(exchange.account(name), environment="demo")
    shown = Shown(invoke, name, exchange.url)
    assert (shown.code, shown["environment"]["status"], shown["environment"]["error"]["reference"]) == (
        1,
        "failed",
        reference,
    )
    assert shown["key"]["status"] == "unknown"


def test_an_address_where_nobody_answers(invoke: Invoke) -> None:
    shown = Shown(invoke, "okx", "http://127.0.0.1:1")
    assert (shown.code, shown["reachable"]["status"], shown["reachable"]["error"]["reference"]) == (
        1,
        "failed",
        "leverset/network",
    )
    assert shown.statuses("clock", "environment", "key", "addresses", "permission", "account") == {"unknown"}
    assert shown["limit"]["status"] == "ok"


def test_a_page_in_the_place_of_an_answer(invoke: Invoke) -> None:
    page = http(403, b"<html><title>Access denied</title></html>", "Content-Type: text/html")
    with Raw(page) as server:
        shown = Shown(invoke, "bitget", server.url)
    assert (shown.code, shown["reachable"]["status"]) == (1, "failed")
    assert "Access denied" in shown["reachable"]["summary"]


@pytest.mark.parametrize("name", ["okx", "bitget"])
def test_a_page_in_the_place_of_the_account(invoke: Invoke, exchange: Sandbox, name: str) -> None:
    path = {"okx": "/api/v5/account/config", "bitget": "/api/v2/mix/account/account"}[name]
    exchange.fault(path=path, times=None, status=403, body="<html><title>Blocked</title></html>")
    shown = Shown(invoke, name, exchange.url)
    assert (shown.code, shown["reachable"]["status"], shown["key"]["status"]) == (1, "ok", "failed")
    assert "Blocked" in shown["key"]["summary"]


@pytest.mark.off_contract("a clock that is wrong is what is tested")
@pytest.mark.parametrize("name", ["okx", "bitget"])
def test_clocks(invoke: Invoke, exchange: Sandbox, name: str) -> None:
    exchange.configure(clock_offset=100)
    shown = Shown(invoke, name, exchange.url)
    assert (shown.code, shown["clock"]["status"]) == (1, "failed")
    assert shown["clock"]["summary"].startswith("this machine's clock is 100.0 s behind the exchange's")
    assert shown["clock"]["fix"] == "set this machine's clock, and keep it so with NTP"
    assert shown["key"]["status"] == "ok"  # the clients learn the difference from the refusal
    exchange.configure(clock_offset=-10)
    shown = Shown(invoke, name, exchange.url)
    assert (shown.code, shown["clock"]["status"]) == (0, "hint")
    assert "10.0 s ahead of" in shown["clock"]["summary"]


@pytest.mark.off_contract("a clock that is wrong is what is tested")
def test_a_clock_that_cannot_be_learned(invoke: Invoke, exchange: Sandbox) -> None:
    exchange.configure(clock_offset=100)
    exchange.fault(path="/api/v5/account/config", times=None, date_offset=-100)
    shown = Shown(invoke, "okx", exchange.url)
    assert [line["name"] for line in shown.lines] == list(NAMES)
    assert (shown.code, shown["clock"]["status"], shown["clock"]["error"]["reference"]) == (1, "failed", "okx/50102")
    assert shown["environment"]["summary"] == NOT_KNOWN.format("clock")


@pytest.mark.parametrize(("name", "field"), [("okx", "ts"), ("bitget", "serverTime")])
def test_no_time_in_the_response(invoke: Invoke, exchange: Sandbox, name: str, field: str) -> None:
    exchange.fault(path=TIME[name], drop=[field])
    shown = Shown(invoke, name, exchange.url)
    assert (shown.code, shown["clock"]["status"]) == (0, "unknown")
    exchange.fault(path=TIME[name], null=["data"])
    assert Shown(invoke, name, exchange.url)["clock"]["status"] == "unknown"


def test_a_unified_account(invoke: Invoke, exchange: Sandbox) -> None:
    account = exchange.account("bitget", kind="unified")
    shown = Shown(invoke, "bitget", exchange.url, **keys("bitget", account))
    assert (shown.code, shown["account"]["status"], shown["account"]["error"]["reference"]) == (
        1,
        "failed",
        "bitget/40085",
    )
    assert shown["key"]["status"] == "unknown"  # it is refused before the signature is looked at


@pytest.mark.parametrize("level", ["portfolio", "spot"])
def test_an_account_mode_with_less_leverage_is_a_hint(invoke: Invoke, exchange: Sandbox, level: str) -> None:
    account: Account = exchange.account("okx", level=level, position_mode="net_mode")
    shown = Shown(invoke, "okx", exchange.url, **keys("okx", account))
    hints = [line for line in shown.lines if line["name"] == "account" and line["status"] == "hint"]
    assert (shown.code, len(hints)) == (0, 1)
    assert level in hints[0]["summary"]


def test_an_account_that_says_nothing(invoke: Invoke, exchange: Sandbox) -> None:
    silent = ["uid", "acctLv", "posMode", "perm", "ip"]
    exchange.fault(path="/api/v5/account/config", drop=silent)
    shown = Shown(invoke, "okx", exchange.url)
    assert shown.statuses("account", "permission", "addresses") == {"unknown"}
    assert (shown.code, shown["account"]["summary"]) == (0, "the response names no mode")
    exchange.fault(path="/api/v2/mix/account/account", drop=["posMode", "marginMode"])
    shown = Shown(invoke, "bitget", exchange.url)
    assert shown["account"]["summary"] == "the response names no mode for BTCUSDT USDT-FUTURES USDT"


@pytest.mark.off_contract("an exchange that repeats secrets is what is tested")
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_secrets_that_the_exchange_repeats_are_not_shown(
    invoke: Invoke, exchange: Sandbox, form: tuple[str, ...]
) -> None:
    secrets = [exchange.api_key, exchange.secret, exchange.passphrase]
    told = " ".join(secrets)
    exchange.fault(path="/api/v5/account/config", replace=dict.fromkeys(("uid", "perm", "ip", "acctLv"), told))
    result = invoke("doctor", "okx", "--sandbox", exchange.url, *form)
    assert (result.exit_code, "[hidden]" in result.output) == (1, True)
    assert not [secret for secret in secrets if secret in result.output]


def test_a_symbol_that_is_refused(invoke: Invoke, exchange: Sandbox) -> None:
    shown = Shown(invoke, "bitget", exchange.url, "--symbol", "NOSUCHUSDT")
    assert (shown.code, shown["account"]["status"]) == (1, "failed")


def test_the_limit_is_shared_through_the_file_that_it_names(invoke: Invoke, exchange: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "limits"
    shown = Shown(invoke, "okx", exchange.url, "--limit-file", str(path))["limit"]
    assert (shown["status"], shown["facts"]["shared_with"]) == ("ok", f"whoever on this machine uses {path}")
    assert f", shared with whoever on this machine uses {path}; " in shown["summary"]
    shown = Shown(invoke, "okx", exchange.url, "--no-shared-limit")["limit"]
    assert (shown["status"], shown["facts"]["shared_with"]) == ("hint", None)
    assert ", kept by this process alone; " in shown["summary"]
    assert "leave out --no-shared-limit" in shown["fix"]


def test_a_shared_limit(invoke: Invoke, exchange: Sandbox) -> None:
    server = RedisServer()
    server.start()
    server.limiter(namespace="leverset").close()  # as if it had been in use for long
    try:
        shown = Shown(invoke, "okx", exchange.url, "--redis", server.url)
        assert (shown.code, shown["limit"]["status"]) == (0, "ok")
        assert "shared with whoever uses the same Redis; " in shown["limit"]["summary"]
        server.stop()
        shown = Shown(invoke, "okx", exchange.url, "--redis", server.url)
        assert (shown.code, shown["limit"]["error"]["reference"]) == (1, "leverset/limiter-unavailable")
        assert shown["reachable"]["summary"] == NOT_KNOWN.format("limit")
    finally:
        server.remove()


def test_wrong_calls_exit_2(invoke: Invoke, exchange: Sandbox) -> None:
    assert invoke("doctor", "okx").exit_code == 2
    assert invoke("doctor", "okx", "--sandbox", exchange.url, OKX_SECRET="").exit_code == 2
    assert invoke("doctor", "nobody", "--sandbox", exchange.url).exit_code == 2
    broken = invoke("doctor", "bitget", "--symbol", "BTC/USDT", "--sandbox", exchange.url)
    assert (broken.exit_code, broken.stdout) == (2, "")
    assert "error[bitget/symbol-possible]" in broken.stderr
    assert exchange.requests() == []


def test_from_python(exchange: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    credentials = Credentials(exchange.api_key, exchange.secret, exchange.passphrase)
    known = EXCHANGES["okx"].account_type(uid="77")
    with Okx(credentials, base_url=exchange.url, account=known) as okx:
        checks = {check.name: check for check in examine(okx, shared_with="two bots")}
        assert list(checks) == list(NAMES)
        counted = "counted for okx:77:set_leverage, shared with two bots"
        more = "; with --limits published 20 in 2 s, as the exchange says now (seen 2026-07-20)"
        assert checks["limit"].summary == f"5 in 2 s as documented, {counted}{more}"
        config = evolve(okx.config, rate_limits="published")
        shown = limit(config, okx.operation, "77", "two bots")
        assert shown.summary == f"20 in 2 s as published (seen 2026-07-20), {counted}"
        assert shown.facts["source"] == "published"
        config = evolve(okx.config, rate_limits={"set_leverage": RateLimit(requests=9, seconds=3.0)})
        assert limit(config, okx.operation, "77", "two bots").summary == f"9 in 3 s as given, {counted}"
        monkeypatch.setitem(EXCHANGES, "okx", evolve(EXCHANGES["okx"], diagnosis=None))
        with pytest.raises(ConfigurationError, match="OKX has nothing to examine"):
            examine(okx)


def test_the_region_is_named(env: dict[str, str]) -> None:
    credentials = Credentials.from_env("OKX", env)
    with Okx(credentials, region="eea") as okx:
        check = environment(okx.config)
    assert (check.facts["region"], check.facts["environment"]) == ("eea", "live")
    assert check.summary == f"live at {okx.config.base_url}, region eea"


def test_long_texts_are_wrapped_in_a_terminal(exchange: Sandbox, env: dict[str, str]) -> None:
    error = misconfigured("one", "two")
    error.reference = "a/1"
    check = Check(
        name="key", status="failed", summary="one two three four five six", fix="seven eight nine", error=error
    )
    assert "error=a/1" in repr(check)
    assert doctor._line(check, 33).plain.splitlines() == [
        "failed   key         a/1: one two",
        "         three four five six",
        "         fix: seven eight nine",
    ]
    assert doctor._line(check, None).plain.count("\n") == 1
    assert max(map(len, doctor._line(check, 1).plain.splitlines())) <= 33  # never narrower than can be read
    narrow = {name: value for name, value in env.items() if name != "COLUMNS"} | {"COLUMNS": "50"}
    with Terminal("doctor", "okx", "--sandbox", exchange.url, "--no-shared-limit", env=narrow) as terminal:
        assert terminal.exit() == 0
        assert max(map(len, terminal.text.splitlines()[1:-1])) <= 50
