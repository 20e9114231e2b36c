"""Every block of Python in the documentation runs, here or in the test that is named; what cannot has its reason."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import leverset
from leverset import Bitget, Credentials, Limiter, Okx
from leverset.sandbox import Account, Sandbox
from tests.docs.pages import ROOT, Block, blocks, pages, read

# block: the file of the test that runs it
ELSEWHERE = {
    "README.md python 1": "tests/system/test_readme.py",
    "docs/guide.md python 5": "tests/testing/test_page.py",
    "docs/sandbox.md python 1": "tests/sandbox/test_page.py",
    "docs/sandbox.md python 2": "tests/sandbox/test_page.py",
    "docs/sandbox.md python 3": "tests/sandbox/test_page.py",
    "docs/testing.md python 1": "tests/testing/test_page.py",
    "docs/testing.md python 3": "tests/testing/test_page.py",
    "docs/tracing.md python 1": "tests/observe/test_otel.py",
}
NOT_RUN = {
    "docs/contract.md python 1": "a decorator without its function; tests/contract/test_recorder.py has whole ones",
    "docs/testing.md python 2": "one line for each of two clients, and ccxt is not here: docs/examples/bot-on-ccxt",
}
PLAN = """
okx:
  - {instId: BTC-USDT-SWAP, lever: 5, mgnMode: isolated, posSide: long}
  - {instId: ETH-USDT-SWAP, lever: 3, mgnMode: cross}
"""

FOUND = [block for page in pages() for block in blocks(page, "python")]
HERE = [block for block in FOUND if block.name not in ELSEWHERE | NOT_RUN]


def test_each_block_is_run_or_listed() -> None:
    names = {block.name for block in FOUND}
    assert len(FOUND) > 15
    assert (ELSEWHERE | NOT_RUN).keys() <= names, "what is listed is there"
    assert not ELSEWHERE.keys() & NOT_RUN.keys()
    for name, file in ELSEWHERE.items():
        page = name.partition(" ")[0]
        assert Path(page).name in (ROOT / file).read_text(encoding="utf-8"), f"{file} says nothing of {page}"


@pytest.fixture(scope="module")
def exchange() -> Iterator[Sandbox]:
    with Sandbox(limits=False) as running:
        yield running


def keys(exchange: str, account: Account, ending: str = "") -> dict[str, str]:
    parts = {"API_KEY": account.api_key, "SECRET": account.secret, "PASSPHRASE": account.passphrase}
    return {f"{exchange}{ending}_{part}": value for part, value in parts.items()}


@pytest.fixture
def names(exchange: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """What a block finds: keys in the environment, clients that lead to the sandbox, a client, and a plan."""
    monkeypatch.chdir(tmp_path)
    Path("plan.yaml").write_text(PLAN, encoding="utf-8")
    live, demo = exchange.open_account("okx"), exchange.open_account("okx", environment="demo")
    bitget = exchange.open_account("bitget", position_mode="hedge_mode", margin_mode="isolated")
    for name, value in (keys("OKX", live) | keys("OKX", demo, "_DEMO") | keys("BITGET", bitget)).items():
        monkeypatch.setenv(name, value)
    for name, client in {"Okx": Okx, "Bitget": Bitget}.items():
        monkeypatch.setattr(leverset, name, partial(client, base_url=exchange.url, limiter=Limiter()), raising=False)
    credentials = Credentials.from_env("OKX")
    with Okx(credentials, base_url=exchange.url, limiter=Limiter()) as okx:
        yield {"okx": okx, "credentials": credentials}
    for account in (live, demo, bitget):
        exchange.close_account(account)


@pytest.mark.parametrize("block", HERE, ids=lambda block: block.name)
def test_it_runs(block: Block, names: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # A page's first block has the imports.
    first = next(blocks(block.page, "python")).text
    imports = "".join(line for line in first.splitlines(keepends=True) if line.startswith(("from ", "import ")))
    text = block.text.replace("/var/lib/bot", os.fspath(tmp_path))
    exec(compile(imports + text, block.name, "exec"), names)  # noqa: S102 - that is what it is for
    printed = capsys.readouterr().out
    for promised in re.findall(r"print\(.*\)  # (\d+ \w+)(?=;|\n)", text):
        assert f"{promised}\n" in printed


def test_a_page_says_what_a_line_prints() -> None:
    """So that the check above has something to look at."""
    assert "# 5 response" in read("docs/index.md")
    assert "# 2 response" in read("docs/first-live-leverage.md")
