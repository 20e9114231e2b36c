"""The examples of a request, for ``operations.py``, with the account modes in which they hold."""

import re

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types of its own

from generator import schemas
from generator.document import Node
from generator.facts import SNAKE_CASE, Example, Operation


def read_account_modes(root: Node) -> dict[str, list[str]]:
    """Return the modes that an account of the exchange can have (x-account-modes), each with its values."""
    given = root.get("x-account-modes")
    return {name: _mode(node) for name, node in given.members().items()} if given else {}


def _mode(node: Node) -> list[str]:
    if not re.fullmatch(SNAKE_CASE, node.key):
        raise node.error(f"{node.key} is not a name in snake_case")
    values: list[str] = []
    for value in node.elements():
        if value.text(SNAKE_CASE, "a name in snake_case") in values:
            raise value.error(f"the value {value.value} is there twice")
        values.append(str(value.value))
    if not values:
        raise node.error("at least one value is needed")
    return values


def read_examples(operation: Operation, modes: dict[str, list[str]]) -> list[Example]:
    """Return the examples of the request body; each must be a valid request."""
    body = operation.node.get("requestBody")
    if body is None:
        return []
    media = schemas.json_media(body.resolve())
    if (single := media.get("example")) is not None:
        raise single.error("use examples, which have a summary and x-account")
    given = media.get("examples")
    judge = _validator(schemas.json_content(body.resolve()))
    return [_example(node.resolve(), modes, judge) for node in given.members().values()] if given else []


def _validator(schema: Node) -> Draft202012Validator:
    """Judge values by the schema, whose references lead to the components of the document."""
    keywords = {key: member.value for key, member in schema.members().items()}
    return Draft202012Validator({**keywords, "components": schema.document.data["components"]})


def _example(node: Node, modes: dict[str, list[str]], judge: Draft202012Validator) -> Example:
    node.only_keys("summary", "description", "value", "x-account")
    value = node.require("value", "the body of the request")
    body = {name: member.value for name, member in value.members().items()}
    for error in judge.iter_errors(value.value):
        pointer = (*value.pointer, *(str(step) for step in error.absolute_path))
        raise node.document.error(pointer, f"the example is not a valid request: {error.message}")
    return Example(
        summary=node.require("summary", "what the example does").text(r"\S(?:[^\n]*\S)?", "one line of text"),
        body=body,
        account=_account(node, modes),
    )


def _account(node: Node, modes: dict[str, list[str]]) -> dict[str, str]:
    if not modes:
        if (given := node.get("x-account")) is not None:
            raise given.error("no account modes are known: declare them in x-account-modes at the top of the spec")
        return {}
    account = node.require("x-account", f"the account modes in which the example holds: {', '.join(modes)}")
    account.only_keys(*modes)
    return {
        mode: account.require(mode, f"one of {', '.join(values)}").one_of(*values) for mode, values in modes.items()
    }
