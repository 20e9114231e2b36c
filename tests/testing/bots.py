"""A bot for the tests here, and the type of what runs it."""

from collections.abc import Callable

import pytest

BOT = """
import os
from leverset import Bitget, Credentials, Okx

def okx(lever=5, **options):
    with Okx(Credentials.from_env("OKX"), base_url=os.environ["OKX_BASE_URL"], **options) as client:
        return client.set_leverage(inst_id="BTC-USDT-SWAP", lever=lever, mgn_mode="cross")

def bitget(lever=5, **options):
    with Bitget(Credentials.from_env("BITGET"), base_url=os.environ["BITGET_BASE_URL"], **options) as client:
        where = {"symbol": "BTCUSDT", "product_type": "USDT-FUTURES", "margin_coin": "USDT", "hold_side": "long"}
        return client.set_leverage(leverage=lever, **where)
"""
"""A bot as users have one: it takes everything from the environment."""

Run = Callable[..., pytest.RunResult]
