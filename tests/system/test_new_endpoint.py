"""A new endpoint is YAML: generated, then called signed, limited and with typed errors, without a line of Python."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.environments import GENERATOR

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages, generated from copies of the specs with one endpoint more."""
    folder = tmp_path_factory.mktemp("new-endpoint")
    specs, output = folder / "specs", folder / "generated"
    specs.mkdir()
    more = yaml.safe_load((ROOT / "tests/system/new_endpoint.yaml").read_text(encoding="utf-8"))
    for path in (ROOT / "specs").glob("*.yaml"):
        spec = yaml.safe_load(path.read_text(encoding="utf-8"))
        if path.name == "okx.yaml":
            spec["paths"] |= more["paths"]
            spec["components"]["schemas"] |= more["components"]["schemas"]
        (specs / path.name).write_text(yaml.safe_dump(spec, sort_keys=False, allow_unicode=True), encoding="utf-8")
    folders = [f"--specs={specs}", f"--output={output}", f"--docs={folder / 'reference'}"]
    run("-m", "generator", *folders, python=GENERATOR)
    return output


def run(*arguments: str, path: Path | None = None, python: Path | str = sys.executable) -> str:
    """Run Python in the repository; `path` comes first where it looks for modules."""
    places = [str(place) for place in (path, ROOT) if place is not None]
    done = subprocess.run(
        [python, "-W", "error", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def test_it_is_called_signed_limited_and_with_typed_errors(generated: Path) -> None:
    assert run("-m", "tests.system.new_endpoint_caller", str(generated), path=generated).strip() == "15"


def test_no_hand_written_line_knows_it() -> None:
    assert "invented" in (ROOT / "tests/system/new_endpoint.yaml").read_text(encoding="utf-8")
    hand_written = [*(ROOT / "leverset").rglob("*.py"), *(ROOT / "generator").rglob("*.py")]
    assert len(hand_written) > 30
    assert not [path for path in hand_written if "invented_quota" in path.read_text(encoding="utf-8")]


def test_a_client_of_the_repository_does_not_have_it(generated: Path) -> None:
    """The packages that were generated here are what makes the difference."""
    assert (generated / "leverset_okx/api/account/get_invented_quota.py").exists()
    assert not (ROOT / "generated/leverset_okx/api/account/get_invented_quota.py").exists()


def test_it_has_a_page_in_the_reference(generated: Path) -> None:
    page = (generated.parent / "reference/okx/get_invented_quota.md").read_text(encoding="utf-8")
    assert "https://www.okx.com/docs-v5/en/#invented-quota" in page
    assert not (ROOT / "docs/reference/okx/get_invented_quota.md").exists()
