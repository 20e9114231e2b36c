"""Ask before anything is sent to a live account: show what would change, and wait for a yes."""

from __future__ import annotations

import sys

from rich.console import Console

from leverset._held import is_hopeless
from leverset.cli._refusal import fail
from leverset.cli.diff import read_with_bar
from leverset.cli.output import comparison, counted, differences, new_console, say
from leverset.cli.planned import Client
from leverset.cli.stdin import read_line
from leverset.errors import LeversetError, PermissionDenied
from leverset.plan import Diff, Plan, Stop


class Question:
    """Shows what would change and asks; ends the command where there is nobody to ask.

    Args:
        console: Where results are shown.
        plan: The plan.
        force: Whether rows are sent that hold already.
    """

    def __init__(self, console: Console, plan: Plan, *, force: bool) -> None:
        self._console = console if console.is_terminal else new_console(stderr=True)
        self._plan, self._force = plan, force
        if not (sys.stdin.isatty() and self._console.is_terminal):
            fail("--live asks before it sends, and there is no terminal to ask in", fix="give --yes as well")

    async def answered(self, clients: list[Client]) -> Diff | LeversetError:
        """Show what would change and ask; return what was shown if it is to be sent, else why it is not."""
        found = await read_with_bar(self._plan, clients, Stop(), quiet=False)
        for text in differences(self._plan, (each for each in found.differences if each.status != "as_wanted")):
            say(self._console, text)
        say(self._console, comparison(self._plan, found))
        left_out = ("ruled_out",) if self._force else ("ruled_out", "as_wanted")
        to_send = [each for each in found.differences if each.status not in left_out]
        if not to_send:
            return found
        error = to_send[0].error
        if error is not None and all(_is_given_up(each.error) for each in to_send):
            return error
        sys.stderr.write(f"Send {counted(len(to_send))} to the LIVE account? [y/N] ")
        if read_line().strip().lower() in ("y", "yes"):
            return found
        return LeversetError("the answer was no", reference="leverset/command", fix="answer y, or give --yes")


def _is_given_up(error: LeversetError | None) -> bool:
    """Whether nothing is sent after this error of a read; a key may be allowed to set what it may not read."""
    return is_hopeless(error) and not isinstance(error, PermissionDenied)
