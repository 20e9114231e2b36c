"""The check of single fields, over facts that no exchange of ours has: every type, defaults, no examples."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from leverset_okx.operations import SET_LEVERAGE, Field, ImpossibleForm

from leverset import Violation
from leverset._rules import Body, Rules
from tests.rules.bodies import names

TEXT = Field(
    name="code",
    argument="code",
    location="body",
    type="string",
    format=None,
    required=False,
    pattern=None,
    values=(),
    examples=(),
    description="",
    rule="code-is-valid",
    summary="",
    why="",
    other_names=(),
    meant=(),
    impossible=(),
)
FORM = ImpossibleForm(rule="code-possible", pattern="[ x]", summary="code has a blank or an x", why="no code has one")
CAPITALS = replace(TEXT, pattern="^[A-Z]+$", summary="code is not as the document describes it", why="Letters A to Z")


def rules(*fields: Field) -> Rules[object]:
    return Rules("demo", replace(SET_LEVERAGE, fields=fields), ())


def only(field: Field, value: object) -> Violation:
    [violation] = rules(field).violations({field.name: value}, None)
    return violation


def passes(field: Field, value: object) -> bool:
    return rules(field).violations({field.name: value}, None) == ()


TYPES: dict[Any, tuple[list[object], list[object], str]] = {
    "integer": ([0, -5, 10**50], [True, 5.0, "5", None, Decimal(5)], "an Integer"),
    "number": ([0, 2.5, -1, 10**400], [True, math.nan, math.inf, "5", None], "a Number"),
    "boolean": ([True, False], [0, 1, "true", None], "a Boolean"),
    "object": ([{}, {"a": 1}, MappingProxyType({})], [[], "{}", None], "an Object"),
    "array": ([[], [1], ()], [{}, "[]", None, {1}], "an Array"),
    "string": (["", "a", "\U0001f600"], [5, b"a", None, ["a"]], "a String"),
}
NAMES = {"integer": "a whole number", "number": "a number", "boolean": "true or false"}
NAMES |= {"object": "an object", "array": "a list", "string": "a text"}


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_of_the_spec_is_checked(kind: Any) -> None:
    field = replace(TEXT, type=kind)
    right, wrong, wanted = TYPES[kind]
    for value in right:
        assert passes(field, value)
    for value in wrong:
        violation = only(field, value)
        assert violation.rule == "demo/code-is-valid"
        assert violation.summary == f"code is not {NAMES[kind]}"
        given = "None" if value is None else type(value).__name__
        assert violation.why == f"the document wants code as {wanted}, this is {given}"
        assert violation.fix == f"give code as {'text' if kind == 'string' else NAMES[kind]}"
    assert rules(field).violations({}, None) == ()


def test_required_fields_are_missing_or_empty() -> None:
    field = replace(CAPITALS, required=True)
    for body, summary in (({}, "missing"), ({"code": None}, "missing"), ({"code": ""}, "empty")):
        [violation] = rules(field).violations(body, None)
        assert (violation.summary, violation.why) == (f"code is {summary}", "the document requires code")
    [violation] = rules(replace(field, description="A code.")).violations({}, None)
    assert violation.why == "the document requires code: A code"
    [violation] = rules(replace(field, pattern=None, values=("A", "B"))).violations({}, None)
    assert violation.why == "the document requires code, one of A, B"
    assert violation.fix == "give code as one of them"


class Odd:
    def __eq__(self, other: object) -> bool:
        raise TypeError("like an array, compared with a text")

    __hash__ = object.__hash__


def test_values_that_refuse_to_be_compared_are_refused() -> None:
    for field in (TEXT, CAPITALS, replace(TEXT, values=("A",)), replace(TEXT, type="integer")):
        for required in (True, False):
            assert only(replace(field, required=required), Odd()).summary.startswith("code is not ")


@pytest.mark.parametrize("value", [[], {}, 0, False, b""])
def test_what_is_empty_and_no_text_has_the_wrong_type(value: object) -> None:
    assert only(replace(TEXT, required=True), value).summary == "code is not a text"


def test_none_is_not_an_absent_field() -> None:
    assert only(TEXT, None).summary == "code is not a text"
    assert only(replace(TEXT, values=("A",)), None).summary == "code is not one that the exchange knows"
    assert only(replace(TEXT, type="integer", required=True), None).summary == "code is missing"


@pytest.mark.parametrize("value", ["a.b", "A|b", "", "A\n", b"A", 5, None, ["A"]])
def test_allowed_values_are_texts_and_not_patterns(value: object) -> None:
    field = replace(TEXT, values=("A", "a-b", "x.y"))
    assert passes(field, "x.y")
    assert not passes(field, "x-y")
    violation = only(field, value)
    assert violation.why == "the document allows A, a-b, x.y"


@pytest.mark.parametrize(
    ("value", "fix"),
    [
        (" USD", '"USD"'),
        ("usd\n", '"USD"'),
        ("\u2003usd\u00a0", '"USD"'),
        ("", "text"),
        ("  ", "text"),
        ("u s", "text"),
        ("\u017f", "text"),  # upper() makes ASCII of it
        (b"usd", "text"),
    ],
)
def test_the_value_that_was_meant_is_offered(value: object, fix: str) -> None:
    assert only(CAPITALS, value).fix == f"give code as {fix}"


def test_small_letters_are_offered_too() -> None:
    assert only(replace(TEXT, values=("long", "short")), "LONG ").fix == 'give code as "long"'
    assert only(replace(TEXT, pattern="^[a-z]+$"), "Usd").fix == 'give code as "usd"'


def test_examples_are_shown_where_nothing_is_known_to_be_meant() -> None:
    field = replace(CAPITALS, examples=("USD", "EUR"))
    assert only(field, "1").fix == 'give code as text such as "USD" or "EUR"'
    decimal = replace(field, format="decimal", examples=("5",))
    assert only(decimal, 5.0).fix == 'give code as text such as "5", as an int or as a Decimal'


@pytest.mark.parametrize(
    ("value", "fix"),
    [
        ("a x", "text"),
        ("A b", "text"),
        ("x", "text"),  # not "X": capitals are not what is wrong with it
        (" Ab ", '"Ab"'),
        ("  ", "text"),  # nothing is left of it, and nothing was meant
    ],
)
def test_impossible_forms_have_their_own_rule(value: str, fix: str) -> None:
    field = replace(TEXT, impossible=(FORM,))
    violation = only(field, value)
    assert (violation.rule, violation.summary, violation.why) == ("demo/code-possible", FORM.summary, FORM.why)
    assert violation.fix == f"give code as {fix}"
    assert passes(field, "X")


def test_each_impossible_form_has_its_own_text() -> None:
    other = replace(FORM, pattern=r"^y\Z", summary="code is y", why="y is none")
    field = replace(TEXT, impossible=(FORM, other))
    assert only(field, "y").summary == "code is y"
    assert only(field, "yx").summary == "code has a blank or an x"
    assert passes(field, "y\n")
    assert names(rules(field).violations({"code": 5}, None)) == ["demo/code-is-valid"]


def test_half_of_a_surrogate_pair_is_refused_in_every_text() -> None:
    for field in (TEXT, replace(TEXT, pattern="^.+$"), replace(TEXT, impossible=(FORM,))):
        assert only(field, "\ud800x").summary == "code is not a whole text"
        assert passes(field, "\U0001f600")
    named = replace(TEXT, values=("long", "short"))
    assert only(named, "long\ud800").fix == "give code as one of them, or leave it out"  # what is broken is not guessed


def test_query_parameters_are_no_fields_of_the_body() -> None:
    query = replace(TEXT, location="query", required=True)
    assert rules(query).violations({}, None) == ()
    assert names(rules(query).violations({"code": "a"}, None)) == ["demo/field-known"]


def test_fields_are_checked_in_the_order_of_the_spec() -> None:
    first, second = replace(TEXT, name="b", rule="b", required=True), replace(TEXT, name="a", rule="a", required=True)
    found = rules(first, second).violations({"z": 1}, None)
    assert names(found) == ["demo/field-known", "demo/b", "demo/a"]
    assert found[0].why == "the document has b, a"


def test_sentences_of_single_fields_come_from_the_spec() -> None:
    def across(body: Body, account: object) -> Violation | None:
        """`code` goes with itself.

        Not this.
        """
        return None

    other = replace(FORM, summary="code is y")
    fields = (
        replace(TEXT, impossible=(FORM, other)),
        replace(TEXT, name="a", rule="a", required=True, description="One thing. Another."),
        replace(TEXT, name="b", rule="b", required=True, description="One thing, in full."),
        replace(TEXT, name="c", rule="c", required=True),
        replace(TEXT, name="d", rule="d", required=True, values=("x", "y"), description="Not shown."),
        replace(TEXT, name="e", rule="e", values=("x", "y")),
        replace(TEXT, name="f", rule="f", type="integer"),
        replace(TEXT, name="g", rule="g", impossible=(replace(FORM, rule="g", summary="g has a blank"),)),
    )
    found = Rules("demo", replace(SET_LEVERAGE, fields=fields), (across,)).sentences()
    assert found == {
        "demo/field-known": "Only the document's fields are sent.",
        "demo/code-is-valid": "code is a text where it is given.",
        "demo/code-possible": "Refused where code has a blank or an x, or code is y.",
        "demo/a": "a is required: One thing.",
        "demo/b": "b is required: One thing, in full.",
        "demo/c": "c is required, a text.",
        "demo/d": "d is required, one of x, y.",
        "demo/e": "e is one of x, y where it is given.",
        "demo/f": "f is a whole number where it is given.",
        "demo/g": "g is a text where it is given. Refused where g has a blank.",
        "demo/across": "code goes with itself.",
    }
    assert list(found)[-1] == "demo/across"


def test_rules_without_a_docstring_have_no_sentence() -> None:
    def across(body: Body, account: object) -> Violation | None:
        return None

    assert Rules("demo", SET_LEVERAGE, (across,)).sentences()["demo/across"] == ""


def test_rules_across_fields_are_completed() -> None:
    def across(body: Body, account: object) -> Violation | None:
        return Violation(rule="demo/across", field="instId", value=account, summary="s", why="w", fix="f")

    [violation] = Rules("demo", SET_LEVERAGE, (across,)).violations(
        {"instId": "A-B", "lever": "5", "mgnMode": "cross"}, "account"
    )
    assert violation.value == "account"
    assert violation.docs == SET_LEVERAGE.docs
    assert re.fullmatch(r'demo POST /\S+, cross, lever 5, instId="A-B"', violation.where)


def test_a_decimal_has_the_candidates_that_were_given_for_it() -> None:
    decimal = replace(TEXT, format="decimal", pattern="^[0-9]+$", summary="code is no number")
    asked: Rules[object] = Rules(
        "demo", replace(SET_LEVERAGE, fields=(decimal,)), (), {"code": lambda plain: (f"{len(plain)}",)}
    )
    [violation] = asked.violations({"code": "1e3"}, None)
    assert violation.fix == 'did you mean "3"?'
    [violation] = rules(decimal).violations({"code": "1e3"}, None)
    assert violation.fix == 'did you mean "1000"?'
