"""What the README shows is what happens."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from leverset.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str, document: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", document, re.MULTILINE | re.DOTALL)


def test_the_readme_is_read_in_a_few_minutes() -> None:
    assert len(README.split()) < 700


def test_the_first_example_prints_what_the_readme_says() -> None:
    shown = subprocess.run([sys.executable, "-c", blocks("python")[0]], capture_output=True, text=True, check=True)
    assert shown.stdout == blocks("text")[0]


def test_diff_and_apply_look_as_the_readme_shows(tmp_path: Path) -> None:
    console = next(block for block in blocks("console") if "leverset diff" in block)
    rows = {
        "okx": [
            {"instId": "BTC-USDT-SWAP", "lever": 5, "mgnMode": "isolated", "posSide": "long"},
            {"instId": "ETH-USDT-SWAP", "lever": 3, "mgnMode": "cross"},
        ],
        "bitget": [
            {
                "symbol": "BTCUSDT",
                "productType": "USDT-FUTURES",
                "marginCoin": "USDT",
                "leverage": 20,
                "holdSide": "long",
            }
        ],
    }
    lines = [line for name, each in rows.items() for line in (f"{name}:", *(f"  - {json.dumps(row)}" for row in each))]
    (tmp_path / "plan.yaml").write_text("\n".join(lines), encoding="utf-8")
    shown = []
    with Sandbox() as exchange:
        for command in re.findall(r"^\$ (.+)$", console, re.MULTILINE):
            words = [sys.executable, "-m", *command.replace("$URL", exchange.url).split()]
            environment = {**os.environ, **exchange.variables(), "COLUMNS": "120"}
            ran = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
            assert ran.stderr == ""
            shown += [f"$ {command}", *ran.stdout.replace(exchange.url, "http://127.0.0.1:8765").splitlines()]
    # Which exchange comes first is up to the network.
    assert sorted(map(_timeless, shown)) == sorted(map(_timeless, console.splitlines()))


def _timeless(line: str) -> str:
    return re.sub(r"in \d+\.\d s$", "in N s", line)


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    documents = [README, (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")]
    for document in documents:
        named = set(re.findall(r"(?:`|\$ )make ([a-z-]+)", document))
        assert named
        assert named <= targets


@pytest.mark.parametrize("name", ["hostile.md", "reports.md"])
def test_every_test_that_the_evidence_names_exists(name: str) -> None:
    page = (ROOT / "docs" / "evidence" / name).read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[^`:]+\.py)(?:::(\w+))?`", page)
    assert len(named) > 20
    for file, test in named:
        assert f"def {test}" in (ROOT / file).read_text(encoding="utf-8"), (file, test)
