"""Every console of the documentation shows what its commands print; what is not run is listed with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from leverset import Credentials, Okx
from leverset.sandbox import Account, Sandbox
from tests.docs.pages import ROOT, Block, blocks, pages, run_console, shell_environment

PLANS, FIRST = "docs/plans.md", "docs/first-live-leverage.md"
# block: the file of the test that runs it
ELSEWHERE = {
    "README.md console 2": "tests/system/test_readme.py",
    "docs/sandbox.md bash 1": "tests/cli/test_sandbox_env.py",
}
NOT_RUN = {
    "README.md console 1": "installs: tests/packaging does it from what was built",
    "README.md console 3": "the tests themselves; that each target exists is held by tests/system/test_readme.py",
    "CONTRIBUTING.md console 1": "the tests themselves, likewise",
    f"{FIRST} console 1": "installs, and `leverset demo`: tests/cli/test_demo.py",
}
MISTAKES = """okx:
  - {instId: BTC-USDT-SWAP, lever: 5, mgnMode: cross}
  - {instId: ETH-USDT-SWAP, lever: 5, mgnMode: cross}

  - {instId: BTC-USDT, lever: 5, mgnMode: isolated, posSide: long}

bitget:
  - {symbol: BTCUSDT, productType: USDT-FUTURES, marginCoin: usdt, leverage: 20, holdSide: long}
  - {symbol: BTCUSDT, productType: USDT-FUTURES, marginCoin: USDT, leverage: 25, holdSide: long}
"""
NOT_THERE = """okx:
  - {instId: BTC-USDT-SWAP, lever: 500, mgnMode: cross}
  - {instId: ETH-USTD-SWAP, lever: 5, mgnMode: cross}
"""


@pytest.fixture(scope="module")
def exchange() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def of(page: str) -> list[Block]:
    return list(blocks(page, "console"))


def test_each_console_is_run_or_listed() -> None:
    found = {block.name for page in pages() for block in blocks(page, "console", "bash", "sh", "shell")}
    here = {block.name for page in (PLANS, FIRST) for block in of(page)} - NOT_RUN.keys()
    assert found == here | ELSEWHERE.keys() | NOT_RUN.keys()
    for name, file in ELSEWHERE.items():
        assert Path(name.partition(" ")[0]).name in (ROOT / file).read_text(encoding="utf-8")


def general(lines: list[str], exchange: Sandbox) -> list[str]:
    """Lines without what differs from run to run: times, addresses, users. Which exchange comes first does, too."""
    text = "\n".join(lines).replace(exchange.url, "http://127.0.0.1:8765")
    for pattern, instead in {
        r"127\.0\.0\.1:\d+ answered": "www.okx.com answered",
        r"in \d+(\.\d)? (m?s)\b": r"in N \2",
        r"clock is \d\.\d s (behind|ahead of)": "clock is N s off",
        r"\b\d{18}\b": "UID",
        r"uses /.*/leverset/limits": "uses /leverset/limits",
    }.items():
        text = re.sub(pattern, instead, text)
    return sorted(text.splitlines())


def test_the_consoles_of_plans(exchange: Sandbox, tmp_path: Path) -> None:
    environment = shell_environment(tmp_path) | exchange.variables()
    plan = tmp_path / "plan.yaml"
    [rows, _] = [block.text for block in blocks(PLANS, "yaml")]
    default = exchange.account("okx")
    for block in of(PLANS):
        if "--online" in block.text:
            plan.write_text(NOT_THERE)
        elif "leverset check" in block.text:
            plan.write_text(MISTAKES)
        elif "leverset export" in block.text:
            exchange.change_leverage(default, instId="BTC-USDT-SWAP", mgnMode="isolated", posSide="long", lever="9.5")
        elif "leverset diff" in block.text:
            exchange.reset()
            plan.write_text(rows)
        to_sandbox = (r"--live|--sandbox \S+", f"--sandbox {exchange.url}")
        shown = [
            line.replace("(sandbox)", "(live)") for line in run_console(block.text, tmp_path, environment, to_sandbox)
        ]
        assert general(shown, exchange) == general(block.text.splitlines(), exchange), block.name


def secrets(prefix: str, account: Account, key: int) -> str:
    found = account.keys[key]
    parts = {"API_KEY": found.api_key, "SECRET": found.secret, "PASSPHRASE": found.passphrase}
    return "".join(f'{prefix}_{part}="{value}"\n' for part, value in parts.items())


def test_the_way_to_the_first_live_leverage(exchange: Sandbox, tmp_path: Path) -> None:
    live = exchange.open_account("okx", position_mode="net_mode")
    exchange.add_key(live, permissions=["read", "trade"], ips=["127.0.0.1"])
    demo = exchange.open_account("okx", position_mode="net_mode", environment="demo")
    # What holds every request to the spec knows the keys of clients.
    for key in (live.keys[1], demo.keys[0]):
        Okx(Credentials(key.api_key, key.secret, key.passphrase), base_url=exchange.url).close()
    (tmp_path / "keys.env").write_text(secrets("OKX", live, 1) + secrets("OKX_DEMO", demo, 0))
    ways = [
        (r"(leverset (?:diff|apply) .*--(?:live|demo))", rf"\1 --okx-base-url {exchange.url}"),
        (r"(leverset (?:doctor|set|get|export) .*--(?:live|demo))", rf"\1 --base-url {exchange.url}"),
    ]
    run = [block for block in of(FIRST) if block.name not in NOT_RUN]
    assert len(run) == 8
    for block in run:
        shown = run_console(block.text, tmp_path, shell_environment(tmp_path), *ways)
        text = "\n".join(shown).replace(f" (okx at {exchange.url})", "").replace("OKX (sandbox)", "OKX (live)")
        name = "live" if "--live" in block.text else "demo"
        text = text.replace(f"sandbox at {exchange.url}", f"{name} at https://www.okx.com, region global")
        text = re.sub(r'="[^"…]+"', '="…"', text).replace("bound to 127.0.0.1", "bound to 203.0.113.7")
        assert general(text.splitlines(), exchange) == general(block.text.splitlines(), exchange), block.name
    assert {"lever": "3"}.items() <= exchange.leverage("okx", live)[0].items()


def test_plans_in_commands_have_names_that_plans_have() -> None:
    texts = [(ROOT / page).read_text(encoding="utf-8") for page in pages()]
    named = [name for text in texts for name in re.findall(r"leverset (?:check|diff|apply) ([^\s`\\)]+)", text)]
    assert len(named) > 10
    assert {Path(name).suffix for name in named if not name.startswith("-")} == {".yaml"}
