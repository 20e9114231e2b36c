"""The command's entry point, `leverset sandbox` and `leverset demo`."""

from __future__ import annotations

import builtins
import importlib
import runpy
import socket
import sys
import types
from typing import Any

import pytest

import leverset.sandbox
from leverset import cli
from tests.cli.conftest import Invoke


def without(monkeypatch: pytest.MonkeyPatch, module: str, missing: str) -> None:
    """Let the import of a module fail over a missing other one."""
    real = builtins.__import__

    def fail(name: str, *arguments: Any, **other: Any) -> Any:
        if name == module:
            raise ModuleNotFoundError(f"No module named '{missing}'", name=missing)
        return real(name, *arguments, **other)

    monkeypatch.setattr(builtins, "__import__", fail)


def as_main(module: types.ModuleType) -> None:
    """Run a module's file as the program: pytest's loader of an installed leverset is not one for runpy."""
    runpy.run_path(str(module.__file__), run_name="__main__")


def test_main_runs_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["leverset", "--version"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("leverset 0.")
    module = importlib.import_module("leverset.cli.__main__")
    assert capsys.readouterr().out == ""
    with pytest.raises(SystemExit):
        as_main(module)
    assert capsys.readouterr().out.startswith("leverset 0.")


def test_python_runs_the_package_as_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = importlib.import_module("leverset.__main__")
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(sys, "argv", ["leverset", "--version"])
    with pytest.raises(SystemExit) as ended:
        as_main(module)
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("leverset 0.")


def test_main_without_the_extra(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    without(monkeypatch, "leverset.cli.app", "rich.console")
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert "pip install 'leverset[cli]'" in capsys.readouterr().err


def test_a_missing_module_of_ours_is_no_missing_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without(monkeypatch, "leverset.cli.app", "leverset.okx._client")
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert "a fault of leverset itself: ModuleNotFoundError" in capsys.readouterr().err


def test_the_sandbox_passes_its_options_on(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, object]] = []
    monkeypatch.setattr(leverset.sandbox, "serve", lambda **options: given.append(options), raising=False)
    assert invoke("sandbox", "--port", 8765, "--lenient", "--no-limits", "--json").exit_code == 0
    assert invoke("sandbox").exit_code == 0
    assert given == [
        {"port": 8765, "lenient": True, "limits": False, "json": True, "exports": False},
        {"port": 0, "lenient": False, "limits": True, "json": False, "exports": False},
    ]


def test_a_port_that_is_taken(invoke: Invoke) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = invoke("sandbox", "--port", taken.getsockname()[1])
    assert result.exit_code == 2
    assert "cannot be used" in result.stderr


@pytest.mark.parametrize(("command", "module"), [("sandbox", "leverset.sandbox"), ("demo", "leverset.cli._demo")])
def test_without_the_sandbox_extra(invoke: Invoke, monkeypatch: pytest.MonkeyPatch, command: str, module: str) -> None:
    without(monkeypatch, module, "starlette")
    result = invoke(command)
    assert result.exit_code == 2
    assert "starlette" in result.stderr
    assert "pip install 'leverset[sandbox]'" in result.stderr


def test_demo_exits_with_the_code_of_its_program(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    demo = types.ModuleType("leverset.cli._demo")
    demo.main = lambda: 3  # type: ignore[attr-defined] # what the command calls
    monkeypatch.setitem(sys.modules, "leverset.cli._demo", demo)
    assert invoke("demo").exit_code == 3
