"""Bitget's refusals, with HTTP 400, and those that several endpoints share."""

from ._messages import Refused


def refused(code: str, msg: str) -> Refused:
    """A refusal of a request that was read."""
    return Refused(code, msg, 400)


def wrong(parameter: str) -> Refused:
    """A parameter that has an impossible value."""
    return refused("40020", f"Parameter {parameter} error")


def missing(parameter: str) -> Refused:
    """A required parameter that is absent or empty."""
    return refused("40019", f"Parameter {parameter} cannot be empty")


def unknown(parameter: str) -> Refused:
    """A parameter that no document has."""
    return refused("40017", f"Parameter verification failed {parameter}")


def no_symbol() -> Refused:
    """A symbol that the product type does not have."""
    return refused("40034", "Parameter symbol does not exist")


def wrong_margin_coin(symbol: str, margin_coin: str) -> Refused:
    """A margin coin that is not the symbol's."""
    return refused("40778", f"The margin coin of {symbol} is {margin_coin}")
