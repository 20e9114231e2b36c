"""The help of every command: one look with every version of typer, readable in a narrow terminal.

An option's text stands beside it where there is room, and else below it; no word of it is cut.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, Literal, get_args, get_origin

from rich.console import Console
from rich.text import Text

from leverset.cli.output import new_console

_LONGEST = 100
"""Columns of a text, in terminals that are wider."""

_WIDE = 70
"""From so many columns on texts stand beside what they are about ..."""

_BESIDE = 28
"""... at this column."""

_BELOW = 6
_OPTIONS = "Options"
_OPTION = re.compile(r"(--[a-z-]+) (?=[^-])")


def show_help(command: Any, context: Any) -> None:
    """Print the help of a command or of a group of commands."""
    console = new_console()
    width = min(console.width, _LONGEST)
    shown = [each for each in command.get_params(context) if not getattr(each, "hidden", False)]
    arguments = [each for each in shown if each.param_type_name == "argument"]
    options = [each for each in shown if each.param_type_name == "option"]
    commands = [each for each in getattr(command, "commands", {}).values() if not each.hidden]
    words = [each.metavar or each.name.upper() for each in arguments] + ["COMMAND ..."] * bool(commands)
    usage = " ".join(["Usage:", context.command_path, "[OPTIONS]", *words])
    _say(console, usage, width, "bold")
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(command.help or "")):
        _say(console, "", width)
        _paragraph(console, " ".join(paragraph.split()), width)
    parts: dict[str, list[tuple[str, str]]] = {}
    for each in commands:
        first = re.split(r"\n\s*\n", inspect.cleandoc(each.help or ""))[0]
        parts.setdefault(_panel(each), []).append((each.name, " ".join(first.split())))
    for argument in arguments:
        parts.setdefault("Arguments", []).append((words[0], argument.help or ""))
    for option in options:
        parts.setdefault(option.rich_help_panel or _OPTIONS, []).append((_flags(option), _about(option)))
    for title, items in parts.items():
        _say(console, "", width)
        _say(console, f"{title}:", width, "bold")
        for left, text in items:
            _item(console, left, text.replace("`", ""), width)


def _paragraph(console: Console, text: str, width: int) -> None:
    """Print a paragraph, or an example: a whole line in backticks, which a shell takes as it is printed."""
    example = re.fullmatch(r"`([^`]+)`", text)
    if example is None:
        _say(console, text.replace("`", ""), width)
        return
    # An option stays with its value; there is room for the blanks before a line and the mark after it.
    lines = [each.replace("\xa0", " ") for each in _wrapped(_OPTION.sub("\\1\xa0", example[1]), console.width - 6)]
    for number, line in enumerate(lines):
        begin, end = "    " if number else "  ", " \\" if number < len(lines) - 1 else ""
        _print(console, Text(f"{begin}{line}{end}", style="cyan"))


def _item(console: Console, left: str, text: str, width: int) -> None:
    beside = width >= _WIDE and len(left) <= _BESIDE - 4
    indent = _BESIDE if beside else _BELOW
    lines = _wrapped(text, width - indent)
    first = Text(f"  {left}", style="cyan")
    if beside and lines:
        first.append(" " * (indent - 2 - len(left)) + lines.pop(0), style="default")
    _print(console, first)
    for line in lines:
        _print(console, Text(" " * indent + line))


def _say(console: Console, text: str, width: int, style: str = "") -> None:
    for line in _wrapped(text, width) or [""]:
        _print(console, Text(line, style=style))


def _print(console: Console, line: Text) -> None:
    console.print(line, soft_wrap=True, highlight=False)


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 20), break_long_words=False, break_on_hyphens=False)


def _panel(command: Any) -> str:
    panel = getattr(command, "rich_help_panel", None)
    return panel if isinstance(panel, str) else "Commands"


def _flags(option: Any) -> str:
    """Return an option with its value, such as `--sandbox URL`."""
    flags = ", ".join(sorted([*option.opts, *option.secondary_opts], key=len))
    return flags if option.is_flag else f"{flags} {option.metavar or 'VALUE'}"


def _about(option: Any) -> str:
    return " ".join([option.help or "", *_more(option)]).strip()


def _more(option: Any) -> Iterator[str]:
    """Yield what else is to be known of an option: its values, whether it is required, its default, its variable."""
    values = _choices(option)
    if values and "One of " not in (option.help or ""):
        yield f"One of {', '.join(values)}."
    if option.required:
        yield "[required]"
    if not option.is_flag and option.default not in (None, "", (), []) and not callable(option.default):
        yield f"[default: {option.default}]"
    if option.envvar:
        yield f"[env: {option.envvar if isinstance(option.envvar, str) else ', '.join(option.envvar)}]"


def _choices(option: Any) -> tuple[str, ...]:
    """Return the values that an option is limited to; versions of typer keep them in different places."""
    found: Iterable[Any] = getattr(getattr(option, "type", None), "choices", None) or ()
    annotation = getattr(getattr(option, "type_descriptor", None), "annotation", None)
    if get_origin(annotation) is Literal:
        found = get_args(annotation)
    return tuple(map(str, found))
