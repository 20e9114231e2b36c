"""A field or an example that operations.py cannot express is refused, with file and place."""

# ruff: noqa: E501 - the cases are a table: one line each

from typing import Any

import pytest
from openapi_python_client.parser import GeneratorData

from tests.generator.workshop import Workshop, Wrong, check_refused

POST = "/paths/~1api~1order/post"
REQUEST = "/components/schemas/OrderRequest"
EXAMPLES = f"{POST}/requestBody/content/application~1json/examples"
NOTE = "        note:\n          type: string\n"
SCHEMA = '            schema: {$ref: "#/components/schemas/OrderRequest"}\n'
ONE = "            examples:\n              one: "
PARAMETERS = "      tags: [trade]\n      parameters:\n        - "


def note(more: str, pointer: str, at: str, says: str) -> Wrong:
    """A field `note` that is wrong in one line."""
    return Wrong(NOTE, f"        note:\n          {more}\n", f"{REQUEST}/properties/note{pointer}", at, says)


RIGHT = "note: {type: string, pattern: a}"
FORM = "x-rule: {name: note-possible, summary: s, why: w}"
RULE = "        - $comment: a note is only for buying\n"


def form(condition: str, rule: str, inside: str, at: str, says: str, pointer: str = "") -> Wrong:
    """A form of the field `note` that is wrong."""
    text = f"        - {rule}\n          not: {{required: [note], properties: {{{condition}}}}}\n"
    return Wrong(RULE, text + RULE, pointer or f"{REQUEST}/allOf/0{inside}", at, says)


def example(text: str, pointer: str, at: str, says: str) -> Wrong:
    """An example that is wrong."""
    return Wrong(SCHEMA, f"{SCHEMA}{ONE}{text}\n", f"{EXAMPLES}/one{pointer}", at, says)


def modes(text: str, pointer: str, at: str, says: str) -> Wrong:
    """A declaration of account modes that is wrong."""
    return Wrong(
        "x-exchange: demo\n", f"x-exchange: demo\nx-account-modes: {text}\n", f"/x-account-modes{pointer}", at, says
    )


# fmt: off
WRONG = {
    "union": note("oneOf: [{type: string}, {type: integer}]", "/oneOf", "oneOf", "oneOf is not supported in a field of a request"),
    "nullable": note('type: [string, "null"]', "/type", "type", "expected one of string, integer"),
    "no-type": note("enum: [a, b]", "", "note", "type is missing: the JSON type of the field"),
    "number-as-value": note("type: integer\n          enum: [1, 2]", "/enum", "enum", "enum is supported for type: string only"),
    "pattern-of-number": note("type: integer\n          pattern: ^5$", "/pattern", "^5$", "pattern is supported for type: string only"),
    "minimum": note("type: integer\n          minimum: 1", "/minimum", "1", "minimum is not supported in a field of a request"),
    "negated": note("type: string\n          not: {const: a}", "/not", "not", "not is not supported in a field of a request"),
    "extension": note("type: string\n          x-unit: days", "/x-unit", "days", "x-unit is not supported in a field of a request"),
    "enum-and-const": note("type: string\n          const: a\n          enum: [a]", "/const", "a", "const beside enum"),
    "open-pattern": note("type: string\n          pattern: '[A-Z]+'", "/pattern", "'[A-Z]+'", "a pattern from ^ to $"),
    "open-end": note(r"type: string" "\n          " r"pattern: '^[A-Z]+\$'", "/pattern", "'^", "a pattern from ^ to $"),
    "alternatives": note("type: string\n          pattern: ^a|b$", "/pattern", "^a|b$", "put the alternatives into (?:...)"),
    "alternatives-late": note(r"type: string" "\n          " r"pattern: '^(a|b)[|(]\(|c$'", "/pattern", "'^", "put the alternatives into (?:...)"),
    "digit": note(r"type: string" "\n          " r"pattern: ^\d+$", "/pattern", r"^\d", r"write the characters out instead of \d"),
    "length-and-pattern": note("type: string\n          pattern: ^a+$\n          maxLength: 5", "/maxLength", "5", "maxLength beside pattern"),
    "length-text": note("type: integer\n          minLength: 1", "/minLength", "1", "minLength is supported for type: string only"),
    "same-argument": Wrong(NOTE, f"{NOTE}        Note: {{type: string}}\n", f"{REQUEST}/properties/Note", "Note:", "note and Note would be the same argument, note"),
    "query-and-body": Wrong("      tags: [trade]\n", f"{PARAMETERS}{{in: query, name: size, schema: {{type: string}}}}\n", f"{REQUEST}/properties/size", "size:", "would be the same argument, size"),
    "open-body": Wrong("      additionalProperties: false\n", "", REQUEST, "OrderRequest", "additionalProperties is missing"),
    "half-open-body": Wrong("additionalProperties: false", "additionalProperties: true", f"{REQUEST}/additionalProperties", "true", "expected false"),
    "list-body": Wrong(SCHEMA, '            schema: {type: array, items: {$ref: "#/components/schemas/OrderRequest"}}\n', f"{POST}/requestBody/content/application~1json/schema", "schema", "type object"),
    "query-enum-number": Wrong("      tags: [trade]\n", f"{PARAMETERS}{{in: query, name: a, schema: {{type: integer, enum: [1]}}}}\n", f"{POST}/parameters/0/schema/enum", "enum", "type: string only"),
    # Rules of single fields.
    "decimal-alone": note("type: string\n          format: decimal", "/format", "decimal", "the format decimal needs a pattern"),
    "other-format": note("type: string\n          format: email\n          pattern: ^a$", "/format", "email", "expected one of decimal"),
    "wrong-example": note("type: string\n          pattern: ^a$\n          examples: [a, b]", "/examples/1", "b]", "the example is not a right value: 'b' does not match"),
    "rule-name": note("type: string\n          x-rule: {name: noteKnown}", "/x-rule/name", "noteKnown", "a name in kebab-case"),
    "rule-text": note("type: string\n          x-rule: note-known", "/x-rule", "note-known", "expected a mapping"),
    "rule-key": note("type: string\n          x-rule: {nam: note-known}", "/x-rule/nam", "note-known", "nam is unknown here"),
    "rule-why-without-pattern": note("type: string\n          x-rule: {why: so}", "/x-rule/why", "so", "the field has none"),
    "rule-meant-without-values": note("type: string\n          x-rule: {meant: {a: b}}", "", "note", "enum is missing: the values that meant leads to"),
    "rule-meant-elsewhere": note("type: string\n          enum: [a, b]\n          x-rule: {meant: {c: d}}", "/x-rule/meant/c", "d}", "expected one of a, b, not 'd'"),
    "rule-meant-allowed": note("type: string\n          enum: [a, b]\n          x-rule: {meant: {a: b}}", "/x-rule/meant/a", "b}", "a is an allowed value itself"),
    "rule-other-name": note("type: string\n          x-rule: {other-names: [5]}", "/x-rule/other-names/0", "5]", "expected a non-empty text"),
    "rule-full-stop": note("type: string\n          pattern: ^a$\n          x-rule: {summary: It is wrong.}", "/x-rule/summary", "It is", "without a full stop"),
    "rule-of-unknown-fields": note("type: string\n          x-rule: {name: field-known}", "", "note", "the rule field-known is the one about unknown fields"),
    "rule-twice": note("type: string\n          x-rule: {name: side-is-valid}", "", "note", "the rule side-is-valid is also that of the field side"),
    "form-rule-twice": form(RIGHT, "x-rule: {name: size-is-valid, summary: s, why: w}", "", "note:", "the rule size-is-valid is also that of the field size", f"{REQUEST}/properties/note"),
    "form-other-key": form("note: {type: string, pattern: a, minLength: 1}", FORM, "/not/properties/note/minLength", "1", "minLength is unknown here"),
    "form-no-type": form("note: {pattern: a}", FORM, "/not/properties/note", "note:", "type is missing: string, or the form would also exclude"),
    "form-other-type": form("note: {type: integer, pattern: a}", FORM, "/not/properties/note/type", "integer", "expected one of string"),
    "form-two-fields": form("note: {type: string, pattern: a}, size: {type: string}", FORM, "/not", "not:", "expected one field"),
    "form-no-pattern": form("note: {type: string}", FORM, "/not/properties/note", "note:", "pattern is missing"),
    "form-half-anchored": form("note: {type: string, pattern: ^a}", FORM, "/not/properties/note/pattern", "^a", "a pattern from ^ to $"),
    "form-class": form(r"note: {type: string, pattern: a\d}", FORM, "/not/properties/note/pattern", r"a\d", "write the characters out"),
    "form-no-why": form(RIGHT, "x-rule: {name: note-possible, summary: s}", "/x-rule", "x-rule", "why is missing"),
    "form-no-summary": form(RIGHT, "x-rule: {name: note-possible, why: w}", "/x-rule", "x-rule", "summary is missing"),
    "form-no-name": form(RIGHT, "x-rule: {why: w, summary: s}", "/x-rule", "x-rule", "name is missing"),
    "form-misspelt": form(RIGHT, "x-rul: {name: a}", "/x-rul", "x-rul", "x-rul is unknown here and would be ignored"),
    "form-of-a-number": Wrong(f"{NOTE}      allOf:\n", f"{NOTE}        price: {{type: number}}\n      allOf:\n        - {FORM}\n          not: {{required: [price], properties: {{price: {{type: string, pattern: a}}}}}}\n", f"{REQUEST}/allOf/0", "x-rule", "only a text has a form"),
    # Examples.
    "single-example": Wrong(SCHEMA, f"{SCHEMA}            example: {{size: '1'}}\n", f"{POST}/requestBody/content/application~1json/example", "example", "use examples"),
    "no-summary": example("{value: {size: '1'}}", "", "one:", "summary is missing"),
    "long-summary": example('{summary: "two\\nlines", value: {size: "1"}}', "/summary", '"two', "one line"),
    "no-value": example("{summary: One}", "", "one:", "value is missing"),
    "external": example("{summary: One, externalValue: https://demo.example/one.json}", "/externalValue", "https:", "externalValue is unknown here"),
    "misspelt": example("{summary: One, x-acount: {}, value: {size: '1'}}", "/x-acount", "x-acount", "x-acount is unknown here"),
    "no-object": example("{summary: One, value: [1]}", "/value", "value", "expected a mapping"),
    "breaks-the-schema": example("{summary: One, value: {size: '1', side: hold}}", "/value/side", "hold", "the example is not a valid request: 'hold' is not one of"),
    "breaks-a-rule": example("{summary: One, value: {size: '1', side: sell, note: a}}", "/value/side", "sell", "the example is not a valid request: 'buy' was expected"),
    "account-without-modes": example("{summary: One, x-account: {mode: cash}, value: {size: '1'}}", "/x-account", "x-account", "x-account-modes at the top"),
    # Account modes.
    "modes-list": modes("[cash]", "", "x-account-modes", "expected a mapping"),
    "mode-name": modes("{Mode: [cash]}", "/Mode", "Mode", "Mode is not a name in snake_case"),
    "mode-no-values": modes("{mode: []}", "/mode", "mode", "at least one value"),
    "mode-value": modes("{mode: [cash, 5]}", "/mode/1", "5", "a name in snake_case"),
    "mode-twice": modes("{mode: [cash, cash]}", "/mode/1", "cash]", "the value cash is there twice"),
}
MODES = "x-exchange: demo\nx-account-modes: {mode: [cash, margin], side: [one, both]}\n"
WRONG_ACCOUNTS = {
    "no-account": example("{summary: One, value: {size: '1'}}", "", "one:", "x-account is missing: the account modes in which the example holds: mode, side"),
    "account-part": example("{summary: One, x-account: {mode: cash}, value: {size: '1'}}", "/x-account", "x-account", "side is missing: one of one, both"),
    "account-more": example("{summary: One, x-account: {mode: cash, side: one, level: 1}, value: {size: '1'}}", "/x-account/level", "1", "level is unknown here; known are mode, side"),
    "account-value": example("{summary: One, x-account: {mode: cash, side: two}, value: {size: '1'}}", "/x-account/side", "two", "expected one of one, both, not 'two'"),
    "account-list": example("{summary: One, x-account: [cash], value: {size: '1'}}", "/x-account", "x-account", "expected a mapping"),
}
# fmt: on


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_wrong_field_or_example_is_refused(wrong: Wrong, workshop: Workshop) -> None:
    check_refused(wrong, workshop)


@pytest.mark.parametrize("wrong", WRONG_ACCOUNTS.values(), ids=WRONG_ACCOUNTS.keys())
def test_wrong_account_of_an_example_is_refused(wrong: Wrong, workshop: Workshop) -> None:
    workshop.edit("x-exchange: demo\n", MODES)
    check_refused(wrong, workshop)


def test_other_argument_name_is_refused(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The net under the names: openapi-python-client names an argument in another way than operations.py."""
    original = GeneratorData.from_dict

    def renamed(*arguments: object, **options: object) -> object:
        parsed = original(*arguments, **options)  # type: ignore[arg-type]  # passed on
        assert isinstance(parsed, GeneratorData)
        [collection] = parsed.endpoint_collections_by_tag.values()
        [body] = collection.endpoints[0].bodies
        size: Any = body.prop.required_properties[0]  # type: ignore[union-attr,index]  # a model with a field
        size.set_python_name("other", config=options["config"])
        return parsed

    monkeypatch.setattr(GeneratorData, "from_dict", renamed)
    status, _, err = workshop.run()
    assert status == 2
    assert f"({POST}): openapi-python-client has (argument, required) ('other', True) for the field size" in err
