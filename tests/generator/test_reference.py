"""The reference: it says what the specs say, read here by themselves, and every page of it is held to them."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from generator.output import marked
from generator.pages import MARK
from tests.generator.rendered import Page, check_links
from tests.generator.workshop import ROOT

REFERENCE = ROOT / "docs" / "reference"
NAMES = ("okx", "bitget")
WIDE = ("authentication", "permission", "clock", "environment")
SPECS: dict[str, Any] = {
    name: yaml.safe_load((ROOT / "specs" / f"{name}.yaml").read_text(encoding="utf-8")) for name in NAMES
}


def operations() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for name, spec in SPECS.items():
        for path, item in spec["paths"].items():
            for method, operation in item.items():
                yield name, path, method.upper(), operation


OPERATIONS = {f"{one[0]}/{one[3]['operationId']}": one for one in operations()}


def schema(name: str, content: dict[str, Any]) -> dict[str, Any]:
    [given] = content["content"].values()
    found = given["schema"]
    if "$ref" in found:
        found = SPECS[name]["components"]["schemas"][found["$ref"].rpartition("/")[2]]
    return dict(found)


def fields(name: str, operation: dict[str, Any]) -> dict[str, tuple[str, bool, dict[str, Any], str]]:
    """Each field: where it is sent, whether it is required, its schema and what it means."""
    found = {
        one["name"]: (one["in"], one["required"], one["schema"], one["description"])
        for one in operation.get("parameters", ())
    }
    if "requestBody" in operation:
        body = schema(name, operation["requestBody"])
        for field, given in body["properties"].items():
            found[field] = ("body", field in body["required"], given, given["description"])
    return found


def facts_of(name: str) -> Any:
    """What the generated package says of the operations, by method and path."""
    return importlib.import_module(f"leverset_{name}.operations").EXCHANGE.operations


@pytest.mark.parametrize("reference", OPERATIONS)
def test_every_operation_has_a_page_with_its_facts(reference: str) -> None:
    name, path, method, operation = OPERATIONS[reference]
    page = Page(REFERENCE / f"{reference}.md")
    assert page.headings[0] == f"{name}: {operation['operationId']}"
    assert f"Generated from specs/{name}.yaml by make gen; do not edit." in page.paragraphs
    assert " ".join(operation["description"].split()) in page.paragraphs
    sent = "sent without credentials" if "security" in operation else "signed with an API key"
    assert f"Request: {method} {path}, {sent}" in page.paragraphs
    limit = operation["x-rate-limit"]
    per = f" and each value of {limit['per']}" if "per" in limit else ""
    who = {"user": "for each user", "ip": "for each IP address"}[limit["scope"]] + per
    figures = "{requests} requests in {seconds} s, " + who
    assert f"Rate limit in the document: {figures.format(**limit)}" in page.paragraphs
    published = [one for one in page.paragraphs if one.startswith("Rate limit that the exchange publishes")]
    if stated := operation.get("x-rate-limit-published"):
        assert published == [
            f"Rate limit that the exchange publishes, seen on {stated['seen']}: {figures.format(**stated)}"
        ]
    else:
        assert published == []
    assert f"Document: {operation['externalDocs']['url']}" in page.paragraphs
    assert operation["externalDocs"]["url"] in page.links
    assert f"Generated function: {facts_of(name)[method, path].module}" in page.paragraphs


@pytest.mark.parametrize("reference", OPERATIONS)
def test_every_field_is_there(reference: str) -> None:
    name, _, _, operation = OPERATIONS[reference]
    page = Page(REFERENCE / f"{reference}.md")
    expected = fields(name, operation)
    if not expected:
        assert "A request has no fields." in page.paragraphs
        return
    rows = page.table("field", "argument in Python")
    assert [row[0] for row in rows] == list(expected)
    [facts] = [one for one in facts_of(name).values() if one.name == operation["operationId"]]
    assert [row[1] for row in rows] == [field.argument for field in facts.fields]
    for row, (place, required, given, meaning) in zip(rows, expected.values(), strict=True):
        kind = given["type"] + (f" ({given['format']})" if "format" in given else "")
        assert row[2] == f"{kind}, in the {place}, {'required' if required else 'optional'}"
        said, told = row[3][: len(meaning)], row[3][len(meaning) :]
        assert said == " ".join(meaning.split())
        for value in given.get("enum", given.get("examples", ())):
            assert value in told
        assert given.get("x-rule", {}).get("why", "") in told


@pytest.mark.parametrize("reference", OPERATIONS)
def test_every_rule_is_there(reference: str) -> None:
    name, _, _, operation = OPERATIONS[reference]
    page = Page(REFERENCE / f"{reference}.md")
    given = fields(name, operation)
    if not given:
        return
    rows = page.table("rule")
    named = {row[0] for row in rows}
    assert {f"{name}/{one[2]['x-rule']['name']}" for one in given.values()} <= named
    for part in schema(name, operation["requestBody"])["allOf"] if "requestBody" in operation else ():
        if rule := part.get("x-rule"):
            assert [f"{name}/{rule['name']}", rule["summary"], rule["why"]] in rows
        else:
            rule, _, remark = part["$comment"].partition(": ")
            head = f"{rule} ({remark}): " if remark else f"{rule}: "
            [words] = [one.removeprefix(head) for one in page.paragraphs if one.startswith(head)]
            assert "by the schema" not in words


def test_rules_across_fields_are_words() -> None:
    page = Page(REFERENCE / "okx/set_leverage.md")
    assert "okx/cross-side-is-net: if mgnMode is cross, then posSide is absent or net." in page.paragraphs
    assert "okx/instrument-or-currency: instId is not empty or ccy is not empty." in page.paragraphs


@pytest.mark.parametrize("reference", OPERATIONS)
def test_every_example_is_there(reference: str) -> None:
    operation = OPERATIONS[reference][3]
    page = Page(REFERENCE / f"{reference}.md")
    shown = [json.loads(block) for block in page.blocks]
    for holder in (operation.get("requestBody"), *operation["responses"].values()):
        for content in holder["content"].values() if holder else ():
            for example in content.get("examples", {}).values():
                assert example["value"] in shown
                assert any(one.startswith(example["summary"]) for one in page.paragraphs)


def codes() -> Iterator[tuple[str, str, dict[str, Any], str | None]]:
    for name, spec in SPECS.items():
        yield from ((name, code, entry, None) for code, entry in spec["x-errors"].items())
    for name, _, _, operation in OPERATIONS.values():
        for code, entry in operation.get("x-errors", {}).items():
            yield name, code, entry, operation["operationId"]


def test_every_code_has_a_heading_and_says_what_to_do() -> None:
    page = Page(REFERENCE / "errors.md")
    sections = page.sections
    found = list(codes())
    assert len(found) > 200
    assert {heading for heading in sections if "/" in heading} == {f"{name}/{code}" for name, code, *_ in found}
    for name, code, entry, operation in found:
        section = sections[f"{name}/{code}"]
        wide = entry.get("account-wide", entry["category"] in WIDE)
        answer = {True: "yes", False: "no"}
        assert f"({entry['name']}), category {entry['category']}, for " in section
        assert (operation or "any request") in section.partition("for ")[2]
        assert f"Outcome: {entry['outcome']}, " in section
        assert f"Retryable: {answer[entry['retryable']]}. Account-wide: {answer[wide]}." in section
        assert f"What to do: {' '.join(entry['action'].split())}" in section
        if "http-status" in entry:
            assert f"HTTP status {entry['http-status']}." in section
        if operation:
            rows = Page(REFERENCE / name / f"{operation}.md").table("code")
            assert [code, entry["name"], entry["category"], " ".join(entry["action"].split())] in rows


def test_every_link_leads_somewhere() -> None:
    assert check_links(REFERENCE) > 200


def test_index_links_everything() -> None:
    linked = {(REFERENCE / link).resolve() for link in Page(REFERENCE / "index.md").links if "://" not in link}
    written = {path for path in REFERENCE.iterdir() if path.is_file()}  # by hand; what is in folders has its own list
    generated = {path for path in REFERENCE.rglob("*.md") if marked(path, MARK)}
    assert linked == {path.resolve() for path in written | generated} - {REFERENCE / "index.md"}
    assert REFERENCE / "output.md" in written
