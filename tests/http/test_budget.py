"""The time that one request has: what is left for each of its steps."""

from __future__ import annotations

import pytest

from leverset._http.attempt import Budget
from tests.clock import Clock


def test_a_step_has_its_own_time_or_what_is_left_of_the_whole() -> None:
    clock = Clock()
    budget = Budget(clock, clock.now + 8.0, 5.0)
    assert budget.step == "Resolve"
    assert (budget.left("Connect"), budget.step) == (5.0, "Connect")
    clock.now += 5.0
    assert (budget.left("Read"), budget.step) == (3.0, "Read")


def test_the_first_of_several_ways_has_a_share_of_the_whole_that_is_long_enough_to_connect() -> None:
    clock = Clock()
    budget = Budget(clock, clock.now + 8.0, 5.0)
    assert [budget.left("Connect", parts) for parts in (1, 2, 4, 32, 100)] == [5.0, 4.0, 2.0, 0.25, 0.25]
    clock.now += 7.9
    assert budget.left("Connect", 2) == pytest.approx(0.1)


@pytest.mark.parametrize("late", [0.0, 1.0])
def test_a_step_that_has_no_time_does_not_begin(late: float) -> None:
    clock = Clock()
    budget = Budget(clock, clock.now - late, 5.0)
    with pytest.raises(TimeoutError):
        budget.left("Write")
    assert budget.step == "Write"
