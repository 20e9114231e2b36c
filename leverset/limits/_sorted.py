"""A sorted list in blocks: insertion, removal and access by rank in a list of any length."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import Any, Generic, Protocol, TypeVar

BLOCK = 512
"""A block is cut in two when it has twice as many items."""


class Ordered(Protocol):
    """Something that can be compared with its like."""

    def __lt__(self, other: Any, /) -> bool:
        """Say whether this comes first."""


T = TypeVar("T", bound=Ordered)


class SortedBlocks(Generic[T]):
    """A sorted list that is cheap to change and knows ranks.

    Every operation takes O(log n) steps and moves at most two blocks' worth of references, amortized: when a block is
    cut or becomes empty, which happens once in several hundred changes, the sums of their lengths are made anew.
    """

    def __init__(self) -> None:
        self._blocks: list[list[T]] = [[]]
        self._sums: list[int] = []  # a Fenwick tree of the lengths of two or more blocks; the first entry is not used
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def add(self, item: T) -> None:
        """Insert an item."""
        index = self._block_of(item)
        block = self._blocks[index]
        insort(block, item)
        self._length += 1
        if len(block) >= 2 * BLOCK:
            self._blocks.insert(index + 1, block[BLOCK:])
            del block[BLOCK:]
            self._sum_up()
        elif len(self._blocks) > 1:
            self._resize(index, 1)

    def remove(self, item: T) -> None:
        """Remove an item that is in the list."""
        index = self._block_of(item)
        block = self._blocks[index]
        del block[bisect_left(block, item)]
        self._length -= 1
        if not block and self._length:
            del self._blocks[index]
            self._sum_up()
        elif len(self._blocks) > 1:
            self._resize(index, -1)

    def smallest(self) -> T:
        """Return the first item of a list that is not empty."""
        return self._blocks[0][0]

    def largest(self, rank: int) -> T:
        """Return the item with a rank from the end: 1 for the last, at most the length."""
        if len(self._blocks) == 1:
            return self._blocks[0][-rank]
        place, index = self._length - rank, 0
        step = 1 << len(self._sums).bit_length()
        while step:
            if index + step < len(self._sums) and self._sums[index + step] <= place:
                index += step
                place -= self._sums[index]
            step >>= 1
        return self._blocks[index][place]

    def above(self, item: T) -> int:
        """Return how many items are not smaller than this one."""
        index = self._block_of(item)
        smaller = bisect_left(self._blocks[index], item)
        while index:
            smaller += self._sums[index]
            index -= index & -index
        return self._length - smaller

    def _block_of(self, item: T) -> int:
        """Return the first block whose last item is not smaller, else the last one."""
        last = len(self._blocks) - 1
        return min(bisect_left(self._blocks, item, key=lambda block: block[-1]), last) if last else 0

    def _resize(self, index: int, change: int) -> None:
        """Correct the sums after a change of one block's length."""
        index += 1
        while index < len(self._sums):
            self._sums[index] += change
            index += index & -index

    def _sum_up(self) -> None:
        """Make all sums anew after a change of the blocks."""
        self._sums = [0] * (len(self._blocks) + 1)
        for index, block in enumerate(self._blocks):
            self._resize(index, len(block))
