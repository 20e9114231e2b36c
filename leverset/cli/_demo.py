"""The program of `leverset demo`: every example of the documents against a sandbox, and what refusals look like."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import leverset_bitget.api.account.set_leverage as bitget_set_leverage
import leverset_okx.api.account.set_leverage as okx_set_leverage
from leverset_bitget.models import SetLeverageRequest as BitgetRequest
from leverset_okx.models import SetLeverageRequest as OkxRequest
from rich.console import Console

from leverset import (
    AsyncBitget,
    AsyncOkx,
    Bitget,
    BitgetAccount,
    Credentials,
    LeversetError,
    Okx,
    OkxAccount,
    RuleViolation,
)
from leverset.sandbox import Account, Sandbox

# The request examples of the two documents, each with the modes of the account that it is for.
OKX_EXAMPLES: tuple[tuple[str, dict[str, str], str, str], ...] = (
    (
        "isolated MARGIN, the pair",
        {"instId": "BTC-USDT", "lever": "5", "mgnMode": "isolated"},
        "single_currency",
        "long_short_mode",
    ),
    (
        "cross MARGIN, the pair",
        {"instId": "BTC-USDT", "lever": "5", "mgnMode": "cross"},
        "single_currency",
        "long_short_mode",
    ),
    (
        "cross MARGIN, the currency",
        {"ccy": "BTC", "lever": "5", "mgnMode": "cross"},
        "multi_currency",
        "long_short_mode",
    ),
    (
        "isolated FUTURES, the long side",
        {"instId": "BTC-USDT-200802", "lever": "5", "posSide": "long", "mgnMode": "isolated"},
        "single_currency",
        "long_short_mode",
    ),
    (
        "cross FUTURES, the underlying",
        {"instId": "BTC-USDT-200802", "lever": "5", "mgnMode": "cross"},
        "single_currency",
        "long_short_mode",
    ),
)
BITGET_EXAMPLES: tuple[tuple[str, dict[str, str], str, str], ...] = (
    (
        "isolated, hedge mode, the long side",
        {
            "symbol": "btcusdt",
            "productType": "USDT-FUTURES",
            "marginCoin": "USDT",
            "leverage": "20",
            "holdSide": "long",
        },
        "isolated",
        "hedge_mode",
    ),
)


def _credentials(account: Account) -> Credentials:
    return Credentials(account.api_key, account.secret, account.passphrase)


def _account(sandbox: Sandbox, exchange: str, mode: str, position_mode: str) -> tuple[Account, Any]:
    """Return the sandbox's account in these modes, and its description for the client."""
    if exchange == "okx":
        account = sandbox.account("okx", level=mode, position_mode=position_mode)
        return account, OkxAccount(uid=account.uid, level=mode, position_mode=position_mode)  # type: ignore[arg-type] # a literal above
    account = sandbox.account("bitget", margin_mode=mode, position_mode=position_mode)
    return account, BitgetAccount(uid=account.uid, margin_mode=mode, position_mode=position_mode)  # type: ignore[arg-type] # likewise


class Demo:
    """Runs the demo, prints each step, and counts unexpected outcomes."""

    def __init__(self, sandbox: Sandbox, console: Console) -> None:
        self._sandbox = sandbox
        self._console = console
        self.unexpected = 0

    def examples(self) -> None:
        """Send every documented example through the generated clients, sync and async."""
        for style in ("sync", "async"):
            self._console.rule(f"[bold]The documents' examples, {style}", align="left")
            for exchange, examples in (("okx", OKX_EXAMPLES), ("bitget", BITGET_EXAMPLES)):
                for what, body, mode, position_mode in examples:
                    account, known = _account(self._sandbox, exchange, mode, position_mode)
                    try:
                        if style == "sync":
                            result = self._set(exchange, account, known, body)
                        else:
                            result = asyncio.run(self._set_async(exchange, account, known, body))
                    except LeversetError as error:
                        self._unexpected(str(error))
                        continue
                    shown = " ".join(f"{name}={value}" for name, value in body.items())
                    self._console.print(f" [green]ok[/]  {exchange:<6} {what:<36} [dim]{account.name}[/]")
                    self._console.print(f"      {shown} [dim]->[/] {result}", highlight=False)

    def wrong_requests(self) -> None:
        """Make three calls that break rules; no request may reach the exchange."""
        self._console.rule("[bold]Wrong requests, refused before anything is sent", align="left")
        before = len(self._sandbox.requests())
        account, known = _account(self._sandbox, "okx", "single_currency", "long_short_mode")
        with (
            Okx(_credentials(account), base_url=self._sandbox.url, account=known) as okx,
            Bitget(_credentials(self._sandbox.account("bitget")), base_url=self._sandbox.url) as bitget,
        ):
            self._refused(
                "Bitget's own example, word for word",
                RuleViolation,
                lambda: bitget.set_leverage(
                    symbol="btcusdt", product_type="USDT-FUTURES", margin_coin="usdt", leverage=20, hold_side="long"
                ),
            )
            self._refused(
                "An isolated contract in long/short mode, without a side",
                RuleViolation,
                lambda: okx.set_leverage(inst_id="BTC-USDT-SWAP", lever=5, mgn_mode="isolated"),
            )
            self._refused(
                "Three mistakes at once",
                RuleViolation,
                lambda: okx.set_leverage(inst_id="BTC-USDT", lever="5x", mgn_mode="cross", pos_side="long"),
            )
        after = len(self._sandbox.requests())
        self._console.print(f" requests that reached the exchange: {after - before}\n", highlight=False)
        self.unexpected += after - before

    def refused_by_exchange(self) -> None:
        """Make a call that only the exchange can refuse."""
        self._console.rule("[bold]Refused by the exchange", align="left")
        account, known = _account(self._sandbox, "okx", "single_currency", "long_short_mode")
        with Okx(_credentials(account), base_url=self._sandbox.url, account=known) as okx:
            self._refused(
                "More leverage than there is",
                LeversetError,
                lambda: okx.set_leverage(inst_id="BTC-USDT-SWAP", lever=500, mgn_mode="cross"),
            )

    def read_back(self) -> None:
        """Print the leverages that the sandbox holds now."""
        self._console.rule("[bold]What the exchange holds now", align="left")
        wanted = [("okx", mode, position, body["lever"]) for _, body, mode, position in OKX_EXAMPLES]
        wanted += [("bitget", mode, position, body["leverage"]) for _, body, mode, position in BITGET_EXAMPLES]
        for exchange, mode, position_mode, lever in dict.fromkeys(wanted):
            account, _ = _account(self._sandbox, exchange, mode, position_mode)
            entries = self._sandbox.leverage(exchange, account)
            self.unexpected += not entries or any(entry["lever"] != lever for entry in entries)
            for entry in entries:
                scope = " ".join(f"{name}={value}" for name, value in entry.items() if name != "lever" and value)
                self._console.print(f" {exchange:<6} {account.name:<32} [bold]{entry['lever']:>3}x[/]  {scope}")
        self._console.print()

    def _set(self, exchange: str, account: Account, known: Any, body: dict[str, str]) -> str:
        credentials, url = _credentials(account), self._sandbox.url
        if exchange == "okx":
            with Okx(credentials, base_url=url, account=known) as okx:
                return _shown(okx_set_leverage.sync(client=okx.client, body=OkxRequest.from_dict(body)))
        with Bitget(credentials, base_url=url, account=known) as bitget:
            return _shown(bitget_set_leverage.sync(client=bitget.client, body=BitgetRequest.from_dict(body)))

    async def _set_async(self, exchange: str, account: Account, known: Any, body: dict[str, str]) -> str:
        credentials, url = _credentials(account), self._sandbox.url
        if exchange == "okx":
            async with AsyncOkx(credentials, base_url=url, account=known) as okx:
                return _shown(await okx_set_leverage.asyncio(client=okx.client, body=OkxRequest.from_dict(body)))
        async with AsyncBitget(credentials, base_url=url, account=known) as bitget:
            request = BitgetRequest.from_dict(body)
            return _shown(await bitget_set_leverage.asyncio(client=bitget.client, body=request))

    def _refused(self, title: str, expected: type[LeversetError], call: Callable[[], object]) -> None:
        self._console.print(f" [bold]{title}[/]")
        try:
            call()
        except expected as error:
            self._console.print(_indented(str(error)), highlight=False, markup=False, soft_wrap=True)
            self._console.print()
        else:
            self._unexpected("it was accepted")

    def _unexpected(self, text: str) -> None:
        self.unexpected += 1
        self._console.print(f" [bold red]unexpected[/] {text}", soft_wrap=True)


def _shown(response: Any) -> str:
    """Describe the result inside an envelope, in the document's names."""
    data = response.data[0] if isinstance(response.data, list) else response.data
    return " ".join(f"{name}={value}" for name, value in data.to_dict().items() if value)


def _indented(text: str) -> str:
    return "\n".join(f"   {line}" for line in text.splitlines())


def main() -> int:
    """Run the demo; return 0 where every outcome was expected."""
    console = Console(soft_wrap=True)
    with Sandbox() as sandbox:
        console.print(f"\n[bold]leverset[/] against an exchange on this machine, {sandbox.url}\n", highlight=False)
        demo = Demo(sandbox, console)
        demo.examples()
        console.print()
        demo.wrong_requests()
        demo.refused_by_exchange()
        demo.read_back()
    if demo.unexpected:
        console.print(f"[bold red]{demo.unexpected} things did not come out as they should.[/]")
        return 1
    sent = 2 * (len(OKX_EXAMPLES) + len(BITGET_EXAMPLES))
    console.print(
        f"[green]Done:[/] {sent} leverages set, 3 wrong requests refused before they were sent, 1 by the exchange.\n"
    )
    return 0
