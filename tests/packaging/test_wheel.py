"""What is built from a clone, installed somewhere else without its source, is all that a user needs."""

from __future__ import annotations

import json
import re
import subprocess
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from leverset.sandbox import Sandbox
from tests.packaging.distributions import ROOT, build, copy, tracked
from tests.packaging.outside import environment, folder_of_tests, run
from tests.packaging.published import without_repository

pytestmark = pytest.mark.slow

USE = """
import asyncio, json, os
import leverset, leverset_okx, leverset_bitget
from leverset import AsyncBitget, Credentials, Okx

url = os.environ["SANDBOX_URL"]
with Okx(Credentials.from_env("OKX"), base_url=url) as okx:
    first = okx.set_leverage(inst_id="BTC-USDT-SWAP", lever=7, mgn_mode="isolated", pos_side="long").lever

async def main():
    async with AsyncBitget(Credentials.from_env("OKX"), base_url=url) as bitget:
        result = await bitget.set_leverage(
            symbol="BTCUSDT", product_type="USDT-FUTURES", margin_coin="USDT", leverage=9, hold_side="short"
        )
        return str(result.lever)

print(json.dumps([leverset.__file__, str(first), asyncio.run(main())]))
"""

PART = [
    "tests/cli/test_main.py",
    "tests/client/test_facades.py",
    "tests/client/test_results.py",
    "tests/http/test_response.py",
    "tests/limits/test_redis_script.py",
    "tests/plan/test_yaml.py",
    "tests/read_back/test_doubt.py",
    "tests/rules/test_okx_rules.py",
    "tests/sandbox/test_console.py",
    "tests/sandbox/test_console_view.py",
    "tests/testing/test_fixtures.py",
    "tests/testing/test_plugin.py",
]

TESTS = """
import os, pytest
from leverset import Credentials, Okx

@pytest.mark.leverset_fault("disconnect", applied=True)
def test_okx(okx_account):
    with Okx(Credentials.from_env("OKX"), base_url=os.environ["OKX_BASE_URL"]) as okx:
        okx.set_leverage(inst_id="BTC-USDT-SWAP", lever=7, mgn_mode="cross")
    okx_account.assert_leverage(7, inst_id="BTC-USDT-SWAP", mgn_mode="cross")

def test_bitget(bitget_account):
    bitget_account.assert_no_refusals()
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what git would clone: what is built must not depend on what lies around in the working tree."""
    return copy(tracked(), tmp_path_factory.mktemp("clone"))


@pytest.fixture(scope="module")
def wheel(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    [built] = build(tree, tmp_path_factory.mktemp("wheel"), "--wheel")
    return built


@pytest.fixture(scope="module")
def sdist(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    [built] = build(tree, tmp_path_factory.mktemp("sdist"), "--sdist")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("empty")
    venv.create(home, with_pip=True)
    interpreter = home / "bin" / "python"
    subprocess.run([interpreter, "-m", "pip", "install", "--quiet", str(wheel)], check=True, capture_output=True)
    return interpreter


def test_the_wheel_holds_all_three_packages_and_their_types(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for package in ("leverset", "leverset_okx", "leverset_bitget"):
        assert {f"{package}/__init__.py", f"{package}/py.typed"} <= names
    assert "leverset_okx/operations.py" in names
    page = {f"leverset/sandbox/console/{path.name}" for path in (ROOT / "leverset" / "sandbox" / "console").iterdir()}
    assert len(page) > 8
    assert page <= names
    tops = {name.split("/")[0] for name in names}
    packages = {"leverset", "leverset_okx", "leverset_bitget"}
    assert {top for top in tops if not top.endswith(".dist-info")} == packages | {"leverset_pytest.py"}
    assert not any("testing/_entry" in name for name in names), "it stands beside leverset, and nowhere else"


def test_the_sdist_makes_the_same_wheel(wheel: Path, sdist: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as packed:
        packed.extractall(tmp_path / "unpacked", filter="data")
    [unpacked] = (tmp_path / "unpacked").iterdir()
    [again] = build(unpacked, tmp_path / "again", "--wheel")
    assert again.name == wheel.name
    assert contents(again) == contents(wheel)


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_the_sdist_has_what_its_tests_need(sdist: Path) -> None:
    with tarfile.open(sdist) as packed:
        held = {name.partition("/")[2] for name in packed.getnames()}
    assert {name for name in tracked() if not name.startswith(".ci/")} == held - {"PKG-INFO"}


def outside_of_the_clone(python: Path, folder: Path, *arguments: str, seconds: float) -> str:
    """Run tests in a folder that has no source, and hold that what they ran was installed; what pytest said."""
    command = ["-m", "pytest", "-p", "where", "-p", "no:cacheprovider", *arguments]
    ran = run(python, *command, folder=folder, seconds=seconds)
    assert ran.returncode == 0, ran.stdout[-10_000:] + ran.stderr
    said = [json.loads(path.read_text()) for path in folder.glob("where-*.json")]
    assert said
    for one in said:
        assert one["prefix"] == str(python.parents[1])
        assert {"leverset", "leverset_okx", "leverset_bitget", "leverset.sandbox"} <= one["files"].keys()
        assert [file for file in one["files"].values() if not Path(file).is_relative_to(one["prefix"])] == []
        assert [path for path in one["path"] if Path(path).is_relative_to(ROOT)] == []
    return ran.stdout


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and all that the tests need."""
    return environment(tmp_path_factory.mktemp("with-wheel"), wheel)


def test_what_is_installed_passes_tests_without_the_source(installed: Path, tmp_path: Path) -> None:
    """A part of each room; all of them are in the long tests."""
    assert set(PART) <= set(without_repository())
    said = outside_of_the_clone(installed, folder_of_tests(tmp_path), "-m", "not slow", *PART, seconds=300)
    passed = re.search(r"(\d+) passed", said)
    assert passed
    assert int(passed[1]) > 500


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_what_is_installed_passes_all_tests_that_need_no_source(installed: Path, tmp_path: Path) -> None:
    names = without_repository()
    outside_of_the_clone(installed, folder_of_tests(tmp_path), "-n", "2", "-m", "not slow", *names, seconds=1700)


def test_what_the_sdist_installs_sets_on_both_exchanges(sdist: Path, tmp_path: Path) -> None:
    """By the script that tries it where there is no make."""
    python = environment(tmp_path / "env", sdist)
    script = copy(["tests/packaging/set_once.py"], tmp_path) / "tests" / "packaging" / "set_once.py"
    result = run(python, str(script))
    assert result.returncode == 0, result.stderr
    said = json.loads(result.stdout)
    assert said["levers"] == ["7", "9"]
    assert all(file.startswith(str(python.parents[1])) for file in said["files"])


def test_without_extras_it_brings_attrs_and_httpx_only(python: Path) -> None:
    listed = run(python, "-m", "pip", "list", "--format", "json")
    installed = {entry["name"].lower() for entry in json.loads(listed.stdout)} - {"pip", "setuptools", "wheel"}
    # anyio, certifi, h11, httpcore, idna and typing-extensions are what httpx itself needs.
    of_httpx = {"anyio", "certifi", "h11", "httpcore", "idna", "typing_extensions", "typing-extensions", "sniffio"}
    assert installed - of_httpx == {"leverset", "attrs", "httpx"}


def test_it_sets_a_leverage_against_the_sandbox(python: Path) -> None:
    with Sandbox() as sandbox:
        result = run(
            python,
            "-c",
            USE,
            SANDBOX_URL=sandbox.url,
            OKX_API_KEY=sandbox.api_key,
            OKX_SECRET=sandbox.secret,
            OKX_PASSPHRASE=sandbox.passphrase,
        )
        assert result.returncode == 0, result.stderr
        where, okx, bitget = json.loads(result.stdout)
        assert where.startswith(str(python.parents[1]))
        assert (okx, bitget) == ("7", "9")
        assert [entry["lever"] for entry in sandbox.leverage("okx")] == ["7"]


def test_without_the_extra_the_command_says_what_to_install(python: Path) -> None:
    result = run(python, str(python.parent / "leverset"), "--help")
    assert result.returncode == 2
    assert "leverset[cli]" in result.stderr
    assert "Traceback" not in result.stderr


def test_with_the_extra_pytest_has_the_fixtures(wheel: Path, python: Path, tmp_path: Path) -> None:
    """The last one: what it installs stays. The command's own needs are not among it."""
    install = run(python, "-m", "pip", "install", "--quiet", f"{wheel}[testing]")
    assert install.returncode == 0, install.stderr
    (tmp_path / "test_it.py").write_text(TESTS)
    result = run(python, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", str(tmp_path), NO_PROXY="")
    assert "2 passed" in result.stdout, result.stdout + result.stderr
    assert run(python, "-c", "import typer").returncode == 1
