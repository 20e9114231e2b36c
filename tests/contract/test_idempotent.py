"""A request that is not `x-idempotent` is not retried once it may have been applied."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any

import leverset_okx.api.account.set_leverage as set_leverage
import pytest
from leverset_okx import operations
from leverset_okx.models import SetLeverageRequest

from leverset import Credentials, Limiter, MalformedResponse, Okx, TransportError
from leverset.sandbox import Sandbox
from tests.contract.specs import SPECS

ROOT = Path(__file__).parents[2]
BODY = {"instId": "BTC-USDT", "lever": "5", "mgnMode": "cross"}


def client(sandbox: Sandbox, *, idempotent: bool) -> Okx:
    once = dataclasses.replace(operations.SET_LEVERAGE, idempotent=idempotent)
    changed = {(once.method, once.path): once}

    class Changed(Okx):
        exchange = dataclasses.replace(operations.EXCHANGE, operations=changed)

    credentials = Credentials(sandbox.api_key, sandbox.secret, sandbox.passphrase)
    return Changed(credentials, base_url=sandbox.url, limiter=Limiter())


@pytest.mark.parametrize("idempotent", [True, False])
@pytest.mark.parametrize("fault", [{"close": "before"}, {"body": "<html>"}], ids=["closed", "malformed"])
def test_unknown_outcome_is_retried_only_if_idempotent(fault: dict[str, Any], idempotent: bool) -> None:
    with Sandbox() as sandbox, client(sandbox, idempotent=idempotent) as okx:
        sandbox.fault(exchange="okx", **fault)
        body = SetLeverageRequest.from_dict(BODY)
        if idempotent:
            assert okx.call(set_leverage, body=body)
        else:
            with pytest.raises((TransportError, MalformedResponse)) as caught:
                okx.call(set_leverage, body=body)
            assert caught.value.outcome == "unknown"
        assert len(sandbox.requests("okx")) == (2 if idempotent else 1)


def test_generator_passes_x_idempotent_on(tmp_path: Path) -> None:
    specs = tmp_path / "specs"
    specs.mkdir()
    spec = (SPECS / "okx.yaml").read_text(encoding="utf-8")
    assert spec.count("x-idempotent: true") == 1
    (specs / "okx.yaml").write_text(spec.replace("x-idempotent: true", "x-idempotent: false"), encoding="utf-8")
    command = [sys.executable, "-m", "generator", "--specs", str(specs), "--output", str(tmp_path / "generated")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=100, cwd=ROOT, check=False)
    assert ran.returncode == 0, ran.stderr
    made = (tmp_path / "generated" / "leverset_okx" / "operations.py").read_text(encoding="utf-8")
    before = (ROOT / "generated" / "leverset_okx" / "operations.py").read_text(encoding="utf-8")
    assert [line for line in made.splitlines() if line not in before.splitlines()] == ["    idempotent=False,"]
