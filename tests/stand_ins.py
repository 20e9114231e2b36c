"""What stands in for a limiter or a transport: it keeps what it was told, and fails where a test wants it to."""

from __future__ import annotations

from typing import Any

import httpx

from leverset import Limiter
from leverset.limits import Disposition, Slot

NOWHERE = "http://127.0.0.1:9"


class Watched(Limiter):
    """A real limiter that tells what it was told; `fails` names the step that raises."""

    def __init__(self, *, fails: str = "") -> None:
        super().__init__()
        self.fates: list[Disposition] = []
        self.pauses: list[float] = []
        self._fails = fails

    def _fail(self, step: str) -> None:
        if step == self._fails:
            raise OSError(f"{step} failed")

    def acquire(self, *positional: Any, **named: Any) -> Slot:
        self._fail("acquire")
        return super().acquire(*positional, **named)

    async def acquire_async(self, *positional: Any, **named: Any) -> Slot:
        self._fail("acquire")
        return await super().acquire_async(*positional, **named)

    def release(self, grant: Slot, disposition: Disposition) -> None:
        self.fates.append(disposition)
        super().release(grant, disposition)
        self._fail("release")

    def pause(self, key: str, seconds: float) -> None:
        self.pauses.append(seconds)
        self._fail("pause")
        super().pause(key, seconds)


def mock(answer: Any) -> httpx.MockTransport:
    """A transport of somebody else's: raises, or answers with the body of a success."""

    def handle(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, BaseException):
            raise answer
        return httpx.Response(200, content=answer)

    return httpx.MockTransport(handle)
