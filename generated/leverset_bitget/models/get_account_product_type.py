# Generated from specs/bitget.yaml by "make gen" (python -m generator). Do not edit.
from typing import Literal

GetAccountProductType = Literal[
    "COIN-FUTURES", "SCOIN-FUTURES", "SUSDC-FUTURES", "SUSDT-FUTURES", "USDC-FUTURES", "USDT-FUTURES"
]

GET_ACCOUNT_PRODUCT_TYPE_VALUES: set[GetAccountProductType] = {
    "COIN-FUTURES",
    "SCOIN-FUTURES",
    "SUSDC-FUTURES",
    "SUSDT-FUTURES",
    "USDC-FUTURES",
    "USDT-FUTURES",
}


def check_get_account_product_type(value: str) -> GetAccountProductType:
    if value in GET_ACCOUNT_PRODUCT_TYPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {GET_ACCOUNT_PRODUCT_TYPE_VALUES!r}")
