"""operations.py describes every field of a request, and has the examples of the spec with their accounts."""

import dataclasses
import importlib
import re
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
import yaml

from tests.generator.workshop import ROOT, Workshop

NAMES = ("okx", "bitget")

# Parameters of the path, of the operation (which win), and by reference; one has its type by reference.
PRICE = """
  /api/price:
    parameters:
      - {in: query, name: instType, description: Overridden below., schema: {type: integer}}
      - {in: query, name: limit, schema: {type: integer, description: How many.}}
    get:
      operationId: get_price
      tags: [market]
      externalDocs:
        url: https://demo.example/docs/price
      x-rate-limit: {requests: 3, seconds: 0.5, scope: ip}
      parameters:
        - $ref: "#/components/parameters/Symbol"
        - {in: query, name: instType, required: true, description: Kind., schema: {$ref: "#/components/schemas/Kind"}}
        - {in: header, name: accept-language, schema: {type: string}}
      responses:
        default:
          description: The price.
          content:
            application/json:
              schema: {$ref: "#/components/schemas/OrderResponse"}
components:
  parameters:
    Symbol: {in: query, name: symbol, schema: {type: string, pattern: "^[A-Z-]+$"}}
"""
KIND = "    Kind: {type: string, enum: [SPOT, SWAP], description: Not this one.}\n"
MODES = "x-account-modes: {mode: [cash, margin], side: [one, both]}\nx-exchange: demo\n"
EXAMPLES = """            schema: {$ref: "#/components/schemas/OrderRequest"}
            examples:
              selling: {summary: A sale, x-account: {mode: cash, side: both}, value: {size: "1", side: sell}}
              buying: {$ref: "#/components/examples/Buying"}
"""
BUYING = """components:
  examples:
    Buying:
      summary: A purchase
      description: It has a note.
      x-account: {side: one, mode: margin}
      value: {size: "2", side: buy, note: "it's"}
"""


def operation_of(name: str) -> Any:
    return importlib.import_module(f"leverset_{name}.operations").SET_LEVERAGE


def spec_of(name: str) -> Any:
    return yaml.safe_load((ROOT / "specs" / f"{name}.yaml").read_text(encoding="utf-8"))


def generate(workshop: Workshop) -> Mapping[str, Any]:
    """Generate the demo package, and return the names of its operations.py."""
    status, _, err = workshop.run()
    assert status == 0, err
    names: dict[str, Any] = {"__name__": __name__}
    exec((workshop.output / "leverset_demo/operations.py").read_text(encoding="utf-8"), names)  # noqa: S102 - ours
    return names


SHOWN = ("name", "argument", "location", "type", "required", "pattern", "values", "description")


def shown(operation: Any) -> list[tuple[object, ...]]:
    return [tuple(getattr(field, name) for name in SHOWN) for field in operation.fields]


@pytest.mark.parametrize("name", NAMES)
def test_fields_of_the_packages_are_those_of_the_spec(name: str) -> None:
    schema = spec_of(name)["components"]["schemas"]["SetLeverageRequest"]
    fields = operation_of(name).fields
    assert [field.name for field in fields] == list(schema["properties"])
    for field in fields:
        given = schema["properties"][field.name]
        assert field.location == "body"
        assert field.type == given["type"]
        assert field.required == (field.name in schema["required"])
        assert field.values == tuple(given.get("enum", ()))
        assert field.description == given["description"].strip()
        assert "\n" not in field.description
        assert field.pattern == given.get("pattern") or "minLength" in given
        assert field.format == given.get("format")
        assert field.examples == tuple(given.get("examples", ()))
        assert field.rule == given["x-rule"]["name"]
        assert field.other_names == tuple(given["x-rule"]["other-names"])
        assert dict(field.meant) == given["x-rule"].get("meant", {})
        if "pattern" in given:
            assert (field.summary, field.why) == (given["x-rule"]["summary"], given["x-rule"]["why"])


@pytest.mark.parametrize("name", NAMES)
def test_impossible_forms_are_those_of_the_spec(name: str) -> None:
    given: dict[str, list[dict[str, str]]] = {}
    for member in spec_of(name)["components"]["schemas"]["SetLeverageRequest"].get("allOf", ()):
        if "x-rule" in member:
            [field] = member["not"]["required"]
            given.setdefault(field, []).append({**member["x-rule"], **member["not"]["properties"][field]})
    found = {field.name: field.impossible for field in operation_of(name).fields if field.impossible}
    assert found.keys() == given.keys()
    for field, forms in found.items():
        assert [(form.rule, form.summary, form.why) for form in forms] == [
            (one["name"], one["summary"], one["why"]) for one in given[field]
        ]
        for form, one in zip(forms, given[field], strict=True):
            assert form.pattern == (f"{one['pattern'][:-1]}\\Z" if one["pattern"].endswith("$") else one["pattern"])


def test_min_length_becomes_a_pattern() -> None:
    [symbol] = [field for field in operation_of("bitget").fields if field.name == "symbol"]
    assert re.fullmatch(symbol.pattern, "btcusdt")
    assert re.fullmatch(symbol.pattern, "\n")
    assert not re.fullmatch(symbol.pattern, "")


def literals(hint: object) -> set[str]:
    """The values of the Literal types inside a type."""
    if get_origin(hint) is Literal:
        return set(get_args(hint))
    return {value for inside in get_args(hint) for value in literals(inside)}


@pytest.mark.parametrize("name", NAMES)
def test_values_equal_the_generated_literal_types(name: str) -> None:
    fields = operation_of(name).fields
    hints = get_type_hints(importlib.import_module(f"leverset_{name}.models").SetLeverageRequest)
    assert {argument: literals(hint) for argument, hint in hints.items()} == {
        field.argument: set(field.values) for field in fields
    }
    assert any(field.values for field in fields)


@pytest.mark.parametrize("name", NAMES)
def test_arguments_and_required_are_those_of_the_generated_model(name: str) -> None:
    model = importlib.import_module(f"leverset_{name}.models").SetLeverageRequest
    fields = operation_of(name).fields
    filled = {field.argument: field.values[0] if field.values else "1" for field in fields}
    assert model(**filled).to_dict() == {field.name: filled[field.argument] for field in fields}
    required = {field.argument: filled[field.argument] for field in fields if field.required}
    assert model(**required).to_dict().keys() == {field.name for field in fields if field.required}
    for argument in required:
        with pytest.raises(TypeError, match=argument):
            model(**{name: value for name, value in required.items() if name != argument})


@pytest.mark.parametrize("name", NAMES)
def test_examples_of_the_packages_are_those_of_the_spec(name: str) -> None:
    spec = spec_of(name)
    [path] = [path["post"] for path in spec["paths"].values() if "post" in path]
    given = path["requestBody"]["content"]["application/json"]["examples"].values()
    examples = operation_of(name).examples
    assert [(one.summary, dict(one.body), dict(one.account)) for one in examples] == [
        (one["summary"], one["value"], one["x-account"]) for one in given
    ]
    assert all(one.account.keys() == spec["x-account-modes"].keys() for one in examples)


@pytest.mark.parametrize("name", NAMES)
def test_fields_and_examples_are_frozen(name: str) -> None:
    operation = operation_of(name)
    for part in (operation.fields, operation.examples):
        assert isinstance(part, tuple)
        assert len(set(part)) == len(part)
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(part[0], dataclasses.fields(part[0])[0].name, "other")
    for mapping in (operation.examples[0].body, operation.examples[0].account):
        with pytest.raises(TypeError):
            mapping["new"] = "value"


def test_query_parameters_are_fields(workshop: Workshop) -> None:
    workshop.edit("components:\n", PRICE.lstrip("\n"))
    workshop.edit("    OrderRequest:\n", f"{KIND}    OrderRequest:\n")
    found = generate(workshop)
    assert shown(found["GET_PRICE"]) == [
        ("symbol", "symbol", "query", "string", False, "^[A-Z-]+$", (), ""),
        ("instType", "inst_type", "query", "string", True, None, ("SPOT", "SWAP"), "Kind."),
        ("limit", "limit", "query", "integer", False, None, (), "How many."),
    ]
    assert found["GET_PRICE"].examples == ()


def test_fields_of_every_form(workshop: Workshop) -> None:
    """A reference, a constant, other types, fields that a member of allOf lends, and lengths."""
    workshop.edit(
        "    OrderRequest:\n",
        f"{KIND}    Lent: {{type: object, properties: {{a: {{type: string}}}}}}\n    OrderRequest:\n",
    )
    workshop.edit(
        "        note:\n          type: string\n",
        """        note:
          type: string
          description: >-
            Folded over
            two lines.
        kind: {$ref: "#/components/schemas/Kind"}
        from: {type: string, const: here}
        parts: {type: array, items: {type: string}}
        more: {type: object, additionalProperties: true}
        price: {type: number, default: 5}
        short: {type: string, minLength: 2, maxLength: 3}
        long: {type: string, minLength: 2}
""",
    )
    workshop.edit(
        "        - $comment: a note is only for buying\n",
        """        - $ref: "#/components/schemas/Lent"
        - properties: {b: {type: boolean}}
          required: [a, b]
        - $comment: a note is only for buying
""",
    )
    assert shown(generate(workshop)["PLACE_ORDER"]) == [
        ("a", "a", "body", "string", True, None, (), ""),
        ("b", "b", "body", "boolean", True, None, (), ""),
        ("size", "size", "body", "string", True, None, (), ""),
        ("side", "side", "body", "string", False, None, ("buy", "sell"), ""),
        ("note", "note", "body", "string", False, None, (), "Folded over two lines."),
        ("kind", "kind", "body", "string", False, None, ("SPOT", "SWAP"), "Not this one."),
        ("from", "from_", "body", "string", False, None, ("here",), ""),
        ("parts", "parts", "body", "array", False, None, (), ""),
        ("more", "more", "body", "object", False, None, (), ""),
        ("price", "price", "body", "number", False, None, (), ""),
        ("short", "short", "body", "string", False, "(?s:.{2,3})", (), ""),
        ("long", "long", "body", "string", False, "(?s:.{2,})", (), ""),
    ]


def rules_of(operation: Any) -> dict[str, tuple[object, ...]]:
    return {field.name: (field.rule, field.summary, field.why, field.examples) for field in operation.fields}


def test_rules_of_fields_have_defaults(workshop: Workshop) -> None:
    """The name comes from the field's; what is wrong with a value comes from its description, or else its pattern."""
    workshop.edit(
        "        note:\n          type: string\n",
        """        note: {type: string, pattern: ^a+$}
        someCode_2x: {type: string, pattern: ^b+$, description: Letters b., examples: [b, 5, bb]}
        both: {type: string, minLength: 1, x-rule: {name: both-given}}
        mine: {type: string, pattern: ^c$, x-rule: {name: c, summary: mine is not c, why: c is all there is}}
        why: {type: string, pattern: ^d$, description: The d., x-rule: {why: d is all there is}}
""",
    )
    assert rules_of(generate(workshop)["PLACE_ORDER"]) == {
        "size": ("size-is-valid", "", "", ()),
        "side": ("side-is-valid", "", "", ()),
        "note": (
            "note-is-valid",
            "note is not as the document describes it",
            "the document wants a text of the form ^a+$",
            (),
        ),
        "someCode_2x": (
            "some-code-2x-is-valid",
            "someCode_2x is not as the document describes it",
            "Letters b",
            ("b", "bb"),
        ),
        "both": (
            "both-given",
            "both is not as the document describes it",
            "the document wants a text of the form (?s:.{1,})",
            (),
        ),
        "mine": ("c", "mine is not c", "c is all there is", ()),
        "why": ("why-is-valid", "why is not as the document describes it", "d is all there is", ()),
    }


FORMS = """        - x-rule: {name: note-possible, summary: note has an a, why: no note has one}
          not: {required: [note], properties: {note: {type: string, pattern: a}}}
        - $comment: with both anchors
          x-rule: {name: note-possible, summary: note is b, why: no note is b}
          not: {required: [note], properties: {note: {type: string, pattern: "^[$^|]?b$"}}}
        - x-rule: {name: side-is-valid, summary: side is c, why: no side is c}
          not: {required: [side], properties: {side: {type: string, pattern: "^(?:c|cc)$"}}}
        - $ref: "#/components/schemas/Lent"
        - $comment: a note is only for buying
"""
LENT = """    Lent:
      type: object
      properties: {lent: {type: string}}
      allOf:
        - x-rule: {name: lent-possible, summary: lent is d, why: nothing is d}
          not: {required: [lent], properties: {lent: {type: string, pattern: "[d\\u200B]"}}}
    OrderRequest:
"""


def test_members_of_all_of_exclude_forms(workshop: Workshop) -> None:
    workshop.edit("        - $comment: a note is only for buying\n", FORMS)
    workshop.edit("    OrderRequest:\n", LENT)
    fields = {field.name: field.impossible for field in generate(workshop)["PLACE_ORDER"].fields}
    forms = {name: [dataclasses.astuple(form) for form in of] for name, of in fields.items()}
    assert forms == {
        "lent": [("lent-possible", "[d\u200b]", "lent is d", "nothing is d")],
        "size": [],
        "side": [("side-is-valid", r"^(?:c|cc)\Z", "side is c", "no side is c")],
        "note": [
            ("note-possible", "a", "note has an a", "no note has one"),
            ("note-possible", r"^[$^|]?b\Z", "note is b", "no note is b"),
        ],
    }
    written = (workshop.output / "leverset_demo/operations.py").read_text(encoding="utf-8")
    assert written.isascii(), "an invisible character is written so that it can be seen"


def test_examples_have_their_account_modes(workshop: Workshop) -> None:
    workshop.edit("x-exchange: demo\n", MODES)
    workshop.edit('            schema: {$ref: "#/components/schemas/OrderRequest"}\n', EXAMPLES)
    workshop.edit("components:\n", BUYING)
    assert [
        (one.summary, dict(one.body), list(one.account.items())) for one in generate(workshop)["PLACE_ORDER"].examples
    ] == [
        ("A sale", {"size": "1", "side": "sell"}, [("mode", "cash"), ("side", "both")]),
        ("A purchase", {"size": "2", "side": "buy", "note": "it's"}, [("mode", "margin"), ("side", "one")]),
    ]


def test_examples_without_account_modes(workshop: Workshop) -> None:
    """An exchange whose accounts have no modes needs none in its examples."""
    example = "            examples: {one: {summary: One, value: {size: '1'}}}\n"
    schema = '            schema: {$ref: "#/components/schemas/OrderRequest"}\n'
    workshop.edit(schema, schema + example)
    [one] = generate(workshop)["PLACE_ORDER"].examples
    assert (one.summary, one.body, one.account) == ("One", {"size": "1"}, {})
