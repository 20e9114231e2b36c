# Generated from specs/bitget.yaml by "make gen" (python -m generator). Do not edit.
"""Contains all the data models used in inputs/outputs"""

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
