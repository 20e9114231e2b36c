"""A part of a client that is loaded when it is first used: once, also beside a fork and after an interrupt."""

from __future__ import annotations

import _thread
import contextvars
import importlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from leverset import AsyncBitget, AsyncOkx, Bitget, ConfigurationError, Okx
from leverset._on_use import _OnUse, on_use
from tests.processes import begin


def test_it_is_made_once_when_it_is_first_asked_for_of_the_class_or_of_an_object() -> None:
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    class Client:
        part = on_use(make)

    assert made == []
    assert Client().part is Client.part
    assert made == [Client.part]


@pytest.mark.parametrize("client", [Okx, AsyncOkx, Bitget, AsyncBitget])
def test_the_parts_of_a_client_are_what_their_functions_make(client: Any) -> None:
    """Called here, where coverage sees them: it sees no thread but a `Thread`."""
    parts = {name: part for each in client.__mro__ for name, part in vars(each).items() if isinstance(part, _OnUse)}
    assert parts.keys() == {"reads", "_held_type"}
    assert type(parts["reads"]._make()) is type(client.reads)
    assert parts["_held_type"]._make() is client._held_type


def test_a_loading_tells_how_it_ended() -> None:
    """Called here as well."""
    failures = [OSError("too many open files")]

    def make() -> str:
        if failures:
            raise failures[0]
        return "made"

    part, ended = _OnUse(make), SimpleQueue[Exception | None]()
    part._load(ended)
    assert [ended.get_nowait(), ended.get_nowait()] == [*failures, None]
    failures.clear()
    part._load(ended)
    part._load(ended)
    assert [ended.get_nowait(), ended.get_nowait()] == [None, None]
    assert ended.empty()
    assert part._made == "made"


def test_several_threads_get_what_one_has_made_and_none_of_them_makes_it_itself() -> None:
    made: list[threading.Thread] = []

    def make() -> threading.Thread:
        threading.Event().wait(0.2)  # time for the others to ask
        made.append(threading.current_thread())
        return made[-1]

    class Client:
        part = on_use(make)

    found: list[threading.Thread] = []
    askers = [threading.Thread(target=lambda: found.append(Client.part)) for _ in range(3)]
    for each in askers:
        each.start()
    for each in askers:
        each.join(20)
    assert len(made) == 1
    assert made[0] not in askers
    assert found == made * 3


def test_what_fails_is_raised_and_tried_again_the_next_time() -> None:
    failures = [ImportError("no such file")]

    def make() -> str:
        if failures:
            raise failures.pop()
        return "made"

    class Client:
        part = on_use(make)

    with pytest.raises(ConfigurationError, match=r"could not be loaded \(ImportError: no such file\)") as raised:
        Client.part  # noqa: B018 - the point
    assert raised.value.outcome == "not_sent"
    assert raised.value.fix.count("open files") == 1
    assert isinstance(raised.value.__cause__, ImportError)
    assert Client.part == "made"


def test_a_thread_that_ends_without_it_keeps_nobody_waiting() -> None:
    ends: list[type[BaseException]] = [SystemExit]

    def make() -> str:
        if ends:
            raise ends.pop()
        return "made"

    class Client:
        part = on_use(make)

    assert Client.part == "made"


def test_it_is_made_where_no_thread_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    class Client:
        part = on_use(lambda: "made")

    entered = contextvars.copy_context()
    monkeypatch.setattr(_thread, "start_new_thread", entered.run)  # fails in C, as the other does
    assert entered.run(lambda: Client.part) == "made"


def test_what_a_handler_raises_as_the_thread_is_started_is_not_taken_for_a_thread_that_cannot_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Client:
        part = on_use(lambda: "made")

    def interrupted(*_: object) -> None:
        raise RuntimeError("of a handler")

    monkeypatch.setattr(_thread, "start_new_thread", interrupted)
    with pytest.raises(RuntimeError, match="of a handler"):
        Client.part  # noqa: B018 - the point


INTERRUPTED = """
import itertools, os, sys, threading
from leverset._on_use import on_use

class Interrupt(BaseException):
    pass

def interrupted(point, work):
    # Whether work was interrupted, at such a point of it; see tests/retry/test_interrupt_points.py.
    passed = itertools.count(1)
    def profile(frame, event, given):
        if event in ("call", "c_return") and next(passed) == point:
            sys.setprofile(None)
            raise Interrupt
    sys.setprofile(profile)
    try:
        work()
    except Interrupt:
        return True
    finally:
        sys.setprofile(None)
    return False

def make():
    import part_of_it
    return part_of_it.__name__

for point in itertools.count(1):
    sys.modules.pop("part_of_it", None)
    class Client:
        part = on_use(make)
    was_interrupted = interrupted(point, lambda: Client.part)
    found = []
    another = threading.Thread(target=lambda: found.append(Client.part), daemon=True)
    another.start()
    another.join(10)
    if not (found and was_interrupted):
        print("found" if found else "locked", point, flush=True)
        os._exit(0)
"""


def test_an_interrupt_leaves_nothing_locked(tmp_path: Path) -> None:
    """At every point: within an import it could leave the module's lock taken."""
    (tmp_path / "part_of_it.py").write_text("")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    run = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    said, points = run.stdout.split()
    assert said == "found", run.stdout
    assert int(points) > 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only systems that fork can be harmed by it")
@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
def test_a_fork_waits_until_it_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module is locked while it is imported, in a child for ever."""
    (tmp_path / "slow_to_load.py").write_text("import threading\nthreading.inside.set()\nthreading.go.wait(20)\n")
    monkeypatch.syspath_prepend(tmp_path)
    inside, go, forked = threading.Event(), threading.Event(), threading.Event()
    monkeypatch.setattr(threading, "inside", inside, raising=False)
    monkeypatch.setattr(threading, "go", go, raising=False)

    def make() -> str:
        return importlib.import_module("slow_to_load").__name__

    class Client:
        part = on_use(make)

    said: list[str] = []

    def fork() -> None:
        child = begin(lambda: Client.part)
        forked.set()
        said.append(child.result())

    loading, forking = threading.Thread(target=lambda: Client.part), threading.Thread(target=fork)
    try:
        loading.start()
        assert inside.wait(20)
        forking.start()
        assert not forked.wait(0.5), "it forked while a module was imported"
    finally:
        go.set()
        forking.join(30)
        loading.join(20)
        sys.modules.pop("slow_to_load", None)
    assert said == ["slow_to_load"]


FORKED = """
import importlib.util, os, signal, sys, threading
from leverset import Okx, _suggest

name = sys.argv[1]
inside, forking = threading.Event(), threading.Event()

class Slow:
    # Finds the one module, whose import takes until the fork has begun.
    def find_spec(self, found, path=None, target=None):
        if found != name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        execute = spec.loader.exec_module
        def slow(module):
            if not forking.is_set():
                inside.set()
                forking.wait(10)
                threading.Event().wait(0.2)
            execute(module)
        spec.loader.exec_module = slow
        return spec

def use():
    Okx.reads
    Okx.held_reading(Okx, {})
    _suggest.nearest("BTC-USDT-SWAPP", ["BTC-USDT-SWAP"])

sys.meta_path.insert(0, Slow())
thread = threading.Thread(target=lambda: (use(), inside.set()))
thread.start()
inside.wait(10)
forking.set()
child = os.fork()
if not child:
    signal.alarm(5)
    use()
    os._exit(0)
thread.join()
print(os.waitpid(child, 0)[1])
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only systems that fork can be harmed by it")
@pytest.mark.parametrize("name", ["leverset._held", "leverset.okx._reads", "difflib"])
def test_a_child_uses_what_was_being_loaded_as_it_was_forked(name: str) -> None:
    quiet = ("-W", "ignore::DeprecationWarning")  # Python 3.12 warns of any fork beside a thread
    command = [sys.executable, *quiet, "-c", FORKED, name]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (run.stdout, run.stderr) == ("0\n", "")
