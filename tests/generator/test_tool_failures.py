"""A tool that fails or does something unexpected ends in one message, and nothing is written."""

import importlib.metadata
import shutil
import sysconfig
from pathlib import Path

import pytest
from openapi_python_client import Project
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_spec_validator import OpenAPIV31SpecValidator

from generator import __main__ as command
from generator import client, requests, responses
from tests.generator.workshop import Workshop


def test_another_version_of_a_tool_is_refused(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lock = tmp_path / "requirements.lock"
    here = {tool: importlib.metadata.version(tool) for tool in client.TOOLS} | {"ruff": "0.1.0"}
    lock.write_text("".join(f"{tool}=={version} \\\n    --hash=sha256:0\n" for tool, version in here.items()))
    monkeypatch.setattr(client, "LOCK", lock)
    status, _, err = workshop.run()
    assert status == 2
    assert err.startswith(
        f"error: ruff is {importlib.metadata.version('ruff')}, but generator/requirements.lock has 0.1.0"
    )
    assert not workshop.output.exists()


def test_a_missing_ruff_is_a_failure(workshop: Workshop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path))
    status, _, err = workshop.run()
    assert status == 2
    assert f"{tmp_path}/ruff is missing" in err
    assert not workshop.output.exists()


def test_a_failing_format_is_a_failure(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_ruff", lambda _, command, *__: "no disk" if command == "format" else "")
    assert workshop.run() == (2, "", "error: ruff format failed: no disk\n")


def test_generated_code_that_cannot_run_is_refused(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(client.TEMPLATES, templates)
    (templates / "errors.py.jinja").write_text("class UnexpectedStatus(Missing): ...\n")
    monkeypatch.setattr(client, "TEMPLATES", templates)
    status, _, err = workshop.run()
    assert status == 2
    assert err.startswith(f"error: {workshop.spec}:1:1 (/): the generated code would be broken: F821")


# The nets under the checks of schemas: what these should have found must not pass even if they miss it.


def test_a_crash_of_the_generator_is_a_message(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(GeneratorData, "from_dict", crash)
    message = "openapi-python-client stops: RecursionError: too deep"
    assert workshop.run() == (2, "", f"error: {workshop.spec}:1:1 (/): {message}\n")


def test_a_schema_without_end_is_a_message(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(OpenAPIV31SpecValidator, "iter_errors", endless)
    assert workshop.run() == (2, "", f"error: {workshop.spec}:1:1 (/): a schema contains itself without end\n")


def test_a_warning_is_fatal(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Project, "build", lambda _: [GeneratorError(header="Skipping", detail="something\nsmall")])
    message = "openapi-python-client would leave something out: Skipping something small"
    assert workshop.run() == (2, "", f"error: {workshop.spec}:1:1 (/): {message}\n")


def test_an_operation_without_a_module_is_refused(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    original = GeneratorData.from_dict

    def forgetful(*arguments: object, **options: object) -> object:
        parsed = original(*arguments, **options)  # type: ignore[arg-type]  # handed through
        assert isinstance(parsed, GeneratorData)
        parsed.endpoint_collections_by_tag.clear()
        return parsed

    monkeypatch.setattr(GeneratorData, "from_dict", forgetful)
    status, _, err = workshop.run()
    assert status == 2
    assert "(/paths/~1api~1order/post): openapi-python-client would generate nothing" in err


@pytest.mark.parametrize("part", ["OrderRequest", "OrderResponse"])
def test_body_or_response_of_type_any_is_refused(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(requests, "check", lambda *_: None)
    monkeypatch.setattr(responses, "check", lambda *_: None)
    monkeypatch.setattr(command, "with_requests", lambda exchange: exchange)
    workshop.edit(f'schema: {{$ref: "#/components/schemas/{part}"}}', "schema: {anyOf: [{required: [code]}]}")
    status, _, err = workshop.run()
    assert status == 2
    assert "(/paths/~1api~1order/post): " in err
    assert "would have no model" in err
