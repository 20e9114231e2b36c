# Generated from specs/bitget.yaml by "make gen" (python -m generator). Do not edit.
from typing import Literal

GetContractsProductType = Literal[
    "COIN-FUTURES", "SCOIN-FUTURES", "SUSDC-FUTURES", "SUSDT-FUTURES", "USDC-FUTURES", "USDT-FUTURES"
]

GET_CONTRACTS_PRODUCT_TYPE_VALUES: set[GetContractsProductType] = {
    "COIN-FUTURES",
    "SCOIN-FUTURES",
    "SUSDC-FUTURES",
    "SUSDT-FUTURES",
    "USDC-FUTURES",
    "USDT-FUTURES",
}


def check_get_contracts_product_type(value: str) -> GetContractsProductType:
    if value in GET_CONTRACTS_PRODUCT_TYPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {GET_CONTRACTS_PRODUCT_TYPE_VALUES!r}")
