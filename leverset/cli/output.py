"""Print results, problems and summaries. Text from files and exchanges is never trusted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from typing import Literal

from rich.console import Console
from rich.text import Text

from leverset._registry import EXCHANGES
from leverset.errors import LeversetError, RuleViolation
from leverset.plan import Plan, Result, Row, Status, Summary, to_json

_STYLES = {
    "applied": "green",
    "unchanged": "green",
    "refused": "red",
    "differs": "bold red",
    "unknown": "bold yellow",
    "not_sent": "yellow",
}
_ORDER: tuple[Status, ...] = ("applied", "unchanged", "refused", "differs", "unknown", "not_sent")


def new_console(*, stderr: bool = False) -> Console:
    """Return a console: coloured in a terminal or with FORCE_COLOR, plain in a pipe or with NO_COLOR.

    Bars and the like are for terminals, whatever the environment says. COLUMNS=0, which some environments set, would
    leave no room for a text.
    """
    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    plain, forced = os.environ.get("NO_COLOR"), os.environ.get("FORCE_COLOR", "0") not in ("", "0")
    colors: Literal["auto", "standard"] | None = None if plain else "standard" if forced and not terminal else "auto"
    console = Console(stderr=stderr, force_terminal=terminal, color_system=colors, no_color=bool(plain))
    if console.width < 1:
        console.width = 80
    return console


def safe(text: str) -> str:
    """Replace what a terminal would act on."""
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)


def say(console: Console, text: str | Text) -> None:
    """Print one paragraph, unwrapped and without markup."""
    console.print(text if isinstance(text, Text) else Text(safe(text)), soft_wrap=True, highlight=False)


def say_json(console: Console, kind: str, document: Mapping[str, object]) -> None:
    """Print one line of `--json`, of a kind that docs/reference/output.schema.json has."""
    say(console, to_json({"kind": kind, **document}))


def name_column(exchange: str) -> str:
    """Return the name of an exchange, padded to the longest one."""
    return exchange.ljust(max(map(len, EXCHANGES)))


def request(row: Row) -> str:
    """Describe a request in a few words: for what, in which mode, which leverage."""
    exchange = EXCHANGES[row.exchange]
    names = [field.name for field in exchange.operation.fields if field.name != exchange.leverage_field]
    values = " ".join(str(row.body[name]) for name in names if row.body.get(name))
    return f"{values} -> {row.body.get(exchange.leverage_field)}"


def line(plan: Plan, result: Result) -> Text:
    """Describe the result of one row."""
    status = result.status.replace("_", " ")
    text = Text(f"{status:<9} ", style=_STYLES[result.status])
    body = f"{name_column(result.row.exchange)} {request(result.row)}  {plan.path}:{result.row.line}"
    text.append(safe(body), style="default")
    if result.earlier:
        text.append("  (earlier run)", style="dim")
    elif result.error is not None:
        text.append(safe(f"\n          {result.error.reference}: {result.error.summary}"), style="default")
        for name, value in _more(result.error):
            text.append(safe(f"\n          {name}: {value}"), style="dim")
    elif result.confirmation == "read_back":
        text.append("  (read back)", style="dim")
    elif result.why:
        text.append(safe(f"  ({result.why})"), style="dim")
    return text


def _more(error: LeversetError) -> Iterator[tuple[str, str]]:
    """Yield what else an error says, by its name; why a rule is broken may depend on who said so."""
    if isinstance(error, RuleViolation):
        yield "why", error.why
    if error.fix:
        yield "fix", error.fix
    if read := error.read_text:
        yield "read", read


def tally(summary: Summary, exchange: str | None = None) -> str:
    """Count the rows by status."""
    counts = summary.counts(exchange)
    return ", ".join(f"{counts[status]} {status.replace('_', ' ')}" for status in _ORDER if counts.get(status))


def ending(plan: Plan, summary: Summary) -> str:
    """Describe the summary."""
    lines = [f"{name_column(name)} {tally(summary, name)}" for name in plan.exchanges]
    lines += [
        f"{name_column(name)} given up: {why}" for name, why in summary.stopped.items() if not summary.interrupted
    ]
    rows = f"{len(summary.results)} row{'s' if len(summary.results) != 1 else ''}"
    if summary.complete:
        end = f"all {rows} are applied"
    else:
        missing = sum(not result.confirmed for result in summary.results)
        end = f"{missing} of {rows} not known to be applied"
    earlier = sum(result.earlier for result in summary.results)
    since = f", {earlier} of them by an earlier run" if earlier else ""
    interrupted = "interrupted: " if summary.interrupted else ""
    lines.append(f"{interrupted}{end}{since}, in {summary.seconds:.1f} s")
    return "\n".join(lines)
