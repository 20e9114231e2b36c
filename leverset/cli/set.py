"""`leverset set EXCHANGE`: make one call, with the document's fields as options."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import Annotated, Any

import typer
from rich.console import Console

from leverset._rules import number, present
from leverset.bitget._account import BitgetAccount, BitgetMarginMode, BitgetPositionMode
from leverset.bitget._client import Bitget
from leverset.cli import options
from leverset.cli.output import say, say_json
from leverset.cli.target import credentials, environment, limiter, refuse
from leverset.errors import ConfigurationError, LeversetError
from leverset.okx._account import OkxAccount, OkxLevel, OkxPositionMode
from leverset.okx._client import Okx
from leverset.plan.venues import VENUES

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Set the leverage of one instrument; the options are the document's fields.",
)

_FIELDS = "The document's fields"
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the request and its rules; send nothing.")]


def _field(text: str) -> Any:
    return typer.Option(help=text, rich_help_panel=_FIELDS)


@app.command("okx")
def okx(
    lever: Annotated[str, _field("Leverage, a positive decimal such as 5 or 12.5.")],
    mgn_mode: Annotated[str, _field("Margin mode: isolated or cross.")],
    inst_id: Annotated[str | None, _field("Instrument ID such as BTC-USDT-SWAP; it or --ccy.")] = None,
    ccy: Annotated[str | None, _field("Currency used for margin, for cross MARGIN in multi-currency margin.")] = None,
    pos_side: Annotated[str | None, _field("Position side: long, short or net; FUTURES and SWAP only.")] = None,
    live: options.Live = False,
    demo: options.Demo = False,
    sandbox: options.SandboxUrl = None,
    dry_run: DryRun = False,
    as_json: options.AsJson = False,
    credentials_file: options.CredentialsFile = None,
    redis: options.Redis = None,
    region: options.OkxRegion = "global",
    position_mode: Annotated[OkxPositionMode | None, typer.Option(help="posMode of the account.")] = None,
    level: Annotated[OkxLevel | None, typer.Option(help="Account mode (acctLv) of the account.")] = None,
) -> None:
    """Set the leverage of a pair, currency, underlying or contract on OKX.

    Exit code: 0 if it is applied, 1 if not, 2 if the call itself cannot be made, 130 after Ctrl-C.

    Examples:

    `leverset set okx --inst-id BTC-USDT-SWAP --lever 5 --mgn-mode isolated --pos-side long --live`

    `leverset set okx --ccy BTC --lever 3 --mgn-mode cross --level multi_currency --dry-run`
    """
    body = present(instId=inst_id, ccy=ccy, lever=number(lever), mgnMode=mgn_mode, posSide=pos_side)
    account = OkxAccount(position_mode=position_mode, level=level)
    if dry_run:
        _show(body, "okx", account, as_json=as_json)
    chosen = environment(live=live, demo=demo, sandbox=sandbox)
    keys = credentials("okx", credentials_file)
    shared = limiter(redis)
    _send(Okx, body, "okx", as_json, keys, account=account, limiter=shared, **chosen.arguments("okx", region))


@app.command("bitget")
def bitget(
    symbol: Annotated[str, _field("Trading pair such as BTCUSDT.")],
    product_type: Annotated[str, _field("USDT-FUTURES, COIN-FUTURES, USDC-FUTURES, or one with a leading S (demo).")],
    margin_coin: Annotated[str, _field("Margin coin in capital letters, such as USDT.")],
    leverage: Annotated[str, _field("Leverage, a positive decimal such as 5 or 12.5.")],
    hold_side: Annotated[str | None, _field("long or short; required in isolated margin with hedge mode.")] = None,
    live: options.Live = False,
    demo: options.Demo = False,
    sandbox: options.SandboxUrl = None,
    dry_run: DryRun = False,
    as_json: options.AsJson = False,
    credentials_file: options.CredentialsFile = None,
    redis: options.Redis = None,
    position_mode: Annotated[BitgetPositionMode | None, typer.Option(help="Position mode of the account.")] = None,
    margin_mode: Annotated[BitgetMarginMode | None, typer.Option(help="Margin mode of the account.")] = None,
) -> None:
    """Set the leverage of a symbol on Bitget.

    Exit code: 0 if it is applied, 1 if not, 2 if the call itself cannot be made, 130 after Ctrl-C.

    Examples:

    `leverset set bitget --symbol BTCUSDT --product-type USDT-FUTURES --margin-coin USDT --leverage 20 --hold-side long
    --live`

    `leverset set bitget --symbol BTCUSD --product-type COIN-FUTURES --margin-coin BTC --leverage 5 --dry-run`
    """
    body = present(
        symbol=symbol, productType=product_type, marginCoin=margin_coin, leverage=number(leverage), holdSide=hold_side
    )
    account = BitgetAccount(position_mode=position_mode, margin_mode=margin_mode)
    if dry_run:
        _show(body, "bitget", account, as_json=as_json)
    chosen = environment(live=live, demo=demo, sandbox=sandbox)
    keys = credentials("bitget", credentials_file)
    shared = limiter(redis)
    _send(Bitget, body, "bitget", as_json, keys, account=account, limiter=shared, **chosen.arguments("bitget", ""))


def _show(body: dict[str, object], exchange: str, account: object, *, as_json: bool) -> None:
    """Print the request and every rule that checks it; ends the command."""
    console = Console()
    venue = VENUES[exchange]
    found = {violation.rule: violation for violation in venue.violations(body, account)}
    operation = venue.operation
    if as_json:
        violations = [{"rule": each.rule, "summary": each.summary, "fix": each.fix} for each in found.values()]
        request = {"method": operation.method, "path": operation.path, "body": body}
        say_json(console, {"exchange": exchange, **request, "violations": violations, "docs": operation.docs})
        raise typer.Exit(1 if found else 0)
    say(console, f"{operation.method} {operation.path}")
    say_json(console, body)
    rate = operation.rate_limit
    say(console, f"\nlimit: {rate.requests} in {rate.seconds:g} s; docs: {operation.docs}\n")
    for rule, text in venue.described():
        say(console, f"{'broken' if rule in found else 'kept  '}  {rule:<38}  {text}")
    for violation in found.values():
        say(console, f"\n{violation}")
    if account == type(account)():
        say(console, "\nrules that depend on the account's modes were not checked: no option says how it is set up")
    say(console, "\nnothing was sent")
    raise typer.Exit(1 if found else 0)


def _send(kind: Any, body: dict[str, object], exchange: str, as_json: bool, keys: Any, **settings: Any) -> None:
    console = Console()
    try:
        client = kind(keys, **settings)
    except ConfigurationError as error:
        refuse(error)
    try:
        with client, settings["limiter"] or nullcontext():
            reported = client.set_leverage(**VENUES[exchange].arguments(body)).to_dict()
    except LeversetError as error:
        if as_json:
            say_json(console, {"status": error.outcome, "error": error.reference, "why": error.summary})
        else:
            say(console, str(error))
        raise typer.Exit(1) from None
    except KeyboardInterrupt as stopped:
        notes = "; ".join(getattr(stopped, "__notes__", [])) or "nothing was under way"
        sys.stderr.write(f"interrupted: {notes}\n")
        raise typer.Exit(130) from None
    if as_json:
        say_json(console, {"status": "applied", "reported": reported})
    else:
        values = ", ".join(f"{name} {value}" for name, value in reported.items() if value)
        say(console, f"applied on {exchange}: {values}")
