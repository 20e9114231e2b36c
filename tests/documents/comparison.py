"""How a spec and the facts of its exchange's document differ.

`okx.yaml` and `bitget.yaml` beside this file were written down from the documents, not from the specs, so a
wrong limit or a forgotten field in a spec cannot agree with itself. Every line names the sentence it breaks.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

FACTS = Path(__file__).parent
SPECS = FACTS.parents[1] / "specs"
EXCHANGES = ("okx", "bitget")
# A uid is how Bitget names a user; CORRECTIONS.md, "Who is counted by the limit".
SCOPE = {"user": "user", "uid": "user"}

Json = dict[str, Any]


def load(path: Path) -> Json:
    loaded: Json = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def differences(spec: Json, facts: Json) -> list[str]:
    """What the spec says otherwise than the document, one line each; empty when they agree."""
    operation = spec["paths"].get(facts["path"], {}).get(facts["method"].lower())
    if operation is None:
        call = f"{facts['method']} {facts['path']}"
        return [f"{facts['exchange']}/method-and-path: the spec has no {call}"]
    return [
        *_limit(operation, facts),
        *_request_fields(spec, facts),
        *_request_examples(operation, facts),
        *_account_modes(spec, facts),
        *_response(spec, operation, facts),
        *_signing_and_place(spec, operation, facts),
    ]


def _limit(operation: Json, facts: Json) -> Iterator[str]:
    stated = facts["rate_limit"]
    counted_per = stated.get("counted_per") or facts["beside"]["counted_per"]
    wanted = {"requests": stated["requests"], "seconds": stated["seconds"], "scope": SCOPE[counted_per]}
    found = operation.get("x-rate-limit", {})
    for part, value in wanted.items():
        if found.get(part) != value:
            was = found.get(part)
            yield f"{stated['sentence']}: x-rate-limit {part} is {was!r}, the document says {value!r}"


def _request_fields(spec: Json, facts: Json) -> Iterator[str]:
    schema = request_schema(spec, facts)
    wanted, found = facts["request"], schema["properties"]
    for name in sorted(found.keys() - wanted.keys()):
        yield f"{facts['exchange']}: request field {name} is in the spec and not in the document"
    for name, field in wanted.items():
        where = f"{field['sentence']}: request field {name}"
        if name not in found:
            yield f"{where} is missing from the spec"
            continue
        if found[name].get("type") != field["type"]:
            yield f"{where} has type {found[name].get('type')!r}, the document says {field['type']!r}"
        if (name in schema.get("required", [])) != field["required"]:
            yield f"{where}: required should be {field['required']}"
        if _in_order(found[name].get("enum")) != _in_order(field["values"]):
            yield f"{where} allows {found[name].get('enum')}, the document says {field['values']}"


def _request_examples(operation: Json, facts: Json) -> Iterator[str]:
    found = json_content(operation["requestBody"]).get("examples", {}).values()
    for number, example in enumerate(facts["request_examples"]):
        body = corrected_body(facts, number)
        same = [one for one in found if one["value"] == body]
        if not same:
            yield f"{example['shows']}: request example {number} is missing from the spec: {json.dumps(body)}"
        for mode, value in example["account"].items():
            for given in (one.get("x-account", {}).get(mode) for one in same):
                if given != value:
                    was = f"is for {mode} {given!r}, the document says {value!r}"
                    yield f"{example['shows']}: request example {number} {was}"


def _account_modes(spec: Json, facts: Json) -> Iterator[str]:
    wanted, found = facts["beside"]["account_modes"], spec.get("x-account-modes", {})
    for mode in sorted(wanted.keys() | found.keys()):
        if _in_order(wanted.get(mode)) != _in_order(found.get(mode)):
            was = f"{found.get(mode)}, the documents say {wanted.get(mode)}"
            yield f"{facts['exchange']}: account mode {mode} in x-account-modes is {was}"


def _response(spec: Json, operation: Json, facts: Json) -> Iterator[str]:
    success = operation["responses"]["200"]
    envelope = response_schema(spec, facts)["properties"]
    around = f"{facts['exchange']}/response-envelope"
    if facts["envelope"].keys() != envelope.keys():
        yield f"{around}: the spec has {sorted(envelope)}, the document {sorted(facts['envelope'])}"
    for name, kind in facts["envelope"].items():
        if name not in envelope:
            continue
        kinds = _types(spec, envelope[name])
        if kind not in kinds:
            yield f"{around}: {name} has types {sorted(kinds)}, the document says {kind}"
        if {"enum", "const"} & envelope[name].keys():
            yield f"{around}: {name} has an enum, which turns a new value into an error"
    if json.loads(facts["response_example"]) not in _examples(success):
        yield f"{around}: the document's response example is missing from the spec"
    code = spec.get("x-envelope", {}).get("success-code")
    if code != facts["success_code"]:
        wanted_code = facts["success_code"]
        yield f"{facts['exchange']}/response-success-code: the spec has {code!r}, the document {wanted_code!r}"

    wanted, found = facts["response"], result_fields(spec, facts)
    for name in sorted(found.keys() - wanted.keys()):
        yield f"{facts['exchange']}: response field {name} is in the spec and not in the document"
    for name, field in wanted.items():
        where = f"{field['sentence']}: response field {name}"
        if name not in found:
            yield f"{where} is missing from the spec"
            continue
        kinds = _types(spec, found[name]) - {"null"}
        if kinds != {field["type"]}:
            yield f"{where} has types {sorted(kinds)}, the document says {field['type']!r}"
        if {"enum", "const"} & found[name].keys():
            yield f"{where} has an enum, which turns a new value into an error"


def _signing_and_place(spec: Json, operation: Json, facts: Json) -> Iterator[str]:
    schemes = spec["components"]["securitySchemes"]
    wanted = set(facts["beside"]["headers"].values())
    ways: list[Json] = operation.get("security", spec.get("security")) or [{}]
    for way in ways:
        found = {schemes[name]["name"] for name in way if schemes[name].get("in") == "header"}
        for header in sorted(wanted - found):
            yield f"{facts['exchange']}: signing header {header} is missing from the spec"
        for header in sorted(found - wanted):
            yield f"{facts['exchange']}: signing header {header} is in the spec and in no document"
    servers = [server["url"] for server in spec["servers"]]
    if _in_order(servers) != _in_order(facts["beside"]["servers"]):
        yield f"{facts['exchange']}: servers are {servers}, the documents say {facts['beside']['servers']}"
    url, link = facts["beside"]["url"], operation.get("externalDocs", {}).get("url")
    if url is not None and link != url:
        yield f"{facts['exchange']}: externalDocs is {link}, the document's own address is {url}"


def _resolve(spec: Json, schema: Json) -> Json:
    while "$ref" in schema:
        target: Any = spec
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = target
    return schema


def operation_of(spec: Json, facts: Json) -> Json:
    operation: Json = spec["paths"][facts["path"]][facts["method"].lower()]
    return operation


def request_schema(spec: Json, facts: Json) -> Json:
    return _resolve(spec, json_content(operation_of(spec, facts)["requestBody"])["schema"])


def response_schema(spec: Json, facts: Json) -> Json:
    return _resolve(spec, json_content(operation_of(spec, facts)["responses"]["200"])["schema"])


def corrected_body(facts: Json, number: int) -> Json:
    """The body of the document's request example of that number, as the spec may repeat it."""
    body: Json = json.loads(facts["request_examples"][number]["body"])
    return body | {entry["field"]: entry["to"] for entry in facts["corrected"] if entry["example"] == number}


def json_content(holder: Json) -> Json:
    content: Json = holder["content"]["application/json"]
    return content


def _examples(holder: Json) -> list[Json]:
    return [example["value"] for example in json_content(holder).get("examples", {}).values()]


def _in_order(values: list[str] | None) -> list[str] | None:
    return None if values is None else sorted(values, key=str)


def _types(spec: Json, schema: Json) -> set[str]:
    schema = _resolve(spec, schema)
    kinds = schema.get("type", [])
    found = {kinds} if isinstance(kinds, str) else set(kinds)
    for member in [*schema.get("oneOf", []), *schema.get("anyOf", [])]:
        found |= _types(spec, member)
    return found


def result_fields(spec: Json, facts: Json) -> Json:
    """The properties of what `data` holds: of the object itself, or of a list's entries."""
    return _properties(spec, response_schema(spec, facts)["properties"].get("data", {}))


def _properties(spec: Json, schema: Json) -> Json:
    schema = _resolve(spec, schema)
    if "properties" in schema:
        properties: Json = schema["properties"]
        return properties
    members = [*schema.get("oneOf", []), *schema.get("anyOf", []), schema.get("items")]
    return next((found for member in members if member and (found := _properties(spec, member))), {})
