"""The fields of a request, for ``operations.py``: what a check of single values and a help text need.

A field whose restriction cannot be expressed there is an error: a check that reads ``operations.py`` would accept what
the spec refuses.
"""

import dataclasses
import json
from collections.abc import Iterator

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types of its own
from openapi_python_client.strings import PythonIdentifier

from generator import field_rules, patterns, rules, schemas
from generator.document import Node
from generator.facts import Field, Operation

TYPES = ("string", "integer", "number", "boolean", "object", "array")

# What restricts a text.
TEXT = ("enum", "const", "format", "pattern", "minLength", "maxLength")

# The formats of a text: a decimal is a number in fixed-point notation, as the registry of OpenAPI formats has it.
FORMATS = ("decimal",)

# What the schema of a field may contain. The keywords after ``default`` describe the inside of an object or an array,
# which the generated model shows and ``operations.py`` does not.
KNOWN = {
    "type",
    *TEXT,
    *schemas.ANNOTATIONS,
    "x-rule",
    "default",
    "properties",
    "required",
    "additionalProperties",
    "items",
}


def read_fields(operation: Operation) -> list[Field]:
    """Return the query parameters and the fields of the body, in the order of the spec."""
    fields: dict[str, Field] = {}
    for node, field in (*_query(operation), *_body(operation)):
        if (twin := fields.setdefault(field.argument, field)) is not field:
            raise node.error(f"{twin.name} and {field.name} would be the same argument, {field.argument}")
        field_rules.check_names(node, field, list(fields.values())[:-1])
    return list(fields.values())


def _query(operation: Operation) -> Iterator[tuple[Node, Field]]:
    """The query parameters of the operation, then those of its path that it does not override."""
    shared = operation.node.document.at(operation.node.pointer[:-1])
    seen: set[str] = set()
    for holder in (operation.node, shared):
        given = holder.get("parameters")
        for parameter in given.elements() if given else ():
            node = parameter.resolve()
            name = node.require("name", "the parameter's name").text()
            if node.require("in", "query or header").value == "query" and name not in seen:
                seen.add(name)
                required = node.get("required")
                schema = node.require("schema", "the type of the parameter")
                yield parameter, _field(name, "query", schema, required is not None and required.boolean(), node)


def _body(operation: Operation) -> Iterator[tuple[Node, Field]]:
    if (body := operation.node.get("requestBody")) is None:
        return
    schema = schemas.json_content(body.resolve()).resolve()
    closed = schema.require("additionalProperties", "false, because the fields of a request are all known")
    if closed.value is not False:
        raise closed.error("expected false: the fields of a request are all known")
    required = rules.required_fields(schema)
    forms = field_rules.read_forms(schema)
    for name, node in rules.model_fields(schema).items():
        field = _field(name, "body", node, name in required, node)
        if (own := forms.get(name)) and field.type != "string":
            raise own[0][0].error(f"the field {name} is not of type: string, and only a text has a form")
        yield node, dataclasses.replace(field, impossible=tuple(form for _, form in own or ()))


def _field(name: str, location: str, node: Node, required: bool, described: Node) -> Field:
    schema = node.resolve()
    members = schema.members()
    for key, member in members.items():
        if key not in KNOWN:
            reason = "operations.py cannot express it; rules go into members of allOf of the body"
            raise member.error(f"{key} is not supported in a field of a request: {reason}")
    kind = schema.require("type", "the JSON type of the field").one_of(*TYPES)
    for key in TEXT:
        if key in members and kind != "string":
            raise members[key].error(f"{key} is supported for type: string only")
    description = _description(described) or _description(schema)
    pattern = _pattern(members)
    form = members["format"].one_of(*FORMATS) if "format" in members else None
    if form is not None and pattern is None:
        raise members["format"].error(f"the format {form} needs a pattern: a format alone is checked by nobody")
    given = field_rules.read_rule(name, schema, pattern, description)
    return Field(
        name=name,
        argument=PythonIdentifier(name, "field_"),
        location=location,
        type=kind,
        format=form,
        required=required,
        pattern=pattern,
        values=_values(members),
        examples=_examples(schema),
        description=description,
        rule=given.name,
        summary=given.summary,
        why=given.why,
        other_names=given.other_names,
        meant=given.meant,
        default=_default(members),
    )


def _examples(schema: Node) -> tuple[str, ...]:
    """Return the examples of a field that are texts, each of which must be a right value."""
    given = schema.get("examples")
    texts = [example for example in given.elements() if isinstance(example.value, str)] if given else []
    for example in texts:
        for error in Draft202012Validator(schema.value).iter_errors(example.value):
            raise example.error(f"the example is not a right value: {error.message}")
    return tuple(str(example.value) for example in texts)


def _default(members: dict[str, Node]) -> str | None:
    if "default" not in members:
        return None
    value = members["default"].value
    return value if isinstance(value, str) else json.dumps(value)


def _values(members: dict[str, Node]) -> tuple[str, ...]:
    if "const" in members:
        if "enum" in members:
            raise members["const"].error("const beside enum: write one of them")
        return (members["const"].text(".*", "a text"),)
    return tuple(value.text(".*", "a text") for value in members["enum"].elements()) if "enum" in members else ()


def _pattern(members: dict[str, Node]) -> str | None:
    """Return the pattern that a value must match as a whole, which is ``re.fullmatch`` in Python."""
    lengths = [key for key in ("minLength", "maxLength") if key in members]
    if "pattern" not in members:
        shortest, longest = (str(members[key].value) if key in members else "" for key in ("minLength", "maxLength"))
        return f"(?s:.{{{shortest or 0},{longest}}})" if lengths else None
    if lengths:
        raise members[lengths[0]].error(f"{lengths[0]} beside pattern: write the length into the pattern")
    return patterns.read_whole(members["pattern"])


def _description(node: Node) -> str:
    """Return the description in one line, or an empty text."""
    given = node.get("description")
    return " ".join(str(given.value).split()) if given else ""
