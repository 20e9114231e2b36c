# Generated from specs/okx.yaml by "make gen" (python -m generator). Do not edit.
"""The models of requests and responses; each is imported when it is first asked for."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .account_config import AccountConfig
    from .get_account_config_response import GetAccountConfigResponse
    from .get_instruments_inst_type import GetInstrumentsInstType
    from .get_instruments_response import GetInstrumentsResponse
    from .get_leverage_mgn_mode import GetLeverageMgnMode
    from .get_leverage_response import GetLeverageResponse
    from .get_time_response import GetTimeResponse
    from .instrument import Instrument
    from .leverage_entry import LeverageEntry
    from .set_leverage_request import SetLeverageRequest
    from .set_leverage_request_mgn_mode import SetLeverageRequestMgnMode
    from .set_leverage_request_pos_side import SetLeverageRequestPosSide
    from .set_leverage_response import SetLeverageResponse
    from .set_leverage_result import SetLeverageResult
    from .system_time import SystemTime

_MODULES = {
    "AccountConfig": "account_config",
    "GetAccountConfigResponse": "get_account_config_response",
    "GetInstrumentsInstType": "get_instruments_inst_type",
    "GetInstrumentsResponse": "get_instruments_response",
    "GetLeverageMgnMode": "get_leverage_mgn_mode",
    "GetLeverageResponse": "get_leverage_response",
    "GetTimeResponse": "get_time_response",
    "Instrument": "instrument",
    "LeverageEntry": "leverage_entry",
    "SetLeverageRequest": "set_leverage_request",
    "SetLeverageRequestMgnMode": "set_leverage_request_mgn_mode",
    "SetLeverageRequestPosSide": "set_leverage_request_pos_side",
    "SetLeverageResponse": "set_leverage_response",
    "SetLeverageResult": "set_leverage_result",
    "SystemTime": "system_time",
}

__all__ = (
    "AccountConfig",
    "GetAccountConfigResponse",
    "GetInstrumentsInstType",
    "GetInstrumentsResponse",
    "GetLeverageMgnMode",
    "GetLeverageResponse",
    "GetTimeResponse",
    "Instrument",
    "LeverageEntry",
    "SetLeverageRequest",
    "SetLeverageRequestMgnMode",
    "SetLeverageRequestPosSide",
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
