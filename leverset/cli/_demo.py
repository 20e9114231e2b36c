"""The program of `leverset demo`: every example of the documents against a sandbox, and what refusals look like."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from rich.console import Console

from leverset._registry import EXCHANGES, RegisteredExchange
from leverset.cli.output import name_column, new_console
from leverset.credentials import Credentials
from leverset.errors import LeversetError, RuleViolation
from leverset.sandbox import Account, Sandbox

_TOO_MUCH = "100000"
"""More leverage than any exchange has."""


class Demo:
    """Runs the demo, prints each step, and counts unexpected outcomes."""

    def __init__(self, sandbox: Sandbox, console: Console) -> None:
        self._sandbox = sandbox
        self._console = console
        self.set = 0
        self.violations = 0
        self.refusals = 0
        self.unexpected = 0

    def examples(self) -> None:
        """Send every documented example, sync and async."""
        for style, send in (("sync", self._send), ("async", self._send_async)):
            self._console.rule(f"[bold]The documents' examples, {style}", align="left")
            for exchange in EXCHANGES.values():
                for example in exchange.operation.examples:
                    account, arguments = self._arguments(exchange, example.account)
                    try:
                        result = send(exchange, arguments, example.body)
                    except LeversetError as error:
                        self._unexpected(str(error))
                        continue
                    self.set += 1
                    name = name_column(exchange.name)
                    self._console.print(f" [green]ok[/]  {name} {example.summary}  [dim]{account.name}[/]")
                    self._console.print(f"      {_words(example.body)} [dim]->[/] {_words(result)}", highlight=False)

    def wrong_requests(self) -> None:
        """Make calls that violate rules; no request may reach the exchange."""
        self._console.rule("[bold]Wrong requests, refused before anything is sent", align="left")
        before = len(self._sandbox.requests())
        for exchange in EXCHANGES.values():
            for title, body, modes in exchange.wrong_examples:
                _, arguments = self._arguments(exchange, modes)
                self.violations += self._refused(f"{exchange.title}: {title}", RuleViolation, exchange, arguments, body)
        after = len(self._sandbox.requests())
        self._console.print(f" requests that reached the exchange: {after - before}\n", highlight=False)
        self.unexpected += after - before

    def refused_by_exchange(self) -> None:
        """Make calls that only the exchange can refuse."""
        self._console.rule("[bold]Refused by the exchange", align="left")
        for exchange in EXCHANGES.values():
            example = exchange.operation.examples[0]
            _, arguments = self._arguments(exchange, example.account)
            body = {**example.body, exchange.leverage_field: _TOO_MUCH}
            title = f"{exchange.title}: more leverage than there is"
            self.refusals += self._refused(title, LeversetError, exchange, arguments, body)

    def read_back(self) -> None:
        """Print the leverages that the sandbox holds now."""
        self._console.rule("[bold]What the exchange holds now", align="left")
        for exchange in EXCHANGES.values():
            expected: dict[str, set[object]] = {}
            accounts: dict[str, Account] = {}
            for example in exchange.operation.examples:
                account, _ = self._arguments(exchange, example.account)
                accounts[account.name] = account
                expected.setdefault(account.name, set()).add(example.body[exchange.leverage_field])
            for name, account in accounts.items():
                entries = self._sandbox.leverage(exchange.name, account)
                self.unexpected += {entry["lever"] for entry in entries} != expected[name]
                for entry in entries:
                    scope = _words({key: value for key, value in entry.items() if key != "lever"})
                    start = f" {name_column(exchange.name)} {name:<32}"
                    self._console.print(f"{start} [bold]{entry['lever']:>3}x[/]  {scope}")
        self._console.print()

    def _arguments(self, exchange: RegisteredExchange, modes: Mapping[str, str]) -> tuple[Account, dict[str, Any]]:
        """Return the sandbox's account in these modes, and the arguments of its client."""
        account = self._sandbox.account(exchange.name, **modes)
        credentials = Credentials(account.api_key, account.secret, account.passphrase)
        known = exchange.account_type(uid=account.uid, **modes)
        return account, {"credentials": credentials, "base_url": self._sandbox.url, "account": known}

    def _send(
        self, exchange: RegisteredExchange, arguments: dict[str, Any], body: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        with exchange.client(**arguments) as client:
            reported: Mapping[str, Any] = client.set_leverage_from(body).raw
        return reported

    def _send_async(
        self, exchange: RegisteredExchange, arguments: dict[str, Any], body: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        async def send() -> Mapping[str, Any]:
            async with exchange.async_client(**arguments) as client:
                result = await client.set_leverage_from(body)
            reported: Mapping[str, Any] = result.raw
            return reported

        return asyncio.run(send())

    def _refused(
        self,
        title: str,
        expected: type[LeversetError],
        exchange: RegisteredExchange,
        arguments: dict[str, Any],
        body: Mapping[str, Any],
    ) -> bool:
        """Make a call and print its error; return whether there was one."""
        self._console.print(f" [bold]{title}[/]")
        try:
            self._send(exchange, arguments, body)
        except expected as error:
            self._console.print(_indented(str(error)), highlight=False, markup=False, soft_wrap=True)
            self._console.print()
            return True
        self._unexpected("it was accepted")
        return False

    def _unexpected(self, text: str) -> None:
        self.unexpected += 1
        self._console.print(f" [bold red]unexpected[/] {text}", soft_wrap=True)


def _words(values: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in values.items() if value)


def _indented(text: str) -> str:
    return "\n".join(f"   {line}" for line in text.splitlines())


def main() -> int:
    """Run the demo; return 0 where every outcome was expected."""
    console = new_console()
    console.soft_wrap = True
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
    console.print(
        f"[green]Done:[/] {demo.set} leverages set, {demo.violations} wrong requests refused before they were sent, "
        f"{demo.refusals} by the exchange.\n"
    )
    console.print(
        "`leverset sandbox` keeps such an exchange running, with a console for your browser.\n", highlight=False
    )
    return 0
