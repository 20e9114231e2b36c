"""One Redis and one Valkey for all tests that leave them as they were, and one of its own for each that does not."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leverset import _fork
from leverset.limits.redis import RedisLimiter
from tests.limits.server import RedisServer

# All tests of the script run on both; of the others those on Valkey are left to `make test-long`, being as long again.
BOTH = ["redis", pytest.param("valkey", marks=[pytest.mark.slow, pytest.mark.long])]


@pytest.fixture(scope="session")
def servers() -> Iterator[Callable[[str], RedisServer]]:
    """The server of a kind, which is started once."""
    started: dict[str, RedisServer] = {}

    def get(kind: str) -> RedisServer:
        if kind not in started:
            started[kind] = RedisServer(kind=kind)
            started[kind].start()
        return started[kind]

    yield get
    for server in started.values():
        server.remove()


@pytest.fixture(scope="session", params=BOTH)
def server(request: pytest.FixtureRequest, servers: Callable[[str], RedisServer]) -> RedisServer:
    return servers(request.param)


@pytest.fixture(params=BOTH)
def own_server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    server = RedisServer(kind=request.param)
    server.start()
    yield server
    server.remove()


@pytest.fixture
def limiter(server: RedisServer) -> Iterator[RedisLimiter]:
    """Over TCP, as most will have it."""
    with server.limiter(tcp=True) as limiter:
        yield limiter


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Of a limit file that is not there yet."""
    return tmp_path / "limits.sqlite3"


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The steps of a fork for these objects alone, without one: no measure of coverage sees a real child."""

    def run(*objects: _fork.Locked) -> None:
        monkeypatch.setattr(_fork, "_registered", weakref.WeakSet(objects))
        _fork._before()
        _fork._in_child()

    return run
