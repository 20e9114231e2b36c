"""The workflows are what they are meant to be, as far as that can be read off them: they run elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / ".github" / "workflows").iterdir())
WORKFLOWS: dict[str, dict[str, Any]] = {path.name: YAML(typ="safe", pure=True).load(path) for path in FILES}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
JOBS = [(file, name, job) for file, workflow in WORKFLOWS.items() for name, job in workflow["jobs"].items()]


def steps(key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The steps that have a key, and its value."""
    for _, _, job in JOBS:
        yield from ((step[key], step) for step in job.get("steps", ()) if key in step)


def test_there_are_three() -> None:
    assert list(WORKFLOWS) == ["ci.yml", "docs.yml", "release.yml"]


@pytest.mark.parametrize("file", list(WORKFLOWS))
def test_it_may_read_the_repository_and_nothing_else(file: str) -> None:
    assert WORKFLOWS[file]["permissions"] == {"contents": "read"}
    assert "secrets" not in (ROOT / ".github" / "workflows" / file).read_text()


def test_one_job_may_publish_and_does_nothing_else() -> None:
    more = {(file, name): job["permissions"] for file, name, job in JOBS if "permissions" in job}
    assert more == {
        ("docs.yml", "publish"): {"pages": "write", "id-token": "write"},
        ("release.yml", "publish"): {"id-token": "write"},
    }
    publish = WORKFLOWS["release.yml"]["jobs"]["publish"]
    assert publish["environment"]["name"] == "pypi"
    actions = [step["uses"].partition("@")[0] for step in publish["steps"]]
    assert actions == ["actions/download-artifact", "pypa/gh-action-pypi-publish"]
    assert publish["steps"][1]["with"] == {"attestations": True}


def test_the_site_is_published_as_it_was_built_and_from_main_alone() -> None:
    workflow = WORKFLOWS["docs.yml"]
    assert workflow["on"]["push"] == {"branches": ["main"]}
    build, publish = workflow["jobs"]["build"], workflow["jobs"]["publish"]
    assert (publish["needs"], publish["if"]) == ("build", "github.event_name == 'push'")
    assert publish["environment"]["name"] == "github-pages"
    assert [step["uses"].partition("@")[0] for step in publish["steps"]] == ["actions/deploy-pages"]
    *_, made, given = build["steps"]
    assert made["run"] == "make docs PYTHON=python"
    assert given["uses"].startswith("actions/upload-pages-artifact@")
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ndocs: ")[2].partition("\n\n")[0]
    assert f"docs {given['with']['path'].rstrip('/')}\n" in recipe


def test_they_run_for_changes_and_tags_without_the_rights_of_another() -> None:
    """What a stranger proposes runs with a stranger's rights."""
    assert {file: set(workflow["on"]) for file, workflow in WORKFLOWS.items()} == {
        "ci.yml": {"push", "pull_request", "workflow_call"},
        "docs.yml": {"push", "pull_request"},
        "release.yml": {"push"},
    }
    assert WORKFLOWS["release.yml"]["on"]["push"] == {"tags": ["v*"]}


def test_a_release_is_tested_and_what_was_tested_is_published() -> None:
    jobs = WORKFLOWS["release.yml"]["jobs"]
    assert (jobs["publish"]["needs"], jobs["ci"]["needs"]) == ("ci", "tag")
    assert jobs["ci"]["uses"] == "./.github/workflows/ci.yml"
    given = {step["with"]["name"] for uses, step in steps("uses") if uses.startswith("actions/upload-artifact@")}
    taken = [step["with"] for uses, step in steps("uses") if uses.startswith("actions/download-artifact@")]
    assert given == {"dist"}
    assert taken == [{"name": "dist", "path": "dist"}] * 2
    assert sum("make dist" in run for run, _ in steps("run")) == 1, "built once"


def test_none_hangs_and_none_runs_twice_for_nothing() -> None:
    for file, name, job in JOBS:
        if "uses" not in job:
            assert 0 < job["timeout-minutes"] <= 60, (file, name)
    assert all(workflow["concurrency"]["group"] for workflow in WORKFLOWS.values())
    assert WORKFLOWS["release.yml"]["concurrency"]["cancel-in-progress"] is False


def test_actions_are_pinned_to_a_commit_whose_version_is_beside_it() -> None:
    lines = [
        line for path in FILES for line in path.read_text().splitlines() if "uses: " in line and "uses: ./" not in line
    ]
    assert len(lines) == len(list(steps("uses"))) > 8
    for line in lines:
        assert re.fullmatch(r" *- uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line
    pins = {tuple(line.split("uses: ")[1].split("@")) for line in lines}
    assert len(pins) == len({action for action, _ in pins}), "one version of each"


def test_no_credentials_stay_in_a_clone() -> None:
    clones = [step for uses, step in steps("uses") if uses.startswith("actions/checkout@")]
    assert len(clones) == 6
    for step in clones:
        assert step["with"]["persist-credentials"] is False


def test_nothing_from_outside_is_part_of_a_command() -> None:
    for run, _ in steps("run"):
        expressions = re.findall(r"\$\{\{(.*?)\}\}", run)
        assert expressions == [], "give it as a variable of the environment"


def test_what_they_run_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    commands = "\n".join(run for run, _ in steps("run"))
    named = set(re.findall(r"\bmake ([a-z-]+)", commands))
    assert named == {"test", "test-slow", "dist", "docs"}
    assert named <= targets
    scripts = set(re.findall(r"\bpython (\S+\.py)", commands))
    assert scripts == {"tests/packaging/set_once.py", "tests/packaging/release.py"}
    assert all((ROOT / script).is_file() for script in scripts)
    [sparse] = [step["with"]["sparse-checkout"] for _, step in steps("with") if "sparse-checkout" in step["with"]]
    assert sparse in scripts


def test_they_are_tried_on_every_python_and_system_that_is_promised() -> None:
    promised = {name.rpartition(" :: ")[2] for name in PROJECT["classifiers"] if re.search(r"Python :: 3\.\d", name)}
    jobs = WORKFLOWS["ci.yml"]["jobs"]
    matrix = jobs["test"]["strategy"]["matrix"]
    assert matrix["system"] == ["ubuntu-latest"]
    assert promised | {"3.11", "3.12", "3.13", "3.14"} == set(matrix["python"])
    elsewhere = [(each["system"], each["python"]) for each in matrix["include"]]
    ends = [min(matrix["python"]), max(matrix["python"])]
    assert elsewhere == [("macos-latest", python) for python in ends]
    assert jobs["windows"]["runs-on"] == "windows-latest"
    assert jobs["windows"]["strategy"]["matrix"]["python"] == ends


def refused(folder: Path, *arguments: str) -> str:
    """What is said of a tag of version 1.2.3."""
    urls = '[project.urls]\nSource = "https://github.com/someone/leverset"\n'
    (folder / "pyproject.toml").write_text(f'[project]\nversion = "1.2.3"\n{urls}')
    script = ROOT / "tests" / "packaging" / "release.py"
    ended = subprocess.run(
        [sys.executable, script, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ended.returncode == (1 if ended.stderr else 0)
    return ended.stderr


def test_a_tag_is_the_version_in_its_own_repository(tmp_path: Path) -> None:
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-12-01\n")
    assert refused(tmp_path, "v1.2.3", "someone/leverset") == ""
    assert "the tag is v1.2.4, and the version in pyproject.toml is 1.2.3" in refused(tmp_path, "v1.2.4")
    assert "this is the repository another/leverset" in refused(tmp_path, "v1.2.3", "another/leverset")
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n")
    assert refused(tmp_path, "v1.2.3") == "CHANGELOG.md has no heading ## [1.2.3] - YYYY-MM-DD\n"
