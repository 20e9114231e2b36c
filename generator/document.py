"""A spec as plain data, with the line and the column of every value.

YAML is read from ruamel.yaml's node graph and not through its loader. The graph has the line and the column of each
key and each scalar, and what a loader converts silently (``2020-01-01`` to a date, an unquoted ``50011`` to a
number) is an error here. The result is exactly JSON.
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML, nodes
from ruamel.yaml.error import MarkedYAMLError, YAMLError

Pointer = tuple[str, ...]

SCALARS: dict[str, Callable[[str], object]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:bool": lambda text: text.lower() == "true",
    "tag:yaml.org,2002:null": lambda _: None,
}


class SpecError(Exception):
    """A spec is wrong: the message has the file, the line, the problem and what is expected."""


@dataclass(slots=True)
class Document:
    """One spec: its data, and the line and column of every value."""

    label: str
    """The path as the user gave it, for messages."""

    name: str
    """The file's name without its ending; the package is ``leverset_<name>``."""

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[Pointer, tuple[int, int]] = field(default_factory=dict)

    def error(self, pointer: Pointer, message: str) -> SpecError:
        """Make an error at this pointer, or at the closest parent that exists."""
        known = pointer
        while known not in self.places:
            known = known[:-1]
        line, column = self.places[known]
        return SpecError(f"{self.label}:{line}:{column} ({render(pointer)}): {message}")

    def at(self, pointer: Pointer) -> "Node":
        """Return the node at this pointer, or raise LookupError."""
        value: object = self.data
        for step in pointer:
            if isinstance(value, dict) and step in value:
                value = value[step]
            elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
                value = value[int(step)]
            else:
                raise LookupError(render(pointer))
        return Node(self, pointer, value)


def render(pointer: Pointer) -> str:
    """Write a JSON pointer as text (RFC 6901)."""
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in pointer) or "/"


def read(path: Path) -> Document:
    """Read one spec, or raise SpecError."""
    document = Document(label=str(path), name=path.stem)
    document.places[()] = (1, 1)
    try:
        root = YAML(typ="safe", pure=True).compose(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        document.places[()] = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise document.error((), f"not YAML: {error.problem or error.context}") from None
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise document.error((), f"not readable as YAML: {' '.join(str(error).split())}") from None
    if not isinstance(root, nodes.MappingNode):
        raise document.error((), "not an OpenAPI document: expected a mapping with openapi, info and paths")
    document.data = _Builder(document).mapping(root, ())
    return document


class _Builder:
    """Turns the node graph into plain data and records the line and column of every value."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.seen: set[int] = set()

    def build(self, node: nodes.Node, pointer: Pointer) -> object:
        # A mapping or a sequence is reported at its key, where a reader looks for it; a scalar at itself.
        if pointer not in self.document.places or isinstance(node, nodes.ScalarNode):
            self.document.places[pointer] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if id(node) in self.seen:
            raise self.document.error(pointer, "an alias (*name) is not supported: write the value out, or use $ref")
        self.seen.add(id(node))
        if isinstance(node, nodes.MappingNode):
            return self.mapping(node, pointer)
        if isinstance(node, nodes.SequenceNode):
            return [self.build(item, (*pointer, str(index))) for index, item in enumerate(node.value)]
        return self.scalar(cast(nodes.ScalarNode, node), pointer)

    def mapping(self, node: nodes.MappingNode, pointer: Pointer) -> dict[str, object]:
        result: dict[str, object] = {}
        for key, value in node.value:
            inside = (*pointer, str(key.value))
            self.document.places.setdefault(inside, (key.start_mark.line + 1, key.start_mark.column + 1))
            if key.tag != "tag:yaml.org,2002:str":
                place = (*pointer, key.value) if isinstance(key.value, str) else pointer
                raise self.document.error(place, "a key must be text: put it in quotes")
            if key.value in result:
                self.document.places[inside] = (key.start_mark.line + 1, key.start_mark.column + 1)
                raise self.document.error(inside, f"the key {key.value!r} is there twice")
            result[key.value] = self.build(value, inside)
        return result

    def scalar(self, node: nodes.ScalarNode, pointer: Pointer) -> object:
        try:
            value = SCALARS[str(node.tag)](node.value)
        except (KeyError, ValueError):
            value = math.nan
        if isinstance(value, float) and not math.isfinite(value):
            expected = "text, a plain number, true, false or null"
            raise self.document.error(pointer, f"{node.value} is not {expected}: put it in quotes if it is text")
        return value


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a spec, with its pointer. Every method that reads a value raises SpecError with what it expects."""

    document: Document
    pointer: Pointer
    value: object

    @property
    def key(self) -> str:
        """The last step of the pointer."""
        return self.pointer[-1]

    def error(self, message: str) -> SpecError:
        """Make an error at this node."""
        return self.document.error(self.pointer, message)

    def members(self) -> dict[str, "Node"]:
        """Return the members of a mapping."""
        if not isinstance(self.value, dict):
            raise self.error(f"expected a mapping, not {self.value!r}")
        return {key: Node(self.document, (*self.pointer, key), value) for key, value in self.value.items()}

    def elements(self) -> Iterator["Node"]:
        """Yield the elements of a sequence."""
        if not isinstance(self.value, list):
            raise self.error(f"expected a sequence, not {self.value!r}")
        for index, value in enumerate(self.value):
            yield Node(self.document, (*self.pointer, str(index)), value)

    def get(self, key: str) -> "Node | None":
        """Return a member, or None where it is absent."""
        return self.members().get(key)

    def require(self, key: str, meaning: str) -> "Node":
        """Return a member that must exist; ``meaning`` says what it is for."""
        if (found := self.get(key)) is None:
            raise self.error(f"{key} is missing: {meaning}")
        return found

    def only_keys(self, *keys: str) -> None:
        """Refuse members with any other key."""
        for key, member in self.members().items():
            if key not in keys:
                raise member.error(f"{key} is unknown here; known are {', '.join(keys)}")

    def text(self, pattern: str = r"\S(?:.*\S)?", meaning: str = "a non-empty text in quotes") -> str:
        """Return a text that matches the whole pattern; ``meaning`` says what is expected."""
        if not isinstance(self.value, str) or not re.fullmatch(pattern, self.value, re.DOTALL):
            raise self.error(f"expected {meaning}, not {self.value!r}")
        return self.value

    def one_of(self, *values: str) -> str:
        """Return the text, which must be one of these."""
        if self.value not in values:
            raise self.error(f"expected one of {', '.join(values)}, not {self.value!r}")
        return str(self.value)

    def integer(self, smallest: int, largest: int) -> int:
        """Return an integer in this range."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not smallest <= self.value <= largest:
            raise self.error(f"expected a whole number from {smallest} to {largest}, not {self.value!r}")
        return self.value

    def positive(self) -> float:
        """Return a number above zero."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float) or self.value <= 0:
            raise self.error(f"expected a number above zero, not {self.value!r}")
        return float(self.value)

    def boolean(self) -> bool:
        """Return true or false."""
        if not isinstance(self.value, bool):
            raise self.error(f"expected true or false, not {self.value!r}")
        return self.value

    def resolve(self) -> "Node":
        """Return this node, or the node that its $ref refers to; ``standard`` has checked that it exists."""
        node = self
        while isinstance(node.value, dict) and "$ref" in node.value:
            node = self.document.at(steps(str(node.value["$ref"])))
        return node


def steps(reference: str) -> Pointer:
    """Return the pointer in a reference such as ``#/a/b~1c``."""
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in reference.split("/")[1:])
