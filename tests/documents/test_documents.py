"""The specs hold what the exchanges' documents say, and a spec that does not is noticed."""

import copy
import json

import pytest

from tests.documents.comparison import (
    EXCHANGES,
    FACTS,
    SPECS,
    Json,
    corrected_body,
    differences,
    json_content,
    load,
    operation_of,
    request_schema,
    response_schema,
    result_fields,
)


@pytest.fixture(params=EXCHANGES)
def exchange(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def facts(exchange: str) -> Json:
    return load(FACTS / f"{exchange}.yaml")


@pytest.fixture
def spec(exchange: str) -> Json:
    return load(SPECS / f"{exchange}.yaml")


@pytest.fixture
def corrections() -> str:
    return (SPECS / "CORRECTIONS.md").read_text(encoding="utf-8")


# --- the specs as they are


def test_the_spec_says_what_the_document_says(spec: Json, facts: Json) -> None:
    found = differences(spec, facts)
    assert not found, "\n".join(["the spec and the document differ:", *found])


def homeless_headers(spec: Json, facts: Json) -> list[str]:
    """Headers of the document's examples that neither sign nor type the body, nor are sent as they are shown."""
    operation = operation_of(spec, facts)
    known = {scheme["name"].lower() for scheme in spec["components"]["securitySchemes"].values()}
    known |= {"content-type"} if "application/json" in operation["requestBody"]["content"] else set()
    known |= {one["name"].lower() for one in operation.get("parameters", []) if one["in"] == "header"}
    fixed = {name.lower(): value for name, value in {**spec.get("x-headers", {})}.items()}
    lines = [line for example in facts["request_examples"] for line in example.get("headers", [])]
    shown = {line.partition(":")[0]: line.partition(":")[2].strip() for line in lines}
    return [name for name, value in shown.items() if name.lower() not in known and fixed.get(name.lower()) != value]


def test_every_header_of_an_example_has_a_place(spec: Json, facts: Json) -> None:
    """A header the document shows signs, types the body, is a parameter, or is sent with the value that is shown."""
    homeless = homeless_headers(spec, facts)
    assert not homeless, (
        f"{facts['exchange']}/example-headers: the document's example sends {homeless}, the spec does not "
        "declare them with these values (security scheme, parameter, x-headers)"
    )


def test_dropped_or_altered_header_is_named(spec: Json, facts: Json) -> None:
    for name in spec.get("x-headers", {}):
        dropped, altered = copy.deepcopy(spec), copy.deepcopy(spec)
        del dropped["x-headers"][name]
        altered["x-headers"][name] = "de-DE"
        assert homeless_headers(dropped, facts) == homeless_headers(altered, facts) == [name]


def test_a_corrected_example_is_explained(facts: Json, corrections: str) -> None:
    for entry in facts["corrected"]:
        example = json.loads(facts["request_examples"][entry["example"]]["body"])
        assert example[entry["field"]] == entry["from"], f"{entry['sentence']}: nothing to correct"
        words = (entry["field"], f'"{entry["from"]}"', f'"{entry["to"]}"')
        explained = any(all(word in line for word in words) for line in corrections.splitlines())
        assert explained, f"{entry['sentence']}: no line of CORRECTIONS.md has all of {words}"


# --- the facts in themselves


def test_sentences_are_citable(facts: Json) -> None:
    sentences = {sentence["id"]: sentence for sentence in facts["sentences"]}
    assert len(sentences) == len(facts["sentences"]), "an id stands twice"
    for name, sentence in sentences.items():
        assert name.startswith(f"{facts['exchange']}/"), name
        assert sentence["binds"] in {"caller", "response"}, name
        assert all(sentence[key].strip() for key in ("says", "section")), name
        fields = facts["request" if sentence["binds"] == "caller" else "response"]
        assert sentence["field"] is None or sentence["field"] in fields, name


def test_facts_cite_sentences_and_fields_have_one(facts: Json) -> None:
    cited = [
        facts["rate_limit"],
        *facts["request"].values(),
        *facts["response"].values(),
        *facts["corrected"],
    ]
    names = {one["sentence"] for one in cited} | {example["shows"] for example in facts["request_examples"]}
    assert not names - {sentence["id"] for sentence in facts["sentences"]}, "cited, and not there"
    for part, binds in (("request", "caller"), ("response", "response")):
        spoken_of = {sentence["field"] for sentence in facts["sentences"] if sentence["binds"] == binds}
        assert not facts[part].keys() - spoken_of, "fields without a sentence"


def test_document_examples_follow_its_own_tables(facts: Json) -> None:
    for example in facts["request_examples"]:
        body = json.loads(example["body"])
        assert {name for name, field in facts["request"].items() if field["required"]} <= body.keys()
        assert body.keys() <= facts["request"].keys()
        for name, value in body.items():
            allowed = facts["request"][name]["values"]
            assert isinstance(value, str), name
            assert allowed is None or value in allowed, name
    response = json.loads(facts["response_example"])
    assert response.keys() == facts["envelope"].keys()
    assert response["code"] == facts["success_code"]
    (result,) = response["data"] if isinstance(response["data"], list) else [response["data"]]
    assert result.keys() == facts["response"].keys()


# --- a spec that is wrong in one place


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
