"""A call imports nothing: a handler that raises within an import can leave a codec broken, a fork a lock taken.

Only what reads is loaded late, by a thread that no handler raises in, under a lock that a fork waits for.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from leverset.sandbox import Sandbox
from tests.caller import FORMS
from tests.fixtures import CERTIFICATE
from tests.system.faults import credentials
from tests.system.test_fork import SCHEMES, address

PARTS_THAT_READ = {
    "leverset._read_back",
    "leverset.okx._reads",
    "leverset_okx.api.account.get_account_config",
    "leverset_okx.api.account.get_leverage",
    "leverset_okx.api.public",
    "leverset_okx.api.public.get_instruments",
}
OTHER_PARTS = {
    "leverset._diagnosis",
    "leverset._held",
    "leverset._listing",
    "leverset._snapshot",
    "leverset.okx._diagnosis",
    "leverset.okx._listing",
    "leverset.okx._registration",
    "leverset.okx._snapshot",
    "leverset_okx.api.public.get_time",
}
"""These are for commands and plans."""

SCRIPT = """
import contextlib, sys
from leverset import AsyncOkx, Credentials, LeversetError, Okx

url, key, secret, passphrase, form = sys.argv[1:]
body = {"inst_id": "BTC-USDT-SWAP", "mgn_mode": "isolated", "pos_side": "long"}

def make(url):
    return (Okx if form == "sync" else AsyncOkx)(Credentials(key, secret, passphrase), base_url=url, retries=0)

def call(client, lever, **other):
    with contextlib.suppress(LeversetError):
        result = client.set_leverage(lever=lever, **(body | other))
        return result if form == "sync" else runner.run(result)

if form == "async":
    import asyncio
    runner = asyncio.Runner()
    runner.run(asyncio.sleep(0))
good, away = make(url), make(url.rpartition(":")[0] + ":9")
before = set(sys.modules)
assert call(good, "5").lever == 5
assert call(good, "5", inst_id="NO-SUCH-SWAP") is None
assert call(away, "5") is None
after = set(sys.modules)
print(*sorted(after - before))
assert call(good, "1000") is None
print(*sorted(set(sys.modules) - after))
print(*sorted(before))
if form == "sync":
    good.close()
else:
    runner.run(good.aclose())
    runner.close()
"""


@SCHEMES
@pytest.mark.parametrize("form", FORMS)
def test_a_first_call_imports_nothing(sandbox: Sandbox, form: str, scheme: str) -> None:
    """A success, a refusal, an address where nobody listens; then a refusal whose maximum is looked up."""
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
    imported, late, at_first = (set(line.split()) for line in run.stdout.splitlines())
    assert imported == set()
    assert {"leverset._read_back", "leverset.okx._reads"} <= late
    assert {name for name in late - PARTS_THAT_READ if not name.startswith("leverset_okx.models.")} == set()
    assert not at_first & (PARTS_THAT_READ | OTHER_PARTS)
    models = {name for name in at_first if name.startswith("leverset_okx.models.")}
    assert {name for name in models if not name.startswith("leverset_okx.models.set_leverage_")} == set()
    assert [one["method"] for one in sandbox.requests("okx")] == ["POST", "POST", "POST", "GET"]
