# Generated from specs/bitget.yaml by "make gen" (python -m generator). Do not edit.
from typing import Literal

SetLeverageRequestProductType = Literal[
    "COIN-FUTURES", "SCOIN-FUTURES", "SUSDC-FUTURES", "SUSDT-FUTURES", "USDC-FUTURES", "USDT-FUTURES"
]

SET_LEVERAGE_REQUEST_PRODUCT_TYPE_VALUES: set[SetLeverageRequestProductType] = {
    "COIN-FUTURES",
    "SCOIN-FUTURES",
    "SUSDC-FUTURES",
    "SUSDT-FUTURES",
    "USDC-FUTURES",
    "USDT-FUTURES",
}


def check_set_leverage_request_product_type(value: str) -> SetLeverageRequestProductType:
    if value in SET_LEVERAGE_REQUEST_PRODUCT_TYPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {SET_LEVERAGE_REQUEST_PRODUCT_TYPE_VALUES!r}")
