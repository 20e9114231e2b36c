# Generated from specs/okx.yaml by "make gen" (python -m generator). Do not edit.
"""Contains all the data models used in inputs/outputs"""

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
