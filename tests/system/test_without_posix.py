"""Importing, setting, plans, the command and the sandbox need nothing of POSIX: processes that have nothing of it.

They stand in for Windows as far as Python's own names go (`without_posix.py`); nothing here has run on Windows itself.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from leverset import Credentials, Okx
from leverset.sandbox import Sandbox
from tests.fixtures import CERTIFICATE
from tests.plan.rows import okx_rows
from tests.system.test_fork import address

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="it takes Linux's names away, and asks /proc"
)
PYTHON = [sys.executable, "-P", str(Path(__file__).with_name("without_posix.py"))]
COMMAND = [*PYTHON, "-m", "leverset"]


@pytest.fixture
def env(sandbox: Sandbox, tmp_path: Path) -> dict[str, str]:
    keep = {"PATH": "", "HOME": str(tmp_path), "COLUMNS": "120", "SSL_CERT_FILE": str(CERTIFICATE)}
    return keep | sandbox.variables() | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path[:1]))}


def run(command: list[str], *words: object, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, *map(str, words)], env=env, capture_output=True, text=True, timeout=30, check=False
    )


@contextmanager
def begun(command: list[str], *words: object, env: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process, and the first line that it prints; it is killed at the end."""
    pipe = subprocess.PIPE
    words_as_text = [*command, *map(str, words)]
    with subprocess.Popen(words_as_text, env=env, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()


SET = """
import asyncio, sys
import leverset
from leverset import AsyncOkx, Credentials, LeversetError, Okx, SQLiteLimiter, TransportError

*urls, away, folder = sys.argv[1:]
credentials = Credentials.from_env("OKX")
body = {"inst_id": "BTC-USDT-SWAP", "mgn_mode": "isolated", "pos_side": "long"}

def sync(url, first):
    with Okx(credentials, base_url=url, limiter=SQLiteLimiter(f"{folder}/limit")) as okx:
        return [okx.set_leverage(lever=lever, **body).lever for lever in range(first, first + 3)]

async def run(url, first):
    async with AsyncOkx(credentials, base_url=url) as okx:
        together = [okx.set_leverage(lever=first, **body | {"inst_id": f"T{n:03}-USDT-SWAP"}) for n in range(3)]
        assert len(await asyncio.gather(*together)) == 3
        return [(await okx.set_leverage(lever=lever, **body)).lever for lever in range(first, first + 3)]

async def nobody_listens():
    async with AsyncOkx(credentials, base_url=away, retries=0) as okx:
        await okx.set_leverage(lever=5, **body)

for url in urls:
    print(*sync(url, 11), *asyncio.run(run(url, 21)))
try:
    asyncio.run(nobody_listens())
except TransportError as error:
    print(error.outcome, "ConnectionRefusedError" in str(error))
"""


def test_importing_and_setting_in_sync_and_async(sandbox: Sandbox, env: dict[str, str], tmp_path: Path) -> None:
    """With and without TLS, over connections that are kept, several at once, and where nobody listens."""
    with address(sandbox, "https") as secure:
        ended = run(PYTHON, "-c", SET, sandbox.url, secure, "http://127.0.0.1:9", tmp_path, env=env)
    assert ended.stderr == ""
    assert ended.stdout.splitlines() == [*["11 12 13 21 22 23"] * 2, "not_sent True"]


HOLD = """
import sys
from leverset import Credentials, Okx
from leverset.plan import Journal, load

path, plan, url = sys.argv[1:]
with Okx(Credentials.from_env("OKX"), base_url=url) as okx, Journal(path, load(plan), [okx]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_plan_is_checked_and_applied_with_a_journal_that_one_run_uses(
    sandbox: Sandbox, env: dict[str, str], tmp_path: Path
) -> None:
    """A second run is refused; what was killed leaves no lock."""
    plan, journal = tmp_path / "plan.yaml", tmp_path / "run.jsonl"
    plan.write_text(okx_rows(3))
    keys = tmp_path / "keys.env"
    keys.write_text("".join(f"{name}={value}\n" for name, value in sandbox.variables().items()))
    keys.chmod(0o644)
    del env["OKX_SECRET"]
    words = ["apply", plan, "--sandbox", sandbox.url, "--journal", journal, "--credentials", keys]
    ended = run(COMMAND, "check", plan, env=env)
    assert (ended.returncode, ended.stderr) == (0, "")
    holds = [HOLD, journal, plan, sandbox.url]
    with begun(PYTHON, "-c", *holds, env=env | sandbox.variables()) as (process, line):
        assert line == "held\n"
        ended = run(COMMAND, *words, env=env)
        assert ended.returncode == 2
        said = rf"run\.jsonl is in use by another run: process {process.pid}, since 2\d{{3}}-.*"
        assert re.search(said, ended.stderr + ended.stdout)
    assert sandbox.requests("okx") == []
    ended = run(COMMAND, *words, env=env)
    remark = f"leverset: who else may read {keys} cannot be seen on this system, and was not checked\n"
    assert (ended.returncode, ended.stderr) == (0, remark)
    assert len(sandbox.leverage("okx")) == 3
    entries = [json.loads(each) for each in journal.read_text().splitlines()]
    assert [entry.get("status", "") for entry in entries] == ["", "", "", *["applied"] * 3]
    what = ["okx", "--inst-id", "T002-USDT-SWAP", "--mgn-mode", "isolated", "--sandbox", sandbox.url]
    ended = run(COMMAND, "get", *what, env=env | sandbox.variables())
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "T002-USDT-SWAP isolated long: 5\n" in ended.stdout


def test_a_sandbox_serves(env: dict[str, str]) -> None:
    with begun(COMMAND, "sandbox", "--json", env=env) as (process, line):
        found = json.loads(line)
        keys = Credentials(*(found[name] for name in ("api_key", "secret", "passphrase")))
        with Okx(keys, base_url=found["url"]) as okx:
            assert okx.set_leverage(lever=5, mgn_mode="cross", inst_id="BTC-USDT-SWAP").lever == 5
        process.terminate()
        assert process.wait(10) == 0
