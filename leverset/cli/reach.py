"""How a command gets to an exchange: its options, and the arguments of a client that they become."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import typer

from leverset._registry import EXCHANGES, RegisteredExchange
from leverset.cli import options
from leverset.cli._refusal import fail
from leverset.cli.target import Environment

_PANEL = "The way there"


def parameters(exchange: RegisteredExchange) -> Iterator[inspect.Parameter]:
    """Make the parameters of a command for one exchange; `--region` where it has several."""
    yield from _region(exchange, "--region")
    yield _base_url(exchange, "--base-url")
    yield _proxy()


def every_parameter() -> Iterator[inspect.Parameter]:
    """Make the parameters of a command for all exchanges, each with regions and an address of its own."""
    for exchange in EXCHANGES.values():
        yield from _region(exchange, f"--{exchange.name}-region")
        yield _base_url(exchange, f"--{exchange.name}-base-url")
    yield _proxy()


def arguments(place: Environment, exchange: RegisteredExchange, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a client for an exchange; ends the command over options that exclude each other."""
    region, base_url = chosen.get(f"{exchange.name}_region"), chosen.get(f"{exchange.name}_base_url")
    if place.url is not None and (region or base_url):
        fail(
            f"--sandbox is an address already, and {'a base URL' if base_url else 'a region'} is given too",
            fix="give them with --live or --demo, or leave them out",
        )
    if region and base_url:
        fail("a region and a base URL are both given", fix="give one of them: a region is a name for its address")
    address = place.url if base_url is None else base_url
    return {"demo": place.demo, "base_url": address, "region": region, "proxy": chosen.get("proxy")}


def described(place: Environment, clients: Iterable[Any]) -> str:
    """Name the environment of clients in a few words, and each address that is not an exchange's own."""
    others = []
    for client in clients:
        config = client.config
        if place.url is None and config.base_url not in config.exchange.servers.values():
            others.append(f"{config.exchange.name} at {config.base_url}")
    return f"{place.name} ({', '.join(others)})" if others else place.name


def _region(exchange: RegisteredExchange, flag: str) -> Iterator[inspect.Parameter]:
    """Make the parameter for an exchange's region; none where it has only one."""
    if len(exchange.regions) > 1:
        text = f"{exchange.title}'s server: {exchange.regions[0]} where none is named."
        option = typer.Option(flag, metavar="NAME", help=text, case_sensitive=False, rich_help_panel=_PANEL)
        yield options.parameter(f"{exchange.name}_region", Literal[exchange.region_names] | None, option, None)


def _base_url(exchange: RegisteredExchange, flag: str) -> inspect.Parameter:
    text = f"Another address of {exchange.title}, such as a gateway's: scheme, host and port."
    option = typer.Option(flag, metavar="URL", help=text, rich_help_panel=_PANEL)
    return options.parameter(f"{exchange.name}_base_url", str | None, option, None)


def _proxy() -> inspect.Parameter:
    text = "Go through this HTTP proxy. A URL with a password: in the environment."
    option = typer.Option("--proxy", metavar="URL", envvar="LEVERSET_PROXY", help=text, rich_help_panel=_PANEL)
    return options.parameter("proxy", str | None, option, None)
