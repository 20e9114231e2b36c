"""`leverset set`: one call, with the document's fields as options."""

from __future__ import annotations

import inspect
import json

import pytest

from leverset.bitget._client import Bitget
from leverset.cli import set as one
from leverset.okx._client import Okx
from leverset.sandbox import Sandbox
from tests.cli.conftest import Invoke
from tests.plan.rows import bodies, levers

OKX = ["set", "okx", "--inst-id", "BTC-USDT-SWAP", "--lever", "5", "--mgn-mode", "isolated", "--pos-side", "long"]
BITGET = [
    "set",
    "bitget",
    "--symbol",
    "BTCUSDT",
    "--product-type",
    "USDT-FUTURES",
    "--margin-coin",
    "USDT",
    "--leverage",
    "20",
]


def test_set_on_each_exchange(invoke: Invoke, exchange: Sandbox) -> None:
    result = invoke(*OKX, "--sandbox", exchange.url)
    assert result.exit_code == 0
    assert result.stdout == "applied on okx: lever 5, mgnMode isolated, instId BTC-USDT-SWAP, posSide long\n"
    result = invoke(*BITGET, "--hold-side", "long", "--sandbox", exchange.url, "--json")
    assert result.exit_code == 0
    printed = json.loads(result.stdout)
    assert (printed["status"], printed["reported"]["longLeverage"]) == ("applied", "20")
    assert (bodies(exchange, "okx"), bodies(exchange, "bitget")) == (["BTC-USDT-SWAP"], ["BTCUSDT"])


def test_a_refusal_is_shown_whole(invoke: Invoke, exchange: Sandbox) -> None:
    result = invoke(*BITGET, "--sandbox", exchange.url)
    assert result.exit_code == 1
    assert "error[bitget/40808]" in result.stdout
    assert "  fix:   " in result.stdout
    result = invoke(*BITGET, "--sandbox", exchange.url, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["status"] == "refused"


def test_a_rule_violation_is_not_sent(invoke: Invoke, exchange: Sandbox) -> None:
    result = invoke(*OKX, "--sandbox", exchange.url, "--position-mode", "net_mode", "--level", "single_currency")
    assert result.exit_code == 1
    assert "error[okx/one-way-side-is-net]" in result.stdout
    assert exchange.requests() == []


def test_a_dry_run_shows_request_and_rules(invoke: Invoke) -> None:
    result = invoke(*OKX, "--dry-run", OKX_SECRET="")
    assert result.exit_code == 0
    assert "POST /api/v5/account/set-leverage" in result.stdout
    assert '{"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated", "posSide": "long"}' in result.stdout
    assert "kept    okx/side-needs-contract" in result.stdout
    assert "broken" not in result.stdout
    assert "no option says how it is set up" in result.stdout
    assert result.stdout.endswith("nothing was sent\n")


def test_a_dry_run_that_violates_a_rule(invoke: Invoke) -> None:
    modes = ("--margin-mode", "isolated", "--position-mode", "hedge_mode")
    result = invoke(*BITGET, *modes, "--dry-run")
    assert result.exit_code == 1
    assert "broken  bitget/hedge-isolated-needs-side" in result.stdout
    assert "error[bitget/hedge-isolated-needs-side]" in result.stdout
    assert "no option says" not in result.stdout
    printed = json.loads(invoke(*BITGET, *modes, "--dry-run", "--json").stdout)
    assert printed["path"] == "/api/v2/mix/account/set-leverage"
    assert [each["rule"] for each in printed["violations"]] == ["bitget/hedge-isolated-needs-side"]
    assert invoke(*OKX, "--dry-run", "--json").exit_code == 0


def test_every_rule_is_shown_under_its_own_name(invoke: Invoke) -> None:
    from leverset.plan.venues import VENUES

    wrong: dict[str, dict[str, object]] = {
        "okx": {"posSide": 1, "instId": 1, "x": 1},
        "bitget": {"holdSide": 1, "symbol": ""},
    }
    for name, body in wrong.items():
        venue = VENUES[name]
        shown = [rule for rule, _ in venue.described()]
        assert len(shown) == len(venue.rules)
        found = {violation.rule for violation in venue.violations(body, None)}
        assert found <= set(shown)
        assert len(found) > 3


def test_the_options_are_the_fields_of_the_document() -> None:
    for command, client in ((one.okx, Okx), (one.bitget, Bitget)):
        fields = set(inspect.signature(client.set_leverage).parameters) - {"self"}
        assert fields <= set(inspect.signature(command).parameters)


def test_ctrl_c_prints_what_was_under_way(invoke: Invoke, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        error = KeyboardInterrupt()
        for note in notes:
            error.add_note(note)
        raise error

    monkeypatch.setattr(Okx, "set_leverage", stop)
    notes: list[str] = []
    result = invoke(*OKX, "--sandbox", exchange.url)
    assert (result.exit_code, result.stderr) == (130, "interrupted: nothing was under way\n")
    notes = ["it may have been applied"]
    assert "it may have been applied" in invoke(*OKX, "--sandbox", exchange.url).stderr
    assert levers(exchange, "okx") == 0
