"""Replies are lenient: whatever JSON object the exchange sends, the generated parser must not raise.

A reply is parsed after the money has moved. An enum, a required field, a date, or a null where none was
foreseen would turn an applied change into a bare KeyError. So the schema of a reply may say what a field
means, but never what it must be.
"""

from generator import schemas
from generator.document import Place, Pointer
from generator.facts import Exchange, Operation

# What a reply's schema may say. Everything else either makes the parser raise or says what nobody checks.
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
    """Raise SpecError for the first thing in a reply on which the parser could raise."""
    replies = operation.place.need("responses", "the replies").members()
    if not any(status == "default" or status.startswith("2") for status in replies):
        raise operation.place.members()["responses"].error("there is no reply for a success (200 or default)")
    for reply in replies.values():
        schema = schemas.json_content(reply.follow())
        schemas.check(schema, typed=False)
        envelope = schema.follow()
        if "type" not in envelope.members() or envelope.members()["type"].value != "object":
            raise envelope.error("expected type: object, the envelope of a reply")
        fields = envelope.need("properties", "the fields of the envelope").members()
        for field in (exchange.code_field, exchange.message_field):
            if field not in fields:
                raise envelope.error(f"the field {field}, which x-envelope names, is missing")
        _lenient(schema, set())


def _lenient(place: Place, seen: set[Pointer]) -> None:
    place = place.follow()
    if place.pointer in seen:
        return
    seen.add(place.pointer)
    members = place.members()
    for key, member in members.items():
        if key not in ALLOWED and not key.startswith("x-"):
            raise member.error(f"{key} is not allowed in a reply: a reply that breaks it is no less an answer")
    if "additionalProperties" in members and members["additionalProperties"].value is not True:
        raise members["additionalProperties"].error("expected true in a reply: new fields are not an error")
    for field in members["properties"].members().values() if "properties" in members else ():
        if not _admits_null(field, set()):
            raise field.error('expected a type that admits null, such as [string, "null"]: replies are lenient')
        _lenient(field, seen)
    if "items" in members:
        _lenient(members["items"], seen)
    for keyword in ("anyOf", "oneOf"):
        for member in members[keyword].elements() if keyword in members else ():
            _lenient(member, seen)


def _admits_null(place: Place, seen: set[Pointer]) -> bool:
    place = place.follow()
    if place.pointer in seen:
        return False
    seen.add(place.pointer)
    members = place.members()
    if "type" in members:
        kinds = members["type"].value
        return kinds == "null" or (isinstance(kinds, list) and "null" in kinds)
    choices = [choice for key in ("anyOf", "oneOf") if key in members for choice in members[key].elements()]
    if choices:
        return any(_admits_null(choice, seen) for choice in choices)
    return "properties" not in members
