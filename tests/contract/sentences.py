"""docs/evidence/sentences.md as a table: what rule, place in the spec and tests hold a sentence of a document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from tests.contract.specs import Json, load

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "evidence" / "sentences.md"
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Row:
    """One sentence of a document. A list that is empty carries its reason."""

    sentence: str
    says: str
    rules: tuple[str, ...]
    no_rule: str
    places: tuple[str, ...]
    no_place: str
    tests: tuple[str, ...]

    @property
    def exchange(self) -> str:
        return self.sentence.partition("/")[0]


@cache
def rows() -> tuple[Row, ...]:
    """Every row of the table."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return tuple(_row(line) for line in lines if line.startswith("| `"))


def _row(line: str) -> Row:
    sentence, says, rule, place, tests = (cell.strip() for cell in line.strip().strip("|").split("|"))
    return Row(
        sentence=sentence.strip("`"),
        says=says,
        rules=tuple(_CODE.findall(rule)),
        no_rule=_reason(rule),
        places=tuple(_CODE.findall(place)),
        no_place=_reason(place),
        tests=tuple(_CODE.findall(tests)),
    )


def _reason(cell: str) -> str:
    return cell.removeprefix("none: ") if cell.startswith("none: ") else ""


@cache
def stated(exchange: str) -> dict[str, str]:
    """Every sentence of an exchange's document that binds a caller: id and words."""
    facts = yaml.safe_load((ROOT / "tests" / "documents" / f"{exchange}.yaml").read_text(encoding="utf-8"))
    return {one["id"]: one["says"].strip() for one in facts["sentences"] if one["binds"] == "caller"}


def by_rule(rule: str) -> str:
    """The sentences behind a rule, for a message."""
    return _named([row for row in rows() if rule in row.rules], f"rule {rule}")


def by_error(exchange: str, error: jsonschema_rs.ValidationError) -> str:
    """The sentences behind a constraint of a request schema, for a message."""
    place = place_of(exchange, error)
    rule = place.removeprefix("request > allOf > ")
    found = [row for row in rows() if rule in row.rules or any(_within(place, one) for one in row.places)]
    return _named([row for row in found if row.exchange == exchange], place)


def _within(place: str, listed: str) -> bool:
    listed = listed.replace(" > without ", " > ")
    return f"{place} > ".startswith(f"{listed} > ") or f"{listed} > ".startswith(f"{place} > ")


def _named(found: list[Row], where: str) -> str:
    if not found:
        return f"no sentence ({where})"
    return "; ".join(f"{row.sentence} ({row.says})" for row in found) + f" [{where}]"


def place_of(exchange: str, error: jsonschema_rs.ValidationError) -> str:
    """Where in the request schema a constraint stands, as the table writes it."""
    path = [part for part in error.schema_path if part != "$ref"]
    if path[:2] == ["components", "schemas"]:
        path = path[3:]
    if path[0] == "allOf":
        [schema] = [one for name, one in load(exchange)["components"]["schemas"].items() if name.endswith("Request")]
        return f"request > allOf > {comment(schema['allOf'][int(path[1])], exchange)}"
    if path == ["required"]:
        return f"request > required > {getattr(error.kind, 'property', '')}"
    return " > ".join(["request", *map(str, path)])


def comment(member: Json, exchange: str) -> str:
    """The rule that a member of allOf stands for."""
    if "x-rule" in member:
        return f"{exchange}/{member['x-rule']['name']}"
    return str(member.get("$comment", "")).partition(":")[0]


def resolve(root: Any, place: str) -> Iterator[tuple[Any, Any]]:
    """What holds a place, and its key there: for everything below `root` that the place names, if anything."""
    *way, last = place.split(" > ")[1:]
    holders = [root]
    for step in way:
        holders = [child for holder in holders for _, child in _children(holder, step)]
    for holder in holders:
        if last.startswith("without "):
            if last.removeprefix("without ") not in holder:
                yield holder, None
        else:
            yield from ((holder, key) for key, _ in _children(holder, last))


def _children(holder: Any, step: str) -> Iterator[tuple[Any, Any]]:
    if isinstance(holder, dict) and step in holder:
        yield step, holder[step]
    elif isinstance(holder, list):
        for number, member in enumerate(holder):
            if member == step or (isinstance(member, dict) and comment(member, step.partition("/")[0]) == step):
                yield number, member
