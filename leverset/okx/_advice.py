"""What to do about a refusal of OKX's, where the request and the account say more than the code."""

from __future__ import annotations

from leverset._format import because
from leverset._rules import Body
from leverset.errors import ExchangeError
from leverset.okx._account import OkxAccount

_SIDE = (
    "in long/short mode give posSide long or short for isolated FUTURES and SWAP; in net mode, and in cross margin, "
    "leave it out or give net"
)
_KNOWN = (
    'account=OkxAccount(position_mode=...), or account="read", has it checked before anything is sent '
    "(in commands: --position-mode or --okx-position-mode)"
)


def advice(error: ExchangeError, _body: Body, account: OkxAccount | None) -> str:
    """Return what to do about a refusal; empty where the table of errors says all."""
    # The name of a field is no language: OKX says "Parameter posSide error" to everybody.
    if error.code != "51000" or "posside" not in error.message.casefold():
        return ""
    if account is None or account.position_mode is None:
        return f"{_SIDE}; {_KNOWN}"
    return (
        f"the account seems to be in the other mode, and posSide was checked for {account.position_mode}, "
        f"{because(account, account.position_mode)}: look at posMode in its configuration; {_SIDE}"
    )
