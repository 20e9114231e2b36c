"""What `python -m tests.faults.mutation` tries: real changes, of code and not of words."""

from __future__ import annotations

from tests.faults.mutants import mutants

SOURCE = '''
"""A docstring."""
import logging

LIMIT: int = 5
Kind = Literal["kind"]
T = TypeVar("T")


def f(a: int, b: str) -> int | None:
    """Another."""
    if not a and b == "x":
        log.warning("told %s", a)
        return a + LIMIT
    return g(a, why="because")


class K:
    def m(self, a: str) -> str:
        if a:
            raise ValueError(f"{a} in words")
        return f"{a}:{self.b}"
'''


def test_every_kind_of_change_is_made_once() -> None:
    made = [(mutant.was, mutant.now) for mutant in mutants(SOURCE)]
    assert len(made) == len(set(made)) == len({mutant.source for mutant in mutants(SOURCE)})
    assert ("5", "6") in made
    assert ("'x'", "'xx'") in made
    assert ("b == 'x'", "b != 'x'") in made
    assert ("not a", "a") in made
    assert ("not a and b == 'x'", "not a or b == 'x'") in made
    assert ("not a and b == 'x'", "b == 'x'") in made
    assert ("a + LIMIT", "a - LIMIT") in made
    assert ("return a + LIMIT", "return None") in made
    assert [now for was, now in made if was == "f'{a}:{self.b}'"] == ["f':{self.b}'", "f'{a}{self.b}'", "f'{a}:'"]
    assert ("if not a and b == 'x':", "if not (not a and b == 'x'):") in made


def test_a_change_is_told_with_where_it_is() -> None:
    places = {mutant.place for mutant in mutants(SOURCE)}
    assert places == {"module", "f", "K.m"}
    assert {str(mutant) for mutant in mutants(SOURCE) if mutant.was == "5"} == {"line 5, module: 5 -> 6"}


def test_words_are_left_alone() -> None:
    for mutant in mutants(SOURCE):
        for kept in (
            "A docstring.",
            "Another.",
            "told %s",
            "import logging",
            "int | None",
            "'kind'",
            "'T'",
        ):
            assert kept in mutant.source, mutant
        assert not mutant.was.startswith("f'{a} in words"), mutant
        assert "because" not in mutant.now.replace("why='because'", ""), mutant


def test_every_mutant_is_python_and_another_program() -> None:
    found = list(mutants(SOURCE))
    assert len(found) == len({mutant.source for mutant in found}) > 8
    for mutant in found:
        compile(mutant.source, "mutant", "exec")


SCRIPT = '''
SCRIPT = """
local now = tonumber(ARGV[1]) * 1000  -- not a number, and 5 < 6
if not now then return 0 end
redis.call('HSET', KEYS[1], 'a',
  math.max(now, 2))
now = now + 1
return {now,
  redis.call('GET', KEYS[1])}
"""
'''


def test_the_script_of_a_module_is_changed_too() -> None:
    found = list(mutants(SCRIPT))
    assert len(found) == len({mutant.source for mutant in found})
    made = {str(mutant): mutant.source for mutant in found}
    assert list(made) == [
        "line 3, SCRIPT: now = tonumber(ARGV[1]) * 1000 -- not a -> now = tonumber(ARGV[3]) * 1000 -- not a",
        "line 3, SCRIPT: = tonumber(ARGV[1]) * 1000 -- not a numb -> = tonumber(ARGV[1]) / 1000 -- not a numb",
        "line 3, SCRIPT: tonumber(ARGV[1]) * 1000 -- not a number, a -> tonumber(ARGV[1]) * 2001 -- not a number, a",
        "line 4, SCRIPT: if not now then return 0 e -> if now then return 0 e",
        "line 4, SCRIPT: not now then return 0 end -> not now then return 1 end",
        "line 5, SCRIPT: s.call('HSET', KEYS[1], 'a', -> s.call('HSET', KEYS[3], 'a',",
        "line 5, SCRIPT: ll('HSET', KEYS[1], 'a', -> ll('HSET', KEYS[1], '',",
        "line 6, SCRIPT: math.max(now, 2)) -> math.min(now, 2))",
        "line 6, SCRIPT: math.max(now, 2)) -> math.max(now, 5))",
        "line 7, SCRIPT: now = now + 1 -> now = now - 1",
        "line 7, SCRIPT: now = now + 1 -> now = now + 3",
        "line 9, SCRIPT: is.call('GET', KEYS[1])} -> is.call('GET', KEYS[3])}",
        "line 5, SCRIPT: redis.call('HSET', KEYS[1], 'a', math.max(now, 2)) -> nothing",
        "line 7, SCRIPT: now = now + 1 -> nothing",
    ]
    without = next(source for change, source in made.items() if "math.max(now, 2)) -> nothing" in change)
    assert "math.max" not in without
    assert all("5 < 6" in source for source in made.values())
