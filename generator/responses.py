"""Response schemas must be lenient: whatever JSON object the exchange sends, the generated parser must not raise.

A response is parsed after the change was applied. An enum, a required field, a date, or an unexpected null would turn
an applied change into a bare KeyError. So the schema of a response may say what a field means, but not restrict its
value.
"""

from generator import schemas
from generator.document import Node, Pointer
from generator.facts import Exchange, Operation

# What the schema of a response may contain. Everything else makes the parser raise, or is checked by nobody.
ALLOWED = {
    "type",
    "properties",
    "items",
    "anyOf",
    "oneOf",
    "additionalProperties",
    "$ref",
    *schemas.ANNOTATIONS,
}


def check(exchange: Exchange, operation: Operation) -> None:
    """Raise SpecError for the first thing in a response schema that could make the parser raise."""
    responses = operation.node.require("responses", "the responses").members()
    if not any(status == "default" or status.startswith("2") for status in responses):
        raise operation.node.members()["responses"].error("there is no response for a success (200 or default)")
    for response in responses.values():
        schema = schemas.json_content(response.resolve())
        schemas.check(schema, typed=False)
        envelope = schema.resolve()
        if "type" not in envelope.members() or envelope.members()["type"].value != "object":
            raise envelope.error("expected type: object, the envelope of a response")
        fields = envelope.require("properties", "the fields of the envelope").members()
        for field in (exchange.code_field, exchange.message_field):
            if field not in fields:
                raise envelope.error(f"the field {field}, which x-envelope names, is missing")
        _lenient(schema, set())


def _lenient(node: Node, seen: set[Pointer]) -> None:
    node = node.resolve()
    if node.pointer in seen:
        return
    seen.add(node.pointer)
    members = node.members()
    for key, member in members.items():
        if key not in ALLOWED and not key.startswith("x-"):
            raise member.error(f"{key} is not allowed in a response: the change may have been applied all the same")
    if "additionalProperties" in members and members["additionalProperties"].value is not True:
        raise members["additionalProperties"].error("expected true in a response: new fields are not an error")
    for field in members["properties"].members().values() if "properties" in members else ():
        if not _admits_null(field, set()):
            raise field.error('expected a type that admits null, such as [string, "null"]: responses are lenient')
        _lenient(field, seen)
    if "items" in members:
        _lenient(members["items"], seen)
    for keyword in ("anyOf", "oneOf"):
        for member in members[keyword].elements() if keyword in members else ():
            _lenient(member, seen)


def _admits_null(node: Node, seen: set[Pointer]) -> bool:
    node = node.resolve()
    if node.pointer in seen:
        return False
    seen.add(node.pointer)
    members = node.members()
    if "type" in members:
        kinds = members["type"].value
        return kinds == "null" or (isinstance(kinds, list) and "null" in kinds)
    choices = [choice for key in ("anyOf", "oneOf") if key in members for choice in members[key].elements()]
    if choices:
        return any(_admits_null(choice, seen) for choice in choices)
    return "properties" not in members
