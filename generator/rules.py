"""Rules across fields, the members of allOf: they may only name fields that exist, and values these can have.

A rule about ``instID`` would validate, and never hold.
"""

from collections.abc import Iterator

from generator.document import Node, Pointer

# Where a rule goes on.
ONE = ("if", "then", "else", "not")
MANY = ("allOf", "anyOf", "oneOf")


def check_rules(schema: Node) -> None:
    """Raise SpecError for the first name or value that is not one of the schema's own."""
    members = schema.members()
    if "properties" not in members and "allOf" not in members:
        return
    fields = model_fields(schema)
    _names(schema, fields)
    for part in members["allOf"].elements() if "allOf" in members else ():
        _rule(part, fields)


def model_fields(schema: Node) -> dict[str, Node]:
    """Return the fields of the generated model, its own and those of the members of allOf."""
    return dict(_fields(schema))


def required_fields(schema: Node) -> set[str]:
    """Return the names of the required fields of the generated model, those of members of allOf included."""
    members = schema.members()
    names = {str(name.value) for name in members["required"].elements()} if "required" in members else set()
    for part in members["allOf"].elements() if "allOf" in members else ():
        names |= required_fields(part.resolve())
    return names


def _fields(schema: Node, *borrowers: Pointer) -> Iterator[tuple[str, Node]]:
    """Yield the fields of a model, its own last, so that they replace those of the members of allOf.

    openapi-python-client looks into a member of allOf, but not into the allOf of a member.
    """
    members = schema.members()
    for part in members["allOf"].elements() if "allOf" in members else ():
        lender = part.resolve()
        if lender.pointer in (schema.pointer, *borrowers):
            raise part.error("a schema cannot be a part of itself")
        if lender is not part:
            yield from _fields(lender, schema.pointer, *borrowers)
        elif "properties" in part.members():
            yield from part.members()["properties"].members().items()
    yield from members["properties"].members().items() if "properties" in members else ()


def _names(rule: Node, fields: dict[str, Node]) -> None:
    members = rule.members()
    for name in members["required"].elements() if "required" in members else ():
        if name.value not in fields:
            raise name.error(f"there is no field {name.value}")


def _rule(rule: Node, fields: dict[str, Node]) -> None:
    if isinstance(rule.value, bool) or "$ref" in rule.members():
        return
    members = rule.members()
    _names(rule, fields)
    for name, condition in members["properties"].members().items() if "properties" in members else ():
        if name not in fields:
            raise condition.error(f"there is no field {name}")
        _values(condition, fields[name])
    for keyword in ("dependentRequired", "dependentSchemas"):
        for name, dependent in members[keyword].members().items() if keyword in members else ():
            if name not in fields:
                raise dependent.error(f"there is no field {name}")
    for keyword in ONE:
        if keyword in members:
            _rule(members[keyword], fields)
    for keyword in MANY:
        for part in members[keyword].elements() if keyword in members else ():
            _rule(part, fields)


def _values(condition: Node, field: Node) -> None:
    """A value that a rule compares with is one that the field can have."""
    allowed = field.resolve().get("enum") if isinstance(field.value, dict) else None
    if allowed is None or not isinstance(condition.value, dict):
        return
    constant = condition.get("const")
    listed = condition.get("enum")
    for value in (*([constant] if constant else []), *(listed.elements() if listed else [])):
        if value.value not in (allowed.value if isinstance(allowed.value, list) else []):
            raise value.error(f"the field {field.key} cannot be {value.value!r}")
