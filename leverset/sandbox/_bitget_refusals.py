"""Bitget's refusals, with HTTP 400, and those that several endpoints share."""

from ._messages import Refused


def refused(code: str, msg: str, why: str) -> Refused:
    """A refusal of a request that was read."""
    return Refused(code, msg, 400, why=why)


def wrong(parameter: str, why: str) -> Refused:
    """A parameter that has an impossible value."""
    return refused("40020", f"Parameter {parameter} error", why)


def missing(parameter: str) -> Refused:
    """A required parameter that is absent or empty."""
    return refused("40019", f"Parameter {parameter} cannot be empty", f"{parameter} is required here")


def unknown(parameter: str, why: str) -> Refused:
    """A parameter that no document has."""
    return refused("40017", f"Parameter verification failed {parameter}", why)


def no_symbol() -> Refused:
    """A symbol that the product type does not have."""
    return refused("40034", "Parameter symbol does not exist", "the product type has no such symbol here")


def wrong_margin_coin(symbol: str, margin_coin: str) -> Refused:
    """A margin coin that is not the symbol's."""
    return refused("40778", f"The margin coin of {symbol} is {margin_coin}", "the margin coin is not the symbol's")
