"""Runs one call of another client in the environment of its lock."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from leverset.sandbox import Account
from tests.environments import python

HERE = Path(__file__).parent

# Isolated from this checkout and its environment, with only the drivers' own folder to import from.
_RUN = """
import runpy, sys
sys.path.insert(0, sys.argv[1].rpartition("/")[0])
import loopback_only  # before anything opens a socket
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def run_client(client: str, account: Account, url: str, function: str, arguments: Any, **changed: str) -> str:
    """Let a client call a function of its own; what it says, as JSON. `changed`: other credentials."""
    job = {
        "exchange": account.exchange,
        "url": url,
        "api_key": account.api_key,
        "secret": account.secret,
        "passphrase": account.passphrase,
        "function": function,
        "arguments": arguments,
    } | changed
    driver = HERE / f"drive_{client.replace('-', '_')}.py"
    ran = subprocess.run(
        # -W: python-okx asks for a header format that its own libraries call old; nothing of ours.
        [python(HERE / f"requirements-{client}.txt"), "-I", "-W", "ignore", "-c", _RUN, driver],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        timeout=60,
        env={"NO_PROXY": "*", "PATH": "/usr/bin:/bin"},
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    return ran.stdout
