"""The way to an exchange: region, base URL and proxy, in every command that sends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from leverset._registry import EXCHANGES
from leverset.cli.app import app
from leverset.sandbox import Sandbox
from tests.cli.conftest import Invoke
from tests.output import json_lines
from tests.plan.rows import LONG
from tests.proxy import Proxy

SET = ["set", "okx", "--inst-id", "BTC-USDT-SWAP", "--lever", "5", "--mgn-mode", "isolated", "--pos-side", "long"]
GET = ["get", "okx", "--inst-id", "BTC-USDT-SWAP", "--mgn-mode", "isolated"]
CALLS = {"set": SET, "get": GET, "doctor": ["doctor", "okx"], "apply": ["apply", "plan.yaml", "--yes"]}


@pytest.fixture(autouse=True)
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "plan.yaml"
    path.write_text(f"okx:\n  - {LONG}\n")
    monkeypatch.chdir(tmp_path)
    return path


def commands(command: Any, name: str = "") -> Iterator[tuple[str, set[str]]]:
    """Every command that sends, with its options."""
    flags = {flag for parameter in command.params for flag in parameter.opts}
    if "--live" in flags:
        yield name, flags
    for word, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{name} {word}".strip())


def test_every_command_that_sends_has_the_way_there() -> None:
    found = dict(commands(get_command(app)))
    assert {"set okx", "get bitget", "doctor okx", "apply"} <= found.keys()
    for name, flags in found.items():
        last = name.rpartition(" ")[2]
        prefixes = (
            {"--": EXCHANGES[last]} if last in EXCHANGES else {f"--{each}-": EXCHANGES[each] for each in EXCHANGES}
        )
        for prefix, exchange in prefixes.items():
            assert f"{prefix}base-url" in flags, name
            assert (f"{prefix}region" in flags) == (len(exchange.regions) > 1), name
        assert "--proxy" in flags, name


def base_url(name: str) -> str:
    return "--okx-base-url" if name == "apply" else "--base-url"


@pytest.mark.parametrize("name", CALLS)
def test_another_address(invoke: Invoke, exchange: Sandbox, name: str) -> None:
    result = invoke(*CALLS[name], "--live", base_url(name), exchange.url)
    assert result.exit_code == 0, result.output
    assert exchange.requests("okx")
    if name in ("apply", "doctor"):
        assert f"LIVE (okx at {exchange.url})\n" in result.stdout


@pytest.mark.parametrize("name", CALLS)
def test_a_proxy(invoke: Invoke, exchange: Sandbox, name: str) -> None:
    proxy = Proxy("Basic dXNlcjpwYXNz")
    with proxy.server:
        address = f"http://user:pass@127.0.0.1:{proxy.server.port}"
        result = invoke(*CALLS[name], "--sandbox", exchange.url, "--proxy", address)
        assert result.exit_code == 0, result.output
        assert len(proxy.heads) == len(exchange.requests()) > 0
        exchange.clear()
        assert invoke(*CALLS[name], "--sandbox", exchange.url, LEVERSET_PROXY=address).exit_code == 0
        assert exchange.requests()
    wrong = invoke(*CALLS[name], "--sandbox", exchange.url, LEVERSET_PROXY="http://user:pass-word@[::1")
    assert (wrong.exit_code, "pass-word" in wrong.output) == (2, False)
    assert "proxy is not the address of an HTTP proxy" in wrong.stderr


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("words", "text"),
    [
        (
            ["--sandbox", "http://127.0.0.1:1", "{url}", "https://x.example"],
            "--sandbox is an address already, and a base",
        ),
        (["--sandbox", "http://127.0.0.1:1", "{region}", "eea"], "--sandbox is an address already, and a region"),
        (["--live", "{url}", "https://x.example", "{region}", "eea"], "a region and a base URL are both given"),
        (["--live", "{url}", "http://192.0.2.1"], "would send the passphrase to 192.0.2.1 unencrypted"),
        (["--live", "{url}", "https://x.example:65536"], "base_url has the port 65536"),
        (["--demo", "{url}", "https://x.example/api"], "base_url has a path or query"),
        (["--live", "--proxy", "http://127.0.0.1:70000"], "proxy has the port 70000"),
        (["--live", "--proxy", "socks5://127.0.0.1:1080"], "but of a SOCKS proxy"),
    ],
)
def test_what_cannot_work_is_refused(invoke: Invoke, name: str, words: list[str], text: str) -> None:
    flags = {"url": base_url(name), "region": "--okx-region" if name == "apply" else "--region"}
    demo = {f"OKX_DEMO_{part}": "a-demo-one" for part in ("API_KEY", "SECRET", "PASSPHRASE")}
    result = invoke(*CALLS[name], *(word.format(**flags) for word in words), "--json", **demo)
    assert result.exit_code == 2
    assert text in result.stderr
    [line] = json_lines(result.stdout)
    assert text in line["error"]["summary"]


def test_an_address_is_of_one_exchange(invoke: Invoke, exchange: Sandbox, plan: Path) -> None:
    """A plan with several exchanges names the address of each; the other one stays where it is."""
    plan.write_text("bitget:\n  - {symbol: BTCUSDT, productType: USDT-FUTURES, marginCoin: USDT, leverage: 20}\n")
    proxy = Proxy(status=403)
    with proxy.server:
        words = ("--live", "--okx-base-url", exchange.url, "--proxy", f"http://127.0.0.1:{proxy.server.port}")
        result = invoke("apply", plan, *words)
    assert result.exit_code == 1
    assert exchange.requests() == []
    assert {head.split()[1] for head in proxy.heads} == {b"api.bitget.com:443"}
    assert "to LIVE\n" in result.stdout
