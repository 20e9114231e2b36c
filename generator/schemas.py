"""Schemas that openapi-python-client would quietly read in another way than they are written.

It knows a part of JSON Schema and ignores the rest. That is welcome for rules across fields (members of
allOf, which schema validators see while the types stay clean) and dangerous everywhere else.
"""

import re
from collections.abc import Iterator

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types of its own
from openapi_python_client.strings import PythonIdentifier

from generator.document import Document, Node, Pointer
from generator.rules import check_rules

ANNOTATIONS = {"title", "description", "deprecated", "example", "examples", "externalDocs", "$comment"}
COMPOSITIONS = ("allOf", "anyOf", "oneOf")
GIVE_A_TYPE = {"$ref", "type", "enum", "const", "properties", *COMPOSITIONS}

# They change what a value may be, and the generated types would not show it.
UNSUPPORTED = {
    "$anchor",
    "$defs",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$schema",
    "contentEncoding",
    "contentMediaType",
    "discriminator",
    "nullable",
    "patternProperties",
    "prefixItems",
    "readOnly",
    "writeOnly",
    "xml",
}

# They make openapi-python-client take another Python type than str, which is sent as another text.
FORMATS = {"binary", "date", "date-time", "uuid"}

# Names in the generated models: a field of this name would replace them.
TAKEN = {
    *("additional_keys", "additional_properties", "cast", "cls", "d", "field_dict", "from_dict"),
    *("prop", "prop_dict", "prop_name", "src_dict", "to_dict", "to_multipart"),
}


def check_components(document: Document) -> None:
    """Every schema in components, used or not: a model is generated for each."""
    components = document.at(()).get("components")
    schemas = components.get("schemas") if components else None
    for schema in schemas.members().values() if schemas else ():
        check(schema, typed=False)


def json_content(node: Node) -> Node:
    """Return the schema of a request or response body, which must be JSON and nothing else."""
    return json_media(node).require("schema", "without it there would be no model")


def json_media(node: Node) -> Node:
    """Return the media type object of a request or response body."""
    content = node.require("content", "application/json with a schema")
    content.only_keys("application/json")
    return content.require("application/json", "the only kind of content that is supported")


def check(schema: Node, *, typed: bool) -> None:
    """Raise SpecError for the first keyword that the generated types would lose; ``typed`` also refuses Any."""
    if isinstance(schema.value, dict):
        for error in Draft202012Validator(
            Draft202012Validator.META_SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER
        ).iter_errors(schema.value):
            pointer = (*schema.pointer, *(str(step) for step in error.absolute_path))
            raise schema.document.error(pointer, f"not a JSON schema: {error.message}")
    _shape(schema, typed, set())


def _shape(schema: Node, typed: bool, seen: set[Pointer]) -> None:
    """One schema that becomes a type, and those inside it or behind it."""
    if schema.pointer in seen:
        return
    seen.add(schema.pointer)
    if isinstance(schema.value, bool):
        raise schema.error("a boolean schema is not supported: write {} for anything, or leave it out")
    members = schema.members()
    if typed and not GIVE_A_TYPE & members.keys():
        raise schema.error("this would become Any: give it a type")
    if "$ref" in members:
        _reference(members)
        _shape(schema.resolve(), typed, seen)
        return
    for key in sorted(UNSUPPORTED & members.keys()):
        raise members[key].error(f"{key} is not supported: the generated types would not show it")
    if "format" in members and members["format"].value in FORMATS:
        raise members["format"].error(f"the format {members['format'].value} is not supported: fields are plain text")
    _values(members)
    _composition(members)
    for inside in _inside(members):
        _shape(inside, typed, seen)
    for name, field in members["properties"].members().items() if "properties" in members else ():
        if PythonIdentifier(name, "field_") in TAKEN:
            raise field.error(f"the field {name} has a name that the generated models need themselves")
    check_rules(schema)


def _reference(members: dict[str, Node]) -> None:
    reference = members["$ref"]
    if not re.fullmatch(r"#/components/schemas/[^/]+", str(reference.value)):
        raise reference.error("expected a reference to #/components/schemas/<name>")
    for key, member in members.items():
        if key not in {"$ref", "description", "summary", "$comment"}:
            raise member.error(f"{key} beside $ref would be ignored: move it into the schema, or use allOf")


def _values(members: dict[str, Node]) -> None:
    """openapi-python-client takes the type from the values, whatever the schema says about it."""
    values = [*(members["enum"].elements() if "enum" in members else ())]
    values += [members["const"]] if "const" in members else []
    for value in values if "type" in members else ():
        if not Draft202012Validator({"type": members["type"].value}).is_valid(value.value):
            raise value.error(f"{value.value!r} is not of the type {members['type'].value}")


def _composition(members: dict[str, Node]) -> None:
    """Beside a union, and beside a lone reference, openapi-python-client ignores everything."""
    parts = [part for key in COMPOSITIONS if key in members for part in members[key].elements()]
    lone = len(parts) == 1 and isinstance(parts[0].value, dict) and "$ref" in parts[0].value
    for keyword in COMPOSITIONS:
        if keyword not in members or (keyword == "allOf" and not lone):
            continue
        for key, member in members.items():
            if key != keyword and key not in ANNOTATIONS and key != "default" and not key.startswith("x-"):
                advice = "rules across fields go into members of allOf"
                raise member.error(f"{key} beside {keyword} would be ignored, or turn the type into Any: {advice}")
        for part in members[keyword].elements():
            if isinstance(part.value, dict) and not GIVE_A_TYPE & part.value.keys():
                raise part.error(f"this member of {keyword} gives no type: the whole would become Any")


def _inside(members: dict[str, Node]) -> Iterator[Node]:
    """The schemas inside a schema from which types are made; a member of allOf only lends its properties."""
    if "properties" in members:
        yield from members["properties"].members().values()
    if "items" in members:
        yield members["items"]
    if "additionalProperties" in members and not isinstance(members["additionalProperties"].value, bool):
        yield members["additionalProperties"]
    for keyword in ("anyOf", "oneOf"):
        yield from members[keyword].elements() if keyword in members else ()
    own = members["properties"].members() if "properties" in members else {}
    for part in members["allOf"].elements() if "allOf" in members else ():
        if isinstance(part.value, bool) or "$ref" in part.members():
            yield part
        elif (lent := part.get("properties")) is not None:
            yield from (field for name, field in lent.members().items() if name not in own)
