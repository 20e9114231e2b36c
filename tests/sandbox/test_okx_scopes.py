"""OKX: at what scope leverage is kept, and that only a success changes any."""

import itertools

import pytest

from tests.sandbox.caller import Caller, code, okx_data


@pytest.fixture(autouse=True)
def _unlimited(caller: Caller) -> None:
    caller.sandbox.configure(limits=False)


def test_scopes(caller: Caller) -> None:
    """Cross contracts share their underlying; isolated ones have a value per contract and side."""
    account = caller.sandbox.account("okx")
    cross, isolated = {"mgnMode": "cross"}, {"mgnMode": "isolated"}
    for number, body in enumerate(
        [
            {"instId": "BTC-USDT", **isolated},
            {"instId": "BTC-USDT", **cross},
            {"instId": "BTC-USDT-SWAP", **cross},
            {"instId": "BTC-USDT-200802", **cross},
            {"instId": "BTC-USD-SWAP", **cross},
            {"instId": "BTC-USDT-SWAP", **isolated, "posSide": "long"},
            {"instId": "BTC-USDT-SWAP", **isolated, "posSide": "short"},
            {"instId": "BTC-USDT-200802", **isolated, "posSide": "long"},
        ],
        start=1,
    ):
        okx_data(caller.okx({**body, "lever": str(number)}))
    assert caller.sandbox.leverage("okx", account) == [
        {"scope": "pair", "mgnMode": "isolated", "instId": "BTC-USDT", "lever": "1"},
        {"scope": "pair", "mgnMode": "cross", "instId": "BTC-USDT", "lever": "2"},
        {"scope": "underlying", "mgnMode": "cross", "uly": "BTC-USDT", "lever": "4"},
        {"scope": "underlying", "mgnMode": "cross", "uly": "BTC-USD", "lever": "5"},
        {"scope": "contract", "mgnMode": "isolated", "instId": "BTC-USDT-SWAP", "posSide": "long", "lever": "6"},
        {"scope": "contract", "mgnMode": "isolated", "instId": "BTC-USDT-SWAP", "posSide": "short", "lever": "7"},
        {"scope": "contract", "mgnMode": "isolated", "instId": "BTC-USDT-200802", "posSide": "long", "lever": "8"},
    ]


def test_scopes_in_net_mode_and_multi_currency(caller: Caller) -> None:
    account = caller.sandbox.account("okx", level="multi_currency", position_mode="net_mode")
    caller.okx({"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "isolated", "posSide": "net"}, account)
    caller.okx({"instId": "BTC-USDT-SWAP", "lever": "6", "mgnMode": "isolated"}, account)
    caller.okx({"ccy": "USDT", "lever": "7", "mgnMode": "cross"}, account)
    assert caller.sandbox.leverage("okx", account) == [
        {"scope": "contract", "mgnMode": "isolated", "instId": "BTC-USDT-SWAP", "lever": "6"},
        {"scope": "currency", "mgnMode": "cross", "ccy": "USDT", "lever": "7"},
    ]


CROSS = {"lever": "5", "mgnMode": "cross"}


def cross(caller: Caller, *names: str) -> list[dict[str, str]]:
    """The scopes that are set where each name in turn is set to its own place in the list."""
    for number, name in enumerate(names, start=1):
        okx_data(caller.okx({**CROSS, "instId": name, "lever": str(number)}))
    return [{name: value for name, value in row.items() if name != "mgnMode"} for row in caller.sandbox.leverage("okx")]


def test_cross_swaps_may_be_set_per_contract(caller: Caller) -> None:
    """As the exchange's page says today; dated futures share their underlying all the same."""
    caller.sandbox.configure(cross_swaps="contract")
    names = ("BTC-USDT-SWAP", "BTC-USD-SWAP", "BTC-USDT-200802", "BTC-USDT-200803")
    assert cross(caller, *names) == [
        {"scope": "contract", "instId": "BTC-USDT-SWAP", "lever": "1"},
        {"scope": "contract", "instId": "BTC-USD-SWAP", "lever": "2"},
        {"scope": "underlying", "uly": "BTC-USDT", "lever": "4"},
    ]
    query = "mgnMode=cross&instId=BTC-USDT-SWAP"
    rows = caller.read("okx", "/api/v5/account/leverage-info", None, query).json()["data"]
    assert [row["lever"] for row in rows] == ["1", "1"]


UNIFIED_MARGIN = ("BTC-USD-SWAP", "BTC-USD_UM-SWAP", "BTC-USD_UM-260327", "BTC-USD_UM_XPERP-310404")


def test_an_underlying_has_all_its_families(caller: Caller) -> None:
    assert cross(caller, *UNIFIED_MARGIN) == [{"scope": "underlying", "uly": "BTC-USD", "lever": "4"}]


def test_cross_contracts_may_be_set_per_family(caller: Caller) -> None:
    caller.sandbox.configure(cross_futures="family")
    assert cross(caller, *UNIFIED_MARGIN) == [
        {"scope": "family", "instFamily": "BTC-USD", "lever": "1"},
        {"scope": "family", "instFamily": "BTC-USD_UM", "lever": "3"},
        {"scope": "family", "instFamily": "BTC-USD_UM_XPERP", "lever": "4"},
    ]


def test_families_of_futures_alone(caller: Caller) -> None:
    caller.sandbox.configure(cross_futures="family", cross_swaps="contract")
    assert [row["scope"] for row in cross(caller, *UNIFIED_MARGIN)] == ["contract", "contract", "family", "family"]


def test_only_successes_change_leverage(caller: Caller) -> None:
    """All combinations of a few values per field: always a known code, and leverage exactly on "0"."""
    values: dict[str, list[str | None]] = {
        "instId": [None, "", "BTC-USDT", "BTC-USDT-SWAP", "BTC-USD-200802-10000-C", "X"],
        "ccy": [None, "", "BTC", "NOPE"],
        "mgnMode": ["isolated", "cross"],
        "posSide": [None, "", "long", "net"],
    }
    known = {"0", "50015", "50016", "51000", "51001", "51010", "51012", "51039"}
    account = caller.sandbox.account("okx", level="multi_currency")
    seen = set()
    for count, combination in enumerate(itertools.product(*values.values())):
        body = {name: value for name, value in zip(values, combination, strict=True) if value is not None}
        found = code(caller.okx({**body, "lever": "5"}, account))
        [entry] = caller.sandbox.requests(after=count)
        assert found in known, body
        assert entry["applied"] is (found == "0"), body
        seen.add(found)
    assert seen == known - {"51010", "51039"}
