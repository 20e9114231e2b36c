"""docs/evidence/sentences.md is complete, and every cell of it is true."""

from __future__ import annotations

import ast

import pytest

from tests.contract.parties import EXCHANGES, parties
from tests.contract.sentences import ROOT, Row, comment, resolve, rows, stated
from tests.contract.specs import load


@pytest.fixture(params=EXCHANGES, scope="module")
def exchange(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def table(exchange: str) -> list[Row]:
    return [row for row in rows() if row.exchange == exchange]


def test_every_sentence_is_there_once_in_its_own_words(exchange: str) -> None:
    found = [row.sentence for row in table(exchange)]
    assert sorted(found) == sorted(stated(exchange))
    assert {row.sentence: row.says for row in table(exchange)} == stated(exchange)


def test_every_sentence_has_a_rule_a_place_and_tests(exchange: str) -> None:
    for row in table(exchange):
        assert bool(row.rules) != bool(row.no_rule), f"{row.sentence}: rules, or a reason why there is none"
        assert bool(row.places) != bool(row.no_place), f"{row.sentence}: places, or a reason why there is none"
        assert row.tests, f"{row.sentence}: no test"


def test_every_rule_exists_and_holds_a_sentence(exchange: str) -> None:
    found = parties(exchange)
    everything: list[dict[str, object]] = [{}, {"x": 1}]
    everything += [{name: None} for name in ("posSide", "instId", "ccy", "holdSide")]
    broken = {violation.rule for body in everything for violation in found.violations(body)}
    assert broken, "no rule is broken at all"
    named = {name for row in table(exchange) for name in row.rules}
    assert named == set(found.rules.sentences())
    assert broken <= named


def test_every_place_exists(exchange: str) -> None:
    found = parties(exchange)
    spec = load(exchange)
    operation = spec["paths"][found.endpoint.path][found.endpoint.method.lower()]
    roots = {"spec": spec, "operation": operation, "request": spec["components"]["schemas"]["SetLeverageRequest"]}
    for row in table(exchange):
        for place in row.places:
            root = roots[place.partition(" > ")[0]]
            assert list(resolve(root, place)), f"{row.sentence}: {place} is not in the spec"


def test_every_member_of_all_of_is_a_place(exchange: str) -> None:
    """A constraint across fields that holds no sentence of the document would be one of our own making."""
    named = {place for row in table(exchange) for place in row.places}
    for member in load(exchange)["components"]["schemas"]["SetLeverageRequest"].get("allOf", []):
        rule = comment(member, exchange)
        assert any(place.startswith(f"request > allOf > {rule}") for place in named), f"{rule} holds no sentence"


def test_every_test_is_there() -> None:
    named = sorted({test for row in rows() for test in row.tests})
    assert named
    functions: dict[str, set[str]] = {}
    for test in named:
        file, _, name = test.partition("::")
        if file not in functions:
            tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
            functions[file] = {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
        assert name in functions[file], test
