"""A wheel built from the tree, installed into an empty environment somewhere else, is all that a user needs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from leverset.sandbox import Sandbox

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

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
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # A copy of what git would clone: a wheel must not depend on what lies around in the working tree.
    tree = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tree / name)
    out = tree / "dist"
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(tree)],
        check=True,
        capture_output=True,
    )
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("empty")
    venv.create(home, with_pip=True)
    interpreter = home / "bin" / "python"
    subprocess.run([interpreter, "-m", "pip", "install", "--quiet", str(wheel)], check=True, capture_output=True)
    return interpreter


def run(python: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV_"))}
    return subprocess.run(
        [python, *arguments],
        cwd=python.parents[1],
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


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
