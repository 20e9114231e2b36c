"""`leverset spec`: the OpenAPI document that travels with the package."""

from __future__ import annotations

from pathlib import Path

import pytest

from leverset._registry import EXCHANGES
from tests.cli.conftest import Invoke

SPECS = Path(__file__).parents[2] / "specs"


@pytest.mark.parametrize("name", list(EXCHANGES))
def test_it_is_the_spec_that_the_client_was_generated_from(invoke: Invoke, name: str) -> None:
    result = invoke("spec", name)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.encode() == (SPECS / f"{name}.yaml").read_bytes()
    assert result.stdout.isascii()  # no terminal's or pipe's encoding changes it


def test_another_exchange_is_a_wrong_call(invoke: Invoke) -> None:
    result = invoke("spec", "kraken")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "kraken" in result.stderr
