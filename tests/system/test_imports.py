"""No call that is sent imports: a handler that raises in an import can break a codec, a fork can leave a lock taken."""

from __future__ import annotations

import subprocess
import sys

import pytest

from leverset.sandbox import Sandbox
from tests.caller import FORMS
from tests.fixtures import CERTIFICATE
from tests.system.faults import credentials
from tests.system.test_fork import SCHEMES, address

SCRIPT = """
import contextlib, sys
from leverset import AsyncOkx, Credentials, LeversetError, Okx

url, key, secret, passphrase, form = sys.argv[1:]
body = {"inst_id": "BTC-USDT-SWAP", "mgn_mode": "isolated", "pos_side": "long"}

def make(url):
    return (Okx if form == "sync" else AsyncOkx)(Credentials(key, secret, passphrase), base_url=url, retries=0)

def call(client, lever):
    with contextlib.suppress(LeversetError):
        result = client.set_leverage(lever=lever, **body)
        return result if form == "sync" else runner.run(result)

if form == "async":
    import asyncio
    runner = asyncio.Runner()
    runner.run(asyncio.sleep(0))
good, away = make(url), make(url.rpartition(":")[0] + ":9")
before = set(sys.modules)
assert call(good, "5").lever == 5
assert call(good, "1000") is None
assert call(away, "5") is None
print(*sorted(set(sys.modules) - before))
if form == "sync":
    good.close()
else:
    runner.run(good.aclose())
    runner.close()
"""


@SCHEMES
@pytest.mark.parametrize("form", FORMS)
def test_a_first_call_imports_nothing(sandbox: Sandbox, form: str, scheme: str) -> None:
    """A success, a refusal whose maximum is looked up, and an address where nobody listens."""
    keys = credentials(sandbox, "okx")
    with address(sandbox, scheme) as url:
        run = subprocess.run(
            [sys.executable, "-c", SCRIPT, url, keys.api_key, keys.secret, keys.passphrase, form],
            env={"SSL_CERT_FILE": str(CERTIFICATE), "PATH": ""},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == []
    assert [one["method"] for one in sandbox.requests("okx")] == ["POST", "POST", "GET"]
