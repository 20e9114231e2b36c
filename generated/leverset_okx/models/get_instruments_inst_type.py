# Generated from specs/okx.yaml by "make gen" (python -m generator). Do not edit.
from typing import Literal

GetInstrumentsInstType = Literal["EVENTS", "FUTURES", "MARGIN", "OPTION", "SPOT", "SWAP"]

GET_INSTRUMENTS_INST_TYPE_VALUES: set[GetInstrumentsInstType] = {
    "EVENTS",
    "FUTURES",
    "MARGIN",
    "OPTION",
    "SPOT",
    "SWAP",
}


def check_get_instruments_inst_type(value: str) -> GetInstrumentsInstType:
    if value in GET_INSTRUMENTS_INST_TYPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {GET_INSTRUMENTS_INST_TYPE_VALUES!r}")
