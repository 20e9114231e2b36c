"""Drift, failures and kills around `leverset diff` and `apply`, in a real terminal against the sandbox."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest

from leverset.plan import load
from leverset.sandbox import Sandbox
from tests.cli.terminal import Terminal
from tests.plan.rows import bitget_rows, bodies, levers, okx_rows

LEVERAGE_INFO, ACCOUNT = "/api/v5/account/leverage-info", "/api/v2/mix/account/account"


def plan(folder: Path, text: str) -> Path:
    path = folder / "plan.yaml"
    path.write_text(text)
    return path


def change(exchange: Sandbox, path: Path, index: int, lever: str) -> None:
    row = load(path).rows[index]
    exchange.change_leverage(exchange.account("okx"), **{**row.body, "lever": lever})


def test_drift_between_diff_and_apply_and_in_the_middle_of_apply(
    tmp_path: Path, exchange: Sandbox, env: dict[str, str]
) -> None:
    path = plan(tmp_path, okx_rows(7))
    words = (path, "--sandbox", exchange.url)
    change(exchange, path, 0, "5")
    change(exchange, path, 1, "5")
    with Terminal("diff", *words, env=env) as terminal:
        assert terminal.exit() == 3
        assert "okx    2 as wanted, 5 differ" in terminal.text
    change(exchange, path, 0, "9")  # what was as wanted differs now
    exchange.fault(exchange="okx", nth=6, delay_after=1.0)
    with Terminal("apply", *words, env=env) as terminal:
        terminal.until(lambda: len(bodies(exchange, "okx")) == 6)
        change(exchange, path, 1, "9")  # one that was kept
        change(exchange, path, 0, "8")  # one that was sent
        assert terminal.exit() == 1
        text = terminal.text
    assert sorted(bodies(exchange, "okx")) == [f"T{number:03}-USDT-SWAP" for number in (0, 2, 3, 4, 5, 6)]
    assert "kept      okx    T001-USDT-SWAP" in text
    for name, now in (("T000", 8), ("T001", 9)):
        assert f"differs   okx    {name}-USDT-SWAP isolated long -> 5" in text
        assert f"lever {now} holds at the end of the run, where 5 held before" in text
    assert "okx    5 applied, 2 differ" in text
    assert "2 of 7 rows not known to be applied" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"close": "before"}, "leverset/"),
        ({"status": 503, "body": "<html>maintenance</html>"}, "leverset/"),
        ({"exchange_code": {"code": "50113", "msg": "Invalid Sign", "status": 401}}, "okx/50113"),
    ],
    ids=["dead", "maintenance", "refusing"],
)
def test_diff_of_an_exchange_that_cannot_be_read(
    tmp_path: Path, exchange: Sandbox, env: dict[str, str], fault: dict[str, object], why: str
) -> None:
    exchange.fault(exchange="okx", path=LEVERAGE_INFO, times=None, **fault)
    path = plan(tmp_path, okx_rows(300) + bitget_rows(6))
    with Terminal("diff", path, "--sandbox", exchange.url, env=env) as terminal:
        assert terminal.exit(60) == 1
        text = terminal.text
    assert text.count("! okx") == text.count(f"  {why}") == 300
    assert "okx    300 unreadable" in text
    assert "bitget 6 differ" in text
    assert len(exchange.requests("okx")) <= 6


@pytest.mark.slow
def test_a_slow_exchange_is_waited_for(tmp_path: Path, exchange: Sandbox, env: dict[str, str]) -> None:
    exchange.fault(exchange="okx", path=LEVERAGE_INFO, times=None, delay_after=2.0)
    with Terminal("diff", plan(tmp_path, okx_rows(45)), "--sandbox", exchange.url, env=env) as terminal:
        assert terminal.exit(60) == 3
        assert "45 of 45 rows differ" in terminal.text


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_kill_9_at_any_moment_and_resume(tmp_path: Path, exchange: Sandbox, env: dict[str, str], seed: int) -> None:
    path, journal = plan(tmp_path, okx_rows(12)), tmp_path / "run.jsonl"
    words = ("apply", path, "--sandbox", exchange.url, "--journal", journal)
    with Terminal(*words, env=env) as terminal:
        terminal.until(lambda: journal.exists())
        time.sleep(random.Random(seed).uniform(0.0, 3.0))  # noqa: S311 - any moment
        terminal.kill()
        terminal.exit()
    before = bodies(exchange, "okx")
    with Terminal(*words, env=env) as terminal:
        assert terminal.exit(60) == 0
        assert "all 12 rows" in terminal.text
    assert levers(exchange, "okx") == 12
    assert not set(before) & set(bodies(exchange, "okx")[len(before) :])
    assert all(isinstance(json.loads(line), dict) for line in journal.read_text().splitlines())
