"""Every spec in specs/ is OpenAPI, and says of every operation what the generator and a reader need."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import openapi_spec_validator
import pytest
from ruamel.yaml import YAML

from tests.documents.comparison import EXCHANGES, FACTS, SPECS, Json, load

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
PATHS = sorted(SPECS.glob("*.yaml"))
DECLARED_BY = ("items", "additionalProperties")  # one schema
ALTERNATIVES = ("oneOf", "anyOf", "allOf")  # lists of schemas


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def spec(request: pytest.FixtureRequest) -> Json:
    return load(request.param)


def place(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


def operations(spec: Json) -> Iterator[tuple[str, Json]]:
    for path, item in spec["paths"].items():
        for method in METHODS:
            if method in item:
                yield f"{method.upper()} {path}", item[method]


def schemas(schema: object, where: str) -> Iterator[tuple[str, Json]]:
    """The schema and those it declares inside. Constraints on fields declared elsewhere are left out."""
    if not isinstance(schema, dict) or "$ref" in schema:
        return
    yield where, schema
    for name, field in schema.get("properties", {}).items():
        yield from schemas(field, f"{where}.{name}")
    for key in DECLARED_BY:
        yield from schemas(schema.get(key), f"{where}.{key}")
    for key in () if "properties" in schema else ALTERNATIVES:
        for number, member in enumerate(schema.get(key, [])):
            yield from schemas(member, f"{where}.{key}[{number}]")


def contents(spec: Json) -> Iterator[tuple[str, str, Json]]:
    """Where a body stands, "request" or "response", and its media type object."""
    for name, operation in operations(spec):
        for kind in operation.get("requestBody", {}).get("content", {}).values():
            yield f"{name} request", "request", kind
        for status, response in operation["responses"].items():
            for kind in response.get("content", {}).values():
                yield f"{name} {status}", "response", kind


def declared(spec: Json) -> Iterator[tuple[str, Json]]:
    """Every schema of the document, named or inline."""
    for name, schema in spec.get("components", {}).get("schemas", {}).items():
        yield from schemas(schema, name)
    for where, _, kind in contents(spec):
        yield from schemas(kind["schema"], where)
    for where, parameter in parameters(spec):
        yield from schemas(parameter["schema"], where)


def parameters(spec: Json) -> Iterator[tuple[str, Json]]:
    for name, operation in operations(spec):
        for parameter in operation.get("parameters", []):
            yield f"{name} parameter {parameter['name']}", parameter


def reached(spec: Json, schema: object, where: str, seen: set[str]) -> Iterator[tuple[str, Json]]:
    """Every schema below, through references, constraints included; each named one once."""
    if isinstance(schema, list):
        for number, member in enumerate(schema):
            yield from reached(spec, member, f"{where}[{number}]", seen)
    elif isinstance(schema, dict) and "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        if name not in seen:
            seen.add(name)
            yield from reached(spec, spec["components"]["schemas"][name], name, seen)
    elif isinstance(schema, dict):
        yield where, schema
        for name, field in schema.get("properties", {}).items():
            yield from reached(spec, field, f"{where}.{name}", seen)
        for key in (*DECLARED_BY, *ALTERNATIVES, "if", "then", "else", "not"):
            yield from reached(spec, schema.get(key), f"{where}.{key}", seen)


def error_tables(spec: Json) -> Iterator[tuple[str, Json]]:
    yield "x-errors", spec.get("x-errors", {})
    for name, operation in operations(spec):
        yield f"{name} x-errors", operation.get("x-errors", {})


def validator(spec: Json, schema: Json) -> jsonschema_rs.Draft202012Validator:
    """The schema with the spec's components beside it, so that its references lead somewhere."""
    return jsonschema_rs.Draft202012Validator({**schema, "components": spec.get("components", {})})


def examples(holder: Json) -> Iterator[tuple[str, Any]]:
    if "example" in holder:
        yield "example", holder["example"]
    for name, example in holder.get("examples", {}).items():
        yield name, example["value"]


def test_every_exchange_has_a_spec() -> None:
    assert {path.stem for path in PATHS} >= set(EXCHANGES)


def test_it_is_openapi(spec: Json) -> None:
    openapi_spec_validator.validate(spec)


@pytest.mark.parametrize("file", [*PATHS, *sorted(FACTS.glob("*.yaml"))], ids=place)
def test_no_key_stands_twice(file: Path) -> None:
    """PyYAML keeps the last of two equal keys without a word; an error code could vanish that way."""
    YAML(typ="safe").load(file)


def test_every_operation_says_what_it_is(spec: Json) -> None:
    missing = [
        f"{where} has no {key}"
        for where, operation in operations(spec)
        for key in ("operationId", "summary", "description", "x-rate-limit")
        if not operation.get(key)
    ]
    missing += [
        f"{where} has no https link in externalDocs"
        for where, operation in operations(spec)
        if not operation.get("externalDocs", {}).get("url", "").startswith("https://")
    ]
    assert not missing, "\n".join(missing)
    names = [operation["operationId"] for _, operation in operations(spec)]
    assert names, "no operation at all"
    assert len(names) == len(set(names)), f"an operationId stands twice: {names}"


def test_every_rate_limit_is_a_limit(spec: Json) -> None:
    for where, operation in operations(spec):
        limit = operation["x-rate-limit"]
        assert isinstance(limit["requests"], int), where
        assert limit["requests"] > 0, where
        assert limit["seconds"] > 0, where
        assert limit["scope"] in {"user", "ip"}, where


def test_every_operation_has_errors(spec: Json) -> None:
    for where, operation in operations(spec):
        assert spec.get("x-errors") or operation.get("x-errors"), f"{where} has no x-errors, nor has the spec"


def test_every_error_is_complete(spec: Json) -> None:
    wrong = []
    for where, table in error_tables(spec):
        for code, entry in table.items():
            at = f"{where} {code!r}"
            wrong += [] if isinstance(code, str) and code else [f"{at}: the code has to be quoted"]
            wrong += [
                f"{at}: no {key}"
                for key in ("name", "category", "action")
                if not isinstance(entry.get(key), str) or not entry[key].strip()
            ]
            if not isinstance(entry.get("retryable"), bool):
                wrong.append(f"{at}: retryable is {entry.get('retryable')!r}, not true or false")
            if entry.get("outcome") not in ("refused", "unknown"):
                wrong.append(f"{at}: outcome is {entry.get('outcome')!r}, not refused or unknown")
    assert not wrong, "\n".join(wrong)


def test_every_error_has_a_name_of_its_own(spec: Json) -> None:
    codes: dict[str, set[str]] = {}
    for _, table in error_tables(spec):
        for code, entry in table.items():
            codes.setdefault(entry["name"], set()).add(code)
    shared = {name: found for name, found in codes.items() if len(found) > 1}
    assert not shared, f"one name for several codes: {shared}"


def test_every_field_is_described(spec: Json) -> None:
    bare = [
        f"{where}.{name}"
        for where, schema in declared(spec)
        for name, field in schema.get("properties", {}).items()
        for _, meant in [next(reached(spec, field, name, set()))]
        if not (field.get("description") or meant.get("description", "")).strip()
    ]
    bare += [where for where, parameter in parameters(spec) if not parameter.get("description", "").strip()]
    assert not bare, f"without a description: {bare}"


def test_requests_are_closed(spec: Json) -> None:
    for where, side, kind in contents(spec):
        _, schema = next(reached(spec, kind["schema"], where, set()))
        closed = schema.get("additionalProperties") is False
        assert closed or side == "response", f"{where}: additionalProperties has to be false"


def test_responses_are_lenient(spec: Json) -> None:
    """A response with a new value or without a field is no error: the change may have been applied."""
    closing = {"required", "enum", "const", "pattern", "minLength", "minItems"}
    closed = [
        f"{at} has {sorted(closing & schema.keys()) or 'additionalProperties: false'}"
        for where, side, kind in contents(spec)
        if side == "response"
        for at, schema in reached(spec, kind["schema"], where, set())
        if closing & schema.keys() or schema.get("additionalProperties") is False
    ]
    assert not closed, "\n".join(closed)


def test_every_example_validates(spec: Json) -> None:
    holders = [(where, kind) for where, _, kind in contents(spec)] + list(parameters(spec))
    wrong = [
        f"{where}, example {name}: {error.message}"
        for where, holder in holders
        for name, value in examples(holder)
        for error in validator(spec, holder["schema"]).iter_errors(value)
    ]
    wrong += [
        f"{where}, example {value!r}: {error.message}"
        for where, schema in declared(spec)
        for value in schema.get("examples", [])
        for error in validator(spec, schema).iter_errors(value)
    ]
    assert not wrong, "\n".join(wrong)


def test_every_body_has_an_example(spec: Json) -> None:
    bare = [where for where, _, kind in contents(spec) if not list(examples(kind))]
    assert not bare, f"without an example: {bare}"


def test_a_wrong_example_would_be_noticed(spec: Json) -> None:
    """The schemas that judge the examples are not schemas that take everything."""
    for where, side, kind in contents(spec):
        judge = validator(spec, kind["schema"])
        for name, value in examples(kind) if side == "request" else ():
            for field in value:
                assert not judge.is_valid({**value, field: {}}), f"{where} {name}: any {field} passes"
            assert not judge.is_valid({**value, "invented": "1"}), f"{where} {name}: any field passes"
