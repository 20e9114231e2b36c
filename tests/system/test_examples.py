"""Every request example of both documents, at the sandbox, against an account in the mode that it names."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import leverset_bitget.models
import leverset_okx.models
import pytest
import yaml
from leverset_bitget.api.account import set_leverage as bitget_set_leverage
from leverset_bitget.types import Unset as BitgetUnset
from leverset_okx.api.account import set_leverage as okx_set_leverage
from leverset_okx.types import Unset as OkxUnset

from leverset import (
    AsyncBitget,
    AsyncOkx,
    Bitget,
    BitgetAccount,
    Credentials,
    Limiter,
    Okx,
    OkxAccount,
    RuleViolation,
)
from leverset.sandbox import Account, Sandbox
from tests.server import Untouched

SPECS = Path(__file__).parents[2] / "specs"


def examples(exchange: str) -> dict[str, Any]:
    """The examples of the set-leverage request in the spec, which a test of tests/documents holds to the document."""
    paths = yaml.safe_load((SPECS / f"{exchange}.yaml").read_text())["paths"].values()
    [operation] = [path["post"] for path in paths if "post" in path]
    found: dict[str, Any] = operation["requestBody"]["content"]["application/json"]["examples"]
    return found


OKX = examples("okx")
BITGET = examples("bitget")

# example: the leverage that the sandbox has afterwards, with the scope it holds for
KEPT = {
    "isolated-margin-pair": [{"scope": "pair", "mgnMode": "isolated", "instId": "BTC-USDT", "lever": "5"}],
    "cross-margin-pair": [{"scope": "pair", "mgnMode": "cross", "instId": "BTC-USDT", "lever": "5"}],
    "cross-margin-currency": [{"scope": "currency", "mgnMode": "cross", "ccy": "BTC", "lever": "5"}],
    "isolated-futures-long": [
        {"scope": "contract", "mgnMode": "isolated", "instId": "BTC-USDT-200802", "posSide": "long", "lever": "5"}
    ],
    "cross-futures-underlying": [{"scope": "underlying", "mgnMode": "cross", "uly": "BTC-USDT", "lever": "5"}],
    "isolated-hedge-long": [
        {"scope": "long", "productType": "USDT-FUTURES", "symbol": "BTCUSDT", "lever": "20"},
    ],
}

EXCHANGES: dict[str, Any] = {
    "okx": (Okx, AsyncOkx, OkxAccount, leverset_okx.models.SetLeverageRequest, okx_set_leverage),
    "bitget": (Bitget, AsyncBitget, BitgetAccount, leverset_bitget.models.SetLeverageRequest, bitget_set_leverage),
}
CASES = [("okx", name) for name in OKX] + [("bitget", name) for name in BITGET]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


class Case:
    """One example with its account, and a client for it of either form."""

    def __init__(self, sandbox: Sandbox, exchange: str, name: str) -> None:
        sandbox.reset()
        self.sandbox = sandbox
        self.exchange, self.name = exchange, name
        example = {"okx": OKX, "bitget": BITGET}[exchange][name]
        self.make, self.make_async, make_account, model, self.module = EXCHANGES[exchange]
        self.account: Account = sandbox.account(exchange, **example["x-account"])
        self.request = model.from_dict(example["value"])
        self.arguments = attrs.asdict(
            self.request, filter=lambda _, value: not isinstance(value, OkxUnset | BitgetUnset)
        )
        self.settings = {
            "base_url": sandbox.url,
            "account": make_account(uid=self.account.uid, **example["x-account"]),
            "limiter": Limiter(),
        }

    @property
    def credentials(self) -> Credentials:
        return Credentials(self.account.api_key, self.account.secret, self.account.passphrase)

    def is_kept(self) -> None:
        """The sandbox's own state says that it was set, and that it took one request."""
        assert self.sandbox.leverage(self.exchange, self.account) == KEPT[self.name]
        [request] = self.sandbox.requests(self.exchange)
        assert (request["applied"], request["account"]) == (True, self.account.name)


@pytest.fixture
def case(sandbox: Sandbox, exchange: str, name: str) -> Case:
    return Case(sandbox, exchange, name)


def test_the_documents_have_six_examples() -> None:
    assert (len(OKX), len(BITGET)) == (5, 1)
    assert set(KEPT) == set(OKX) | set(BITGET)


@pytest.mark.parametrize(("exchange", "name"), CASES)
def test_sync(case: Case) -> None:
    with case.make(case.credentials, **case.settings) as client:
        result = client.set_leverage(**case.arguments)
    is_reported(case, result)
    case.is_kept()


@pytest.mark.parametrize(("exchange", "name"), CASES)
def test_async(case: Case) -> None:
    async def run() -> Any:
        async with case.make_async(case.credentials, **case.settings) as client:
            return await client.set_leverage(**case.arguments)

    is_reported(case, asyncio.run(run()))
    case.is_kept()


@pytest.mark.parametrize(("exchange", "name"), CASES)
def test_through_the_bare_generated_client(case: Case) -> None:
    with case.make(case.credentials, **case.settings) as client:
        response = case.module.sync(client=client.client, body=case.request)
    assert response.code in ("0", "00000")
    case.is_kept()


@pytest.mark.parametrize(("exchange", "name"), CASES)
def test_through_the_bare_generated_client_awaited(case: Case) -> None:
    async def run() -> Any:
        async with case.make_async(case.credentials, **case.settings) as client:
            return await case.module.asyncio(client=client.client, body=case.request)

    assert asyncio.run(run()).code in ("0", "00000")
    case.is_kept()


def is_reported(case: Case, result: Any) -> None:
    """The result names what was asked."""
    if case.exchange == "okx":
        asked = case.request.to_dict()
        assert {name: value for name, value in result.raw.items() if name in asked} == asked
    else:
        assert (result.symbol, result.margin_coin, result.lever) == ("BTCUSDT", "USDT", 20)
        assert result.raw["longLeverage"] == "20"
        assert result.margin_mode == "isolated"


def test_bitgets_printed_example_is_refused(sandbox: Sandbox) -> None:
    case = Case(sandbox, "bitget", "isolated-hedge-long")
    with (
        Untouched() as nobody,
        Bitget(case.credentials, base_url=nobody.url) as bitget,
        pytest.raises(RuleViolation) as caught,
    ):
        bitget.set_leverage(**{**case.arguments, "margin_coin": "usdt"})
    [violation] = caught.value.violations
    assert (violation.rule, violation.fix) == ("bitget/margin-coin-capitalised", 'give marginCoin as "USDT"')
