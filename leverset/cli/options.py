"""Options that several commands share, and those that come from the registered exchanges."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from leverset._protocols import Example, Field
from leverset._registry import EXCHANGES, RegisteredExchange
from leverset.plan import Accounts

CommandT = TypeVar("CommandT", bound=Callable[..., None])

_ENVIRONMENT = "Where to (exactly one)"
_ACCOUNT = "How the account is set up (rules that depend on it are checked as well)"
_ACCOUNT_ONLINE = "How the account is set up (else the exchange is asked where a rule depends on it)"
_FIELDS = "The document's fields"

Live = Annotated[bool, typer.Option("--live", help="The real exchange, real money.", rich_help_panel=_ENVIRONMENT)]
Demo = Annotated[
    bool,
    typer.Option("--demo", help="The exchange's demo trading, with a demo key.", rich_help_panel=_ENVIRONMENT),
]
SandboxUrl = Annotated[
    str | None,
    typer.Option(
        "--sandbox", metavar="URL", help="A `leverset sandbox` on this machine.", rich_help_panel=_ENVIRONMENT
    ),
]
CredentialsFile = Annotated[
    Path | None,
    typer.Option(
        "--credentials",
        metavar="FILE",
        help="NAME=VALUE lines instead of the environment; only its owner may read it (chmod 600).",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line on stdout, nothing else.")]


def with_parameters(
    *, first: Iterable[inspect.Parameter] = (), last: Iterable[inspect.Parameter] = (), **texts: str
) -> Callable[[CommandT], CommandT]:
    """Give a command more parameters, which typer turns into options; they arrive in its `**chosen`.

    `first` and `last` stand before and after the command's own in its help, which is the docstring; `texts` replace
    `{NAME}` there.
    """

    def decorate(command: CommandT) -> CommandT:
        signature = inspect.signature(command, eval_str=True)
        own = [
            each.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for each in signature.parameters.values()
            if each.kind is not inspect.Parameter.VAR_KEYWORD
        ]
        together = [*first, *own, *last]
        command.__signature__ = signature.replace(parameters=together)  # type: ignore[attr-defined] # functions have it
        command.__annotations__ = {each.name: each.annotation for each in together}
        command.__doc__ = (command.__doc__ or "").format(**texts)
        return command

    return decorate


def parameter(name: str, kind: Any, option: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    """Make a parameter for `with_parameters`; one without a default is required."""
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[kind, option], default=default)


def field_parameters(
    fields: Iterable[Field],
    *,
    several: Iterable[str] = (),
    defaults: Mapping[str, str] | None = None,
    also: Mapping[str, str] | None = None,
    optional: bool = False,
) -> Iterator[inspect.Parameter]:
    """Make the parameters for fields of a request, required ones first.

    Those named in `several` may be given several times; those in `defaults` need not be given; those in `also` have
    another flag before their own. With `optional` none has to be given.
    """
    for field in sorted(fields, key=lambda field: not field.required):
        required = field.required and not optional
        default = (defaults or {}).get(field.name, inspect.Parameter.empty if required else None)
        kind: Any = str if required else str | None
        text = field.description
        if field.name in several:
            kind, text = list[str] | None, f"{text} The option may be repeated."
        values = f" One of {', '.join(field.values)}." if field.values else ""
        flags = [*([also[field.name]] if also and field.name in also else ()), flag(field.argument)]
        option = typer.Option(
            *flags,
            metavar="NUMBER" if field.format == "decimal" else "VALUE",
            help=text + values,
            rich_help_panel=_FIELDS,
            autocompletion=completing(field.values or field.examples),
        )
        yield parameter(f"field_{field.argument}", kind, option, default)


def completing(values: Iterable[str]) -> Callable[[str], list[str]]:
    """Return what completes a value in a shell."""
    known = list(dict.fromkeys(values))
    return lambda incomplete: [each for each in known if each.startswith(incomplete)]


def given_fields(fields: Iterable[Field], chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that the options give, by the document's names; several values have commas between them."""
    found = {field.name: chosen[f"field_{field.argument}"] for field in fields}
    return {
        name: ",".join(value) if isinstance(value, list) else value
        for name, value in found.items()
        if value is not None and value != []
    }


def account_parameters(
    exchange: RegisteredExchange, flags: Mapping[str, str], *, online: bool = True
) -> Iterator[inspect.Parameter]:
    """Make the parameters that describe an exchange's account, with a flag for each of its fields.

    `online` says that the exchange is asked where they are not given.
    """
    for field in exchange.account_options:
        option = typer.Option(
            flags[field.name],
            metavar="MODE",
            help=f"{field.help} of the {exchange.title} account.",
            rich_help_panel=_ACCOUNT_ONLINE if online else _ACCOUNT,
        )
        yield parameter(_key(exchange, field.name), field.type, option, None)


def every_account(*, online: bool = True) -> Iterator[inspect.Parameter]:
    """Make the parameters that describe the accounts of all exchanges; see `account_parameters`."""
    for exchange in EXCHANGES.values():
        flags = {field.name: flag(_key(exchange, field.name)) for field in exchange.account_options}
        yield from account_parameters(exchange, flags, online=online)


def account_example() -> str:
    """Return options that describe an account of each exchange."""
    return " ".join(
        f"{flag(_key(exchange, field.name))} {field.values[0]}"
        for exchange in EXCHANGES.values()
        for field in exchange.account_options[:1]
    )


def listed(names: Iterable[str]) -> str:
    """Return names as a sentence lists them."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def set_example(exchange: RegisteredExchange, example: Example, *more: str) -> str:
    """Return the `leverset set` command that makes a documented example's request, with some more words."""
    return command_line(f"set {exchange.name}", exchange.operation.fields, example.body, *more)


def command_line(command: str, fields: Iterable[Field], values: Mapping[str, object], *more: str) -> str:
    """Return a command with the options for the values of fields, and some more words."""
    flags = {field.name: flag(field.argument) for field in fields}
    return " ".join([f"leverset {command}", *(f"{flags[name]} {value}" for name, value in values.items()), *more])


def set_flags(exchange: RegisteredExchange) -> dict[str, str]:
    """Return the flags that describe the account in `leverset set`; a field of the request may have the plain name."""
    taken = {field.argument for field in exchange.operation.fields}
    names = [field.name for field in exchange.account_options]
    return {name: flag(f"account_{name}" if name in taken else name) for name in names}


def account(exchange: RegisteredExchange, chosen: Mapping[str, Any]) -> Any:
    """Return the account that the options describe; None where no option does."""
    values = {field.name: chosen[_key(exchange, field.name)] for field in exchange.account_options}
    return exchange.account_type(**values, source="the command line") if any(values.values()) else None


def accounts(chosen: Mapping[str, Any]) -> Accounts:
    """Return the accounts that the options describe."""
    return Accounts(**{name: account(exchange, chosen) for name, exchange in EXCHANGES.items()})


def _key(exchange: RegisteredExchange, name: str) -> str:
    return f"{exchange.name}_{name}"


def flag(name: str) -> str:
    """Return the option that a Python name becomes."""
    return f"--{name.replace('_', '-')}"
