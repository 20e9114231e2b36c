"""`leverset get EXCHANGE`: read leverages, with the document's fields as options."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from typing import Any, NoReturn

import typer
from rich.console import Console

from leverset._format import describe_leverage
from leverset._held import has_no_response, is_hopeless
from leverset._registry import EXCHANGES, RegisteredExchange
from leverset.cli import limit, options, reach
from leverset.cli._group import App
from leverset.cli._refusal import end
from leverset.cli.calls import interruptible, new_client, show_error
from leverset.cli.output import name_column, new_console, say, say_json
from leverset.cli.target import credentials, environment
from leverset.errors import LeversetError

app = App(help="Read the leverage that holds now; the options are the document's fields.")

_HELP = """Read the leverage of {subject} on {title}. Nothing is changed.

Exit code: 0 if it is read, 1 if not, 2 if the call itself cannot be made, 130 after Ctrl-C, 143 after SIGTERM.

Example:

{example}
"""


def _help(exchange: RegisteredExchange) -> str:
    first = {field.name: (*field.examples, *field.values)[0] for field in exchange.read_fields if _in_example(field)}
    line = options.command_line(f"get {exchange.name}", exchange.read_fields, first, "--live")
    return _HELP.format(subject=exchange.subject, title=exchange.title, example=f"`{line}`")


def _in_example(field: Any) -> bool:
    """Whether the example of a command has a field: each one that is required, and of the others an instrument."""
    return field.required or len(field.examples) > 1


def _command(exchange: RegisteredExchange) -> Callable[..., None]:
    """Make the command for one exchange."""

    @options.with_parameters(
        first=options.field_parameters(exchange.read_fields, several=exchange.several),
        last=[*reach.parameters(exchange), *limit.parameters()],
    )
    def command(
        live: options.Live = False,
        demo: options.Demo = False,
        sandbox: options.SandboxUrl = None,
        as_json: options.AsJson = False,
        credentials_file: options.CredentialsFile = None,
        **chosen: Any,
    ) -> None:
        fields = options.given_fields(exchange.read_fields, chosen)
        place = environment(live=live, demo=demo, sandbox=sandbox)
        console = new_console()
        with interruptible(lambda _: "nothing was to be changed"):
            keys, shared = credentials(exchange.name, credentials_file, demo=demo), limit.limiter(chosen).limiter
            where = {"rate_limits": chosen["limits"], **reach.arguments(place, exchange, chosen)}
            client = new_client(exchange.client, credentials=keys, limiter=shared, **where)
            with client, shared or nullcontext():
                found, errors = _read(exchange, client, fields)
            for leverage in found:
                _show(console, exchange, leverage, as_json=as_json)
            for error in errors:
                show_error(console, error, as_json=as_json)
            if errors:
                raise typer.Exit(1)
            if not found:
                _end(exchange, client, fields, "it", fix="check the names of what was asked for")
            if missing := ", ".join(_missing(exchange.read_arguments(fields), found)):
                _end(exchange, client, fields, missing, fix="check the name, or ask for it alone")

    return command


def _read(
    exchange: RegisteredExchange, client: Any, fields: Mapping[str, str]
) -> tuple[list[Any], list[LeversetError]]:
    """Read leverages; where a request about several names is refused, each of them alone: one may be wrong."""
    try:
        return [*client.get_leverage(**exchange.read_arguments(fields))], []
    except LeversetError as error:
        several = next((name for name in exchange.several if "," in fields.get(name, "")), None)
        if several is None or error.outcome != "refused" or _is_of_all(error):
            return [], [error]
    found: list[Any] = []
    errors: list[LeversetError] = []
    for name in fields[several].split(","):
        try:
            found += client.get_leverage(**exchange.read_arguments({**fields, several: name}))
        except LeversetError as error:
            errors.append(error)
            if _is_of_all(error):
                break
    return found, errors


def _is_of_all(error: LeversetError) -> bool:
    """Whether a read of another name would end in the same way."""
    return is_hopeless(error) or has_no_response(error)


def _end(
    exchange: RegisteredExchange, client: Any, fields: Mapping[str, object], missing: str, *, fix: str
) -> NoReturn:
    """End the command over what the exchange named no leverage for."""
    summary = f"{exchange.title} names no leverage for {missing}"
    error = LeversetError(summary, reference="leverset/no-leverage", outcome="refused", fix=fix)
    operation, config = exchange.read_operation, client.config
    assert operation is not None  # noqa: S101 - the command is for an exchange that has one
    place = {"exchange": exchange.name, "environment": config.environment, "host": config.host}
    error.request = {**fields, **place, "method": operation.method, "path": operation.path}
    error.docs = operation.docs
    end(error, summary, fix=fix, code=1)


def _missing(arguments: Mapping[str, object], found: Iterable[Any]) -> Iterator[str]:
    """Yield each name that was asked for and that no leverage is for."""
    for argument, given in arguments.items():
        for name in ",".join([given] if isinstance(given, str) else map(str, given)).split(","):  # type: ignore[call-overload] # several
            if all(str(getattr(each, argument)).casefold() != name.casefold() for each in found):
                yield name


def _show(console: Console, exchange: RegisteredExchange, leverage: Any, *, as_json: bool) -> None:
    """Print what a leverage is for, and its value."""
    if as_json:
        say_json(console, "leverage", {"exchange": exchange.name, **describe_leverage(leverage, raw=True)})
        return
    described = describe_leverage(leverage)
    lever = described.pop("lever")
    order = [field.argument for field in exchange.operation.fields]
    names = [*(name for name in order if name in described), *(name for name in described if name not in order)]
    values = " ".join(str(described[name]) for name in names if described[name] is not None)
    say(console, f"{name_column(exchange.name)} {values}: {lever}")


for _exchange in [each for each in EXCHANGES.values() if each.read_operation is not None]:
    app.command(_exchange.name, help=_help(_exchange))(_command(_exchange))
