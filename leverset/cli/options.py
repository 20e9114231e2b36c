"""Options that several commands share, each written once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leverset.bitget._account import BitgetAccount, BitgetMarginMode, BitgetPositionMode
from leverset.okx._account import OkxAccount, OkxLevel, OkxPositionMode
from leverset.plan import Accounts

_ENVIRONMENT = "Where to (exactly one)"
_ACCOUNT = "How the account is set up (rules that depend on it are checked as well)"

Live = Annotated[bool, typer.Option("--live", help="The real exchange, real money.", rich_help_panel=_ENVIRONMENT)]
Demo = Annotated[
    bool,
    typer.Option("--demo", help="The exchange's demo trading, with a demo key.", rich_help_panel=_ENVIRONMENT),
]
SandboxUrl = Annotated[
    str | None,
    typer.Option(
        "--sandbox", metavar="URL", help="A `leverset sandbox` on this machine.", rich_help_panel=_ENVIRONMENT
    ),
]
OkxRegion = Annotated[
    str,
    typer.Option(metavar="NAME", help="OKX's server with --live and --demo: global, eea or us."),
]
CredentialsFile = Annotated[
    Path | None,
    typer.Option(
        "--credentials",
        metavar="FILE",
        help="NAME=VALUE lines instead of the environment; only its owner may read it (chmod 600).",
    ),
]
Redis = Annotated[
    str | None,
    typer.Option(
        "--redis",
        metavar="URL",
        envvar="LEVERSET_REDIS",
        help="Share the rate limit with other processes through this Redis. A URL with a password: in the environment.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line on stdout, nothing else.")]

OkxPosition = Annotated[
    OkxPositionMode | None,
    typer.Option("--okx-position-mode", help="posMode of the OKX account.", rich_help_panel=_ACCOUNT),
]
OkxAccountLevel = Annotated[
    OkxLevel | None,
    typer.Option("--okx-level", help="Account mode (acctLv) of the OKX account.", rich_help_panel=_ACCOUNT),
]
BitgetPosition = Annotated[
    BitgetPositionMode | None,
    typer.Option("--bitget-position-mode", help="Position mode of the Bitget account.", rich_help_panel=_ACCOUNT),
]
BitgetMargin = Annotated[
    BitgetMarginMode | None,
    typer.Option("--bitget-margin-mode", help="Margin mode of the Bitget account.", rich_help_panel=_ACCOUNT),
]


def accounts(
    okx_position: OkxPositionMode | None,
    okx_level: OkxLevel | None,
    bitget_position: BitgetPositionMode | None,
    bitget_margin: BitgetMarginMode | None,
) -> Accounts:
    """Make the accounts that the options describe; an exchange that no option is about stays unknown."""
    okx = OkxAccount(position_mode=okx_position, level=okx_level)
    bitget = BitgetAccount(position_mode=bitget_position, margin_mode=bitget_margin)
    return Accounts(okx=okx if okx != OkxAccount() else None, bitget=bitget if bitget != BitgetAccount() else None)
