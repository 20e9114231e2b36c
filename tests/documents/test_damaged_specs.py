"""A spec that is wrong in one place is reported, with the sentence of the document that it breaks."""

import copy
import json

import pytest

from tests.documents.comparison import (
    Json,
    corrected_body,
    differences,
    json_content,
    operation_of,
    request_schema,
    response_schema,
    result_fields,
)


def assert_named(damaged: Json, facts: Json, *words: str) -> None:
    """The damaged copy differs from the facts, in a line that has all the words."""
    found = differences(damaged, facts)
    assert any(all(word in line for word in words) for line in found), f"nothing names {words}: {found}"


@pytest.mark.parametrize(("part", "wrong"), [("requests", 50), ("seconds", 20), ("scope", "ip")])
def test_a_wrong_limit_is_named(spec: Json, facts: Json, part: str, wrong: object) -> None:
    damaged = copy.deepcopy(spec)
    operation_of(damaged, facts)["x-rate-limit"][part] = wrong
    assert_named(damaged, facts, facts["rate_limit"]["sentence"], part, repr(wrong))


def test_another_path_or_method_is_named(spec: Json, facts: Json) -> None:
    path, method = facts["path"], facts["method"].lower()
    moved, changed = copy.deepcopy(spec), copy.deepcopy(spec)
    moved["paths"][path + "s"] = moved["paths"].pop(path)
    changed["paths"][path]["put"] = changed["paths"][path].pop(method)
    for damaged in (moved, changed):
        assert_named(damaged, facts, f"{facts['exchange']}/method-and-path", facts["method"], path)


def test_a_missing_or_invented_request_field_is_named(spec: Json, facts: Json) -> None:
    for name, field in facts["request"].items():
        damaged = copy.deepcopy(spec)
        del request_schema(damaged, facts)["properties"][name]
        assert_named(damaged, facts, field["sentence"], name, "missing")
    damaged = copy.deepcopy(spec)
    request_schema(damaged, facts)["properties"]["tdMode"] = {"type": "string"}
    assert_named(damaged, facts, facts["exchange"], "tdMode", "not in the document")


def test_a_request_field_with_another_type_is_named(spec: Json, facts: Json) -> None:
    for name, field in facts["request"].items():
        for wrong in ("number", ["string", "null"]):
            damaged = copy.deepcopy(spec)
            request_schema(damaged, facts)["properties"][name]["type"] = wrong
            assert_named(damaged, facts, field["sentence"], name, "type")


def test_a_flipped_required_is_named(spec: Json, facts: Json) -> None:
    for name, field in facts["request"].items():
        damaged = copy.deepcopy(spec)
        schema = request_schema(damaged, facts)
        schema["required"] = sorted({*schema["required"]} ^ {name})
        assert_named(damaged, facts, field["sentence"], name, f"required should be {field['required']}")


def test_a_wrong_enum_is_named(spec: Json, facts: Json) -> None:
    for name, field in facts["request"].items():
        right = field["values"]
        for wrong in (["5"],) if right is None else (None, right[1:], [*right, "both"], [right[0].upper()]):
            damaged = copy.deepcopy(spec)
            request_schema(damaged, facts)["properties"][name]["enum"] = wrong
            assert_named(damaged, facts, field["sentence"], name, "allows")


def test_a_dropped_or_altered_request_example_is_named(spec: Json, facts: Json) -> None:
    for number, wanted in enumerate(facts["request_examples"]):
        body = corrected_body(facts, number)
        dropped, altered = copy.deepcopy(spec), copy.deepcopy(spec)
        for name, example in json_content(operation_of(spec, facts)["requestBody"])["examples"].items():
            if example["value"] == body:
                del json_content(operation_of(dropped, facts)["requestBody"])["examples"][name]
                json_content(operation_of(altered, facts)["requestBody"])["examples"][name]["value"]["x"] = "y"
        for damaged in (dropped, altered):
            assert_named(damaged, facts, wanted["shows"], f"request example {number}", json.dumps(body))


def test_wrong_account_of_a_request_example_is_named(spec: Json, facts: Json) -> None:
    for number, wanted in enumerate(facts["request_examples"]):
        for mode, value in wanted["account"].items():
            dropped, altered = copy.deepcopy(spec), copy.deepcopy(spec)
            for damaged in (dropped, altered):
                for example in json_content(operation_of(damaged, facts)["requestBody"])["examples"].values():
                    if example["value"] == corrected_body(facts, number):
                        del example["x-account"][mode]
                        example["x-account"] |= {} if damaged is dropped else {mode: "other"}
                assert_named(damaged, facts, wanted["shows"], f"request example {number}", mode, value)


def test_wrong_account_modes_are_named(spec: Json, facts: Json) -> None:
    for mode, values in facts["beside"]["account_modes"].items():
        for wrong in (None, values[1:], [*values, "other"]):
            damaged = copy.deepcopy(spec)
            damaged["x-account-modes"][mode] = wrong
            assert_named(damaged, facts, facts["exchange"], f"account mode {mode}", values[0])
    invented = copy.deepcopy(spec)
    invented["x-account-modes"]["other"] = ["a"]
    assert_named(invented, facts, facts["exchange"], "account mode other")


def test_an_example_that_is_not_corrected_is_named(spec: Json, facts: Json) -> None:
    for entry in facts["corrected"]:
        damaged = copy.deepcopy(spec)
        for example in json_content(operation_of(damaged, facts)["requestBody"])["examples"].values():
            example["value"][entry["field"]] = entry["from"]
        assert_named(damaged, facts, f"request example {entry['example']}", entry["to"])


def test_a_renamed_or_unused_signing_header_is_named(spec: Json, facts: Json) -> None:
    for key, scheme in spec["components"]["securitySchemes"].items():
        renamed, unused = copy.deepcopy(spec), copy.deepcopy(spec)
        renamed["components"]["securitySchemes"][key]["name"] = "X-RENAMED"
        operation_of(unused, facts)["security"] = [{other: [] for other in spec["security"][0] if other != key}]
        assert_named(renamed, facts, facts["exchange"], "X-RENAMED")
        for damaged in (renamed, unused):
            assert_named(damaged, facts, facts["exchange"], f"signing header {scheme['name']} is missing")


def test_wrong_response_field_is_named(spec: Json, facts: Json) -> None:
    for name, field in facts["response"].items():
        missing, retyped, closed = copy.deepcopy(spec), copy.deepcopy(spec), copy.deepcopy(spec)
        del result_fields(missing, facts)[name]
        result_fields(retyped, facts)[name]["type"] = ["number", "null"]
        result_fields(closed, facts)[name]["enum"] = field["values"] or ["5"]
        assert_named(missing, facts, field["sentence"], name, "missing")
        assert_named(retyped, facts, field["sentence"], name, "number")
        assert_named(closed, facts, field["sentence"], name, "enum")
    invented = copy.deepcopy(spec)
    result_fields(invented, facts)["tdMode"] = {"type": "string"}
    assert_named(invented, facts, facts["exchange"], "tdMode", "not in the document")


def test_a_wrong_envelope_is_named(spec: Json, facts: Json) -> None:
    for name in facts["envelope"]:
        missing, retyped = copy.deepcopy(spec), copy.deepcopy(spec)
        del response_schema(missing, facts)["properties"][name]
        response_schema(retyped, facts)["properties"][name] = {"type": "boolean"}
        assert_named(missing, facts, f"{facts['exchange']}/response-envelope", name)
        assert_named(retyped, facts, f"{facts['exchange']}/response-envelope", name, "boolean")
    success = copy.deepcopy(spec)
    success["x-envelope"]["success-code"] = "200"
    assert_named(success, facts, f"{facts['exchange']}/response-success-code", "'200'")
    example = copy.deepcopy(spec)
    for shown in json_content(operation_of(example, facts)["responses"]["200"])["examples"].values():
        shown["value"]["code"] = "1"
    assert_named(example, facts, f"{facts['exchange']}/response-envelope", "response example")


def test_another_server_or_link_is_named(spec: Json, facts: Json) -> None:
    server, link = copy.deepcopy(spec), copy.deepcopy(spec)
    server["servers"][0]["url"] = "https://example.com"
    assert_named(server, facts, facts["exchange"], "https://example.com")
    operation_of(link, facts)["externalDocs"]["url"] = "https://example.com"
    if facts["beside"]["url"] is not None:
        assert_named(link, facts, facts["exchange"], "externalDocs", "https://example.com")
