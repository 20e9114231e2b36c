"""Tests of the bot: pip install 'leverset[testing]' ccxt, and pytest."""

import asyncio

import bot
import ccxt
import pytest
from leverset.testing import OkxSandboxAccount

SWAP = "BTC-USDT-SWAP"


def test_it_sets_the_leverage(okx_account: OkxSandboxAccount) -> None:
    bot.set_leverage(5)
    okx_account.assert_leverage(5, inst_id=SWAP, mgn_mode="cross")
    okx_account.assert_no_refusals()


@pytest.mark.okx_account(level="spot")
def test_an_account_without_leverage_is_an_error(okx_account: OkxSandboxAccount) -> None:
    with pytest.raises(ccxt.ExchangeError, match="51010"):
        bot.set_leverage(5)
    assert [request.refusal[:5] for request in okx_account.refused] == ["51010"]


@pytest.mark.leverset_fault("timeout", applied=True)
def test_a_lost_answer_is_asked_for_again(okx_account: OkxSandboxAccount) -> None:
    bot.set_leverage(5)
    okx_account.assert_leverage(5, inst_id=SWAP, mgn_mode="cross")


@pytest.mark.leverset_fault("html", times=2)
def test_an_exchange_that_is_down_is_an_error(okx_account: OkxSandboxAccount) -> None:
    with pytest.raises(ccxt.NetworkError):
        bot.set_leverage(5)
    okx_account.assert_leverage(3, inst_id=SWAP, mgn_mode="cross")


def test_too_high_a_leverage_is_refused(okx_account: OkxSandboxAccount) -> None:
    okx_account.sandbox.change_instrument("okx", SWAP, maximum="20")
    with pytest.raises(ccxt.ExchangeError, match="59102"):
        bot.set_leverage(50)


@pytest.mark.asyncio
async def test_beside_an_event_loop(okx_account: OkxSandboxAccount) -> None:
    await asyncio.to_thread(bot.set_leverage, 7)
    okx_account.assert_leverage(7, inst_id=SWAP, mgn_mode="cross")
