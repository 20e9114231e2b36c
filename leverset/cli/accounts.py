"""Options about accounts, as the library has them."""

from __future__ import annotations

from leverset.bitget._account import BitgetAccount, BitgetMarginMode, BitgetPositionMode
from leverset.okx._account import OkxAccount, OkxLevel, OkxPositionMode
from leverset.plan import Accounts


def accounts(
    okx_position: OkxPositionMode | None,
    okx_level: OkxLevel | None,
    bitget_position: BitgetPositionMode | None,
    bitget_margin: BitgetMarginMode | None,
) -> Accounts:
    """What the options say; an exchange that none of them is about stays unknown."""
    okx = OkxAccount(position_mode=okx_position, level=okx_level)
    bitget = BitgetAccount(position_mode=bitget_position, margin_mode=bitget_margin)
    return Accounts(okx=okx if okx != OkxAccount() else None, bitget=bitget if bitget != BitgetAccount() else None)
