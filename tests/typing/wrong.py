"""Wrong uses that type checkers find, one in each function; nothing runs this file.

A function without an error in it, and an error outside of them, is a failure of test_typing.py.
"""

from __future__ import annotations

from leverset import (
    AsyncBitget,
    AsyncOkx,
    Bitget,
    BitgetAccount,
    Credentials,
    LeversetError,
    Okx,
    OkxAccount,
    OkxLeverage,
    ProductType,
)

SWAP = "BTC-USDT-SWAP"


def region_of_no_exchange(credentials: Credentials) -> None:
    Okx(credentials, region="mars")


def region_of_another_exchange(credentials: Credentials) -> None:
    Bitget(credentials, region="eea")


def limits_of_no_kind(credentials: Credentials) -> None:
    Okx(credentials, rate_limits="faster")


def margin_mode_of_another_exchange(okx: Okx) -> None:
    okx.set_leverage(inst_id=SWAP, lever=5, mgn_mode="crossed")


def neither_instrument_nor_currency(okx: Okx) -> None:
    okx.set_leverage(lever=5, mgn_mode="cross")


def currency_in_isolated(okx: Okx) -> None:
    okx.set_leverage(ccy="BTC", lever=5, mgn_mode="isolated")


def currency_with_an_instrument_in_isolated(okx: Okx) -> None:
    okx.set_leverage(inst_id="BTC-USDT", ccy="BTC", lever=5, mgn_mode="isolated")


def currency_with_a_side(okx: Okx) -> None:
    okx.set_leverage(ccy="BTC", lever=5, mgn_mode="cross", pos_side="net")


def side_in_cross(okx: Okx) -> None:
    okx.set_leverage(inst_id=SWAP, lever=5, mgn_mode="cross", pos_side="long")


def no_side_at_all(okx: Okx) -> None:
    okx.set_leverage(inst_id=SWAP, lever=5, mgn_mode="isolated", pos_side="buy")


async def side_in_cross_awaited(okx: AsyncOkx) -> None:
    await okx.set_leverage(inst_id=SWAP, lever=5, mgn_mode="cross", pos_side="long")


async def neither_instrument_nor_currency_awaited(okx: AsyncOkx) -> None:
    await okx.set_leverage(lever=5, mgn_mode="cross")


def product_type_that_does_not_exist(bitget: Bitget) -> None:
    bitget.set_leverage(symbol="BTCUSDT", product_type="USDT-FUTURE", margin_coin="USDT", leverage=5)


async def side_of_another_exchange(bitget: AsyncBitget) -> None:
    usual: ProductType = "USDT-FUTURES"
    await bitget.set_leverage(symbol="BTCUSDT", product_type=usual, margin_coin="USDT", leverage=5, hold_side="net")


def outcome_that_does_not_exist(error: LeversetError) -> str:
    match error.outcome:
        case "maybe":
            return "again"
        case _:
            return ""


def float_as_leverage(okx: Okx) -> None:
    okx.set_leverage(inst_id="BTC-USDT", lever=2.5, mgn_mode="cross")


def no_leverage(okx: Okx) -> None:
    okx.set_leverage(inst_id="BTC-USDT", mgn_mode="cross")


def not_by_name(okx: Okx) -> None:
    okx.set_leverage("BTC-USDT", lever=5, mgn_mode="cross")


def changed_result(result: OkxLeverage) -> None:
    result.confirmed = "response"


def credentials_without_passphrase() -> None:
    Credentials("key", "secret")


def position_mode_of_another_exchange() -> None:
    OkxAccount(position_mode="hedge_mode")


def account_of_another_exchange(credentials: Credentials) -> None:
    Okx(credentials, account=BitgetAccount())


def currency_in_isolated_read(okx: Okx) -> None:
    okx.get_leverage(mgn_mode="isolated", ccy="BTC")


def nothing_to_read(okx: Okx) -> None:
    okx.get_leverage(mgn_mode="cross")


async def margin_mode_of_another_exchange_read(okx: AsyncOkx) -> None:
    await okx.get_leverage(mgn_mode="crossed", inst_id=SWAP)


def product_type_that_is_none_read(bitget: Bitget) -> None:
    bitget.get_leverage(symbol="BTCUSDT", product_type="FUTURES", margin_coin="USDT")


def read_back_now_and_then(credentials: Credentials) -> None:
    Okx(credentials, read_back="sometimes")


def read_back_now_and_then_in_a_view(okx: Okx) -> None:
    okx.with_options(read_back="sometimes")


def account_by_another_word(credentials: Credentials) -> None:
    Okx(credentials, account="auto")


async def limits_without_a_product_type(bitget: AsyncBitget) -> None:
    await bitget.get_limits("BTCUSDT")
