"""How a client is set up: checked once, shared by everything below it."""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from attrs import Attribute, field, frozen

from leverset.contract import Exchange, Operation, RateLimit
from leverset.errors import ConfigurationError


def _wall() -> int:
    return time.time_ns() // 1_000_000


def _refuse(summary: str, fix: str) -> ConfigurationError:
    return ConfigurationError(summary, reference="leverset/configuration", fix=fix)


def _seconds(_instance: object, attribute: Attribute[Any], value: Any) -> None:
    if value is None and attribute.name == "max_wait":
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
        raise _refuse(f"{attribute.name} is {value!r}", "give a positive number of seconds")


def _count(_instance: object, attribute: Attribute[Any], value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _refuse(f"{attribute.name} is {value!r}", "give a whole number, 0 to send nothing twice")


@frozen(kw_only=True)
class Settings:
    """One client's settings.

    `timeout` bounds each step on the network (connect, write, each read), `deadline` all attempts of a call from the
    grant of its first slot on, `max_wait` the wait for that slot (None: without end), all in seconds. `retries` is how
    often a call may be sent again. `account` names who is counted. `steady` (seconds) and `wall` (milliseconds since
    1970) are the clocks. `traces` says whether the transport tells when bytes leave.
    """

    exchange: Exchange
    account: str
    base_url: str
    demo: bool = False
    timeout: float = field(default=5.0, validator=_seconds)
    deadline: float = field(default=15.0, validator=_seconds)
    max_wait: float | None = field(default=300.0, validator=_seconds)
    retries: int = field(default=2, validator=_count)
    rate_limits: Mapping[str, RateLimit] = field(factory=dict)
    traces: bool = True
    steady: Callable[[], float] = time.monotonic
    wall: Callable[[], int] = _wall

    def __attrs_post_init__(self) -> None:
        known = {operation.name for operation in self.exchange.operations.values()}
        for name, rate in self.rate_limits.items():
            if name not in known:
                raise _refuse(f"rate_limits names {name!r}", f"name one of {', '.join(sorted(known))}")
            if rate.requests < 1 or rate.seconds <= 0:
                raise _refuse(f"the limit of {name} allows nothing", "give positive requests and seconds")

    def rate(self, operation: Operation) -> RateLimit:
        """The limit of an operation: the document's, or what this account has instead."""
        return self.rate_limits.get(operation.name, operation.rate_limit)

    def key(self, operation: Operation) -> str:
        """Who is counted for what, without giving a key away."""
        who = self.account if operation.rate_limit.scope == "user" else "ip"
        return f"{self.exchange.name}:{who}:{operation.name}"


def server(exchange: Exchange, region: str, base_url: str | None) -> str:
    """The address to send to; raises ConfigurationError for one that would put a secret on an open wire."""
    if base_url is None:
        if region not in exchange.servers:
            raise _refuse(f"{exchange.name} has no region {region!r}", f"name one of {', '.join(exchange.servers)}")
        return exchange.servers[region]
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, TypeError) as error:
        raise _refuse(f"base_url is not an address: {error}", "give one such as https://www.okx.com") from None
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise _refuse("base_url needs https:// and a host, and no user", "give one such as https://www.okx.com")
    if url.scheme == "http" and not _is_loopback(url.host):
        raise _refuse(f"base_url would send the passphrase to {url.host} unencrypted", "use https://")
    if url.path not in ("", "/") or url.query or url.fragment:
        # Both exchanges sign the path as they see it; a prefix would break every signature.
        raise _refuse("base_url has a path or query", "give scheme, host and port only")
    return str(url.copy_with(path="/")).rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
