"""What the commands of one call share: their client, their signals, and how an error is shown."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console

from leverset._registry import EXCHANGES
from leverset.cli._refusal import interruption, report
from leverset.cli.output import say, say_json
from leverset.cli.signals import Interrupts, handled
from leverset.cli.streams import results_matter
from leverset.cli.target import refuse
from leverset.errors import ConfigurationError, LeversetError


def new_client(kind: Callable[..., Any], *, account: Any = None, **arguments: Any) -> Any:
    """Make a client, which asks the exchange for the account's modes where `account` does not say them.

    Ends the command where there cannot be one.
    """
    try:
        client = kind(account="read" if account is None else account, **arguments)
    except ConfigurationError as error:
        refuse(error)
    if account is not None and not EXCHANGES[client.exchange.name].says_modes(account):
        client.account = "read"  # the limit counts the user that it names all the same
    return client


@contextmanager
def interruptible(
    known: Callable[[BaseException], str], show: Callable[[BaseException, str], None] | None = None
) -> Iterator[None]:
    """End the command at a signal, with its exit code and with what is known then; a fault gets that as a note.

    Args:
        known: Says it in words.
        show: Prints a line of `--json` about a signal, from the words. Default: None, an error of a command that reads.
    """
    interrupts = Interrupts()
    with handled(interrupts):
        try:
            yield
        except KeyboardInterrupt as stopped:
            interrupts.over = True
            results_matter(interrupted=True)
            text = known(stopped)
            sys.stderr.write(f"interrupted: {text}\n")
            if show is not None:
                show(stopped, text)
            else:
                report(interruption(text, "unknown"))
            raise typer.Exit(128 + getattr(stopped, "number", signal.SIGINT)) from None
        except typer.Exit:
            raise
        except Exception as fault:
            if not getattr(fault, "__notes__", []):
                fault.add_note(known(fault))
            raise


def show_error(console: Console, error: LeversetError, *, as_json: bool) -> None:
    """Print the error that a call ended in."""
    if as_json:
        say_json(console, "error", {"error": error.describe()})
    else:
        say(console, str(error))
