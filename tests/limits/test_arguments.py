"""What the constructors of the limiters refuse: an error of ours for everything that cannot work."""

from __future__ import annotations

import inspect
import math
import socket
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from leverset import ConfigurationError
from leverset.limits import Limiter
from leverset.limits._sqlite import SQLiteLimiter
from leverset.limits.redis import RedisLimiter
from tests.clock import Clock
from tests.limits.rates import rate
from tests.limits.server import RedisServer

YEAR = 366 * 24 * 3600


class Unspeakable:
    """Something whose text cannot be had."""

    def __repr__(self) -> str:
        raise RuntimeError


NO_NUMBERS = [None, True, False, "30", b"30", "", [1.0], {}, 1j, Decimal(30), object(), Unspeakable(), float]
NO_SECONDS = [*NO_NUMBERS, math.nan, math.inf, -math.inf, -1, -0.001, 10**400, -(10**400), YEAR + 1, 1e300]
NO_NAMES = [None, 5, True, b"leverset", ["leverset"], object(), Unspeakable(), "", "a}b", "a{b", "\ud800", "a\nb", "\0"]
NO_URLS = [
    *[None, 5, True, b"redis://localhost", ["redis://localhost"], object(), Unspeakable(), Path("redis.sock")],
    *["", "localhost", "http://localhost", "redis:/localhost:port", "redis://localhost:99999", "redis://[::1"],
    *["redis://\ud800", "redis://local\nhost", "redis://localhost?db=one", "redis://localhost?nonsense=1"],
]


def redis_limiter(**arguments: Any) -> RedisLimiter:
    return RedisLimiter(**{"url": "redis://localhost", **arguments})


def file_limiter(**arguments: Any) -> SQLiteLimiter:
    return SQLiteLimiter(**{"path": "/limits.sqlite3", **arguments})


def ids(value: object) -> str:
    return type(value).__name__ if type(value).__repr__ is object.__repr__ or isinstance(value, Unspeakable) else ""


def refused(call: Callable[[], object]) -> str:
    """The text of the error."""
    with pytest.raises(ConfigurationError) as caught:
        call()
    assert caught.value.reference == "leverset/configuration"
    assert caught.value.fix
    text = str(caught.value)
    text.encode()  # can be shown
    return text


@pytest.mark.parametrize("make", [Limiter, redis_limiter, file_limiter])
@pytest.mark.parametrize("value", NO_SECONDS, ids=ids)
def test_late_delivery_grace_must_be_seconds(make: Callable[..., object], value: object) -> None:
    text = refused(lambda: make(late_delivery_grace=value))
    assert ": late_delivery_grace is " in text
    assert "give seconds, 0 or more, at most a year" in text


@pytest.mark.parametrize("make", [redis_limiter, file_limiter])
@pytest.mark.parametrize("name", ["timeout", "poll"])
@pytest.mark.parametrize("value", [*NO_SECONDS, 0, 0.0, 0.0009], ids=ids)
def test_timeout_and_poll_must_be_seconds(make: Callable[..., object], name: str, value: object) -> None:
    text = refused(lambda: make(**{name: value}))
    assert f": {name} is " in text
    assert "give seconds, 0.001 or more, at most a year" in text


@pytest.mark.parametrize("value", [None, 5, True, "time", 1.0, object(), Unspeakable()], ids=ids)
def test_a_clock_must_be_callable(value: Any) -> None:
    text = refused(lambda: Limiter(clock=value))
    assert "clock is " in text
    assert "fix:   give a function that returns seconds and never goes back, such as time.monotonic\n" in text


@pytest.mark.parametrize("value", NO_NAMES, ids=ids)
def test_a_namespace_must_be_a_plain_name(value: object) -> None:
    text = refused(lambda: redis_limiter(namespace=value))
    assert "namespace is " in text
    assert "fix:   give a plain name as text, without braces\n" in text


@pytest.mark.parametrize("value", NO_URLS, ids=ids)
def test_a_url_must_be_an_address(value: object) -> None:
    text = refused(lambda: redis_limiter(url=value))
    assert "the address of the store is not one" in text
    assert "give redis://, rediss:// or unix://" in text


def test_a_unix_socket_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Python on Windows."""
    monkeypatch.delattr(socket, "AF_UNIX")
    text = refused(lambda: redis_limiter(url="unix:///run/redis.sock"))
    assert "Python has no unix sockets on this system" in text
    assert "give redis:// or rediss://" in text


@pytest.mark.parametrize("value", [0, 0.0, 5, 0.5, YEAR, float(YEAR)])
def test_seconds_that_can_work_are_taken(value: float) -> None:
    clock = Clock()
    limiter = Limiter(late_delivery_grace=value, clock=clock)
    limiter.acquire("k", rate(1, 1.0), lease=0.0)
    clock.now += value + 0.5
    assert limiter.stats()["k"].held == 1
    clock.now += 0.6
    assert limiter.stats()["k"].held == 0
    for make in (redis_limiter, file_limiter):
        make(late_delivery_grace=value, timeout=value or 0.001, poll=value or 0.001).close()


@pytest.mark.parametrize("value", ["leverset", "two words", "größer", "a:b", "5"])
def test_namespaces_that_can_work_are_taken(server: RedisServer, value: str) -> None:
    with server.limiter(namespace=value) as limiter:
        assert limiter.acquire("k", rate(1, 0.001), lease=1.0, max_wait=5).age >= 0


def test_every_argument_is_tried_here() -> None:
    assert set(inspect.signature(Limiter).parameters) == {"late_delivery_grace", "clock"}
    names = {"url", "late_delivery_grace", "timeout", "poll", "namespace"}
    assert set(inspect.signature(RedisLimiter).parameters) == names
    assert set(inspect.signature(SQLiteLimiter).parameters) == names - {"url", "namespace"} | {"path"}


def test_what_a_limiter_in_a_file_waits_for_by_default() -> None:
    given = inspect.signature(SQLiteLimiter).parameters
    defaults = {name: one.default for name, one in given.items() if one.default is not one.empty}
    assert defaults == {"late_delivery_grace": 30.0, "timeout": 5.0, "poll": 0.05}
