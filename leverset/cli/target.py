"""Turn options into the arguments of a client: environment, credentials and shared limiter."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import typer
from attrs import frozen

from leverset._config import is_loopback
from leverset._registry import EXCHANGES
from leverset.credentials import Credentials
from leverset.errors import CredentialsError, LeversetError

if TYPE_CHECKING:
    from leverset.limits.redis import RedisLimiter

REFUSED = 2
"""Exit code where the command itself is wrong: arguments, credentials, a missing extra, another plan's journal."""

_ENVIRONMENTS = "--live, --demo or --sandbox URL"


@frozen(kw_only=True)
class Environment:
    """Describes where a command sends its requests. `url` is the sandbox's address."""

    name: str
    demo: bool = False
    url: str | None = None

    def arguments(self, region: str | None) -> dict[str, Any]:
        """Return the arguments that make a client send there; `region` is for live and demo trading."""
        return {"demo": self.demo, "base_url": self.url, "region": region}


def environment(*, live: bool, demo: bool, sandbox: str | None) -> Environment:
    """Return the environment that the options name.

    None and several are refused, as is a sandbox that is not on this machine.
    """
    given = [live, demo, sandbox is not None].count(True)
    if given != 1:
        fail(
            "no environment is given, so nothing is sent" if given == 0 else "more than one environment is given",
            fix=f"give {_ENVIRONMENTS}",
        )
    if sandbox is None:
        return Environment(name="LIVE" if live else "demo trading", demo=demo)
    if not _is_local(sandbox):
        fail(
            f"{sandbox} is no sandbox on this machine",
            fix="give the address that `leverset sandbox` prints, such as http://127.0.0.1:8765",
        )
    return Environment(name=f"sandbox {sandbox}", url=sandbox)


def _is_local(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and is_loopback(parts.hostname or "") and parts.port != 0
    except ValueError:  # a bracket without its other half, or a port that cannot be one
        return False


def credentials(exchange: str, file: Path | None, *, demo: bool = False) -> Credentials:
    """Return the credentials of an exchange, from the file if one is given, else from the environment variables.

    Demo trading has keys of its own, whose names have DEMO in them: a live key is never taken for one.
    """
    source: Mapping[str, str] = os.environ if file is None else read_file(file)
    try:
        return Credentials.from_env(f"{exchange.upper()}{'_DEMO' if demo else ''}", source)
    except CredentialsError as error:
        refuse(error)


def read_file(file: Path) -> dict[str, str]:
    """Read the NAME=VALUE lines of a file that nobody but its owner may read; the file that was checked is read."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(descriptor, encoding="utf-8") as opened:
            status = os.fstat(opened.fileno())
            if not stat.S_ISREG(status.st_mode):
                fail(f"{file} is no regular file", fix="give a file with NAME=VALUE lines")
            if status.st_mode & 0o077 or status.st_uid not in (os.geteuid(), 0):
                fail(f"others than you may read or change {file}", fix=f"chmod 600 {file}, and own it yourself")
            lines = opened.read().splitlines()
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}", fix="give the path of a file with NAME=VALUE lines")
    except UnicodeDecodeError:
        fail(f"{file} is not UTF-8", fix="save it as UTF-8 text")
    values = {}
    for number, line in enumerate(lines, start=1):
        text = line.strip().removeprefix("export ")
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.partition("=")
        if not equals:
            fail(
                f"line {number} of {file} is not NAME=VALUE",
                fix=f"write lines such as {next(iter(EXCHANGES)).upper()}_API_KEY=…",
            )
        value = value.strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        values[name.strip()] = value
    return values


def limiter(redis: str | None) -> RedisLimiter | None:
    """Return the limiter that is shared through Redis, to be closed; None where each process has its own."""
    if redis is None:
        return None
    try:
        from leverset.limits.redis import RedisLimiter
    except ModuleNotFoundError as missing:
        fail(f"--redis needs {missing.name}, which is not installed", fix="pip install 'leverset[redis]'")
    try:
        return RedisLimiter(redis)
    except LeversetError as error:
        refuse(error)


def refuse(error: LeversetError) -> NoReturn:
    """End the command over an error that came before anything was sent."""
    fail(f"{error.reference}: {error.summary}", fix=error.fix or "see above")


def fail(summary: str, *, fix: str, code: int = REFUSED) -> NoReturn:
    """Print what is wrong and a fix, and exit."""
    sys.stderr.write(f"leverset: {summary}\n  fix:   {fix}\n")
    raise typer.Exit(code)
