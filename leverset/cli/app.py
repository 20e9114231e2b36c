"""The command `leverset`; each of its commands has a module of its own."""

from __future__ import annotations

import logging
import sys
from typing import Annotated, NoReturn

import typer

import leverset
from leverset._registry import EXCHANGES
from leverset.cli import options
from leverset.cli._crash import keep_quiet
from leverset.cli._group import App, Root
from leverset.cli.apply import apply
from leverset.cli.check import check
from leverset.cli.demo import demo
from leverset.cli.diff import diff
from leverset.cli.doctor import app as doctor_app
from leverset.cli.export import app as export_app
from leverset.cli.get import app as get_app
from leverset.cli.sandbox import sandbox
from leverset.cli.set import app as set_app
from leverset.cli.signals import end_startup
from leverset.cli.spec import app as spec_app
from leverset.cli.streams import Output

app = App(
    name="leverset",
    cls=Root,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


_TITLES = options.listed(each.title for each in EXCHANGES.values())
_FIRST = next(iter(EXCHANGES.values()))
_HELP = f"""Set leverage on {_TITLES}, and know afterwards what is true.

Try it without an account: `leverset demo`

Check a plan of many rows: `leverset check plan.yaml`

See what it would change: `leverset diff plan.yaml --live`

Apply it: `leverset apply plan.yaml --live --journal run.jsonl`

Set one: `{options.set_example(_FIRST, _FIRST.operation.examples[0], "--live")}`

Find out what would keep it from being set: `leverset doctor {_FIRST.name} --live`
"""


_QUIET = ("leverset.account", "leverset.read_back")
"""The loggers of what the command shows itself, or what changes nothing: the exchange checks what is not read."""


def _version(wanted: bool) -> None:
    if wanted:
        print(f"leverset {leverset.__version__}")
        raise typer.Exit


@app.callback(help=_HELP)
def leverset_command(
    context: typer.Context,
    _asked: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""
    if context.invoked_subcommand not in ("apply", "check", "diff", "export", "set", "get", "doctor"):
        end_startup()


app.command("check", rich_help_panel="Plans")(check)
app.command("diff", rich_help_panel="Plans")(diff)
app.command("apply", rich_help_panel="Plans")(apply)
app.add_typer(export_app, name="export", rich_help_panel="Plans")
app.add_typer(set_app, name="set", rich_help_panel="One call")
app.add_typer(get_app, name="get", rich_help_panel="One call")
app.add_typer(doctor_app, name="doctor", rich_help_panel="One call")
app.command("sandbox", rich_help_panel="Without money")(sandbox)
app.command("demo", rich_help_panel="Without money")(demo)
app.add_typer(spec_app, name="spec", rich_help_panel="Without money")


def run() -> NoReturn:
    """Run the command, show what it shows, and exit with its code."""
    code: object = 0
    keep_quiet()
    for name in _QUIET:
        logging.getLogger(name).addHandler(logging.NullHandler())  # without a handler Python prints warnings bare
    with Output() as output:
        try:
            app(prog_name="leverset")
        except SystemExit as ended:
            code = ended.code
    sys.exit(output.exit_code(code if isinstance(code, int) else 0))
