"""The recorder fails a test whose requests are off the spec, unless the test says why."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path


def test_pytest_fails_a_test_that_is_off_contract(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    (tmp_path / "conftest.py").write_text((root / "tests" / "conftest.py").read_text())
    (tmp_path / "test_it.py").write_text(_SAMPLE)
    # --rootdir without the house's settings: only the hooks are looked at.
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        "/dev/null",
        "--rootdir",
        str(tmp_path),
    ]
    ran = subprocess.run(
        [*command, str(tmp_path / "test_it.py")], capture_output=True, text=True, timeout=100, cwd=root, check=False
    )
    assert "6 passed, 3 errors" in ran.stdout, ran.stdout + ran.stderr
    assert re.search(r"okx/lever-is-required .*the body is \{.*'lever': 'five'", ran.stdout)
    assert re.search(r"not to a sandbox: okx/lever-is-required .*the body is \{.*'lever': 'six'", ran.stdout)
    assert "off_contract needs a reason" in ran.stdout
    assert re.search(r"ERROR .*test_wrong_body ", ran.stdout)
    assert re.search(r"ERROR .*test_no_reason ", ran.stdout)
    assert re.search(r"ERROR .*test_wrong_body_elsewhere ", ran.stdout)


_SAMPLE = """
import pytest, httpx
from leverset import Okx, Credentials, ExchangeError
from leverset.sandbox import Sandbox
from leverset.sandbox._request_log import Entry, RequestLog
import leverset_okx.models
import leverset_okx.api.account.set_leverage as operation

def send(lever, secret=None):
    with Sandbox() as sandbox:
        credentials = Credentials(sandbox.api_key, secret or sandbox.secret, sandbox.passphrase)
        with Okx(credentials, base_url=sandbox.url, retries=0) as client:
            body = leverset_okx.models.SetLeverageRequest("", "cross", "BTC-USDT")
            body.lever = lever
            client.call(operation, body=body)

def test_right_body():
    send("5")

def test_wrong_body():
    with pytest.raises(ExchangeError):
        send("five")

@pytest.mark.off_contract("on purpose")
def test_wrong_body_with_a_reason():
    with pytest.raises(ExchangeError):
        send("five")

@pytest.mark.off_contract("")
def test_no_reason():
    send("5")

def test_a_wrong_secret_signs_rightly():
    with pytest.raises(ExchangeError):
        send("5", "another-secret")

def test_wrong_body_elsewhere():
    stand_in = httpx.MockTransport(lambda request: httpx.Response(200, json={"code": "0", "msg": "", "data": []}))
    with Okx(Credentials("key", "secret", "phrase"), transport=stand_in) as client:
        client.call(operation, body=leverset_okx.models.SetLeverageRequest("5", "cross", "BTC-USDT"))
        client.call(operation, body=leverset_okx.models.SetLeverageRequest("six", "cross", "BTC-USDT"))
"""
