# Generated from specs/bitget.yaml by "make gen" (python -m generator). Do not edit.
"""The models of requests and responses; each is imported when it is first asked for."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .contract import Contract
    from .futures_account import FuturesAccount
    from .get_account_product_type import GetAccountProductType
    from .get_account_response import GetAccountResponse
    from .get_contracts_product_type import GetContractsProductType
    from .get_contracts_response import GetContractsResponse
    from .get_time_response import GetTimeResponse
    from .set_leverage_request import SetLeverageRequest
    from .set_leverage_request_hold_side import SetLeverageRequestHoldSide
    from .set_leverage_request_product_type import SetLeverageRequestProductType
    from .set_leverage_response import SetLeverageResponse
    from .set_leverage_result import SetLeverageResult
    from .system_time import SystemTime

_MODULES = {
    "Contract": "contract",
    "FuturesAccount": "futures_account",
    "GetAccountProductType": "get_account_product_type",
    "GetAccountResponse": "get_account_response",
    "GetContractsProductType": "get_contracts_product_type",
    "GetContractsResponse": "get_contracts_response",
    "GetTimeResponse": "get_time_response",
    "SetLeverageRequest": "set_leverage_request",
    "SetLeverageRequestHoldSide": "set_leverage_request_hold_side",
    "SetLeverageRequestProductType": "set_leverage_request_product_type",
    "SetLeverageResponse": "set_leverage_response",
    "SetLeverageResult": "set_leverage_result",
    "SystemTime": "system_time",
}

__all__ = (
    "Contract",
    "FuturesAccount",
    "GetAccountProductType",
    "GetAccountResponse",
    "GetContractsProductType",
    "GetContractsResponse",
    "GetTimeResponse",
    "SetLeverageRequest",
    "SetLeverageRequestHoldSide",
    "SetLeverageRequestProductType",
    "SetLeverageResponse",
    "SetLeverageResult",
    "SystemTime",
)

if not TYPE_CHECKING:  # type checkers know the names above, and refuse any other

    def __getattr__(name: str) -> object:
        if name in _MODULES.values():
            return import_module(f".{name}", __name__)
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f".{_MODULES[name]}", __name__), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *_MODULES})
