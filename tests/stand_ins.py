"""Stand-ins for a limiter or a transport: they record how they are used, and fail where a test wants it."""

from __future__ import annotations

from typing import Any

import httpx

from leverset import Limiter, LimiterUnavailable
from leverset._protocols import RateLimit
from leverset.limits import Disposition, Slot

NOWHERE = "http://127.0.0.1:9"


def unavailable(step: str) -> LimiterUnavailable:
    """What a limiter raises whose store is out of reach."""
    return LimiterUnavailable(f"{step} failed", reference="leverset/limiter-unavailable")


class Watched(Limiter):
    """A real limiter that records `released` and `pauses`; `fails` names the step that raises `problem`."""

    def __init__(self, *, fails: str = "", problem: BaseException | None = None) -> None:
        super().__init__()
        self.released: list[Disposition] = []
        self.pauses: list[float] = []
        self._fails, self._problem = fails, problem

    def _fail(self, step: str) -> None:
        if step == self._fails:
            raise self._problem or unavailable(step)

    def acquire(self, *positional: Any, **named: Any) -> Slot:
        self._fail("acquire")
        return super().acquire(*positional, **named)

    async def acquire_async(self, *positional: Any, **named: Any) -> Slot:
        self._fail("acquire")
        return await super().acquire_async(*positional, **named)

    def release(self, slot: Slot, disposition: Disposition) -> None:
        self.released.append(disposition)
        super().release(slot, disposition)
        self._fail("release")

    def slow_down(self, key: str, rate: RateLimit, *, age: float, pause: float) -> None:
        self.pauses.append(pause)
        self._fail("pause")
        super().slow_down(key, rate, age=age, pause=pause)


def mock(response: Any) -> httpx.MockTransport:
    """A transport of a caller's: raises, or responds with the body of a success."""

    def handle(_: httpx.Request) -> httpx.Response:
        if isinstance(response, BaseException):
            raise response
        return httpx.Response(200, content=response)

    return httpx.MockTransport(handle)
