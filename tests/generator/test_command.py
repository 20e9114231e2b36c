"""The command: the differences --check names, the files a run writes, and the errors that stop it first."""

import os
import shutil
from pathlib import Path

import pytest

from generator.__main__ import main
from tests.generator.workshop import DEMO, ROOT, Workshop, contents

EXTRA = "leverset_demo/models/old_model.py"
CHANGED = "leverset_demo/api/trade/place_order.py"
MISSING = "leverset_demo/py.typed"
REFERENCE = "{}: 3 files, all as the specs say"


def spoil(workshop: Workshop) -> None:
    (workshop.output / EXTRA).write_text("")
    (workshop.output / CHANGED).write_bytes((workshop.output / CHANGED).read_bytes() + b"\n")
    (workshop.output / MISSING).unlink()


def test_checked_in_code_is_fresh(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["--check"]) == 0, capsys.readouterr()


def test_check_is_silent_about_fresh_output(generated: Workshop) -> None:
    before = contents(generated.folder)
    status, out, err = generated.run("--check")
    assert (status, err) == (0, "")
    assert out == f"{generated.output}: 15 files, all as the specs say\n{REFERENCE.format(generated.docs)}\n"
    assert contents(generated.folder) == before


def test_check_names_every_difference_and_writes_nothing(generated: Workshop) -> None:
    spoil(generated)
    before = contents(generated.folder)

    status, out, err = generated.run("--check")

    assert status == 1
    assert out.splitlines() == [
        f"{generated.output}/{CHANGED}: changed",
        f"{generated.output}/{EXTRA}: extra",
        f"{generated.output}/{MISSING}: missing",
    ]
    assert "make gen" in err
    assert contents(generated.folder) == before


def test_check_of_nothing_names_every_file(workshop: Workshop) -> None:
    status, out, _ = workshop.run("--check")
    assert status == 1
    assert len(out.splitlines()) == 15 + 3
    assert all(line.endswith(": missing") for line in out.splitlines())
    assert not workshop.output.exists()
    assert not workshop.docs.exists()


def test_run_writes_only_the_differences(generated: Workshop, demo_output: Path) -> None:
    spoil(generated)
    untouched = generated.output / "leverset_demo/client.py"
    os.utime(untouched, (1, 1))

    status, out, err = generated.run()

    assert (status, err) == (0, "")
    assert out.splitlines() == [
        f"{generated.output}/{CHANGED}: rewritten",
        f"{generated.output}/{EXTRA}: removed",
        f"{generated.output}/{MISSING}: written",
        f"{generated.output}: 15 files, now all as the specs say",
        REFERENCE.format(generated.docs),
    ]
    assert contents(generated.output) == contents(demo_output)
    assert untouched.stat().st_mtime == 1


def test_bytecode_is_ignored(generated: Workshop) -> None:
    cache = generated.output / "leverset_demo/models/__pycache__"
    cache.mkdir()
    (cache / "order_response.cpython-311.pyc").write_bytes(b"")
    assert generated.run("--check")[0] == 0
    assert generated.run()[0] == 0
    assert cache.exists()


def test_stale_files_and_folders_are_removed(generated: Workshop) -> None:
    gone = generated.output / "leverset_gone"
    shutil.copytree(generated.output / "leverset_demo", gone)
    (gone / "__pycache__").mkdir()
    old_tag = generated.output / "leverset_demo/api/old_tag"
    (old_tag / "__pycache__").mkdir(parents=True)
    (old_tag / "__init__.py").write_text("")
    (generated.output / "leverset_demo/linked").symlink_to(generated.specs)

    status, out, _ = generated.run("--check")
    assert status == 1
    assert len(out.splitlines()) == 15 + 2
    assert f"{generated.output}/leverset_demo/linked: extra" in out

    assert generated.run()[0] == 0
    assert [path.name for path in generated.output.iterdir()] == ["leverset_demo"]
    assert not old_tag.exists()
    assert generated.spec.exists()


def test_folder_in_place_of_a_file_and_vice_versa(generated: Workshop, demo_output: Path) -> None:
    package = generated.output / "leverset_demo"
    (package / "py.typed").unlink()
    (package / "py.typed").mkdir()
    (package / "py.typed/inside").write_text("")
    shutil.rmtree(package / "api")
    (package / "api").write_text("")
    assert generated.run()[0] == 0
    assert contents(generated.output) == contents(demo_output)


def test_folders_of_others_are_left_alone(generated: Workshop) -> None:
    other = generated.output / "notes"
    other.mkdir()
    (other / "note.txt").write_text("")
    (generated.output / "README").write_text("")
    assert generated.run("--check")[0] == 0
    assert generated.run()[0] == 0
    assert (other / "note.txt").exists()


def test_one_wrong_spec_writes_nothing(workshop: Workshop) -> None:
    second = workshop.specs / "second.yaml"
    second.write_text(DEMO.read_text(encoding="utf-8"), encoding="utf-8")  # its x-exchange is demo
    status, out, err = workshop.run()
    assert (status, out) == (2, "")
    assert err.startswith(f"error: {second}:11:13 (/x-exchange): ")
    assert not workshop.output.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "1:1 (/): not an OpenAPI document"),
        (b"# nothing\n", "1:1 (/): not an OpenAPI document"),
        (b"- openapi\n", "1:1 (/): not an OpenAPI document"),
        (b"openapi", "1:1 (/): not an OpenAPI document"),
        (b"\xff\xfe", "1:1 (/): not readable as YAML"),
        (b"openapi: \x07\n", "1:1 (/): not readable as YAML"),
        (b"openapi: 3.1.0\n---\nopenapi: 3.1.0\n", "2:1 (/): not YAML"),
        (b"openapi: *none\n", "1:10 (/): not YAML"),
        (b"\topenapi: 3.1.0\n", "1:1 (/): not YAML"),
        (b"openapi: 3.1.0\n", "1:1 (/): not OpenAPI 3.1: 'info' is a required property"),
    ],
)
def test_a_file_that_is_no_spec(workshop: Workshop, text: bytes, message: str) -> None:
    workshop.spec.write_bytes(text)
    status, out, err = workshop.run()
    assert (status, out) == (2, "")
    assert err.startswith(f"error: {workshop.spec}:{message}")
    assert err.count("\n") == 1


def test_a_spec_without_an_operation(workshop: Workshop) -> None:
    text = workshop.spec.read_text(encoding="utf-8")
    before, _, rest = text.partition("paths:\n")
    workshop.spec.write_text(f"{before}paths: {{}}\ncomponents:{rest.partition('components:')[2]}", encoding="utf-8")
    status, _, err = workshop.run()
    assert status == 2
    assert err.endswith(" (/paths): there is no operation\n")


@pytest.mark.parametrize("name", ["demo.yml", "demo.json", "demo-v2.yaml", "Demo.yaml", "2demo.yaml"])
def test_a_file_whose_name_cannot_name_a_package(workshop: Workshop, name: str) -> None:
    workshop.spec.rename(workshop.specs / name)
    assert workshop.run() == (
        2,
        "",
        f"error: {workshop.specs / name}: a spec is called <name>.yaml, the name in snake_case: it names the package\n",
    )


def test_other_files_beside_the_specs_are_ignored(generated: Workshop) -> None:
    (generated.specs / "CORRECTIONS.md").write_text("")
    assert generated.run("--check")[0] == 0


def test_no_specs_is_an_error_and_removes_nothing(generated: Workshop) -> None:
    generated.spec.unlink()
    before = contents(generated.output)
    status, out, err = generated.run()
    assert (status, out) == (2, "")
    assert "there is no spec in this folder" in err
    assert contents(generated.output) == before


@pytest.mark.parametrize("status", ["2XX", "default"])
def test_other_ways_to_write_a_response(workshop: Workshop, status: str) -> None:
    workshop.edit('        "200":', f'        "{status}":')
    assert workshop.run()[0] == 0
