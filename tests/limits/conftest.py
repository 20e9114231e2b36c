"""One Redis for all tests that leave it as it was, and one of its own for each that does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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
