"""How a Bitget account is set up, as far as its owner says so; what is not said is not checked."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from leverset._config import one_of, user_id

BitgetPositionMode = Literal["one_way_mode", "hedge_mode"]
BitgetMarginMode = Literal["crossed", "isolated"]


@frozen(kw_only=True)
class BitgetAccount:
    """A Bitget futures account, as it is set up for the symbols that are traded.

    `uid` is the user id that the limit is counted for; without it the API key stands for its user.
    `position_mode` is `one_way_mode` or `hedge_mode`, `margin_mode` is `crossed` or `isolated`. None means not known:
    the exchange checks what depends on it.

    Raises ConfigurationError for any other value.
    """

    uid: str | None = field(default=None, validator=user_id)
    position_mode: BitgetPositionMode | None = field(default=None, validator=one_of(BitgetPositionMode))
    margin_mode: BitgetMarginMode | None = field(default=None, validator=one_of(BitgetMarginMode))
