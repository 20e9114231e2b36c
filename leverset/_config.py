"""How a client is set up: checked once, shared by everything below it."""

from __future__ import annotations

import ipaddress
import math
import os
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args
from urllib.request import proxy_bypass

import httpx
from attrs import field, fields, frozen

from leverset._format import short_repr
from leverset._protocols import Exchange, Operation
from leverset._protocols import RateLimit as AnyRateLimit
from leverset.errors import misconfigured

ReadBackMode = Literal["on_doubt", "never", "always"]
"""When a leverage is read back: where a call would end in doubt, never, or after every call."""

KnownLimits = Literal["documented", "published"]
"""Which limits hold: those of the documents, or those published now where they are known to differ."""

_YEAR = 366 * 24 * 3600.0
_HOST = re.compile(r"[A-Za-z0-9._:-]+")
_ADDRESS = "give scheme, host and port only, such as https://www.okx.com"


class _Needs:
    """A validator: whether a value is right, and what to give instead.

    One that fails names all values of its object that are wrong: they are all there when attrs begins to validate.
    """

    def __init__(self, is_right: Callable[[Any], bool], fix: str) -> None:
        self.is_right, self.fix = is_right, fix

    def __call__(self, instance: Any, _attribute: object, value: Any) -> None:
        if self.is_right(value):
            return
        checked = [(one.name, one.validator) for one in fields(type(instance)) if isinstance(one.validator, _Needs)]
        wrong = [(name, needs) for name, needs in checked if not needs.is_right(getattr(instance, name))]
        raise misconfigured(
            "; ".join(f"{name} is {short_repr(getattr(instance, name))}" for name, _ in wrong),
            "; ".join(f"{name}: {needs.fix}" for name, needs in wrong) if len(wrong) > 1 else self.fix,
        )


def _positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


# "no" and "False" are true in Python: where money moves, nothing is taken for a yes or no that is neither.
_flag = _Needs(lambda value: isinstance(value, bool), "give True or False")
_count = _Needs(_is_count, "give a whole number, 0 to send nothing twice")
_seconds = _Needs(
    lambda value: _positive(value) and value <= _YEAR, "give a positive number of seconds, at most a year"
)
_seconds_or_none = _Needs(lambda value: value is None or _seconds.is_right(value), _seconds.fix)
_mode = _Needs(lambda value: value in get_args(ReadBackMode), f"give one of {', '.join(get_args(ReadBackMode))}")


def one_of(choices: Any) -> Any:
    """A validator: one of a Literal's values, or None."""
    allowed = get_args(choices)
    return _Needs(lambda value: value is None or value in allowed, f"give one of {', '.join(allowed)}, or leave it out")


user_id = _Needs(
    lambda value: value is None or (isinstance(value, str) and value != ""), "give the user id as text, or leave it out"
)
"""A validator: a user id as text, or None."""


@frozen(kw_only=True)
class RateLimit:
    """A rate limit that an account has instead of the documented one.

    Attributes:
        requests: How many requests the exchange allows ...
        seconds: ... in any so many seconds.
        scope: Whether they are counted for a user or for an IP address. It changes nothing: who is counted is the
            document's to say.
    """

    requests: int
    seconds: float
    scope: Literal["user", "ip"] = "user"


@frozen(kw_only=True)
class ClientConfig:
    """One client's settings.

    `timeout` bounds each step on the network (connect, write, each read), `deadline` all attempts of a call from the
    grant of its first slot on, `max_wait` the wait for that slot (None: without end), all in seconds. `retries` is how
    many attempts may follow the first one, `read_back` when a leverage is read back. `account` names who is counted.
    `monotonic` (seconds) and `wall_ms` (milliseconds since 1970) are the clocks.
    `direct` says that neither a proxy nor a transport of the caller's is on the way.
    """

    exchange: Exchange
    account: str
    base_url: str
    demo: bool = field(default=False, validator=_flag)
    timeout: float = field(default=5.0, validator=_seconds)
    deadline: float = field(default=15.0, validator=_seconds)
    max_wait: float | None = field(default=300.0, validator=_seconds_or_none)
    retries: int = field(default=2, validator=_count)
    read_back: ReadBackMode = field(default="on_doubt", validator=_mode)
    rate_limits: Mapping[str, AnyRateLimit] | KnownLimits = "documented"
    direct: bool = True
    monotonic: Callable[[], float] = time.monotonic
    wall_ms: Callable[[], int]

    def __attrs_post_init__(self) -> None:
        if isinstance(self.rate_limits, str) and self.rate_limits in get_args(KnownLimits):
            return
        if not isinstance(self.rate_limits, Mapping):
            words = ", ".join(f'"{each}"' for each in get_args(KnownLimits))
            fix = f"give {words}, or a mapping of operation names to limits"
            raise misconfigured(f"rate_limits is {short_repr(self.rate_limits)}", fix)
        known = {operation.name for operation in self.exchange.operations.values()}
        for name, rate in self.rate_limits.items():
            if name not in known:
                raise misconfigured(f"rate_limits names {short_repr(name)}", f"name one of {', '.join(sorted(known))}")
            requests, seconds = getattr(rate, "requests", None), getattr(rate, "seconds", None)
            if not _positive(requests) or not isinstance(requests, int) or not _positive(seconds):
                raise misconfigured(
                    f"the limit of {name} is {short_repr(rate)}",
                    "give a positive whole number of requests and a positive number of seconds",
                )

    def rate(self, operation: Operation) -> AnyRateLimit:
        """The limit of an operation: the document's, what the exchange publishes, or what this account has instead."""
        if isinstance(self.rate_limits, str):
            return known_rate(operation, self.rate_limits)
        return self.rate_limits.get(operation.name, operation.rate_limit)

    @property
    def host(self) -> str:
        """The host that requests are sent to, with its port where the address has one."""
        return self.base_url.partition("://")[2]

    @property
    def environment(self) -> str:
        """Where requests are sent: `live`, `demo`, `sandbox` (this machine), or the host of another address."""
        if is_loopback(httpx.URL(self.base_url).host):
            return "sandbox"
        if self.demo:
            return "demo"
        return "live" if self.base_url in self.exchange.servers.values() else self.host

    def key(self, operation: Operation, account: str | None = None) -> str:
        """Who is counted for what, without giving a key away; `account` instead of the configured one."""
        who = account or self.account if operation.rate_limit.scope == "user" else "ip"
        return f"{self.exchange.name}:{who}:{operation.name}"


def known_rate(operation: Operation, limits: KnownLimits) -> AnyRateLimit:
    """The limit of an operation; the document's where the exchange is not known to publish another."""
    published = operation.published_rate_limit if limits == "published" else None
    return published or operation.rate_limit


def resolve_base_url(exchange: Exchange, region: str | None, base_url: str | None) -> str:
    """The address to send to; raises ConfigurationError for one that would send a secret unencrypted."""
    if base_url is None:
        if region is None:
            return next(iter(exchange.servers.values()))
        name = region.casefold() if isinstance(region, str) else ""
        name = exchange.region_names.get(name, name)
        if name not in exchange.servers:
            known = " or ".join([*exchange.servers, *exchange.region_names])
            raise misconfigured(f"{exchange.name} has no region {short_repr(region)}", f"name {known}")
        return exchange.servers[name]
    if region is not None:
        raise misconfigured(
            "region and base_url are both given", "give one of them: a region is a name for its address"
        )
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, TypeError, ValueError):
        # Not the problem's own text: it may quote a password out of a user:password@host.
        raise misconfigured("base_url is not an address", _ADDRESS) from None
    # A host outside ASCII is a look-alike or a slip: no exchange has one.
    named = bool(_HOST.fullmatch(url.host)) and str(base_url).isascii()
    if url.scheme not in ("http", "https") or not named or url.userinfo:
        raise misconfigured("base_url needs https:// and a host, and no user", _ADDRESS)
    _check_port("base_url", url)
    if url.scheme == "http" and not is_loopback(url.host):
        raise misconfigured(f"base_url would send the passphrase to {url.host} unencrypted", "use https://")
    if url.path not in ("", "/") or url.query or url.fragment:
        # Both exchanges sign the path as they see it; a prefix would break every signature.
        raise misconfigured("base_url has a path or query", _ADDRESS)
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _check_port(name: str, url: httpx.URL) -> None:
    """Refuse a port that there cannot be: it would look like a failed connection, which is retried."""
    if url.port is not None and not 0 < url.port < 65536:
        raise misconfigured(f"{name} has the port {short_repr(url.port)}", "give a port from 1 to 65535, or none")


def resolve_proxy(address: str | None, exchange: Exchange, base_url: str) -> httpx.Proxy | None:
    """The proxy at an address; raises ConfigurationError, without the address: a password may be in it."""
    if address is None:
        return None
    try:
        proxy = httpx.Proxy(address)
    except Exception:
        proxy = None
    if str(address).lstrip()[:5].casefold() == "socks":
        raise misconfigured(
            "proxy is not the address of an HTTP proxy but of a SOCKS proxy",
            "give transport=httpx.HTTPTransport(proxy=...), or httpx.AsyncHTTPTransport in async, after "
            "pip install 'httpx[socks]'; or an HTTP proxy, such as http://127.0.0.1:3128",
        )
    if proxy is None or proxy.url.scheme not in ("http", "https") or not proxy.url.host:
        raise misconfigured("proxy is not the address of an HTTP proxy", "give one such as http://127.0.0.1:3128")
    _check_port("proxy", proxy.url)
    if base_url.startswith("http://"):
        # Without encryption to the exchange the proxy reads along, so it is bound by the same rule as the exchange.
        resolve_base_url(exchange, None, f"http://{proxy.url.netloc.decode('ascii')}")
    return proxy


def unused_proxy(host: str) -> str:
    """What to do about a proxy of the environment, which is not used; empty where there is none for a host."""
    names = ("https_proxy", "all_proxy", "http_proxy")
    name = next((name for each in names for name in os.environ if name.lower() == each and os.environ[name]), "")
    if not name or proxy_bypass(host):
        return ""
    socks = os.environ[name].strip().lower().startswith("socks")
    way = "it goes through transport=httpx.HTTPTransport(proxy=...)" if socks else "give proxy= (--proxy) its address"
    return f"{name} is set, and leverset does not use it: {way}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its address or as `localhost`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
