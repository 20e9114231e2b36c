"""OKX's refusals that several endpoints share."""

from ._messages import Refused


def wrong(parameter: str, why: str) -> Refused:
    """A parameter that has an impossible value, or is unknown."""
    return Refused("51000", f"Parameter {parameter} error", 400, why=why)


def missing(parameter: str) -> Refused:
    """A required parameter that is absent or empty."""
    return Refused("50014", f"Parameter {parameter} can not be empty.", 400, why=f"{parameter} is required here")


def neither() -> Refused:
    """Neither an instrument nor a currency."""
    return Refused("50015", "Either parameter instId or ccy is required", 400, why="one of instId and ccy is required")


def currency_is_cross() -> Refused:
    """A currency with isolated margin."""
    why = "ccy is for cross margin only"
    return Refused("50016", "Parameter mgnMode and ccy is an invalid combination", 400, why=why)


def wrong_mode(why: str) -> Refused:
    """An account level that does not have this."""
    return Refused("51010", "Request unsupported under current account mode", why=why)


def no_instrument(why: str = "no instrument of this name is listed here") -> Refused:
    """An instrument that is not listed, or has no leverage."""
    return Refused("51001", "Instrument ID does not exist", why=why)


def no_currency() -> Refused:
    """A currency that does not exist."""
    return Refused("51012", "Token does not exist", why="no currency of this name is listed here")
