"""The response of an operation, in words: what it holds on success, and the spec's examples of it."""

from collections.abc import Iterator

from generator.document import Node, Pointer
from generator.facts import Operation
from generator.markdown import block, code, listed, paragraph, table, text
from generator.schemas import json_content, json_media

UNIONS = ("anyOf", "oneOf")


def build(operation: Operation) -> list[str]:
    """Return the section about the response: the fields of the first one of a success, and every example."""
    responses = operation.node.require("responses", "the responses").members()
    success = min(responses, key=lambda status: (not status.startswith("2"), status != "default", status))
    rows = list(_fields(json_content(responses[success].resolve()), "", ()))
    examples = [_example(each) for response in responses.values() for each in _examples(response)]
    return ["## Response", table(("field", "type", "meaning"), rows), *examples]


def _examples(response: Node) -> Iterator[Node]:
    given = json_media(response.resolve()).get("examples")
    yield from map(Node.resolve, given.members().values() if given else ())


def _example(example: Node) -> str:
    summary = example.get("summary")
    return f"{paragraph(str(summary.value)) if summary else 'An example'}:\n\n{block(example.members()['value'].value)}"


def _fields(schema: Node, path: str, around: tuple[Pointer, ...]) -> Iterator[tuple[str, str, str]]:
    """Each field by its path, such as `data[].lever`; a schema inside of itself is not entered again."""
    inner = schema.resolve()
    if inner.pointer in around:
        return
    around = (*around, inner.pointer)
    members = inner.members()
    for name, field in members["properties"].members().items() if "properties" in members else ():
        place = f"{path}.{name}".lstrip(".")
        yield code(place), _type(field), _meaning(field)
        yield from _fields(field, place, around)
    if "items" in members:
        yield from _fields(members["items"], f"{path}[]", around)
    for keyword in UNIONS:
        for choice in members[keyword].elements() if keyword in members else ():
            yield from _fields(choice, path, around)


def _type(field: Node) -> str:
    """The types of a field but null, which every field of a response may be."""
    return listed(kind for kind in dict.fromkeys(_types(field, ())) if kind != "null") or "any"


def _types(field: Node, around: tuple[Pointer, ...]) -> Iterator[str]:
    inner = field.resolve()
    if inner.pointer in around:
        return
    members = inner.members()
    if "type" in members:
        kinds = members["type"].value
        yield from map(str, kinds if isinstance(kinds, list) else [kinds])
    for keyword in UNIONS:
        for choice in members[keyword].elements() if keyword in members else ():
            yield from _types(choice, (*around, inner.pointer))


def _meaning(field: Node) -> str:
    described = field.get("description") or field.resolve().get("description")
    return text(str(described.value)) if described else ""
