"""`leverset spec EXCHANGE`: print the OpenAPI document that the typed client was generated from."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import resources

from leverset._registry import EXCHANGES, RegisteredExchange
from leverset.cli._group import App

app = App(help="Print the OpenAPI document of an exchange, as YAML.")

_HELP = """Print the OpenAPI 3.1 document of {title}: endpoints, fields, rules, limits and error codes, as YAML.

The typed client of this version was generated from exactly this text. Nothing is read from the network.

Example:

`leverset spec {name} > {name}.yaml`
"""


def _command(exchange: RegisteredExchange) -> Callable[[], None]:
    def command() -> None:
        text = resources.files(f"leverset_{exchange.name}").joinpath("openapi.yaml").read_text(encoding="utf-8")
        sys.stdout.write(text)

    return command


for _exchange in EXCHANGES.values():
    app.command(_exchange.name, help=_HELP.format(title=_exchange.title, name=_exchange.name))(_command(_exchange))
