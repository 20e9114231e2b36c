"""Turn options into the arguments of a client: environment and credentials."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from attrs import frozen

from leverset._config import is_loopback
from leverset.cli._credentials_file import read_file
from leverset.cli._refusal import end, fail
from leverset.credentials import Credentials
from leverset.errors import CredentialsError, LeversetError

_ENVIRONMENTS = "--live, --demo or --sandbox URL"


@frozen(kw_only=True)
class Environment:
    """Describes where a command sends its requests. `url` is the sandbox's address.

    `leverset.cli.reach` makes the arguments of a client of it.
    """

    name: str
    demo: bool = False
    url: str | None = None


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


def credentials_if_any(exchange: str, file: Path | None, *, demo: bool = False) -> Credentials | None:
    """Return the credentials of an exchange as `credentials` does; None where not a single part of them is given."""
    source: Mapping[str, str] = os.environ if file is None else read_file(file)
    prefix = f"{exchange.upper()}{'_DEMO' if demo else ''}"
    given = any(source.get(f"{prefix}_{part}") for part in ("API_KEY", "SECRET", "PASSPHRASE"))
    return credentials(exchange, file, demo=demo) if given else None


def no_credentials() -> Credentials:
    """Return credentials for a client that signs nothing: random ones, which no exchange knows."""
    return Credentials(*(secrets.token_hex(16) for _ in range(3)))


def refuse(error: LeversetError) -> NoReturn:
    """End the command over an error that came before anything was sent."""
    end(error, f"{error.reference}: {error.summary}", fix=error.fix or "see above")
