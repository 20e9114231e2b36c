"""The sandbox's clock, which tests replace."""

import asyncio
import time


class Clock:
    """The machine's clocks. `Sandbox(clock=...)` takes a subclass."""

    def monotonic(self) -> float:
        """Return seconds that never go back: the limits' clock."""
        return time.monotonic()

    def wall(self) -> float:
        """Return seconds since 1970 in UTC: the clock that timestamps are checked against."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds`."""
        await asyncio.sleep(seconds)
