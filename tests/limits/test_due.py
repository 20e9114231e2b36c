"""Which window is served next: against a plain minimum."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from leverset.limits._due import Due
from leverset.limits._window import Window

KEYS = "abc"


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from([1.0, 2.0, 3.0, 4.0, math.inf])), max_size=60))
def test_the_first_is_the_one_that_is_due_first(steps: list[tuple[str, float]]) -> None:
    windows = {key: Window(key, 0.0) for key in KEYS}
    due, plain = Due(windows), dict.fromkeys(KEYS, math.inf)
    assert due.first() is None
    for key, when in steps:
        due.schedule(windows[key], when)
        plain[key] = when
        assert {each.key: each.due for each in windows.values()} == plain
        first, soonest = due.first(), min(plain.values())
        assert (first is None) == (soonest == math.inf)
        assert first is None or plain[first.key] == soonest
        assert len(due._heap) <= 2 * len(KEYS)


def test_times_that_are_not_due_any_more_are_forgotten() -> None:
    """Else a queue that empties and fills again would grow for ever."""
    windows = {key: Window(key, 0.0) for key in KEYS}
    due = Due(windows)
    due.schedule(windows["c"], 1.0)
    for number in range(100):
        window = windows["ab"[number % 2]]
        due.schedule(window, 100.0)
        due.schedule(window, math.inf)
        assert due.first() is windows["c"]
    assert len(due._heap) <= 2 * len(KEYS)


def test_nobody_is_first_where_nobody_waits_any_more() -> None:
    windows = {key: Window(key, 0.0) for key in KEYS}
    due = Due(windows)
    for number in range(10):
        due.schedule(windows["a"], float(number))
    due.schedule(windows["a"], math.inf)
    assert due.first() is None
