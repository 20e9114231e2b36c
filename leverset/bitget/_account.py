"""How a Bitget account is set up, as far as its owner says so; what is not said is not checked."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from leverset._config import one_of, user_id

BitgetPositionMode = Literal["one_way_mode", "hedge_mode"]
BitgetMarginMode = Literal["crossed", "isolated"]


@frozen(kw_only=True)
class BitgetAccount:
    """How a Bitget futures account is set up for the symbols that are traded.

    What is None is not known, and the exchange checks what depends on it.

    Args:
        uid: The user id that the limit is counted for. Without it the API key stands for its user, so give it where
            several keys belong to one account. Default: None.
        position_mode: `one_way_mode` or `hedge_mode`. Default: None.
        margin_mode: `crossed` or `isolated`. Default: None.
        source: Who said so, for the texts of rules. Default: None, the caller.

    Raises:
        ConfigurationError: A value is none of these.

    Source: Bitget API, Futures, Account, Change Leverage.
    """

    uid: str | None = field(default=None, validator=user_id)
    position_mode: BitgetPositionMode | None = field(default=None, validator=one_of(BitgetPositionMode))
    margin_mode: BitgetMarginMode | None = field(default=None, validator=one_of(BitgetMarginMode))
    source: str | None = field(default=None, eq=False, repr=False)
