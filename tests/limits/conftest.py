"""One Redis for all tests that leave it as it was, and one of its own for each that does not."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator

import pytest

from leverset import _fork
from leverset.limits.redis import RedisLimiter
from tests.limits.server import RedisServer


@pytest.fixture(scope="session")
def server() -> Iterator[RedisServer]:
    server = RedisServer()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def own_server() -> Iterator[RedisServer]:
    server = RedisServer()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def limiter(server: RedisServer) -> Iterator[RedisLimiter]:
    """Over TCP, as most will have it."""
    with server.limiter(tcp=True) as limiter:
        yield limiter


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The steps of a fork for these objects alone, without one: no measure of coverage sees a real child."""

    def run(*objects: _fork.ForkSafe) -> None:
        monkeypatch.setattr(_fork, "_registered", weakref.WeakSet(objects))
        _fork._before()
        _fork._in_child()

    return run
