"""The sandbox keeps to the spec, checked by schemathesis over a socket; a server that does not is reported."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import leverset.sandbox._bitget
import leverset.sandbox._okx
from leverset.sandbox import Sandbox
from tests.contract.__main__ import server_at
from tests.contract.specs import endpoints, load

ROOT = Path(__file__).parents[2]
EXCHANGES = ("okx", "bitget")


def contract(exchange: str, *options: str, sandbox: Sandbox | None = None, **changed: str) -> tuple[int, str]:
    """Run `python -m tests.contract`; its status and all it wrote. `changed` replaces parts of the credentials."""
    environment = dict(os.environ)
    if sandbox is not None:
        options = (sandbox.url, *options)
        names = ("api_key", "secret", "passphrase")
        given = {name: str(getattr(sandbox, name)) for name in names} | changed
        environment |= {f"{exchange}_{name}".upper(): value for name, value in given.items()}
    command = [sys.executable, "-m", "tests.contract", exchange, *options]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=110, cwd=ROOT, env=environment, check=False)
    return ran.returncode, ran.stdout + ran.stderr


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_the_sandbox_keeps_to_the_spec(exchange: str) -> None:
    status, said = contract(exchange, "--examples", "40")
    assert status == 0, said
    for endpoint in endpoints(exchange):
        assert f"{exchange} {endpoint.name}: " in said
    assert f"'{load(exchange)['x-envelope']['success-code']}': " in said


@pytest.mark.parametrize("exchange", EXCHANGES)
@pytest.mark.parametrize("part", ["secret", "passphrase"])
def test_refusals_only_is_a_failure(exchange: str, part: str) -> None:
    with Sandbox(limits=False) as sandbox:
        status, said = contract(exchange, "--unlimited", "--phases", "examples", sandbox=sandbox, **{part: "ANOTHER"})
    assert status == 1, said
    assert "nothing but refusals came back" in said
    assert "authentication: the request was refused before it was read" in said


def test_rate_limit_is_kept_and_loopback_gets_no_demo_header() -> None:
    with Sandbox() as sandbox:
        status, said = contract("okx", "--phases", "examples,fuzzing", "--examples", "3", "--brief", sandbox=sandbox)
        requests = sandbox.requests("okx")
    assert status == 0, said
    assert 5 < len(requests) < 30
    assert "50011" not in said
    arrivals = [float(str(one["arrived"])) for one in requests]
    for path, item in load("okx")["paths"].items():
        [limit] = [one["x-rate-limit"] for one in item.values()]
        same = [arrived for arrived, one in zip(arrivals, requests, strict=True) if one["path"] == path]
        later_ones = zip(same, same[limit["requests"] :], strict=False)
        assert all(later - earlier > limit["seconds"] for earlier, later in later_ones), path
    assert any(later - earlier < 1 for earlier, later in pairwise(arrivals)), "it should not crawl either"
    assert not any(name == "x-simulated-trading" for one in requests for name, _ in one["headers"])  # type: ignore[attr-defined] # JSON


FAULTS: dict[str, dict[str, Any]] = {
    "is not in the spec's table of errors": {"exchange_code": {"code": "31337"}, "nth": 2},
    "the response is not JSON": {"body": "<html>", "nth": 2},
    "is not of type": {"null": [], "replace": {"code": 0}, "nth": 2},
    "for a success": {"status": 202, "nth": 1},
    "nothing but refusals came back": {"exchange_code": {"code": "59000"}, "nth": 1},
}


@pytest.mark.slow
@pytest.mark.parametrize("said", FAULTS)
def test_wrong_responses_of_a_server_are_reported(said: str) -> None:
    with Sandbox(limits=False) as sandbox:
        sandbox.fault(exchange="okx", times=None, **FAULTS[said])
        status, output = contract("okx", "--unlimited", "--phases", "examples", "--brief", sandbox=sandbox)
    assert status == 1, output
    assert said in output


# --- a sandbox without one of its rules


def _reads_otherwise(module: Any, swaps: dict[bytes, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """The exchange takes some values for others, wherever they stand."""
    read = module._read

    def forgiving(request: Any, *, lenient: bool) -> Any:
        for wrong, right in swaps.items():
            request.body = request.body.replace(wrong, right)
        return read(request, lenient=lenient)

    monkeypatch.setattr(module, "_read", forgiving)


def _no_cross_side(monkeypatch: pytest.MonkeyPatch) -> None:
    swaps = {
        b'"posSide": "long", "mgnMode": "cross"': b'"mgnMode": "cross"',
        b'"mgnMode": "cross", "posSide": "long"': b'"mgnMode": "cross"',
    }
    _reads_otherwise(leverset.sandbox._okx, swaps, monkeypatch)


def _any_margin_coin(monkeypatch: pytest.MonkeyPatch) -> None:
    _reads_otherwise(leverset.sandbox._bitget, {b'"usdt"': b'"USDT"'}, monkeypatch)


BROKEN: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str]] = {
    "okx": (_no_cross_side, "okx/otherwise-only-net"),
    "bitget": (_any_margin_coin, "bitget/margin-coin-capitalised"),
}


@pytest.mark.slow
@pytest.mark.parametrize("exchange", EXCHANGES)
@pytest.mark.parametrize(
    "seed",
    [1, 2, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(3, 11))],
    ids=lambda seed: f"seed-{seed}",
)
def test_a_broken_rule_is_caught_whatever_the_seed(exchange: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    break_it, sentence = BROKEN[exchange]
    break_it(monkeypatch)
    options = ("--unlimited", "--phases", "examples,fuzzing", "--examples", "5", "--seed", str(seed))
    with Sandbox(limits=False) as sandbox:
        status, said = contract(exchange, *options, sandbox=sandbox)
    assert status == 1, said
    assert sentence in said


# --- addresses


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for exchange in EXCHANGES:
        for part in ("API_KEY", "SECRET", "PASSPHRASE"):
            monkeypatch.setenv(f"{exchange.upper()}_{part}", "invented")


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_exchange_address_gets_the_demo_header_unless_live(exchange: str, credentials: None) -> None:
    demo = load(exchange)["x-demo-header"]
    for server in load(exchange)["servers"]:
        for_demo, for_live = (
            server_at(exchange, server["url"], live=False),
            server_at(exchange, server["url"], live=True),
        )
        assert for_demo.extra == {demo["name"]: demo["value"]}
        assert for_live.extra == {}
        assert for_demo.limited
        assert for_live.limited
    assert server_at(exchange, "http://127.0.0.1:8080", live=False).extra == {}


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://example.com", "may be live"),
        ("https://www.okx.com.example.com", "may be live"),
        ("http://www.okx.com", "unencrypted"),
        ("www.okx.com", "not an address"),
        ("https://www.okx.com/api", "not an address"),
        ("ftp://www.okx.com", "not an address"),
    ],
)
def test_unlisted_addresses_are_refused(url: str, why: str, credentials: None) -> None:
    with pytest.raises(SystemExit, match=why):
        server_at("okx", url, live=False)
    with pytest.raises(SystemExit, match="an exchange counts"):
        server_at("okx", "https://www.okx.com", live=False, unlimited=True)
