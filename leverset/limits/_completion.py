"""Await work that must not be left half done, whoever is cancelled meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def run_to_completion(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Await short work to its end, and raise CancelledError only then.

    An event loop that ends cancels every task, this one's own as well: then the work, which may be done twice, starts
    again.
    """
    cancelled: asyncio.CancelledError | None = None
    task = asyncio.get_running_loop().create_task(work())
    for attempt in range(2):
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError as error:
                cancelled = error
        if attempt == 0 and task.cancelled():
            task = asyncio.get_running_loop().create_task(work())
    if cancelled is not None:
        if not task.cancelled():
            task.exception()  # retrieved: asyncio complains about an exception that nobody saw
        raise cancelled
    return task.result()
