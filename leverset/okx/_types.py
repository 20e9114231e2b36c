"""OKX's types: how an account is set up, and a leverage, which setting and reading return."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from attrs import field, frozen
from leverset_okx.models import SetLeverageRequestMgnMode, SetLeverageRequestPosSide

from leverset._config import one_of, user_id
from leverset._verify import Confirmed

OkxPositionMode = Literal["long_short_mode", "net_mode"]
OkxLevel = Literal["spot", "single_currency", "multi_currency", "portfolio"]
MarginMode = SetLeverageRequestMgnMode
PositionSide = SetLeverageRequestPosSide


@frozen(kw_only=True)
class OkxAccount:
    """How an OKX account is set up; what is None is not known, and the exchange checks what depends on it.

    Args:
        uid: The user id that the limit is counted for. Without it the API key stands for its user, so give it where
            several keys belong to one account. Default: None.
        position_mode: `long_short_mode` or `net_mode` (`posMode` of the account's configuration). Default: None.
        level: The account mode (`acctLv` 1 to 4): `spot`, `single_currency` (also called futures mode),
            `multi_currency` or `portfolio`. Default: None.
        source: Who said so, for the texts of rules. Default: None, the caller.

    Raises:
        ConfigurationError: A value is none of these.

    Source: OKX API guide, Trading account, Get account configuration.
    """

    uid: str | None = field(default=None, validator=user_id)
    position_mode: OkxPositionMode | None = field(default=None, validator=one_of(OkxPositionMode))
    level: OkxLevel | None = field(default=None, validator=one_of(OkxLevel))
    source: str | None = field(default=None, eq=False, repr=False)


@frozen(kw_only=True)
class OkxLeverage:
    """A leverage that holds on OKX, and for what.

    Attributes:
        lever: The leverage, a multiple without unit. After a call that sets it, it is the requested one, which what the
            exchange reports equals.
        mgn_mode: The margin mode, `cross` or `isolated`.
        inst_id: The instrument ID; None where the leverage is a currency's.
        ccy: The margin currency; None where the leverage is an instrument's. A read has here what the exchange says.
        pos_side: The requested position side, or else the reported one: `long`, `short` or `net`. None where there is
            neither, as in cross margin.
        confirmed: How it is known: `response` where the exchange reported it, `read_back` where a read after the call
            showed it, `no` where the success names no leverage and none was read.
        raw: What the exchange reported last, in the document's field names. Results are compared without it.
    """

    lever: Decimal
    mgn_mode: MarginMode
    inst_id: str | None
    ccy: str | None
    pos_side: PositionSide | None
    confirmed: Confirmed
    raw: Mapping[str, Any] = field(eq=False, repr=False)
