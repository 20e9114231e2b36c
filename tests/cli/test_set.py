"""`leverset set`: one call, with the document's fields as options."""

from __future__ import annotations

import json
import shlex

import pytest
from attrs import evolve

from leverset._registry import EXCHANGES, RegisteredExchange
from leverset.cli import options
from leverset.errors import misconfigured
from leverset.okx._client import Okx
from leverset.sandbox import Sandbox
from tests.cli.conftest import Invoke
from tests.plan.rows import bodies, levers
from tests.server import Raw, http

UNKNOWN = "what became of the call is not known: it may have been applied, and the same command may be run again"
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
    crossed = ("--margin-mode", "crossed", "--position-mode", "hedge_mode")  # as it is not
    result = invoke(*BITGET, *crossed, "--sandbox", exchange.url)
    assert result.exit_code == 1
    assert "error[bitget/40808]" in result.stdout
    assert "  fix:   " in result.stdout
    result = invoke(*BITGET, *crossed, "--sandbox", exchange.url, "--json")
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
    assert [each["rule"] for each in printed["error"]["violations"]] == ["bitget/hedge-isolated-needs-side"]
    assert invoke(*OKX, "--dry-run", "--json").exit_code == 0


def test_json_carries_every_violation(invoke: Invoke, exchange: Sandbox) -> None:
    wrong = (
        "set",
        "okx",
        "--inst-id",
        "BTC-USDT",
        "--lever",
        "5x",
        "--mgn-mode",
        "cross",
        "--pos-side",
        "long",
        "--json",
    )
    shown = json.loads(invoke(*wrong, "--dry-run").stdout)["error"]["violations"]
    refused = json.loads(invoke(*wrong, "--sandbox", exchange.url).stdout)
    assert [each["rule"] for each in shown] == [
        "okx/lever-is-positive-decimal",
        "okx/side-needs-contract",
        "okx/cross-side-is-net",
    ]
    assert (refused["status"], refused["error"]["violations"]) == ("not_sent", shown)
    assert refused["error"]["reference"] == shown[0]["rule"]
    assert all(each[name] for each in shown for name in ("field", "summary", "why", "fix"))


def test_every_rule_is_shown_under_its_own_name(invoke: Invoke) -> None:
    wrong: dict[str, dict[str, object]] = {
        "okx": {"posSide": 1, "instId": 1, "x": 1},
        "bitget": {"holdSide": 1, "symbol": ""},
    }
    for name, body in wrong.items():
        exchange = EXCHANGES[name]
        shown = exchange.rules.sentences()
        assert all(sentence.endswith(".") for sentence in shown.values())
        found = {violation.rule for violation in exchange.violations(body, None)}
        assert found <= shown.keys()
        assert len(found) > 3


@pytest.mark.parametrize("registered", EXCHANGES.values(), ids=list(EXCHANGES))
def test_help_has_fields_account_and_examples(invoke: Invoke, registered: RegisteredExchange) -> None:
    result = invoke("set", registered.name, "--help", COLUMNS="300")
    text = " ".join(result.stdout.split())
    for field in registered.operation.fields:
        assert f"--{field.argument.replace('_', '-')} " in text
        assert field.description in text
        assert ", ".join(field.values) in text
    for option in registered.account_options:
        shown = f"{options.set_flags(registered)[option.name]} MODE {option.help} of the {registered.title} account."
        assert f"{shown} One of {', '.join(option.values)}." in text
    assert ("--region" in text) == (len(registered.regions) > 1)
    assert options.set_example(registered, registered.operation.examples[0], "--live") in text
    assert f"Set the leverage of {registered.subject} on {registered.title}." in text


@pytest.mark.parametrize("registered", EXCHANGES.values(), ids=list(EXCHANGES))
def test_every_documented_example_is_a_command(invoke: Invoke, registered: RegisteredExchange) -> None:
    for example in registered.operation.examples:
        modes = [f"{flag} {example.account[name]}" for name, flag in options.set_flags(registered).items()]
        line = options.set_example(registered, example, *modes, "--dry-run", "--json")
        result = invoke(*shlex.split(line)[1:])
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["request"] == example.body


def test_an_account_field_named_like_a_request_field() -> None:
    okx = EXCHANGES["okx"]
    named = evolve(okx, account_options=(evolve(okx.account_options[0], name="ccy"),))
    assert options.set_flags(named) == {"ccy": "--account-ccy"}


def test_ctrl_c_after_the_response_prints_that_it_is_applied(
    invoke: Invoke, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Okx, "__exit__", interrupt)
    result = invoke(*OKX, "--sandbox", exchange.url)
    assert (result.exit_code, result.stderr) == (130, "interrupted: applied, the exchange had reported success\n")
    assert levers(exchange, "okx") == 1


def test_ctrl_c_prints_what_was_under_way(invoke: Invoke, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        error = KeyboardInterrupt()
        for note in notes:
            error.add_note(note)
        raise error

    monkeypatch.setattr(Okx, "set_leverage_from", stop)
    notes: list[str] = []
    result = invoke(*OKX, "--sandbox", exchange.url)
    assert (result.exit_code, result.stderr) == (130, f"interrupted: {UNKNOWN}\n")
    notes = ["it may have been applied"]
    assert "it may have been applied" in invoke(*OKX, "--sandbox", exchange.url).stderr
    assert levers(exchange, "okx") == 0


def test_a_number_that_json_does_not_have_in_a_success(invoke: Invoke) -> None:
    success = (
        b'{"code":"0","msg":"","data":[{"lever":1e999,"mgnMode":"isolated","instId":"BTC-USDT-SWAP","posSide":"long"}]}'
    )
    with Raw(http(200, success)) as server:
        result = invoke(*OKX, "--sandbox", server.url, "--json")
    assert json.loads(result.stdout, parse_constant=pytest.fail)["reported"]["lever"] == "inf"


@pytest.mark.parametrize("name", ["eea", "EEA", "my", "My"])
def test_a_region_is_named_by_its_site_in_any_case(invoke: Invoke, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    asked: list[str] = []

    def sent(self: Okx, body: object) -> None:
        asked.append(self.config.base_url)
        raise misconfigured("not now", "later")

    monkeypatch.setattr(Okx, "set_leverage_from", sent)
    for part in ("API_KEY", "SECRET", "PASSPHRASE"):
        monkeypatch.setenv(f"OKX_{part}", f"a-{part.lower()}")
    words = ["set", "okx", "--inst-id", "BTC-USDT-SWAP", "--lever", "5", "--mgn-mode", "cross"]
    assert invoke(*words, "--live", "--region", name).exit_code == 1
    assert asked == ["https://eea.okx.com"]
    refused = invoke(*words, "--sandbox", "http://127.0.0.1:9", "--region", name)
    assert refused.exit_code == 2
    assert "--sandbox is an address already, and a region is given too" in refused.stderr


def test_demo_takes_demo_keys_and_never_live_ones(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    keys: list[str] = []

    def sent(self: Okx, body: object) -> None:
        keys.append(self._redact("LIVE-0001 DEMO-0001"))
        raise misconfigured("not now", "later")

    monkeypatch.setattr(Okx, "set_leverage_from", sent)
    words = ["set", "okx", "--inst-id", "BTC-USDT-SWAP", "--lever", "5", "--mgn-mode", "cross"]
    for part in ("API_KEY", "SECRET", "PASSPHRASE"):
        monkeypatch.setenv(f"OKX_{part}", "LIVE-0001")
    refused = invoke(*words, "--demo")
    assert refused.exit_code == 2
    assert "OKX_DEMO_API_KEY is missing; OKX_DEMO_SECRET is missing" in refused.stderr
    assert "demo trading has keys of its own" in refused.stderr
    for part in ("API_KEY", "SECRET", "PASSPHRASE"):
        monkeypatch.setenv(f"OKX_DEMO_{part}", "DEMO-0001")
    invoke(*words, "--demo")
    invoke(*words, "--live")
    assert keys[0] == "LIVE-0001 [hidden]"
    assert keys[1].endswith(" DEMO-0001")
