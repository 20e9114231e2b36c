"""What commands print with `--json`, held to docs/reference/output.schema.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

import jsonschema_rs

PAGE = Path(__file__).parents[1] / "docs/reference/output.md"
SCHEMA: dict[str, Any] = json.loads(PAGE.with_name("output.schema.json").read_text("utf-8"))
KINDS: dict[str, jsonschema_rs.Draft202012Validator] = {
    # By kind: of a line that fits none of them `oneOf` says no more than that.
    each["$ref"].rpartition("/")[2]: jsonschema_rs.Draft202012Validator(
        {"$defs": SCHEMA["$defs"], **each}, validate_formats=True
    )
    for each in SCHEMA["oneOf"]
}
_WHOLE = jsonschema_rs.Draft202012Validator(SCHEMA, validate_formats=True)


def json_lines(text: str) -> list[dict[str, Any]]:
    """Return the lines of an output, each of which fits the schema."""
    lines = [_parse(line) for line in text.splitlines()]
    for line in lines:
        assert isinstance(line, dict), line
        assert line.get("kind") in KINDS, line
        for problem in KINDS[line["kind"]].iter_errors(line):
            raise AssertionError(f"{line['kind']}, at {problem.instance_path}: {problem.message}\n{json.dumps(line)}")
        _WHOLE.validate(line)
    return lines


def _parse(line: str) -> Any:
    try:
        return json.loads(line, parse_constant=_no_constant)
    except ValueError as problem:
        raise AssertionError(f"no JSON ({problem}): {line}") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
