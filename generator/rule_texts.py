"""The rules of a request, in words: of single fields, and across fields (the members of allOf)."""

import json
import re
from collections.abc import Iterator

from generator.document import Node
from generator.facts import Field, Operation
from generator.field_rules import FIELD_KNOWN
from generator.markdown import code, listed, text
from generator.schemas import json_content

ACROSS = {"if", "not", "anyOf", "oneOf", "dependentRequired", "dependentSchemas"}
# A longer pattern explains nothing.
LONGEST = 40
NOT_EMPTY = "(?s:.{1,})"


class _UnsaidError(Exception):
    """A schema for which there are no words here."""


def of_fields(exchange: str, operation: Operation) -> Iterator[tuple[str, str, str]]:
    """Each rule of a single field: its name, what it refuses and why."""
    for field in operation.fields:
        yield code(f"{exchange}/{field.rule}"), *_of_field(field)
        for form in field.impossible:
            yield code(f"{exchange}/{form.rule}"), text(form.summary), text(form.why)
    yield code(f"{exchange}/{FIELD_KNOWN}"), "a field that is not in the table above", "the document has no other"


def _of_field(field: Field) -> tuple[str, str]:
    if field.pattern == NOT_EMPTY and field.summary.endswith(" as the document describes it"):
        return f"{code(field.name)} is empty", "the document wants one"
    if field.pattern is not None:
        return text(field.summary), text(field.why)
    if field.values:
        return f"{code(field.name)} has none of its values", f"the document allows {listed(map(code, field.values))}"
    kind = "text" if field.type == "string" else field.type
    return f"{code(field.name)} is of another type", f"the document says {kind}"


def across_fields(operation: Operation) -> list[str]:
    """Each rule across fields: its name, where the spec gives it one, and what has to hold."""
    body = operation.node.get("requestBody")
    always = frozenset(field.name for field in operation.fields if field.required)
    return list(_across(json_content(body.resolve()).resolve(), always)) if body else []


def _across(schema: Node, always: frozenset[str]) -> Iterator[str]:
    allof = schema.get("allOf")
    for part in allof.elements() if allof else ():
        members = part.members()
        if "$ref" in members:
            yield from _across(part.resolve(), always)
        elif "x-rule" not in members and ACROSS & members.keys():
            comment = str(members["$comment"].value) if "$comment" in members else ""
            rule = {key: member.value for key, member in members.items() if key != "$comment"}
            named = re.fullmatch(r"(\w+/[a-z0-9-]+)(?:: *(.*))?", comment, re.DOTALL)
            name, remark = (code(named[1]), named[2] or "") if named else ("", comment)
            head = f"{name} ({text(remark)}): " if name and remark else f"{name or text(remark)}: "
            yield (head if name or remark else "") + _words(rule, always)


def _words(schema: object, always: frozenset[str]) -> str:
    try:
        return _holds(schema, always)
    except _UnsaidError:
        return f"by the schema {code(json.dumps(schema))}"


def _holds(schema: object, always: frozenset[str]) -> str:
    """What holds of a request that a schema accepts; ``always`` are the fields that every request has."""
    if not isinstance(schema, dict):
        raise _UnsaidError
    rest = {key: value for key, value in schema.items() if key not in ("$comment", "type")}
    required, fields = rest.pop("required", []), rest.pop("properties", {})
    said = [f"{code(name)} is given" for name in required if name not in fields]
    said += [f"{code(name)} {_value(each, name in {*required, *always})}" for name, each in fields.items()]
    if "if" in rest:
        branches = (("if", "if"), ("then", ", then"), ("else", ", else"))
        said.append("".join(f"{word} {_holds(rest.pop(key), always)}" for key, word in branches if key in rest))
    for key, start, word in (("allOf", "", "and"), ("anyOf", "", "or"), ("oneOf", "one of these and no other: ", "or")):
        if key in rest:
            said.append(start + listed((_holds(each, always) for each in rest.pop(key)), word))
    if "not" in rest:
        said.append(_never(rest.pop("not"), always))
    for name, others in rest.pop("dependentRequired", {}).items():
        said.append(f"where {code(name)} is given, so is {listed(map(code, others), 'and')}")
    if rest or not said:
        raise _UnsaidError
    return listed(said, "and")


def _never(schema: object, always: frozenset[str]) -> str:
    """A request that has a field, or that a schema would accept, is refused."""
    required = schema.get("required") if isinstance(schema, dict) and schema.keys() == {"required"} else None
    if required and len(required) == 1:
        return f"{code(required[0])} is absent"
    return f"it is not so that {_holds(schema, always)}"


def _value(condition: object, given: bool) -> str:
    """What a field has to be; absent, too, where nothing demands it."""
    if not isinstance(condition, dict):
        raise _UnsaidError
    absent = [] if given else ["absent"]
    match [(key, value) for key, value in condition.items() if key != "type"]:
        case [("const", value)]:
            return f"is {listed([*absent, _shown(value)])}"
        case [("enum", values)]:
            return f"is {listed([*absent, *map(_shown, values)])}"
        case [("minLength", 1)]:
            return f"is {listed([*absent, 'not empty'])}"
        case [("maxLength", 0)]:
            return f"is {listed([*absent, 'empty'])}"
        case [("pattern", pattern)]:
            matches = f"matches {code(pattern)}" if len(pattern) <= LONGEST else "has a form that the spec describes"
            return matches if given else f"is absent or {matches}"
    raise _UnsaidError


def _shown(value: object) -> str:
    return code(value if isinstance(value, str) else json.dumps(value))
