"""`leverset set EXCHANGE`: make one call, with the document's fields as options."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Annotated, Any

import typer
from rich.console import Console

from leverset._config import KnownLimits, known_rate
from leverset._format import Note, describe_leverage
from leverset._protocols import Field
from leverset._registry import EXCHANGES, RegisteredExchange
from leverset.cli import limit, options, reach
from leverset.cli._group import App
from leverset.cli._refusal import interruption
from leverset.cli.calls import interruptible, new_client
from leverset.cli.output import new_console, say, say_json
from leverset.cli.streams import results_matter
from leverset.cli.target import credentials, environment
from leverset.errors import LeversetError, RuleViolation
from leverset.plan import reported_of, to_json

app = App(help="Set the leverage of one instrument; the options are the document's fields.")

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


def _command(exchange: RegisteredExchange) -> Callable[..., None]:
    """Make the command for one exchange."""
    last = [
        *reach.parameters(exchange),
        *limit.parameters(),
        *options.account_parameters(exchange, options.set_flags(exchange)),
    ]

    @options.with_parameters(first=options.field_parameters(exchange.operation.fields), last=last)
    def command(
        live: options.Live = False,
        demo: options.Demo = False,
        sandbox: options.SandboxUrl = None,
        dry_run: DryRun = False,
        as_json: options.AsJson = False,
        credentials_file: options.CredentialsFile = None,
        **chosen: Any,
    ) -> None:
        body = options.given_fields(exchange.operation.fields, chosen)
        account = options.account(exchange, chosen)
        if dry_run:
            _show(exchange, body, account, chosen["limits"], as_json=as_json)
        results_matter()
        place = environment(live=live, demo=demo, sandbox=sandbox)

        def arguments() -> dict[str, Any]:
            keys, shared = credentials(exchange.name, credentials_file, demo=demo), limit.limiter(chosen).limiter
            where = reach.arguments(place, exchange, chosen)
            known = {"limiter": shared, "rate_limits": chosen["limits"]}
            return {"credentials": keys, "account": account, **known, **where}

        _send(exchange, body, arguments, as_json=as_json)

    return command


def _show(
    exchange: RegisteredExchange, body: dict[str, object], account: object, limits: KnownLimits, *, as_json: bool
) -> None:
    """Print the request and every rule that checks it; ends the command."""
    console = new_console()
    violations = exchange.violations(body, account)
    found = {violation.rule for violation in violations}
    operation = exchange.operation
    if as_json:
        error = RuleViolation(violations).describe() if violations else None
        where = {"method": operation.method, "path": operation.path, "request": body, "docs": operation.docs}
        say_json(console, "request", {"exchange": exchange.name, **where, "error": error})
        raise typer.Exit(1 if found else 0)
    say(console, f"{operation.method} {operation.path}")
    say(console, to_json(body))
    rate = known_rate(operation, limits)
    say(console, f"\nlimit: {rate.requests} in {rate.seconds:g} s; docs: {operation.docs}\n")
    for rule, text in exchange.rules.sentences().items():
        say(console, f"{'broken' if rule in found else 'kept  '}  {rule:<38}  {text}")
    for violation in violations:
        say(console, f"\n{violation}")
    if account is None:
        say(
            console,
            "\nrules that depend on the account's modes were not checked: no option says how it is set up "
            "(without --dry-run the exchange is asked)",
        )
    say(console, "\nnothing was sent")
    raise typer.Exit(1 if found else 0)


def _send(
    exchange: RegisteredExchange, body: dict[str, object], arguments: Callable[[], dict[str, Any]], *, as_json: bool
) -> None:
    """Make the call and show its outcome; the command's exit code is raised where it is not 0."""
    console = new_console()
    call = _Call(exchange, body, console if as_json else None)
    with interruptible(call.words, call.interrupted):
        given = arguments()
        client = new_client(exchange.client, **given)
        try:
            with client, given["limiter"] or nullcontext():
                call.known = ""  # the call's own note says it from here on
                result = client.set_leverage_from(body)
                call.succeeded(result)
        except LeversetError as error:
            call.failed(error)
            if not call.show():
                say(console, str(error))
            raise typer.Exit(1) from None
        if not call.show():
            _show_success(console, exchange, result)


class _Call:
    """Holds what is known of one call, and prints it as JSON where that is wanted.

    Attributes:
        known: It in words; empty while only the call itself knows.
    """

    def __init__(self, exchange: RegisteredExchange, body: dict[str, object], console: Console | None) -> None:
        self.known = "nothing was sent"
        self._console, self._shown = console, False
        begin = {"row": None, "line": None, "exchange": exchange.name, "request": body}
        self._line: dict[str, object] = {
            **begin,
            "status": "not_sent",
            "why": None,
            "error": None,
            "reported": None,
            "confirmed": None,
            "observed": [],
            "earlier": False,
        }

    def succeeded(self, result: Any) -> None:
        """Hold a success."""
        self.known = "applied, the exchange had reported success"
        known = {"reported": None, "observed": (), **reported_of(result)}
        observed = [describe_leverage(each) for each in known["observed"]]
        self._line |= {**known, "status": "applied", "confirmed": result.confirmed, "observed": observed}

    def failed(self, error: LeversetError) -> None:
        """Hold an error."""
        self.known = f"{error.outcome}, {error.reference}: {error.summary}"
        described = error.describe()
        known = {"status": error.outcome, "why": error.summary, "observed": described["observed"]}
        self._line |= {**known, "error": described}

    def words(self, stopped: BaseException) -> str:
        """Return what is known of a call that an exception has ended."""
        return self.known or "; ".join(getattr(stopped, "__notes__", [])) or _UNKNOWN

    def interrupted(self, stopped: BaseException, text: str) -> None:
        """Print what is known of a call that a signal has ended, where JSON is wanted."""
        notes = getattr(stopped, "__notes__", [])
        if self._line["status"] == "not_sent" and self._line["error"] is None:
            note = next((each for each in notes if isinstance(each, Note)), Note("", "unknown"))
            outcome = "not_sent" if self.known else note.outcome
            self._line |= {"status": outcome, "why": f"interrupted: {text}"}
            if outcome != "applied":
                error = interruption(text, outcome)
                error.request = note.request
                self._line["error"] = error.describe()
        self.show()

    def show(self) -> bool:
        """Print it as one line of JSON, once; return whether that is wanted."""
        if self._console is not None and not self._shown:
            say_json(self._console, "result", self._line)
            self._shown = True
        return self._console is not None


def _show_success(console: Console, exchange: RegisteredExchange, result: Any) -> None:
    if result.confirmed == "read_back":
        say(console, f"applied on {exchange.name}: {_values(exchange, result)}; confirmed by reading it back")
    else:
        values = ", ".join(f"{name} {value}" for name, value in result.raw.items() if value)
        say(console, f"applied on {exchange.name}: {values}")


def _values(exchange: RegisteredExchange, result: Any) -> str:
    """Return the values of a result by the document's names."""
    names = {
        field.name: "lever" if field.name == exchange.leverage_field else field.argument for field in _order(exchange)
    }
    values = {name: getattr(result, attribute) for name, attribute in names.items()}
    return ", ".join(f"{name} {value}" for name, value in values.items() if value is not None)


def _order(exchange: RegisteredExchange) -> Iterator[Field]:
    """Yield the fields of the request, the leverage first."""
    yield from sorted(exchange.operation.fields, key=lambda field: field.name != exchange.leverage_field)


for _exchange in EXCHANGES.values():
    app.command(_exchange.name, help=_help(_exchange))(_command(_exchange))
