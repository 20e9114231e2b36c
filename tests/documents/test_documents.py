"""The specs hold what the exchanges' documents say, and a spec that does not is noticed."""

import copy
import json

import pytest

from tests.documents.comparison import (
    SPECS,
    Json,
    differences,
    operation_of,
)


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
