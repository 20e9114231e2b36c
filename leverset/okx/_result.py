"""A leverage on OKX: the result of setting and of reading one."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from attrs import field, frozen
from leverset_okx.models import SetLeverageRequestMgnMode, SetLeverageRequestPosSide

from leverset._verify import Confirmed

MarginMode = SetLeverageRequestMgnMode
PositionSide = SetLeverageRequestPosSide


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
