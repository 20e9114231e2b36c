"""The commands as typer has them, with what every one of them does alike: help, and errors of wrong words."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from leverset.cli._help import show_help
from leverset.cli._refusal import end, output_form
from leverset.errors import LeversetError


class _Named:
    """Reads the words of a command; an error over them knows which command it was."""

    def parse_args(self, context: Any, args: list[str]) -> list[str]:
        """Read the words."""
        try:
            words: list[str] = super().parse_args(context, args)  # type: ignore[misc]  # typer's classes have it
        except Exception as error:
            if getattr(error, "ctx", context) is None:
                error.ctx = context  # type: ignore[attr-defined]  # no error over an option's value has it
            raise
        return words


class Command(_Named, TyperCommand):
    """A command with the help of this house."""

    def format_help(self, context: Any, _: Any) -> None:
        """Print the help."""
        show_help(self, context)


class Group(_Named, TyperGroup):
    """A group of commands with the help of this house."""

    def format_help(self, context: Any, _: Any) -> None:
        """Print the help."""
        show_help(self, context)


class Root(Group):
    """The whole command. It shows wrong words as every other error, with `--json` as JSON too."""

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
            _end(error)
            raise

    def invoke(self, context: Any) -> Any:
        """Read the words of a command, and run it."""
        try:
            return super().invoke(context)
        except Exception as error:
            _end(error)
            raise


def _end(error: Exception) -> None:
    """End the command over wrong words; what is no such error passes, and so does the help where there are none."""
    message: Callable[[], str] | None = getattr(error, "format_message", None)
    if message is None or type(error).__name__ == "NoArgsIsHelpError":
        return
    path = getattr(getattr(error, "ctx", None), "command_path", "leverset")
    fix = f"{path} --help shows what there is"
    summary = " ".join(message().split())
    end(LeversetError(summary, reference="leverset/usage", fix=fix), summary, fix=fix)


class App(typer.Typer):
    """A group of commands whose commands have the help of this house too."""

    def __init__(self, *, cls: type[TyperGroup] = Group, **more: Any) -> None:
        super().__init__(cls=cls, no_args_is_help=True, rich_markup_mode="markdown", **more)

    def command(self, name: str | None = None, *, cls: type[TyperCommand] | None = Command, **more: Any) -> Any:
        """Add a command."""
        return super().command(name, cls=cls, **more)
