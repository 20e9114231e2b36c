"""The wait of a coroutine for its slot, which any thread may end: one future, and one timer where it has a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio


class LoopWait:
    """The wait of a coroutine: it ends when this is called, from any thread, or when its time is over."""

    __slots__ = ("_timer", "end")

    def __init__(self) -> None:
        import asyncio

        self.end = asyncio.get_running_loop().create_future()
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self) -> None:
        self.end.get_loop().call_soon_threadsafe(self._finish)

    def limit(self, seconds: float | None) -> None:
        """End it after this time; None: never."""
        if seconds is not None:
            self._timer = self.end.get_loop().call_later(seconds, self._finish)

    def stop(self) -> None:
        """Have no timer any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _finish(self) -> None:
        if not self.end.done():  # else it ended at the same moment, or was cancelled
            self.end.set_result(None)
