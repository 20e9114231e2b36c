# Generated from specs/okx.yaml by "make gen" (python -m generator). Do not edit.
"""Contains all the data models used in inputs/outputs"""

from .set_leverage_request import SetLeverageRequest
from .set_leverage_request_mgn_mode import SetLeverageRequestMgnMode
from .set_leverage_request_pos_side import SetLeverageRequestPosSide
from .set_leverage_response import SetLeverageResponse
from .set_leverage_result import SetLeverageResult

__all__ = (
    "SetLeverageRequest",
    "SetLeverageRequestMgnMode",
    "SetLeverageRequestPosSide",
    "SetLeverageResponse",
    "SetLeverageResult",
)
