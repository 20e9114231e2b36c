"""An account on OKX."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from leverset.testing._account import SandboxAccount


class OkxSandboxAccount(SandboxAccount):
    """An account on OKX, of one test: the fixture `okx_account`."""

    def leverage(
        self,
        *,
        mgn_mode: Literal["cross", "isolated"],
        inst_id: str = "",
        ccy: str = "",
        pos_side: Literal["long", "short", "net"] | None = None,
    ) -> Decimal:
        """Return the leverage that holds, whoever set it, or the exchange's first one.

        Args:
            mgn_mode: Margin mode.
            inst_id: Instrument, such as "BTC-USDT-SWAP".
            ccy: Currency, in place of an instrument.
            pos_side: Side; it may be left out where there is one, or where both have the same leverage.

        Raises:
            ValueError: Neither instrument nor currency has a leverage in this mode, or the sides differ.
        """
        return self._held(f"{inst_id or ccy} {mgn_mode}", pos_side, _fields(mgn_mode, inst_id, ccy))

    def assert_leverage(
        self,
        expected: str | int | float | Decimal,
        *,
        mgn_mode: Literal["cross", "isolated"],
        inst_id: str = "",
        ccy: str = "",
        pos_side: Literal["long", "short", "net"] | None = None,
    ) -> None:
        """Fail unless this leverage holds; the text has the requests that arrived. Arguments as in `leverage`."""
        __tracebackhide__ = True
        self._assert_held(expected, f"{inst_id or ccy} {mgn_mode}", pos_side, **_fields(mgn_mode, inst_id, ccy))


def _fields(mgn_mode: str, inst_id: str, ccy: str) -> dict[str, str]:
    return {"mgnMode": mgn_mode, "instId": inst_id, "ccy": ccy}
