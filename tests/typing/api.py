"""How the library is used, for type checkers: they read this file and find nothing wrong, and nothing runs it."""

from __future__ import annotations

from decimal import Decimal
from typing import SupportsIndex, assert_never

import httpx
import leverset_bitget
import leverset_okx
from leverset_bitget.api.account import set_leverage as bitget_set_leverage
from leverset_bitget.models import SetLeverageRequest as BitgetRequest
from leverset_bitget.models import SetLeverageResult as BitgetResult
from leverset_okx.api.account import set_leverage as okx_set_leverage
from leverset_okx.models import SetLeverageRequest as OkxRequest
from leverset_okx.models import SetLeverageResponse as OkxResponse

from leverset import (
    AsyncBitget,
    AsyncOkx,
    Attempt,
    Bitget,
    BitgetAccount,
    BitgetLeverage,
    Credentials,
    ExchangeError,
    InstrumentLimits,
    LeverageOutOfRange,
    LeversetError,
    Limiter,
    MarginMode,
    Okx,
    OkxAccount,
    OkxLeverage,
    Outcome,
    PositionSide,
    ProductType,
    RateLimit,
    RateLimitTimeout,
    ReadBackMode,
    ResultMismatch,
    RuleViolation,
    TransportError,
    Violation,
)

credentials = Credentials.from_env("OKX")
limiter = Limiter()


def sync() -> OkxLeverage:
    account = OkxAccount(uid="44", position_mode="long_short_mode", level="single_currency")
    with Okx(credentials, demo=True, account=account, limiter=limiter) as okx:
        result = okx.set_leverage(inst_id="BTC-USDT-SWAP", lever=5, mgn_mode="isolated", pos_side="long")
        okx.set_leverage(ccy="BTC", lever=Decimal("2.5"), mgn_mode="cross")
        okx.set_leverage(inst_id="BTC-USDT", lever="5", mgn_mode="cross")
        doubled: Decimal = 2 * Decimal(result.lever)
        print(doubled, result.inst_id or result.ccy, result.confirmed, result.raw["lever"])  # noqa: T201 - an example
        return result


def what_belongs_together(okx: Okx, mode: MarginMode, side: PositionSide, number: SupportsIndex) -> None:
    okx.set_leverage(inst_id="BTC-USDT-SWAP", lever=5, mgn_mode=mode)
    okx.set_leverage(inst_id="BTC-USDT-SWAP", lever=5, mgn_mode=mode, pos_side="net")
    okx.set_leverage(inst_id="BTC-USDT-SWAP", lever=number, mgn_mode="isolated", pos_side=side)
    okx.set_leverage(inst_id="BTC-USDT", ccy="USDT", lever=5, mgn_mode="cross", pos_side=None)
    # What only run time knows goes by the document's names.
    result: OkxLeverage = okx.set_leverage_from(
        {"instId": "BTC-USDT-SWAP", "lever": 5, "mgnMode": mode, "posSide": side}
    )
    again: MarginMode = result.mgn_mode
    okx.set_leverage(inst_id="BTC-USDT", lever=result.lever, mgn_mode=again)


async def what_belongs_together_awaited(okx: AsyncOkx, mode: MarginMode, side: PositionSide) -> None:
    await okx.set_leverage(inst_id="BTC-USDT-SWAP", lever=5, mgn_mode=mode, pos_side="net")
    await okx.set_leverage(inst_id="BTC-USDT-SWAP", lever=5, mgn_mode="isolated", pos_side=side)
    await okx.set_leverage(ccy="BTC", lever=5, mgn_mode="cross")
    result: OkxLeverage = await okx.set_leverage_from({"instId": "BTC-USDT", "lever": 5, "mgnMode": mode})
    print(result.lever)  # noqa: T201 - an example


def last_outcome(error: LeversetError) -> Outcome:
    attempts: tuple[Attempt, ...] = error.attempts
    return attempts[-1].outcome if attempts else error.outcome


def what_an_outcome_can_be(error: LeversetError) -> bool:
    match error.outcome:
        case "not_sent" | "refused":
            return False
        case "differs" | "unknown":
            return True
        case _:
            assert_never(error.outcome)


async def awaited() -> BitgetLeverage:
    account = BitgetAccount(position_mode="hedge_mode", margin_mode="isolated")
    async with AsyncBitget(credentials, account=account, deadline=5, max_wait=None, retries=0) as bitget:
        return await bitget.set_leverage(
            symbol="BTCUSDT", product_type="USDT-FUTURES", margin_coin="USDT", leverage=20, hold_side="long"
        )


async def any_operation() -> None:
    body = OkxRequest(lever="5", mgn_mode="cross", inst_id="BTC-USDT")
    async with AsyncOkx(credentials, region="eea") as okx:
        await okx.call(okx_set_leverage, body=body)
    with Bitget(credentials, proxy="http://127.0.0.1:3128") as bitget:
        bitget.call(bitget_set_leverage, body=BitgetRequest("BTCUSDT", "USDT-FUTURES", "USDT", "20", hold_side="long"))


def bare_generated_client() -> OkxResponse | None:
    with Okx(credentials) as okx:
        client: leverset_okx.Client = okx.client
        return okx_set_leverage.sync(client=client, body=OkxRequest(lever="5", mgn_mode="cross", ccy="BTC"))


async def bare_generated_client_awaited() -> None:
    async with AsyncBitget(credentials) as bitget:
        client: leverset_bitget.Client = bitget.client
        reply = await bitget_set_leverage.asyncio(
            client=client, body=BitgetRequest("BTCUSDT", "USDT-FUTURES", "USDT", "20")
        )
        if reply is not None and isinstance(reply.data, BitgetResult):
            print(reply.data.cross_margin_leverage)  # noqa: T201 - an example


def reading(okx: Okx, bitget: Bitget, mode: MarginMode, product: ProductType) -> Decimal | None:
    found: tuple[OkxLeverage, ...] = okx.get_leverage(mgn_mode=mode, inst_id=["BTC-USDT-SWAP", "ETH-USDT-SWAP"])
    okx.get_leverage(mgn_mode="cross", ccy=("BTC", "ETH"))
    sides: tuple[BitgetLeverage, ...] = bitget.get_leverage(symbol="BTCUSDT", product_type=product, margin_coin="USDT")
    print([(each.pos_side, each.lever) for each in found], [each.hold_side for each in sides])  # noqa: T201 - an example
    account: OkxAccount = okx.read_account()
    print(account.position_mode, account.uid)  # noqa: T201 - an example
    limits: InstrumentLimits = bitget.get_limits("BTCUSDT", product)
    mode_of_reading: ReadBackMode = "always"
    view: Okx = okx.with_options(deadline=5, retries=0, read_back=mode_of_reading)
    view.set_leverage(inst_id="BTC-USDT-SWAP", lever=5, mgn_mode="cross")
    return limits.maximum


async def reading_awaited(okx: AsyncOkx) -> Decimal | None:
    [first, *_] = await okx.get_leverage(mgn_mode="isolated", inst_id="BTC-USDT-SWAP")
    limits = await okx.with_options(max_wait=1.0).get_limits(first.inst_id or "BTC-USDT-SWAP")
    return limits.maximum


def settings() -> None:
    Okx(credentials, account="read", read_back="never")
    Okx(credentials, rate_limits="published")
    AsyncBitget(credentials, rate_limits="documented")
    Okx(credentials, rate_limits={"set_leverage": RateLimit(requests=20, seconds=2, scope="user")})
    Okx(credentials, base_url="http://127.0.0.1:8080", timeout=1.5, transport=httpx.HTTPTransport())


def errors() -> str:
    try:
        sync()
    except RuleViolation as error:
        first: Violation = error.violations[0]
        return f"{first.rule} {first.field} {first.fix}"
    except RateLimitTimeout as error:
        return f"{error.waited:.1f} {error.at_least:.1f}"
    except ResultMismatch as error:
        return error.reported["lever"]
    except LeverageOutOfRange as error:
        return f"{error.maximum or 0:f}"
    except ExchangeError as error:
        return f"{error.code} {error.message} {error.http_status} {error.category} {error.operation}"
    except TransportError as error:
        return "; ".join(f"{attempt.number} {attempt.result} {attempt.waited}" for attempt in error.attempts)
    except LeversetError as error:
        if error.outcome == "unknown":
            return error.fix if error.observed else error.read_failure
        return error.reference
    return ""
