"""Read the facts of every operation strictly: what is missing, unknown or would be ignored is an error."""

import dataclasses
import datetime
import re
from collections.abc import Iterator

from openapi_python_client.strings import PythonIdentifier

from generator.document import Node
from generator.examples import read_examples
from generator.facts import SNAKE_CASE, Exchange, Operation, known_extensions, read_docs, read_errors
from generator.fields import read_fields

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


def read_operations(root: Node, success: str) -> list[Operation]:
    """Every operation in paths, in the order of the spec."""
    operations = [_operation(node, success) for node in _operation_nodes(root)]
    first: dict[str, Operation] = {}
    for operation in operations:
        if (twin := first.setdefault(operation.name, operation)) is not operation:
            message = f"the operationId {operation.name} is also that of {twin.method} {twin.path}"
            raise operation.node.members()["operationId"].error(message)
    if not operations:
        raise root.members()["paths"].error("there is no operation")
    return operations


def with_requests(exchange: Exchange) -> Exchange:
    """Return the exchange with the fields and the examples of every operation; the schemas must have been checked."""
    operations = [
        dataclasses.replace(
            operation, fields=read_fields(operation), examples=read_examples(operation, exchange.account_modes)
        )
        for operation in exchange.operations
    ]
    return dataclasses.replace(exchange, operations=operations)


def _operation_nodes(root: Node) -> Iterator[Node]:
    for path, item in root.require("paths", "the operations").members().items():
        if "{" in path:
            reason = "an operation is found by its method and its exact path"
            raise item.error(f"path parameters are not supported: {reason}")
        if not re.fullmatch(r"/[A-Za-z0-9._~/-]+", path):
            raise item.error("expected a path of letters, digits and . _ ~ - /, which needs no encoding")
        for key, member in item.members().items():
            if key in METHODS:
                yield member
            elif key not in {"summary", "description", "parameters"}:
                raise member.error(f"{key} is not supported here: it would be ignored")


def _operation(node: Node, success: str) -> Operation:
    known_extensions(node, "x-rate-limit", "x-rate-limit-published", "x-idempotent", "x-errors")
    for key in ("servers", "callbacks"):
        if (member := node.get(key)) is not None:
            raise member.error(f"{key} is not supported here: it would be ignored")
    _tag(node)
    method = node.key.upper()
    limit = node.require("x-rate-limit", "how often it may be called: requests, seconds, scope")
    limit.only_keys("requests", "seconds", "scope", "per")
    scope = limit.require("scope", "whose requests are counted together: user or ip")
    requests, seconds = _figures(limit)
    return Operation(
        node=node,
        name=_operation_id(node),
        method=method,
        path=node.pointer[-2],
        signed=_signed(node),
        requests=requests,
        seconds=seconds,
        scope=scope.one_of("user", "ip"),
        per=_per(node, limit),
        published=_published(node, (requests, seconds)),
        idempotent=_idempotent(node, method),
        errors=read_errors(node, success),
        docs=read_docs(node),
    )


def _figures(limit: Node) -> tuple[int, float]:
    return (
        limit.require("requests", "how many requests").integer(1, 1_000_000),
        limit.require("seconds", "in how many seconds").positive(),
    )


def _published(node: Node, documented: tuple[int, float]) -> tuple[int, float, str] | None:
    """The limit that the exchange publishes now, where that is not x-rate-limit, and the day on which it was seen."""
    if (published := node.get("x-rate-limit-published")) is None:
        return None
    published.only_keys("requests", "seconds", "seen")
    requests, seconds = _figures(published)
    seen = published.require("seen", "the day on which the exchange published it")
    day = seen.text(r"\d{4}-\d{2}-\d{2}", 'a day such as "2026-07-20"')
    try:
        datetime.date.fromisoformat(day)
    except ValueError:
        raise seen.error(f"there is no day {day}") from None
    if (requests, seconds) == documented:
        raise published.error("it says what x-rate-limit says: leave it out")
    return requests, seconds, day


def _per(node: Node, limit: Node) -> str | None:
    """The query parameter each of whose values is counted by itself; every request must have it."""
    if (given := limit.get("per")) is None:
        return None
    parameters = node.get("parameters")
    known = [
        parameter.require("name", "the parameter's name").text()
        for parameter in map(Node.resolve, parameters.elements() if parameters else ())
        if parameter.require("in", "query or header").value == "query"
        and (required := parameter.get("required")) is not None
        and required.boolean()
    ]
    if (name := given.text()) not in known:
        raise given.error(f"{name} is no required query parameter of this operation")
    return name


def _operation_id(node: Node) -> str:
    """The name of the module, of the constant, and of the operation in messages: it must survive as it is."""
    given = node.require("operationId", "it names the generated module")
    name = given.text(SNAKE_CASE, "a name in snake_case")
    if name == "exchange" or PythonIdentifier(name, "") != name:
        raise given.error(f"the name {name} is taken in Python or in the generated code")
    return name


def _tag(node: Node) -> None:
    """The generator takes the first tag and ignores the others."""
    tags = node.require("tags", "one tag, which names the folder of the generated module")
    names = [tag.text(SNAKE_CASE, "a name in snake_case") for tag in tags.elements()]
    if len(names) != 1:
        raise tags.error("expected exactly one tag: it names the folder of the generated module")
    if PythonIdentifier(names[0], "") != names[0]:
        raise tags.error(f"the name {names[0]} is taken in Python")


def _signed(node: Node) -> bool:
    """Signed is the rule; ``security: []`` is the exception."""
    security = node.get("security")
    if security is not None and security.value != []:
        expected = "no security (signed, as the top level says) or [] (not signed)"
        raise security.error(f"expected {expected}: anything else would demand an AuthenticatedClient")
    return security is None


def _idempotent(node: Node, method: str) -> bool:
    if (given := node.get("x-idempotent")) is not None:
        return given.boolean()
    if method != "GET":
        meaning = "true where a request may be applied twice without harm (only GET has a default, true)"
        raise node.error(f"x-idempotent is missing: {meaning}")
    return True
