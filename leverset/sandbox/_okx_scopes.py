"""OKX: what a leverage is kept for."""

from ._accounts import Account
from ._config import SandboxConfig
from ._leverage import Scope, scope
from ._okx_instruments import Instrument


def of_currency(ccy: str) -> Scope:
    """Return the scope of a currency: cross MARGIN."""
    return scope("currency", [("mgnMode", "cross"), ("ccy", ccy)])


def of_instrument(instrument: Instrument, mode: str, side: str, account: Account, config: SandboxConfig) -> Scope:
    """Return the scope of an instrument.

    Args:
        instrument: The instrument, which has leverage.
        mode: mgnMode.
        side: "long" or "short", looked at for isolated contracts in long/short mode only.
        account: The account.
        config: Says what contracts share their cross leverage by.
    """
    if not instrument.is_contract:
        # Cross MARGIN in multi-currency margin is set at currency level, but the document does not say to
        # which currency a pair belongs: with instId, the value is kept at the pair.
        return scope("pair", [("mgnMode", mode), ("instId", instrument.name)])
    if mode == "isolated":
        sides = [] if account.modes["position_mode"] == "net_mode" else [("posSide", side)]
        return scope("contract", [("mgnMode", mode), ("instId", instrument.name), *sides])
    if instrument.kind == "SWAP" and config.cross_swaps == "contract":
        return scope("contract", [("mgnMode", mode), ("instId", instrument.name)])
    if config.cross_futures == "family":
        return scope("family", [("mgnMode", mode), ("instFamily", instrument.family)])
    return scope("underlying", [("mgnMode", mode), ("uly", instrument.underlying)])
