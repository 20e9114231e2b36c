"""The rate limit of a command: its options, and the limiter that they name."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NoReturn

import typer
from attrs import frozen

from leverset._config import KnownLimits
from leverset.cli import options
from leverset.cli._refusal import fail
from leverset.errors import ConfigurationError, LimiterUnavailable
from leverset.limits._shared import SharedLimiter

_PANEL = "The rate limit (else all commands of this user share it)"
_WAYS = {"limit_file": "--limit-file FILE", "redis": "--redis URL", "no_shared_limit": "--no-shared-limit"}
_ANOTHER = "give --limit-file FILE, --redis URL or --no-shared-limit"


@frozen
class SharedLimit:
    """The limiter of a command, to be closed, and who uses the same; both None where the process keeps its own."""

    limiter: SharedLimiter | None
    shared_with: str | None


def parameters() -> Iterator[inspect.Parameter]:
    """Make the parameters that say which limit holds, and who shares it."""
    yield options.parameter(
        "limit_file",
        str | None,
        typer.Option(
            metavar="FILE",
            envvar="LEVERSET_LIMIT_FILE",
            help="Share the rate limit through this file, with everything on this machine that uses it.",
            rich_help_panel=_PANEL,
        ),
        None,
    )
    yield options.parameter(
        "redis",
        str | None,
        typer.Option(
            metavar="URL",
            envvar="LEVERSET_REDIS",
            help="Share it with other machines through this Redis. A URL with a password: in the environment.",
            rich_help_panel=_PANEL,
        ),
        None,
    )
    yield options.parameter(
        "no_shared_limit",
        bool,
        typer.Option(
            "--no-shared-limit",
            help="Share it with nobody: where another process sends for this account, requests may be refused.",
            rich_help_panel=_PANEL,
        ),
        False,
    )
    yield options.parameter(
        "limits",
        KnownLimits,
        typer.Option(
            "--limits",
            help="The exchange's limits as documented, or as published now where that is known to differ.",
            rich_help_panel=_PANEL,
        ),
        "documented",
    )
    yield inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)


def limiter(chosen: Mapping[str, Any]) -> SharedLimit:
    """Return the limiter that the options name; ends the command where it cannot be used.

    An option of the command line counts for more than the environment.
    """
    context: typer.Context = chosen["context"]
    given = [name for name in _WAYS if chosen[name] not in (None, False)]
    on_line = [name for name in given if getattr(context.get_parameter_source(name), "name", "") == "COMMANDLINE"]
    named = on_line or given
    if len(named) > 1:
        listed = options.listed(_WAYS[name] if on_line else f"LEVERSET_{name.upper()}" for name in named)
        fail(f"{listed} are given: the limit can be shared in one way only", fix="give one of them")
    if named == ["no_shared_limit"]:
        return SharedLimit(None, None)
    if named == ["redis"]:
        return SharedLimit(_in_redis(chosen["redis"]), "whoever uses the same Redis")
    path = chosen["limit_file"] if named else _default_file()
    try:
        place = os.path.abspath(path)
    except FileNotFoundError:
        fail(f"{path} is in the working directory, which is gone", fix="give --limit-file an absolute path")
    return SharedLimit(_in_file(path), f"whoever on this machine uses {place}")


def _in_redis(url: str) -> SharedLimiter:
    try:
        from leverset.limits.redis import RedisLimiter
    except ModuleNotFoundError as missing:
        fail(f"--redis needs {missing.name}, which is not installed", fix="pip install 'leverset[redis]'")
    try:
        return RedisLimiter(url)
    except ConfigurationError as error:
        fail(f"{error.reference}: {error.summary}", fix=error.fix or "")


def _in_file(path: str) -> SharedLimiter:
    """Return the limiter on a file that has been seen to work: a full disk shows only when something is written."""
    from leverset.limits._sqlite import SQLiteLimiter

    try:
        found = SQLiteLimiter(path)
        with found:
            found.pause("", 0.0)
    except ConfigurationError as error:
        fail(f"the file of the shared limit cannot be used: {error.summary}", fix=f"{error.fix}; or {_ANOTHER}")
    except LimiterUnavailable as error:
        fail(f"{error.reference}: {error.summary}", fix=f"{error.fix}; or {_ANOTHER}")
    return found


def _default_file() -> str:
    """Return the file of this user, in a folder that is made where there is none."""
    folder = os.path.join(state_folder(os.environ, sys.platform), "leverset")
    if not os.path.isabs(folder):
        _no_file("there is no home directory for it")
    path = os.path.join(folder, "limits.sqlite3")
    try:
        _make(folder)
    except OSError as error:
        _no_file(f"{path} cannot be made ({error.strerror})")
    return path


def state_folder(environ: Mapping[str, str], platform: str) -> str:
    """Return where programs of this user keep what they remember; it is relative where nothing says so."""
    if platform == "win32":
        return environ.get("LOCALAPPDATA", "")
    folder = environ.get("XDG_STATE_HOME", "")
    # The XDG Base Directory Specification has a relative one ignored.
    return folder if os.path.isabs(folder) else os.path.join(os.path.expanduser("~"), ".local", "state")


def _make(folder: str) -> None:
    """Make a folder for this user alone, and those above it."""
    if not os.path.isdir(folder):
        if (above := os.path.dirname(folder)) != folder:  # Windows: a drive that is not there is above itself
            _make(above)
        with suppress(FileExistsError):  # another process was faster
            os.mkdir(folder, 0o700)


def _no_file(reason: str) -> NoReturn:
    fail(f"the limit cannot be shared between commands: {reason}", fix=_ANOTHER)
