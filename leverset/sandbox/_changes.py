"""Wakes those who follow the sandbox's state. It holds no changes: a follower compares what it has seen itself."""

import asyncio


class Changes:
    """Counts the moments at which something may have changed.

    Attributes:
        version: Number of them so far.
    """

    def __init__(self) -> None:
        self.version = 0
        self._waiting: set[asyncio.Future[None]] = set()

    def mark(self) -> None:
        """Say that something may have changed; called on the server's event loop."""
        self.version += 1
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    async def wait(self, seen: int, seconds: float) -> None:
        """Wait until the version is another one than `seen`, at most `seconds`."""
        if self.version != seen:
            return
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            await asyncio.wait([waiting], timeout=seconds)
        finally:
            self._waiting.discard(waiting)
