"""Time, in one place, so that a test can hold it still."""

import asyncio
import time


class Clock:
    """The machine's clocks; a test passes its own to `Sandbox(clock=...)`."""

    def monotonic(self) -> float:
        """Seconds that never go back: what limits are counted on."""
        return time.monotonic()

    def wall(self) -> float:
        """Seconds since 1970 in UTC: what timestamps are checked against."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        await asyncio.sleep(seconds)
