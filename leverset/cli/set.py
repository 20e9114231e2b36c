"""`leverset set EXCHANGE`: make one call, with the document's fields as options."""

from __future__ import annotations

import inspect
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Annotated, Any

import typer
from rich.console import Console

from leverset._format import Violation
from leverset._protocols import Field
from leverset._registry import EXCHANGES, RegisteredExchange
from leverset.cli import options
from leverset.cli.output import new_console, say, say_json
from leverset.cli.signals import Interrupts, handled
from leverset.cli.streams import results_matter
from leverset.cli.target import credentials, environment, limiter, refuse
from leverset.errors import ConfigurationError, LeversetError, RuleViolation

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Set the leverage of one instrument; the options are the document's fields.",
)

_FIELDS = "The document's fields"
_HELP = """Set the leverage of {subject} on {title}.

Exit code: 0 if it is applied, 1 if not, 2 if the call itself cannot be made, 130 after Ctrl-C, 143 after
SIGTERM.

Examples:

{examples}
"""
_UNKNOWN = "what became of the call is not known: it may have been applied, and the same command may be run again"
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the request and its rules; send nothing.")]


def _help(exchange: RegisteredExchange) -> str:
    """Return the text of a command's help, with the first and the last of the document's examples."""
    first, last = exchange.operation.examples[0], exchange.operation.examples[-1]
    modes = [
        f"{flag} {last.account[name]}" for name, flag in options.set_flags(exchange).items() if name in last.account
    ]
    lines = [options.set_example(exchange, first, "--live"), options.set_example(exchange, last, *modes, "--dry-run")]
    examples = "\n\n".join(f"`{line}`" for line in lines)
    return _HELP.format(subject=exchange.subject, title=exchange.title, examples=examples)


def _field_parameters(exchange: RegisteredExchange) -> Iterator[inspect.Parameter]:
    """Make the parameters for the document's fields, required ones first."""
    for field in sorted(exchange.operation.fields, key=lambda field: not field.required):
        kind: Any = str if field.required else str | None
        values = f" One of {', '.join(field.values)}." if field.values else ""
        option = typer.Option(options.flag(field.argument), help=field.description + values, rich_help_panel=_FIELDS)
        yield options.parameter(_key(field), kind, option, inspect.Parameter.empty if field.required else None)


def _command(exchange: RegisteredExchange) -> Callable[..., None]:
    """Make the command for one exchange."""
    last = [
        *options.region_parameter(exchange, "--region"),
        *options.account_parameters(exchange, options.set_flags(exchange)),
    ]

    @options.with_parameters(first=_field_parameters(exchange), last=last)
    def command(
        live: options.Live = False,
        demo: options.Demo = False,
        sandbox: options.SandboxUrl = None,
        dry_run: DryRun = False,
        as_json: options.AsJson = False,
        credentials_file: options.CredentialsFile = None,
        redis: options.Redis = None,
        **chosen: Any,
    ) -> None:
        given = {field.name: chosen[_key(field)] for field in exchange.operation.fields}
        body = {name: value for name, value in given.items() if value is not None}
        account = options.account(exchange, chosen)
        if dry_run:
            _show(exchange, body, account, as_json=as_json)
        results_matter()
        place = environment(live=live, demo=demo, sandbox=sandbox)

        def arguments() -> dict[str, Any]:
            keys, shared = credentials(exchange.name, credentials_file, demo=demo), limiter(redis)
            where = place.arguments(options.region(exchange, chosen))
            return {"credentials": keys, "limiter": shared, "account": account, **where}

        _send(exchange, body, arguments, as_json=as_json)

    return command


def _key(field: Field) -> str:
    return f"field_{field.argument}"


def _show(exchange: RegisteredExchange, body: dict[str, object], account: object, *, as_json: bool) -> None:
    """Print the request and every rule that checks it; ends the command."""
    console = new_console()
    violations = exchange.violations(body, account)
    found = {violation.rule for violation in violations}
    operation = exchange.operation
    if as_json:
        request = {"method": operation.method, "path": operation.path, "body": body}
        listed = _described(violations)
        say_json(console, {"exchange": exchange.name, **request, "violations": listed, "docs": operation.docs})
        raise typer.Exit(1 if found else 0)
    say(console, f"{operation.method} {operation.path}")
    say_json(console, body)
    rate = operation.rate_limit
    say(console, f"\nlimit: {rate.requests} in {rate.seconds:g} s; docs: {operation.docs}\n")
    for rule, text in exchange.rules.sentences().items():
        say(console, f"{'broken' if rule in found else 'kept  '}  {rule:<38}  {text}")
    for violation in violations:
        say(console, f"\n{violation}")
    if account is None:
        say(console, "\nrules that depend on the account's modes were not checked: no option says how it is set up")
    say(console, "\nnothing was sent")
    raise typer.Exit(1 if found else 0)


def _described(violations: tuple[Violation, ...]) -> list[dict[str, str]]:
    """Return each violation as an object for JSON."""
    return [{name: getattr(each, name) for name in ("rule", "field", "summary", "why", "fix")} for each in violations]


def _send(
    exchange: RegisteredExchange, body: dict[str, object], arguments: Callable[[], dict[str, Any]], *, as_json: bool
) -> None:
    """Make the call and show its outcome; the command's exit code is raised where it is not 0."""
    console = new_console()
    interrupts = Interrupts()
    known = "nothing was sent"
    with handled(interrupts):
        try:
            given = arguments()
            client = _client(exchange, given)
            try:
                with client, given["limiter"] or nullcontext():
                    known = ""  # the call's own note says it from here on
                    reported = client.set_leverage_from(body).raw
                    known = "applied, the exchange had reported success"
            except LeversetError as error:
                known = f"{error.outcome}, {error.reference}: {error.summary}"
                _show_error(console, error, as_json=as_json)
                raise typer.Exit(1) from None
            _show_success(console, exchange, reported, as_json=as_json)
        except KeyboardInterrupt as stopped:
            interrupts.over = True
            results_matter(interrupted=True)
            known = known or "; ".join(getattr(stopped, "__notes__", [])) or _UNKNOWN
            sys.stderr.write(f"interrupted: {known}\n")
            raise typer.Exit(128 + getattr(stopped, "number", signal.SIGINT)) from None


def _client(exchange: RegisteredExchange, arguments: dict[str, Any]) -> Any:
    try:
        return exchange.client(**arguments)
    except ConfigurationError as error:
        refuse(error)


def _show_error(console: Console, error: LeversetError, *, as_json: bool) -> None:
    if as_json:
        listed = _described(error.violations if isinstance(error, RuleViolation) else ())
        say_json(
            console,
            {
                "status": error.outcome,
                "error": error.reference,
                "why": error.summary,
                "fix": error.fix or None,
                "http_status": getattr(error, "http_status", None),
                "gateway_reference": getattr(error, "gateway_reference", "") or None,
                "request": None if error.request is None else dict(error.request),
                "violations": listed,
            },
        )
    else:
        say(console, str(error))


def _show_success(console: Console, exchange: RegisteredExchange, reported: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(console, {"status": "applied", "reported": reported})
    else:
        values = ", ".join(f"{name} {value}" for name, value in reported.items() if value)
        say(console, f"applied on {exchange.name}: {values}")


for _exchange in EXCHANGES.values():
    app.command(_exchange.name, help=_help(_exchange))(_command(_exchange))
