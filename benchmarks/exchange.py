"""A sandbox in a process of its own, for benchmarks: its CPU is not theirs."""

from __future__ import annotations

import json
import subprocess
import sys
from types import TracebackType
from typing import Any, Self

import httpx

from leverset import Credentials


class Exchange:
    """A running sandbox with both exchanges; a context manager."""

    def __enter__(self) -> Self:
        code = "from leverset.sandbox import serve; serve(json=True)"
        self._process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        facts = json.loads(self._process.stdout.readline())
        self.url: str = facts["url"]
        self.credentials = Credentials(facts["api_key"], facts["secret"], facts["passphrase"])
        self._control = httpx.Client(base_url=self.url, trust_env=False, timeout=30)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._control.close()
        self._process.terminate()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def start_over(self, **settings: Any) -> None:
        """As new, with these settings (see leverset.sandbox._config)."""
        self._control.post("/_sandbox/reset", json={"settings": True}).raise_for_status()
        self._control.patch("/_sandbox/settings", json=settings).raise_for_status()

    def requests(self) -> list[dict[str, Any]]:
        """Every request that arrived, in order."""
        log: list[dict[str, Any]] = self._control.get("/_sandbox/requests").raise_for_status().json()["requests"]
        return log
