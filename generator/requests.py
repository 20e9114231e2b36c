"""Requests: what the generated function would leave out, or send in another way than the spec says."""

from openapi_python_client.strings import PythonIdentifier

from generator import schemas
from generator.document import Node
from generator.facts import Exchange, Operation

# What openapi-python-client knows nothing of: it would be ignored.
IGNORED = ("content", "style", "explode", "allowReserved", "allowEmptyValue")
SCALARS = ("string", "integer", "number", "boolean")

# Local names of the generated functions.
TAKEN = {"body", "client", "cookies", "headers", "params", "url"}


def check(exchange: Exchange, operation: Operation) -> None:
    """Raise SpecError for the first parameter or body that would not arrive as the spec says."""
    own = operation.node.get("parameters")
    shared = operation.node.document.at(operation.node.pointer[:-1]).get("parameters")
    for parameters in filter(None, (own, shared)):
        for parameter in parameters.elements():
            _parameter(exchange, parameter.resolve())
    if (body := operation.node.get("requestBody")) is not None:
        schema = schemas.json_content(body.resolve())
        schemas.check(schema, typed=True)
        inner = schema.resolve()
        if inner.members().get("type") is None or inner.members()["type"].value != "object":
            reason = "its fields are checked by name. Rules across fields go into allOf"
            raise inner.error(f"expected a schema of type object that describes the body: {reason}")


def _parameter(exchange: Exchange, parameter: Node) -> None:
    for key in IGNORED:
        if (member := parameter.get(key)) is not None:
            raise member.error(f"{key} is not supported here: it would be ignored")
    name = parameter.require("name", "the parameter's name").text()
    where = parameter.require("in", "query or header").one_of("query", "header")
    ours = {*exchange.signed_headers.values(), *exchange.headers, exchange.demo_header[0], "content-type"}
    if where == "header" and name.lower() in {header.lower() for header in ours}:
        raise parameter.error(f"the header {name} is set when a request is signed and sent, not by the caller")
    if PythonIdentifier(name, "field_") in TAKEN:
        raise parameter.error(f"the name {name} is taken in the generated function")
    schema = parameter.require("schema", "without it the parameter would be left out")
    schemas.check(schema, typed=True)
    kind = schema.resolve().get("type")
    if kind is None or kind.value not in SCALARS:
        raise schema.error(f"expected one type of {', '.join(SCALARS)}: how others are written is not defined")
