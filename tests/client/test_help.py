"""What `help` and editors show of the clients is complete by itself: each parameter where it is used."""

from __future__ import annotations

import inspect
import pydoc
import re
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

import leverset
from leverset import AsyncBitget, AsyncOkx, Bitget, BitgetRegion, Credentials, Okx, OkxRegion

CLIENTS = [Okx, AsyncOkx, Bitget, AsyncBitget]
REGIONS = {Okx: OkxRegion, AsyncOkx: OkxRegion, Bitget: BitgetRegion, AsyncBitget: BitgetRegion}
SECONDS = {"timeout", "deadline", "max_wait"}
METHODS = [
    "set_leverage",
    "set_leverage_from",
    "violations",
    "call",
    "get_leverage",
    "read_account",
    "get_limits",
    "with_options",
]
ERRORS = {
    "RuleViolation",
    "RateLimitTimeout",
    "LimiterUnavailable",
    "TransportError",
    "MalformedResponse",
    "ResultMismatch",
    "ExchangeError",
}


def section(documented: Any, title: str) -> dict[str, str]:
    """The entries of a section of a docstring, each on one line, by their names."""
    text = inspect.getdoc(documented) or ""
    found = re.search(rf"^{title}:\n((?:    .*\n?)+)", text, re.MULTILINE)
    entries = re.split(r"^    (?=\S)", found[1] if found else "", flags=re.MULTILINE)[1:]
    pairs = (" ".join(entry.split()).partition(": ") for entry in entries)
    return {name: said for name, _, said in pairs}


def parameters(documented: Any) -> dict[str, inspect.Parameter]:
    """The parameters by their names in a docstring."""
    stars: dict[object, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    found = inspect.signature(documented).parameters.items()
    return {stars.get(each.kind, "") + name: each for name, each in found if name != "self"}


def literals(hint: Any) -> set[str]:
    """The values of the literals in a hint."""
    if get_origin(hint) is Literal:
        return set(get_args(hint))
    return {value for part in get_args(hint) for value in literals(part)}


def described() -> list[Any]:
    """Every public class with arguments, and the methods of the clients."""
    classes = [leverset.OkxAccount, leverset.BitgetAccount, Credentials, leverset.Limiter]
    methods = [getattr(client, name) for client in CLIENTS for name in METHODS]
    return [*CLIENTS, *classes, Credentials.from_env, *methods]


@pytest.mark.parametrize("documented", described(), ids=lambda each: each.__qualname__)
def test_every_parameter_is_described_with_its_default(documented: Any) -> None:
    said = section(documented, "Args")
    assert list(said) == list(parameters(documented))
    for name, parameter in parameters(documented).items():
        if parameter.default is not parameter.empty and documented is not leverset.Limiter:
            assert re.search(rf"Default: {re.escape(str(parameter.default))}[,.;]", said[name] + "."), name
        if name in SECONDS:
            assert "seconds" in said[name]


@pytest.mark.parametrize("documented", [*CLIENTS, leverset.OkxAccount, leverset.BitgetAccount])
def test_every_allowed_value_is_named(documented: Any) -> None:
    method = getattr(documented, "set_leverage", documented)
    said = section(method, "Args")
    found = {name: literals(hint) for name, hint in get_type_hints(method).items() if name != "return"}
    if documented in CLIENTS:
        said["region"], found["region"] = section(documented, "Args")["region"], literals(REGIONS[documented])
    assert any(found.values())
    for name, values in found.items():
        assert {value for value in values if f"`{value}`" not in said[name]} == set()


@pytest.mark.parametrize("client", CLIENTS)
def test_what_is_raised_and_returned_and_its_source_are_said(client: Any) -> None:
    assert list(section(client, "Raises")) == ["ConfigurationError"]
    assert set(section(client.set_leverage, "Raises")) == ERRORS
    assert section(client.set_leverage, "Raises") == section(client.set_leverage_from, "Raises")
    assert (
        {"ConfigurationError", "ExchangeError"}
        <= set(section(client.call, "Raises"))
        <= ERRORS | {"ConfigurationError"}
    )
    for method in (client.set_leverage, client.set_leverage_from, client.call, client.violations):
        assert "\nReturns:\n    " in (inspect.getdoc(method) or "")
    title = "OKX API guide" if client in (Okx, AsyncOkx) else "Bitget API"
    for documented in (client, client.set_leverage):
        assert f"\nSource: {title}, " in (inspect.getdoc(documented) or "")


@pytest.mark.parametrize("result", [leverset.OkxLeverage, leverset.BitgetLeverage])
def test_a_result_says_every_way_in_which_it_is_known(result: Any) -> None:
    said = section(result, "Attributes")
    assert [value for value in get_args(leverset.Confirmed) if f"`{value}`" not in said["confirmed"]] == []
    assert list(said) == [each.name for each in result.__attrs_attrs__]


@pytest.mark.parametrize(("make", "make_async"), [(Okx, AsyncOkx), (Bitget, AsyncBitget)])
def test_sync_and_async_say_the_same(make: Any, make_async: Any) -> None:
    for name in METHODS:
        assert inspect.getdoc(getattr(make, name)) == inspect.getdoc(getattr(make_async, name))
    said, said_async = section(make, "Args"), section(make_async, "Args")
    assert {name for name in said if said[name] != said_async[name]} == {"deadline", "transport"}
    assert section(make, "Attributes") == section(make_async, "Attributes")


def test_the_page_of_a_client_has_all_of_it() -> None:
    page = pydoc.plain(pydoc.render_doc("leverset.AsyncOkx"))
    for text in (
        "    Args:",
        "max_wait: ",
        "pos_side: Position side, `long`, `short` or `net`",
        "ResultMismatch: ",
        "Source: ",
    ):
        assert text in page
