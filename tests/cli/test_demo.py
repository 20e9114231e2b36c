from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from leverset import LeversetError
from leverset._registry import EXCHANGES
from leverset.cli import _demo as demo
from leverset.sandbox import Sandbox


@pytest.fixture(autouse=True)
def _in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    # On Python 3.11 coverage loses sight of every frame around asyncio.run; of those in another thread it does not.
    def run(coroutine: Coroutine[Any, Any, Any], *, original: Any = asyncio.run) -> Any:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(original, coroutine).result()

    monkeypatch.setattr(asyncio, "run", run)


def test_demo_exits_0_and_shows_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main() == 0
    shown = capsys.readouterr().out
    assert "12 leverages set, 3 wrong requests refused before they were sent, 2 by the exchange" in shown
    for reference in ("bitget/margin-coin-capitalised", "okx/hedge-isolated-needs-side", "okx/59102", "bitget/40797"):
        assert f"error[{reference}]" in shown
    assert "requests that reached the exchange: 0" in shown
    assert "scope=underlying" in shown


def test_unexpected_outcomes_are_counted() -> None:
    with Sandbox() as sandbox:
        shown = StringIO()
        run = demo.Demo(sandbox, Console(file=shown))
        run.read_back()  # nothing has been set yet
        assert run.unexpected == 3
        sandbox.fault(exchange="okx", exchange_code={"code": "51000", "msg": "no"}, times=1)
        run.examples()
        assert run.unexpected == 4
        exchange = EXCHANGES["okx"]
        _, arguments = run._arguments(exchange, exchange.operation.examples[0].account)
        run._refused("a right request", LeversetError, exchange, arguments, exchange.operation.examples[0].body)
        assert run.unexpected == 5
        assert "unexpected it was accepted" in shown.getvalue()


def test_demo_exits_1_after_unexpected_outcomes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo.Demo, "examples", lambda self: None)
    assert demo.main() == 1
    assert "3 things did not come out as they should" in capsys.readouterr().out
