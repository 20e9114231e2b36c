"""A third exchange is a spec, a package, a module of the sandbox, and one line in three lists; nothing else is edited.

Kestrel is invented. Its files are in `kestrel/`; they become part of a copy of the repository.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.environments import GENERATOR
from tests.output import json_lines

ROOT = Path(__file__).parents[2]
KESTREL = Path(__file__).with_name("kestrel")

NEW = {"specs/kestrel.yaml": KESTREL / "spec.yaml", "leverset/sandbox/_kestrel.py": KESTREL / "sandbox.py"}
NEW |= {f"leverset/kestrel/{path.name}": path for path in (KESTREL / "package").glob("*.py")}
LINES = {
    "leverset/_registry.py": ('    "leverset.bitget",\n', '    "leverset.kestrel",\n'),
    "leverset/sandbox/_registry.py": ('    "_bitget",\n', '    "_kestrel",\n'),
    "pyproject.toml": ('"generated/leverset_bitget"]', ', "generated/leverset_kestrel"'),
}
"""The one line that each file gets or changes: what it comes after or stands in, and what is new."""

PLAN = """
accounts: {kestrel: {margin_mode: hedged}}
kestrel:
  - {market: EUR/USD, gearing: 30, marginMode: shared, side: buy}
  - {market: EUR/USD, gearing: 20, marginMode: shared, side: sell}
  - {market: GBP/USD, gearing: 5, marginMode: separate}
okx:
  - {instId: BTC-USDT-SWAP, lever: 5, mgnMode: isolated, posSide: long}
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with the third exchange, generated."""
    folder = tmp_path_factory.mktemp("third-exchange")
    for name in ("leverset", "generator", "generated", "specs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    for name, source in NEW.items():
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(source, folder / name)
    for name, (old, new) in LINES.items():
        text = (folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, name
        changed = text.replace(old, old + new if old.endswith("\n") else old[:-1] + new + "]")
        (folder / name).write_text(changed, encoding="utf-8")
    run(folder, "-m", "generator", python=GENERATOR)
    return folder


def environment(folder: Path, **other: str) -> dict[str, str]:
    places = [str(folder), str(folder / "generated")]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "OKX_", "BITGET_"))}
    return {**kept, "PYTHONPATH": os.pathsep.join(places), "COLUMNS": "200", **other}


def run(folder: Path, *arguments: object, code: int = 0, python: Path | str = sys.executable, **other: str) -> str:
    """Run Python in the copy; its stdout."""
    done = subprocess.run(
        [python, "-W", "error", *map(str, arguments)],
        cwd=folder,
        env=environment(folder, **other),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == code, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def command(folder: Path, *arguments: object, **other: Any) -> str:
    shown = run(folder, "-m", "leverset.cli", *arguments, **other)
    if "--json" in arguments:
        json_lines(shown)
    return shown


@pytest.fixture(scope="module")
def sandbox(copy: Path) -> Iterator[dict[str, Any]]:
    """The copy's sandbox: its address, its accounts and its default credentials in environment variables."""
    with subprocess.Popen(
        [sys.executable, "-m", "leverset.cli", "sandbox", "--json"],
        cwd=copy,
        env=environment(copy),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        described = json.loads(process.stdout.readline())
        keys = {
            f"{name}_{key.upper()}": described[key]
            for name in ("KESTREL", "OKX")
            for key in ("api_key", "secret", "passphrase")
        }
        yield {**described, "keys": keys}
        process.terminate()


def test_nothing_else_is_edited(copy: Path) -> None:
    for folder in ("leverset", "generator", "specs"):
        for path in (ROOT / folder).rglob("*"):
            name = path.relative_to(ROOT).as_posix()
            if path.is_file() and "__pycache__" not in path.parts and name not in LINES:
                assert (copy / name).read_bytes() == path.read_bytes(), name
    for name in LINES:
        before = (ROOT / name).read_text(encoding="utf-8").splitlines()
        after = (copy / name).read_text(encoding="utf-8").splitlines()
        assert len(set(after) - set(before)) == 1, name
    assert str(copy) in run(copy, "-c", "import leverset, leverset_kestrel; print(leverset.__file__)")


def test_a_third_exchange_is_in_the_reference(copy: Path) -> None:
    reference = copy / "docs/reference"
    assert (reference / "kestrel/set_gearing.md").exists()
    assert "\n### kestrel/E7\n" in (reference / "errors.md").read_text(encoding="utf-8")
    assert "](kestrel/set_gearing.md)" in (reference / "index.md").read_text(encoding="utf-8")


def test_check_finds_problems_of_a_third_exchange(copy: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN)
    assert "4 rows (kestrel 3, okx 1), no problem found" in command(copy, "check", plan)
    plan.write_text(PLAN.replace("gearing: 20, marginMode: shared, side: sell", "gearing: 0, marginMode: shared"))
    shown = command(copy, "check", plan, "--kestrel-margin-mode", "netted", code=1)
    for rule in ("kestrel/gearing-is-positive-decimal", "kestrel/netted-has-no-side", "plan/contradicting-row"):
        assert f"error[{rule}]" in shown
    table = tmp_path / "plan.csv"
    table.write_text("exchange,market,gearing,marginMode,side\nkestrel,EUR/USD,30,shared,buy\n")
    assert "1 row (kestrel 1), no problem found" in command(copy, "check", table)


def test_single_fields_of_a_third_exchange_need_no_python(copy: Path) -> None:
    wrong = ("--market", "", "--gearing", "5x", "--margin-mode", "Shared", "--side", "up", "--dry-run")
    shown = command(copy, "set", "kestrel", *wrong, code=1)
    for text in (
        "error[kestrel/market-is-valid]: market is empty",
        "error[kestrel/gearing-is-positive-decimal]: gearing is not a positive decimal",
        "why:   a gearing is more than 0\n",
        'fix:   did you mean "5"?',
        "error[kestrel/margin-mode-is-valid]: marginMode is not one that the exchange knows",
        'fix:   give marginMode as "shared"',
        "error[kestrel/side-is-valid]: side is not one that the exchange knows",
        "why:   the document allows buy, sell",
        "broken  kestrel/market-is-valid",
        "marginMode is required, one of shared, separate.",
    ):
        assert text in shown


def test_what_cannot_be_asked_is_said_to_be_unchecked(copy: Path, tmp_path: Path, sandbox: dict[str, Any]) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN)
    shown = command(copy, "check", plan, "--online", "--sandbox", sandbox["url"], **sandbox["keys"])
    assert "4 rows (kestrel 3, okx 1), no problem found in what was checked" in shown
    assert "not checked: Kestrel: instruments and modes of the account: its API does not offer them\n" in shown


def test_set_on_a_third_exchange(copy: Path, sandbox: dict[str, Any]) -> None:
    words = ("set", "kestrel", "--market", "EUR/USD", "--gearing", "7", "--margin-mode", "shared")
    shown = " ".join(command(copy, "set", "kestrel", "--help").split())
    netted = "--account-margin-mode MODE Whether sides are netted of the Kestrel account. One of hedged, netted."
    assert netted in shown
    assert "--region NAME Kestrel's server: world where none is named. One of world, islands." in shown
    assert "leverset set kestrel --market EUR/USD --gearing 30 --margin-mode shared --live" in shown
    wrong = ("--side", "buy", "--account-margin-mode", "netted", "--dry-run", "--json")
    printed = json.loads(command(copy, *words, *wrong, code=1))
    assert printed["request"] == {"market": "EUR/USD", "gearing": "7", "marginMode": "shared", "side": "buy"}
    assert [each["rule"] for each in printed["error"]["violations"]] == ["kestrel/netted-has-no-side"]
    shown = command(copy, *words, "--sandbox", sandbox["url"], **sandbox["keys"])
    assert shown == "applied on kestrel: market EUR/USD, gearing 7\n"


def test_what_cannot_be_read_is_not_offered(copy: Path, sandbox: dict[str, Any]) -> None:
    """Kestrel has no operation that reads: `set` asks for nothing, and `get`, `doctor` and `export` do not know it."""
    words = ("set", "kestrel", "--market", "EUR/USD", "--gearing", "8", "--margin-mode", "shared", "--side", "buy")
    printed = json.loads(command(copy, *words, "--json", "--sandbox", sandbox["url"], **sandbox["keys"]))
    assert (printed["status"], printed["confirmed"], printed["observed"]) == ("applied", "response", [])
    given = ("--account-margin-mode", "netted", "--sandbox", sandbox["url"])
    assert "because the command line says netted" in command(copy, *words, *given, code=1, **sandbox["keys"])
    for name in ("get", "doctor", "export"):
        command(copy, name, "kestrel", "--sandbox", sandbox["url"], code=2, **sandbox["keys"])
        assert "kestrel" not in command(copy, name, "--help")


def test_apply_on_a_third_exchange(copy: Path, tmp_path: Path, sandbox: dict[str, Any]) -> None:
    plan, journal = tmp_path / "plan.yaml", tmp_path / "run.jsonl"
    plan.write_text(PLAN)
    words = ("apply", plan, "--sandbox", sandbox["url"], "--journal", journal)
    *rows, end = command(copy, *words, "--json", **sandbox["keys"]).splitlines()
    assert {json.loads(row)["status"] for row in rows} == {"applied"}
    assert json.loads(end)["counts"]["applied"] == 4
    shown = command(copy, *words, **sandbox["keys"])  # Kestrel cannot be read: nothing is known of its rows
    assert "kestrel 3 applied\nokx     1 kept\nall 4 rows hold, 1 of them already did, 1 applied by an" in shown
    shown = command(copy, "diff", plan, "--sandbox", sandbox["url"], code=1, **sandbox["keys"])
    assert shown.count("! kestrel EUR/USD") == 2
    assert "leverages of this exchange cannot be read" in shown
    plan.write_text(PLAN.replace("30", "51"))
    shown = command(copy, *words[:-2], code=1, **sandbox["keys"])
    assert f"refused   kestrel EUR/USD shared buy -> 51  {plan}:4" in shown
    assert "kestrel/E7: TooHigh: too high" in shown


def test_demo_shows_a_third_exchange(copy: Path) -> None:
    shown = command(copy, "demo")
    assert "16 leverages set, 4 wrong requests refused before they were sent, 3 by the exchange" in shown
    assert "error[kestrel/netted-has-no-side]" in shown


TESTED = """
from leverset import Credentials
from leverset._registry import EXCHANGES
from leverset.sandbox import Sandbox
from leverset.testing import AnySandboxAccount, OpenAccount

with Sandbox() as sandbox:
    account = OpenAccount(sandbox, [])("kestrel", margin_mode="netted")
    assert type(account) is AnySandboxAccount
    account.fault("rate_limited")
    credentials = Credentials.from_env("KESTREL", account.environment)
    with EXCHANGES["kestrel"].client(credentials, base_url=account.environment["KESTREL_BASE_URL"]) as client:
        client.set_leverage_from({"market": "EUR/USD", "gearing": "7", "marginMode": "shared"})
    account.assert_no_refusals()
    account.assert_leverage(7, market="EUR/USD")
    print([request.code for request in account.requests], account.leverage("sell", market="GBP/USD"))
"""


def test_the_account_of_a_test_on_a_third_exchange(copy: Path) -> None:
    assert run(copy, "-c", TESTED) == "['E3', 'fine'] 1\n"
