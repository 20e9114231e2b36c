"""The command as a whole: what every one of its commands does alike."""

from __future__ import annotations

import sys
from typing import Any

from typer.core import TyperGroup

from leverset.cli._refusal import output_form, report
from leverset.errors import LeversetError


class Group(TyperGroup):
    """Tells every error as JSON where `--json` is given, those of wrong options too."""

    def main(self, args: Any = None, *others: Any, **more: Any) -> Any:
        """Run the command with these words, or those of this process."""
        words = list(sys.argv[1:] if args is None else args)
        with output_form(as_json="--json" in words):
            return super().main(words, *others, **more)

    def make_context(self, *arguments: Any, **more: Any) -> Any:
        """Read the words before a command."""
        try:
            return super().make_context(*arguments, **more)
        except Exception as error:
            _report(error)
            raise

    def invoke(self, context: Any) -> Any:
        """Read the words of a command, and run it."""
        try:
            return super().invoke(context)
        except Exception as error:
            _report(error)
            raise


def _report(error: Exception) -> None:
    """Report wrong words; typer, which has a click of its own or not, prints them on stderr."""
    message = getattr(error, "format_message", None)
    if message is not None:
        fix = "see --help of the command"
        report(LeversetError(message(), reference="leverset/usage", fix=fix))
