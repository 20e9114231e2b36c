"""What the checks must let pass: they refuse what would be lost, not what is merely uncommon."""

# ruff: noqa: E501 - the cases are a table: one line each

import ast

import pytest

from tests.generator.workshop import Workshop

RESULT = '          type: [string, integer, "null"]\n'
NOTE = "        note:\n          type: string\n"
RULE = "        - $comment: a note is only for buying\n"
RESPONSE = "    OrderResponse:\n"

RIGHT = {
    "response-in-itself": (RESULT, f'{RESULT}        parts: {{type: [array, "null"], items: {{$ref: "#/components/schemas/OrderResult"}}}}\n'),
    "response-any-field": (RESULT, f"{RESULT}        more: {{}}\n        list: {{type: [array, 'null'], items: {{}}}}\n"),
    "response-object": (RESULT, f'{RESULT}        inner: {{type: [object, "null"], properties: {{a: {{type: "null"}}}}, additionalProperties: true}}\n'),
    "response-described": ('items: {$ref: "#/components/schemas/OrderResult"}', 'items: {$ref: "#/components/schemas/OrderResult", description: One.}'),
    "lent-by-reference": (RULE, f'        - $ref: "#/components/schemas/Account"\n        - required: [account]\n{RULE}'),
    "lent-inline": (RULE, f"        - properties: {{account: {{type: string}}}}\n          required: [account]\n{RULE}"),
    "narrowed": (RULE, f"        - properties: {{note: {{maxLength: 5}}}}\n{RULE}"),
    "rule-by-reference": ("          then:\n", '          else: {$ref: "#/components/schemas/Account"}\n          then:\n'),
    "rule-always": ("          then:\n", "          else: true\n          then:\n"),
    "rule-values": ("{side: {const: buy}}", "{side: {enum: [buy], minLength: 1}, note: {const: x}}"),
    "rule-dependent": (RULE, f"        - dependentRequired: {{note: [side]}}\n{RULE}"),
    "field-object": (NOTE, f"{NOTE}        more: {{type: object, additionalProperties: {{type: string}}}}\n"),
    "field-list": (NOTE, f"{NOTE}        more: {{type: array, items: {{type: string}}}}\n"),
    "field-const": (NOTE, f"{NOTE}        more: {{type: string, const: limit}}\n"),
    "field-named-like-data": (NOTE, f"{NOTE}        value: {{type: string, default: a, examples: [{{$ref: this is data}}]}}\n"),
    "no-schemas-shared": ('schema: {$ref: "#/components/schemas/OrderResponse"}', "schema: {type: object, properties: {code: {}, msg: {}}}"),
    "no-headers": ("x-headers: {locale: en-US}\n", ""),
    "get-is-idempotent": ("      x-idempotent: false\n", "      x-idempotent: true\n"),
    "unsigned": ("      x-idempotent: false\n", "      x-idempotent: false\n      security: []\n"),
}  # fmt: skip

ACCOUNT = "    Account: {type: object, properties: {account: {type: string}}}\n"


@pytest.mark.parametrize(("old", "new"), RIGHT.values(), ids=RIGHT.keys())
def test_a_right_spec_is_accepted(old: str, new: str, workshop: Workshop) -> None:
    workshop.edit(RESPONSE, ACCOUNT + RESPONSE)
    workshop.edit(old, new)
    status, _, err = workshop.run()
    assert status == 0, err


@pytest.mark.parametrize("case", ["lent-by-reference", "lent-inline"])
def test_field_of_an_allof_member_is_in_the_model(case: str, workshop: Workshop) -> None:
    workshop.edit(RESPONSE, ACCOUNT + RESPONSE)
    workshop.edit(*RIGHT[case])
    assert workshop.run()[0] == 0
    model = ast.parse((workshop.output / "leverset_demo/models/order_request.py").read_text(encoding="utf-8"))
    fields = [node.target for node in ast.walk(model) if isinstance(node, ast.AnnAssign)]
    assert "account" in {field.id for field in fields if isinstance(field, ast.Name)}
