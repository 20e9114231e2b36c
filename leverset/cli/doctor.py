"""`leverset doctor EXCHANGE`: what would keep a leverage from being set, without setting one."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from leverset._diagnosis import Diagnosis
from leverset._registry import EXCHANGES, RegisteredExchange
from leverset.cli import limit, options, reach
from leverset.cli._group import App
from leverset.cli._refusal import report
from leverset.cli.calls import interruptible, new_client
from leverset.cli.output import new_console, safe, say, say_json
from leverset.cli.target import Environment, credentials, environment
from leverset.doctor import NAMES, Check, CheckStatus, examine, example_fields
from leverset.errors import RuleViolation

app = App(help="Find out what would keep a leverage from being set; nothing is changed.")

_HELP = """Find out what would keep a leverage from being set on {title}. Nothing is changed: two requests read.

A line for each: the exchange answers, the clocks agree, the key is of this environment and accepted, from which
addresses, with which permissions, how the account is set up, and who is counted by the limit. `failed` keeps a
leverage from being set, `hint` is worth a look, and `unknown` is what the exchange does not say.

Exit code: 0 if nothing has failed, 1 if anything has, 2 if the call itself cannot be made, 130 after Ctrl-C, 143
after SIGTERM.

Examples:

`leverset doctor {name} --live`

`leverset doctor {name} --demo --json`
"""
_STYLES: dict[CheckStatus, str] = {"ok": "green", "hint": "yellow", "failed": "bold red", "unknown": "dim"}
_WIDTH = max(map(len, NAMES))
_INDENT = " " * 9


def _command(exchange: RegisteredExchange, diagnosis: Diagnosis) -> Callable[..., None]:
    """Make the command for one exchange."""
    fields = diagnosis.operation.fields
    first = options.field_parameters(fields, defaults=example_fields(diagnosis))

    @options.with_parameters(first=first, last=[*reach.parameters(exchange), *limit.parameters()])
    def command(
        live: options.Live = False,
        demo: options.Demo = False,
        sandbox: options.SandboxUrl = None,
        as_json: options.AsJson = False,
        credentials_file: options.CredentialsFile = None,
        **chosen: Any,
    ) -> None:
        given = options.given_fields(fields, chosen)
        place = environment(live=live, demo=demo, sandbox=sandbox)
        console = new_console()
        with interruptible(lambda _: "nothing was to be changed"):
            keys, shared = credentials(exchange.name, credentials_file, demo=demo), limit.limiter(chosen)
            where = {"rate_limits": chosen["limits"], **reach.arguments(place, exchange, chosen)}
            client = new_client(exchange.client, credentials=keys, limiter=shared.limiter, **where)
            with client, shared.limiter or nullcontext():
                who = shared.shared_with
                failed = _examine(console, exchange, client, given, place, shared_with=who, as_json=as_json)
        raise typer.Exit(1 if failed else 0)

    return command


def _examine(
    console: Console,
    exchange: RegisteredExchange,
    client: Any,
    fields: dict[str, Any],
    place: Environment,
    *,
    shared_with: str | None,
    as_json: bool,
) -> int:
    """Print every check as soon as it is known; return how many have failed."""
    try:
        checks = examine(client, fields, shared_with=shared_with)
    except RuleViolation as error:
        say(new_console(stderr=True), str(error))
        report(error)
        raise typer.Exit(2) from None
    if not as_json:
        say(console, f"{exchange.title}, {reach.described(place, [client])}")
    failed = 0
    for check in checks:
        failed += check.status == "failed"
        if as_json:
            say_json(console, "check", {"exchange": exchange.name, **check.describe()})
        else:
            say(console, _line(check, console.width if console.is_terminal else None))
    if not as_json:
        say(console, _wrapped(_end(failed), console.width if console.is_terminal else None, 0))
    return failed


def _line(check: Check, width: int | None) -> Text:
    """Describe a check: its status, its name, what was found, and what to do; wrapped where there is a width."""
    text = Text(f"{check.status:<8} ", style=_STYLES[check.status])
    reference = f"{check.error.reference}: " if check.error else ""
    begin = f"{check.name:<{_WIDTH}} "
    text.append(begin + _wrapped(f"{reference}{check.summary}", width, len(begin)), style="default")
    if check.fix:
        text.append(f"\n{_INDENT}fix: {_wrapped(check.fix, width, 5)}", style="dim")
    return text


def _wrapped(words: str, width: int | None, taken: int) -> str:
    """Wrap a text below the names of checks; `taken` is how much of its first line is in use."""
    if width is None:
        return safe(words)
    room = max(width - len(_INDENT), 2 * _WIDTH)
    lines = textwrap.wrap(safe(words), room, initial_indent=" " * taken, break_long_words=False, break_on_hyphens=False)
    return f"\n{_INDENT}".join(lines)[taken:]


def _end(failed: int) -> str:
    if not failed:
        return "nothing was found that would keep a leverage from being set"
    return f"{failed} check{'s' if failed != 1 else ''} failed: no leverage can be set like this"


for _exchange, _diagnosis in [(each, each.diagnosis) for each in EXCHANGES.values() if each.diagnosis is not None]:
    _text = _HELP.format(title=_exchange.title, name=_exchange.name)
    app.command(_exchange.name, help=_text)(_command(_exchange, _diagnosis))
