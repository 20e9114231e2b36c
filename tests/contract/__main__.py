"""python -m tests.contract [EXCHANGE [URL]]: hold a server to the spec; `make contract EXCHANGE=okx URL=https://…`.

Without URL a sandbox is started for it. With URL the credentials come from the environment (OKX_API_KEY, OKX_SECRET,
OKX_PASSPHRASE; BITGET_…), the documented limit is kept, and anything but this machine is spoken to as its demo
environment. Leverage is really set there: use a demo account. LIVE=1 or --live leaves the demo header out.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from urllib.parse import urlsplit

from leverset import Credentials
from leverset.sandbox import Sandbox
from tests.contract.server_check import Server, check_server, near_misses
from tests.contract.specs import exchanges, load

SHOWN = 20
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def server_at(exchange: str, url: str, *, live: bool, unlimited: bool = False) -> Server:
    """The server at an address, spoken to as demo unless `live`; exits where that would not be safe.

    `unlimited` is for a sandbox without limits on this machine.
    """
    parts = urlsplit(url)
    here = parts.hostname in LOOPBACK
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        sys.exit(f"{url} is not an address: give scheme and host, such as {load(exchange)['servers'][0]['url']}")
    if parts.scheme == "http" and not here:
        sys.exit(f"{url} would send the passphrase unencrypted: use https://")
    listed = [urlsplit(server["url"]).hostname for server in load(exchange)["servers"]]
    if not here and parts.hostname not in listed and not live:
        sys.exit(f"{parts.hostname} is no server of the spec, so it may be live: say --live (LIVE=1) if that is meant")
    if unlimited and not here:
        sys.exit("--unlimited is for a sandbox on this machine: an exchange counts")
    demo = load(exchange)["x-demo-header"]
    extra = {} if here or live else {demo["name"]: demo["value"]}
    credentials = Credentials.from_env(exchange.upper())
    return Server(exchange, url.rstrip("/"), credentials, limited=not unlimited, extra=extra)


def main() -> int:
    """Run it; 0 when the server keeps to the spec."""
    parser = argparse.ArgumentParser("python -m tests.contract", description=str(__doc__).partition("\n\n")[2])
    parser.add_argument("exchange", nargs="?", choices=exchanges(), help="without it, a sandbox of each in turn")
    parser.add_argument("url", nargs="?", help="scheme and host; without it, a fresh sandbox")
    parser.add_argument("--live", action="store_true", default=os.environ.get("LIVE") == "1", help="the live exchange")
    parser.add_argument("--unlimited", action="store_true", help="keep no limit; for a sandbox that has none")
    parser.add_argument("--examples", type=int, help="fuzzed requests per operation (200 for a sandbox, else 20)")
    parser.add_argument("--phases", default="examples,coverage,fuzzing", help="phases of schemathesis")
    parser.add_argument("--brief", action="store_true", help="leave the nearly right bodies out")
    parser.add_argument("--seed", type=int, default=1, help="where the fuzzing begins")
    given = parser.parse_args()
    if not given.exchange:
        each = [[sys.executable, "-m", "tests.contract", exchange, *sys.argv[1:]] for exchange in exchanges()]
        return max(subprocess.run(command, check=False).returncode for command in each)
    if given.url:
        found = server_at(given.exchange, given.url, live=given.live, unlimited=given.unlimited)
        return _run(found, given, examples=20)
    with Sandbox(limits=False) as sandbox:
        credentials = Credentials(sandbox.api_key, sandbox.secret, sandbox.passphrase)
        found = Server(given.exchange, sandbox.url, credentials, limited=False)
        return _run(found, given, examples=200)


def _run(server: Server, given: argparse.Namespace, *, examples: int) -> int:
    problems = check_server(server, examples=given.examples or examples, seed=given.seed, phases=given.phases)
    if not problems and not given.brief:
        problems = list(near_misses(server, given.seed))
    for name, codes in server.codes.items():
        counted = f"{sum(codes.values())} requests, by code of the response: {dict(codes.most_common())}"
        sys.stdout.write(f"{server.exchange} {name}: {counted}\n")
    for problem in problems[:SHOWN]:
        sys.stderr.write(f"off the contract: {problem}\n")
    if len(problems) > SHOWN:
        sys.stderr.write(f"… and {len(problems) - SHOWN} more\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
