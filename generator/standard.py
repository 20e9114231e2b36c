"""Check that a spec is OpenAPI 3.1 and that every reference resolves."""

from openapi_spec_validator import OpenAPIV31SpecValidator

from generator.document import Document, Node, steps

# Below these keys stands data, in which a "$ref" would be a field like any other ...
DATA = {"const", "default", "enum", "example", "value"}
# ... unless the key is a name: a property called "value", the response "default".
NAMES = {"properties", "schemas", "responses", "parameters", "requestBodies", "examples"}


def check(document: Document) -> None:
    """Raise SpecError for the first thing that is not OpenAPI."""
    root = document.at(())
    root.require("openapi", "the version of OpenAPI, such as 3.1.0").text(
        r"3\.1\.\d+", "version 3.1 of OpenAPI, such as 3.1.0"
    )
    _references(root, inside_data=False)
    validator = OpenAPIV31SpecValidator(document.data)
    # First what the standard's own schema says of the document: these errors have a line.
    for error in validator.schema_validator.iter_errors(document.data):
        pointer = tuple(str(step) for step in error.absolute_path)
        raise document.error(pointer, f"not OpenAPI 3.1: {error.message.splitlines()[0]}")


def check_values(document: Document) -> None:
    """Check what the standard says beyond its schema, such as the type of defaults; these errors have no line."""
    try:
        for error in OpenAPIV31SpecValidator(document.data).iter_errors():
            raise document.error((), f"not OpenAPI 3.1: {error.message.splitlines()[0]}")
    except RecursionError:
        raise document.error((), "a schema contains itself without end") from None


def _references(node: Node, *, inside_data: bool) -> None:
    if isinstance(node.value, list):
        for element in node.elements():
            _references(element, inside_data=inside_data)
    elif isinstance(node.value, dict):
        members = node.members()
        if "$ref" in members and not inside_data:
            _check_reference(members["$ref"])
        for key, member in members.items():
            named = node.pointer != () and node.key in NAMES
            data = (key in DATA and not named) or (key == "examples" and isinstance(member.value, list))
            _references(member, inside_data=inside_data or data)


def _check_reference(reference: Node) -> None:
    """A reference stays inside the file, leads somewhere, and not in a circle of references."""
    seen: set[object] = set()
    node = reference
    while True:
        target = node.text(r"#/.+", "a reference inside this file, such as #/components/schemas/Name")
        if target in seen:
            raise reference.error(f"the reference {target} leads in a circle")
        seen.add(target)
        try:
            found = reference.document.at(steps(target))
        except LookupError:
            raise reference.error(f"the reference {target} leads nowhere") from None
        if not isinstance(found.value, dict) or "$ref" not in found.value:
            return
        node = found.members()["$ref"]
