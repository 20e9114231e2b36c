"""Reads that follow from one another, without the waiting: a generator yields each, and is sent what it returned.

So that sync and async share everything else.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

from leverset._read_back import Read
from leverset.errors import LeversetError

ResultT = TypeVar("ResultT")
Steps = Generator[Read, Any, ResultT]
"""Yields reads. It is sent what each returned, or the LeversetError that it ended in."""


def take(steps: Steps[ResultT], client: Any) -> ResultT:
    """Make the reads with a sync client, one after the other, and return what the steps return."""
    found: Any = None
    while True:
        try:
            read = steps.send(found)
        except StopIteration as end:
            result: ResultT = end.value
            return result
        try:
            found = read.extract(client.call(read.module, **read.arguments))
        except LeversetError as error:
            found = error


async def take_async(steps: Steps[ResultT], client: Any) -> ResultT:
    """Like `take`, awaited."""
    found: Any = None
    while True:
        try:
            read = steps.send(found)
        except StopIteration as end:
            result: ResultT = end.value
            return result
        try:
            found = read.extract(await client.call(read.module, **read.arguments))
        except LeversetError as error:
            found = error
