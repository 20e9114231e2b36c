"""The sorted list in blocks against a plain one."""

from __future__ import annotations

from bisect import bisect_left, insort

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leverset.limits import _sorted
from leverset.limits._sorted import SortedBlocks


@pytest.fixture(params=[1, 2, 3, 512], autouse=True)
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the smallest blocks that there can be to those of production."""
    monkeypatch.setattr(_sorted, "BLOCK", request.param)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.sampled_from("++-"), st.integers(0, 12)), max_size=60))
def test_every_operation_is_that_of_a_plain_sorted_list(steps: list[tuple[str, int]]) -> None:
    blocks, plain = SortedBlocks[int](), list[int]()
    for step, item in steps:
        if step == "+":
            blocks.add(item)
            insort(plain, item)
        elif item in plain:
            blocks.remove(item)
            plain.remove(item)
        assert len(blocks) == len(plain)
        assert [blocks.largest(rank + 1) for rank in range(len(plain))] == plain[::-1]
        assert [blocks.above(other) for other in range(14)] == [
            len(plain) - bisect_left(plain, other) for other in range(14)
        ]
        if plain:
            assert blocks.smallest() == plain[0]


@pytest.mark.parametrize("block", [2], indirect=True)
def test_blocks_stay_short_and_are_never_empty() -> None:
    blocks = SortedBlocks[int]()
    for item in range(100):
        blocks.add(item % 10)
    assert max(len(one) for one in blocks._blocks) <= 3
    for item in range(99):
        blocks.remove(item % 10)
        assert all(blocks._blocks)
    blocks.remove(9)
    assert blocks._blocks == [[]]
