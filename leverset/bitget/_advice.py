"""What to do about a refusal of Bitget's, where the request and the account say more than the code."""

from __future__ import annotations

from leverset._format import because
from leverset._rules import Body
from leverset.bitget._account import BitgetAccount
from leverset.errors import ExchangeError

_SIDE = "in hedge mode with isolated margin give holdSide long or short, once for each side"
_KNOWN = (
    'account=BitgetAccount(position_mode=..., margin_mode=...), or account="read", has it checked before anything is '
    "sent (in commands: --position-mode and --margin-mode, or with --bitget- before them)"
)


def advice(error: ExchangeError, body: Body, account: BitgetAccount | None) -> str:
    """Return what to do about a refusal; empty where the table of errors says all."""
    # Its message is "hold side is null", in the language of the locale header: the request says it as well.
    if error.code != "40808" or body.get("holdSide"):
        return ""
    if account is None or account.position_mode is None or account.margin_mode is None:
        return f"{_SIDE}; {_KNOWN}"
    mode = f"{account.position_mode} and {account.margin_mode}"
    return (
        f"the account seems to be in another mode than {mode}, {because(account, mode)}: look at its modes for this "
        f"symbol; {_SIDE}"
    )
