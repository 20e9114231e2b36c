"""Clients that other people wrote, unmodified from PyPI, set leverage on the sandbox as the documents' examples do."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from leverset.sandbox import Account, Sandbox
from tests.interop.driving import run_client

pytestmark = [pytest.mark.slow, pytest.mark.timeout(700)]  # the first run installs what is pinned

SINGLE = {"level": "single_currency", "position_mode": "long_short_mode"}
MULTI = {"level": "multi_currency", "position_mode": "long_short_mode"}
HEDGE = {"margin_mode": "isolated", "position_mode": "hedge_mode"}
RAW_OKX = "privatePostAccountSetLeverage"
RAW_BITGET = "privateMixPostV2MixAccountSetLeverage"
BITGET_BODY = {
    "symbol": "btcusdt",
    "productType": "USDT-FUTURES",
    "marginCoin": "usdt",
    "leverage": "20",
    "holdSide": "long",
}


def _ccxt(leverage: int, symbol: str, **parameters: str) -> tuple[str, Any]:
    return "set_leverage", [leverage, symbol, parameters]


# Every documented example that a client can express: (client, exchange, modes, (function, arguments), the scope set).
CASES: dict[str, tuple[str, str, dict[str, str], tuple[str, Any], dict[str, str]]] = {
    "ccxt/okx/isolated-margin-pair": (
        "ccxt",
        "okx",
        SINGLE,
        _ccxt(5, "BTC/USDT", marginMode="isolated", posSide="net"),
        {"scope": "pair", "mgnMode": "isolated", "instId": "BTC-USDT"},
    ),
    "ccxt/okx/cross-margin-pair": (
        "ccxt",
        "okx",
        SINGLE,
        _ccxt(5, "BTC/USDT", marginMode="cross"),
        {"scope": "pair", "mgnMode": "cross", "instId": "BTC-USDT"},
    ),
    "ccxt/okx/cross-margin-currency": (
        "ccxt",
        "okx",
        MULTI,
        (RAW_OKX, [{"ccy": "BTC", "lever": "5", "mgnMode": "cross"}]),
        {"scope": "currency", "mgnMode": "cross", "ccy": "BTC"},
    ),
    "ccxt/okx/isolated-futures-long": (
        "ccxt",
        "okx",
        SINGLE,
        _ccxt(5, "BTC/USDT:USDT-200802", marginMode="isolated", posSide="long"),
        {"scope": "contract", "mgnMode": "isolated", "instId": "BTC-USDT-200802", "posSide": "long"},
    ),
    "ccxt/okx/cross-futures-underlying": (
        "ccxt",
        "okx",
        SINGLE,
        _ccxt(5, "BTC/USDT:USDT-200802", marginMode="cross"),
        {"scope": "underlying", "mgnMode": "cross", "uly": "BTC-USDT"},
    ),
    "ccxt/bitget/isolated-hedge-long": (
        "ccxt",
        "bitget",
        HEDGE,
        _ccxt(20, "BTC/USDT:USDT", holdSide="long"),
        {"scope": "long", "productType": "USDT-FUTURES", "symbol": "BTCUSDT"},
    ),
    "ccxt/bitget/as-printed": (
        "ccxt",
        "bitget",
        HEDGE,
        (RAW_BITGET, [BITGET_BODY]),
        {"scope": "long", "productType": "USDT-FUTURES", "symbol": "BTCUSDT"},
    ),
    "bitget-api-client/bitget/as-printed": (
        "bitget-api-client",
        "bitget",
        HEDGE,
        ("change_leverage", BITGET_BODY),
        {"scope": "long", "productType": "USDT-FUTURES", "symbol": "BTCUSDT"},
    ),
    **{
        f"python-okx/okx/{name}": ("python-okx", "okx", modes, ("set_leverage", {"lever": "5", **body}), scope)
        for name, modes, body, scope in (
            (
                "isolated-margin-pair",
                SINGLE,
                {"instId": "BTC-USDT", "mgnMode": "isolated"},
                {"scope": "pair", "mgnMode": "isolated", "instId": "BTC-USDT"},
            ),
            (
                "cross-margin-pair",
                SINGLE,
                {"instId": "BTC-USDT", "mgnMode": "cross"},
                {"scope": "pair", "mgnMode": "cross", "instId": "BTC-USDT"},
            ),
            (
                "cross-margin-currency",
                MULTI,
                {"ccy": "BTC", "mgnMode": "cross"},
                {"scope": "currency", "mgnMode": "cross", "ccy": "BTC"},
            ),
            (
                "isolated-futures-long",
                SINGLE,
                {"instId": "BTC-USDT-200802", "posSide": "long", "mgnMode": "isolated"},
                {"scope": "contract", "mgnMode": "isolated", "instId": "BTC-USDT-200802", "posSide": "long"},
            ),
            (
                "cross-futures-underlying",
                SINGLE,
                {"instId": "BTC-USDT-200802", "mgnMode": "cross"},
                {"scope": "underlying", "mgnMode": "cross", "uly": "BTC-USDT"},
            ),
        )
    },
}
# One call of each client and exchange, for the refusals.
USUAL = (
    "ccxt/okx/isolated-futures-long",
    "ccxt/bitget/isolated-hedge-long",
    "python-okx/okx/isolated-futures-long",
    "bitget-api-client/bitget/as-printed",
)
PATHS = {"okx": "/api/v5/account/set-leverage", "bitget": "/api/v2/mix/account/set-leverage"}


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with Sandbox(lenient=True, limits=False) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared: Sandbox) -> Sandbox:
    shared.reset(settings=True)
    return shared


def drive(case: str, sandbox: Sandbox, **changed: str) -> tuple[Account, str]:
    """Let the client make the call of a case; the account, and what the client says. `changed`: other credentials."""
    client, exchange, modes, (function, arguments), _ = CASES[case]
    account = sandbox.account(exchange, **modes)
    return account, run_client(client, account, sandbox.url, function, arguments, **changed)


@pytest.mark.parametrize("case", CASES)
def test_a_documented_example_sets_the_leverage(case: str, sandbox: Sandbox) -> None:
    _, exchange, _, (_, arguments), scope = CASES[case]
    account, said = drive(case, sandbox)
    lever = "20" if exchange == "bitget" else "5"
    assert sandbox.leverage(exchange, account) == [{**scope, "lever": lever}], said
    reply = json.loads(said)["reply"]
    assert reply["code"] == {"okx": "0", "bitget": "00000"}[exchange]
    assert json.dumps(arguments)  # what was asked went over the wire as JSON
    paths = [one["path"] for one in sandbox.requests()]
    assert paths.count(PATHS[exchange]) == 1
    assert set(paths) <= {PATHS[exchange], "/api/v3/account/settings"}


def test_ccxt_asks_bitget_for_its_settings_first_and_a_404_is_right(sandbox: Sandbox) -> None:
    drive("ccxt/bitget/isolated-hedge-long", sandbox)
    assert [(one["path"], one["response_status"]) for one in sandbox.requests()] == [
        ("/api/v3/account/settings", 404),
        (PATHS["bitget"], 200),
    ]


REFUSALS = {
    "secret": {"okx": "50113", "bitget": "40009"},
    "passphrase": {"okx": "50105", "bitget": "40012"},
    "clock": {"okx": "50102", "bitget": "40008"},
}


@pytest.mark.parametrize("wrong", REFUSALS)
@pytest.mark.parametrize("case", USUAL)
def test_wrong_credentials_and_an_old_clock_are_refused(case: str, wrong: str, sandbox: Sandbox) -> None:
    exchange = CASES[case][1]
    if wrong == "clock":
        sandbox.configure(clock_offset=31.0)  # the client's clock is old by as much, and nothing of it is touched
        account, said = drive(case, sandbox)
    else:
        account, said = drive(case, sandbox, **{wrong: "ANOTHER0123456789"})
    [request] = [one for one in sandbox.requests() if one["path"] == PATHS[exchange]]
    assert request["response_code"] == REFUSALS[wrong][exchange]
    assert sandbox.leverage(exchange, account) == []
    heard = json.loads(said)
    assert "error" in heard or heard["reply"]["code"] == REFUSALS[wrong][exchange]


def test_what_the_sandbox_puts_up_with_is_really_sent(sandbox: Sandbox) -> None:
    """What `lenient` is for: without it these calls are refused, so it is not there for nothing."""
    bodies = {}
    for case in ("ccxt/okx/isolated-margin-pair", "python-okx/okx/isolated-margin-pair"):
        sandbox.reset(settings=True)
        drive(case, sandbox)
        [request] = sandbox.requests()
        bodies[case] = json.loads(_bytes(request["body_b64"]))
        headers = {name.lower(): value for name, value in request["headers"]}  # type: ignore[attr-defined] # JSON
        if case.startswith("python-okx"):
            assert headers["x-simulated-trading"] == "0"
    assert bodies["ccxt/okx/isolated-margin-pair"]["lever"] == 5
    assert bodies["ccxt/okx/isolated-margin-pair"]["posSide"] == "net"
    assert bodies["python-okx/okx/isolated-margin-pair"]["posSide"] == ""
    for case in bodies:
        sandbox.reset(settings=True)
        sandbox.configure(lenient=False)
        account, _ = drive(case, sandbox)
        assert sandbox.leverage("okx", account) == []


def _bytes(text: object) -> bytes:
    return base64.b64decode(str(text))
