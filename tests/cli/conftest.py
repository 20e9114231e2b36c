"""A sandbox, its credentials as environment variables, and the command in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from typer.testing import CliRunner, Result

from leverset._registry import EXCHANGES
from leverset.cli.app import app
from leverset.sandbox import Sandbox
from tests.output import json_lines

Invoke = Callable[..., Result]
PREFIXES = tuple(f"{name.upper()}_" for name in EXCHANGES)


@pytest.fixture
def exchange() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def env(exchange: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment with the sandbox's credentials, for every exchange, and limits of its own."""
    found = {name: value for name, value in os.environ.items() if not name.startswith((*PREFIXES, "COV_"))}
    for prefix in PREFIXES:
        found |= {f"{prefix}API_KEY": exchange.api_key}
        found |= {f"{prefix}SECRET": exchange.secret, f"{prefix}PASSPHRASE": exchange.passphrase}
    found |= {"XDG_STATE_HOME": os.fspath(tmp_path_factory.mktemp("state"))}
    # 120 columns, and a terminal that can move its cursor.
    return found | {"COLUMNS": "120", "TERM": "xterm"}


@pytest.fixture
def invoke(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run the command here; stdout and stderr apart. What it prints with --json fits the schema."""
    for name in [name for name in os.environ if name.startswith(PREFIXES)]:
        monkeypatch.delenv(name)

    def run(*arguments: object, **other: str) -> Result:
        words = [str(each) for each in arguments]
        result = CliRunner().invoke(app, words, env={**env, **other})
        if "--json" in words:
            json_lines(result.stdout)
        return result

    return run
