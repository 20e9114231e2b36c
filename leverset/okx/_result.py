"""The result of setting a leverage on OKX."""

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
    """A leverage that was set on OKX, and for what.

    Attributes:
        lever: The leverage, without unit: the requested one. What the exchange reports equals it.
        mgn_mode: The margin mode, `cross` or `isolated`.
        inst_id: The instrument ID; None where the leverage is a currency's.
        ccy: The margin currency; None where the leverage is an instrument's.
        pos_side: The requested position side, or else the reported one: `long`, `short` or `net`. None where there is
            neither, as in cross margin.
        confirmed: `response` where the exchange reported this leverage, `no` where its success names none.
        raw: What the exchange reported, in the document's field names. Results are compared without it.
    """

    lever: Decimal
    mgn_mode: MarginMode
    inst_id: str | None
    ccy: str | None
    pos_side: PositionSide | None
    confirmed: Confirmed
    raw: Mapping[str, Any] = field(eq=False, repr=False)
