"""The fields of a request, for ``operations.py``: what a check of single values and a help text need.

A field whose restriction cannot be expressed there is an error: a check that reads ``operations.py`` would accept what
the spec refuses.
"""

import re
from collections.abc import Iterator

from openapi_python_client.strings import PythonIdentifier

from generator import rules, schemas
from generator.document import Node
from generator.facts import Field, Operation

TYPES = ("string", "integer", "number", "boolean", "object", "array")

# What restricts a text.
TEXT = ("enum", "const", "pattern", "minLength", "maxLength")

# What the schema of a field may contain. The keywords after ``default`` describe the inside of an object or an array,
# which the generated model shows and ``operations.py`` does not.
KNOWN = {"type", *TEXT, *schemas.ANNOTATIONS, "default", "properties", "required", "additionalProperties", "items"}

# \d and its like stand for other characters in Python than in JSON Schema.
CLASS = re.compile(r"(?:[^\\]|\\[^dDwWsSbB])*(\\[dDwWsSbB])")


def read_fields(operation: Operation) -> list[Field]:
    """Return the query parameters and the fields of the body, in the order of the spec."""
    fields: dict[str, Field] = {}
    for node, field in (*_query(operation), *_body(operation)):
        if (twin := fields.setdefault(field.argument, field)) is not field:
            raise node.error(f"{twin.name} and {field.name} would be the same argument, {field.argument}")
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
    for name, node in rules.model_fields(schema).items():
        yield node, _field(name, "body", node, name in required, node)


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
    return Field(
        name=name,
        argument=PythonIdentifier(name, "field_"),
        location=location,
        type=kind,
        required=required,
        pattern=_pattern(members),
        values=_values(members),
        description=_description(described) or _description(schema),
    )


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
    given = members["pattern"]
    pattern = given.text(r"\^(?:[^\\]|\\.)*\$", "a pattern from ^ to $, because a value is matched as a whole")
    if _alternatives(pattern):
        raise given.error("^ and $ hold for one alternative each: put the alternatives into (?:...)")
    if found := CLASS.match(pattern):
        meaning = "it stands for other characters in Python than in JSON Schema"
        raise given.error(f"write the characters out instead of {found[1]}, such as [0-9]: {meaning}")
    return pattern


def _alternatives(pattern: str) -> bool:
    """Whether a ``|`` stands outside of every group and character class."""
    depth, in_class = 0, False
    for part in re.findall(r"\\.|.", pattern, re.DOTALL):
        if in_class:
            in_class = part != "]"
        elif part == "|" and depth == 0:
            return True
        else:
            in_class = part == "["
            depth += {"(": 1, ")": -1}.get(part, 0)
    return False


def _description(node: Node) -> str:
    """Return the description in one line, or an empty text."""
    given = node.get("description")
    return " ".join(str(given.value).split()) if given else ""
