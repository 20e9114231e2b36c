"""`leverset export EXCHANGE`: write down what holds as a plan."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from leverset._registry import EXCHANGES, RegisteredExchange
from leverset._snapshot import Snapshot
from leverset.cli import limit, options, reach
from leverset.cli._group import App
from leverset.cli._refusal import fail
from leverset.cli.calls import interruptible, new_client, show_error
from leverset.cli.output import new_console, say, say_json
from leverset.cli.stdin import read_all
from leverset.cli.target import credentials, environment
from leverset.errors import LeversetError
from leverset.plan import Export
from leverset.plan import export as read_plan

app = App(help="Write down the leverages that hold now as a plan, for who has none yet.")

_HELP = """Write down the leverages that hold on {title} now as a plan. Nothing is changed.

The plan is printed on stdout, everything else on stderr. What the account cannot set, and what another row sets as
well, is left out and counted. {completed}

Exit code: 0 if everything could be read, 1 if not (a plan that is not whole says so at its end), 2 if the call itself
cannot be made, 130 after Ctrl-C, 143 after SIGTERM.

Examples:

{examples}
"""
_SLOW = 3.0
"""Seconds; what takes longer at the exchange's limit is announced in a terminal."""

Format = Annotated[Literal["yaml", "csv"], typer.Option("--format", help="CSV holds neither accounts nor remarks.")]
All = Annotated[bool, typer.Option("--all", help="Every instrument that is live, instead of names.")]
NamesFile = Annotated[
    str | None,
    typer.Option(
        "--instruments-from",
        metavar="FILE",
        help="Names from a file, or with - from stdin: with commas, blanks or line breaks between them; # begins a "
        "remark.",
    ),
]


def _help(exchange: RegisteredExchange, snapshot: Snapshot) -> str:
    name = exchange.name
    field = next(each for each in exchange.read_fields if each.name == snapshot.names[0])
    lines = [
        f"leverset export {name} --instruments {field.examples[-1]} --live > plan.yaml",
        f"leverset export {name} --instruments-from names.txt --format csv --demo > plan.csv",
    ]
    examples = "\n\n".join(f"`{line}`" for line in lines)
    return _HELP.format(title=exchange.title, completed=snapshot.completes, examples=examples)


def _command(exchange: RegisteredExchange, snapshot: Snapshot) -> Callable[..., None]:
    """Make the command for one exchange."""
    instruments = snapshot.names[0]
    fields = exchange.read_fields
    also = {instruments: "--instruments"}
    first = options.field_parameters(fields, several=snapshot.names, also=also, optional=True)

    @options.with_parameters(first=first, last=[*reach.parameters(exchange), *limit.parameters()])
    def command(
        names_file: NamesFile = None,
        everything: All = False,
        form: Format = "yaml",
        live: options.Live = False,
        demo: options.Demo = False,
        sandbox: options.SandboxUrl = None,
        as_json: options.AsJson = False,
        credentials_file: options.CredentialsFile = None,
        **chosen: Any,
    ) -> None:
        given = options.given_fields(fields, chosen)
        for name in snapshot.names:
            if words := _words(given.pop(name, "")):
                given[name] = ",".join(words)
        place = environment(live=live, demo=demo, sandbox=sandbox)
        if names_file is not None:
            named = [given[instruments]] if instruments in given else []
            given[instruments] = ",".join([*named, *_read_names(names_file)])
        if everything == any(name in given for name in snapshot.names):
            fail(
                "names and --all are both given" if everything else "no instrument is named",
                fix="give --instruments, --instruments-from FILE, or --all",
            )
        with interruptible(lambda _: "nothing was to be changed"):
            keys, shared = credentials(exchange.name, credentials_file, demo=demo), limit.limiter(chosen).limiter
            where = {"rate_limits": chosen["limits"], **reach.arguments(place, exchange, chosen)}
            client = new_client(exchange.client, credentials=keys, limiter=shared, **where)
            try:
                with client, shared or nullcontext():
                    found = read_plan(client, given, on_reading=lambda count: announce(exchange, client, count))
            except LeversetError as error:
                show_error(new_console(stderr=not as_json), error, as_json=as_json)
                raise typer.Exit(1) from None
        _show(exchange, found, form, as_json=as_json)
        if not found.complete or not found.plan.rows:
            raise typer.Exit(1)

    return command


def _read_names(path: str) -> list[str]:
    """Return the names in a file, or on stdin; ends the command where there is none."""
    place = "stdin" if path == "-" else path
    try:
        raw = read_all() if path == "-" else Path(path).read_bytes()
        lines = raw.decode("utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        why = "it is not UTF-8" if isinstance(error, UnicodeError) else getattr(error, "strerror", None) or error
        fail(f"{place} cannot be read: {why}", fix="give a file with names of instruments, or - for stdin")
    names = [name for line in lines for name in _words(line.partition("#")[0])]
    if not names:
        fail(
            f"there is no name {'on' if path == '-' else 'in'} {place}",
            fix="write at least one, such as in --instruments",
        )
    return names


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def announce(exchange: RegisteredExchange, client: Any, requests: int) -> None:
    """Say in a terminal how long it takes, where that is long."""
    operation = exchange.read_operation
    assert operation is not None  # noqa: S101 - what writes down leverages reads them
    rate = client.config.rate(operation)
    seconds = requests * rate.seconds / rate.requests
    if seconds >= _SLOW and sys.stderr.isatty():
        sys.stderr.write(f"{requests} requests to read, about {seconds:.0f} s at the limit of {exchange.title}\n")


def _show(exchange: RegisteredExchange, found: Export, form: Literal["yaml", "csv"], *, as_json: bool) -> None:
    """Print the plan, and on stderr what is not in it."""
    console = new_console()
    if as_json:
        for row in found.plan.rows:
            say_json(console, "row", {"exchange": row.exchange, "request": dict(row.body)})
        for each in (*found.left_out, *found.failed):
            say_json(console, "not_exported", each.describe())
    elif found.plan.rows:
        sys.stdout.write(found.dump(format=form))
    errors = new_console(stderr=True)
    for line in _diagnostics(exchange, found):
        say(errors, line)


def _diagnostics(exchange: RegisteredExchange, found: Export) -> Iterator[str]:
    """Yield what is not in the plan, and what to do about that."""
    yield from found.remarks
    fixes = (each.error.fix for each in found.failed if each.error is not None and each.error.fix)
    yield from (f"  fix:   {fix}" for fix in dict.fromkeys(fixes))
    if not found.plan.rows:
        why = f"{exchange.title} names no leverage that can be set"
        if not found.complete:
            why = "no leverage that can be set could be read"
        yield f"leverset: {why}, so there is no plan"


for _exchange, _snapshot in [(each, each.snapshot) for each in EXCHANGES.values() if each.snapshot is not None]:
    app.command(_exchange.name, help=_help(_exchange, _snapshot))(_command(_exchange, _snapshot))
