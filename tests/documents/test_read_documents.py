"""The specs hold what the documents say about the endpoints that read, and a spec that does not is noticed."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.documents.comparison import EXCHANGES, FACTS, SPECS, Json, json_content, load, response_schema, result_fields

OPERATIONS = [(exchange, path) for exchange in EXCHANGES for path in load(FACTS / "reads" / f"{exchange}.yaml")]


def differences(spec: Json, path: str, facts: Json) -> Iterator[str]:
    """Every difference between the spec and the facts about one endpoint that reads."""
    operation: Json = spec["paths"].get(path, {}).get("get", {})
    if operation.get("operationId") != facts["name"]:
        yield f"{path} is not {facts['name']}"
        return
    if (operation.get("security") is None) != facts["signed"]:
        yield "security"
    if operation["x-rate-limit"] != facts["limit"]:
        yield f"the limit is {operation['x-rate-limit']}"
    if operation["externalDocs"]["url"] != facts["url"]:
        yield f"the document is {operation['externalDocs']['url']}"
    parameters = {one["name"]: one for one in operation.get("parameters", [])}
    if parameters.keys() != facts["parameters"].keys():
        yield f"the parameters are {sorted(parameters)}"
    for name, parameter in parameters.items():
        wanted = facts["parameters"].get(name, {})
        found = parameter["required"], parameter["in"], parameter["schema"].get("enum")
        if found != (wanted.get("required"), "query", wanted.get("values")):
            yield f"the parameter {name} is {found}"
    where = {"path": path, "method": "get"}
    if result_fields(spec, where).keys() != set(facts["fields"]):
        yield f"the fields are {sorted(result_fields(spec, where))}"
    if not response_schema(spec, where)["properties"].keys() >= json.loads(facts["example"]).keys():
        yield "the envelope"
    examples = [one["value"] for one in json_content(operation["responses"]["200"])["examples"].values()]
    if json.loads(facts["example"]) not in examples:
        yield "the document's example is missing"


@pytest.fixture(params=OPERATIONS, ids=lambda one: f"{one[0]} {one[1]}")
def case(request: pytest.FixtureRequest) -> tuple[Json, str, Json]:
    exchange, path = request.param
    return load(SPECS / f"{exchange}.yaml"), path, load(FACTS / "reads" / f"{exchange}.yaml")[path]


def test_the_spec_says_what_the_document_says(case: tuple[Json, str, Json]) -> None:
    assert list(differences(*case)) == []


def test_responses_as_they_were_seen_are_read(case: tuple[Json, str, Json]) -> None:
    spec, path, facts = case
    types = {name: field["type"] for name, field in result_fields(spec, {"path": path, "method": "get"}).items()}
    kinds: dict[type, str] = {str: "string", bool: "boolean", int: "number", list: "array", type(None): "null"}
    for text in (facts["example"], *facts.get("seen", ())):
        data = json.loads(text)["data"]
        for entry in data if isinstance(data, list) else [data]:
            for name, value in entry.items():
                kind = kinds[type(value)]
                assert kind in types[name] or (kind == "number" and "integer" in types[name]), (name, value)


def changed(operation: Json) -> Iterator[tuple[str, Json]]:
    """The operation with one part damaged, each part once."""
    damages: dict[str, Any] = {
        "operationId": "read_it",
        "security": [] if "security" not in operation else None,
        "x-rate-limit": {**operation["x-rate-limit"], "requests": 7},
        "externalDocs": {"url": "https://elsewhere.example"},
        "parameters": [
            *operation.get("parameters", []),
            {"name": "more", "in": "query", "required": True, "schema": {}},
        ],
    }
    for key, value in damages.items():
        yield key, {**operation, key: value}
    for number in range(len(operation.get("parameters", []))):
        damaged = copy.deepcopy(operation)
        damaged["parameters"][number]["required"] ^= True
        yield f"parameter {number}", damaged
    damaged = copy.deepcopy(operation)
    damaged["responses"]["200"]["content"]["application/json"]["examples"].popitem()
    yield "example", damaged


def test_a_damaged_spec_is_noticed(case: tuple[Json, str, Json]) -> None:
    spec, path, facts = case
    damages = list(changed(spec["paths"][path]["get"]))
    assert len(damages) >= 6
    for name, operation in damages:
        damaged = {**spec, "paths": {**spec["paths"], path: {"get": operation}}}
        if name == "example" and len(json_content(spec["paths"][path]["get"]["responses"]["200"])["examples"]) > 1:
            continue  # the document's own example is still there
        assert list(differences(damaged, path, facts)), name
