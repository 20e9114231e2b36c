# Generated from specs/bitget.yaml by "make gen" (python -m generator). Do not edit.
"""Contains all the data models used in inputs/outputs"""

from .set_leverage_request import SetLeverageRequest
from .set_leverage_request_hold_side import SetLeverageRequestHoldSide
from .set_leverage_request_product_type import SetLeverageRequestProductType
from .set_leverage_response import SetLeverageResponse
from .set_leverage_result import SetLeverageResult

__all__ = (
    "SetLeverageRequest",
    "SetLeverageRequestHoldSide",
    "SetLeverageRequestProductType",
    "SetLeverageResponse",
    "SetLeverageResult",
)
