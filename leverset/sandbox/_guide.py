"""How people use an exchange of the sandbox by hand: what the console shows beside each account."""

import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ._accounts import Account


@dataclass(frozen=True, slots=True)
class Guide:
    """What lines to copy need to know of an exchange.

    Attributes:
        key, sign, timestamp, passphrase: Names of the headers.
        now: Shell command that writes the timestamp.
        demo: Header, with its value, that leads to the demo environment.
        example: Returns a body that an account accepts.
        leverage_fields: Fields with a leverage in the successes of each path.
    """

    key: str
    sign: str
    timestamp: str
    passphrase: str
    now: str
    demo: tuple[str, str]
    example: Callable[[Account], Mapping[str, str]]
    leverage_fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def lines(guide: Guide, account: Account, url: str, path: str) -> dict[str, str]:
    """Return lines to copy, by "environment", "python" and "curl".

    Args:
        guide: Guide of the account's exchange.
        account: The account.
        url: Base URL of the sandbox.
        path: Path of the exchange's set-leverage endpoint.
    """
    body = guide.example(account)
    return {
        "environment": _environment(account, url),
        "python": _python(account, url, body),
        "curl": _curl(guide, account, url + path, path, json.dumps(body, separators=(",", ":"))),
    }


def _environment(account: Account, url: str) -> str:
    prefix = account.exchange.upper()
    values = {"API_KEY": account.api_key, "SECRET": account.secret, "PASSPHRASE": account.passphrase}
    exports = [f"export {prefix}_{name}={shlex.quote(value)}" for name, value in values.items()]
    return "\n".join([*exports, f"leverset doctor {account.exchange} --sandbox {shlex.quote(url)}"])


def _python(account: Account, url: str, body: Mapping[str, str]) -> str:
    name, client = account.exchange, account.exchange.capitalize()
    demo = ", demo=True" if account.environment == "demo" else ""
    return f"""\
from leverset import Credentials, {client}

credentials = Credentials({account.api_key!r}, {account.secret!r}, {account.passphrase!r})
with {client}(credentials, base_url={url!r}{demo}) as {name}:
    print({name}.set_leverage_from({dict(body)!r}).lever)"""


def _curl(guide: Guide, account: Account, address: str, path: str, body: str) -> str:
    headers = [
        f"{guide.key}: {account.api_key}",
        f"{guide.passphrase}: {account.passphrase}",
        "Content-Type: application/json",
        *([": ".join(guide.demo)] if account.environment == "demo" else []),
    ]
    shown = " ".join(f"-H {shlex.quote(header)}" for header in headers)
    return f"""\
time=$({guide.now})
body={shlex.quote(body)}
sign=$(printf %s "${{time}}POST{path}$body" | openssl dgst -sha256 -hmac {shlex.quote(account.secret)} -binary | \
openssl base64 -A)
curl -sS {shlex.quote(address)} {shown} \\
  -H "{guide.timestamp}: $time" -H "{guide.sign}: $sign" --data-binary "$body\""""
