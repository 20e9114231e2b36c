"""Is a spec OpenAPI 3.1 at all, and does every reference lead somewhere?"""

from openapi_spec_validator import OpenAPIV31SpecValidator

from generator.document import Document, Place, steps

# Below these keys stands data, in which a "$ref" would be a field like any other ...
DATA = {"const", "default", "enum", "example", "value"}
# ... unless the key is a name: a property called "value", the response "default".
NAMES = {"properties", "schemas", "responses", "parameters", "requestBodies", "examples"}


def check(document: Document) -> None:
    """Raise SpecError for the first thing that is not OpenAPI."""
    root = document.at(())
    root.need("openapi", "the version of OpenAPI, such as 3.1.0").text(
        r"3\.1\.\d+", "version 3.1 of OpenAPI, such as 3.1.0"
    )
    _references(root, inside_data=False)
    validator = OpenAPIV31SpecValidator(document.data)
    # First what the standard's own schema says of the document: these errors have a place.
    for error in validator.schema_validator.iter_errors(document.data):
        pointer = tuple(str(step) for step in error.absolute_path)
        raise document.error(pointer, f"not OpenAPI 3.1: {error.message.splitlines()[0]}")


def check_values(document: Document) -> None:
    """What the standard says beyond its schema, such as defaults of the right type; without a place."""
    try:
        for error in OpenAPIV31SpecValidator(document.data).iter_errors():
            raise document.error((), f"not OpenAPI 3.1: {error.message.splitlines()[0]}")
    except RecursionError:
        raise document.error((), "a schema contains itself without end") from None


def _references(place: Place, *, inside_data: bool) -> None:
    if isinstance(place.value, list):
        for element in place.elements():
            _references(element, inside_data=inside_data)
    elif isinstance(place.value, dict):
        members = place.members()
        if "$ref" in members and not inside_data:
            _resolve(members["$ref"])
        for key, member in members.items():
            named = place.pointer != () and place.key in NAMES
            data = (key in DATA and not named) or (key == "examples" and isinstance(member.value, list))
            _references(member, inside_data=inside_data or data)


def _resolve(reference: Place) -> None:
    """A reference stays inside the file, leads somewhere, and not in a circle of references."""
    seen: set[object] = set()
    place = reference
    while True:
        target = place.text(r"#/.+", "a reference inside this file, such as #/components/schemas/Name")
        if target in seen:
            raise reference.error(f"the reference {target} leads in a circle")
        seen.add(target)
        try:
            found = reference.document.at(steps(target))
        except LookupError:
            raise reference.error(f"the reference {target} leads nowhere") from None
        if not isinstance(found.value, dict) or "$ref" not in found.value:
            return
        place = found.members()["$ref"]
