"""Print results, problems and summaries. Text from files and exchanges is never trusted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, get_args

from rich.console import Console
from rich.text import Text

from leverset._registry import EXCHANGES
from leverset.errors import LeversetError, RuleViolation
from leverset.plan import Diff, Difference, DifferenceStatus, Plan, Result, Status, Summary, to_json

_STYLES = {
    "kept": "green",
    "applied": "green",
    "unchanged": "green",
    "refused": "red",
    "differs": "bold red",
    "unknown": "bold yellow",
    "not_sent": "yellow",
}
_MARKS: dict[DifferenceStatus, tuple[str, str]] = {
    "as_wanted": ("=", "green"),
    "differs": ("~", "bold yellow"),
    "ruled_out": ("x", "bold red"),
    "unreadable": ("!", "bold red"),
}
"""What stands before a row that was compared, and its style."""


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


def line(plan: Plan, result: Result) -> Text:
    """Describe the result of one row."""
    status = result.status.replace("_", " ")
    text = Text(f"{status:<9} ", style=_STYLES[result.status])
    body = (
        f"{name_column(result.row.exchange)} {result.row.target} -> {result.row.lever}  {plan.path}:{result.row.line}"
    )
    text.append(safe(body), style="default")
    if result.earlier:
        text.append("  (applied by an earlier run)", style="dim")
    elif result.error is not None:
        _append_error(text, result.error, indent=10)
    elif result.confirmation == "read_back" and result.sent:
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


def differences(plan: Plan, found: Iterable[Difference]) -> Iterator[Text]:
    """Describe the comparison of rows; an error that several of them have in common is shown once."""
    shown: set[tuple[str, ...]] = set()
    for each in found:
        error = each.error
        texts = () if error is None else (error.reference, error.summary, error.why, error.fix)
        yield _difference(plan, each, as_above=texts in shown)
        shown.add(texts)


def _difference(plan: Plan, found: Difference, *, as_above: bool) -> Text:
    mark, style = _MARKS[found.status]
    row, change = found.row, f"{found.current} -> {found.row.lever}"
    now = {"as_wanted": f"{row.lever}", "differs": change, "ruled_out": "cannot be set", "unreadable": "cannot be read"}
    text = Text(f"{mark} ", style=style)
    text.append(safe(f"{name_column(row.exchange)} {row.target}  "), style="default")
    text.append(safe(now[found.status]), style=style if found.status != "as_wanted" else "default")
    text.append(safe(f"  {plan.path}:{row.line}"), style="dim")
    if found.error is not None and as_above:
        text.append(safe(f"  ({found.error.reference}, as above)"), style="dim")
    elif found.error is not None:
        _append_error(text, found.error, indent=2)
    elif found.why:
        text.append(safe(f"\n  {found.why}"), style="default")
    return text


def _append_error(text: Text, error: LeversetError, *, indent: int) -> None:
    """Add the lines of an error below what it is about."""
    begin = f"\n{' ' * indent}"
    text.append(safe(f"{begin}{error.reference}: {error.summary}"), style="default")
    for name, value in _more(error):
        text.append(safe(f"{begin}{name}: {value}"), style="dim")


def tally(counts: Mapping[Any, int], statuses: Iterable[str]) -> str:
    """Count the rows by status."""
    plural = {"differs": "differ"}
    found = [(counts[each], each) for each in statuses if counts.get(each)]
    return ", ".join(f"{n} {(each if n == 1 else plural.get(each, each)).replace('_', ' ')}" for n, each in found)


def counted(number: int, singular: str = "row") -> str:
    """Return a number with its noun."""
    return f"{number} {singular}{'s' if number != 1 else ''}"


def comparison(plan: Plan, found: Diff) -> str:
    """Describe the comparison of a plan."""
    statuses = get_args(DifferenceStatus)
    lines = [f"{name_column(name)} {tally(found.counts(name), statuses)}" for name in plan.exchanges]
    counts, rows = found.counts(), counted(len(found.differences))
    if found.as_wanted:
        end = "the row holds as the plan wants it" if rows == "1 row" else f"all {rows} hold as the plan wants them"
    else:
        parts = [f"{counts.get('differs', 0)} of {rows} {'differs' if counts.get('differs') == 1 else 'differ'}"]
        if counts.get("ruled_out"):
            parts.append(f"{counts['ruled_out']} cannot be set")
        if counts.get("unreadable"):
            parts.append(f"{counts['unreadable']} could not be read")
        end = ", ".join(parts)
    lines.append(f"{'interrupted: ' if found.interrupted else ''}{end}; read in {found.seconds:.1f} s")
    return "\n".join(lines)


def ending(plan: Plan, summary: Summary) -> str:
    """Describe the summary."""
    lines = [f"{name_column(name)} {tally(summary.counts(name), get_args(Status))}" for name in plan.exchanges]
    lines += [
        f"{name_column(name)} given up: {why}" for name, why in summary.stopped.items() if not summary.interrupted
    ]
    rows, counts = counted(len(summary.results)), summary.counts()
    kept = counts.get("kept", 0)
    if not summary.complete:
        missing = sum(not result.confirmed for result in summary.results)
        end = f"{missing} of {rows} not known to be applied"
        if summary.interrupted and counts.get("not_sent"):
            end += f", {counts['not_sent']} of them not sent"
    elif kept:
        end = "the row holds, and did already" if rows == "1 row" else f"all {rows} hold, {kept} of them already did"
    else:
        end = "the row is applied" if rows == "1 row" else f"all {rows} are applied"
    earlier = sum(result.earlier for result in summary.results)
    since = f", {earlier} applied by an earlier run" if earlier else ""
    interrupted = "interrupted: " if summary.interrupted else ""
    lines.append(f"{interrupted}{end}{since}, in {summary.seconds:.1f} s")
    return "\n".join(lines)
